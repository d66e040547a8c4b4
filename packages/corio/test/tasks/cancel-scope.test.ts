import { describe, expect } from "vitest";
import { call, cancelScope, createTask, loopTime, sleep, sleepForever, type Scope } from "corio";
import { both, caught } from "../support/dialects.ts";

describe("cancelScope", () => {
  both("gives the body's value, or undefined when it was cancelled", function* ({ fn, wait }) {
    expect(yield* wait(cancelScope(() => 3))).toBe(3);
    const value = yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.cancel();
          yield* wait(sleep(1));
          return 3;
        }),
      ),
    );
    expect(value).toBe(undefined);
    expect(loopTime()).toBe(0);
  });

  both("can be cancelled from anywhere, while it waits", function* ({ fn, wait, log }) {
    let scope: Scope | undefined;
    createTask(function* () {
      yield* sleep(10);
      log.push(scope!.cancel("elsewhere"));
    });
    yield* wait(
      cancelScope(
        fn(function* (given) {
          scope = given;
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(log).toEqual([true]);
    expect(scope!.reason).toBe("elsewhere");
    expect(loopTime()).toBe(10);
  });

  both("arguments are handed on; errors pass", function* ({ fn, wait }) {
    const failure = new Error("passes");
    expect(
      yield* wait(
        cancelScope(
          fn(function* (_scope: Scope, a: number, b: number) {
            return a + b;
          }),
          1,
          2,
        ),
      ),
    ).toBe(3);
    expect(
      yield* caught(
        wait(
          cancelScope(() => {
            throw failure;
          }),
        ),
      ),
    ).toBe(failure);
  });

  both("inside a call it opens in the caller's task", function* ({ fn, wait, log }) {
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            call(
              fn(function* () {
                yield* wait(
                  cancelScope(
                    fn(function* () {
                      outer.cancel();
                      yield* wait(sleep(1));
                    }),
                  ),
                );
                log.push("never");
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual([]);
  });
});
