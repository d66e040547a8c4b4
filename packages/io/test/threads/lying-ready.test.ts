// Calls that wait for a token lie ready in the pool: they keep their order, never run without a token, and are not lost.
import { CapacityLimiter, fromPromise, sleep, taskGroup, type Task } from "corio";
import { expect } from "vitest";
import {
  ExecutorClosedError,
  runInExecutor,
  ThreadExecutor,
  ThreadFunctionError,
  toThread,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { BEGUN, counted, crash, double, gate, open, passGate, spin } from "./fixtures/work.ts";
import { beginning, leavesNoThread, until } from "./support/threads.ts";

leavesNoThread();

both("calls that lie ready are served in order, without those that left", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 1 });
  const shared = gate();
  const order: number[] = [];
  const { begun, onProgress } = beginning();
  yield* wait(
    taskGroup(
      fn(function* (group) {
        group.spawn(fn(() => wait(toThread({ executor, onProgress }, passGate, shared, 0))));
        const tasks: Task<unknown>[] = [];
        for (let i = 0; i < 12; i++) {
          tasks.push(
            group.spawn(
              fn(function* () {
                order.push(yield* wait(runInExecutor(executor, double, i)));
              }),
            ),
          );
        }
        yield* wait(begun.wait());
        // The first lies ready; the others would, one after the other.
        for (const i of [0, 1, 3, 4, 5, 11]) tasks[i]!.cancel();
        yield* wait(sleep(0));
        open(shared);
      }),
    ),
  );
  expect(order).toEqual([4, 12, 14, 16, 18, 20]);
  expect(executor.statistics()).toMatchObject({
    completed: 7,
    cancelled: 6,
    running: 0,
    queued: 0,
    workers: 1,
  });
});

both("a limit that was lowered holds for calls that lie ready", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 3 });
  const [shared, counts, most] = [gate(), gate(), gate()];
  yield* wait(
    taskGroup(
      fn(function* (group) {
        for (let i = 0; i < 3; i++) group.spawn(fn(() => wait(runInExecutor(executor, passGate, shared, i))));
        for (let i = 0; i < 9; i++)
          group.spawn(fn(() => wait(runInExecutor(executor, counted, counts, most))));
        expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 3)))).toBe(true);
        executor.limiter.total = 1;
        open(shared);
      }),
    ),
  );
  expect(most[0]).toBe(1);
  expect(executor.statistics()).toMatchObject({ completed: 12, running: 0, queued: 0 });
});

both("threads that die leave their successors the calls that lie ready", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 2 });
  const results: unknown[] = [];
  yield* wait(
    taskGroup(
      fn(function* (group) {
        for (let i = 0; i < 12; i++) {
          group.spawn(
            fn(function* () {
              try {
                if (i % 3 === 0) yield* wait(runInExecutor(executor, crash, "exit"));
                else yield* wait(runInExecutor(executor, double, i));
                results.push(i);
              } catch (error) {
                results.push((error as { code?: string }).code);
              }
            }),
          );
        }
      }),
    ),
  );
  expect(results.filter((result) => result === "ERR_WORKER_CRASHED")).toHaveLength(4);
  expect(results.filter((result) => typeof result === "number").toSorted((a, b) => a - b)).toEqual([
    1, 2, 4, 5, 7, 8, 10, 11,
  ]);
  expect(executor.statistics()).toMatchObject({ crashed: 4, running: 0, queued: 0 });
});

both(
  "a call that has its token elsewhere does not wait behind those that lie ready",
  function* ({ wait, fn }) {
    const executor = new ThreadExecutor({ workers: 1 });
    const limiter = new CapacityLimiter(1);
    const shared = gate();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(fn(() => wait(runInExecutor(executor, passGate, shared, 0))));
          const waits = group.spawn(fn(() => wait(runInExecutor(executor, double, 4))));
          expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 1)))).toBe(true);
          // Twice: the thread has to be started, then it is idle.
          for (let i = 0; i < 2; i++)
            expect(yield* wait(toThread({ executor, limiter }, double, i))).toBe(2 * i);
          expect(executor.statistics()).toMatchObject({ running: 1, queued: 1, workers: 2 });
          open(shared);
          expect(yield* wait(waits.join())).toBe(8);
        }),
      ),
    );
  },
);

both("a limit that is raised starts a thread for what lies ready", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 1 });
  const shared = gate();
  yield* wait(
    taskGroup(
      fn(function* (group) {
        group.spawn(fn(() => wait(runInExecutor(executor, passGate, shared, 0))));
        const waits = group.spawn(fn(() => wait(runInExecutor(executor, double, 4))));
        expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 1)))).toBe(true);
        executor.limiter.total = 2;
        expect(yield* wait(waits.join())).toBe(8);
        open(shared);
      }),
    ),
  );
});

both("what lies ready fails with its executor, and nothing has crashed", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 1 });
  const { begun, onProgress } = beginning();
  const errors: unknown[] = [];
  yield* wait(
    taskGroup(
      fn(function* (group) {
        const calls = [
          () => toThread({ executor, onProgress }, spin, gate()),
          ...Array.from({ length: 4 }, (_, i) => () => runInExecutor(executor, double, i)),
        ];
        for (const call of calls) {
          group.spawn(
            fn(function* () {
              errors.push(yield* caught(wait(call())));
            }),
          );
        }
        yield* wait(begun.wait());
        executor.abort();
      }),
    ),
  );
  expect(errors).toHaveLength(5);
  for (const error of errors) expect(error).toBeInstanceOf(ExecutorClosedError);
  yield* wait(executor.close());
  expect(executor.statistics()).toMatchObject({ crashed: 0, running: 0, queued: 0, workers: 0 });
});

both("what lies ready and cannot be sent fails alone", function* ({ wait, fn }) {
  const executor = new ThreadExecutor({ workers: 1 });
  const shared = gate();
  const errors: unknown[] = [];
  const values: number[] = [];
  yield* wait(
    taskGroup(
      fn(function* (group) {
        group.spawn(fn(() => wait(runInExecutor(executor, passGate, shared, 0))));
        for (let i = 0; i < 6; i++) {
          group.spawn(
            fn(function* () {
              const argument = i % 2 === 0 ? i : ((() => i) as never);
              try {
                values.push(yield* wait(runInExecutor(executor, double, argument)));
              } catch (error) {
                errors.push(error);
              }
            }),
          );
        }
        expect(yield* wait(fromPromise(until(() => shared[BEGUN] === 1)))).toBe(true);
        open(shared);
      }),
    ),
  );
  expect(values).toEqual([0, 4, 8]);
  expect(errors.filter((error) => error instanceof ThreadFunctionError)).toHaveLength(3);
  expect(executor.statistics()).toMatchObject({ crashed: 0, running: 0, queued: 0 });
});
