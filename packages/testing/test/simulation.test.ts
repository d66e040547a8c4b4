import { describe, expect, test } from "vitest";
import {
  createTask,
  DeadlockError,
  Event,
  fromPromise,
  InvalidStateError,
  loopTime,
  NoRunError,
  run,
  sleep,
  taskGroup,
} from "corio";
import {
  advance,
  BrokenSequenceError,
  recordEvents,
  Sequencer,
  simulate,
  SimulationError,
  waitAllTasksBlocked,
  waitAllTasksStuck,
} from "@corio/testing";

describe("waitAllTasksBlocked", () => {
  for (const seed of [undefined, 1, 2, 3]) {
    test(`wakes when all others wait, before the clock moves (seed ${seed})`, async () => {
      const log: unknown[] = [];
      await simulate(
        async () => {
          createTask(async () => {
            for (let i = 0; i < 3; i++) {
              await sleep(0);
              // Many microtasks, and none of ours.
              for (let k = 0; k < 10; k++) await Promise.resolve();
              log.push(i);
            }
            await sleep(100);
            log.push("slept");
          });
          await waitAllTasksBlocked();
          log.push("blocked", loopTime());
          await waitAllTasksStuck();
          log.push("stuck", loopTime());
        },
        seed === undefined ? {} : { seed },
      );
      expect(log).toEqual([0, 1, 2, "blocked", 0, "slept", "stuck", 100]);
    });
  }

  test("several may wait; what hangs is seen, and can be helped", async () => {
    await simulate(function* () {
      const event = new Event();
      const task = createTask(() => event.wait());
      const others = [createTask(() => waitAllTasksBlocked()), createTask(() => waitAllTasksStuck())];
      yield* waitAllTasksStuck();
      expect(task.done()).toBe(false);
      event.set();
      for (const other of others) yield* other.join();
      yield* task.join();
    });
  });

  test("outside a simulation there is no such moment", async () => {
    await expect(run(() => waitAllTasksBlocked())).rejects.toThrow(InvalidStateError);
    await expect(async () => waitAllTasksBlocked()).rejects.toThrow(NoRunError);
  });
});

describe("advance", () => {
  test("without autojump the clock stands still, until it is moved timer by timer", async () => {
    await simulate(
      async () => {
        const log: number[] = [];
        const ticker = createTask(async () => {
          for (;;) {
            await sleep(10);
            log.push(loopTime());
          }
        });
        await waitAllTasksBlocked();
        expect(loopTime()).toBe(0);
        await advance(35);
        expect(log).toEqual([10, 20, 30]);
        expect(loopTime()).toBe(35);
        await advance(5);
        expect(log).toEqual([10, 20, 30, 40]);
        await advance(0);
        expect(loopTime()).toBe(40);
        ticker.cancel();
      },
      { autojump: false, leaks: true },
    );
  });

  test("without autojump a sleep that nobody ends is a deadlock", async () => {
    await expect(simulate(() => sleep(1), { autojump: false })).rejects.toThrow(DeadlockError);
  });

  test("with autojump it ends last of all that happens by then", async () => {
    await simulate(function* () {
      const log: string[] = [];
      yield* taskGroup(function* (group) {
        group.spawn(function* () {
          yield* advance(10);
          log.push("advance");
        });
        group.spawn(function* () {
          yield* sleep(10);
          yield* sleep(0);
          log.push("sleep");
        });
      });
      expect(log).toEqual(["sleep", "advance"]);
      expect(loopTime()).toBe(10);
    });
  });

  test("one task at a time, and no nonsense", async () => {
    await simulate(function* () {
      const other = createTask(() => advance(5));
      yield* sleep(0);
      const error = yield* (function* () {
        try {
          yield* advance(1);
        } catch (error) {
          return error;
        }
        return null;
      })();
      expect(error).toBeInstanceOf(InvalidStateError);
      yield* other.join();
    });
    for (const ms of [-1, Number.NaN, Infinity]) expect(() => advance(ms)).toThrow(RangeError);
  });
});

