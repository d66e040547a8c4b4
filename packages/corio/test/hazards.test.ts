// The hazards of cancellation found in review, each in both dialects.

import { setTimeout as hostSleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import {
  call,
  CancelledError,
  cancelScope,
  currentScope,
  fromPromise,
  gather,
  loopTime,
  moveOnAfter,
  ScopeClosedError,
  shield,
  sleep,
  sleepForever,
  StrayCancellationError,
  TaskCancelledError,
  taskGroup,
  TaskGroupError,
  timeout,
  TimeoutError,
  type Task,
} from "corio";
import { both, caught } from "./support/dialects.ts";

describe("cancellation", () => {
  both(
    "a timeout interrupts its body, runs its clean-up and throws TimeoutError",
    function* ({ fn, wait, log }) {
      const error = yield* caught(
        wait(
          timeout(
            100,
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } catch (inner) {
                log.push((inner as Error).name);
                throw inner;
              } finally {
                yield* wait(sleep(10));
                log.push("clean");
              }
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
      expect(log).toEqual(["CancelledError", "clean"]);
      expect(loopTime()).toBe(110);
    },
  );

  both("two waits of one body are cancelled at once", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            gather([
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } finally {
                  log.push("a");
                }
              }),
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } finally {
                  log.push("b");
                }
              }),
            ]),
          );
        }),
      ),
    );
    expect(new Set(log)).toEqual(new Set(["a", "b"]));
  });

  both("clean-up may open a group, a timeout and a gather, and await in them", function* ({ fn, wait, log }) {
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
                      yield* wait(sleep(1));
                      log.push("group");
                    }),
                  );
                  yield* wait(sleep(2));
                  log.push("body");
                }),
              ),
            );
            yield* wait(
              timeout(
                100,
                fn(function* () {
                  yield* wait(sleep(1));
                  log.push("timeout");
                }),
              ),
            );
            yield* wait(gather([sleep(1), sleep(2)]));
            log.push("gather");
          }
        }),
      ),
    );
    expect(log).toEqual(["group", "body", "timeout", "gather"]);
    expect(loopTime()).toBe(15);
  });

  both("a timeout within clean-up throws its own TimeoutError", function* ({ fn, wait, log }) {
    const outcome = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            const error = yield* caught(
              wait(
                timeout(
                  5,
                  fn(function* () {
                    yield* wait(sleepForever());
                  }),
                ),
              ),
            );
            log.push((error as Error).name, loopTime());
          }
        }),
      ),
    );
    expect(outcome).toEqual({ cancelled: true, value: undefined });
    expect(log).toEqual(["TimeoutError", 15]);
  });

  both(
    "an outer timeout that expires during a group's join is not reported as success",
    function* ({ fn, wait, log }) {
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
                          yield* wait(sleep(5));
                          log.push("child clean");
                        }
                      }),
                    );
                  }),
                ),
              );
              log.push("never");
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(log).toEqual(["child clean"]);
    },
  );

  both(
    "an inner and an outer deadline at one instant: only the outer throws TimeoutError (TO7)",
    function* ({ fn, wait, log }) {
      const error = yield* caught(
        wait(
          timeout(
            10,
            fn(function* () {
              const inner = yield* caught(
                wait(
                  timeout(
                    10,
                    fn(function* () {
                      yield* wait(sleepForever());
                    }),
                  ),
                ),
              );
              log.push((inner as Error).name);
              throw inner;
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(log).toEqual(["CancelledError"]);
    },
  );

  both("a body that swallows the cancel and returns a value has returned it", function* ({ fn, wait }) {
    const value = yield* wait(
      timeout(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } catch {
            return 7;
          }
        }),
      ),
    );
    expect(value).toBe(7);
  });

  both("a shield keeps cancellation out; it comes at the next await after", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            shield(
              fn(function* () {
                yield* wait(sleep(50));
                log.push("shielded");
              }),
            ),
          );
          log.push("after");
          yield* wait(sleep(0));
          log.push("never");
        }),
      ),
    );
    expect(log).toEqual(["shielded", "after"]);
    expect(loopTime()).toBe(50);
  });

  both("a shield is lifted when its own time is over", function* ({ fn, wait }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            shield(
              fn(function* () {
                yield* wait(sleepForever());
              }),
              { timeout: 100 },
            ),
          );
        }),
      ),
    );
    expect(loopTime()).toBe(100);
  });

  both(
    "joining a cancelled task throws TaskCancelledError, an ordinary failure",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(
              fn(function* () {
                yield* wait(sleepForever());
              }),
            );
            yield* wait(sleep(1));
            expect(task.cancel("enough")).toBe(true);
            const error = yield* caught(wait(task.join()));
            log.push(error);
            expect(task.cancelled()).toBe(true);
          }),
        ),
      );
      expect(log[0]).toBeInstanceOf(TaskCancelledError);
    },
  );

  both("a task cancelled before its first step runs to its first await (C5)", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(
            fn(function* () {
              log.push("started");
              try {
                yield* wait(sleep(0));
                log.push("never");
              } finally {
                log.push("finally");
              }
            }),
          );
          task.cancel();
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(log).toEqual(["started", "finally"]);
  });

  both(
    "the first failure cancels body and siblings; every error is in the group, the body's last (TG5)",
    function* ({ fn, wait }) {
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(
                fn(function* () {
                  yield* wait(sleep(5));
                  throw new RangeError("first");
                }),
              );
              group.spawn(
                fn(function* () {
                  try {
                    yield* wait(sleepForever());
                  } finally {
                    yield* wait(sleep(1));
                    throw new TypeError("second");
                  }
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
      expect(error).toBeInstanceOf(TaskGroupError);
      expect((error as TaskGroupError).errors.map((e: Error) => e.message)).toEqual([
        "first",
        "second",
        "body",
      ]);
      expect((error as TaskGroupError).match(TypeError)).toHaveLength(1);
    },
  );

  both(
    "a memoised rejection by another task's cancellation is a stray, never a quiet end (C14: better)",
    function* ({ fn, wait }) {
      let kept: unknown;
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } catch (error) {
              kept = error;
              throw error;
            }
          }),
        ),
      );
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(
                fn(function* () {
                  throw kept;
                }),
              );
            }),
          ),
        ),
      );
      const stray = (error as TaskGroupError).only();
      expect(stray).toBeInstanceOf(StrayCancellationError);
      expect((stray as Error).cause).toBe(kept);
    },
  );

  both(
    "an AbortError of node's own that was caused by our cancellation counts as it",
    function* ({ fn, wait }) {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(fromPromise((signal) => hostSleep(1e6, undefined, { signal })));
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      const second = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            const { signal } = currentScope();
            yield* wait(call(async () => hostSleep(1e6, undefined, { signal })));
          }),
        ),
      );
      expect(second.cancelled).toBe(true);
    },
  );

  both(
    "value wins: a result that had arrived is delivered, the cancel comes at the next await (C6)",
    function* ({ fn, wait, log }) {
      let task: Task<unknown> | undefined;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            task = group.spawn(
              fn(function* () {
                yield* wait(sleep(5));
                log.push("got it");
                yield* wait(sleep(1));
                log.push("never");
              }),
            );
            group.spawn(
              fn(function* () {
                yield* wait(sleep(5));
                task!.cancel();
              }),
            );
          }),
        ),
      );
      expect(log).toEqual(["got it"]);
    },
  );

  both(
    "where a group replaces an enclosing cancellation by failures, the task is told again",
    function* ({ fn, wait, log }) {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            const error = yield* caught(
              wait(
                taskGroup(
                  fn(function* (group) {
                    group.spawn(
                      fn(function* () {
                        try {
                          yield* wait(sleepForever());
                        } finally {
                          throw new Error("clean-up failed");
                        }
                      }),
                    );
                    yield* wait(sleepForever());
                  }),
                ),
              ),
            );
            log.push((error as Error).name);
            yield* wait(sleep(0));
            log.push("never");
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      expect(log).toEqual(["TaskGroupError"]);
    },
  );

  both("a cancelled scope is absorbed by its own block only", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            cancelScope(
              fn(function* () {
                outer.cancel("outer");
                yield* wait(sleep(0));
              }),
            ),
          );
          log.push("never");
        }),
      ),
    );
    expect(log).toEqual([]);
  });
});

