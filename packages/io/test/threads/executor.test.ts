// An executor: how many threads it has and when, whose it is, how it ends, and what it says of itself.
import {
  cancelScope,
  CapacityLimiter,
  currentScope,
  Event,
  fromPromise,
  gather,
  run,
  Runner,
  sleep,
  taskGroup,
} from "corio";
import { describe, expect, test } from "vitest";
import {
  ExecutorClosedError,
  getDefaultExecutor,
  runInExecutor,
  setDefaultExecutor,
  shutdownDefaultExecutor,
  ThreadExecutor,
  toThread,
  withThreadExecutor,
  type Executor,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { BEGUN, double, fail, gate, open, passGate, spin, where } from "./fixtures/work.ts";
import { beginning, leavesNoThread, until } from "./support/threads.ts";

leavesNoThread();

describe("threads", () => {
  both("start when there are calls for them, up to the limit", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 2 });
    expect(executor.statistics().workers).toBe(0);
    const shared = gate();
    const { begun, onProgress } = beginning();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 5; i++) {
            group.spawn(fn(() => wait(toThread({ executor, onProgress }, passGate, shared, i))));
          }
          yield* wait(begun.wait());
          expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 2)))).toBe(true);
          expect(executor.statistics()).toMatchObject({ workers: 2, running: 2, queued: 3, completed: 0 });
          open(shared);
        }),
      ),
    );
    expect(executor.statistics()).toMatchObject({ workers: 2, running: 0, queued: 0, completed: 5 });
    expect(shared[BEGUN]).toBe(5);
  });

  both("are used again", function* ({ wait }) {
    const executor = new ThreadExecutor({ workers: 4 });
    const [first] = yield* wait(runInExecutor(executor, where));
    for (let i = 0; i < 5; i++) expect((yield* wait(runInExecutor(executor, where)))[0]).toBe(first);
    expect(executor.statistics().workers).toBe(1);
  });

  both("end when they have been idle for long", function* ({ wait }) {
    const executor = new ThreadExecutor({ idleTimeout: 1 });
    const [first] = yield* wait(runInExecutor(executor, where));
    expect(yield* wait(fromPromise(until(() => executor.statistics().workers === 0)))).toBe(true);
    expect((yield* wait(runInExecutor(executor, where)))[0]).not.toBe(first);
    expect(executor.statistics().crashed).toBe(0);
  });

  both("that end while calls come take none with them", function* ({ wait }) {
    const executor = new ThreadExecutor({ workers: 2, idleTimeout: 1 });
    for (let i = 0; i < 40; i++) {
      // About as long as a thread may be idle: it ends before the next call, after it, or with it.
      yield* wait(sleep(i % 4));
      const calls = Array.from({ length: 1 + (i % 3) }, (_, n) => runInExecutor(executor, double, n));
      expect(yield* wait(gather(calls))).toEqual(calls.map((_, n) => 2 * n));
    }
    expect(executor.statistics()).toMatchObject({ crashed: 0, failed: 0, running: 0 });
  });

  both("come to more when the limit is raised, and calls are served in order", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const shared = gate();
    const order: number[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 4; i++) {
            group.spawn(
              fn(function* () {
                yield* wait(toThread({ executor, onProgress: () => order.push(i) }, passGate, shared, i));
              }),
            );
          }
          expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 1)))).toBe(true);
          executor.limiter.total = 3;
          expect(yield* wait(fromPromise(until(() => order.length === 3)))).toBe(true);
          expect(executor.statistics()).toMatchObject({ workers: 3, running: 3, queued: 1 });
          executor.limiter.total = 1;
          open(shared);
        }),
      ),
    );
    expect(order[0]).toBe(0);
    expect(new Set(order.slice(0, 3))).toEqual(new Set([0, 1, 2]));
    expect(order[3]).toBe(3);
  });

  both("of several executors are bounded together by one limiter", function* ({ wait, fn }) {
    const limiter = new CapacityLimiter(2);
    const executors = [new ThreadExecutor({ limiter }), new ThreadExecutor({ limiter })];
    const shared = gate();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 6; i++) {
            group.spawn(fn(() => wait(runInExecutor(executors[i % 2]!, passGate, shared, i))));
          }
          expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 2)))).toBe(true);
          const [one, other] = executors.map((executor) => executor.statistics());
          expect(one!.running + other!.running).toBe(2);
          expect(one!.queued + other!.queued).toBe(4);
          expect(limiter.borrowed).toBe(2);
          open(shared);
        }),
      ),
    );
    expect(limiter.borrowed).toBe(0);
  });

  both("a call may take its token elsewhere", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const limiter = new CapacityLimiter(1);
    const shared = gate();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(fn(() => wait(runInExecutor(executor, passGate, shared, 1))));
          group.spawn(fn(() => wait(toThread({ executor, limiter }, passGate, shared, 2))));
          expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 2)))).toBe(true);
          expect([executor.limiter.borrowed, limiter.borrowed]).toEqual([1, 1]);
          open(shared);
        }),
      ),
    );
    expect(limiter.borrowed).toBe(0);
  });

  both("are not used while somebody holds the tokens by hand", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const mine = {};
    yield* wait(executor.limiter.acquire(mine));
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(fn(() => wait(runInExecutor(executor, double, 4))));
          yield* wait(sleep(1));
          expect(executor.statistics()).toMatchObject({ queued: 1, running: 0, workers: 0 });
          executor.limiter.release(mine);
          expect(yield* wait(task.join())).toBe(8);
        }),
      ),
    );
  });

  both("get the environment and the options that they are given", function* ({ wait }) {
    const executor = new ThreadExecutor({
      env: { CORIO_TEST_WORD: "hello" },
      resourceLimits: { stackSizeMb: 3 },
    });
    expect(yield* wait(runInExecutor(executor, () => process.env["CORIO_TEST_WORD"]))).toBe("hello");
    expect(process.env["CORIO_TEST_WORD"]).toBeUndefined();
  });

  test("options that make no sense are refused", async () => {
    await run(async () => {
      for (const workers of [0, -1, 1.5, NaN, Infinity]) {
        expect(() => new ThreadExecutor({ workers })).toThrow(RangeError);
      }
      expect(() => new ThreadExecutor({ idleTimeout: -1 })).toThrow(RangeError);
      expect(() => new ThreadExecutor({ onCancel: "never" as never })).toThrow(TypeError);
      expect(() => new ThreadExecutor({ limiter: {} as never })).toThrow(TypeError);
    });
  });
});

