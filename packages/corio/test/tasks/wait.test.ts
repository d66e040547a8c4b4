import { describe, expect } from "vitest";
import {
  call,
  CancelledError,
  createTask,
  Event,
  currentTask,
  Future,
  loopTime,
  moveOnAfter,
  Queue,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  TimeoutError,
  wait as waitForTasks,
  waitFor,
  type Coroutine,
  type Task,
} from "corio";
import type { TaskNode } from "../../src/kernel/task.ts";
import { both, caught } from "../support/dialects.ts";
import { loopHere, nodeHere, soon } from "../support/kernel.ts";

/** Tasks that end after so many milliseconds, with that as their value. */
function sleepers(...delays: number[]): Task<number>[] {
  return delays.map((ms) =>
    createTask(function* () {
      yield* sleep(ms);
      return ms;
    }),
  );
}

function* failAfter(ms: number): Coroutine<never> {
  yield* sleep(ms);
  throw new RangeError(`after ${ms}`);
}

describe("wait", () => {
  both("refuses no tasks at all, what is no task, and an unknown condition (G10)", function* ({ wait }) {
    expect(() => waitForTasks([])).toThrow(TypeError);
    expect(() => waitForTasks(new Set<Task<number>>())).toThrow(TypeError);
    const [task] = sleepers(1);
    for (const other of [sleep(1), () => 1, Promise.resolve(1), 5, null, new Future()]) {
      expect(() => waitForTasks([task!, other as unknown as Task<number>])).toThrow(TypeError);
    }
    expect(() => waitForTasks(task as never)).toThrow(/expected an array or a set of tasks, got object/);
    for (const never of ["LAST_COMPLETED", -1, null]) {
      expect(() => waitForTasks([task!], { returnWhen: never as "ALL_COMPLETED" })).toThrow(TypeError);
    }
    yield* wait(task!.join());
  });

  both("waits for all unless told otherwise, and throws no error of theirs", function* ({ wait }) {
    const [quick, slow] = sleepers(10, 15);
    const failing = createTask(failAfter, 12);
    const { done, pending } = yield* wait(waitForTasks([slow!, failing, quick!]));
    expect(loopTime()).toBe(15);
    expect(done).toEqual(new Set([slow, failing, quick]));
    expect(pending.size).toBe(0);
    expect(failing.exception()).toBeInstanceOf(RangeError);
    // Again: all have ended, there is nothing to wait for.
    yield* wait(waitForTasks([slow!, failing, quick!]));
    expect(loopTime()).toBe(15);
  });

  both("the first that ends, by value or error, is enough for FIRST_COMPLETED", function* ({ wait }) {
    const tasks = sleepers(30, 20);
    const failing = createTask(failAfter, 10);
    const first = yield* wait(waitForTasks([...tasks, failing], { returnWhen: "FIRST_COMPLETED" }));
    expect([...first.done]).toEqual([failing]);
    expect(first.pending).toEqual(new Set(tasks));
    expect(loopTime()).toBe(10);
    expect(failing.exception()).toBeInstanceOf(RangeError);
    const second = yield* wait(waitForTasks(tasks, { returnWhen: "FIRST_COMPLETED" }));
    expect([...second.done]).toEqual([tasks[1]]);
    expect(loopTime()).toBe(20);
    yield* wait(waitForTasks(tasks));
  });

  both(
    "what else has ended when it goes on is done, not pending (test_tasks BaseTaskTests.test_wait_really_done)",
    function* ({ fn, wait }) {
      const event = new Future<void>();
      const tasks = [1, 2, 3].map(() => createTask(() => event.wait()));
      createTask(
        fn(function* () {
          yield* wait(sleep(5));
          event.setResult();
        }),
      );
      const { done } = yield* wait(waitForTasks(tasks, { returnWhen: "FIRST_COMPLETED" }));
      expect([...done].every((task) => task.done())).toBe(true);
      // The first of them woke the waiter; the others ended before it ran.
      expect(done.size).toBe(3);
    },
    { order: "fifo" },
  );

  both("the first failure is enough for FIRST_EXCEPTION; a cancelled task is none (G13)", function* (t) {
    const { wait } = t;
    const [slow] = sleepers(1000);
    const cancelled = sleepers(1000)[0]!;
    const failing = createTask(failAfter, 20);
    createTask(function* () {
      yield* sleep(10);
      cancelled.cancel();
    });
    const { done, pending } = yield* wait(
      waitForTasks([slow!, cancelled, failing], { returnWhen: "FIRST_EXCEPTION" }),
    );
    // Not at 10, when one was cancelled.
    expect(loopTime()).toBe(20);
    expect(done).toEqual(new Set([cancelled, failing]));
    expect(failing.exception()).toBeInstanceOf(RangeError);
    expect([...pending]).toEqual([slow]);
    // Without a failure it waits for all.
    const rest = yield* wait(waitForTasks([slow!, cancelled], { returnWhen: "FIRST_EXCEPTION" }));
    expect(rest.pending.size).toBe(0);
    expect(loopTime()).toBe(1000);
  });

  both("FIRST_EXCEPTION returns at once if one had failed already (G14)", function* ({ wait }) {
    const failing = createTask(failAfter, 1);
    const [slow] = sleepers(50);
    yield* caught(wait(failing.join()));
    const { done, pending } = yield* wait(waitForTasks([slow!, failing], { returnWhen: "FIRST_EXCEPTION" }));
    expect(loopTime()).toBe(1);
    expect([...done]).toEqual([failing]);
    expect([...pending]).toEqual([slow]);
    yield* wait(slow!.join());
  });

  both("expiry is no error and cancels nothing: the late ones are pending (G11)", function* ({ wait }) {
    const tasks = sleepers(10, 15);
    const { done, pending } = yield* wait(waitForTasks(tasks, { timeout: 11 }));
    expect(loopTime()).toBe(11);
    expect([...done]).toEqual([tasks[0]]);
    expect([...pending]).toEqual([tasks[1]]);
    expect(yield* wait(tasks[1]!.join())).toBe(15);
    for (const never of [null, Infinity]) {
      const [later] = sleepers(100);
      expect((yield* wait(waitForTasks([later!], { timeout: never }))).pending.size).toBe(0);
    }
  });

  both(
    "a task that ends at the very instant of the expiry is done (test_tasks BaseTaskTests.test_wait_concurrent_complete)",
    function* ({ wait }) {
      const tasks = sleepers(10, 15);
      // The task's own timer was there first.
      yield* wait(sleep(0));
      const { done, pending } = yield* wait(waitForTasks(tasks, { timeout: 10 }));
      expect([...done]).toEqual([tasks[0]]);
      expect([...pending]).toEqual([tasks[1]]);
      expect(loopTime()).toBe(10);
      yield* wait(waitForTasks(tasks));
    },
    { order: "fifo" },
  );

  both("takes any iterable of tasks, each once", function* ({ wait }) {
    const [a, b] = sleepers(1, 2);
    const twice = yield* wait(waitForTasks([a!, a!, b!]));
    expect([...twice.done]).toEqual([a, b]);
    expect((yield* wait(waitForTasks([a!, b!].values()))).done.size).toBe(2);
    const made = (function* () {
      for (let i = 0; i < 10; i++) yield sleepers(i)[0]!;
    })();
    expect((yield* wait(waitForTasks(made))).done.size).toBe(10);
  });

  both("leaves nothing behind on the tasks, however it ends (G15)", function* ({ fn, wait }) {
    const [quick, slow] = sleepers(5, 100);
    let watching = 0;
    for (const task of [quick, slow] as unknown as TaskNode[]) {
      const watch = task.watch.bind(task);
      const unwatch = task.unwatch.bind(task);
      task.watch = (each) => {
        watching++;
        watch(each);
      };
      task.unwatch = (each) => {
        watching--;
        unwatch(each);
      };
    }
    const pair = [quick!, slow!];
    yield* wait(waitForTasks(pair, { timeout: 1 }));
    expect(watching).toBe(0);
    yield* wait(
      moveOnAfter(
        1,
        fn(function* () {
          yield* wait(waitForTasks(pair));
        }),
      ),
    );
    expect(watching).toBe(0);
    yield* wait(waitForTasks(pair, { returnWhen: "FIRST_COMPLETED" }));
    // The one that ended has let go of its watcher itself.
    expect(watching).toBe(1);
    expect(quick!.done()).toBe(true);
    expect(loopHere().timers.size).toBe(1);
    yield* wait(slow!.join());
  });

  both("a failure is reported only after the wait has told of it, and nobody looked", function* (t) {
    const { wait, reports } = t;
    const failing = createTask(failAfter, 10);
    const [slow] = sleepers(50);
    yield* wait(waitForTasks([failing, slow!]));
    expect(loopTime()).toBe(50);
    expect(reports).toEqual([]);
    // Now it is the caller's, who does not ask for it.
    yield* wait(sleep(10));
    expect(reports.map((report) => (report.error as Error).message)).toEqual(["after 10"]);
    reports.length = 0;
  });

  both("a failure that another task has joined meanwhile is not reported", function* ({ fn, wait, log }) {
    const failed = new Event();
    const failing = createTask(
      fn(function* () {
        yield* wait(sleep(1));
        failed.set();
        throw new Error("joined");
      }),
    );
    const joiner = createTask(
      fn(function* () {
        yield* wait(failed.wait());
        log.push(((yield* caught(wait(failing.join()))) as Error).message);
      }),
    );
    yield* wait(waitForTasks([failing]));
    yield* wait(joiner.join());
    // See the reports that each of these tests must not have.
    yield* wait(sleep(10));
    expect(log).toEqual(["joined"]);
  });

  both("a cancelled wait leaves the tasks alone (G12)", function* ({ fn, wait }) {
    const [task] = sleepers(50);
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(waitForTasks([task!]));
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect(task!.done()).toBe(false);
    expect(yield* wait(task!.join())).toBe(50);
  });
});

