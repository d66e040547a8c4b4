// One test, both dialects: a test is written as a generator; in the coroutine dialect it is a coroutine as it stands, in the
// async dialect each of its waits is awaited by a native async function.

import { test } from "vitest";
import type { Awaitable, Coroutine, Report } from "corio";
import { simulate } from "@corio/testing";

type Steps<T> = Generator<unknown, T, unknown>;

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
  // `yield*` takes the Awaitable itself.
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
    return (yield awaitable) as T;
  },
};

export const dialects: readonly Dialect[] = [coroutines, asyncs];

export interface TestContext extends Dialect {
  /** Events in the order in which they happened. */
  readonly log: unknown[];
  /** Failures that nobody received; a test that expects some empties it. */
  readonly reports: Report[];
}

/** Runs a test in virtual time in both dialects. */
export function both(
  sentence: string,
  body: (context: TestContext) => Steps<unknown>,
  options: { grace?: number } = {},
): void {
  for (const dialect of dialects) {
    test(`${sentence} (${dialect.name})`, async () => {
      const reports: Report[] = [];
      const context: TestContext = { ...dialect, log: [], reports };
      await simulate(
        dialect.fn(() => body(context)),
        { ...options, onReport: (report) => void reports.push(report) },
      );
      if (reports.length > 0) {
        throw new AggregateError(
          reports.map((report) => report.error),
          reports.map((report) => report.message).join("; "),
        );
      }
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
