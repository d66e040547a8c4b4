import { describe, expect } from "vitest";
import {
  type CancelledError,
  call,
  cancelScope,
  checkpoint,
  createTask,
  currentScope,
  currentTask,
  Event,
  Future,
  gather,
  Lock,
  loopTime,
  map,
  moveOnAfter,
  Queue,
  Semaphore,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  TaskCancelledError,
  timeout,
  TimeoutError,
  type Awaitable,
  type Task,
} from "corio";
import { coroutine, suspend } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";
import { loopHere, soon } from "../support/kernel.ts";

describe("cancel()", () => {
  both("gives true once, false for what was cancelled or has ended (C1)", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleepForever());
      }),
    );
    yield* wait(sleep(1));
    expect(task.cancel()).toBe(true);
    expect(task.cancel()).toBe(false);
    yield* caught(wait(task.join()));
    expect(task.cancel()).toBe(false);
    const ended = createTask(() => 1);
    yield* wait(ended.join());
    expect(ended.cancel()).toBe(false);
    expect(ended.result()).toBe(1);
  });

  both("two cancels before the task runs give one error, with the first reason (C8)", function* (t) {
    const { fn, wait, log } = t;
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleepForever());
        } catch (error) {
          log.push((error as CancelledError).reason);
          yield* wait(sleep(1));
          log.push("clean-up went through");
          throw error;
        }
      }),
    );
    yield* wait(sleep(1));
    task.cancel("first");
    task.cancel("second");
    yield* caught(wait(task.join()));
    expect(log).toEqual(["first", "clean-up went through"]);
  });

  both("of the running task is thrown at its next await (C9)", function* ({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        currentTask().cancel("myself");
        log.push("still running");
        try {
          yield* wait(sleep(1));
          log.push("never");
        } catch (error) {
          log.push((error as CancelledError).reason);
          throw error;
        }
      }),
    );
    yield* caught(wait(task.join()));
    expect(log).toEqual(["still running", "myself"]);
    expect(task.cancelled()).toBe(true);
  });

  both("of itself, then a return: the value wins (C12: better)", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        currentTask().cancel();
        return "value";
      }),
    );
    expect(yield* wait(task.join())).toBe("value");
    expect(task.cancelled()).toBe(false);
  });

  both("of itself, then an error: the task failed with it, it was not cancelled (C13)", function* (t) {
    const { fn, wait } = t;
    const failure = new Error("mine");
    const task = createTask(
      fn(function* () {
        currentTask().cancel();
        throw failure;
      }),
    );
    expect(yield* caught(wait(task.join()))).toBe(failure);
    expect(task.cancelled()).toBe(false);
  });

  both("carries a reason, an object as it is, and its scope (C19: better)", function* ({ fn, wait, log }) {
    const reason = { why: "shutdown", who: "admin" };
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          soon(() => scope.cancel(reason));
          const error = (yield* caught(wait(sleepForever()))) as CancelledError;
          log.push(error.reason === reason, error.scope === scope, error.code);
          expect(scope.cancelCalled).toBe(true);
          expect(scope.reason).toBe(reason);
          throw error;
        }),
      ),
    );
    expect(log).toEqual([true, true, "ERR_CANCELLED"]);
  });

  both("one shared error per cancellation, whoever is interrupted", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          for (let i = 0; i < 3; i++) {
            group.spawn(
              fn(function* () {
                const error = yield* caught(wait(sleepForever()));
                log.push(error);
                throw error;
              }),
            );
          }
          yield* wait(sleep(1));
          group.cancel("all");
        }),
      ),
    );
    expect(log).toHaveLength(3);
    expect(new Set(log).size).toBe(1);
  });
});

