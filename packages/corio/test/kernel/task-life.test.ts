// How long a task lives, and who may end it.

import { setImmediate as hostTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  allTasks,
  call,
  createTask,
  currentTask,
  Future,
  NoRunError,
  run,
  sleep,
  taskGroup,
  timeout,
  type Task,
} from "corio";
import { both, caught, dialects } from "../support/dialects.ts";
import { soon } from "../support/kernel.ts";

describe("a pending task", () => {
  for (const { name, fn, wait } of dialects) {
    test(`is not collected, though nobody refers to it (X5: better) (${name})`, async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const ended = await run(
        fn(function* () {
          let future: WeakRef<Future<void>> | undefined;
          let task: WeakRef<Task<unknown>> | undefined;
          let done = false;
          (() => {
            task = new WeakRef(
              createTask(
                fn(function* () {
                  // Only this task knows what it waits for.
                  const own = new Future<void>();
                  future = new WeakRef(own);
                  yield* wait(own.wait());
                  done = true;
                }),
              ),
            );
          })();
          for (let i = 0; i < 5; i++) {
            yield* wait(call(async () => hostTurn()));
            collect();
          }
          expect(task!.deref()).toBeDefined();
          future!.deref()!.setResult();
          yield* wait(sleep(1));
          return done;
        }),
      );
      expect(ended).toBe(true);
    });
  }
});

describe("all tasks", () => {
  both("are those that have not ended, the running one and those of blocks included (K11)", function* (t) {
    const { fn, wait } = t;
    const root = currentTask();
    const names = (): string[] => [...allTasks()].map((task) => (task === root ? "root" : task.name));
    expect(names()).toEqual(["root"]);
    const napper = fn(function* (ms: number) {
      yield* wait(sleep(ms));
    });
    const owned = createTask({ name: "owned" }, napper, 30);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn({ name: "short" }, napper, 5);
          group.spawn(
            { name: "parent" },
            fn(function* () {
              expect(allTasks().has(currentTask())).toBe(true);
              yield* wait(
                timeout(
                  1000,
                  fn(function* () {
                    yield* wait(
                      taskGroup(
                        fn(function* (inner) {
                          inner.spawn({ name: "deep" }, napper, 20);
                        }),
                      ),
                    );
                  }),
                ),
              );
            }),
          );
          // One that has not begun is among them, too.
          expect(names().toSorted()).toEqual(["owned", "parent", "root", "short"]);
          yield* wait(sleep(10));
          expect(names().toSorted()).toEqual(["deep", "owned", "parent", "root"]);
        }),
      ),
    );
    expect(names().toSorted()).toEqual(["owned", "root"]);
    yield* wait(owned.join());
    expect(names()).toEqual(["root"]);
  });

  test("outside any run there are none to ask for (K11)", () => {
    expect(() => allTasks()).toThrow(NoRunError);
  });
});

describe("the outcome", () => {
  both("is the body's: nobody else can set it (K3: better)", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(1));
        return "own";
      }),
    );
    for (const method of ["setResult", "setException", "set_result", "set_exception"]) {
      expect(method in task).toBe(false);
    }
    expect(yield* wait(task.join())).toBe("own");
  });
});

describe("the running task", () => {
  both("there is none in a callback of the loop: to ask is an error (K9)", function* ({ wait, log }) {
    const self = currentTask();
    soon(() => {
      try {
        log.push(currentTask());
      } catch (error) {
        log.push(error instanceof NoRunError);
      }
    });
    yield* wait(sleep(1));
    expect(log).toEqual([true]);
    expect(currentTask()).toBe(self);
  });
});

describe("cancellation", () => {
  both("unwinds nested calls from the innermost out, and can be caught on the way (C9)", function* (t) {
    const { fn, wait, log } = t;
    const future = new Future<void>();
    const inner = fn(function* () {
      try {
        yield* wait(future.wait());
      } catch (error) {
        log.push(`inner ${(error as Error).name}`);
        throw error;
      }
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(call(inner));
        } catch (error) {
          log.push(`outer ${(error as Error).name}`);
        }
        return "caught";
      }),
    );
    yield* wait(sleep(1));
    task.cancel();
    expect(yield* wait(task.join())).toBe("caught");
    expect(log).toEqual(["inner CancelledError", "outer CancelledError"]);
    // A caught one is no cancelled task, and the future is nobody's.
    expect(task.cancelled()).toBe(false);
    expect(future.done()).toBe(false);
  });

  both("of a task that catches it: it goes on, awaits, and returns (C15)", function* ({ fn, wait, log }) {
    const [one, two, three] = [new Future<void>(), new Future<void>(), new Future<number>()];
    const task = createTask(
      fn(function* () {
        yield* wait(one.wait());
        log.push((yield* caught(wait(two.wait()))) instanceof Error);
        return yield* wait(three.wait());
      }),
    );
    yield* wait(sleep(1));
    one.setResult();
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(1));
    expect(log).toEqual([true]);
    three.setResult(42);
    expect(yield* wait(task.join())).toBe(42);
    expect(task.cancelled()).toBe(false);
    expect(two.done()).toBe(false);
  });
});
