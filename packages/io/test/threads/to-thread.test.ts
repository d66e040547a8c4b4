// toThread and runInExecutor: what is called, with what, and what comes back.
import { runInThisContext } from "node:vm";
import { threadId } from "node:worker_threads";
import { ContextVar, gather, getRunningLoop, NoRunError, run } from "corio";
import { describe, expect, test } from "vitest";
import {
  copyToThreads,
  getDefaultExecutor,
  moduleFunction,
  runInExecutor,
  ThreadExecutor,
  ThreadFunctionError,
  toThread,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import {
  asyncSum,
  awaitable,
  asyncGenerator,
  given,
  nameOfTask,
  sumOfSleeps,
} from "./fixtures/coroutines.ts";
import { anything, anythingSet, renameMe, unmarked, user, whoAmI } from "./fixtures/context.ts";
import { add, double, echo, fail, where } from "./fixtures/work.ts";
import { leavesNoThread } from "./support/threads.ts";

leavesNoThread();

describe("a call", () => {
  both("gives what the function returns (test_threads ToThreadTests.test_to_thread)", function* ({ wait }) {
    expect(yield* wait(toThread(add, 40, 2))).toBe(42);
  });

  both(
    "runs in another thread (P12) (test_events EventLoopTestsMixin.test_run_in_executor)",
    function* ({ wait }) {
      expect(yield* wait(runInExecutor(null, echo, "yo"))).toBe("yo");
      const [thread, isMain] = yield* wait(runInExecutor(null, where));
      expect(isMain).toBe(false);
      expect(thread).not.toBe(threadId);
    },
  );

  both(
    "throws what the function throws (P12) (test_threads ToThreadTests.test_to_thread_exception)",
    function* ({ wait }) {
      const error = yield* caught(wait(toThread(fail, "range")));
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toBe("out of range");
    },
  );

  both("calls the function once (test_threads ToThreadTests.test_to_thread_once)", function* ({ wait }) {
    const calls = new Int32Array(new SharedArrayBuffer(4));
    yield* wait(toThread((shared: Int32Array) => Atomics.add(shared, 0, 1), calls));
    expect(calls[0]).toBe(1);
  });

  both(
    "may be made many times at once (test_threads ToThreadTests.test_to_thread_concurrent)",
    function* ({ wait }) {
      const calls = new Int32Array(new SharedArrayBuffer(4));
      const count = (shared: Int32Array): number => Atomics.add(shared, 0, 1);
      yield* wait(gather(Array.from({ length: 10 }, () => () => toThread(count, calls))));
      expect(calls[0]).toBe(10);
    },
  );

  both("passes any arguments (test_threads ToThreadTests.test_to_thread_args_kwargs)", function* ({ wait }) {
    const given = yield* wait(
      toThread((...args: unknown[]) => args, "test", { something: true }, undefined, null),
    );
    expect(given).toEqual(["test", { something: true }, undefined, null]);
    expect(yield* wait(toThread((...args: unknown[]) => args.length))).toBe(0);
  });

  both("is lazy, and runs once", function* ({ wait }) {
    const call = toThread(double, 4);
    expect(yield* wait(call)).toBe(8);
    expect(yield* caught(wait(call))).toMatchObject({ code: "ERR_INVALID_STATE" });
  });

  both("in an executor of one's own", function* ({ wait }) {
    const executor = new ThreadExecutor({ workers: 1, name: "mine" });
    expect(yield* wait(runInExecutor(executor, double, 1))).toBe(2);
    expect(yield* wait(toThread({ executor }, double, 2))).toBe(4);
    expect(yield* wait(executor.submit(double, [3]))).toBe(6);
    expect(executor.statistics()).toMatchObject({ name: "mine", completed: 3, workers: 1 });
  });

  both("in an executor that is none of ours", function* ({ wait }) {
    const calls: unknown[] = [];
    const executor = {
      submit: (fn: (...args: never[]) => unknown, args: readonly unknown[]) => {
        calls.push(args);
        return toThread(fn as (...args: unknown[]) => unknown, ...args) as never;
      },
      statistics: () => getDefaultExecutor().statistics(),
      close: () => getDefaultExecutor().close(),
      abort: () => {},
    };
    expect(yield* wait(runInExecutor(executor, double, 5))).toBe(10);
    expect(calls).toEqual([[5]]);
  });

  test("outside any run is refused", async () => {
    await expect(async () => await toThread(double, 1)).rejects.toBeInstanceOf(NoRunError);
  });

  test("of what is no function is refused at once", () => {
    expect(() => toThread(42 as never)).toThrow(TypeError);
    expect(() => runInExecutor(null, undefined as never)).toThrow(TypeError);
    expect(() => toThread({ onCancel: "sometimes" as never }, double, 1)).toThrow(TypeError);
    expect(() => toThread({ limiter: 5 as never }, double, 1)).toThrow("it is a CapacityLimiter");
    expect(() => toThread({ executor: {} as never }, double, 1)).toThrow("it is no executor");
  });
});

describe("functions of either dialect", () => {
  both("run in a run of their own", function* ({ wait }) {
    expect(yield* wait(toThread(sumOfSleeps, 1, 2, 3))).toBe(6);
    expect(yield* wait(toThread(asyncSum, 1, 2, 3))).toBe(6);
    expect(yield* wait(toThread(awaitable, "x"))).toBe("x");
    expect(yield* wait(toThread(given, "y"))).toBe("y");
    expect(yield* wait(toThread(nameOfTask))).toBe("string");
  });

  both("but no async generators", function* ({ wait }) {
    expect(yield* caught(wait(toThread(asyncGenerator as () => unknown)))).toBeInstanceOf(TypeError);
  });

  both("an inline async function may import what it needs", function* ({ wait }) {
    // As text: vite would rewrite its imports.
    const inline = runInThisContext(`async (path) => {
      const { basename } = await import("node:path");
      const { sleep } = await import("corio");
      await sleep(1);
      return basename(path);
    }`) as (path: string) => Promise<string>;
    expect(yield* wait(toThread(inline, "/a/b.txt"))).toBe("b.txt");
  });
});

describe("the context", () => {
  both(
    "of the caller is copied for variables that are marked (P12) (test_threads ToThreadTests.test_to_thread_contextvars)",
    function* ({ wait }) {
      user.set("parrot");
      unmarked.set("unseen");
      expect(yield* wait(toThread(whoAmI))).toEqual(["parrot", "default"]);
    },
  );

  both("set in a thread stays there", function* ({ wait }) {
    user.set("parrot");
    const executor = new ThreadExecutor({ workers: 1 });
    expect(yield* wait(runInExecutor(executor, renameMe, "cat"))).toBe("cat");
    expect(user.get()).toBe("parrot");
    expect(yield* wait(runInExecutor(executor, whoAmI))).toEqual(["parrot", "default"]);
  });

  test("is that of each call, not of the call before", async () => {
    await run(async () => {
      const executor = new ThreadExecutor({ workers: 1 });
      user.set("first");
      expect(await runInExecutor(executor, whoAmI)).toEqual(["first", "default"]);
      await run(async () => {
        await gather([
          async () => {
            user.set("second");
            expect(await runInExecutor(executor, whoAmI)).toEqual(["second", "default"]);
          },
        ]);
      });
      expect(await runInExecutor(executor, whoAmI)).toEqual(["first", "default"]);
      expect(await runInExecutor(executor, anythingSet)).toBe(false);
    });
  });

  both("with a value that cannot be cloned is an error that names the variable", function* ({ wait }) {
    const token = anything.set(() => 1);
    const error = yield* caught(wait(toThread(double, 1)));
    expect(error).toBeInstanceOf(ThreadFunctionError);
    expect((error as Error).message).toMatch(/the context variable anything cannot be cloned/);
    anything.reset(token as never);
    expect(yield* wait(toThread(double, 1))).toBe(2);
  });

  test("two variables of one name cannot both be copied", () => {
    expect(() => copyToThreads(new ContextVar("user"))).toThrow(/another variable of that name/);
    expect(copyToThreads(user)).toBe(user);
  });
});

test("a module function is for threads only", () => {
  const work = moduleFunction<typeof double>(new URL("./fixtures/work.ts", import.meta.url), "double");
  expect(() => work(1)).toThrow(/is for threads/);
  expect(double(2)).toBe(4);
});

test("the loop goes on meanwhile", async () => {
  await run(async () => {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const loop = getRunningLoop();
    // Opened by a callback of the loop: if the call blocked it, it would never end.
    loop.callSoon(() => {
      Atomics.store(shared, 0, 1);
      Atomics.notify(shared, 0);
    });
    expect(await toThread((flag: Int32Array) => Atomics.wait(flag, 0, 0), shared)).toMatch(/ok|not-equal/);
  });
});