describe("waitFor", () => {
  both("gives the value in time, without limit too", function* ({ fn, wait }) {
    const work = fn(function* () {
      yield* wait(sleep(10));
      return "done";
    });
    expect(yield* wait(waitFor(call(work), 20))).toBe("done");
    expect(yield* wait(waitFor(call(work), null))).toBe("done");
    expect(yield* wait(waitFor(call(work), Infinity))).toBe("done");
    const future = new Future<string>();
    soon(() => future.setResult("ok"));
    expect(yield* wait(waitFor(future.wait(), 20))).toBe("ok");
    expect(loopTime()).toBe(30);
    expect(loopHere().timers.size).toBe(0);
  });

  both("runs what it is given in the same task (G17)", function* ({ fn, wait }) {
    const self = currentTask();
    const inner = yield* wait(
      waitFor(
        call(
          fn(function* () {
            yield* wait(sleep(1));
            return currentTask();
          }),
        ),
        10,
      ),
    );
    expect(inner).toBe(self);
  });

  both("with zero or less, what it calls runs to its first await, which throws (G16: better)", function* (t) {
    const { fn, wait, log } = t;
    for (const ms of [0, -1]) {
      const error = yield* caught(
        wait(
          waitFor(
            call(
              fn(function* () {
                log.push("started");
                try {
                  yield* wait(sleep(0));
                  log.push("never");
                } finally {
                  log.push("cleaned");
                }
              }),
            ),
            ms,
          ),
        ),
      );
      expect(error).toBeInstanceOf(TimeoutError);
      expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
    }
    expect(log).toEqual(["started", "cleaned", "started", "cleaned"]);
    // Every await is a cancel point, so what is there already is not given, and not taken either.
    const queue = new Queue<number>(1);
    queue.putNowait(1);
    const done = new Future<number>();
    done.setResult(1);
    expect(yield* caught(wait(waitFor(queue.get(), 0)))).toBeInstanceOf(TimeoutError);
    expect(yield* caught(wait(waitFor(done.wait(), 0)))).toBeInstanceOf(TimeoutError);
    expect(queue.qsize()).toBe(1);
    expect(loopTime()).toBe(0);
  });

  both("on expiry it waits until the inner has ended, and throws then (G18)", function* ({ fn, wait, log }) {
    const error = yield* caught(
      wait(
        waitFor(
          call(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                yield* wait(sleep(50));
                log.push("ended");
              }
            }),
          ),
          10,
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as TimeoutError).cause).toBeInstanceOf(CancelledError);
    expect(log).toEqual(["ended"]);
    expect(loopTime()).toBe(60);
  });

  both("an inner that shrugs it off and returns gives its value (G19)", function* ({ fn, wait }) {
    const value = yield* wait(
      waitFor(
        call(
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } catch {
              return 42;
            }
          }),
        ),
        10,
      ),
    );
    expect(value).toBe(42);
    expect(loopTime()).toBe(10);
  });

  both("an inner that fails while it is cancelled gives its error (G20)", function* ({ fn, wait }) {
    const failure = new Error("in its clean-up");
    const error = yield* caught(
      wait(
        waitFor(
          call(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                throw failure;
              }
            }),
          ),
          10,
        ),
      ),
    );
    expect(error).toBe(failure);
  });

  both(
    "an outer cancellation as the inner completes: the value is given, the cancel comes next (G21: better)",
    function* ({ fn, wait, log }) {
      const inner = sleepers(10)[0]!;
      const waiter: Task<unknown> = createTask(
        fn(function* () {
          log.push(yield* wait(waitFor(inner.join(), 100)));
          yield* wait(sleep(1));
          log.push("never");
        }),
      );
      yield* wait(sleep(5));
      // When the inner task has ended and its waiter is awake, but has not run yet.
      const loop = loopHere();
      const look = (): void => void (inner.done() ? waiter.cancel() : soon(look, loop));
      createTask(function* () {
        yield* sleep(5);
        soon(look, loop);
      });
      yield* caught(wait(waiter.join()));
      expect(log).toEqual([10]);
      expect(waiter.cancelled()).toBe(true);
    },
    { order: "fifo" },
  );

  both("cancelled from outside, it ends with that, not with TimeoutError", function* ({ fn, wait, log }) {
    for (const limit of [null, 60_000]) {
      const waiter = createTask(
        fn(function* () {
          const error = yield* caught(
            wait(
              waitFor(
                call(
                  fn(function* () {
                    try {
                      yield* wait(sleepForever());
                    } finally {
                      yield* wait(sleep(1));
                      log.push("inner ended");
                    }
                  }),
                ),
                limit,
              ),
            ),
          );
          log.push((error as Error).name);
          throw error;
        }),
      );
      yield* wait(sleep(1));
      waiter.cancel();
      yield* caught(wait(waiter.join()));
      expect(waiter.cancelled()).toBe(true);
    }
    expect(log).toEqual(["inner ended", "CancelledError", "inner ended", "CancelledError"]);
  });

  both("a task that is joined under it runs on, without a shield (G22: better)", function* ({ wait }) {
    for (const limit of [0, 10]) {
      const [task] = sleepers(20);
      expect(yield* caught(wait(waitFor(task!.join(), limit)))).toBeInstanceOf(TimeoutError);
      expect(task!.done()).toBe(false);
      expect(yield* wait(task!.join())).toBe(20);
    }
    const [task] = sleepers(20);
    expect(yield* wait(waitFor(task!.join(), null))).toBe(20);
  });

  both("a shield under it is waited for, and its value given: value wins", function* ({ fn, wait }) {
    const value = yield* wait(
      waitFor(
        shield(
          fn(function* () {
            yield* wait(sleep(50));
            return "whole";
          }),
        ),
        10,
      ),
    );
    expect(value).toBe("whole");
    expect(loopTime()).toBe(50);
    expect(nodeHere().pending).toBe(null);
    yield* wait(taskGroup(() => {}));
  });
});
