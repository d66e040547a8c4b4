// What the running code may ask about itself, and about values.

import { describe, expect, test } from "vitest";
import {
  allTasks,
  type Coroutine,
  createTask,
  currentTask,
  Future,
  isAwaitable,
  isCoroutine,
  isCoroutineFunction,
  isFuture,
  NoRunError,
  run,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both } from "../support/dialects.ts";

describe("allTasks", () => {
  both(
    "are the tasks of the loop that have not ended, the current one included (K11)",
    function* ({ fn, wait }) {
      const before = allTasks();
      expect(before.has(currentTask())).toBe(true);
      const nap = fn(function* () {
        yield* wait(sleep(5));
      });
      const owned = createTask(nap);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const child = group.spawn(
              fn(function* () {
                const inner = createTask({ eager: true }, nap);
                expect(allTasks()).toEqual(new Set([...before, owned, child, inner]));
                yield* wait(timeout(100, nap));
              }),
            );
            yield* wait(sleep(1));
            expect(allTasks().has(child)).toBe(true);
            yield* wait(child.join());
            expect(allTasks().has(child)).toBe(false);
          }),
        ),
      );
      yield* wait(sleep(10));
      expect(allTasks()).toEqual(before);
    },
  );

  test("of one loop have nothing of another's; a run's own task is among them (K11)", async () => {
    const other = run(() => sleep(1e6), { host: createVirtualHost(realHost) });
    await run(async (scope) => {
      createTask(sleepForever);
      const tasks = allTasks();
      expect(tasks.size).toBe(2);
      expect(tasks.has(scope as never)).toBe(true);
      expect(await run(async () => allTasks().size)).toBe(2);
    });
    await other;
    expect(() => allTasks()).toThrow(NoRunError);
  });
});

describe("kinds", () => {
  function* coroutine(): Coroutine<void> {}

  test("tell coroutines, their functions, Awaitables and futures apart", () => {
    const values: Record<string, unknown> = {
      "a coroutine": coroutine(),
      "a coroutine function": coroutine,
      "an Awaitable": sleep(1),
      "a future": new Future(),
      "an async function": async () => {},
      "a promise": Promise.resolve(),
      "an async generator": (async function* () {})(),
      "a function": () => {},
      "a text": "text",
      nothing: null,
    };
    const kinds = { isCoroutine, isCoroutineFunction, isAwaitable, isFuture };
    const found: Record<string, string[]> = {};
    for (const [kind, is] of Object.entries(kinds)) {
      found[kind] = Object.keys(values).filter((name) => is(values[name]));
    }
    expect(found).toEqual({
      isCoroutine: ["a coroutine"],
      isCoroutineFunction: ["a coroutine function"],
      isAwaitable: ["an Awaitable"],
      isFuture: ["a future"],
    });
  });

  both("a task is neither awaitable nor a future: it is joined", function* ({ fn, wait }) {
    const task = createTask(fn(function* () {}));
    expect([isAwaitable(task), isFuture(task), isAwaitable(task.join())]).toEqual([false, false, true]);
    yield* wait(task.join());
  });
});
