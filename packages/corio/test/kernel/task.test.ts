import { describe, expect, test } from "vitest";
import {
  CancelledError,
  createTask,
  currentTask,
  gather,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  NoRunError,
  run,
  sleep,
  sleepForever,
  TaskCancelledError,
  taskGroup,
  type Task,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("joining", () => {
  both("a join gives the value, as often as asked, also after the end", function* ({ fn, wait, log }) {
    const task = createTask(
      fn(function* (a: number, b: number) {
        yield* wait(sleep(5));
        log.push("ran");
        return a + b;
      }),
      1,
      2,
    );
    expect(task.done()).toBe(false);
    expect(() => task.result()).toThrow(InvalidStateError);
    expect(() => task.exception()).toThrow(InvalidStateError);
    expect(yield* wait(task.join())).toBe(3);
    expect(loopTime()).toBe(5);
    expect(yield* wait(task.join())).toBe(3);
    expect(task.done()).toBe(true);
    expect(task.cancelled()).toBe(false);
    expect(task.result()).toBe(3);
    expect(task.exception()).toBe(null);
    expect(log).toEqual(["ran"]);
  });

  both(
    "all joiners are woken, in the order in which they came",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const task = group.spawn(
              fn(function* () {
                yield* wait(sleep(10));
                return "value";
              }),
            );
            for (let i = 0; i < 4; i++) {
              group.spawn(
                fn(function* () {
                  log.push([i, yield* wait(task.join())]);
                }),
              );
            }
          }),
        ),
      );
      expect(log).toEqual([
        [0, "value"],
        [1, "value"],
        [2, "value"],
        [3, "value"],
      ]);
    },
    { order: "fifo" },
  );

  both("a join throws the task's own error, to each joiner the same", function* ({ fn, wait }) {
    const failure = new RangeError("of the task");
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(1));
        throw failure;
      }),
    );
    expect(yield* caught(wait(task.join()))).toBe(failure);
    expect(yield* caught(wait(task.join()))).toBe(failure);
    expect(task.exception()).toBe(failure);
    expect(() => task.result()).toThrow(failure);
    expect(task.cancelled()).toBe(false);
  });

  both("a task that cannot see its own end: joining itself is an error (K6)", function* ({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        const error = yield* caught(wait(task.join()));
        log.push(error);
        // Also from a block within.
        yield* wait(
          taskGroup(
            fn(function* () {
              log.push(yield* caught(wait(task.join())));
            }),
          ),
        );
      }),
    ) as Task<unknown>;
    yield* wait(task.join());
    expect(log).toHaveLength(2);
    for (const error of log) expect(error).toBeInstanceOf(InvalidStateError);
  });

  both("cancelling a joiner leaves the task alone (C2, C3, C4: better)", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(50));
        return "untouched";
      }),
    );
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          return yield* wait(task.join());
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(task.done()).toBe(false);
    expect(yield* wait(task.join())).toBe("untouched");
    expect(loopTime()).toBe(50);
  });

  both("a task and its joiner cancelled at once: one error each (C21)", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const inner = group.spawn(
            fn(function* () {
              yield* wait(sleepForever());
            }),
          );
          const outer = group.spawn(
            fn(function* () {
              try {
                yield* wait(inner.join());
              } catch (error) {
                log.push((error as Error).name);
                yield* wait(sleep(1));
                log.push("cleaned");
                throw error;
              }
            }),
          );
          yield* wait(sleep(1));
          inner.cancel();
          outer.cancel();
          yield* wait(sleep(5));
          expect(inner.cancelled()).toBe(true);
          expect(outer.cancelled()).toBe(true);
        }),
      ),
    );
    expect(log).toEqual(["CancelledError", "cleaned"]);
  });

  both(
    "a task cancelled while it is being joined gives TaskCancelledError with the cause (F4: better)",
    function* (t) {
      const { fn, wait } = t;
      const task = createTask(
        { name: "victim" },
        fn(function* () {
          yield* wait(sleepForever());
        }),
      );
      yield* wait(sleep(1));
      task.cancel("because");
      const error = yield* caught(wait(task.join()));
      expect(error).toBeInstanceOf(TaskCancelledError);
      expect((error as Error).message).toContain("victim");
      expect((error as Error).cause).toBeInstanceOf(CancelledError);
      expect(((error as Error).cause as CancelledError).reason).toBe("because");
      expect(() => task.result()).toThrow(TaskCancelledError);
      expect(() => task.exception()).toThrow(TaskCancelledError);
    },
  );

  test("a task is not thenable: an async function may return it as it is", async () => {
    await run(async () => {
      const start = async () => createTask(async () => sleep(1));
      const task = await start();
      expect(task.done()).toBe(false);
      expect("then" in task).toBe(false);
      expect(Symbol.iterator in task).toBe(false);
      await task.join();
    });
  });
});

