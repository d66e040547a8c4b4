import { describe, expect, test } from "vitest";
import {
  CancelledError,
  createTask,
  fromPromise,
  gather,
  loopTime,
  moveOnAfter,
  sleep,
  sleepForever,
  TaskCancelledError,
  TaskGroupError,
  type Gatherable,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

describe("gather", () => {
  both("results stand in the order of the arguments, functions and Awaitables mixed (G1)", function* (t) {
    const { fn, wait } = t;
    const results = yield* wait(
      gather([
        fn(function* () {
          yield* wait(sleep(30));
          return "slow";
        }),
        fromPromise(Promise.resolve("promise")),
        fn(function* () {
          yield* wait(sleep(10));
          return "fast";
        }),
        () => "plain",
        sleep(20),
      ]),
    );
    expect(results).toEqual(["slow", "promise", "fast", "plain", undefined]);
    expect(loopTime()).toBe(30);
  });

  both(
    "the first failure cancels the rest, waits for them, and is thrown as it is (G2: better)",
    function* (t) {
      const { fn, wait, log } = t;
      const failure = new RangeError("first");
      const error = yield* caught(
        wait(
          gather([
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                yield* wait(sleep(5));
                log.push("cleaned");
              }
            }),
            fn(function* () {
              yield* wait(sleep(10));
              throw failure;
            }),
          ]),
        ),
      );
      expect(error).toBe(failure);
      expect(log).toEqual(["cleaned"]);
      expect(loopTime()).toBe(15);
    },
  );

  both("several errors come in a TaskGroupError, none is dropped (G3: better)", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        gather([
          () => {
            throw new Error("a");
          },
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              throw new Error("b");
            }
          }),
        ]),
      ),
    );
    expect(error).toBeInstanceOf(TaskGroupError);
    expect((error as TaskGroupError).errors.map((e: Error) => e.message)).toEqual(["a", "b"]);
  });

  both("cancelling a gather cancels everything in it (G6: better)", function* ({ fn, wait, log }) {
    const worker = fn(function* () {
      try {
        yield* wait(sleepForever());
      } catch (error) {
        log.push(error);
        throw error;
      }
    });
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(gather([worker, () => worker()]));
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(log).toHaveLength(2);
    for (const error of log) expect(error).toBeInstanceOf(CancelledError);
  });

  both("gathering nothing gives nothing (G7)", function* ({ wait }) {
    expect(yield* wait(gather([]))).toEqual([]);
    expect(loopTime()).toBe(0);
  });

  both("the same item twice runs once and fills both places (G8)", function* ({ fn, wait, log }) {
    const work = fn(function* () {
      log.push("ran");
      yield* wait(sleep(1));
      return {};
    });
    const awaitable = sleep(1);
    const [a, b, c] = yield* wait(gather([work, work, () => 1, awaitable, awaitable] as const));
    expect(log).toEqual(["ran"]);
    expect(a).toBe(b);
    expect(c).toBe(1);
  });

  both("a join in it is only waited for: the task is not owned", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(50));
        return "own life";
      }),
    );
    const failure = new Error("another");
    const error = yield* caught(
      wait(
        gather([
          task.join(),
          fn(function* () {
            yield* wait(sleep(1));
            throw failure;
          }),
        ]),
      ),
    );
    expect(error).toBe(failure);
    expect(task.done()).toBe(false);
    expect(yield* wait(task.join())).toBe("own life");
  });

  both("a joined task that is cancelled is a failure, and cancels the rest (G5: better)", function* (t) {
    const { fn, wait, log } = t;
    const task = createTask(
      fn(function* () {
        yield* wait(sleepForever());
      }),
    );
    createTask(function* () {
      yield* sleep(5);
      task.cancel();
    });
    const error = yield* caught(
      wait(
        gather([
          task.join(),
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              log.push("sibling told");
            }
          }),
        ]),
      ),
    );
    expect(error).toBeInstanceOf(TaskCancelledError);
    expect(log).toEqual(["sibling told"]);
  });

  both(
    "the items are taken when gather is called: a later change of the array changes nothing",
    function* (t) {
      const { wait } = t;
      const items: Gatherable[] = [() => 1, () => 2];
      const awaitable = gather(items);
      items.push(() => 3);
      expect(yield* wait(awaitable)).toEqual([1, 2]);
    },
  );

  both("leaves nothing behind", function* ({ wait }) {
    yield* wait(gather([sleep(1), sleep(2)]));
    expect(nodeHere().first).toBe(null);
    expect(nodeHere().waits).toBe(null);
  });

  test("what is neither Awaitable nor function is refused, with its place", () => {
    expect(() => gather([() => 1, Promise.resolve(1) as never])).toThrow(/item 1/);
    expect(() => gather([5 as never])).toThrow(TypeError);
    expect(() => gather([null as never])).toThrow(TypeError);
  });
});
