// What is refused: at the call, by name, and before anything has happened.

import { describe, expect } from "vitest";
import {
  allSettled,
  any,
  asCompleted,
  type Awaitable,
  call,
  CapacityLimiter,
  cancelScope,
  Condition,
  createTask,
  gather,
  Lock,
  map,
  race,
  ResourceGuard,
  retry,
  run,
  Semaphore,
  shield,
  sleep,
  staggeredRace,
  taskGroup,
  type TaskGroup,
  timeout,
  waitFor,
} from "corio";
import { both, type TestContext } from "../support/dialects.ts";

type Steps<T> = Generator<unknown, T, unknown>;

/** No schedule matters here. */
function refuses(sentence: string, body: (context: TestContext) => Steps<unknown>): void {
  both(sentence, body, { seeds: 1 });
}

/** What is no body, and how a message calls it. */
const noBodies: readonly (readonly [unknown, string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  [5, "number"],
  [{}, "object"],
  [Promise.resolve(), "a promise or an Awaitable"],
  [sleep(1), "a promise or an Awaitable"],
  [(function* () {})(), "what it gives when called"],
  [(async function* () {})(), "what it gives when called"],
];

type Take = (value: never) => unknown;

describe("a body", () => {
  const takers: Record<string, Take> = {
    taskGroup,
    cancelScope,
    timeout: (body) => timeout(1, body),
    shield,
    run,
    call,
    retry: (body) => retry(body),
  };
  for (const [name, take] of Object.entries(takers)) {
    refuses(`of ${name} that is no function is refused at the call, by what it is`, function* () {
      for (const [value, kind] of noBodies) {
        expect(() => take(value as never)).toThrow(new RegExp(`expected a function, got ${kind}$`));
        expect(() => take(value as never)).toThrow(TypeError);
      }
    });
  }

  refuses("that is to hold something is refused before that is acquired", function* () {
    const lock = new Lock();
    const semaphore = new Semaphore(1);
    const condition = new Condition();
    const limiter = new CapacityLimiter(1);
    const guard = new ResourceGuard();
    for (const thing of [lock, semaphore, condition, limiter, guard]) {
      for (const [value] of noBodies) {
        expect(() => thing.hold(value as never)).toThrow(/^Cannot run a body that .* expected a function/);
      }
    }
    expect([lock.locked(), semaphore.locked(), condition.locked(), limiter.borrowed, guard.busy]).toEqual([
      false,
      false,
      false,
      0,
      false,
    ]);
    expect(() => condition.waitFor(5 as never)).toThrow("Cannot run a predicate: expected a function");
  });
});

describe("a task", () => {
  refuses("of what was called already is refused, by what that gave", function* ({ fn, wait }) {
    const body = fn(function* (group: TaskGroup) {
      for (const spawn of [
        (value: unknown) => group.spawn(value as never),
        (value: unknown) => createTask(value as never),
        (value: unknown) => group.spawn({ name: "named" }, value as never),
      ]) {
        for (const [value, kind] of noBodies) {
          // An object before the function is the options, whatever else it may be.
          const said = kind === "object" || String(value) === "[object AsyncGenerator]";
          expect(() => spawn(value)).toThrow(
            said ? /expected a function/ : `expected a function, got ${kind}`,
          );
        }
      }
    });
    yield* wait(taskGroup(body));
  });
});

describe("several things", () => {
  const takers: Record<string, (items: never) => unknown> = { gather, allSettled, race, any, asCompleted };
  for (const [name, take] of Object.entries(takers)) {
    refuses(`of ${name} stand in an array`, function* () {
      for (const value of [undefined, null, 5, "text", sleep(1), new Set([sleep(1)])]) {
        expect(() => take(value as never)).toThrow(/expected an array of Awaitables and functions, got /);
        expect(() => take(value as never)).toThrow(TypeError);
      }
    });

    refuses(`of ${name} are Awaitables and functions, and nothing else is begun`, function* ({ log }) {
      const task = createTask(() => {});
      for (const item of [undefined, null, 5, "text", [1], new Map(), Promise.resolve(), task]) {
        const items = [() => log.push("begun"), item];
        expect(() => take(items as never)).toThrow(/item 1: it is neither an Awaitable nor a function/);
      }
      expect(() => take([Promise.resolve()] as never)).toThrow("wrap promises in fromPromise");
      expect(() => take([task] as never)).toThrow("of a task, give its join()");
      expect(log).toEqual([]);
    });
  }

  refuses("of which none would ever be first are refused", function* () {
    expect(() => race([] as never)).toThrow("Cannot race nothing at all");
    expect(() => any([] as never)).toThrow("Cannot try nothing at all");
  });
});

describe("retry", () => {
  refuses("refuses options of the wrong kind before the first attempt", function* ({ log }) {
    const attempt = (): unknown => log.push("attempt");
    for (const options of [{ attempts: "3" }, { attempts: NaN }, { when: 5 }, { onRetry: {} }]) {
      expect(() => retry(attempt, options as never)).toThrow(/^Cannot (retry with|run the `)/);
    }
    expect(log).toEqual([]);
  });
});

describe("waitFor", () => {
  refuses("takes an Awaitable", function* ({ log }) {
    const take = (value: unknown): Awaitable<unknown> => waitFor(value as never, 1);
    for (const value of [undefined, null, 5, "text", [1], Promise.resolve()]) {
      expect(() => take(value)).toThrow(/^Cannot wait: expected an Awaitable, got /);
    }
    expect(() => take(() => log.push("called"))).toThrow("timeout() runs a function");
    expect(() => take(createTask(() => {}))).toThrow("give the task's join()");
    expect(log).toEqual([]);
  });
});

describe("times", () => {
  refuses("are numbers, or for deadlines null", function* ({ fn, wait }) {
    for (const value of ["5", undefined, {}, 5n, true, NaN]) {
      const setDeadline = fn(function* (scope: { deadline: unknown }) {
        expect(() => (scope.deadline = value)).toThrow("Cannot set a deadline of ");
        expect(scope.deadline).toBe(null);
      });
      yield* wait(cancelScope(setDeadline as never));
      expect(() => timeout(value as never, () => {})).toThrow("Cannot set a timeout of ");
      if (value !== undefined)
        expect(() => shield(() => {}, { timeout: value as never })).toThrow("Cannot shield for ");
    }
    expect(() => shield(() => {}, { timeout: null as never })).toThrow("Cannot shield for null");
  });
});

describe("map", () => {
  refuses("says how many at once, where it was not told", function* ({ log }) {
    const visit = (): unknown => log.push("visited");
    for (const options of [undefined, {}]) {
      expect(() => map([1], visit, options as never)).toThrow("Cannot run undefined items at once");
    }
    expect(log).toEqual([]);
  });
});

describe("staggeredRace", () => {
  refuses("says what it wants, where it was not told", function* ({ log }) {
    const attempt = (): unknown => log.push("attempt");
    for (const options of [undefined, {}]) {
      expect(() => staggeredRace([attempt], options as never)).toThrow("Cannot stagger by undefined");
    }
    expect(log).toEqual([]);
  });
});