describe("the running task", () => {
  both("currentTask is the running one, whoever runs in between (K9)", function* ({ fn, wait, log }) {
    const root = currentTask();
    const body = fn(function* () {
      const before = currentTask();
      yield* wait(sleep(1));
      yield* wait(
        taskGroup(
          fn(function* () {
            yield* wait(sleep(1));
            expect(currentTask()).toBe(before);
          }),
        ),
      );
      expect(currentTask()).toBe(before);
      log.push(before);
    });
    const tasks: unknown[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 3; i++) tasks.push(group.spawn(body));
          expect(currentTask()).toBe(root);
        }),
      ),
    );
    expect(log).toEqual(tasks);
    expect(new Set(log).size).toBe(3);
    expect(currentTask()).toBe(root);
  });

  test("outside any run there is none (K9)", async () => {
    expect(() => currentTask()).toThrow(NoRunError);
    await run(async () => sleep(0));
    expect(() => currentTask()).toThrow(NoRunError);
  });

  both("names: the one given, else the function's with a number of its own (K12)", function* (t) {
    const { wait } = t;
    yield* wait(
      taskGroup(function* (group) {
        expect(group.spawn({ name: "given" }, () => {}).name).toBe("given");
        const first = group.spawn(function* fetchPage() {}).name;
        const second = group.spawn(function* fetchPage() {}).name;
        expect(first).toMatch(/^fetchPage-\d+$/);
        expect(second).toMatch(/^fetchPage-\d+$/);
        expect(second).not.toBe(first);
        expect(group.spawn((() => () => {})()).name).toMatch(/^task-\d+$/);
      }),
    );
  });
});

describe("starting", () => {
  both("spawning what is no function is an error, and starts nothing (K2)", function* ({ fn, wait }) {
    const bad = [undefined, null, 5, "name", (function* () {})(), Promise.resolve()];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const value of bad) {
            expect(() => group.spawn(value as unknown as () => void)).toThrow(TypeError);
            expect(() => createTask(value as unknown as () => void)).toThrow(TypeError);
            expect(() => group.spawn({ name: "x" }, value as unknown as () => void)).toThrow(TypeError);
          }
          expect((group as unknown as { first: unknown }).first).toBe(null);
        }),
      ),
    );
  });

  both("a plain function is a task too: its value, its error", function* ({ fn, wait }) {
    const failure = new Error("thrown at once");
    const good = createTask((n: number) => n * 2, 4);
    const bad = createTask(() => {
      throw failure;
    });
    expect(yield* wait(good.join())).toBe(8);
    expect(yield* caught(wait(bad.join()))).toBe(failure);
    expect(fn).toBeDefined();
  });

  both("an async generator as a task fails, and says why", function* ({ wait }) {
    const task = createTask(async function* () {
      yield 1;
    });
    const error = yield* caught(wait(task.join()));
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe("unobserved failures", () => {
  both("a failure that is joined in the same turn is not reported (X4)", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        throw new Error("joined");
      }),
    );
    yield* caught(wait(task.join()));
    yield* wait(sleep(5));
  });

  both("asking for result() or exception() counts as receiving it (X4)", function* ({ fn, wait }) {
    for (const ask of ["result", "exception"] as const) {
      const task = createTask(
        fn(function* () {
          throw new Error("asked for");
        }),
      );
      while (!task.done()) yield* wait(sleep(0));
      let seen: unknown;
      try {
        seen = task[ask]();
      } catch (error) {
        seen = error;
      }
      expect((seen as Error).message).toBe("asked for");
      yield* wait(sleep(5));
    }
  });

  both("who has left before the failure has not received it: it is reported (X4)", function* (t) {
    const { fn, wait, reports } = t;
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(10));
        throw new Error("joined too long ago");
      }),
    );
    yield* wait(moveOnAfter(5, () => task.join()));
    expect(() => task.result()).toThrow(InvalidStateError);
    yield* wait(sleep(10));
    const told = reports.splice(0);
    expect(told.map((report) => report.code)).toEqual(["UNJOINED_FAILURE"]);
    expect(told[0]!.task).toBe(task);
  });

  both("it is not, if one of those who joined has stayed", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(10));
        throw new Error("joined");
      }),
    );
    yield* wait(
      gather([
        () => moveOnAfter(5, () => task.join()),
        fn(function* () {
          yield* caught(wait(task.join()));
        }),
      ]),
    );
    yield* wait(sleep(10));
  });

  both("a cancelled task is no failure, and not reported", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleepForever());
      }),
    );
    yield* wait(sleep(1));
    task.cancel();
    yield* wait(sleep(5));
    expect(task.cancelled()).toBe(true);
  });
});
