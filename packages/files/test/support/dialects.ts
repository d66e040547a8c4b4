// One test, both dialects, on the real machine: a test is written as a generator; in the coroutine dialect it is a coroutine as it stands, in the
// async dialect each of its waits is awaited by a native async function.
import { run, type Awaitable, type Coroutine, type Scope } from "corio";
import { test } from "vitest";

export type Steps<T> = Generator<unknown, T, unknown>;

export interface Dialect {
  readonly name: "coroutine" | "async";
  /** Makes a body of this dialect. */
  readonly fn: <A extends unknown[], T>(body: (...args: A) => Steps<T>) => (...args: A) => Coroutine<T>;
  /** Waits, in a body of this dialect. */
  readonly wait: <T>(awaitable: Awaitable<T>) => Steps<T>;
}

const coroutines: Dialect = {
  name: "coroutine",
  fn: (body) => body as never,
  wait: <T>(awaitable: Awaitable<T>) => awaitable as unknown as Steps<T>,
};

async function drive(steps: Steps<unknown>): Promise<unknown> {
  let result = steps.next();
  while (result.done !== true) {
    let value: unknown;
    try {
      value = await (result.value as Awaitable<unknown>);
    } catch (error) {
      result = steps.throw(error);
      continue;
    }
    result = steps.next(value);
  }
  return result.value;
}

const asyncs: Dialect = {
  name: "async",
  fn: (body) =>
    ((...args: unknown[]) => drive((body as (...args: unknown[]) => Steps<unknown>)(...args))) as never,
  wait: function* <T>(awaitable: Awaitable<T>): Steps<T> {
    // oxlint-disable-next-line corio/no-yield-awaitable
    return (yield awaitable) as T;
  },
};

export const dialects: readonly Dialect[] = [coroutines, asyncs];

/** A test that is run once in each dialect. */
export function both(sentence: string, body: (dialect: Dialect, scope: Scope) => Steps<unknown>): void {
  for (const dialect of dialects) {
    test(`${sentence} (${dialect.name})`, async () => {
      await run(dialect.fn((scope: Scope) => body(dialect, scope)));
    });
  }
}

/** What a wait threw, or fails the test. */
export function* caught(steps: Steps<unknown>): Steps<unknown> {
  try {
    yield* steps;
  } catch (error) {
    return error;
  }
  throw new Error("expected the wait to throw");
}