describe("closing", () => {
  both("waits for the calls that there are, and takes no more", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1, name: "mine" });
    const shared = gate();
    const { begun, onProgress } = beginning();
    const closed: boolean[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const running = group.spawn(
            fn(() => wait(toThread({ executor, onProgress }, passGate, shared, 1))),
          );
          const queued = group.spawn(fn(() => wait(runInExecutor(executor, double, 4))));
          yield* wait(begun.wait());
          group.spawn(
            fn(function* () {
              yield* wait(executor.close());
              closed.push(true);
            }),
          );
          yield* wait(sleep(1));
          expect(executor.closed).toBe(true);
          expect(closed).toEqual([]);
          const error = yield* caught(wait(runInExecutor(executor, double, 1)));
          expect(error).toBeInstanceOf(ExecutorClosedError);
          expect((error as Error).message).toBe("Cannot send a call: the executor mine is closed");
          open(shared);
          expect(yield* wait(running.join())).toBe(1);
          expect(yield* wait(queued.join())).toBe(8);
        }),
      ),
    );
    expect(closed).toEqual([true]);
    expect(executor.statistics()).toMatchObject({ workers: 0, closed: true, completed: 2 });
    yield* wait(executor.close());
  });

  both(
    "by force fails what waits for a token elsewhere, and does not wait for the token",
    function* ({ wait, fn }) {
      const limiter = new CapacityLimiter(1);
      const executor = new ThreadExecutor({ name: "mine" });
      const mine = {};
      yield* wait(limiter.acquire(mine));
      let error: unknown;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                error = yield* caught(wait(toThread({ executor, limiter }, double, 4)));
              }),
            );
            yield* wait(sleep(1));
            expect(executor.statistics().queued).toBe(1);
            executor.abort("because");
            yield* wait(executor.close());
          }),
        ),
      );
      expect(error).toBeInstanceOf(ExecutorClosedError);
      expect((error as Error).message).toBe("The call was ended with its executor, mine: because");
      expect(executor.statistics()).toMatchObject({ queued: 0, running: 0, failed: 1, cancelled: 0 });
      expect(limiter.statistics()).toMatchObject({ borrowed: 1, waiting: 0 });
    },
  );

  both("waits for a call that waits for a token elsewhere", function* ({ wait, fn }) {
    const limiter = new CapacityLimiter(1);
    const executor = new ThreadExecutor();
    const mine = {};
    yield* wait(limiter.acquire(mine));
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const call = group.spawn(fn(() => wait(toThread({ executor, limiter }, double, 4))));
          yield* wait(sleep(1));
          const closing = group.spawn(fn(() => wait(executor.close())));
          yield* wait(sleep(1));
          limiter.release(mine);
          expect(yield* wait(call.join())).toBe(8);
          yield* wait(closing.join());
        }),
      ),
    );
    expect(executor.statistics()).toMatchObject({ completed: 1, failed: 0, workers: 0 });
  });

  both("by force fails what is waited for", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1, name: "mine" });
    const { begun, onProgress } = beginning();
    const errors: unknown[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const call of [
            () => toThread({ executor, onProgress }, spin, gate()),
            () => runInExecutor(executor, double, 1),
          ]) {
            group.spawn(
              fn(function* () {
                errors.push(yield* caught(wait(call())));
              }),
            );
          }
          yield* wait(begun.wait());
          executor.abort("of a test");
          yield* wait(executor.close());
        }),
      ),
    );
    expect(errors.length).toBe(2);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ExecutorClosedError);
      expect((error as Error).message).toBe("The call was ended with its executor, mine: of a test");
    }
    expect(executor.statistics()).toMatchObject({ failed: 2, running: 0, queued: 0, workers: 0 });
  });

  both("by force fails who waits while somebody holds the tokens by hand", function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const mine = {};
    yield* wait(executor.limiter.acquire(mine));
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(fn(() => caught(wait(runInExecutor(executor, double, 4)))));
          yield* wait(sleep(1));
          const closing = group.spawn(fn(() => wait(executor.close())));
          yield* wait(sleep(1));
          executor.abort();
          expect(yield* wait(task.join())).toBeInstanceOf(ExecutorClosedError);
          yield* wait(closing.join());
        }),
      ),
    );
    executor.limiter.release(mine);
  });

  both("by force fails who waits for the token of another limiter", function* ({ wait, fn }) {
    const limiter = new CapacityLimiter(1);
    const executor = new ThreadExecutor({ limiter });
    const { begun, onProgress } = beginning();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const errors = [
            () => toThread({ executor, onProgress }, spin, gate()),
            () => runInExecutor(executor, double, 1),
          ].map((call) => group.spawn(fn(() => caught(wait(call())))));
          yield* wait(begun.wait());
          executor.abort();
          for (const task of errors) expect(yield* wait(task.join())).toBeInstanceOf(ExecutorClosedError);
        }),
      ),
    );
    expect(limiter.borrowed).toBe(0);
    yield* wait(executor.close());
  });

  both("one that never had a call costs nothing", function* ({ wait }) {
    const executor = new ThreadExecutor();
    yield* wait(executor.close());
    expect(yield* caught(wait(runInExecutor(executor, double, 1)))).toBeInstanceOf(ExecutorClosedError);
  });

  test("works outside any run", async () => {
    const executor = new ThreadExecutor();
    await run(async () => expect(await runInExecutor(executor, double, 1)).toBe(2));
    await run(async () => expect(await runInExecutor(executor, double, 2)).toBe(4));
    await executor[Symbol.asyncDispose]();
    expect(executor.statistics()).toMatchObject({ completed: 2, workers: 0 });
  });
});

