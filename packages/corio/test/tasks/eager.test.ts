// Tasks that begin within their spawn.

import { describe, expect } from "vitest";
import {
  allTasks,
  checkpoint,
  ContextVar,
  createTask,
  currentScope,
  currentTask,
  Event,
  gather,
  getRunningLoop,
  Lock,
  type Report,
  sleep,
  type Task,
  taskGroup,
  TaskGroupError,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { loopHere } from "../support/kernel.ts";

const eager = { eager: true };

describe("an eager task", () => {
  both("runs to its first wait within the spawn, then as any other (K16)", function* ({ fn, wait, log }) {
    const task = createTask(
      eager,
      fn(function* (name: string) {
        log.push(`${name} begins`);
        yield* wait(sleep(1));
        log.push(`${name} ends`);
        return 42;
      }),
      "task",
    );
    log.push("spawned");
    expect(task.done()).toBe(false);
    expect(yield* wait(task.join())).toBe(42);
    expect(log).toEqual(["task begins", "spawned", "task ends"]);
  });

  both(
    "that does not wait is done when the spawn returns; async code a microtask later (K16)",
    function* (t) {
      const { fn, wait, name } = t;
      const task = createTask(
        eager,
        fn(function* () {
          return "hello";
        }),
      );
      expect(task.done()).toBe(name === "coroutine");
      const plain = createTask(eager, () => "plain");
      expect([plain.done(), plain.result()]).toEqual([true, "plain"]);
      expect(yield* wait(task.join())).toBe("hello");
    },
  );

  both("is the current task in its step, the spawner before and after (K16)", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const spawner = currentTask();
          const scope = currentScope();
          let inner: Task<unknown> | undefined;
          const outer: Task<unknown> = group.spawn(
            eager,
            fn(function* () {
              const self = currentTask();
              inner = group.spawn(
                eager,
                fn(function* () {
                  log.push(currentTask() === self);
                  yield* wait(sleep(1));
                }),
              );
              log.push(currentTask() === self);
              yield* wait(sleep(2));
              return self;
            }),
          );
          expect([currentTask() === spawner, currentScope() === scope]).toEqual([true, true]);
          expect(yield* wait(outer.join())).toBe(outer);
          expect(inner!.done()).toBe(true);
        }),
      ),
    );
    expect(log).toEqual([false, true]);
  });

  both(
    "has a copy of the spawner's context (K16, test_eager_task_factory EagerTaskFactoryLoopTests.test_context_vars)",
    function* ({ fn, wait, log }) {
      const value = new ContextVar("value", { default: 0 });
      value.set(1);
      const task = createTask(
        eager,
        fn(function* () {
          log.push(value.get());
          value.set(2);
          yield* wait(sleep(1));
          log.push(value.get());
          value.set(3);
        }),
      );
      expect([log, value.get()]).toEqual([[1], 1]);
      yield* wait(task.join());
      expect([log, value.get(), task.getContext().get(value)]).toEqual([[1, 2], 1, 3]);
    },
  );

  both(
    "may set what its spawner waits for (K16, test_eager_task_factory EagerTaskFactoryLoopTests.test_await_future_during_eager_step)",
    function* ({ fn, wait }) {
      const future = getRunningLoop().createFuture<string>();
      createTask(
        eager,
        fn(function* () {
          future.setResult("my message");
        }),
      );
      expect(yield* wait(future.wait())).toBe("my message");
    },
  );

  both("keeps what it throws: nothing comes out of the spawn (K17)", function* ({ fn, wait }) {
    const failure = new RangeError("failed");
    const task = createTask(
      eager,
      fn(function* () {
        throw failure;
      }),
    );
    const plain = createTask(eager, () => {
      throw failure;
    });
    expect(plain.exception()).toBe(failure);
    expect(yield* caught(wait(task.join()))).toBe(failure);
  });

  both("is among all tasks, from its first step on (K18)", function* ({ fn, wait, log }) {
    const go = new Event();
    const task: Task<unknown> = createTask(
      eager,
      fn(function* () {
        log.push(allTasks().has(currentTask()));
        yield* wait(go.wait());
      }),
    );
    expect([log, allTasks().has(task)]).toEqual([[true], true]);
    go.set();
    yield* wait(task.join());
    expect(allTasks().has(task)).toBe(false);
  });

  both(
    "is what a spawn says, no mode of the loop (K19: better)",
    function* ({ fn, wait, log }) {
      const step = fn(function* (name: string) {
        log.push(name);
      });
      createTask(eager, step, "eager");
      createTask({ eager: false }, step, "lazy");
      createTask(step, "lazy by default");
      log.push("spawned");
      yield* wait(sleep(1));
      expect(log).toEqual(["eager", "spawned", "lazy", "lazy by default"]);
    },
    { order: "fifo" },
  );

  both("costs the loop no step when it does not wait (K20: better)", function* ({ fn, wait, name }) {
    // As often nested as asyncio's test does; async code takes the microtasks of its language besides.
    if (name === "async") return yield* wait(checkpoint());
    const nested = fn(function* (depth: number): Generator<unknown, number, unknown> {
      if (depth === 0) return 1;
      let sum = 0;
      for (let i = 0; i < 4; i++) {
        const task = createTask(eager, nested, depth - 1) as Task<number>;
        sum += task.result();
      }
      return sum;
    });
    const { counters } = loopHere();
    const before = counters.steps;
    expect((createTask(eager, nested, 5) as Task<number>).result()).toBe(1024);
    expect(counters.steps).toBe(before);
    yield* wait(checkpoint());
  });

  both(
    "keeps its turn when it waits: those that were ready go first (K20: better)",
    function* ({ fn, wait, log }) {
      const step = fn(function* (name: string) {
        log.push(`${name} 1`);
        yield* wait(checkpoint());
        log.push(`${name} 2`);
      });
      createTask(step, "lazy");
      createTask(eager, step, "eager");
      yield* wait(sleep(1));
      expect(log).toEqual(["eager 1", "lazy 1", "eager 2", "lazy 2"]);
    },
    { order: "fifo" },
  );

  both(
    "can be cancelled where it waits; done it cannot (test_eager_task_factory EagerTaskFactoryLoopTests.test_cancellation_after_eager_step_blocks)",
    function* ({ fn, wait }) {
      const waiting = createTask(
        eager,
        fn(function* () {
          yield* wait(sleep(100));
        }),
      );
      const done = createTask(eager, () => "value");
      expect([waiting.cancel("enough"), done.cancel("enough")]).toEqual([true, false]);
      yield* caught(wait(waiting.join()));
      expect([waiting.cancelled(), done.result()]).toEqual([true, "value"]);
    },
  );

  both("may hold a lock that its spawner then waits for", function* ({ fn, wait, log }) {
    const lock = new Lock();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            eager,
            fn(function* () {
              yield* wait(lock.acquire());
              yield* wait(sleep(5));
              log.push("released");
              lock.release();
            }),
          );
          yield* wait(sleep(1));
          yield* wait(lock.acquire());
          log.push("acquired");
          lock.release();
        }),
      ),
    );
    expect(log).toEqual(["released", "acquired"]);
  });
});