describe("the end of the grace", () => {
  both(
    "a body that catches everything and goes on is ended",
    function* ({ fn, wait, log, reports }) {
      let rounds = 0;
      const error = yield* caught(
        wait(
          timeout(
            100,
            fn(function* () {
              for (;;) {
                try {
                  yield* wait(sleep(10));
                } catch {
                  rounds++;
                }
              }
            }),
          ),
        ),
      );
      log.push(rounds);
      expect(error).toBeInstanceOf(TimeoutError);
      expect(rounds).toBeGreaterThan(1);
      expect(loopTime()).toBeLessThanOrEqual(1102);
      reports.length = 0;
    },
    { grace: 1000 },
  );

  both(
    "a finally that continues its loop cannot hold the block",
    function* ({ fn, wait, reports }) {
      let after = "not reached";
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            for (;;) {
              try {
                yield* wait(sleep(1));
              } finally {
                // oxlint-disable-next-line no-unsafe-finally
                continue;
              }
            }
          }),
        ),
      );
      after = "reached";
      yield* wait(sleep(1));
      expect(after).toBe("reached");
      reports.length = 0;
    },
    { grace: 50 },
  );

  both(
    "only the cancelled body is closed; what stands around it goes on",
    function* ({ fn, wait, log, reports }) {
      yield* wait(
        timeout(
          10_000,
          fn(function* () {
            yield* wait(
              moveOnAfter(
                10,
                fn(function* () {
                  for (;;) {
                    try {
                      try {
                        yield* wait(sleep(1000));
                      } finally {
                        yield* wait(sleep(1000));
                      }
                    } catch {
                      // ignored on purpose
                    }
                  }
                }),
              ),
            );
            log.push("moved on");
            yield* wait(sleep(10));
            log.push("slept");
          }),
        ),
      );
      expect(log).toEqual(["moved on", "slept"]);
      reports.length = 0;
    },
    { grace: 100 },
  );

  both(
    "a timeout around a foreign promise that ignores everything is abandoned and reported",
    function* ({ fn, wait, reports }) {
      const error = yield* caught(
        wait(
          timeout(
            10,
            fn(function* () {
              yield* wait(call(() => new Promise<void>(() => {})));
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(reports.map((r) => r.message)).toEqual([expect.stringContaining("abandoned")]);
      reports.length = 0;
    },
    { grace: 100 },
  );

  both(
    "children of a body that is closed by force are still waited for",
    function* ({ fn, wait, log, reports }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            for (;;) {
              try {
                yield* wait(
                  taskGroup(
                    fn(function* (group) {
                      group.spawn(
                        fn(function* () {
                          yield* wait(
                            shield(
                              fn(function* () {
                                yield* wait(sleep(500));
                                log.push("shielded child");
                              }),
                            ),
                          );
                        }),
                      );
                      yield* wait(sleepForever());
                    }),
                  ),
                );
              } catch {
                // ignored on purpose
              }
            }
          }),
        ),
      );
      log.push("moved on");
      expect(log.at(-1)).toBe("moved on");
      expect(log.filter((entry) => entry === "shielded child").length).toBeGreaterThan(0);
      reports.length = 0;
    },
    { grace: 100 },
  );
});

