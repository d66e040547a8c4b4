// Corner cases of cancelling that trio and anyio test.

import { describe, expect } from "vitest";
import {
  CancelledError,
  call,
  cancelScope,
  checkpoint,
  createTask,
  loopTime,
  sleep,
  sleepForever,
  taskGroup,
  TimeoutError,
  type Scope,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

describe("cancelling", () => {
  both(
    "twice is once; told once, the next await works (trio test_run.test_cancel_edge_cases)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            expect(scope.cancel()).toBe(true);
            expect(scope.cancel()).toBe(false);
            const error = yield* caught(wait(checkpoint()));
            // trio would throw again here; Corio gives the clean-up its grace.
            yield* wait(checkpoint());
            log.push(error instanceof CancelledError);
            throw error;
          }),
        ),
      );
      expect(log).toEqual([true]);
    },
  );

  both(
    "reaches every leaf, also those that have not begun (trio test_run.test_cancel_inheritance)",
    function* ({ fn, wait, log }) {
      const leaf = fn(function* (name: string) {
        try {
          yield* wait(sleepForever());
        } catch (error) {
          log.push(name);
          throw error;
        }
      });
      const worker = fn(function* (name: string) {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(leaf, `${name}-l1`);
              group.spawn(leaf, `${name}-l2`);
            }),
          ),
        );
      });
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            group.spawn(worker, "w1");
            group.spawn(worker, "w2");
            // The workers have spawned their leaves, which have not begun.
            yield* wait(checkpoint());
            expect(log).toEqual([]);
            group.cancel();
          }),
        ),
      );
      expect(log.map(String).toSorted()).toEqual(["w1-l1", "w1-l2", "w2-l1", "w2-l2"]);
      expect(loopTime()).toBe(0);
    },
    { order: "fifo" },
  );

  both(
    "the innermost two at once: the middle one ends, the outer is untouched (trio test_run.test_cancel_scope_nesting)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (one) {
            yield* wait(
              cancelScope(
                fn(function* (two) {
                  yield* wait(
                    cancelScope(
                      fn(function* (three) {
                        three.cancel();
                        two.cancel();
                        yield* wait(sleepForever());
                      }),
                    ),
                  );
                  log.push("never");
                }),
              ),
            );
            yield* wait(checkpoint());
            log.push(one.cancelCalled);
          }),
        ),
      );
      expect(log).toEqual([false]);
    },
  );

  both(
    "of a scope whose body does not wait any more ends nothing (anyio test_taskgroups.test_cancelled_not_caught)",
    function* ({ fn, wait }) {
      const value = yield* wait(
        cancelScope(
          fn(function* (scope) {
            scope.cancel();
            return "value";
          }),
        ),
      );
      expect(value).toBe("value");
      // Nothing of it is left: the next wait goes on as ever.
      yield* wait(checkpoint());
      yield* wait(sleep(1));
    },
  );

  both(
    "of the same task, time and again, each in its own block (anyio test_taskgroups.test_cancel_twice)",
    function* (t) {
      const { fn, wait, log } = t;
      for (let i = 0; i < 3; i++) {
        yield* wait(
          taskGroup(
            { cancellable: true },
            fn(function* (group) {
              group.spawn(
                fn(function* () {
                  yield* wait(sleep(1));
                  group.cancel();
                }),
              );
              yield* wait(sleepForever());
              log.push("never");
            }),
          ),
        );
      }
      expect(log).toEqual([]);
      expect(loopTime()).toBe(3);
    },
  );

  both(
    "of a group that waits for its children, from outside: they are told, and waited for (anyio test_taskgroups.test_cancel_exiting_task_group)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (outer) {
            outer.spawn(
              fn(function* () {
                yield* wait(
                  taskGroup(
                    fn(function* (inner) {
                      inner.spawn(
                        fn(function* () {
                          try {
                            yield* wait(sleep(5000));
                          } finally {
                            yield* wait(sleep(5));
                            log.push("told");
                          }
                        }),
                      );
                    }),
                  ),
                );
                log.push("never");
              }),
            );
            yield* wait(sleep(1));
            outer.cancel();
          }),
        ),
      );
      expect(log).toEqual(["told"]);
      expect(loopTime()).toBe(6);
    },
  );

  both(
    "of a scope in another task ends that block there, and nothing else (anyio test_taskgroups.test_cancel_scope_in_child_task)",
    function* ({ fn, wait, log }) {
      let inner: Scope | undefined;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                yield* wait(
                  cancelScope(
                    fn(function* (scope) {
                      inner = scope;
                      yield* wait(sleep(2000));
                      log.push("never");
                    }),
                  ),
                );
                log.push("child goes on");
              }),
            );
            yield* wait(sleep(1));
            inner!.cancel();
            yield* wait(sleep(10));
            log.push("host goes on");
          }),
        ),
      );
      expect(log).toEqual(["child goes on", "host goes on"]);
    },
  );

  both(
    "its reason stays that of the first time, also beside an expiry (trio test_cancelled.test_cancel_reason_not_overwritten)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            scope.cancel("by hand");
            scope.deadline = -Infinity;
            log.push(((yield* caught(wait(checkpoint()))) as CancelledError).reason, scope.reason);
          }),
        ),
      );
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            scope.deadline = -Infinity;
            expect(scope.cancel("too late")).toBe(false);
            log.push(((yield* caught(wait(checkpoint()))) as CancelledError).reason instanceof TimeoutError);
          }),
        ),
      );
      expect(log).toEqual(["by hand", "by hand", true]);
    },
  );

  both(
    "a failing child is the reason that its siblings and the body see (trio test_cancelled.test_cancel_reason_nursery2)",
    function* ({ fn, wait, log }) {
      const failure = new Error("of the child");
      yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              const see = fn(function* () {
                const error = (yield* caught(wait(sleepForever()))) as CancelledError;
                log.push(error.reason === failure, error.scope === group);
                throw error;
              });
              group.spawn(see);
              group.spawn(
                fn(function* () {
                  yield* wait(sleep(1));
                  throw failure;
                }),
              );
              yield* wait(call(see));
            }),
          ),
        ),
      );
      expect(log).toEqual([true, true, true, true]);
    },
  );

  both(
    "through a thousand nested blocks ends them all (trio test_run.test_very_deep_cancel_scope_nesting)",
    function* (t) {
      const { fn, wait, log } = t;
      // As deep as the language's own stack lets coroutines nest; the walk through the tree does not recurse.
      const depth = 1000;
      const nest = fn(function* (_scope: Scope, level: number): Generator<unknown, void> {
        if (level < depth) {
          yield* wait(cancelScope(nest, level + 1)) as Generator<unknown, void>;
          log.push("never");
          return;
        }
        let count = 0;
        for (let node = nodeHere().parent; node !== null; node = node.parent) count++;
        log.push(count > depth);
        yield* wait(sleepForever());
      });
      yield* wait(
        cancelScope(
          fn(function* (outermost) {
            createTask(function* () {
              yield* sleep(1);
              outermost.cancel();
            });
            yield* wait(call(nest, outermost, 0));
          }),
        ),
      );
      expect(log).toEqual([true]);
      expect(loopTime()).toBe(1);
      expect(nodeHere().first).toBe(null);
    },
    { seeds: 10 },
  );
});
