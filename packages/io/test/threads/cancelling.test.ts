// What becomes of a call whose caller is cancelled: its thread is ended, or waited for, or left. (P13: better)
import { setImmediate, setTimeout } from "node:timers/promises";
import {
  CancelledError,
  cancelScope,
  currentScope,
  Event,
  fromPromise,
  moveOnAfter,
  run,
  sleep,
  taskGroup,
  type TaskGroupError,
  timeout,
  TimeoutError,
  type Scope,
} from "corio";
import { describe, expect, test } from "vitest";
import { runInExecutor, ThreadExecutor, toThread, type OnCancel } from "../../src/index.ts";
import { both, caught, dialects, type Dialect } from "../support/dialects.ts";
import { cleansUp, failsInCleanUp, neverCleansUp, returnsAllTheSame } from "./fixtures/coroutines.ts";
import {
  ask,
  BEGUN,
  COUNT,
  double,
  gate,
  open,
  passGate,
  spin,
  spinPolitely,
  tellsItsEnd,
  waitForSignal,
} from "./fixtures/work.ts";
import { beginning, countThreads, leavesNoThread, until } from "./support/threads.ts";

leavesNoThread();

type Steps<T> = Generator<unknown, T, unknown>;

interface Cancelling {
  readonly executor?: ThreadExecutor;
  readonly onCancel?: OnCancel;
}

/** Calls the function, cancels the call when the function has begun, and gives what the call threw, and when it had. */
function* cancelled<A extends unknown[]>(
  { wait, fn: inDialect }: Dialect,
  how: Cancelling,
  fn: (...args: A) => unknown,
  ...args: A
): Steps<unknown> {
  const { begun, onProgress } = beginning();
  let thrown: unknown;
  yield* wait(
    taskGroup(
      inDialect(function* (group) {
        const task = group.spawn(
          inDialect(function* () {
            try {
              yield* wait(toThread({ ...how, onProgress }, fn, ...args));
            } catch (error) {
              thrown = error;
              throw error;
            }
          }),
        );
        yield* wait(begun.wait());
        task.cancel("enough");
      }),
    ),
  );
  return thrown;
}

/** Whether the counter stands still. */
async function standsStill(shared: Int32Array): Promise<boolean> {
  const before = Atomics.load(shared, COUNT);
  for (let look = 0; look < 20; look++) await setTimeout(1);
  return Atomics.load(shared, COUNT) === before;
}

describe('"terminate", which is the default', () => {
  both(
    "ends a thread that computes: when the caller goes on, it has (P13: better) (test_events EventLoopTestsMixin.test_run_in_executor_cancel)",
    function* (dialect) {
      const shared = gate();
      const executor = new ThreadExecutor({ workers: 1 });
      const before = countThreads();
      const thrown = yield* cancelled(dialect, { executor }, spin, shared);
      expect(thrown).toBeInstanceOf(CancelledError);
      expect(thrown).toMatchObject({ reason: "enough" });
      expect(Atomics.load(shared, COUNT)).toBeGreaterThan(0);
      expect(yield* dialect.wait(fromPromise(standsStill(shared)))).toBe(true);
      expect(countThreads()).toBeLessThanOrEqual(before);
      expect(executor.statistics()).toMatchObject({
        running: 0,
        cancelled: 1,
        crashed: 0,
        failed: 0,
        workers: 0,
      });
    },
  );

  both("ends one that blocks", function* (dialect) {
    const shared = gate();
    expect(yield* cancelled(dialect, {}, passGate, shared, 1)).toBeInstanceOf(CancelledError);
    expect(shared[BEGUN]).toBe(1);
  });

  both("ends one that waits", function* (dialect) {
    const shared = gate();
    expect(yield* cancelled(dialect, {}, cleansUp, shared)).toBeInstanceOf(CancelledError);
    // Nothing ran in it after that.
    expect(shared[COUNT]).toBe(0);
  });

  both("gives the token back when the thread is gone, and another thread goes on", function* (dialect) {
    const { wait } = dialect;
    const executor = new ThreadExecutor({ workers: 1 });
    for (let round = 0; round < 3; round++) {
      yield* cancelled(dialect, { executor }, spin, gate());
      expect(executor.limiter.borrowed).toBe(0);
      expect(yield* wait(runInExecutor(executor, double, round))).toBe(2 * round);
    }
    expect(executor.statistics()).toMatchObject({ completed: 3, cancelled: 3 });
  });

  both("serves who waits for the token", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const { begun, onProgress } = beginning();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const holder = group.spawn(fn(() => wait(toThread({ executor, onProgress }, spin, gate()))));
          yield* wait(begun.wait());
          const waiters = [1, 2, 3].map((x) =>
            group.spawn(fn(() => wait(runInExecutor(executor, double, x)))),
          );
          yield* wait(sleep(0));
          expect(executor.statistics()).toMatchObject({ running: 1, queued: 3 });
          waiters[1]!.cancel("not me");
          holder.cancel();
          expect(yield* wait(waiters[0]!.join())).toBe(2);
          expect(yield* wait(waiters[2]!.join())).toBe(6);
        }),
      ),
    );
    expect(executor.statistics()).toMatchObject({ completed: 2, cancelled: 2, running: 0, queued: 0 });
  });

  both("is told of by a timeout", function* ({ wait }) {
    const shared = gate();
    const error = yield* caught(wait(timeout(50, () => toThread(spin, shared))));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(yield* wait(fromPromise(standsStill(shared)))).toBe(true);
  });

  both("ends the siblings of a call that fails", function* ({ wait, fn }) {
    const shared = gate();
    const { begun, onProgress } = beginning();
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(fn(() => wait(toThread({ onProgress }, spin, shared))));
            yield* wait(begun.wait());
            throw new RangeError("a sibling");
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).only()).toBeInstanceOf(RangeError);
    expect(yield* wait(fromPromise(standsStill(shared)))).toBe(true);
  });
});

