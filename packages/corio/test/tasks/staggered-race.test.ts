// staggeredRace: asyncio's seven tests, and what ours does besides.

import { describe, expect } from "vitest";
import {
  CancelledError,
  createTask,
  Event,
  loopTime,
  moveOnAfter,
  sleep,
  sleepForever,
  staggeredRace,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

describe("staggeredRace", () => {
  both("of nothing has no winner (test_staggered StaggeredTests.test_empty)", function* ({ wait }) {
    expect(yield* wait(staggeredRace([], { delay: null }))).toEqual({
      index: null,
      value: undefined,
      errors: [],
    });
  });

  both(
    "gives the first that succeeds, and starts no other (test_staggered StaggeredTests.test_one_successful)",
    function* ({ fn, wait, log }) {
      const attempt = (index: number) =>
        fn(function* () {
          log.push(index);
          return `Res: ${index}`;
        });
      const race = yield* wait(staggeredRace([attempt(0), attempt(1)], { delay: null }));
      expect(race).toEqual({ index: 0, value: "Res: 0", errors: [null] });
      expect(log).toEqual([0]);
    },
  );

  both(
    "goes on to the second at once when the first has failed (test_staggered StaggeredTests.test_first_error_second_successful)",
    function* ({ fn, wait }) {
      const failure = new RangeError("0");
      const attempts = [
        fn(function* (): Generator<unknown, string, unknown> {
          yield* wait(sleep(1));
          throw failure;
        }),
        fn(function* () {
          yield* wait(sleep(1));
          return "Res: 1";
        }),
      ];
      const race = yield* wait(staggeredRace(attempts, { delay: 1000 }));
      expect(race).toEqual({ index: 1, value: "Res: 1", errors: [failure, null] });
      expect(race.errors[0]).toBe(failure);
      expect(loopTime()).toBe(2);
    },
  );

  both(
    "goes on to the second after the delay; the first is cancelled and waited for (test_staggered StaggeredTests.test_first_timeout_second_successful)",
    function* ({ fn, wait, log }) {
      const attempts = [
        fn(function* () {
          try {
            yield* wait(sleep(10_000));
          } finally {
            yield* wait(sleep(5));
            log.push(`cleaned at ${loopTime()}`);
          }
          return "Res: 0";
        }),
        fn(function* () {
          log.push(`second at ${loopTime()}`);
          yield* wait(sleep(1));
          return "Res: 1";
        }),
      ];
      const race = yield* wait(staggeredRace(attempts, { delay: 100 }));
      expect([race.index, race.value, race.errors[1]]).toEqual([1, "Res: 1", null]);
      expect(race.errors[0]).toBeInstanceOf(CancelledError);
      expect(log).toEqual(["second at 100", "cleaned at 106"]);
      expect(loopTime()).toBe(106);
    },
  );

  both(
    "tells all failures when none succeeds (test_staggered StaggeredTests.test_none_successful)",
    function* ({ fn, wait }) {
      const attempt = (index: number) =>
        fn(function* (): Generator<unknown, number, unknown> {
          yield* wait(sleep(index));
          throw new RangeError(String(index));
        });
      const race = yield* wait(staggeredRace([0, 1, 2].map(attempt), { delay: null }));
      expect([race.index, race.value]).toEqual([null, undefined]);
      expect(race.errors).toEqual([0, 1, 2].map((index) => new RangeError(String(index))));
    },
  );

  both(
    "has one winner also when several succeed in one turn (test_staggered StaggeredTests.test_multiple_winners)",
    function* ({ fn, wait, log }) {
      const event = new Event();
      const attempt = (index: number) =>
        fn(function* () {
          yield* wait(event.wait());
          return index;
        });
      const setter = fn(function* (): Generator<unknown, number, unknown> {
        event.set();
        return yield* wait(sleepForever());
      });
      const race = yield* wait(
        staggeredRace([attempt(0), attempt(1), setter], {
          delay: 100,
          onLate: (value, index) => log.push([value, index]),
        }),
      );
      expect([race.index, race.value]).toEqual([0, 0]);
      // Value wins: the second has succeeded too. asyncio says that it was cancelled, and drops its value.
      expect(race.errors.slice(0, 2)).toEqual([null, null]);
      expect(race.errors[2]).toBeInstanceOf(CancelledError);
      expect(log).toEqual([[1, 1]]);
    },
    { order: "fifo" },
  );

  both(
    "that is cancelled cancels what it has started, and waits (test_staggered StaggeredTests.test_cancelled)",
    function* ({ fn, wait, log }) {
      const attempt = (index: number) =>
        fn(function* (): Generator<unknown, number, unknown> {
          log.push(`begins ${index}`);
          try {
            return yield* wait(sleepForever());
          } finally {
            yield* wait(sleep(1));
            log.push(`cleaned ${index}`);
          }
        });
      const { cancelled } = yield* wait(
        moveOnAfter(
          15,
          fn(function* () {
            yield* wait(staggeredRace([0, 1, 2].map(attempt), { delay: 10 }));
          }),
        ),
      );
      expect(cancelled).toBe(true);
      expect(log).toEqual(["begins 0", "begins 1", "cleaned 0", "cleaned 1"]);
      expect(nodeHere().first).toBe(null);
    },
    { order: "fifo" },
  );

  both("tells a loser's failing clean-up as its error", function* ({ fn, wait }) {
    const failure = new RangeError("in clean-up");
    const attempts = [
      fn(function* (): Generator<unknown, string, unknown> {
        try {
          return yield* wait(sleepForever());
        } finally {
          // oxlint-disable-next-line no-unsafe-finally
          throw failure;
        }
      }),
      fn(function* () {
        return "won";
      }),
    ];
    const race = yield* wait(staggeredRace(attempts, { delay: 1 }));
    expect([race.value, race.errors]).toEqual(["won", [failure, null]]);
  });

  both(
    "starts all at once with a delay of zero",
    function* ({ fn, wait, log }) {
      const attempt = (index: number) =>
        fn(function* () {
          log.push(index);
          yield* wait(sleep(10 - index));
          return index;
        });
      const race = yield* wait(staggeredRace([0, 1, 2].map(attempt), { delay: 0 }));
      expect([race.index, log]).toEqual([2, [0, 1, 2]]);
      expect(loopTime()).toBe(8);
    },
    { order: "fifo" },
  );

  both(
    "begins when it is awaited, and takes functions of both dialects (test_eager_task_factory EagerTaskFactoryLoopTests.test_staggered_race_with_eager_tasks)",
    function* ({ fn, wait }) {
      const race = staggeredRace(
        [
          function* (): Generator<never, string, unknown> {
            throw new RangeError("coroutine");
          },
          async (): Promise<string> => {
            await sleep(1);
            return "async";
          },
        ],
        { delay: null },
      );
      const task = createTask(
        { eager: true },
        fn(function* () {
          return (yield* wait(race)).value;
        }),
      );
      expect(yield* wait(task.join())).toBe("async");
      expect(() => staggeredRace([1 as never], { delay: null })).toThrow(TypeError);
      expect(() => staggeredRace([], { delay: -1 })).toThrow(RangeError);
      expect(() => staggeredRace([], { delay: Number.NaN })).toThrow(RangeError);
      yield* caught(wait(race));
    },
  );
});
