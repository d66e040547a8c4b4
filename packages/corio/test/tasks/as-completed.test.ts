import { describe, expect, test } from "vitest";
import {
  asCompleted,
  createTask,
  forEach,
  gather,
  loopTime,
  moveOnAfter,
  sleep,
  sleepForever,
  timeout,
  TimeoutError,
  type Coroutine,
  type Task,
} from "corio";
import { simulate } from "@corio/testing";
import { both } from "../support/dialects.ts";

const after = (ms: number) =>
  function* (): Coroutine<number> {
    yield* sleep(ms);
    return ms;
  };

describe("asCompleted", () => {
  test("gives the tasks in the order of their ends (G23); a failure stops nobody", async () => {
    await simulate(async () => {
      const seen: unknown[] = [];
      const failing = async (): Promise<number> => {
        await sleep(2);
        throw new RangeError("two");
      };
      for await (const task of asCompleted([after(3), after(1), failing])) {
        seen.push(task.exception() === null ? task.result() : (task.exception() as Error).message);
      }
      expect(seen).toEqual([1, "two", 3]);
      expect(loopTime()).toBe(3);
    });
  });

  test("leaving the loop cancels the rest and waits for it (G24)", async () => {
    await simulate(async () => {
      const log: string[] = [];
      const slow = async (): Promise<void> => {
        try {
          await sleepForever();
        } finally {
          await sleep(5);
          log.push("stopped");
        }
      };
      for await (const task of asCompleted([slow, after(1)])) {
        expect(task.result()).toBe(1);
        break;
      }
      log.push("left");
      expect(log).toEqual(["stopped", "left"]);
    });
  });

  test("the same item given twice runs once (G25)", async () => {
    await simulate(async () => {
      const item = after(1);
      let count = 0;
      for await (const _ of asCompleted([item, item])) count++;
      expect(count).toBe(1);
    });
  });

  test("what was left cannot be resumed: the rest has ended with the loop (G26: better)", async () => {
    await simulate(async () => {
      const tasks = asCompleted([after(1), after(2), after(3), after(4)]);
      const seen: number[] = [];
      for await (const task of tasks) {
        seen.push(task.result());
        if (seen.length === 2) break;
      }
      for await (const task of tasks) seen.push(task.result());
      expect(seen).toEqual([1, 2]);
      expect(loopTime()).toBe(2);
      expect(await tasks.next()).toEqual({ value: undefined, done: true });
    });
  });

  test("a timeout around the loop stops the rest; one that is not needed does nothing (G24: better)", async () => {
    await simulate(async () => {
      const seen: unknown[] = [];
      const slow = async (): Promise<void> => {
        try {
          await sleep(150);
        } finally {
          seen.push("stopped");
        }
      };
      await expect(
        timeout(120, async () => {
          for await (const task of asCompleted([after(100), slow])) seen.push(task.result());
        }),
      ).rejects.toBeInstanceOf(TimeoutError);
      expect(seen).toEqual([100, "stopped"]);
      expect(loopTime()).toBe(120);
      await timeout(100, async () => {
        for await (const task of asCompleted([after(10)])) seen.push(task.result());
      });
      expect(seen.at(-1)).toBe(10);
      expect(loopTime()).toBe(130);
    });
  });

  both(
    "a join among the items is only waited for; what is given is a task of its own (G23: better)",
    function* (t) {
      const { wait } = t;
      const [own, other] = [createTask(after(2)), createTask(after(50))];
      const tasks = asCompleted([own.join(), other.join()]);
      const first = (yield* wait(tasks.next() as never)) as IteratorResult<Task<number>>;
      expect(first.value).not.toBe(own);
      expect(first.value.result()).toBe(2);
      yield* wait(tasks.return!() as never);
      expect(other.done()).toBe(false);
      expect(yield* wait(other.join())).toBe(50);
    },
  );

  test("what can be neither awaited nor called is refused at the call", () => {
    expect(() => asCompleted([5 as never])).toThrow(TypeError);
    expect(() => asCompleted([after(1), Promise.resolve(1) as never])).toThrow(/item 1/);
    expect(() => asCompleted(sleep(1) as never)).toThrow(TypeError);
    expect(() => asCompleted((() => 1) as never)).toThrow(TypeError);
  });

  both("a cancellation in the loop stops the rest", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          const tasks = asCompleted([
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("stopped");
              }
            }),
          ]);
          yield* wait(tasks.next() as never);
        }),
      ),
    );
    expect(log).toEqual(["stopped"]);
  });

  both("one that is never left ends with its block, and is told of", function* ({ fn, wait, log, reports }) {
    yield* wait(
      moveOnAfter(
        Infinity,
        fn(function* () {
          const tasks = asCompleted([
            after(1),
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("stopped");
              }
            }),
          ]);
          const first = (yield* wait(tasks.next() as never)) as IteratorResult<Task<unknown>>;
          expect(first.value.result()).toBe(1);
        }),
      ),
    );
    expect(log).toEqual(["stopped"]);
    expect(reports).toHaveLength(1);
    reports.length = 0;
  });

  both("one whose tasks have ended holds nothing, though it is never left", function* ({ wait }) {
    const tasks = asCompleted([after(1), after(2)]);
    yield* wait(tasks.next() as never);
    yield* wait(sleep(5));
    const second = (yield* wait(tasks.next() as never)) as IteratorResult<Task<number>>;
    expect(second.value.result()).toBe(2);
    expect(yield* wait(tasks.next() as never)).toEqual({ value: undefined, done: true });
    const other = asCompleted([after(1)]);
    yield* wait(other.next() as never);
  });

  both("several may wait for the next one: each task is given once, and all come to an end", function* (t) {
    const { fn, wait, log } = t;
    const tasks = asCompleted([after(1), after(2), after(3)]);
    const consumer = fn(function* () {
      yield* wait(forEach(tasks, (task) => void log.push(task.result())));
    });
    yield* wait(gather([consumer, () => consumer(), () => consumer(), () => consumer()]));
    expect(log).toEqual([1, 2, 3]);
  });

  both("one who leaves ends the loops of the others", function* ({ fn, wait, log }) {
    const tasks = asCompleted([after(1), after(1000)]);
    yield* wait(
      gather([
        fn(function* () {
          yield* wait(forEach(tasks, (task) => void log.push(task.result())));
          log.push("ended");
        }),
        fn(function* () {
          yield* wait(sleep(5));
          yield* wait(tasks.return!() as never);
        }),
      ]),
    );
    expect(log).toEqual([1, "ended"]);
    expect(loopTime()).toBe(5);
  });

  both("one that is not left ends with its block, when that is cancelled", function* ({ fn, wait, log }) {
    const outcome = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          const tasks = asCompleted([
            after(1),
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("stopped");
              }
            }),
          ]);
          yield* wait(tasks.next() as never);
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(outcome.cancelled).toBe(true);
    expect(log).toEqual(["stopped"]);
  });
});
