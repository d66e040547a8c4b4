// The body of a test, for any test runner: simulated, under one seed or many.

import { seedAsked, replayAsked, seedsAsked } from "./environment.ts";
import { explore, type ExploreOptions } from "./exploring/explore.ts";
import type { Program } from "./run-once.ts";
import { simulate } from "./simulate.ts";

/** How a test is run: as a simulation, or as many of them. */
export interface CorioTestOptions extends Omit<ExploreOptions, "runs" | "seed"> {
  /**
   * Under how many schedules the test runs; the first one is the order of arrival. Default: `CORIO_SEEDS`, or 1. `CORIO_SEED` and
   * `CORIO_REPLAY` run one of them.
   */
  seeds?: number | undefined;
  /** Milliseconds of real time that the test may take, all seeds together. Default: the test runner's. */
  timeout?: number | undefined;
}

/** Runs the body of a test as its options say. */
export async function runTest(program: Program, options: CorioTestOptions): Promise<void> {
  const { seeds = seedsAsked() ?? 1, timeout: _timeout, ...rest } = options;
  const one = seeds <= 1 && seedAsked() === undefined && replayAsked() === undefined;
  if (one) {
    const { schedules: _schedules, cancels: _cancels, shrinkRuns: _runs, ...plain } = rest;
    await simulate(program, plain);
  } else await explore(program, { ...rest, runs: seeds });
}
