import { describe, expect, test } from "vitest";
import {
  call,
  CancelledError,
  cancelScope,
  checkpoint,
  currentScope,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  NoRunError,
  sleep,
  sleepForever,
  TaskCancelledError,
  taskGroup,
  TaskGroupError,
  timeout,
  TimeoutError,
  type Task,
  type CancellableTaskGroup,
  type TaskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

describe("waiting for the children", () => {
  both("the block gives the body's value when all children have ended (TG1)", function* ({ fn, wait, log }) {
    const value = yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const delay of [10, 30, 20]) {
            group.spawn(
              fn(function* () {
                yield* wait(sleep(delay));
                log.push(delay);
              }),
            );
          }
          return "value";
        }),
      ),
    );
    expect(value).toBe("value");
    expect(log).toEqual([10, 20, 30]);
    expect(loopTime()).toBe(30);
  });

  both("children spawned by children while the body is over are waited for (TG1)", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const spawnNext = fn(function* (depth: number) {
            yield* wait(sleep(10));
            log.push(depth);
            if (depth < 4) group.spawn(spawnNext, depth + 1);
          });
          group.spawn(spawnNext, 1);
        }),
      ),
    );
    expect(log).toEqual([1, 2, 3, 4]);
  });

  both("values of children are had by join or result, failed children never", function* ({ fn, wait }) {
    let tasks: Task<number>[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          tasks = [1, 2, 3].map((n) =>
            group.spawn(
              fn(function* () {
                yield* wait(sleep(n));
                return n * n;
              }),
            ),
          );
        }),
      ),
    );
    expect(tasks.map((task) => task.result())).toEqual([1, 4, 9]);
  });

  both("a child that is cancelled by itself neither fails nor ends the group (TG9)", function* (t) {
    const { fn, wait, log } = t;
    const value = yield* wait(
      taskGroup(
        fn(function* (group) {
          const victim = group.spawn(
            fn(function* () {
              yield* wait(sleepForever());
            }),
          );
          group.spawn(
            fn(function* () {
              yield* wait(sleep(20));
              log.push("sibling");
            }),
          );
          yield* wait(sleep(10));
          victim.cancel();
          yield* wait(sleep(1));
          return "whole";
        }),
      ),
    );
    expect(value).toBe("whole");
    expect(log).toEqual(["sibling"]);
  });
});

