import { EventEmitter } from "node:events";
import { describe, expect } from "vitest";
import { CancelledError, loopTime, moveOnAfter, sleep, taskGroup } from "corio";
import { suspend } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";
import { loopHere } from "../support/kernel.ts";

describe("suspend", () => {
  both("gives what is resolved later, or at once", function* ({ wait }) {
    expect(yield* wait(suspend<number>((resolve) => void setImmediate(() => resolve(5))))).toBe(5);
    expect(yield* wait(suspend<number>((resolve) => resolve(6)))).toBe(6);
    expect(yield* wait(suspend<void>((resolve) => resolve()))).toBe(undefined);
  });

  both("throws what is rejected, later or at once, and what `start` throws", function* ({ wait }) {
    const failure = new Error("failed");
    expect(yield* caught(wait(suspend((_resolve, reject) => void setImmediate(() => reject(failure)))))).toBe(
      failure,
    );
    expect(yield* caught(wait(suspend((_resolve, reject) => reject(failure))))).toBe(failure);
    expect(
      yield* caught(
        wait(
          suspend(() => {
            throw failure;
          }),
        ),
      ),
    ).toBe(failure);
  });

  both("the first of several answers counts", function* ({ wait }) {
    const value = yield* wait(
      suspend<number>((resolve, reject) => {
        setImmediate(() => {
          resolve(1);
          resolve(2);
          reject(new Error("late"));
        });
      }),
    );
    expect(value).toBe(1);
    expect(
      yield* wait(
        suspend<number>((resolve, reject) => {
          resolve(3);
          reject(new Error("late"));
        }),
      ),
    ).toBe(3);
  });

  both("a resolved promise or Awaitable is handed over as it is by a coroutine", function* ({ wait, name }) {
    if (name === "async") return; // the language's `await` unwraps what it resolves to
    const promise = Promise.resolve(1);
    expect(yield* wait(suspend<unknown>((resolve) => resolve(promise)))).toBe(promise);
  });

  both(
    "cancelled while it waits, it is undone once, with the reason, at once",
    function* ({ fn, wait, log }) {
      const loop = loopHere();
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              suspend(() => (reason) => {
                log.push(reason instanceof CancelledError, loop.time());
              }),
            );
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      yield* wait(sleep(100));
      expect(log).toEqual([true, 10]);
    },
  );

  both("not undone when it was answered, by value or by error", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            suspend<void>((resolve) => {
              setImmediate(resolve);
              return () => log.push("undone");
            }),
          );
          yield* caught(
            wait(
              suspend<void>((_resolve, reject) => {
                reject(new Error("at once"));
                return () => log.push("undone");
              }),
            ),
          );
          yield* wait(sleep(100));
        }),
      ),
    );
    expect(log).toEqual([]);
  });

  both("never started when the cancellation came before", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        0,
        fn(function* () {
          yield* wait(
            suspend(() => {
              log.push("started");
            }),
          );
        }),
      ),
    );
    expect(log).toEqual([]);
  });

  both("answers that come after the cancellation are ignored", function* ({ fn, wait }) {
    let late: ((value: number) => void) | undefined;
    let fail: ((error: unknown) => void) | undefined;
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            suspend<number>((resolve, reject) => {
              late = resolve;
              fail = reject;
            }),
          );
        }),
      ),
    );
    late!(1);
    fail!(new Error("late"));
    yield* wait(sleep(1));
    late!(2);
  });

  both("listeners are gone after a cancelled wait", function* ({ fn, wait }) {
    const emitter = new EventEmitter();
    const next = () =>
      suspend<unknown>((resolve) => {
        emitter.once("data", resolve);
        return () => void emitter.off("data", resolve);
      });
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          for (let i = 0; i < 5; i++) {
            group.spawn(
              fn(function* () {
                yield* wait(next());
              }),
            );
          }
          yield* wait(sleep(1));
          expect(emitter.listenerCount("data")).toBe(5);
          group.cancel();
        }),
      ),
    );
    expect(emitter.listenerCount("data")).toBe(0);
  });

  both("an undo that throws does not take the cancellation's place unnoticed", function* (t) {
    const { fn, wait, log, reports } = t;
    // What must hold: the block ends, by one error or the other; nothing hangs.
    try {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              suspend(() => () => {
                throw new Error("undo failed");
              }),
            );
          }),
        ),
      );
      log.push(result.cancelled);
    } catch (error) {
      log.push((error as Error).message);
    }
    expect(log).toHaveLength(1);
    expect(loopTime()).toBe(10);
    reports.length = 0;
  });
});
