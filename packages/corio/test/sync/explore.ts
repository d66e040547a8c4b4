// Exhaustive exploration of a primitive: a few tasks, in every order of their steps, with tasks cancelled between any two of them.

import { expect, test } from "vitest";
import { checkpoint } from "corio";
import { type Ending, exploreAll, model, type Model } from "@corio/testing";
import { dialects, type Dialect } from "../support/dialects.ts";

export type { Ending };

export type Steps = Generator<unknown, void, unknown>;

export interface Scenario {
  /** The bodies; each calls `yield* gate()` where others may run in between, besides its start and its waits. */
  readonly tasks: readonly ((gate: () => Steps) => Steps)[];
  /** Called when nothing can go on any more, and then once more when the stuck tasks were cancelled, with none stuck. */
  readonly check: Model["check"];
}

/**
 * A test in each dialect that runs a scenario in every schedule with up to so many tasks cancelled (one in the async dialect,
 * and few deviations: it costs more and differs less). A failure shows the smallest schedule that fails, and how to run it again.
 */
export function inEveryOrder(sentence: string, cancels: number, make: (dialect: Dialect) => Scenario): void {
  for (const dialect of dialects) {
    const { fn, wait, name } = dialect;
    test(`${sentence}, in every order (${name})`, { timeout: 120_000 }, async () => {
      const program = model(() => {
        const { tasks, check } = make(dialect);
        const gate = function* (): Steps {
          yield* wait(checkpoint());
        };
        return { tasks: tasks.map((body) => fn(() => body(gate))), check };
      });
      // An async function takes more steps for the same: of its schedules, those that differ from the order of arrival in few places.
      const bounds = name === "async" ? { cancels: 1, deviations: 3 } : { cancels };
      const { runs } = await exploreAll(program, bounds);
      // A scenario whose tasks wait for nothing would explore nothing.
      expect(runs).toBeGreaterThan(200);
    });
  }
}