describe('"wait"', () => {
  both("tells the function, and goes on when it has ended", function* (dialect) {
    const shared = gate();
    const thrown = yield* cancelled(dialect, { onCancel: "wait" }, spinPolitely, shared);
    expect(thrown).toBeInstanceOf(CancelledError);
    // Its `finally` has run.
    expect(shared[COUNT]).toBe(-1);
  });

  both("cancels a run of Corio in the thread, whose clean-up may wait", function* (dialect) {
    const shared = gate();
    const thrown = yield* cancelled(dialect, { onCancel: "wait" }, cleansUp, shared);
    expect(thrown).toBeInstanceOf(CancelledError);
    expect(shared[COUNT]).toBe(-1);
  });

  both("keeps the thread", function* (dialect) {
    const executor = new ThreadExecutor({ workers: 1, onCancel: "wait" });
    yield* cancelled(dialect, { executor }, spinPolitely, gate());
    expect(executor.statistics()).toMatchObject({ workers: 1, cancelled: 1, crashed: 0, running: 0 });
  });

  both("throws what the function throws instead", function* ({ wait, fn }) {
    for (const failing of [waitForSignal as (shared: Int32Array) => unknown, failsInCleanUp]) {
      const { begun, onProgress } = beginning();
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              const task = group.spawn(
                fn(() => wait(toThread({ onCancel: "wait", onProgress }, failing, gate()))),
              );
              yield* wait(begun.wait());
              task.cancel();
            }),
          ),
        ),
      );
      expect((error as TaskGroupError).only()).toMatchObject({
        message: /more than the cancellation|in clean-up/,
      });
    }
  });

  both("hears what the function reports, to its end", function* ({ wait, fn }) {
    const seen: unknown[] = [];
    const begun = new Event();
    const onProgress = (value: unknown): void => {
      seen.push(value);
      begun.set();
    };
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(fn(() => wait(toThread({ onCancel: "wait", onProgress }, tellsItsEnd))));
          yield* wait(begun.wait());
          task.cancel();
        }),
      ),
    );
    expect(seen).toEqual(["begun", "ended"]);
  });

  both("throws what its listener throws meanwhile", function* ({ wait, fn }) {
    const begun = new Event();
    const onProgress = (value: unknown): void => {
      begun.set();
      if (value === "ended") throw new TypeError("a listener");
    };
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(fn(() => wait(toThread({ onCancel: "wait", onProgress }, tellsItsEnd))));
            yield* wait(begun.wait());
            task.cancel();
          }),
        ),
      ),
    );
    expect((error as TaskGroupError).only()).toBeInstanceOf(TypeError);
  });

  both("drops what the function returns all the same", function* (dialect) {
    expect(yield* cancelled(dialect, { onCancel: "wait" }, returnsAllTheSame)).toBeInstanceOf(CancelledError);
  });

  both("rejects what the function asks its caller", function* ({ wait, fn }) {
    const begun = new Event();
    const functions = {
      forever: async () => {
        begun.set();
        await sleep(100_000);
      },
    };
    let thrown: unknown;
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(
            fn(function* () {
              try {
                yield* wait(toThread({ onCancel: "wait", functions }, ask, "forever"));
              } catch (error) {
                thrown = error;
                throw error;
              }
            }),
          );
          yield* wait(begun.wait());
          task.cancel();
        }),
      ),
    );
    expect(thrown).toBeInstanceOf(CancelledError);
  });

  for (const dialect of dialects) {
    test(`ends the thread of a function that hears nothing, when the grace is over (${dialect.name})`, async () => {
      const shared = gate();
      await run(
        dialect.fn(() => cancelled(dialect, { onCancel: "wait" }, spin, shared)),
        { grace: 30 },
      );
      expect(await standsStill(shared)).toBe(true);
      await run(
        dialect.fn(() => cancelled(dialect, { onCancel: "wait" }, neverCleansUp)),
        { grace: 30 },
      );
    });
  }
});

