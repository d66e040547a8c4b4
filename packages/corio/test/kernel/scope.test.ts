import { describe, expect } from "vitest";
import {
  call,
  type CancelledError,
  cancelScope,
  CleanupError,
  createTask,
  currentScope,
  fromPromise,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  ScopeClosedError,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  TimeoutError,
  type Scope,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { loopHere, nodeHere } from "../support/kernel.ts";

describe("resources", () => {
  both("are released in reverse order when the block closes, and may wait", function* ({ fn, wait, log }) {
    const value = yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.defer(() => log.push("plain"));
          scope.defer(function* () {
            yield* sleep(5);
            log.push("coroutine");
          });
          scope.defer(async () => {
            await sleep(5);
            log.push("async");
          });
          expect(scope.use({ [Symbol.dispose]: () => log.push("disposed") })).toBeDefined();
          const resource = {
            async [Symbol.asyncDispose]() {
              await sleep(5);
              log.push("async disposed", this === resource);
            },
          };
          expect(scope.use(resource)).toBe(resource);
          log.push("body");
          return yield* wait(call(() => "value"));
        }),
      ),
    );
    expect(value).toBe("value");
    expect(log).toEqual(["body", "async disposed", true, "disposed", "async", "coroutine", "plain"]);
    expect(loopTime()).toBe(15);
  });

  both("the async form of disposal is preferred where there are both", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.use({
            [Symbol.dispose]: () => void log.push("sync"),
            [Symbol.asyncDispose]: async () => void log.push("async"),
          });
        }),
      ),
    );
    expect(log).toEqual(["async"]);
  });

  for (const [how, body] of Object.entries({
    "its value": function* () {},
    "an error": function* () {
      throw new Error("body");
    },
    "a cancellation": function* (scope: Scope) {
      scope.cancel();
      yield* sleep(1);
    },
  })) {
    both(`are released when the block ends by ${how}, by then the children are gone`, function* (t) {
      const { fn, wait, log } = t;
      const run = fn(function* () {
        yield* wait(
          taskGroup({ cancellable: true }, function* (group) {
            group.defer(() => log.push("released"));
            group.spawn(function* () {
              try {
                yield* sleep(10);
              } finally {
                yield* sleep(1);
                log.push("child gone");
              }
            });
            yield* sleep(1);
            yield* body(group);
          }),
        );
      });
      yield* wait(
        call(async () => {
          try {
            await call(run);
          } catch {
            // the error's own test is elsewhere
          }
        }),
      );
      expect(log).toEqual(["child gone", "released"]);
    });
  }

  both("a release that was called off does not happen", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.defer(() => log.push("first"));
          const undo = scope.defer(() => log.push("second"));
          scope.defer(() => log.push("third"));
          undo();
          undo();
        }),
      ),
    );
    expect(log).toEqual(["third", "first"]);
  });

  both("one function deferred twice is called twice", function* ({ fn, wait, log }) {
    const release = (): void => void log.push("released");
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.defer(release);
          scope.defer(release);
        }),
      ),
    );
    expect(log).toEqual(["released", "released"]);
  });

  both("what a release defers is released too, before the earlier ones", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.defer(() => log.push("outer"));
          scope.defer(() => {
            log.push("inner");
            scope.defer(() => log.push("deferred by inner"));
          });
        }),
      ),
    );
    expect(log).toEqual(["inner", "deferred by inner", "outer"]);
  });

  both("a failing release does not stop the others; a sole error is thrown as it is", function* (t) {
    const { fn, wait, log } = t;
    const failure = new Error("release");
    const error = yield* caught(
      wait(
        cancelScope(
          fn(function* (scope) {
            scope.defer(() => log.push("first"));
            scope.defer(() => {
              throw failure;
            });
            scope.defer(() => log.push("third"));
            return "value";
          }),
        ),
      ),
    );
    expect(error).toBe(failure);
    expect(log).toEqual(["third", "first"]);
  });

  both("no error of a release is dropped: CleanupError has the body's own first", function* ({ fn, wait }) {
    const [body, one, two] = [new Error("body"), new Error("one"), new Error("two")];
    const error = yield* caught(
      wait(
        cancelScope(
          fn(function* (scope) {
            scope.defer(() => {
              throw two;
            });
            scope.defer(async () => {
              await sleep(1);
              throw one;
            });
            throw body;
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(CleanupError);
    expect((error as CleanupError).errors).toEqual([body, one, two]);
  });

  both("releases of a cancelled scope may wait: they are clean-up", function* ({ fn, wait, log }) {
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* (scope) {
          scope.defer(
            fn(function* () {
              yield* wait(sleep(20));
              log.push("released");
            }),
          );
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(log).toEqual(["released"]);
    expect(loopTime()).toBe(30);
  });

  both("releases of a scope that is cancelled while it releases go on", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            cancelScope(
              fn(function* (scope) {
                scope.defer(() => log.push("last"));
                scope.defer(
                  fn(function* () {
                    outer.cancel();
                    yield* wait(sleep(5));
                    log.push("first");
                  }),
                );
              }),
            ),
          );
          yield* wait(sleep(1));
          log.push("never");
        }),
      ),
    );
    expect(log).toEqual(["first", "last"]);
  });

  both("a task's own resources are released when it ends; so are a run's", function* ({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        currentScope().defer(() => log.push("of the task"));
        yield* wait(sleep(1));
      }),
    );
    yield* wait(task.join());
    expect(log).toEqual(["of the task"]);
    expect(task.done()).toBe(true);
  });

  both("what is no resource is refused", function* ({ fn, wait }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          expect(() => scope.use({} as Disposable)).toThrow(TypeError);
          expect(() => scope.defer(5 as never)).toThrow(TypeError);
        }),
      ),
    );
  });
});

