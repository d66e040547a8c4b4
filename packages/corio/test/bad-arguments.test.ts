// Arguments of the wrong kind, as JavaScript gives them: each error says what was asked for and what was given, before anything is done.

import { describe, expect, test } from "vitest";
import {
  Condition,
  ContextVar,
  createTask,
  formatCallGraph,
  getRunningLoop,
  instrument,
  PriorityQueue,
  run,
  staggeredRace,
  wait,
} from "corio";

/** What no function of ours takes in place of an object or a function. */
const others: readonly (readonly [unknown, string])[] = [
  [null, "null"],
  [5, "number"],
  ["text", "string"],
];

/** By what is asked: the call, and how its error begins. */
const calls: Readonly<Record<string, readonly [(value: never) => unknown, string]>> = {
  "a compare function": [
    (value) => new PriorityQueue(1, value),
    "Cannot run the compare function of a queue: expected a function, got",
  ],
  "the lock of a condition": [
    (value) => new Condition(value),
    "Cannot make a condition: expected a Lock, got",
  ],
  "the attempts of a staggered race": [
    (value) => staggeredRace(value === "text" ? (undefined as never) : value, { delay: null }),
    "Cannot run a staggered race: expected an array of functions, got",
  ],
  "the tasks of a wait": [
    (value) => wait(value === "text" ? (undefined as never) : value),
    "Cannot wait: expected an array or a set of tasks, got",
  ],
  "an instrument": [
    (value) => instrument(value),
    "Cannot instrument: expected an object with functions, got",
  ],
  "the options of a context variable": [
    (value) => new ContextVar("user", value),
    "Cannot make the context variable user: a default is given as { default: value }",
  ],
};

describe("what is given in place of", () => {
  for (const [what, [call, start]] of Object.entries(calls)) {
    test.for(others)(`${what}: %s`, ([value]) => {
      expect(() => call(value as never)).toThrow(TypeError);
      expect(() => call(value as never)).toThrow(start);
    });
  }

  test("the signal of a run", async () => {
    for (const value of [null, 5, "text", {}]) {
      const message = "Cannot run with what is no AbortSignal";
      expect(() => run(() => 1, { signal: value as never })).toThrow(new TypeError(message));
      await run(async () => {
        expect(() => run(() => 1, { signal: value as never })).toThrow(new TypeError(message));
      });
    }
  });

  test("a resource", async () => {
    await run(async (scope) => {
      for (const value of [undefined, null, 5, {}])
        expect(() => scope.use(value as never)).toThrow("Cannot use the value as a resource: it has no");
    });
  });

  test("a report", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      for (const [value, kind] of [...others, [{}, "object"]] as const) {
        const message = `expected a report, an object with a message, got ${kind}`;
        expect(() => loop.callExceptionHandler(value as never)).toThrow(message);
        expect(() => loop.defaultExceptionHandler(value as never)).toThrow(message);
      }
    });
  });

  test("a number of waiters", async () => {
    await run(async () => {
      const condition = new Condition();
      await condition.hold(() => {
        for (const value of [null, "1", Number.NaN])
          expect(() => condition.notify(value as never)).toThrow(`Cannot notify ${String(value)} waiters`);
      });
    });
  });

  test("a call graph", async () => {
    await run(async () => {
      for (const value of ["text", 5, {}, { task: null }])
        expect(() => formatCallGraph(value as never)).toThrow(
          "expected a task, or what captureCallGraph gave",
        );
      const task = createTask(async function named() {});
      expect(formatCallGraph(task)).toContain("named");
      await task.join();
    });
  });
});