describe("failures", () => {
  both("the first failure cancels siblings and body, once (TG4)", function* ({ fn, wait, log }) {
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                yield* wait(sleep(10));
                throw new Error("first");
              }),
            );
            const sibling = fn(function* (name: string) {
              try {
                yield* wait(sleepForever());
              } catch (cancelled) {
                log.push(name);
                expect((cancelled as CancelledError).reason).toBeInstanceOf(Error);
                yield* wait(sleep(5));
                log.push(`${name} cleaned`);
                throw cancelled;
              }
            });
            group.spawn(sibling, "a");
            group.spawn(sibling, "b");
            yield* wait(call(sibling, "body"));
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).errors).toHaveLength(1);
    expect(log.slice(0, 3).map(String).toSorted()).toEqual(["a", "b", "body"]);
    expect(log.slice(3).map(String).toSorted()).toEqual(["a cleaned", "b cleaned", "body cleaned"]);
    // Torn down concurrently.
    expect(loopTime()).toBe(15);
  });

  both("a body's error alone is still a group of one (TG6)", function* ({ fn, wait }) {
    const failure = new Error("body");
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* () {
            throw failure;
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TaskGroupError);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as TaskGroupError).errors).toEqual([failure]);
    expect((error as TaskGroupError).only()).toBe(failure);
    expect((error as Error).message).toContain("body");
  });

  both("errors stand in the order in which they happened, not of the spawns (TG5)", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            const failing = fn(function* (name: string, cleanup: number) {
              try {
                yield* wait(sleepForever());
              } finally {
                yield* wait(sleep(cleanup));
                throw new Error(name);
              }
            });
            group.spawn(failing, "third", 30);
            group.spawn(failing, "second", 20);
            group.spawn(
              fn(function* () {
                yield* wait(sleep(1));
                throw new Error("first");
              }),
            );
            try {
              yield* wait(sleepForever());
            } finally {
              throw new Error("body");
            }
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).errors.map((e: Error) => e.message)).toEqual([
      "first",
      "second",
      "third",
      "body",
    ]);
  });

  both("an error that also came out of a join in the body is listed once (TG7)", function* ({ fn, wait }) {
    const failure = new Error("once");
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(
              fn(function* () {
                yield* wait(sleep(1));
                throw failure;
              }),
            );
            yield* wait(task.join());
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).errors).toEqual([failure]);
  });

  both("and once also when several siblings joined it", function* ({ fn, wait }) {
    const failure = new Error("once");
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(
              fn(function* () {
                yield* wait(sleep(1));
                throw failure;
              }),
            );
            for (let i = 0; i < 3; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(task.join());
                }),
              );
            }
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).errors).toEqual([failure]);
  });

  both("groups nest: an inner group's error is one element of the outer (TG8)", function* ({ fn, wait }) {
    const error = (yield* caught(
      wait(
        taskGroup(
          fn(function* (outer) {
            outer.spawn(
              fn(function* () {
                yield* wait(
                  taskGroup(
                    fn(function* (inner) {
                      inner.spawn(() => {
                        throw new RangeError("deep");
                      });
                      inner.spawn(() => {
                        throw new TypeError("deep too");
                      });
                    }),
                  ),
                );
              }),
            );
          }),
        ),
      ),
    )) as TaskGroupError;
    expect(error.errors).toHaveLength(1);
    const inner = error.only() as TaskGroupError;
    expect(inner).toBeInstanceOf(TaskGroupError);
    expect(inner.errors).toHaveLength(2);
    expect(error.match(RangeError).map((e) => e.message)).toEqual(["deep"]);
    const [ranges, rest] = error.split((e) => e instanceof RangeError);
    expect(ranges!.match(RangeError)).toHaveLength(1);
    expect(ranges!.match(TypeError)).toHaveLength(0);
    expect(rest!.match(TypeError)).toHaveLength(1);
    expect(error.split(() => true)[1]).toBe(null);
    expect(error.split(() => false)[0]).toBe(null);
  });

  test("match finds any number of errors in a nested group", () => {
    const many = new Array<Error>(300_000).fill(new RangeError("one of many"));
    const error = new TaskGroupError([new TaskGroupError(many, "inner")], "outer");
    expect(error.match(RangeError)).toHaveLength(many.length);
  });

  both("a body's own error while it is being cancelled is in the group, last (TG15)", function* (t) {
    const { fn, wait } = t;
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                yield* wait(sleep(1));
                throw new Error("child");
              }),
            );
            try {
              yield* wait(sleepForever());
            } catch {
              throw new Error("body");
            }
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).errors.map((e: Error) => e.message)).toEqual(["child", "body"]);
  });

  both("no error is ever dropped, whatever is thrown (TG16: better)", function* ({ fn, wait }) {
    const thrown = [undefined, null, 0, "text", new Error("e"), new TimeoutError("t")];
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            for (const value of thrown) {
              group.spawn(() => {
                // oxlint-disable-next-line no-throw-literal, only-throw-error
                throw value;
              });
            }
          }),
        ),
      ),
    );
    const { errors } = error as TaskGroupError;
    expect(errors).toHaveLength(thrown.length);
    expect(new Set(errors)).toEqual(new Set(thrown));
  });

  both("the task can go on after the group's error (TG13)", function* ({ fn, wait }) {
    for (let i = 0; i < 3; i++) {
      yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(() => {
                throw new Error("again");
              });
              yield* wait(sleepForever());
            }),
          ),
        ),
      );
      yield* wait(sleep(1));
    }
    expect(loopTime()).toBe(3);
    expect(currentScope().cancelCalled).toBe(false);
    expect(nodeHere().pending).toBe(null);
  });
});

