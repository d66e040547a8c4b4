// What happens when the time for clean-up is over. The hazards' tests have the main cases; here are the borders.

import { describe, expect } from "vitest";
import {
  call,
  CancelledError,
  cancelScope,
  createTask,
  currentScope,
  fromPromise,
  Lock,
  loopTime,
  moveOnAfter,
  run,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  TimeoutError,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { childrenOf, loopHere, nodeHere, waitsIn } from "../support/kernel.ts";

describe("the grace", () => {
  both(
    "counts from the cancellation, in loop time; clean-up within it is not disturbed",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              yield* wait(sleep(99));
              log.push(loopTime());
            }
          }),
        ),
      );
      expect(log).toEqual([109]);
      expect(loopHere().timers.size).toBe(0);
    },
    { grace: 100 },
  );

  both(
    "of Infinity never ends",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              yield* wait(sleep(1e9));
              log.push("cleaned");
            }
          }),
        ),
      );
      expect(log).toEqual(["cleaned"]);
    },
    { grace: Infinity },
  );

  both("is five seconds unless told otherwise", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            try {
              yield* wait(sleep(1e9));
            } finally {
              log.push(loopTime());
            }
          }
        }),
      ),
    );
    expect(log).toEqual([5010]);
  });

  both(
    "over: every await throws at once, the ones that would complete too, and leaves are told first",
    function* ({ fn, wait, log }) {
      const lock = new Lock();
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              try {
                yield* wait(
                  taskGroup(
                    fn(function* (group) {
                      group.spawn(
                        fn(function* () {
                          try {
                            yield* wait(sleep(1e6));
                          } finally {
                            log.push("leaf");
                          }
                        }),
                      );
                      yield* wait(sleep(1));
                    }),
                  ),
                );
              } finally {
                log.push("body");
                for (const again of [() => lock.acquire(), () => sleep(0), () => sleep(1)]) {
                  log.push((yield* caught(wait(again()))) instanceof CancelledError);
                }
              }
            }
          }),
        ),
      );
      expect(log).toEqual(["leaf", "body", true, true, true]);
      expect(lock.locked()).toBe(false);
      expect(loopTime()).toBeLessThan(200);
    },
    { grace: 50 },
  );

  both(
    "over: a task that ignores it is ended, its joiner and its group go on",
    function* ({ fn, wait, log, reports }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(
              fn(function* () {
                for (;;) {
                  try {
                    yield* wait(sleep(10));
                  } catch {
                    // ignored on purpose
                  }
                }
              }),
            );
            yield* wait(sleep(1));
            task.cancel();
            log.push(((yield* caught(wait(task.join()))) as Error).name);
            expect(task.done()).toBe(true);
            log.push("group goes on");
            yield* wait(sleep(1));
          }),
        ),
      );
      expect(log).toEqual(["TaskCancelledError", "group goes on"]);
      reports.length = 0;
    },
    { grace: 50 },
  );

  both(
    "over: resources of a body that is closed by force are released all the same",
    function* ({ fn, wait, log, reports }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* (scope) {
            scope.defer(() => log.push("outer released"));
            for (;;) {
              try {
                yield* wait(
                  cancelScope(
                    fn(function* (inner) {
                      inner.defer(() => log.push("inner released"));
                      yield* wait(sleep(1000));
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
      expect(log.filter((entry) => entry === "outer released")).toHaveLength(1);
      expect(log[0]).toBe("inner released");
      expect(log.at(-1)).toBe("moved on");
      expect(log.at(-2)).toBe("outer released");
      expect(childrenOf(nodeHere())).toEqual([]);
      expect(waitsIn(nodeHere())).toBe(0);
      reports.length = 0;
    },
    { grace: 50 },
  );

  both(
    "over: a foreign promise that comes late wakes nobody",
    function* ({ fn, wait, log, reports }) {
      let resolve: (() => void) | undefined;
      const late = new Promise<void>((given) => (resolve = given));
      let over = false;
      const error = yield* caught(
        wait(
          timeout(
            10,
            fn(function* () {
              yield* wait(
                call(async () => {
                  await late;
                  log.push("went on");
                  try {
                    await sleep(1);
                    log.push("never");
                  } catch (refused) {
                    log.push((refused as Error).name);
                  } finally {
                    over = true;
                  }
                }),
              );
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      resolve!();
      while (!over) yield* wait(sleep(1));
      expect(log).toEqual(["went on", "ScopeClosedError"]);
      expect(childrenOf(nodeHere())).toEqual([]);
      expect(reports).toHaveLength(1);
      reports.length = 0;
    },
    { grace: 50 },
  );

  both(
    "of an inner scope that is over does not end what is around it",
    function* ({ fn, wait, log, reports }) {
      yield* wait(
        moveOnAfter(
          1000,
          fn(function* () {
            yield* wait(
              moveOnAfter(
                10,
                fn(function* () {
                  for (;;) {
                    try {
                      yield* wait(sleep(1000));
                    } catch {
                      // ignored on purpose
                    }
                  }
                }),
              ),
            );
            for (let i = 0; i < 3; i++) yield* wait(sleep(10));
            log.push("around it");
          }),
        ),
      );
      expect(log).toEqual(["around it"]);
      expect(loopTime()).toBeLessThan(200);
      reports.length = 0;
    },
    { grace: 50 },
  );

  both(
    "over while a shield runs: the shield ends first, the rest at once after it",
    function* ({ fn, wait, log }) {
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
                    yield* wait(sleep(200));
                    log.push(`shield ${loopTime()}`);
                  }),
                ),
              );
              log.push(((yield* caught(wait(sleep(1000)))) as Error).name);
              log.push(loopTime());
            }
          }),
        ),
      );
      expect(log).toEqual(["shield 210", "CancelledError", 210]);
    },
    { grace: 50 },
  );

  both("of a scope is the nearest run's: an inner run may have a shorter one", function* ({ fn, wait, log }) {
    yield* wait(
      run(
        fn(function* () {
          yield* wait(
            moveOnAfter(
              10,
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } finally {
                  try {
                    yield* wait(sleep(1e6));
                  } finally {
                    log.push(loopTime());
                  }
                }
              }),
            ),
          );
        }),
        { grace: 5 },
      ),
    );
    expect(log).toEqual([15]);
  });
});