describe("the scope", () => {
  both("that an executor was made in ends it", function* ({ wait, fn }) {
    let executor: ThreadExecutor | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          executor = new ThreadExecutor({ name: "inner" });
          yield* wait(runInExecutor(executor, double, 1));
        }),
      ),
    );
    expect(executor!.statistics()).toMatchObject({ workers: 0, closed: true });
    expect(yield* caught(wait(runInExecutor(executor!, double, 1)))).toBeInstanceOf(ExecutorClosedError);
  });

  both("ends calls that others have in it", function* ({ wait, fn }) {
    const made = new Event();
    const { begun, onProgress } = beginning();
    let executor: ThreadExecutor | undefined;
    const error = yield* wait(
      taskGroup(
        fn(function* (group) {
          const other = group.spawn(
            fn(function* () {
              yield* wait(made.wait());
              return yield* caught(wait(toThread({ executor: executor!, onProgress }, spin, gate())));
            }),
          );
          yield* wait(
            cancelScope(
              fn(function* () {
                executor = new ThreadExecutor();
                made.set();
                yield* wait(begun.wait());
              }),
            ),
          );
          return yield* wait(other.join());
        }),
      ),
    );
    expect(error).toBeInstanceOf(ExecutorClosedError);
    expect((error as Error).message).toMatch(/the scope that it belongs to has ended/);
  });

  both("of a block: withThreadExecutor waits", function* ({ wait, fn }) {
    let executor: ThreadExecutor | undefined;
    const value = yield* wait(
      withThreadExecutor(
        { workers: 1 },
        fn(function* (given: ThreadExecutor) {
          executor = given;
          return yield* wait(runInExecutor(given, double, 6));
        }),
      ),
    );
    expect(value).toBe(12);
    expect(executor!.statistics()).toMatchObject({ workers: 0, closed: true });
  });

  both("may be named", function* ({ wait, fn }) {
    const outer = currentScope();
    let executor: ThreadExecutor | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          executor = new ThreadExecutor({ scope: outer });
          yield* wait(sleep(0));
        }),
      ),
    );
    expect(yield* wait(runInExecutor(executor!, double, 1))).toBe(2);
  });
});