describe("cancellation from outside", () => {
  both("children are cancelled and waited for, then it is thrown (TG11)", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          const error = yield* caught(
            wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } finally {
                        yield* wait(sleep(10));
                        log.push("child cleaned");
                      }
                    }),
                  );
                  yield* wait(sleep(1));
                  scope.cancel("from outside");
                  yield* wait(sleepForever());
                }),
              ),
            ),
          );
          log.push((error as CancelledError).reason);
          throw error;
        }),
      ),
    );
    expect(log).toEqual(["child cleaned", "from outside"]);
    expect(loopTime()).toBe(11);
  });

  both(
    "with child errors the group is thrown, and the next await throws the cancellation (TG12)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            const error = yield* caught(
              wait(
                taskGroup(
                  fn(function* (group) {
                    group.spawn(
                      fn(function* () {
                        try {
                          yield* wait(sleepForever());
                        } finally {
                          throw new Error("clean-up");
                        }
                      }),
                    );
                    yield* wait(sleep(1));
                    scope.cancel();
                    yield* wait(sleepForever());
                  }),
                ),
              ),
            );
            log.push((error as TaskGroupError).only());
            log.push(yield* caught(wait(checkpoint())));
          }),
        ),
      );
      expect((log[0] as Error).message).toBe("clean-up");
      expect(log[1]).toBeInstanceOf(CancelledError);
    },
  );

  both("inner and outer group failing together: the outer's cancel survives (TG14)", function* (t) {
    const { fn, wait, log } = t;
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (outer) {
            outer.spawn(
              fn(function* () {
                yield* wait(sleep(5));
                throw new Error("outer child");
              }),
            );
            try {
              yield* wait(
                taskGroup(
                  fn(function* (inner) {
                    inner.spawn(
                      fn(function* () {
                        yield* wait(sleep(5));
                        throw new Error("inner child");
                      }),
                    );
                    yield* wait(sleepForever());
                  }),
                ),
              );
            } catch (inner) {
              log.push((inner as TaskGroupError).name);
            }
            yield* wait(sleepForever());
          }),
        ),
      ),
    );
    expect(log).toEqual(["TaskGroupError"]);
    expect((error as TaskGroupError).match(Error).map((e) => e.message)).toContain("outer child");
    expect(loopTime()).toBe(5);
  });

  both(
    "a child that shrugs it off and returns keeps its value; the join throws (TG18: better)",
    function* (t) {
      const { fn, wait, log } = t;
      let child: Task<string> | undefined;
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  child = group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } catch {
                        yield* wait(sleep(10));
                      }
                      return "shrugged";
                    }),
                  ) as Task<string>;
                  group.spawn(
                    fn(function* () {
                      yield* wait(sleep(1));
                      scope.cancel();
                    }),
                  );
                }),
              ),
            );
            log.push("never");
          }),
        ),
      );
      expect(child!.result()).toBe("shrugged");
      expect(child!.cancelled()).toBe(false);
      expect(log).toEqual([]);
      expect(loopTime()).toBe(11);
    },
  );

  both("a timeout around a group with failing clean-up: the group is thrown, not lost (TO12)", function* (t) {
    const { fn, wait } = t;
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } finally {
                        throw new Error("clean-up");
                      }
                    }),
                  );
                }),
              ),
            );
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TaskGroupError);
    expect(((error as TaskGroupError).only() as Error).message).toBe("clean-up");
  });
});

describe("group.cancel()", () => {
  both("ends body and children quietly; the value is undefined (TG20)", function* ({ fn, wait, log }) {
    const value = yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("child");
              }
            }),
          );
          yield* wait(sleep(1));
          expect(group.cancel("done")).toBe(true);
          yield* wait(sleepForever());
          return "never";
        }),
      ),
    );
    expect(value).toBe(undefined);
    expect(log).toEqual(["child"]);
    expect(nodeHere().pending).toBe(null);
  });

  both("by a child too; errors are thrown all the same (TG20)", function* ({ fn, wait }) {
    const quiet = yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.spawn(() => {
            group.cancel();
          });
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(quiet).toBe(undefined);
    const error = yield* caught(
      wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } finally {
                  throw new Error("in clean-up");
                }
              }),
            );
            yield* wait(sleep(1));
            group.cancel();
            yield* wait(sleepForever());
          }),
        ),
      ),
    );
    expect(((error as TaskGroupError).only() as Error).message).toBe("in clean-up");
  });

  both("twice is once; after the end it is nothing (TG21)", function* ({ fn, wait }) {
    let kept: CancellableTaskGroup | undefined;
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          kept = group;
          expect(group.cancel()).toBe(true);
          expect(group.cancel()).toBe(false);
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(kept!.cancel()).toBe(false);
    yield* wait(sleep(1));
  });

  both("a body that returns a value after it has returned it", function* ({ fn, wait, log }) {
    const value = yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("child gone");
              }
            }),
          );
          yield* wait(sleep(1));
          group.cancel();
          return "value";
        }),
      ),
    );
    expect(value).toBe("value");
    expect(log).toEqual(["child gone"]);
  });

  both("an outside cancellation or timeout arriving after it still gets out (TG22)", function* (t) {
    const { fn, wait, log } = t;
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(
              taskGroup(
                { cancellable: true },
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } finally {
                        yield* wait(sleep(50));
                      }
                    }),
                  );
                  yield* wait(sleep(1));
                  group.cancel();
                  yield* wait(sleepForever());
                }),
              ),
            );
            log.push("never");
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect(log).toEqual([]);
    expect(loopTime()).toBe(51);
  });
});

