// Runner: several runs on one loop, in one context.

import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import {
  type CancelledError,
  Context,
  ContextVar,
  copyContext,
  createTask,
  currentTask,
  type EventLoop,
  getRunningLoop,
  InvalidStateError,
  type Report,
  run,
  Runner,
  type Scope,
  sleep,
  sleepForever,
  TaskCancelledError,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { dialects } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";

for (const { name, fn, wait } of dialects) {
  describe(`a Runner (${name})`, () => {
    test("gives what its runs return and throw, with arguments (R1)", async () => {
      await using runner = new Runner();
      const work = fn(function* (scope: Scope, a: number, b: number) {
        expect(scope).toBe(currentTask());
        yield* wait(sleep(0));
        if (b === 0) throw new RangeError("by zero");
        return a / b;
      });
      expect(await runner.run(work, 6, 3)).toBe(2);
      const error = await failureOf(() => runner.run(work, 1, 0));
      expect(error).toBeInstanceOf(RangeError);
      expect(await runner.run(work, 8, 2)).toBe(4);
    });

    test("runs on one loop, closed at the end (R8, test_runners RunnerTests.test_run)", async () => {
      const runner = new Runner();
      const here = fn(function* () {
        yield* wait(sleep(0));
        return getRunningLoop();
      });
      const loop: EventLoop = await runner.run(here);
      expect(runner.getLoop()).toBe(loop);
      expect([loop.isRunning(), loop.isClosed()]).toEqual([false, false]);
      expect(await runner.run(here)).toBe(loop);
      await runner.close();
      await runner.close();
      expect(loop.isClosed()).toBe(true);
      expect(() => runner.getLoop()).toThrow(new InvalidStateError("The Runner is closed"));
      expect(await failureOf(() => runner.run(here))).toBeInstanceOf(InvalidStateError);
    });

    test("keeps one context over its runs (R8, test_runners RunnerTests.test_run_keeps_context)", async () => {
      const value = new ContextVar("value", { default: -1 });
      const swap = fn(function* (_scope: Scope, next: number) {
        const old = value.get();
        yield* wait(sleep(0));
        value.set(next);
        return old;
      });
      await using runner = new Runner();
      expect(await runner.run(swap, 1)).toBe(-1);
      expect(await runner.run(swap, 2)).toBe(1);
      expect((await runner.run(() => copyContext())).get(value)).toBe(2);
      // A run may be given another.
      const context = new Context();
      expect(await runner.run({ context }, swap, 7)).toBe(-1);
      expect(context.get(value)).toBe(7);
      expect(await runner.run(swap, 3)).toBe(2);
      expect(value.get()).toBe(-1);
    });

    test("ends what a run leaves behind with that run (R2)", async () => {
      const log: string[] = [];
      await using runner = new Runner();
      await runner.run(
        fn(function* () {
          createTask(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("cleaned");
              }
            }),
          );
          yield* wait(sleep(0));
        }),
      );
      expect(log).toEqual(["cleaned"]);
    });

    test("reports what fails then (R3, test_runners RunTests.test_asyncio_run_reports_hanging_tasks_errors)", async () => {
      const reports: Report[] = [];
      await using runner = new Runner({ onReport: (report) => void reports.push(report) });
      const failure = new RangeError("in clean-up");
      const value = await runner.run(
        fn(function* () {
          createTask(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                // oxlint-disable-next-line no-unsafe-finally
                throw failure;
              }
            }),
          );
          yield* wait(sleep(0));
          return 123;
        }),
      );
      expect(value).toBe(123);
      await new Promise((resolve) => setImmediate(resolve));
      expect(reports.map(({ error }) => error)).toEqual([failure]);
    });

    test("refuses to run inside a run, and twice at a time (R8, test_runners RunnerTests.test_recursive_run)", async () => {
      await using runner = new Runner();
      const message = "Runner.run() cannot be called from a running event loop: use run()";
      const nested = fn(function* () {
        yield* wait(sleep(0));
        return failureOf(() => runner.run(() => 1));
      });
      expect(await runner.run(nested)).toEqual(new InvalidStateError(message));
      expect(await run(nested)).toEqual(new InvalidStateError(message));
      const first = runner.run(
        fn(function* () {
          yield* wait(sleep(1));
          return "first";
        }),
      );
      expect(await failureOf(() => runner.run(() => 2))).toBeInstanceOf(InvalidStateError);
      expect(await first).toBe("first");
      expect(await runner.run(() => 3)).toBe(3);
    });

    test("cancels a run that is active when it is closed, and waits for it", async () => {
      const log: unknown[] = [];
      const runner = new Runner();
      const active = failureOf(() =>
        runner.run(
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } catch (error) {
              log.push((error as CancelledError).reason);
              yield* wait(sleep(1));
              log.push("cleaned");
              throw error;
            }
          }),
        ),
      );
      await runner.close();
      expect(log).toEqual(["the Runner was closed", "cleaned"]);
      expect(await active).toBeInstanceOf(TaskCancelledError);
      expect(await failureOf(() => runner.run(() => 1))).toBeInstanceOf(InvalidStateError);
    });

    test("cancels one that is begun while it waits for that, too", async () => {
      const runner = new Runner();
      const forever = fn(function* () {
        yield* wait(sleepForever());
      });
      const first = failureOf(() => runner.run(forever)).then(() => failureOf(() => runner.run(forever)));
      await runner.close();
      const error = await first;
      // Begun before the Runner was closed, it has ended with it; otherwise it was refused.
      expect(["ERR_TASK_CANCELLED", "ERR_INVALID_STATE"]).toContain((error as TaskCancelledError).code);
      await expect(runner.run(forever)).rejects.toThrow("closed");
    });

    test("cannot be closed by its own run", async () => {
      await using runner = new Runner();
      const closing = fn(function* () {
        yield* wait(sleep(0));
        return failureOf(() => runner.close());
      });
      expect(await runner.run(closing)).toBeInstanceOf(InvalidStateError);
      expect(await runner.run(() => 1)).toBe(1);
    });
  });
}

