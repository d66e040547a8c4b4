// sleepUntil, and the sleep that gives something.

import { describe, expect, test } from "vitest";
import { createTask, loopTime, moveOnAfter, sleep, sleepUntil } from "corio";
import { formatTaskTree } from "corio/lowlevel";
import { both } from "../support/dialects.ts";
import { loopHere, rootHere } from "../support/kernel.ts";

describe("sleep", () => {
  both("gives its second argument (T6)", function* ({ wait }) {
    expect(yield* wait(sleep(5, "result"))).toBe("result");
    expect(loopTime()).toBe(5);
    expect(yield* wait(sleep(5))).toBe(undefined);
    expect(yield* wait(sleep(0, null))).toBe(null);
    expect(() => sleep(Number.NaN, 1)).toThrow(TypeError);
  });

  both(
    "of zero or less gives up exactly one turn, also with a result (T6)",
    function* ({ fn, wait, log }) {
      const turns = fn(function* (name: string, delay: number) {
        for (let i = 1; i <= 2; i++) log.push(yield* wait(sleep(delay, `${name}${i}`)));
      });
      createTask(turns, "a", 0);
      createTask(turns, "b", -1);
      createTask(turns, "c", 0);
      yield* wait(sleep(1));
      expect(log).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
    },
    { order: "fifo" },
  );

  both("with a result is cancelled as any other (T7)", function* ({ fn, wait }) {
    const { cancelled } = yield* wait(
      moveOnAfter(
        1,
        fn(function* () {
          yield* wait(sleep(100, "never"));
        }),
      ),
    );
    expect(cancelled).toBe(true);
    expect(loopHere().timers.size).toBe(0);
  });
});

describe("sleepUntil", () => {
  both("waits until a loop time", function* ({ wait }) {
    yield* wait(sleep(10));
    yield* wait(sleepUntil(25));
    expect(loopTime()).toBe(25);
  });

  both(
    "of a time that is past gives up its turn",
    function* ({ fn, wait, log }) {
      yield* wait(sleep(10));
      createTask(
        fn(function* () {
          log.push("other");
        }),
      );
      yield* wait(sleepUntil(10));
      yield* wait(sleepUntil(-Infinity));
      log.push("back");
      expect([log, loopTime()]).toEqual([["other", "back"], 10]);
    },
    { order: "fifo" },
  );

  both(
    "stands in line with sleeps that end at the same time (T3: better)",
    function* ({ fn, wait, log }) {
      const sleeper = fn(function* (name: number) {
        yield* wait(name % 2 === 0 ? sleepUntil(5) : sleep(5));
        log.push(name);
      });
      for (let i = 0; i < 6; i++) createTask(sleeper, i);
      yield* wait(sleep(10));
      expect(log).toEqual([0, 1, 2, 3, 4, 5]);
    },
    { order: "fifo" },
  );

  both("is a cancel point, and leaves no timer (T7)", function* ({ fn, wait, log }) {
    for (const when of [100, Infinity]) {
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            try {
              yield* wait(sleepUntil(when));
            } finally {
              log.push(loopTime());
            }
          }),
        ),
      );
    }
    expect(log).toEqual([1, 2]);
    expect(loopHere().timers.size).toBe(0);
    // Also one that would not wait.
    const { cancelled } = yield* wait(
      moveOnAfter(
        0,
        fn(function* () {
          yield* wait(sleepUntil(0));
        }),
      ),
    );
    expect(cancelled).toBe(true);
  });

  both("says what it waits for", function* ({ fn, wait }) {
    const sleeper = createTask(
      { name: "sleeper" },
      fn(function* () {
        yield* wait(sleepUntil(50));
      }),
    );
    yield* wait(sleep(1));
    expect(formatTaskTree(rootHere())).toContain("- sleeper: waiting for sleep until 50 ms");
    yield* wait(sleeper.join());
  });

  test("takes a number (T8)", () => {
    expect(() => sleepUntil(Number.NaN)).toThrow(TypeError);
    expect(() => sleepUntil("1" as never)).toThrow(TypeError);
  });
});
