// What a call says while it runs: its progress, and calls of functions on its caller's side.
import { AsyncLocalStorage } from "node:async_hooks";
import {
  allTasks,
  ContextVar,
  currentTask,
  Event,
  LookupError,
  run,
  sleep,
  sleepForever,
  TaskCancelledError,
  timeout,
  TimeoutError,
  withStore,
} from "corio";
import { describe, expect, test } from "vitest";
import {
  callFromThread,
  checkCancelled,
  reportProgress,
  ThreadFunctionError,
  threadSignal,
  toThread,
  type OfferedFunctions,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { cleansUp } from "./fixtures/coroutines.ts";
import { ask, askAndLeave, askMany, count, countAndFail, double, reportOddity } from "./fixtures/work.ts";
import { sharedExecutor } from "./support/shared-executor.ts";

const shared = sharedExecutor();

describe("progress", () => {
  both("comes in order, and all of it before the result", function* ({ wait }) {
    const seen: unknown[] = [];
    const { executor } = shared;
    const result = yield* wait(toThread({ executor, onProgress: (value) => seen.push(value) }, count, 500));
    seen.push(result);
    expect(seen).toEqual([...Array.from({ length: 500 }, (_, i) => i + 1), "counted"]);
  });

  both("comes before a failure, too", function* ({ wait }) {
    const seen: unknown[] = [];
    const { executor } = shared;
    const error = yield* caught(
      wait(toThread({ executor, onProgress: (value: number) => seen.push(value) }, countAndFail, 100)),
    );
    expect(error).toBeInstanceOf(RangeError);
    expect(seen.length).toBe(100);
  });

  both("is lost when nobody listens", function* ({ wait }) {
    expect(yield* wait(toThread({ executor: shared.executor }, count, 10))).toBe("counted");
  });

  both("that cannot be cloned is the function's error", function* ({ wait }) {
    const error = yield* caught(wait(toThread({ executor: shared.executor }, reportOddity)));
    expect(error).toBeInstanceOf(ThreadFunctionError);
    expect((error as Error).message).toMatch(/Cannot send the progress/);
  });

  both("whose listener fails ends the call with that failure", function* ({ wait }) {
    const { executor } = shared;
    const onProgress = (value: number): void => {
      if (value === 3) throw new TypeError("enough");
    };
    const error = yield* caught(wait(toThread({ executor, onProgress }, count, 1_000_000)));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe("enough");
    expect(yield* wait(toThread({ executor }, double, 2))).toBe(4);
  });

  test("is heard in the caller's context", async () => {
    const variable = new ContextVar("variable", { default: "outside" });
    const storage = new AsyncLocalStorage<string>();
    const seen = new Set<string>();
    await run(function* () {
      variable.set("inside");
      const onProgress = (): void => void seen.add(`${variable.get()} ${storage.getStore()}`);
      yield* withStore(storage, "store", () => toThread({ executor: shared.executor, onProgress }, count, 3));
    });
    expect([...seen]).toEqual(["inside store"]);
  });

  test("is for a plain function", async () => {
    await run(async () => {
      const onProgress = async (): Promise<void> => {};
      await expect(async () => await toThread({ onProgress }, count, 1)).rejects.toThrow(/a plain function/);
    });
  });
});

describe("functions that the caller offers", () => {
  const lookup = { lookup: (key: string) => ({ a: 1, b: 2 })[key] };

  both(
    "are called from the thread (test_tasks RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe)",
    function* ({ wait, fn }) {
      const { executor } = shared;
      expect(yield* wait(toThread({ executor, functions: lookup }, ask, "lookup", "b"))).toBe(2);
      const functions: OfferedFunctions = {
        add: fn(function* (a: number, b: number) {
          yield* wait(sleep(1));
          return a + b;
        }),
      };
      expect(yield* wait(toThread({ executor, functions }, ask, "add", 1, 2))).toBe(3);
    },
  );

  both("many at once, and answered each with its own", function* ({ wait }) {
    const { executor } = shared;
    const functions = {
      double: async (x: number) => {
        await sleep(x % 3);
        return 2 * x;
      },
    };
    expect(yield* wait(toThread({ executor, functions }, askMany, 100))).toBe(9900);
  });

  both(
    "fail in the thread (test_tasks RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_exception)",
    function* ({ wait }) {
      const functions = {
        boom: () => {
          throw Object.assign(new RangeError("Fail!"), { code: "EFAIL" });
        },
      };
      const error = yield* caught(wait(toThread({ executor: shared.executor, functions }, ask, "boom")));
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: "Fail!", code: "EFAIL" });
    },
  );

  both(
    "end with the call (test_tasks RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_with_timeout)",
    function* ({ wait }) {
      const ended: string[] = [];
      const functions = {
        forever: async () => {
          try {
            await sleepForever();
          } finally {
            ended.push("forever");
          }
        },
      };
      const { executor } = shared;
      expect(yield* wait(toThread({ executor, functions }, askAndLeave))).toBe("left");
      expect(ended).toEqual(["forever"]);
      expect(allTasks().size).toBe(1);
    },
  );

  both(
    "cancelled, are an error in the thread (test_tasks RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_cancelled)",
    function* ({ wait }) {
      const functions = {
        suicide: async () => {
          currentTask().cancel("by itself");
          await sleep(0);
        },
      };
      const error = yield* caught(wait(toThread({ executor: shared.executor, functions }, ask, "suicide")));
      expect(error).toMatchObject({ name: "CancelledError" });
      expect(error).not.toBeInstanceOf(TaskCancelledError);
    },
  );

  both("that are not offered are an error that names those that are", function* ({ wait }) {
    const { executor } = shared;
    const error = yield* caught(wait(toThread({ executor, functions: lookup }, ask, "find")));
    expect(error).toBeInstanceOf(LookupError);
    expect((error as Error).message).toBe("Cannot call find from the thread: its caller offers lookup");
    const none = yield* caught(wait(toThread({ executor, onProgress: () => {} }, ask, "find")));
    expect((none as Error).message).toBe("Cannot call find from the thread: its caller offers no functions");
    const prototype = yield* caught(wait(toThread({ executor, functions: lookup }, ask, "toString")));
    expect(prototype).toBeInstanceOf(LookupError);
  });

  both("are answered although the caller listens to nothing", function* ({ wait }) {
    expect(yield* caught(wait(toThread({ executor: shared.executor }, ask, "find")))).toBeInstanceOf(
      LookupError,
    );
  });

  both("whose result cannot be cloned are an error in the thread", function* ({ wait }) {
    const functions = { give: () => () => 1 };
    const error = yield* caught(wait(toThread({ executor: shared.executor, functions }, ask, "give")));
    expect(error).toMatchObject({ name: "DataCloneError" });
  });

  both("run in the context of the caller", function* ({ wait }) {
    const variable = new ContextVar("variable", { default: "outside" });
    variable.set("inside");
    const functions = { read: () => variable.get() };
    expect(yield* wait(toThread({ executor: shared.executor, functions }, ask, "read"))).toBe("inside");
  });

  both("and the failure of the call is not wrapped in a group's", function* ({ wait }) {
    const error = yield* caught(
      wait(toThread({ executor: shared.executor, functions: lookup }, countAndFail, 1)),
    );
    expect(error).toBeInstanceOf(RangeError);
  });
});

test("a timeout around a call that calls back ends both", async () => {
  await run(async () => {
    const ended = new Event();
    const functions = {
      forever: async () => {
        try {
          await sleepForever();
        } finally {
          ended.set();
        }
      },
    };
    await expect(
      async () => await timeout(50, () => toThread({ executor: shared.executor, functions }, ask, "forever")),
    ).rejects.toBeInstanceOf(TimeoutError);
    await ended.wait();
    expect(await toThread({ executor: shared.executor }, double, 1)).toBe(2);
  });
});

test("outside a thread there is nobody to talk to", () => {
  for (const say of [
    () => reportProgress(1),
    () => checkCancelled(),
    () => threadSignal(),
    () => callFromThread("x"),
  ]) {
    expect(say).toThrow(/does not run in a call/);
  }
  expect(cleansUp).toBeTypeOf("function");
});