describe("an eager child of a group", () => {
  both(
    "that fails cancels the spawner at its next wait, not in the spawn (TG19, test_taskgroups BaseTestTaskGroup.test_cancels_task_if_created_during_creation)",
    function* ({ fn, wait, log }) {
      const failure = new RangeError("third task failed");
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(
                eager,
                fn(function* () {
                  group.spawn(eager, () => {
                    throw failure;
                  });
                  log.push("went on");
                  try {
                    yield* wait(sleep(0));
                  } finally {
                    log.push("told");
                  }
                }),
              );
            }),
          ),
        ),
      );
      expect((error as TaskGroupError).errors).toEqual([failure]);
      expect(log).toEqual(["went on", "told"]);
    },
  );

  both(
    "that fails cancels nothing outside the group (TG19, test_taskgroups BaseTestTaskGroup.test_cancellation_does_not_leak_out_of_tg)",
    function* ({ fn, wait }) {
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(eager, () => {
                throw new RangeError("failed");
              });
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TaskGroupError);
      yield* wait(sleep(0));
    },
  );

  both("that cancels the group before its first wait is cancelled too (TG23)", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.spawn(
            eager,
            fn(function* () {
              group.cancel();
              log.push("cancelled");
              try {
                yield* wait(sleep(100));
                log.push("not told");
              } finally {
                log.push("told");
              }
            }),
          );
          log.push("spawned");
          yield* wait(sleep(100));
          log.push("not reached");
        }),
      ),
    );
    // A coroutine is told at once, by its first wait, an async function when it begins that.
    expect(new Set(log)).toEqual(new Set(["cancelled", "spawned", "told"]));
  });

  both("of a cancelled group runs to its first wait", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.cancel();
          group.spawn(
            eager,
            fn(function* () {
              log.push("begun");
              yield* wait(sleep(1));
              log.push("not reached");
            }),
          );
        }),
      ),
    );
    expect(log).toEqual(["begun"]);
  });
});

describe("an eager task that the run owns", () => {
  both("is reported when it fails and nobody joins it", function* ({ fn, wait, reports }) {
    const reported = new Event();
    const seen: Report[] = [];
    getRunningLoop().setExceptionHandler((_loop, report) => {
      seen.push(report);
      reported.set();
    });
    const failure = new RangeError("failed");
    createTask(
      eager,
      fn(function* () {
        throw failure;
      }),
    );
    yield* wait(reported.wait());
    expect(seen.map(({ error }) => error)).toEqual([failure]);
    expect(reports).toEqual([]);
  });

  both("may be one of many: gathered, they overlap", function* ({ fn, wait, log }) {
    const work = fn(function* (n: number) {
      log.push(n);
      yield* wait(sleep(10));
      return n;
    });
    const tasks = [1, 2, 3].map((n) => createTask(eager, work, n));
    expect(log).toEqual([1, 2, 3]);
    expect(yield* wait(gather(tasks.map((task) => task.join())))).toEqual([1, 2, 3]);
  });
});