describe("value wins (C6, C7: better)", () => {
  const cases: Record<string, (finish: (end: (start: () => void) => void) => void) => Awaitable<unknown>> = {
    "a future": (finish) => {
      const future = new Future<string>();
      finish((cancel) => {
        future.setResult("value");
        cancel();
      });
      return future.wait();
    },
    "a callback": (finish) =>
      suspend<string>((resolve) => {
        finish((cancel) => {
          resolve("value");
          cancel();
        });
      }),
    "an item of a queue": (finish) => {
      const queue = new Queue<string>(1);
      finish((cancel) => {
        queue.putNowait("value");
        cancel();
      });
      return queue.get();
    },
    "a coroutine that waits for one": (finish) => {
      const future = new Future<string>();
      finish((cancel) => {
        future.setResult("value");
        cancel();
      });
      return coroutine(function* () {
        return yield* future.wait();
      });
    },
  };
  for (const [name, make] of Object.entries(cases)) {
    both(`${name}: what had arrived is delivered, the cancel comes at the next await`, function* (t) {
      const { fn, wait, log } = t;
      const task = createTask(
        fn(function* () {
          let end: ((cancel: () => void) => void) | undefined;
          const awaitable = make((given) => (end = given));
          const self = currentTask();
          createTask(function* () {
            yield* sleep(1);
            end!(() => self.cancel());
          });
          log.push(yield* wait(awaitable));
          yield* wait(sleep(1));
          log.push("never");
        }),
      );
      yield* caught(wait(task.join()));
      expect(log).toEqual(["value"]);
      expect(task.cancelled()).toBe(true);
    });
  }

  both("an error that had arrived is delivered too", function* ({ fn, wait, log }) {
    const future = new Future<string>();
    const failure = new Error("arrived");
    const task = createTask(
      fn(function* () {
        log.push(yield* caught(wait(future.wait())));
        yield* wait(sleep(1));
        log.push("never");
      }),
    );
    yield* wait(sleep(1));
    future.setException(failure);
    task.cancel();
    yield* caught(wait(task.join()));
    expect(log).toEqual([failure]);
    expect(task.cancelled()).toBe(true);
  });

  both("a joined task's value that had arrived is delivered", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const tasks: Task<unknown>[] = [];
          const inner = group.spawn(
            fn(function* () {
              yield* wait(sleep(5));
              // When this task has ended and its joiner is awake, but has not run yet.
              const loop = loopHere();
              const look = (): void => void (inner.done() ? tasks[0]!.cancel() : soon(look, loop));
              soon(look, loop);
              return "value";
            }),
          ) as Task<string>;
          const joiner = group.spawn(
            fn(function* () {
              log.push(yield* wait(inner.join()));
              yield* wait(sleep(1));
              log.push("never");
            }),
          );
          tasks.push(joiner);
        }),
      ),
    );
    expect(log).toEqual(["value"]);
  });
});

describe("every await is a cancel point, also one that would complete at once (C10, C11: better)", () => {
  const set = new Event();
  set.set();
  const done = new Future<number>();
  done.setResult(1);
  const points: Record<string, () => Awaitable<unknown>> = {
    "sleep(0)": () => sleep(0),
    checkpoint: () => checkpoint(),
    "a set event": () => set.wait(),
    "a done future": () => done.wait(),
    "a free lock": () => new Lock().acquire(),
    "a free semaphore": () => new Semaphore(1).acquire(),
    "a queue with room": () => new Queue(1).put(1),
    "a queue with an item": () => {
      const queue = new Queue<number>(1);
      queue.putNowait(1);
      return queue.get();
    },
    "an empty queue's join": () => new Queue(1).join(),
    "an empty group": () => taskGroup(() => {}),
    "gather of nothing": () => gather([]),
    "map over nothing": () => map([], () => {}, { concurrency: 1 }),
    "an empty timeout": () => timeout(10, () => {}),
    "an empty moveOnAfter": () => moveOnAfter(10, () => {}),
    "an empty cancelScope": () => cancelScope(() => {}),
    "a callback that comes at once": () => suspend((resolve) => resolve(1)),
    "holding a lock": () => new Lock().hold(() => 1),
  };
  for (const [name, make] of Object.entries(points)) {
    both(name, function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            scope.cancel();
            const error = yield* caught(wait(make()));
            log.push((error as Error).name);
            throw error;
          }),
        ),
      );
      expect(log).toEqual(["CancelledError"]);
    });
  }

  both("a done task's join", function* ({ fn, wait, log }) {
    const task = createTask(() => 1);
    yield* wait(task.join());
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.cancel();
          log.push(((yield* caught(wait(task.join()))) as Error).name);
        }),
      ),
    );
    expect(log).toEqual(["CancelledError"]);
  });

  both("nothing is taken by an await that is refused", function* ({ fn, wait }) {
    const lock = new Lock();
    const semaphore = new Semaphore(1);
    const queue = new Queue<number>(2);
    queue.putNowait(1);
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          // Told once: each in a scope of its own.
          const refused = fn(function* (make: () => Awaitable<unknown>) {
            yield* wait(
              cancelScope(
                fn(function* (inner) {
                  inner.cancel();
                  yield* wait(make());
                }),
              ),
            );
          });
          yield* wait(call(refused, () => lock.acquire()));
          yield* wait(call(refused, () => semaphore.acquire()));
          yield* wait(call(refused, () => queue.get()));
          yield* wait(call(refused, () => queue.put(2)));
          expect(scope.cancelCalled).toBe(false);
        }),
      ),
    );
    expect(lock.locked()).toBe(false);
    expect(semaphore.locked()).toBe(false);
    expect(queue.qsize()).toBe(1);
  });
});

