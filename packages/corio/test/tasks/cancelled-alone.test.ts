// One of several things is cancelled, and nobody else: by itself, or by whoever finds it in `allTasks()`. Who waits for all of them
// must hear of it, since there will be no result.

import { describe, expect } from "vitest";
import {
  allSettled,
  allTasks,
  any,
  currentTask,
  forEach,
  gather,
  loopTime,
  map,
  moveOnAfter,
  race,
  sleep,
  sleepForever,
  staggeredRace,
  TaskCancelledError,
  timeout,
} from "corio";
import { both, caught, type TestContext } from "../support/dialects.ts";

/** Cancels itself; its clean-up takes a while. */
function cancelsItself({ fn, wait }: TestContext): () => unknown {
  return fn(function* () {
    currentTask().cancel();
    try {
      yield* wait(sleepForever());
    } finally {
      yield* wait(sleep(5));
    }
  });
}

function slow({ fn, wait, log }: TestContext): () => unknown {
  return fn(function* () {
    try {
      yield* wait(sleep(100));
      return "slow";
    } finally {
      log.push(loopTime());
    }
  });
}

describe("a task that is cancelled alone", () => {
  both("fails a gather, and cancels the rest (G5: better)", function* (t) {
    const error = yield* caught(t.wait(gather([cancelsItself(t), slow(t)])));
    expect(error).toBeInstanceOf(TaskCancelledError);
    expect(t.log).toEqual([5]);
  });

  both("has settled, rejected (G4)", function* (t) {
    const settled = yield* t.wait(allSettled([cancelsItself(t), slow(t)]));
    expect(settled).toEqual([
      { status: "rejected", reason: expect.any(TaskCancelledError) },
      { status: "fulfilled", value: "slow" },
    ]);
  });

  both("is the outcome of a race", function* (t) {
    for (const items of [[cancelsItself(t)], [cancelsItself(t), slow(t)]] as const) {
      expect(yield* caught(t.wait(race(items)))).toBeInstanceOf(TaskCancelledError);
    }
    expect(loopTime()).toBe(10);
  });

  both("does not disturb a race that is over", function* (t) {
    const value = yield* t.wait(
      race([
        cancelsItself(t),
        t.fn(function* () {
          yield* t.wait(sleep(1));
          return "first";
        }),
      ]),
    );
    expect(value).toBe("first");
  });

  both("is one failure among others to any()", function* (t) {
    expect(yield* t.wait(any([cancelsItself(t), slow(t)]))).toBe("slow");
    expect(yield* caught(t.wait(any([cancelsItself(t)])))).toBeInstanceOf(TaskCancelledError);
    const failing = t.fn(function* () {
      yield* t.wait(sleep(1));
      throw new Error("failed");
    });
    expect(yield* caught(t.wait(any([cancelsItself(t), failing])))).toMatchObject({
      errors: [{ message: "failed" }, expect.any(TaskCancelledError)],
    });
  });

  both("gives its place in a staggered race to the next one", function* (t) {
    const result = yield* t.wait(staggeredRace([cancelsItself(t), slow(t)], { delay: null }));
    expect(result).toMatchObject({ index: 1, value: "slow" });
    expect(loopTime()).toBe(105);
  });

  both("fails a map and a forEach, which miss an item", function* (t) {
    const { fn, wait } = t;
    const body = fn(function* (item: number) {
      if (item === 2) currentTask().cancel();
      yield* wait(sleep(1));
      return item;
    });
    const options = { concurrency: 2 };
    for (const block of [map([1, 2, 3, 4], body, options), forEach([1, 2, 3, 4], body, options)]) {
      const error = yield* caught(wait<unknown>(block));
      expect(error).toBeInstanceOf(TaskCancelledError);
    }
  });

  both("is no news when all of it is cancelled, in whatever order", function* (t) {
    const { fn, wait } = t;
    for (const block of [
      () => gather([slow(t), slow(t)]),
      () => allSettled([slow(t), slow(t)]),
      () => race([slow(t), slow(t)]),
      () => any([slow(t), slow(t)]),
      () => map([1, 2, 3], slow(t), { concurrency: 2 }),
    ]) {
      const ended = yield* wait(
        moveOnAfter(
          Infinity,
          fn(function* (scope) {
            const before = allTasks();
            const stop = fn(function* () {
              yield* wait(sleep(1));
              const added = Array.from(allTasks()).filter((task) => !before.has(task));
              for (const task of added.toReversed()) if (task !== currentTask()) task.cancel();
              scope.cancel();
              yield* wait(sleepForever());
            });
            yield* wait(gather([stop, () => timeout(1000, block)]));
          }),
        ),
      );
      expect(ended.cancelled).toBe(true);
    }
  });
});