describe("a closed scope", () => {
  both("takes no resource, no deadline, no task, and cannot be cancelled", function* ({ fn, wait }) {
    let kept: Scope | undefined;
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          kept = group;
        }),
      ),
    );
    expect(() => kept!.defer(() => {})).toThrow(InvalidStateError);
    expect(() => kept!.use({ [Symbol.dispose]() {} })).toThrow(InvalidStateError);
    expect(() => (kept!.deadline = 5)).toThrow(InvalidStateError);
    expect(kept!.cancel()).toBe(false);
    expect(kept!.cancelCalled).toBe(false);
  });

  both("refuses the awaits of async code that was started in it", function* ({ fn, wait, log, reports }) {
    let goOn: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let floating: Promise<void> | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          yield* wait(
            call(async () => {
              floating = (async () => {
                await gate;
                try {
                  await sleep(1);
                } catch (error) {
                  log.push(error);
                }
              })();
            }),
          );
        }),
      ),
    );
    goOn!();
    yield* wait(call(() => floating!));
    expect(log).toHaveLength(1);
    expect(log[0]).toBeInstanceOf(ScopeClosedError);
    reports.length = 0;
  });
});

describe("the wait of a closed scope", () => {
  both("is refused", function* ({ fn, wait }) {
    let closed!: Scope;
    const body = fn(function* (scope: Scope) {
      closed = scope;
    });
    yield* wait(cancelScope(body));
    const error = yield* caught(wait(fromPromise(closed.wait(sleep(10)))));
    expect(error).toBeInstanceOf(ScopeClosedError);
    expect(loopTime()).toBe(0);
  });
});