describe("between the runs of a Runner", () => {
  test("callbacks wait for the next run, and come first there", async () => {
    const log: string[] = [];
    const host = createVirtualHost(realHost);
    await using runner = new Runner({ host });
    const loop = runner.getLoop();
    loop.callSoon(() => log.push("before the first run"));
    const later = loop.callLater(5, () => log.push("later"));
    expect(host.nextTimer()).toBe(Infinity);
    await runner.run(async () => {
      log.push("first run");
      loop.callLater(1, () => log.push("in the first run"));
      loop.callLater(100, () => log.push("in the second run"));
      await sleep(3);
    });
    expect(log).toEqual(["before the first run", "first run", "in the first run"]);
    expect(host.nextTimer()).toBe(Infinity);
    loop.callSoon(() => log.push("between"));
    host.advance(50);
    expect(log).toHaveLength(3);
    await runner.run(async () => {
      log.push("second run");
      await sleep(60);
    });
    expect(log.slice(3)).toEqual(["between", "second run", "later", "in the second run"]);
    expect(later.when()).toBe(5);
    const left = loop.callLater(1, () => log.push("never"));
    await runner.close();
    expect(left.cancelled()).toBe(true);
  });

  test("no task can be made", () => {
    const runner = new Runner();
    expect(() => runner.getLoop().createTask(() => {})).toThrow(InvalidStateError);
  });

  test("what a callback makes ready at the end of one waits for the next", async () => {
    const log: string[] = [];
    await using runner = new Runner();
    await runner.run(() => {
      const loop = getRunningLoop();
      loop.callSoon(() => {
        log.push("first");
        loop.callSoon(() => log.push("second"));
      });
    });
    expect(log).toEqual(["first"]);
    await runner.run(() => void log.push("run"));
    expect(log).toEqual(["first", "second", "run"]);
  });
});

describe("the options of a Runner", () => {
  test("say whether its runs are in debug mode (X10, test_runners RunTests.test_asyncio_run_debug)", async () => {
    for (const debug of [true, false]) {
      await using runner = new Runner({ debug });
      expect(runner.getLoop().debug).toBe(debug);
      expect(await runner.run(() => getRunningLoop().debug)).toBe(debug);
      runner.getLoop().debug = !debug;
      expect(await runner.run(() => getRunningLoop().debug)).toBe(!debug);
    }
  });

  test("are those of its runs: host, grace, onReport", async () => {
    const host = createVirtualHost(realHost, 7);
    await using runner = new Runner({ host, grace: 3 });
    const time = await runner.run(async () => {
      await sleep(1e6);
      return getRunningLoop().time();
    });
    expect(time).toBe(1e6 + 7);
    expect(() => new Runner({ grace: -1 })).toThrow(RangeError);
    // Cleaning up takes longer than the grace: it is cut short.
    const controller = new AbortController();
    await failureOf(() =>
      runner.run({ signal: controller.signal }, async () => {
        try {
          setImmediate(() => controller.abort());
          await sleepForever();
        } finally {
          await sleep(100);
        }
      }),
    );
    expect(runner.getLoop().time()).toBe(time + 3);
  });

  test("a signal cancels one run, which throws its reason", async () => {
    await using runner = new Runner();
    const reason = new RangeError("enough");
    const aborted = await failureOf(() => runner.run({ signal: AbortSignal.abort(reason) }, () => 1));
    expect(aborted).toBe(reason);
    expect(await runner.run(() => 2)).toBe(2);
  });

  test("it refuses what is no function", async () => {
    await using runner = new Runner();
    for (const wrong of [123, "text", new AsyncLocalStorage()]) {
      expect(await failureOf(() => runner.run(wrong as never))).toBeInstanceOf(TypeError);
    }
  });
});
