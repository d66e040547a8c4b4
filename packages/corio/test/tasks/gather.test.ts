import { describe, expect, test } from "vitest";
import {
  allSettled,
  CancelledError,
  createTask,
  fromPromise,
  Future,
  gather,
  loopTime,
  moveOnAfter,
  shield,
  sleep,
  sleepForever,
  TaskCancelledError,
  TaskGroupError,
  type Gatherable,
  type Task,
} from "corio";
import type { ScopeNode } from "../../src/kernel/scope.ts";
import { both, caught } from "../support/dialects.ts";
import { loopHere, nodeHere, soon } from "../support/kernel.ts";

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

  both(
    "cancelled when everything in it has ended: to join is a wait, and the cancellation is thrown (test_tasks BaseTaskTests.test_cancel_gather_1)",
    function* ({ fn, wait, log }) {
      const future = new Future<number>();
      const task: Task<unknown> = createTask(
        fn(function* () {
          log.push(yield* wait(gather([() => future.wait()])));
          log.push("never");
        }),
      );
      yield* wait(sleep(1));
      future.setResult(42);
      // When the child has ended, and the gather is awake, but has not run.
      const loop = loopHere();
      const gathering = (task as unknown as ScopeNode).first!;
      const look = (): void => void (gathering.first === null ? task.cancel() : soon(look, loop));
      soon(look, loop);
      yield* caught(wait(task.join()));
      expect(task.cancelled()).toBe(true);
      expect(log).toEqual([]);
    },
    { order: "fifo" },
  );

  both(
    "a cancellation gets out of allSettled, with its reason, however often it is called (test_tasks BaseTaskTests.test_cancel_gather_2)",
    function* ({ fn, wait, log }) {
      for (const reason of [undefined, "my message", 5]) {
        const task = createTask(
          fn(function* () {
            for (let i = 0; i < 20; i++) yield* wait(allSettled([sleep(50)]));
            log.push("never");
          }),
        );
        yield* wait(sleep(175));
        task.cancel(reason);
        const error = yield* caught(wait(task.join()));
        expect(((error as Error).cause as CancelledError).reason).toBe(reason);
        expect(task.cancelled()).toBe(true);
      }
      expect(log).toEqual([]);
    },
  );

  both(
    "a shield in a cancelled gather is waited for, what stands beside it is not (test_tasks BaseTaskTests.test_gather_shield)",
    function* ({ fn, wait, log }) {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              gather([
                () =>
                  shield(
                    fn(function* () {
                      yield* wait(sleep(50));
                      log.push("shielded");
                    }),
                  ),
                fn(function* () {
                  try {
                    yield* wait(sleepForever());
                  } finally {
                    log.push("beside it");
                  }
                }),
              ]),
            );
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      expect(log).toEqual(["beside it", "shielded"]);
      expect(loopTime()).toBe(50);
    },
  );

  both(
    "a gather in a shield gives its results, though it was cancelled around it (test_tasks BaseTaskTests.test_shield_gather)",
    function* ({ fn, wait, log }) {
      const [one, two] = [new Future<number>(), new Future<number>()];
      const task = createTask(
        fn(function* () {
          log.push(yield* wait(shield(() => gather([one.wait(), two.wait()]))));
          yield* wait(sleep(0));
          log.push("never");
        }),
      );
      yield* wait(sleep(1));
      task.cancel();
      yield* wait(sleep(1));
      one.setResult(1);
      two.setResult(2);
      yield* caught(wait(task.join()));
      expect(log).toEqual([[1, 2]]);
      expect(task.cancelled()).toBe(true);
    },
  );

  test("what is neither Awaitable nor function is refused, with its place", () => {
    expect(() => gather([() => 1, Promise.resolve(1) as never])).toThrow(/item 1/);
    expect(() => gather([5 as never])).toThrow(TypeError);
    expect(() => gather([null as never])).toThrow(TypeError);
  });
});
