// Threads that die: each takes its own call with it, says how, and the executor goes on with another.
import { fromPromise, run, taskGroup } from "corio";
import { describe, expect, test } from "vitest";
import { runInExecutor, ThreadExecutor, toThread, WorkerCrashedError } from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { BEGUN, crash, double, gate, open, passGate } from "./fixtures/work.ts";
import { leavesNoThread, until } from "./support/threads.ts";

leavesNoThread();

const resourceLimits = { maxOldGenerationSizeMb: 40 };

describe("a thread that dies in a call", () => {
  both("of an error that nobody caught", function* ({ wait }) {
    const executor = new ThreadExecutor({ workers: 1, name: "mine" });
    for (const [how, cause] of [
      ["throw", { name: "RangeError", message: "nobody caught this" }],
      ["reject", { name: "TypeError", message: "nobody awaited this" }],
    ] as const) {
      const error = yield* caught(wait(runInExecutor(executor, crash, how)));
      expect(error).toBeInstanceOf(WorkerCrashedError);
      expect(error).toMatchObject({ code: "ERR_WORKER_CRASHED", reason: "error", exitCode: null });
      expect((error as Error).message).toMatch(
        /^The thread \d+ of mine died of an error that nobody caught, in crash of work.ts/,
      );
      expect((error as Error).cause).toMatchObject(cause);
      expect(yield* wait(runInExecutor(executor, double, 1))).toBe(2);
    }
    expect(executor.statistics()).toMatchObject({ crashed: 2, failed: 2, completed: 2, workers: 1 });
  });

  both("by process.exit", function* ({ wait }) {
    const error = yield* caught(wait(toThread(crash, "exit")));
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error).toMatchObject({ reason: "exit", exitCode: 7 });
    expect(yield* wait(toThread(double, 1))).toBe(2);
  });

  both("for want of memory", function* ({ wait }) {
    const executor = new ThreadExecutor({ workers: 1, resourceLimits });
    const error = yield* caught(wait(runInExecutor(executor, crash, "memory")));
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error).toMatchObject({
      reason: "memory",
      exitCode: null,
      cause: { code: "ERR_WORKER_OUT_OF_MEMORY" },
    });
    expect(yield* wait(runInExecutor(executor, double, 1))).toBe(2);
  });

  both("shows who called", function* ({ wait }) {
    function* guilty(): Generator<unknown, unknown> {
      return yield* caught(wait(toThread(crash, "exit")));
    }
    const { stack } = (yield* guilty()) as Error;
    expect(stack).toMatch(/^WorkerCrashedError: The thread/);
    expect(stack).toMatch(/guilty.*crashes\.test\.ts/);
    expect(stack).not.toMatch(/src\/threads\//);
  });
});

describe("a thread that does not start", () => {
  test("is an error of each of three thousand calls in line", async () => {
    await run(async () => {
      const executor = new ThreadExecutor({ workers: 1, execArgv: ["--no-such-option"] });
      let failed = 0;
      await taskGroup(async (group) => {
        for (let i = 0; i < 3_000; i++) {
          group.spawn(function* () {
            try {
              yield* runInExecutor(executor, double, i);
            } catch (error) {
              if (error instanceof WorkerCrashedError) failed++;
            }
          });
        }
      });
      expect(failed).toBe(3_000);
      expect(executor.statistics()).toMatchObject({ failed: 3_000, running: 0, queued: 0 });
    });
  });

  both("is an error of the calls that wait for it", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({
      workers: 3,
      name: "mine",
      execArgv: ["--import", "data:text/javascript,throw new RangeError('not today')"],
    });
    const errors: unknown[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 5; i++) {
            group.spawn(
              fn(function* () {
                errors.push(yield* caught(wait(runInExecutor(executor, double, i))));
              }),
            );
          }
        }),
      ),
    );
    expect(errors.length).toBe(5);
    expect(new Set(errors).size).toBe(5);
    for (const error of errors) {
      expect(error).toBeInstanceOf(WorkerCrashedError);
      expect(error).toMatchObject({ reason: "start", cause: { message: "not today" } });
      expect((error as Error).message).toBe("No thread of mine could be started for double: not today");
    }
    expect(executor.limiter.borrowed).toBe(0);
    yield* wait(executor.close());
  });

  both("because it exits", function* ({ wait }) {
    const executor = new ThreadExecutor({ execArgv: ["--import", "data:text/javascript,process.exit(3)"] });
    const error = yield* caught(wait(runInExecutor(executor, double, 1)));
    expect(error).toMatchObject({ name: "WorkerCrashedError", reason: "start" });
    expect((error as Error).message).toMatch(/for double: it ended before it could take a call$/);
  });

  both("because its options are not node's", function* ({ wait }) {
    const executor = new ThreadExecutor({ execArgv: ["--no-such-option"] });
    const error = yield* caught(wait(runInExecutor(executor, double, 1)));
    expect(error).toMatchObject({ name: "WorkerCrashedError", reason: "start" });
    expect((error as Error).message).toMatch(/for double: .*--no-such-option/);
    expect(executor.limiter.borrowed).toBe(0);
  });
});

test("many crashes among many calls: each call has its own end, and the executor recovers", async () => {
  await run(async () => {
    const executor = new ThreadExecutor({ workers: 4 });
    const ends: unknown[] = [];
    await taskGroup(async (group) => {
      for (let i = 0; i < 60; i++) {
        group.spawn(async () => {
          try {
            ends[i] =
              i % 3 === 0
                ? await runInExecutor(executor, crash, i % 2 === 0 ? "exit" : "throw")
                : await runInExecutor(executor, double, i);
          } catch (error) {
            ends[i] = error;
          }
        });
      }
    });
    for (let i = 0; i < 60; i++) {
      if (i % 3 !== 0) expect(ends[i]).toBe(2 * i);
      else
        expect(ends[i]).toMatchObject({ name: "WorkerCrashedError", reason: i % 2 === 0 ? "exit" : "error" });
    }
    expect(new Set(ends.filter((end) => end instanceof Error)).size).toBe(20);
    expect(executor.statistics()).toMatchObject({
      crashed: 20,
      failed: 20,
      completed: 40,
      running: 0,
      queued: 0,
    });
    expect(await runInExecutor(executor, double, 100)).toBe(200);
  });
});

both("the death of one leaves the others alone", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 2 });
  const shared = gate();
  yield* wait(
    taskGroup(
      fn(function* (group) {
        const task = group.spawn(fn(() => wait(runInExecutor(executor, passGate, shared, "safe"))));
        expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 1)))).toBe(true);
        for (let i = 0; i < 3; i++) {
          expect(yield* caught(wait(runInExecutor(executor, crash, "exit")))).toBeInstanceOf(
            WorkerCrashedError,
          );
        }
        open(shared);
        expect(yield* wait(task.join())).toBe("safe");
      }),
    ),
  );
});
