// Corner cases of shields that trio and anyio test.

import { describe, expect } from "vitest";
import {
  CancelledError,
  cancelScope,
  checkpoint,
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

describe("shields", () => {
  both(
    "keep out what is outside, not what is inside; after them it comes (trio test_run.test_cancel_shielding)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (outer) {
            yield* wait(
              shield(
                fn(function* () {
                  outer.cancel();
                  yield* wait(checkpoint());
                  yield* wait(
                    cancelScope(
                      fn(function* (innermost) {
                        innermost.cancel();
                        log.push(yield* caught(wait(checkpoint())));
                      }),
                    ),
                  );
                  yield* wait(sleep(1));
                  log.push("still shielded");
                }),
              ),
            );
            log.push(yield* caught(wait(checkpoint())));
          }),
        ),
      );
      expect(log[0]).toBeInstanceOf(CancelledError);
      expect(log[1]).toBe("still shielded");
      expect(log[2]).toBeInstanceOf(CancelledError);
      expect(log[2]).not.toBe(log[0]);
    },
  );

  both(
    "cancelled themselves, they are no shelter: the cancellation gets out (anyio test_taskgroups.test_cancel_shielded_scope)",
    function* ({ fn, wait, log }) {
      const error = yield* caught(
        wait(
          shield(
            fn(function* (scope) {
              scope.cancel("itself");
              log.push(((yield* caught(wait(checkpoint()))) as CancelledError).reason);
              yield* wait(checkpoint());
              throw scope.signal.reason;
            }),
          ),
        ),
      );
      expect(log).toEqual(["itself"]);
      expect(error).toBeInstanceOf(CancelledError);
    },
  );

  both("lifted, tasks in them are told at once (trio test_run.test_cancel_shield_abort)", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      cancelScope(
        fn(function* (outer) {
          yield* wait(
            shield(
              fn(function* () {
                yield* wait(
                  taskGroup(
                    fn(function* (group) {
                      outer.cancel();
                      group.spawn(
                        fn(function* () {
                          log.push("sleeping");
                          try {
                            yield* wait(sleepForever());
                          } finally {
                            log.push(`told at ${loopTime()}`);
                          }
                        }),
                      );
                      yield* wait(sleep(10));
                      log.push("not yet");
                      yield* wait(sleepForever());
                    }),
                  ),
                );
              }),
              { timeout: 50 },
            ),
          );
        }),
      ),
    );
    expect(log).toEqual(["sleeping", "not yet", "told at 50"]);
  });

  both(
    "opened while a cancellation is on its way do not stop it (trio test_run.test_unshield_while_cancel_propagating)",
    function* ({ fn, wait, log }) {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              cancelScope(
                fn(function* () {
                  try {
                    yield* wait(sleepForever());
                  } finally {
                    yield* wait(shield(() => sleep(5)));
                    log.push("shielded");
                  }
                }),
              ),
            );
            log.push("never");
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      expect(log).toEqual(["shielded"]);
      expect(loopTime()).toBe(15);
    },
  );

  both(
    "around a timeout let it expire, and its error out (anyio test_taskgroups.test_nested_shield)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            const error = yield* caught(
              wait(
                shield(
                  fn(function* () {
                    scope.cancel();
                    yield* wait(
                      timeout(
                        200,
                        fn(function* () {
                          yield* wait(sleep(2000));
                        }),
                      ),
                    );
                  }),
                ),
              ),
            );
            log.push(error, loopTime());
          }),
        ),
      );
      expect(log[0]).toBeInstanceOf(TimeoutError);
      expect(log[1]).toBe(200);
    },
  );

  for (const [where, cancelled] of [
    ["outer", 2],
    ["middle", 1],
  ] as const) {
    both(
      `in two scopes, both or one cancelled from inside: the next await after it, in the ${where} one, throws`,
      function* ({ fn, wait, log }) {
        yield* wait(
          cancelScope(
            fn(function* (one) {
              const awaitHere = function* () {
                yield* wait(checkpoint());
                log.push("never");
              };
              yield* wait(
                cancelScope(
                  fn(function* (two) {
                    yield* wait(
                      shield(() => {
                        one.cancel();
                        if (cancelled === 2) two.cancel();
                      }),
                    );
                    log.push("after the shield");
                    if (where === "middle") yield* awaitHere();
                  }),
                ),
              );
              yield* awaitHere();
            }),
          ),
        );
        expect(log).toEqual(["after the shield"]);
      },
    );
  }

  both(
    "around the host of a group do not shield its children (anyio test_taskgroups.test_cancel_child_task_when_host_is_shielded)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (outer) {
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  const told = new Event();
                  group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } finally {
                        told.set();
                      }
                    }),
                  );
                  yield* wait(sleep(1));
                  yield* wait(
                    shield(
                      fn(function* () {
                        outer.cancel();
                        yield* wait(told.wait());
                        log.push("the child was told");
                      }),
                    ),
                  );
                }),
              ),
            );
          }),
        ),
      );
      expect(log).toEqual(["the child was told"]);
      expect(loopTime()).toBe(1);
    },
  );

  both(
    "of a cancelled group are waited for without work meanwhile (anyio test_taskgroups.test_shielded_cancel_sleep_time)",
    function* ({ fn, wait }) {
      const { counters } = loopHere();
      let before = 0;
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            group.spawn(() => shield(() => sleep(200)));
            yield* wait(sleep(1));
            group.cancel();
            before = counters.steps;
          }),
        ),
      );
      expect(loopTime()).toBe(200);
      // trio's level triggering was imitated by a busy loop elsewhere; here nothing runs until the shield ends.
      expect(counters.steps - before).toBeLessThan(20);
    },
  );
});