describe("the machine under a simulation", () => {
  test("a program that sleeps for ever leaves the machine its turns", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await simulate(function* () {
      while (turns < 3) yield* sleep(1);
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  test("what the machine brings in its turns is waited for, also where only coroutines run", async () => {
    const value = await simulate(function* () {
      return yield* fromPromise(
        new Promise<number>((resolve) => void setImmediate(() => resolve(loopTime_()))),
      );
      function loopTime_(): number {
        return 7;
      }
    });
    expect(value).toBe(7);
  });
});

describe("what a failure says", () => {
  const failing = (error: unknown) => () => {
    throw error;
  };

  test("without a seed nothing is added", async () => {
    const error = new Error("plain");
    await expect(simulate(failing(error))).rejects.toBe(error);
    expect(error.message).toBe("plain");
  });

  test("with a seed, message and stack of the very error say how to see it again; the last time counts", async () => {
    const error = new TypeError("plain");
    await expect(simulate(failing(error), { seed: 5 })).rejects.toBe(error);
    expect(error.message).toMatch(
      /^plain\n\nIn a simulation with seed 5, schedule random\. The same again: .*replay: "5\/"/,
    );
    expect(error.stack).toContain("with seed 5");
    await expect(simulate(failing(error), { seed: 6 })).rejects.toBe(error);
    expect(error.message).not.toContain("seed 5");
    expect(error.message).toContain("seed 6");
    expect(error.stack).not.toContain("seed 5");
  });

  test("what cannot carry a note is the cause of an error that does", async () => {
    for (const thrown of ["a text", undefined, Object.freeze(new Error("frozen"))]) {
      const error = await simulate(failing(thrown), { seed: 5 }).catch((caught: unknown) => caught as Error);
      expect(error).toBeInstanceOf(SimulationError);
      expect((error as Error).cause).toBe(thrown);
      expect((error as Error).message).toContain("seed 5");
    }
  });
});

describe("Sequencer", () => {
  test("parts run in the order of their numbers, under any schedule", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const log: number[] = [];
      const program = () =>
        taskGroup(async (group) => {
          const sequencer = new Sequencer();
          group.spawn(async () => {
            await sequencer.turn(0, () => void log.push(0));
            const value = await sequencer.turn(
              3,
              async (n: number) => {
                await sleep(1);
                return log.push(n);
              },
              3,
            );
            expect(value).toBe(4);
          });
          group.spawn(function* () {
            yield* sequencer.turn(1);
            log.push(1);
            yield* sequencer.turn(2, function* () {
              yield* sleep(5);
              log.push(2);
            });
          });
        });
      await simulate(program, { seed, schedule: "random" });
      expect(log).toEqual([0, 1, 2, 3]);
    }
  });

  test("one that is cancelled or fails breaks the rest; a number is used once", async () => {
    await simulate(async () => {
      const sequencer = new Sequencer();
      const later = createTask(() => sequencer.turn(2));
      const waiting = createTask(() => sequencer.turn(1));
      await sleep(1);
      waiting.cancel();
      await expect((async () => later.join())()).rejects.toThrow(BrokenSequenceError);
      await expect((async () => sequencer.turn(1))()).rejects.toThrow(InvalidStateError);
      await expect((async () => sequencer.turn(5))()).rejects.toThrow(BrokenSequenceError);
      const other = new Sequencer();
      const next = createTask(() => other.turn(1));
      await sleep(1);
      const failure = new Error("of the turn");
      await expect(
        (async () =>
          other.turn(0, () => {
            throw failure;
          }))(),
      ).rejects.toBe(failure);
      await expect((async () => next.join())()).rejects.toThrow(BrokenSequenceError);
      expect(() => other.turn(-1)).toThrow(RangeError);
    });
  });
});

test("recordEvents notes what happened, when, and in which task", async () => {
  const record = recordEvents();
  await simulate(() =>
    taskGroup(function* (group) {
      for (const [name, ms] of [
        ["slow", 1500],
        ["quick", 2],
      ] as const) {
        group.spawn({ name }, function* () {
          record("begins");
          yield* sleep(ms);
          record({ ended: name });
        });
      }
    }),
  );
  expect(record.events).toEqual(["begins", "begins", { ended: "quick" }, { ended: "slow" }]);
  expect(record.all[2]).toEqual({ time: 2, task: "quick", event: { ended: "quick" } });
  expect(String(record).split("\n")[0]).toBe("       0  slow   begins");
});