describe("told once", () => {
  both("after the throw, awaits in clean-up work as ever (C15: better)", function* ({ fn, wait, log }) {
    const lock = new Lock();
    const queue = new Queue<number>(1);
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            yield* wait(lock.acquire());
            lock.release();
            yield* wait(queue.put(1));
            log.push(yield* wait(queue.get()));
            yield* wait(sleep(20));
            yield* wait(checkpoint());
            log.push(loopTime());
          }
        }),
      ),
    );
    expect(log).toEqual([1, 30]);
  });

  both("an enclosing cancellation is thrown when the inner block closes", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            moveOnAfter(
              10,
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } finally {
                  outer.cancel("outer, during the clean-up");
                  yield* wait(sleep(20));
                  log.push("clean-up is not told again");
                }
              }),
            ),
          );
          log.push("never");
        }),
      ),
    );
    expect(log).toEqual(["clean-up is not told again"]);
    expect(loopTime()).toBe(30);
  });

  both("tasks spawned in clean-up are not told of what it was told", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      yield* wait(sleep(5));
                      log.push("child of the clean-up");
                    }),
                  );
                }),
              ),
            );
          }
        }),
      ),
    );
    expect(log).toEqual(["child of the clean-up"]);
  });

  both(
    "awaits throw again once the grace is over (C15: better)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              yield* wait(sleep(40));
              log.push("within the grace");
              try {
                yield* wait(sleep(1000));
              } finally {
                log.push(loopTime());
              }
            }
          }),
        ),
      );
      expect(log).toEqual(["within the grace", 110]);
    },
    { grace: 100 },
  );

  both(
    "a grace of 0 leaves no await to the clean-up",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              log.push("synchronous clean-up");
              yield* wait(sleep(1));
              log.push("never");
            }
          }),
        ),
      );
      expect(log).toEqual(["synchronous clean-up"]);
      expect(loopTime()).toBe(10);
    },
    { grace: 0 },
  );

  both("an error thrown in clean-up replaces the cancellation of its own scope", function* ({ fn, wait }) {
    const failure = new Error("clean-up failed");
    const error = yield* caught(
      wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              throw failure;
            }
          }),
        ),
      ),
    );
    expect(error).toBe(failure);
  });
});