describe("the default executor", () => {
  both("is one for the run, and ends with it", function* ({ wait }) {
    const executor = getDefaultExecutor();
    expect(executor).toBe(getDefaultExecutor());
    expect(yield* wait(toThread(double, 1))).toBe(2);
    yield* wait(gather([() => expect(getDefaultExecutor()).toBe(executor)]));
    expect(executor.statistics()).toMatchObject({ completed: 1, workers: 1 });
  });

  test("is another in the next run", async () => {
    const first = await run(() => getDefaultExecutor());
    expect(first.statistics().closed).toBe(true);
    await run(() => expect(getDefaultExecutor()).not.toBe(first));
  });

  test("is each run's own in a Runner", async () => {
    await using runner = new Runner();
    const first = await runner.run(async () => {
      await toThread(double, 1);
      return getDefaultExecutor();
    });
    expect(first.statistics()).toMatchObject({ closed: true, workers: 0 });
    await runner.run(async () => expect(await toThread(double, 2)).toBe(4));
  });

  test("may be used by what is released at the end of the run", async () => {
    const values: number[] = [];
    await run(async () => {
      currentScope().defer(async () => void values.push(await toThread(double, 1)));
      values.push(await toThread(double, 2));
      currentScope().defer(async () => void values.push(await toThread(double, 3)));
    });
    expect(values).toEqual([4, 6, 2]);
  });

  both("may be set (test_base_events BaseEventLoopTests.test_set_default_executor)", function* ({ wait }) {
    const executor = new ThreadExecutor();
    setDefaultExecutor(executor);
    expect(getDefaultExecutor()).toBe(executor);
    yield* wait(toThread(double, 1));
    expect(executor.statistics().completed).toBe(1);
  });

  both(
    "must be an executor (test_base_events BaseEventLoopTests.test_set_default_executor_error)",
    function* ({ wait }) {
      for (const value of [null, {}, () => {}, { submit: () => {} }]) {
        expect(() => setDefaultExecutor(value as unknown as Executor)).toThrow(TypeError);
      }
      expect(yield* wait(toThread(double, 1))).toBe(2);
    },
  );

  both("may be shut down", function* ({ wait }) {
    expect(yield* wait(toThread(double, 1))).toBe(2);
    yield* wait(shutdownDefaultExecutor());
    expect(yield* caught(wait(toThread(double, 1)))).toBeInstanceOf(ExecutorClosedError);
    yield* wait(shutdownDefaultExecutor());
  });

  both("that never was may be, too", function* ({ wait }) {
    yield* wait(shutdownDefaultExecutor());
    expect(yield* caught(wait(toThread(double, 1)))).toBeInstanceOf(ExecutorClosedError);
  });

  both(
    "does not wait longer than it is told (test_base_events BaseEventLoopTests.test_shutdown_default_executor_timeout)",
    function* ({ wait, fn }) {
      const { begun, onProgress } = beginning();
      const error = yield* wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(fn(() => caught(wait(toThread({ onProgress }, spin, gate())))));
            yield* wait(begun.wait());
            yield* wait(shutdownDefaultExecutor(10));
            return yield* wait(task.join());
          }),
        ),
      );
      expect(error).toBeInstanceOf(ExecutorClosedError);
      expect((error as Error).message).toMatch(/not over within 10 ms/);
      expect(() => shutdownDefaultExecutor(-1)).toThrow(RangeError);
    },
  );
});

both("statistics tell how much is used", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 1, name: "busy" });
  const shared = gate();
  yield* caught(wait(runInExecutor(executor, fail, "range")));
  const before = executor.statistics();
  expect(before).toMatchObject({ name: "busy", failed: 1, completed: 0, closed: false });
  expect(before.utilisation).toBeGreaterThan(0);
  expect(before.utilisation).toBeLessThanOrEqual(1);
  yield* wait(
    taskGroup(
      fn(function* (group) {
        const { begun, onProgress } = beginning();
        group.spawn(fn(() => wait(toThread({ executor, onProgress }, passGate, shared, 1))));
        yield* wait(begun.wait());
        yield* wait(sleep(20));
        expect(executor.statistics().utilisation).toBeGreaterThan(0);
        open(shared);
      }),
    ),
  );
});
