import { describe, expect, test } from "vitest";
import { asCompleted, loopTime, moveOnAfter, sleep, sleepForever, type Coroutine, type Task } from "corio";
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
});