describe("the deadline", () => {
  both("can be read, and set at any time, in loop time (TO10)", function* ({ fn, wait }) {
    yield* wait(sleep(100));
    const result = yield* wait(
      moveOnAfter(
        50,
        fn(function* (scope) {
          expect(scope.deadline).toBe(150);
          scope.deadline = loopTime() + 200;
          yield* wait(sleep(100));
          scope.deadline += 500;
          expect(scope.deadline).toBe(800);
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(loopTime()).toBe(800);
  });

  both("null and Infinity take it away", function* ({ fn, wait }) {
    for (const never of [null, Infinity]) {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* (scope) {
            scope.deadline = never;
            expect(scope.deadline).toBe(null);
            yield* wait(sleep(100));
            return "in peace";
          }),
        ),
      );
      expect(result).toEqual({ cancelled: false, value: "in peace" });
    }
    expect(loopHere().timers.size).toBe(0);
  });

  both("one in the past cancels at the next await (TO10)", function* ({ fn, wait, log }) {
    yield* wait(sleep(10));
    const result = yield* wait(
      moveOnAfter(
        null,
        fn(function* (scope) {
          scope.deadline = 5;
          log.push("still running");
          yield* wait(sleep(0));
          log.push("never");
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(log).toEqual(["still running"]);
    expect(loopTime()).toBe(10);
  });

  both("NaN is refused", function* ({ fn, wait }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          expect(() => (scope.deadline = NaN)).toThrow(TypeError);
          expect(scope.deadline).toBe(null);
        }),
      ),
    );
  });

  both("any scope may have one: a group's ends the group, its reason a TimeoutError", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.deadline = loopTime() + 10;
          group.spawn(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } catch (error) {
                log.push((error as CancelledError).reason);
                throw error;
              }
            }),
          );
        }),
      ),
    );
    expect(log[0]).toBeInstanceOf(TimeoutError);
    expect(loopTime()).toBe(10);
  });

  both("its timer is gone when the block has ended", function* ({ fn, wait }) {
    for (let i = 0; i < 100; i++) {
      yield* wait(
        timeout(
          1e6,
          fn(function* () {
            yield* wait(sleep(0));
          }),
        ),
      );
    }
    expect(loopHere().timers.size).toBe(0);
  });
});

describe("the signal", () => {
  both("aborts when the scope is cancelled, with the CancelledError", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          const { signal } = scope;
          expect(scope.signal).toBe(signal);
          signal.addEventListener("abort", () => log.push(signal.reason));
          expect(signal.aborted).toBe(false);
          scope.cancel("why");
          expect(signal.aborted).toBe(true);
        }),
      ),
    );
    expect(log).toHaveLength(1);
    expect((log[0] as CancelledError).reason).toBe("why");
  });

  both("aborts with a scope around it, and not with one beside or below", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                const { signal } = group;
                const child = group.spawn(
                  fn(function* () {
                    yield* wait(sleepForever());
                  }),
                );
                yield* wait(sleep(1));
                child.cancel();
                yield* wait(sleep(1));
                log.push(signal.aborted);
                outer.cancel();
                log.push(signal.aborted);
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual([false, true]);
  });

  both("asked for after the cancellation it is aborted already", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            cancelScope(
              fn(function* (inner) {
                outer.cancel("early");
                log.push(inner.signal.aborted, (inner.signal.reason as CancelledError).reason);
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual([true, "early"]);
  });

  both("of a shield does not abort with what is outside", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            shield(
              fn(function* (inner) {
                const { signal } = inner;
                outer.cancel();
                log.push(signal.aborted, currentScope().signal.aborted);
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual([false, false]);
  });

  both("of a scope opened in clean-up is not aborted by what the clean-up is for", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            yield* wait(
              cancelScope(
                fn(function* (scope) {
                  log.push(scope.signal.aborted);
                }),
              ),
            );
          }
        }),
      ),
    );
    expect(log).toEqual([false]);
  });
});

describe("the tree", () => {
  both("blocks open a scope each, and leave nothing behind", function* ({ fn, wait }) {
    const root = nodeHere();
    yield* wait(
      timeout(
        100,
        fn(function* (outer) {
          expect(currentScope()).toBe(outer);
          expect(nodeHere().parent).toBe(root);
          yield* wait(
            taskGroup(
              fn(function* (group) {
                expect(currentScope()).toBe(group);
                expect(nodeHere().parent).toBe(outer);
                const task = group.spawn(
                  fn(function* () {
                    expect(nodeHere().parent).toBe(group);
                    expect(currentScope()).toBe(task);
                    yield* wait(sleep(1));
                  }),
                );
                yield* wait(sleep(2));
                expect(nodeHere().first).toBe(null);
              }),
            ),
          );
          expect(currentScope()).toBe(outer);
        }),
      ),
    );
    expect(nodeHere()).toBe(root);
    expect(root.first).toBe(null);
    expect(root.waits).toBe(null);
  });

  both("scope.wait waits in that scope, whatever the context says", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          const waited = scope.wait(sleep(1000)).catch((error: unknown) => log.push((error as Error).name));
          createTask(function* () {
            yield* sleep(5);
            scope.cancel();
          });
          yield* wait(call(() => waited));
        }),
      ),
    );
    expect(log).toEqual(["CancelledError"]);
    expect(loopTime()).toBe(5);
  });
});
