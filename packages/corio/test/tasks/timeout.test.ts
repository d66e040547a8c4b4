import { describe, expect, test } from "vitest";
import {
  type CancelledError,
  cancelScope,
  currentTask,
  createTask,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  timeout,
  timeoutAt,
  TimeoutError,
  type Scope,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught, dialects } from "../support/dialects.ts";
import { loopHere, nodeHere } from "../support/kernel.ts";

describe("timeout", () => {
  both("a body that ends in time gives its value, and the timer is gone", function* ({ fn, wait }) {
    const value = yield* wait(
      timeout(
        100,
        fn(function* () {
          yield* wait(sleep(50));
          return "in time";
        }),
      ),
    );
    expect(value).toBe("in time");
    expect(loopHere().timers.size).toBe(0);
  });

  both(
    "expiry turns the cancellation into TimeoutError with it as cause (TO1)",
    function* ({ fn, wait, log }) {
      const error = (yield* caught(
        wait(
          timeout(
            10,
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } catch (inner) {
                log.push(inner);
                throw inner;
              }
            }),
          ),
        ),
      )) as TimeoutError;
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.code).toBe("ERR_TIMEOUT");
      expect(error.cause).toBe(log[0]);
      expect((error.cause as CancelledError).reason).toBeInstanceOf(TimeoutError);
      expect(error.message).toContain("10");
    },
  );

  for (const dialect of dialects) {
    test(`a block that overran without awaiting has not expired (TO2) (${dialect.name})`, async () => {
      const { fn, wait } = dialect;
      const virtual = createVirtualHost(realHost);
      let lost = 0;
      const host = { ...virtual, now: () => virtual.now() + lost };
      const body = fn(function* () {
        return yield* wait(
          timeout(
            10,
            fn(function* (scope) {
              yield* wait(sleep(1));
              // Synchronous work, during which no timer can fire.
              lost = 50;
              expect(scope.cancelCalled).toBe(false);
              return "no await since";
            }),
          ),
        );
      });
      expect(await run(body, { host })).toBe("no await since");
    });
  }

  both("a body that returns a value after expiry has returned it (TO3: better)", function* ({ fn, wait }) {
    const value = yield* wait(
      timeout(
        10,
        fn(function* (scope) {
          try {
            yield* wait(sleepForever());
          } catch {
            yield* wait(sleep(5));
          }
          expect(scope.cancelCalled).toBe(true);
          return "all the same";
        }),
      ),
    );
    expect(value).toBe("all the same");
    yield* wait(sleep(1));
    expect(loopTime()).toBe(16);
  });

  both("a foreign error during expiry passes (TO4)", function* ({ fn, wait }) {
    const failure = new Error("foreign");
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } catch {
              throw failure;
            }
          }),
        ),
      ),
    );
    expect(error).toBe(failure);
  });

  both(
    "an error or a cancellation before the expiry passes, and nothing has expired (TO4, TO5)",
    function* (t) {
      const { fn, wait, log } = t;
      const failure = new Error("foreign");
      let inner: Scope | undefined;
      expect(
        yield* caught(
          wait(
            timeout(10, (scope) => {
              inner = scope;
              throw failure;
            }),
          ),
        ),
      ).toBe(failure);
      expect(inner!.cancelCalled).toBe(false);
      yield* wait(
        cancelScope(
          fn(function* (outer) {
            const error = yield* caught(
              wait(
                timeout(
                  10,
                  fn(function* (scope) {
                    inner = scope;
                    outer.cancel("from outside");
                    yield* wait(sleep(1000));
                  }),
                ),
              ),
            );
            log.push((error as CancelledError).reason, inner!.cancelCalled);
            throw error;
          }),
        ),
      );
      expect(log).toEqual(["from outside", false]);
      expect(loopTime()).toBe(0);
    },
  );

  both("an enclosing cancellation together with expiry wins (TO5)", function* ({ fn, wait, log }) {
    for (const order of ["inside first", "outside first"]) {
      yield* wait(
        cancelScope(
          fn(function* (outer) {
            const error = yield* caught(
              wait(
                timeout(
                  1000,
                  fn(function* (inner) {
                    createTask(function* () {
                      yield* sleep(1);
                      if (order === "inside first") inner.deadline = loopTime();
                      outer.cancel("external");
                      if (order === "outside first") inner.deadline = loopTime();
                    });
                    yield* wait(sleepForever());
                  }),
                ),
              ),
            );
            log.push(order, (error as CancelledError).reason);
            throw error;
          }),
        ),
      );
    }
    expect(log).toEqual(["inside first", "external", "outside first", "external"]);
  });

  both("an inner one expired, an outer later in its clean-up: each converts its own (TO8)", function* (t) {
    const { fn, wait, log } = t;
    const outer = yield* caught(
      wait(
        timeout(
          20,
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
            log.push((inner as Error).name, loopTime());
            yield* wait(sleepForever());
          }),
        ),
      ),
    );
    expect(log).toEqual(["TimeoutError", 10]);
    expect(outer).toBeInstanceOf(TimeoutError);
    expect(loopTime()).toBe(20);
  });

  both("the outer one expires while the inner cleans up: only the outer throws (TO8)", function* (t) {
    const { fn, wait, log } = t;
    const outer = yield* caught(
      wait(
        timeout(
          20,
          fn(function* () {
            const inner = yield* caught(
              wait(
                timeout(
                  10,
                  fn(function* () {
                    try {
                      yield* wait(sleepForever());
                    } finally {
                      yield* wait(sleep(30));
                    }
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
    expect(log).toEqual(["CancelledError"]);
    expect(outer).toBeInstanceOf(TimeoutError);
    expect(loopTime()).toBe(40);
  });

  both("zero or less: an empty block passes, an await inside does not (TO9)", function* ({ fn, wait, log }) {
    for (const ms of [0, -5, -Infinity]) {
      const value = yield* wait(
        timeout(
          ms,
          fn(function* () {
            return "empty";
          }),
        ),
      );
      expect(value).toBe("empty");
      const error = yield* caught(
        wait(
          timeout(
            ms,
            fn(function* () {
              log.push("ran");
              yield* wait(sleep(0));
              log.push("never");
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
    }
    expect(log).toEqual(["ran", "ran", "ran"]);
    expect(loopTime()).toBe(0);
  });

  both("null and Infinity are none (TO10)", function* ({ fn, wait }) {
    for (const [within, ms] of [
      [timeout, null],
      [timeout, Infinity],
      [timeoutAt, null],
      [timeoutAt, Infinity],
    ] as const) {
      const value = yield* wait(
        within(
          ms,
          fn(function* (scope) {
            expect(scope.deadline).toBe(null);
            expect(loopHere().timers.size).toBe(0);
            yield* wait(sleep(1e6));
            return "at last";
          }),
        ),
      );
      expect(value).toBe("at last");
    }
  });

  test("NaN, a text or undefined is refused at the call", () => {
    for (const ms of [NaN, "5", undefined]) {
      expect(() => timeout(ms as number, () => {})).toThrow(TypeError);
      expect(() => moveOnAfter(ms as number, () => {})).toThrow(TypeError);
      expect(() => timeoutAt(ms as number, () => {})).toThrow(TypeError);
    }
  });

  both(
    "an inner limit that is longer changes nothing, busy or not: the outer ends both (TO8)",
    function* (t) {
      const { fn, wait, log } = t;
      const error = yield* caught(
        wait(
          timeout(
            10,
            fn(function* () {
              const inner = yield* caught(
                wait(
                  timeout(
                    100,
                    fn(function* () {
                      yield* wait(sleep(1000));
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
      expect(loopTime()).toBe(10);
    },
  );

  both(
    "what has expired has: a deadline set then takes nothing back; a closed block takes none (TO11: better)",
    function* (t) {
      const { fn, wait } = t;
      let kept: Scope | undefined;
      const error = yield* caught(
        wait(
          timeout(
            10,
            fn(function* (scope) {
              kept = scope;
              try {
                yield* wait(sleepForever());
              } catch (cancelled) {
                scope.deadline = loopTime() + 1000;
                throw cancelled;
              }
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(loopTime()).toBe(10);
      expect(() => (kept!.deadline = 50)).toThrow(InvalidStateError);
      expect(loopHere().timers.size).toBe(0);
    },
  );

  both("entering twice is an error, also while it is entered (TO11)", function* ({ fn, wait, log }) {
    const block = timeout(
      10,
      fn(function* (): Generator<unknown, number> {
        log.push(yield* caught(wait(block)));
        return 1;
      }),
    );
    expect(yield* wait(block)).toBe(1);
    expect(yield* caught(wait(block))).toBeInstanceOf(InvalidStateError);
    expect(log[0]).toBeInstanceOf(InvalidStateError);
  });

  both("after TimeoutError the task goes on, and is not cancelled (TO13)", function* ({ fn, wait }) {
    yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(sleepForever());
          }),
        ),
      ),
    );
    expect(currentTask().done()).toBe(false);
    expect(nodeHere().pending).toBe(null);
    yield* wait(sleep(10));
    expect(loopTime()).toBe(20);
    expect(loopHere().timers.size).toBe(0);
  });

  both("its message tells how long it was, or what became of that", function* ({ fn, wait }) {
    const messages: string[] = [];
    const bodies: ((scope: Scope) => void)[] = [
      () => {},
      (scope) => (scope.deadline = loopTime() + 5),
      (scope) => scope.cancel("by hand"),
    ];
    for (const prepare of bodies) {
      const body = fn(function* (scope: Scope) {
        prepare(scope);
        yield* wait(sleepForever());
      });
      messages.push(((yield* caught(wait(timeout(10, body)))) as Error).message);
      messages.push(((yield* caught(wait(timeoutAt(loopTime() + 10, body)))) as Error).message);
    }
    expect(messages).toEqual([
      "The block did not end within its time (10 ms)",
      "The block did not end within its time (deadline 20)",
      "The block did not end within its time (deadline 25)",
      "The block did not end within its time (deadline 30)",
      "The block was cancelled before its time",
      "The block was cancelled before its time",
    ]);
  });

  both("arguments are handed to the body, after the scope", function* ({ fn, wait }) {
    const body = fn(function* (_scope: unknown, a: number, b: string) {
      return `${a}${b}`;
    });
    expect(yield* wait(timeout(10, body, 1, "x"))).toBe("1x");
    expect(yield* wait(timeoutAt(10, body, 2, "y"))).toBe("2y");
    expect(yield* wait(moveOnAfter(10, body, 3, "z"))).toEqual({ cancelled: false, value: "3z" });
  });

  both("timeoutAt takes loop time; a past one expires at the next await", function* ({ fn, wait }) {
    yield* wait(sleep(100));
    const first = yield* caught(
      wait(
        timeoutAt(
          130,
          fn(function* () {
            yield* wait(sleepForever());
          }),
        ),
      ),
    );
    expect(first).toBeInstanceOf(TimeoutError);
    expect(loopTime()).toBe(130);
    const second = yield* caught(
      wait(
        timeoutAt(
          50,
          fn(function* () {
            yield* wait(sleep(0));
          }),
        ),
      ),
    );
    expect(second).toBeInstanceOf(TimeoutError);
    expect(loopTime()).toBe(130);
  });
});

describe("moveOnAfter", () => {
  both("gives the value, or says that it moved on", function* ({ fn, wait }) {
    expect(
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(sleep(5));
            return 5;
          }),
        ),
      ),
    ).toEqual({ cancelled: false, value: 5 });
    expect(
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(sleep(50));
            return 5;
          }),
        ),
      ),
    ).toEqual({ cancelled: true, value: undefined });
    expect(loopTime()).toBe(15);
  });

  both("cancelled by hand it moves on, too", function* ({ fn, wait }) {
    const result = yield* wait(
      moveOnAfter(
        1000,
        fn(function* (scope) {
          scope.cancel();
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(loopTime()).toBe(0);
  });

  both("errors of the body pass", function* ({ wait }) {
    const failure = new Error("passes");
    const error = yield* caught(
      wait(
        moveOnAfter(10, () => {
          throw failure;
        }),
      ),
    );
    expect(error).toBe(failure);
  });

  both("an enclosing cancellation is not absorbed by it", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            moveOnAfter(
              20,
              fn(function* () {
                yield* wait(sleepForever());
              }),
            ),
          );
          log.push("never");
        }),
      ),
    );
    expect(log).toEqual([]);
    expect(loopTime()).toBe(10);
  });
});
