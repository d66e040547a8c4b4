import { describe, expect, test } from "vitest";
import {
  CancelledError,
  cancelScope,
  checkpoint,
  loopTime,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  taskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { loopHere } from "../support/kernel.ts";

describe("sleep", () => {
  both("a sleep ends when its time is over, in loop time (T1)", function* ({ wait }) {
    const start = loopTime();
    yield* wait(sleep(1500));
    expect(loopTime()).toBe(start + 1500);
    yield* wait(sleep(0.5));
    expect(loopTime()).toBeGreaterThanOrEqual(start + 1500.5);
  });

  both(
    "sleeps with one deadline end in the order in which they began (T3)",
    function* (t) {
      const { fn, wait, log } = t;
      const sleeper = fn(function* (name: string, first: number, second: number) {
        yield* wait(sleep(first));
        yield* wait(sleep(second));
        log.push(name);
      });
      yield* wait(
        taskGroup(
          fn(function* (group) {
            // All end at 20; their last sleeps begin at 0 (no first one), 5, 10, 15.
            group.spawn(sleeper, "at 15", 15, 5);
            group.spawn(sleeper, "at 5", 5, 15);
            group.spawn(sleeper, "at 10", 10, 10);
            group.spawn(sleeper, "at 0", 0, 20);
            for (let i = 0; i < 10; i++) group.spawn(sleeper, `also ${i}`, 0, 20);
          }),
        ),
      );
      expect(log).toEqual([
        "at 0",
        ...Array.from({ length: 10 }, (_, i) => `also ${i}`),
        "at 5",
        "at 10",
        "at 15",
      ]);
      expect(loopTime()).toBe(20);
    },
    { order: "fifo" },
  );

  both(
    "a negative or zero sleep gives up exactly one turn (T2, T6)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const worker = fn(function* (name: string, delay: number) {
              log.push(`${name}1`);
              yield* wait(sleep(delay));
              log.push(`${name}2`);
            });
            group.spawn(worker, "a", 0);
            group.spawn(worker, "b", -10);
            group.spawn(worker, "c", -Infinity);
          }),
        ),
      );
      expect(log).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
      expect(loopTime()).toBe(0);
    },
    { order: "fifo" },
  );

  both(
    "cancelling a sleep frees its timer at once (T5, T7)",
    function* ({ fn, wait }) {
      const loop = loopHere();
      yield* wait(
        cancelScope(
          fn(function* () {
            yield* wait(
              taskGroup(
                { cancellable: true },
                fn(function* (group) {
                  for (let i = 0; i < 1000; i++) {
                    group.spawn(
                      fn(function* () {
                        yield* wait(sleep(1e9 + i));
                      }),
                    );
                  }
                  yield* wait(sleep(1));
                  expect(loop.timers.size).toBe(1000);
                  group.cancel();
                  // What is left is the timer of the group's grace.
                  expect(loop.timers.size).toBe(1);
                }),
              ),
            );
          }),
        ),
      );
      expect(loop.timers.size).toBe(0);
      expect(loopTime()).toBe(1);
    },
    { seeds: 3 },
  );

  test("a sleep of NaN, or of what is no number, is refused at the call (T8)", () => {
    expect(() => sleep(NaN)).toThrow(TypeError);
    expect(() => sleep("5" as unknown as number)).toThrow(TypeError);
    expect(() => sleep(undefined as unknown as number)).toThrow(TypeError);
  });

  both("sleeping for ever ends by cancellation only", function* ({ fn, wait }) {
    const result = yield* wait(
      moveOnAfter(
        100_000,
        fn(function* () {
          expect(loopHere().timers.size).toBe(1);
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(loopTime()).toBe(100_000);
    yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(sleep(Infinity));
        }),
      ),
    );
    expect(loopTime()).toBe(100_005);
  });

  both("a sleep of weeks longer than the host's timers can wait ends in its time", function* ({ wait }) {
    yield* wait(sleep(2 ** 31 + 5));
    expect(loopTime()).toBe(2 ** 31 + 5);
  });
});

both(
  "sleeps shorter than the clock can tell cost a turn or two each, not many (test_events EventLoopTestsMixin.test_timeout_rounding)",
  function* ({ wait }) {
    const { counters } = loopHere();
    const before = counters.steps;
    const sleeps = [10, 0.1, 1e-3, 1e-5, 1e-7];
    for (const ms of sleeps) yield* wait(sleep(ms));
    expect(counters.steps - before).toBeLessThanOrEqual(4 * sleeps.length);
    expect(loopTime()).toBeGreaterThanOrEqual(10.1);
  },
);

describe("checkpoint", () => {
  both(
    "a checkpoint that is cancelled throws in the turn that comes (C20)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(
              fn(function* () {
                try {
                  yield* wait(checkpoint());
                  log.push("never");
                } catch (error) {
                  log.push((error as Error).name);
                  throw error;
                }
              }),
            );
            group.spawn(
              fn(function* () {
                task.cancel();
                log.push("cancelled");
              }),
            );
          }),
        ),
      );
      expect(log).toEqual(["cancelled", "CancelledError"]);
    },
    { order: "fifo" },
  );

  both("a checkpoint is awaited once", function* ({ wait }) {
    const turn = checkpoint();
    yield* wait(turn);
    const error = yield* caught(wait(turn));
    expect((error as { code: string }).code).toBe("ERR_INVALID_STATE");
  });

  both("a checkpoint in a cancelled scope throws, without giving up the turn's order", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.cancel("now");
          const error = yield* caught(wait(checkpoint()));
          log.push(error);
          throw error;
        }),
      ),
    );
    expect(log[0]).toBeInstanceOf(CancelledError);
  });

  test("sleeping outside a run is NoRunError", async () => {
    await expect((async () => sleep(1))()).rejects.toMatchObject({ code: "ERR_NO_RUN" });
    await expect((async () => checkpoint())()).rejects.toMatchObject({ code: "ERR_NO_RUN" });
    // Afterwards the same can be done inside one.
    await run(async () => checkpoint());
  });
});