describe('"abandon"', () => {
  both("goes on at once; the function keeps its thread, and its token", function* (dialect) {
    const { wait } = dialect;
    const shared = gate();
    const executor = new ThreadExecutor({ workers: 1 });
    const thrown = yield* cancelled(dialect, { executor, onCancel: "abandon" }, passGate, shared, 1);
    expect(thrown).toBeInstanceOf(CancelledError);
    expect(executor.statistics()).toMatchObject({ running: 1, cancelled: 1, workers: 1 });
    expect(executor.limiter.borrowed).toBe(1);
    open(shared);
    expect(yield* wait(runInExecutor(executor, double, 4))).toBe(8);
    expect(executor.statistics()).toMatchObject({ running: 0, workers: 1 });
  });

  both("tells the function", function* (dialect) {
    const shared = gate();
    yield* cancelled(dialect, { onCancel: "abandon" }, spinPolitely, shared);
    expect(yield* dialect.wait(fromPromise(until(() => shared[COUNT] === -1)))).toBe(true);
  });

  both("ends what was abandoned with the executor", function* (dialect) {
    const shared = gate();
    yield* dialect.wait(
      cancelScope(
        dialect.fn(function* () {
          const executor = new ThreadExecutor();
          yield* cancelled(dialect, { executor, onCancel: "abandon" }, spin, shared);
        }),
      ),
    );
    expect(yield* dialect.wait(fromPromise(standsStill(shared)))).toBe(true);
  });
});

describe("a call that has not begun", () => {
  both("is never sent", function* ({ wait, fn }) {
    const executor = new ThreadExecutor();
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          scope.cancel();
          yield* wait(runInExecutor(executor, double, 1));
        }),
      ),
    );
    expect(executor.statistics()).toMatchObject({ cancelled: 1, completed: 0, workers: 0 });
    expect(executor.limiter.borrowed).toBe(0);
  });

  for (const onCancel of ["terminate", "wait", "abandon"] as const) {
    both(`whose thread is still starting is taken back: ${onCancel}`, function* ({ wait, fn }) {
      const executor = new ThreadExecutor({ workers: 1 });
      const shared = gate();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(fn(() => wait(toThread({ executor, onCancel }, passGate, shared, 1))));
            while (executor.statistics().workers === 0) yield* wait(sleep(0));
            task.cancel();
          }),
        ),
      );
      expect(executor.limiter.borrowed).toBe(0);
      expect(yield* wait(runInExecutor(executor, double, 5))).toBe(10);
      expect(shared[BEGUN]).toBe(0);
    });
  }
});

class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

test("five hundred cancels at random moments: no thread, no token and no rejection is left", async () => {
  const random = new Random(7);
  const before = countThreads();
  let most = 0;
  await run(async () => {
    const executor = new ThreadExecutor({ workers: 3 });
    const outcomes = { value: 0, cancelled: 0 };
    await taskGroup(async (group) => {
      for (let i = 0; i < 500; i++) {
        const onCancel = (["terminate", "wait", "abandon"] as const)[random.below(3)]!;
        const what = random.below(5);
        const turns = random.below(40);
        group.spawn(async () => {
          await cancelScope(async (scope) => {
            void turnsOf(turns).then(() => scope.cancel());
            await work(executor, onCancel, what);
            outcomes.value++;
          });
          most = Math.max(most, countThreads());
        });
        if (i % 20 === 19) await sleep(1);
      }
    });
    outcomes.cancelled = executor.statistics().cancelled;
    expect(outcomes.cancelled).toBeGreaterThan(100);
    expect(executor.statistics()).toMatchObject({ queued: 0, crashed: 0 });
    expect(await runInExecutor(executor, double, 3)).toBe(6);
    await moveOnAfter(5000, () => executor.close());
    expect(executor.limiter.borrowed).toBe(0);
    expect(currentScope().cancelCalled).toBe(false);
  });
  // Three, and what the system has not yet seen the end of.
  expect(most).toBeLessThan(before + 8);

  async function work(executor: ThreadExecutor, onCancel: OnCancel, what: number): Promise<void> {
    const options = { executor, onCancel };
    if (what === 0) await toThread(options, double, 1);
    else if (what === 1) await toThread({ ...options, onProgress: () => {} }, spinPolitely, gate());
    else if (what === 2) await toThread({ ...options, onCancel: "terminate" }, spin, gate());
    else if (what === 3) await toThread({ ...options, functions: { f: () => sleep(1) } }, ask, "f");
    else
      await toThread(
        options,
        (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
        2,
      );
  }

  async function turnsOf(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await setImmediate();
  }
});
