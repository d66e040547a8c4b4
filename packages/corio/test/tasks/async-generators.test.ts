// Async generators belong to who runs over them: closed when they are left, by nobody else and no later.

import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  createTask,
  forEach,
  loopTime,
  map,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  TaskGroupError,
  type Awaitable,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught, dialects } from "../support/dialects.ts";

async function* numbers(closing: () => void | Promise<void>): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; ; i++) yield i;
  } finally {
    await closing();
  }
}

describe("an async generator", () => {
  both(
    "that is left is closed before the loop over it has ended, whatever its closing takes (R9: better)",
    function* (t) {
      const { wait, log } = t;
      const error = yield* caught(
        wait(
          forEach(
            numbers(async () => {
              await sleep(5);
              log.push(`closed at ${loopTime()}`);
            }),
            () => {
              throw new RangeError("enough");
            },
          ),
        ),
      );
      expect(error).toBeInstanceOf(RangeError);
      expect(log).toEqual(["closed at 5"]);
    },
  );

  both(
    "whose closing fails: the error is thrown to its owner, beside what was the cause (R10: better)",
    function* (t) {
      const { wait } = t;
      const [cause, closing] = [new RangeError("left"), new TypeError("closing")];
      const broken = () =>
        numbers(() => {
          throw closing;
        });
      const left = (): never => {
        throw cause;
      };
      const loops: Awaitable<unknown>[] = [forEach(broken(), left), map(broken(), left, { concurrency: 2 })];
      for (const over of loops) {
        const error = yield* caught(wait(over));
        expect(error).toBeInstanceOf(TaskGroupError);
        expect((error as TaskGroupError).errors).toEqual([cause, closing]);
      }
    },
  );

  both(
    "whose closing fails when its owner is cancelled: the error gets out (R10: better)",
    function* ({ fn, wait }) {
      const closing = new TypeError("closing");
      const error = yield* caught(
        wait(
          moveOnAfter(
            10,
            fn(function* () {
              yield* wait(
                forEach(
                  numbers(() => {
                    throw closing;
                  }),
                  fn(function* () {
                    yield* wait(sleepForever());
                  }),
                ),
              );
            }),
          ),
        ),
      );
      expect(error).toBe(closing);
    },
  );

  for (const { name, fn, wait } of dialects) {
    test(`of a task that is left over is closed with it, when the run ends by an error (test_runners RunTests.test_asyncio_run_closes_gens_after_hanging_tasks_errors) (${name})`, async () => {
      const log: string[] = [];
      const reports: unknown[] = [];
      class FancyExit extends Error {}
      async function* fidget(): AsyncGenerator<number, void, undefined> {
        try {
          for (;;) {
            yield 1;
            await sleep(1);
          }
        } finally {
          log.push("generator closed");
        }
      }
      const running = run(
        fn(function* () {
          createTask(async () => {
            try {
              for await (const _ of fidget());
            } catch {
              throw new RangeError("in its clean-up");
            } finally {
              log.push("task ended");
            }
          });
          yield* wait(sleep(5));
          throw new FancyExit();
        }),
        {
          host: createVirtualHost(realHost),
          onReport: (report) => void reports.push(report.error),
        },
      );
      await expect(running).rejects.toBeInstanceOf(FancyExit);
      expect(log).toEqual(["generator closed", "task ended"]);
      // Reported a turn of the host later, if nobody joins it by then.
      await hostTurn();
      expect(reports).toEqual([expect.any(RangeError)]);
    });
  }
});