describe("calls that nobody awaits", () => {
  both("two calls started and one awaited, under a timeout: quiet", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(
              call(async () => {
                const first = (async () => sleep(1000))();
                const second = (async () => sleep(1000))();
                await first;
                await second;
              }),
            );
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
  });

  both("a floating async call is ended with its block, and reported", function* ({ fn, wait, reports }) {
    let floating: Promise<unknown> | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          yield* wait(
            call(async () => {
              floating = (async () => sleep(1000))().catch((error: unknown) => error);
              await sleep(1);
            }),
          );
        }),
      ),
    );
    const error = yield* wait(fromPromise(floating!));
    expect(error).toBeInstanceOf(ScopeClosedError);
    expect(reports).toHaveLength(1);
    reports.length = 0;
    expect(loopTime()).toBe(1);
  });

  both(
    "the clean-up of a Promise.all sibling is waited for when its block is cancelled",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          5,
          fn(function* () {
            yield* wait(call(() => Promise.all([nap(1, log), nap(20, log)])));
          }),
        ),
      );
      expect(log).toEqual(["clean 1", "clean 20"]);
      expect(loopTime()).toBe(25);
    },
  );

  both(
    "a Promise.all sibling is stopped, and cleans up, when its block fails",
    function* ({ fn, wait, log }) {
      const failing = async (): Promise<never> => {
        await sleep(1);
        throw new RangeError("first");
      };
      const error = yield* caught(
        wait(
          cancelScope(
            fn(function* () {
              yield* wait(call(() => Promise.all([failing(), nap(2, log)])));
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(RangeError);
      expect(log).toEqual(["clean 2"]);
      expect(loopTime()).toBe(3);
    },
  );
});

async function nap(cleanUp: number, log: unknown[]): Promise<void> {
  try {
    await sleep(100);
  } finally {
    await sleep(cleanUp);
    await sleep(0);
    log.push(`clean ${cleanUp}`);
  }
}
