import { describe, expect } from "vitest";
import {
  CancelledError,
  cancelScope,
  createTask,
  loopTime,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
  taskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { loopHere, nodeHere } from "../support/kernel.ts";

describe("shield", () => {
  both("gives the body's value, throws its error", function* ({ fn, wait }) {
    const failure = new Error("inside");
    expect(
      yield* wait(
        shield(
          fn(function* () {
            yield* wait(sleep(1));
            return 4;
          }),
        ),
      ),
    ).toBe(4);
    expect(
      yield* caught(
        wait(
          shield(() => {
            throw failure;
          }),
        ),
      ),
    ).toBe(failure);
    expect(loopHere().timers.size).toBe(0);
  });

  both("the body is waited for, in the same task: nothing is detached (G27-G31: better)", function* (t) {
    const { fn, wait, log } = t;
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          const value = yield* wait(
            shield(
              fn(function* () {
                yield* wait(sleep(50));
                log.push("inner ended");
                return "kept";
              }),
            ),
          );
          // Not a cancel point: what the body gave is in hand.
          log.push(value);
          yield* wait(sleep(0));
          log.push("never");
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(log).toEqual(["inner ended", "kept"]);
    expect(loopTime()).toBe(50);
  });

  both(
    "entered after the cancellation it runs all the same: not a cancel point",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            scope.cancel();
            yield* wait(
              shield(
                fn(function* () {
                  yield* wait(sleep(10));
                  log.push("ran");
                }),
              ),
            );
            yield* wait(sleep(0));
            log.push("never");
          }),
        ),
      );
      expect(log).toEqual(["ran"]);
    },
  );

  both("tasks inside are shielded too", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            shield(
              fn(function* () {
                yield* wait(
                  taskGroup(
                    fn(function* (group) {
                      group.spawn(
                        fn(function* () {
                          yield* wait(sleep(30));
                          log.push("child");
                        }),
                      );
                      yield* wait(sleep(20));
                      // Spawned after the outer cancellation.
                      group.spawn(
                        fn(function* () {
                          yield* wait(sleep(30));
                          log.push("late child");
                        }),
                      );
                    }),
                  ),
                );
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual(["child", "late child"]);
    expect(loopTime()).toBe(50);
  });

  both("what is cancelled inside is not kept out", function* ({ fn, wait, log }) {
    yield* wait(
      shield(
        fn(function* () {
          const result = yield* wait(
            moveOnAfter(
              5,
              fn(function* () {
                yield* wait(sleepForever());
              }),
            ),
          );
          log.push(result.cancelled);
        }),
      ),
    );
    expect(log).toEqual([true]);
    expect(loopTime()).toBe(5);
  });

  both(
    "lifted after its time, a cancellation that came before is thrown inside",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              shield(
                fn(function* () {
                  const error = yield* caught(wait(sleepForever()));
                  log.push(error instanceof CancelledError, loopTime());
                  throw error;
                }),
                { timeout: 100 },
              ),
            );
          }),
        ),
      );
      expect(log).toEqual([true, 100]);
    },
  );

  both(
    "lifted after its time, a cancellation that comes later is let in at once",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          200,
          fn(function* () {
            yield* wait(
              shield(
                fn(function* () {
                  try {
                    yield* wait(sleepForever());
                  } finally {
                    log.push(loopTime());
                  }
                }),
                { timeout: 100 },
              ),
            );
          }),
        ),
      );
      expect(log).toEqual([200]);
    },
  );

  both("lifted before anything was cancelled, nothing happens", function* ({ fn, wait }) {
    const value = yield* wait(
      shield(
        fn(function* () {
          yield* wait(sleep(100));
          return "whole";
        }),
        { timeout: 10 },
      ),
    );
    expect(value).toBe("whole");
    expect(loopTime()).toBe(100);
  });

  both(
    "30 seconds unless told otherwise; Infinity for ever",
    function* ({ fn, wait, log }) {
      const patient = fn(function* (limit: number | undefined) {
        yield* wait(
          moveOnAfter(
            10,
            fn(function* () {
              yield* wait(
                shield(
                  fn(function* () {
                    yield* wait(sleep(1e6));
                  }),
                  limit === undefined ? {} : { timeout: limit },
                ),
              );
            }),
          ),
        );
        log.push(loopTime());
      });
      yield* wait(createTask(patient, undefined).join());
      yield* wait(createTask(patient, Infinity).join());
      expect(log).toEqual([30_000, 1_030_000]);
    },
    { grace: 1e9 },
  );

  both(
    "the grace of the scope around does not cut a shield short",
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
                    yield* wait(sleep(1000));
                    log.push("rolled back");
                  }),
                ),
              );
            }
          }),
        ),
      );
      expect(log).toEqual(["rolled back"]);
      expect(loopTime()).toBe(1010);
    },
    { grace: 50 },
  );

  both(
    "entered after the grace is over it still runs: closers can rely on it",
    function* ({ fn, wait, log }) {
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            try {
              try {
                yield* wait(sleepForever());
              } finally {
                yield* wait(sleep(1000));
              }
            } finally {
              yield* wait(
                shield(
                  fn(function* () {
                    yield* wait(sleep(20));
                    log.push("closed");
                  }),
                ),
              );
            }
          }),
        ),
      );
      expect(log).toEqual(["closed"]);
      expect(loopTime()).toBe(80);
      expect(nodeHere().first).toBe(null);
    },
    { grace: 50 },
  );
});
