// Corner cases of deadlines that trio and anyio test.

import { describe, expect } from "vitest";
import {
  type CancelledError,
  cancelScope,
  checkpoint,
  currentScope,
  Event,
  loopTime,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  TimeoutError,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { loopHere } from "../support/kernel.ts";

describe("deadlines", () => {
  both(
    "set again and again, there is one timer (trio test_run.test_cancel_scope_deadline_duplicates)",
    function* ({ fn, wait }) {
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            const now = loopTime();
            for (let i = 0; i < 2000; i++) {
              scope.deadline = now + 9998;
              scope.deadline = now + 9999;
            }
            expect(loopHere().timers.size).toBe(1);
            yield* wait(sleep(10));
            expect(scope.cancelCalled).toBe(false);
          }),
        ),
      );
      expect(loopHere().timers.size).toBe(0);
    },
  );

  both("moved nearer, it holds (trio test_run.test_basic_timeout)", function* ({ fn, wait }) {
    const result = yield* wait(
      moveOnAfter(
        null,
        fn(function* (scope) {
          expect(scope.deadline).toBe(null);
          yield* wait(checkpoint());
          scope.deadline = loopTime() + 10;
          yield* wait(sleep(5));
          scope.deadline = loopTime() - 4;
          yield* wait(checkpoint());
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(loopTime()).toBe(5);
    // One that is over cancels nothing later.
    yield* wait(
      cancelScope((scope) => {
        scope.deadline = loopTime() + 1;
      }),
    );
    yield* wait(sleep(10));
    expect(currentScope().cancelCalled).toBe(false);
  });

  both(
    "moved away in time, it does not (anyio test_taskgroups.test_deadline_moved)",
    function* ({ fn, wait }) {
      const value = yield* wait(
        timeout(
          100,
          fn(function* (scope) {
            scope.deadline = scope.deadline! + 300;
            yield* wait(sleep(200));
            return loopTime();
          }),
        ),
      );
      expect(value).toBe(200);
    },
  );

  both(
    "passed while only others ran, it ends the next await (trio test_run.test_yield_briefly_checks_for_timeout)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* wait(
        moveOnAfter(
          5,
          fn(function* () {
            yield* wait(checkpoint());
            yield* wait(
              shield(
                fn(function* () {
                  yield* wait(sleep(10));
                }),
              ),
            );
            log.push("after the shield");
            yield* wait(checkpoint());
            log.push("never");
          }),
        ),
      );
      expect(log).toEqual(["after the shield"]);
    },
  );

  both(
    "after a cancelled block the next timeout is as any (anyio test_taskgroups.test_fail_after_after_cancellation)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            group.cancel();
            yield* wait(new Event().wait());
          }),
        ),
      );
      const error = yield* caught(
        wait(
          timeout(
            100,
            fn(function* () {
              yield* wait(sleep(500));
              log.push("never");
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(loopTime()).toBe(100);
    },
  );

  both(
    "a timeout cancelled by hand has no value either: TimeoutError (anyio test_taskgroups.test_fail_after_cancelled_before_deadline)",
    function* ({ fn, wait }) {
      const error = yield* caught(
        wait(
          timeout(
            1000,
            fn(function* (scope) {
              scope.cancel("by hand");
              yield* wait(checkpoint());
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect(((error as TimeoutError).cause as CancelledError).reason).toBe("by hand");
      expect(loopTime()).toBe(0);
    },
  );

  both(
    "of nested blocks: the nearer one ends its block alone (anyio test_taskgroups.test_nested_move_on_after)",
    function* (t) {
      const { fn, wait, log } = t;
      for (const [outer, inner] of [
        [10, 100],
        [100, 10],
      ] as const) {
        const begun = loopTime();
        const result = yield* wait(
          moveOnAfter(
            outer,
            fn(function* () {
              const within = yield* wait(
                moveOnAfter(
                  inner,
                  fn(function* () {
                    yield* wait(sleepForever());
                  }),
                ),
              );
              log.push(within.cancelled, loopTime() - begun);
              return "went on";
            }),
          ),
        );
        log.push(result.cancelled);
      }
      expect(log).toEqual([true, true, 10, false]);
    },
  );
});