describe("down the tree", () => {
  both("cancelling a scope interrupts every wait inside, however deep", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                for (let i = 0; i < 2; i++) {
                  group.spawn(
                    fn(function* () {
                      yield* wait(
                        timeout(
                          1000,
                          fn(function* () {
                            yield* wait(
                              taskGroup(
                                fn(function* (inner) {
                                  inner.spawn(
                                    fn(function* () {
                                      try {
                                        yield* wait(sleepForever());
                                      } finally {
                                        log.push(`leaf ${i}`);
                                      }
                                    }),
                                  );
                                  try {
                                    yield* wait(sleepForever());
                                  } finally {
                                    log.push(`body ${i}`);
                                  }
                                }),
                              ),
                            );
                          }),
                        ),
                      );
                    }),
                  );
                }
              }),
            ),
          );
        }),
      ),
    );
    expect(log.map(String).toSorted()).toEqual(["body 0", "body 1", "leaf 0", "leaf 1"]);
    expect(loopTime()).toBe(10);
  });

  both("a task cancelled in its own right ends alone: its siblings go on", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const worker = fn(function* (name: string) {
            yield* wait(sleep(10));
            log.push(name);
          });
          group.spawn(worker, "a");
          const victim = group.spawn(worker, "b");
          group.spawn(worker, "c");
          yield* wait(sleep(5));
          victim.cancel();
        }),
      ),
    );
    expect(new Set(log)).toEqual(new Set(["a", "c"]));
  });

  both("a wait in another scope of the same task is not touched", function* ({ fn, wait, log }) {
    // Two blocks of one async body side by side: only one is cancelled.
    const result = yield* wait(
      gather([
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(sleep(30));
          }),
        ),
        moveOnAfter(
          100,
          fn(function* () {
            yield* wait(sleep(30));
            log.push("not touched");
          }),
        ),
      ]),
    );
    expect(result.map((r) => r.cancelled)).toEqual([true, false]);
    expect(log).toEqual(["not touched"]);
  });

  both("scopes know by identity what is theirs (C16-C18: better)", function* ({ fn, wait, log }) {
    // Inner and outer cancelled in one step: the inner block must not absorb for the outer one, whichever was first.
    for (const order of ["inner first", "outer first"]) {
      yield* wait(
        cancelScope(
          fn(function* (outer) {
            yield* wait(
              cancelScope(
                fn(function* (inner) {
                  if (order === "inner first") {
                    inner.cancel("inner");
                    outer.cancel("outer");
                  } else {
                    outer.cancel("outer");
                    inner.cancel("inner");
                  }
                  // The outermost is told, whichever came first.
                  const error = yield* caught(wait(sleep(1)));
                  expect((error as CancelledError).reason).toBe("outer");
                  throw error;
                }),
              ),
            );
            log.push("never");
          }),
        ),
      );
      log.push(order);
    }
    expect(log).toEqual(["inner first", "outer first"]);
  });

  both("parked: an inner, then an outer cancellation before it runs; both blocks end", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            cancelScope(
              fn(function* (inner) {
                createTask(function* () {
                  yield* sleep(1);
                  inner.cancel("inner");
                  outer.cancel("outer");
                });
                yield* wait(sleepForever());
              }),
            ),
          );
          log.push("never");
        }),
      ),
    );
    log.push("ended");
    expect(log).toEqual(["ended"]);
  });

  both("a cancel that is caught and not rethrown does not disturb a later block (TO6)", function* (t) {
    const { fn, wait } = t;
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } catch {
            // shrugged off
          }
          const error = yield* caught(
            wait(
              timeout(
                20,
                fn(function* () {
                  yield* wait(sleepForever());
                }),
              ),
            ),
          );
          expect(error).toBeInstanceOf(TimeoutError);
          return loopTime();
        }),
      ),
    );
    expect(result).toEqual({ cancelled: false, value: 30 });
  });

  both(
    "a joiner of a cancelled task gets an ordinary failure, also when both are in one group",
    function* (t) {
      const { fn, wait } = t;
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              const victim = group.spawn(
                fn(function* () {
                  yield* wait(sleepForever());
                }),
              );
              yield* wait(sleep(1));
              victim.cancel();
              yield* wait(victim.join());
            }),
          ),
        ),
      );
      expect((error as AggregateError).errors).toHaveLength(1);
      expect((error as AggregateError).errors[0]).toBeInstanceOf(TaskCancelledError);
    },
  );

  both("a shield within clean-up holds also when the scope around is cancelled meanwhile", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            moveOnAfter(
              10,
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } finally {
                  yield* wait(
                    shield(
                      fn(function* () {
                        outer.cancel();
                        yield* wait(sleep(10));
                        log.push("shielded");
                      }),
                    ),
                  );
                }
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual(["shielded"]);
    expect(currentScope().cancelCalled).toBe(false);
  });
});
