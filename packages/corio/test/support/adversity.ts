// Adversity: a scenario is run again and again, each time cancelled at another moment, until it ends untouched. Whatever the
// moment, nothing may be lost, and nothing left.

import { expect, test } from "vitest";
import { cancelScope, run, type Report } from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import type { EventLoop } from "../../src/kernel/event-loop.ts";
import type { Runnable } from "../../src/kernel/ready-queue.ts";
import { dialects, type Dialect } from "./dialects.ts";
import { childrenOf, nodeHere, waitsIn } from "./kernel.ts";

type Steps<T> = Generator<unknown, T, unknown>;

export interface Scenario {
  /** What is cancelled. */
  body: () => Steps<unknown>;
  /** What must hold afterwards, cancelled or not; may wait, to see that things still work. */
  check: (cancelled: boolean) => Steps<unknown>;
}

export type MakeScenario = (dialect: Dialect) => Scenario;

/** More moments than any scenario has: one that does not end by then goes on for ever. */
const MOST_MOMENTS = 2000;

type Moment =
  /** Between two steps of the loop: what has its result, but has not run, keeps it. */
  | "between steps"
  /** In a running step, just before its k-th wait. */
  | "before a wait";

/** Calls back before the loop's k-th step from now. */
function beforeStep(loop: EventLoop, k: number, callback: () => void): () => void {
  const { ready } = loop;
  const shift = ready.shift.bind(ready);
  let steps = 0;
  ready.shift = (): Runnable | undefined => {
    if (++steps === k) callback();
    return shift();
  };
  return () => {
    ready.shift = shift;
  };
}

/** A dialect whose k-th wait is preceded by the callback. */
function beforeWait(dialect: Dialect, k: number, callback: () => void): Dialect {
  let waits = 0;
  return {
    ...dialect,
    *wait(awaitable) {
      if (++waits === k) callback();
      return yield* dialect.wait(awaitable);
    },
  };
}

async function once(plain: Dialect, make: MakeScenario, k: number, moment: Moment): Promise<boolean> {
  const reports: Report[] = [];
  let struck = false;
  let strike = (): void => {};
  const hit = (): void => {
    struck = true;
    strike();
  };
  const dialect = moment === "before a wait" ? beforeWait(plain, k, hit) : plain;
  const { body, check } = make(dialect);
  const program = plain.fn(function* () {
    const root = nodeHere();
    const { loop } = root;
    yield* plain.wait(
      cancelScope(
        plain.fn(function* (scope) {
          strike = () => void scope.cancel("adversity");
          const disarm = moment === "between steps" ? beforeStep(loop, k, hit) : () => {};
          scope.defer(() => {
            // What comes later is not the scenario's.
            disarm();
            strike = () => {};
          });
          yield* body();
        }),
      ),
    );
    const where = `${moment} ${k}`;
    expect(childrenOf(root), where).toEqual([]);
    expect(waitsIn(root), where).toBe(0);
    expect(loop.timers.size, where).toBe(0);
    expect(root.pending, where).toBe(null);
    // All of it by ordinary unwinding: nothing had to be ended by force.
    expect(loop.time(), where).toBeLessThan(5000);
    yield* check(struck);
    expect(loop.timers.size, where).toBe(0);
  });
  try {
    await run(program, {
      host: createVirtualHost(realHost),
      onReport: (report) => void reports.push(report),
    });
    expect(reports).toEqual([]);
  } catch (error) {
    throw new Error(`cancelled ${moment} ${k}`, { cause: error });
  }
  return struck;
}

/** Tests a scenario in both dialects, cancelled at every moment it has. */
export function atEveryMoment(sentence: string, make: MakeScenario): void {
  for (const dialect of dialects) {
    for (const moment of ["between steps", "before a wait"] as const) {
      test(`${sentence}, cancelled ${moment} (${dialect.name})`, async () => {
        let moments = 0;
        while (await once(dialect, make, moments + 1, moment)) {
          moments++;
          expect(moments).toBeLessThan(MOST_MOMENTS);
        }
        // A scenario with few moments would prove little.
        expect(moments).toBeGreaterThanOrEqual(3);
      });
    }
  }
}
