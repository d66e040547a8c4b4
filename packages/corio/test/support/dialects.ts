// One test, both dialects: a test is written as a generator; in the coroutine dialect it is a coroutine as it stands, in the
// async dialect each of its waits is awaited by a native async function.

import { test } from "vitest";
import type { Awaitable, Coroutine, Report } from "corio";
import { type Schedule, simulate } from "@corio/testing";

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
    // oxlint-disable-next-line corio/no-yield-awaitable
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

export interface BothOptions {
  grace?: number;
  /** "fifo": the test is about the order in which things run, and holds in the order of production only. */
  order?: "fifo";
  /** At most so many random schedules: for tests with thousands of tasks. */
  seeds?: number;
}

/** How many random schedules each test takes, besides the order of production. `CORIO_SEED` runs that one only. */
const SEEDS = Number(process.env["CORIO_SEEDS"] ?? 100);
const ONLY_SEED = process.env["CORIO_SEED"];

/**
 * Runs a test in virtual time in both dialects: in the order of production, and under many seeded schedules, in which what is ready
 * runs in any order. What it asserts must hold in all of them. A failure names its seed; the test's body is called for each.
 */
export function both(
  sentence: string,
  body: (context: TestContext) => Steps<unknown>,
  options: BothOptions = {},
): void {
  const { order, seeds = Infinity, ...runOptions } = options;
  for (const dialect of dialects) {
    const once = async (schedule: Schedule, seed: number): Promise<void> => {
      const reports: Report[] = [];
      const context: TestContext = { ...dialect, log: [], reports };
      await simulate(
        dialect.fn(() => body(context)),
        { ...runOptions, seed, schedule, leaks: true, onReport: (report) => void reports.push(report) },
      );
      if (reports.length > 0) {
        throw new AggregateError(
          reports.map((report) => report.error),
          `With seed ${seed}: ${reports.map((report) => report.message).join("; ")}`,
        );
      }
    };
    test(`${sentence} (${dialect.name})`, async () => {
      if (ONLY_SEED === undefined || order === "fifo") await once("fifo", 0);
      if (order === "fifo") return;
      const first = Number(ONLY_SEED ?? 1);
      const last = ONLY_SEED === undefined ? Math.min(SEEDS, seeds) : first;
      // Every third schedule goes by priorities: random order never lets anything wait long.
      for (let seed = first; seed <= last; seed++) await once(seed % 3 === 0 ? { pct: 3 } : "random", seed);
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