describe("spawning late", () => {
  both("into a cancelled group starts the child, told at its first await (TG2, TG24: better)", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.cancel();
          const task = group.spawn(
            fn(function* (resource: string) {
              try {
                log.push(`owns ${resource}`);
                yield* wait(sleep(1));
                log.push("never");
              } finally {
                log.push(`releases ${resource}`);
              }
            }),
            "socket",
          );
          expect(task.done()).toBe(false);
        }),
      ),
    );
    expect(log).toEqual(["owns socket", "releases socket"]);
  });

  both("into a group whose sibling has failed, too", function* ({ fn, wait, log }) {
    yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(() => {
              throw new Error("failed");
            });
            try {
              yield* wait(sleepForever());
            } finally {
              group.spawn(
                fn(function* () {
                  log.push("started");
                  yield* wait(sleep(1));
                  log.push("never");
                }),
              );
            }
          }),
        ),
      ),
    );
    expect(log).toEqual(["started"]);
  });

  both("into a finished group is an error (TG2)", function* ({ fn, wait }) {
    let kept: TaskGroup | undefined;
    yield* wait(
      taskGroup(
        fn(function* (group) {
          kept = group;
        }),
      ),
    );
    expect(() => kept!.spawn(() => {})).toThrow(InvalidStateError);
  });

  both("a group's block cannot be entered twice (TG3)", function* ({ fn, wait }) {
    const block = taskGroup(
      fn(function* () {
        yield* wait(sleep(1));
      }),
    );
    yield* wait(block);
    expect(yield* caught(wait(block))).toBeInstanceOf(InvalidStateError);
  });

  both("arguments and options are handed on", function* ({ fn, wait, log }) {
    const body = fn(function* (...args: unknown[]) {
      log.push(args);
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(body);
          group.spawn(body, 1, 2);
          group.spawn({ name: "n" }, body, "x", { y: 1 });
          group.spawn({}, body, "z");
        }),
      ),
    );
    const handed = log as unknown[][];
    expect(handed.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      [1, 2],
      [],
      ["x", { y: 1 }],
      ["z"],
    ]);
  });
});

test("a group without a run is NoRunError, and the body is not called (TG17)", async () => {
  let called = false;
  const open = async () =>
    taskGroup(() => {
      called = true;
    });
  await expect(open()).rejects.toBeInstanceOf(NoRunError);
  expect(called).toBe(false);
});

both(
  "a joiner in the body of a child that was cancelled alone fails the group, by an ordinary error",
  function* (t) {
    const { fn, wait } = t;
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            const child = group.spawn(
              fn(function* () {
                yield* wait(sleepForever());
              }),
            );
            yield* wait(sleep(1));
            child.cancel();
            yield* wait(child.join());
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).only()).toBeInstanceOf(TaskCancelledError);
  },
);

both("a group inside a moveOnAfter that expires gives no value", function* ({ fn, wait }) {
  const result = yield* wait(
    moveOnAfter(
      5,
      fn(function* () {
        return yield* wait(
          taskGroup(
            fn(function* () {
              yield* wait(sleepForever());
              return 1;
            }),
          ),
        );
      }),
    ),
  );
  expect(result).toEqual({ cancelled: true, value: undefined });
});
