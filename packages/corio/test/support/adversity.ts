// Adversity: a scenario is run again and again, each time cancelled at another moment, until it ends untouched. Whatever the
// moment, nothing may be lost, and nothing left.

import { expect, test } from "vitest";
import {
  type CancelMoments,
  type CancelScenario,
  cancelEverywhere,
  type CancelEverywhereOptions,
} from "@corio/testing";
import { dialects, type Dialect } from "./dialects.ts";
import { nodeHere } from "./kernel.ts";

type Steps<T> = Generator<unknown, T, unknown>;

export interface Scenario {
  /** What is cancelled. */
  body: () => Steps<unknown>;
  /** What must hold afterwards, cancelled or not; may wait, to see that things still work. */
  check: (cancelled: boolean) => Steps<unknown>;
}

export type MakeScenario = (dialect: Dialect) => Scenario;

/** The order of production, and some others. */
const SCHEDULES: readonly CancelEverywhereOptions[] = [
  {},
  { seed: 1, schedule: "random" },
  { seed: 2, schedule: "random" },
  { seed: 3, schedule: { pct: 3 } },
];

/** A scenario with few moments would prove little. */
const FEW = 3;

/**
 * Tests a scenario in both dialects, cancelled at every moment it has: between two steps of the loop (what has its result, but has
 * not run, keeps it), and in a running step, just before a wait.
 */
export function atEveryMoment(sentence: string, make: MakeScenario, few: number = FEW): void {
  for (const plain of dialects) {
    test(`${sentence}, cancelled at every moment (${plain.name})`, async () => {
      const scenario = ({ here }: CancelMoments): CancelScenario => {
        const dialect: Dialect = {
          ...plain,
          *wait(awaitable) {
            here();
            return yield* plain.wait(awaitable);
          },
        };
        const { body, check } = make(dialect);
        return {
          body: plain.fn(body),
          check: plain.fn(function* (cancelled: boolean) {
            expect(nodeHere().pending).toBe(null);
            yield* check(cancelled);
          }),
        };
      };
      for (const options of SCHEDULES) {
        const moments = await cancelEverywhere(scenario, options);
        expect(moments.steps).toBeGreaterThanOrEqual(few);
        expect(moments.marks).toBeGreaterThanOrEqual(few);
      }
    });
  }
}