describe("a run's signal", () => {
  both("cancels the run when it aborts, which throws the signal's reason", function* ({ fn, wait, log }) {
    const controller = new AbortController();
    const reason = new Error("the caller went away");
    createTask(function* () {
      yield* sleep(10);
      controller.abort(reason);
    });
    const error = yield* caught(
      wait(
        run(
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } catch (cancelled) {
              log.push((cancelled as CancelledError).reason);
              throw cancelled;
            }
          }),
          { signal: controller.signal },
        ),
      ),
    );
    expect(error).toBe(reason);
    expect(log).toEqual([reason]);
    expect(currentScope().cancelCalled).toBe(false);
  });

  both("aborted before: the body is not called", function* ({ fn, wait, log }) {
    const reason = new Error("before");
    const error = yield* caught(
      wait(
        run(
          fn(function* () {
            log.push("called");
          }),
          { signal: AbortSignal.abort(reason) },
        ),
      ),
    );
    expect(error).toBe(reason);
    expect(log).toEqual([]);
    expect(childrenOf(nodeHere())).toEqual([]);
  });

  both("aborted after the end does nothing", function* ({ fn, wait }) {
    const controller = new AbortController();
    const value = yield* wait(
      run(
        fn(function* () {
          return yield* wait(fromPromise(Promise.resolve(3)));
        }),
        { signal: controller.signal },
      ),
    );
    controller.abort();
    yield* wait(sleep(1));
    expect(value).toBe(3);
  });
});
