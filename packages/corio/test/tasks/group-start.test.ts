// group.start(): the corner cases that trio and anyio test.

import { describe, expect } from "vitest";
import {
  cancelScope,
  checkpoint,
  createTask,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  sleep,
  sleepForever,
  StrayCancellationError,
  TaskCancelledError,
  taskGroup,
  type TaskGroupError,
  type CancelledError,
  type Ready,
  type Task,
  type TaskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { childrenOf, nodeHere } from "../support/kernel.ts";

describe("group.start", () => {
  both(
    "waits for the word, gives what it says, and leaves the task in the group (trio test_run.test_nursery_start, anyio test_taskgroups.test_start_with_value)",
    function* ({ fn, wait }) {
      for (const ms of [1, 2]) {
        const begun = loopTime();
        yield* wait(
          taskGroup(
            fn(function* (group) {
              const value = yield* wait(
                group.start(
                  fn(function* (ready: Ready<number>) {
                    yield* wait(sleep(ms));
                    ready(ms);
                    yield* wait(sleep(ms));
                  }),
                ),
              );
              expect(value).toBe(ms);
              expect(loopTime() - begun).toBe(ms);
              expect(childrenOf(nodeHere())).toHaveLength(1);
            }),
          ),
        );
        expect(loopTime() - begun).toBe(2 * ms);
      }
    },
  );

  both("may say it without a value (anyio test_taskgroups.test_start_no_value)", function* ({ fn, wait }) {
    const value = yield* wait(
      taskGroup(
        fn(function* (group) {
          return yield* wait(
            group.start(
              fn(function* (ready: Ready<undefined>) {
                ready(undefined);
              }),
            ),
          );
        }),
      ),
    );
    expect(value).toBe(undefined);
  });

  both("to say it twice is an error (anyio test_taskgroups.test_start_called_twice)", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const value = yield* wait(
            group.start(
              fn(function* (ready: Ready<string>) {
                ready("first");
                try {
                  ready("second");
                } catch (error) {
                  log.push(error);
                }
              }),
            ),
          );
          expect(value).toBe("first");
        }),
      ),
    );
    expect(log[0]).toBeInstanceOf(InvalidStateError);
  });

  both(
    "a failure after the word is the group's (anyio test_taskgroups.test_start_crash_after_started_call)",
    function* ({ fn, wait, log }) {
      const failure = new Error("after the word");
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              log.push(
                yield* wait(
                  group.start(
                    fn(function* (ready: Ready<number>) {
                      ready(2);
                      yield* wait(sleep(0));
                      throw failure;
                    }),
                  ),
                ),
              );
            }),
          ),
        ),
      );
      expect(log).toEqual([2]);
      expect((error as TaskGroupError).errors).toEqual([failure]);
    },
  );

  both(
    "a failure in the step of the word, too: the starter has the value (trio test_run.test_trio_run_strict_before_started)",
    function* ({ fn, wait, log }) {
      const failure = new Error("in the same step");
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              log.push(
                yield* wait(
                  group.start(
                    fn(function* (ready: Ready<number>) {
                      ready(2);
                      throw failure;
                    }),
                  ),
                ),
              );
              yield* wait(sleepForever());
            }),
          ),
        ),
      );
      expect(log).toEqual([2]);
      expect((error as TaskGroupError).errors).toEqual([failure]);
    },
  );

  both(
    "in a cancelled group the task is started, and told at its first await (anyio test_taskgroups.test_start_cancelled)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            group.cancel();
            yield* wait(
              group.start(
                fn(function* () {
                  log.push("started");
                  yield* wait(sleep(2));
                  log.push("never");
                }),
              ),
            );
            log.push("never either");
          }),
        ),
      );
      expect(log).toEqual(["started"]);
      expect(loopTime()).toBe(0);
    },
  );

  both(
    "the word of a task whose starter was cancelled is heard by nobody (anyio test_taskgroups.test_start_cancels_parent_scope)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            yield* wait(
              cancelScope(
                fn(function* (scope) {
                  scope.cancel();
                  const error = yield* caught(
                    wait(
                      group.start(
                        fn(function* (ready: Ready<string>) {
                          log.push("started");
                          ready("hi");
                          yield* wait(sleepForever());
                        }),
                      ),
                    ),
                  );
                  log.push((error as CancelledError).scope === scope);
                  throw error;
                }),
              ),
            );
            // The task was cancelled with its starter, the group was not.
            yield* wait(sleep(1));
            expect(childrenOf(nodeHere())).toEqual([]);
            expect(group.cancelCalled).toBe(false);
          }),
        ),
      );
      expect(new Set(log)).toEqual(new Set(["started", true]));
    },
  );

  both(
    "a task that is cancelled before its word is an ordinary failure of the starter (anyio test_taskgroups.test_start_native_child_cancelled)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                const error = yield* caught(
                  wait(
                    group.start(
                      fn(function* () {
                        yield* wait(sleep(2));
                        log.push("never");
                      }),
                    ),
                  ),
                );
                log.push(error instanceof TaskCancelledError);
              }),
            );
            yield* wait(sleep(1));
            const [, started] = childrenOf(nodeHere());
            started!.cancel();
          }),
        ),
      );
      expect(log).toEqual([true]);
    },
  );

  both(
    "its starter cancelled from outside: the task is cancelled and waited for (anyio test_taskgroups.test_start_native_host_cancelled)",
    function* ({ fn, wait, log }) {
      const host = createTask(
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                yield* wait(
                  group.start(
                    fn(function* () {
                      log.push("started");
                      try {
                        yield* wait(sleep(2));
                        log.push("never");
                      } finally {
                        yield* wait(sleep(1));
                        log.push("cleaned");
                      }
                    }),
                  ),
                );
              }),
            ),
          );
        }),
      );
      yield* wait(sleep(1));
      host.cancel();
      yield* caught(wait(host.join()));
      expect(host.cancelled()).toBe(true);
      expect(log).toEqual(["started", "cleaned"]);
    },
  );

  both(
    "an error beside it ends the start in another group (anyio test_taskgroups.test_start_cancel_after_error)",
    function* ({ fn, wait, log }) {
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (outer) {
              yield* wait(
                taskGroup(
                  fn(function* (inner) {
                    inner.spawn(
                      fn(function* () {
                        yield* wait(sleep(1));
                        throw new RangeError("ends the start");
                      }),
                    );
                    yield* wait(
                      outer.start(
                        fn(function* (ready: Ready<void>) {
                          yield* wait(sleep(1000));
                          log.push("never");
                          ready();
                        }),
                      ),
                    );
                  }),
                ),
              );
            }),
          ),
        ),
      );
      const inner = (error as TaskGroupError).only() as TaskGroupError;
      expect(inner.only()).toBeInstanceOf(RangeError);
      expect(log).toEqual([]);
      expect(loopTime()).toBe(1);
    },
  );

  both(
    "a group waits for what is being started (trio test_run.test_nursery_start_keeps_nursery_open)",
    function* (t) {
      const { fn, wait } = t;
      yield* wait(
        taskGroup(
          fn(function* (outer) {
            yield* wait(
              taskGroup(
                fn(function* (inner) {
                  const start = fn(function* () {
                    yield* wait(
                      inner.start(
                        fn(function* (ready: Ready<void>) {
                          yield* wait(sleep(2));
                          ready();
                          yield* wait(sleep(3));
                        }),
                      ),
                    );
                  });
                  outer.spawn(start);
                  yield* wait(sleep(1));
                  outer.spawn(start);
                  // So that the second one is there before the block ends.
                  yield* wait(checkpoint());
                }),
              ),
            );
            expect(loopTime()).toBe(6);
          }),
        ),
      );
    },
  );

  both(
    "in a group that has ended it is an error, and nothing is started (TG2)",
    function* ({ fn, wait, log }) {
      let kept: TaskGroup | undefined;
      yield* wait(
        taskGroup((group) => {
          kept = group;
        }),
      );
      const error = yield* caught(
        wait(
          kept!.start(
            fn(function* () {
              log.push("started");
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(InvalidStateError);
      expect(log).toEqual([]);
      expect(nodeHere().first).toBe(null);
    },
  );

  both("what is no function is refused (anyio test_taskgroups.test_start_exception_delivery)", function* (t) {
    const { fn, wait } = t;
    yield* wait(
      taskGroup(
        fn(function* (group) {
          expect(() => group.start(5 as never)).toThrow(TypeError);
          // A plain function is a task like any: it says the word, and ends.
          expect(yield* wait(group.start((ready: Ready<string>) => ready("hello")))).toBe("hello");
        }),
      ),
    );
  });

  both(
    "a task that ends before the word by a cancellation of elsewhere: its starter, elsewhere too, is told, and the group fails",
    function* ({ fn, wait }) {
      let stolen: unknown;
      const thief = fn(function* () {
        stolen = yield* caught(wait(sleepForever()));
        throw stolen;
      });
      yield* wait(moveOnAfter(1, thief));
      let group!: TaskGroup;
      const owner = createTask(
        fn(function* () {
          const body = fn(function* (made: TaskGroup) {
            group = made;
            yield* wait(sleepForever());
          });
          return yield* caught(wait(taskGroup(body)));
        }),
      );
      yield* wait(sleep(1));
      const child = fn(function* (_ready: Ready<void>) {
        yield* wait(sleep(1));
        throw stolen;
      });
      const error = yield* caught(wait(group.start(child)));
      expect(error).toBeInstanceOf(StrayCancellationError);
      expect(((yield* wait(owner.join())) as TaskGroupError).errors).toEqual([error]);
    },
  );

  both(
    "a start that nobody awaited has started nothing (anyio test_taskgroups.test_no_called_started_twice)",
    function* (t) {
      const { fn, wait, log } = t;
      const tasks: Task<unknown>[] = [];
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            const starting = group.start(
              fn(function* (ready: Ready<void>) {
                log.push("started");
                ready();
              }),
            );
            expect(childrenOf(nodeHere())).toEqual([]);
            group.cancel();
            yield* wait(starting);
            log.push("never");
          }),
        ),
      );
      expect(log).toEqual(["started"]);
      expect(tasks).toEqual([]);
    },
  );
});
