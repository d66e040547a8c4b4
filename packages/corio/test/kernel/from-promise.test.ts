import { describe, expect, test } from "vitest";
import { CancelledError, fromPromise, loopTime, moveOnAfter, sleep, timeout, TimeoutError } from "corio";
import { coroutine } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";

describe("fromPromise", () => {
  both("gives what a promise or a function that makes one resolves to", function* ({ wait }) {
    expect(yield* wait(fromPromise(Promise.resolve(1)))).toBe(1);
    expect(yield* wait(fromPromise(async () => 2))).toBe(2);
    const later = new Promise<number>((resolve) => void setImmediate(() => resolve(3)));
    expect(yield* wait(fromPromise(later))).toBe(3);
  });

  both("throws what it rejects with, or what the function throws", function* ({ wait }) {
    const failure = new Error("rejected");
    expect(yield* caught(wait(fromPromise(Promise.reject(failure))))).toBe(failure);
    expect(yield* caught(wait(fromPromise(() => Promise.reject(failure))))).toBe(failure);
    expect(
      yield* caught(
        wait(
          fromPromise(() => {
            throw failure;
          }),
        ),
      ),
    ).toBe(failure);
  });

  both("a thenable that answers within `then` is not lost", function* ({ wait }) {
    // oxlint-disable-next-line unicorn/no-thenable
    const eager = { then: (resolve: (value: number) => void) => resolve(8) } as PromiseLike<number>;
    expect(yield* wait(fromPromise(eager))).toBe(8);
    expect(yield* wait(fromPromise(() => eager))).toBe(8);
  });

  both("a function that gives an Awaitable gives its value", function* ({ wait }) {
    const make = () =>
      coroutine(function* () {
        return 9;
      });
    expect(yield* wait(fromPromise(make as never))).toBe(9);
  });

  both(
    "its signal aborts when the waiting task is cancelled, with the CancelledError (F12: better)",
    function* (t) {
      const { fn, wait } = t;
      let signal: AbortSignal | undefined;
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              fromPromise((given) => {
                signal = given;
                return new Promise(() => {});
              }),
            );
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      expect(signal!.aborted).toBe(true);
      expect(signal!.reason).toBeInstanceOf(CancelledError);
      expect(loopTime()).toBe(10);
    },
  );

  both("its signal does not abort when the promise was settled before", function* ({ fn, wait }) {
    let signal: AbortSignal | undefined;
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            fromPromise((given) => {
              signal = given;
              return Promise.resolve(1);
            }),
          );
          yield* wait(sleep(100));
        }),
      ),
    );
    expect(signal!.aborted).toBe(false);
  });

  both("a value that comes too late goes to onLate, once; one in time does not (F12: better)", function* (t) {
    const { fn, wait, log } = t;
    let resolve: ((value: string) => void) | undefined;
    const late = new Promise<string>((given) => (resolve = given));
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(fromPromise(late, { onLate: (value) => log.push(value) }));
        }),
      ),
    );
    expect(log).toEqual([]);
    resolve!("handle");
    yield* wait(fromPromise(late));
    yield* wait(sleep(1));
    expect(log).toEqual(["handle"]);
    yield* wait(fromPromise(Promise.resolve("in time"), { onLate: (value) => log.push(value) }));
    yield* wait(sleep(1));
    expect(log).toEqual(["handle"]);
  });

  both("a rejection that comes too late is nobody's, and crashes nothing", function* ({ fn, wait }) {
    let reject: ((error: unknown) => void) | undefined;
    const late = new Promise<string>((_resolve, given) => (reject = given));
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(fromPromise(() => late, { onLate: () => expect.unreachable() }));
        }),
      ),
    );
    reject!(new Error("too late"));
    yield* wait(sleep(1));
  });

  both(
    "an AbortError because of our signal is our cancellation, for a timeout too",
    function* ({ fn, wait }) {
      const error = yield* caught(
        wait(
          timeout(
            10,
            fn(function* () {
              yield* wait(
                fromPromise(
                  (signal) =>
                    new Promise((_resolve, reject) => {
                      signal.addEventListener("abort", () => {
                        const abort = new Error("The operation was aborted", { cause: signal.reason });
                        abort.name = "AbortError";
                        reject(abort);
                      });
                    }),
                ),
              );
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
    },
  );

  both("an async function that makes the promise runs in the scope of the waiter", function* ({ fn, wait }) {
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(fromPromise(async () => sleep(1000)));
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(loopTime()).toBe(10);
  });

  test("what is no promise is refused, at the call or when its function gives it", async () => {
    expect(() => fromPromise(5 as never)).toThrow(TypeError);
    expect(() => fromPromise(null as never)).toThrow(TypeError);
  });

  both("a function that gives no promise is an error at the wait", function* ({ wait }) {
    expect(yield* caught(wait(fromPromise((() => 5) as never)))).toBeInstanceOf(TypeError);
  });
});
