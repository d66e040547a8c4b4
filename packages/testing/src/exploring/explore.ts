// explore: the same program under many seeds.

import { assertFunction } from "../assert-function.ts";
import { replayAsked, seedAsked } from "../environment.ts";
import { type Outcome, type Program, runOnce } from "../run-once.ts";
import { ListedDecider } from "../schedules/listed-decider.ts";
import { parseReplay } from "../schedules/replay.ts";
import { deciderOf, nameOf, type Schedule } from "../schedules/schedule.ts";
import type { SimulateOptions } from "../simulate.ts";
import { reportFailure } from "./failure-report.ts";
import { Turns } from "./turns.ts";

/** How many schedules are tried, and which. */
export interface ExploreOptions extends Omit<SimulateOptions, "schedule"> {
  /** How many runs, each with a seed of its own, counted from `seed`. Default 100. */
  runs?: number | undefined;
  /** The first seed. Default 0, which stands for the order of arrival. */
  seed?: number | undefined;
  /** The schedules that the seeds take in turn. Default: random, and PCT of depths 1 to 4. */
  schedules?: readonly Schedule[] | undefined;
  /** How many tasks a schedule may cancel, at any moment. Default 0. */
  cancels?: number | undefined;
  /** How many runs may be spent on making the schedule of a failure small. Default 500. */
  shrinkRuns?: number | undefined;
}

/** What an exploration did. */
export interface Exploration {
  readonly runs: number;
  /** Steps of the loop, of all runs. */
  readonly steps: number;
}

// Neither random order nor PCT is the better one: each finds bugs that the other does not.
const PORTFOLIO: readonly Schedule[] = ["random", { pct: 2 }, "random", { pct: 3 }, { pct: 1 }, { pct: 4 }];

const SHRINK_RUNS = 500;

/**
 * Runs a program (made anew by each call) under many schedules and throws the first failure, with a note that names the seed and
 * the smallest schedule that fails. `CORIO_SEED=17` runs that seed only, `CORIO_REPLAY=17/3:1` that schedule.
 */
export async function explore(program: Program, options: ExploreOptions = {}): Promise<Exploration> {
  const {
    runs: wantedRuns = 100,
    seed: firstSeed = 0,
    schedules = PORTFOLIO,
    cancels = 0,
    shrinkRuns = SHRINK_RUNS,
    start,
    autojump,
    lateness,
    ...rest
  } = options;
  assertFunction(program, "explore");
  if (!Array.isArray(schedules) || schedules.length === 0)
    throw new TypeError("Cannot explore: schedules takes a list of one or more");
  if (!(wantedRuns >= 1))
    throw new RangeError(`Cannot explore in ${String(wantedRuns)} runs: it takes one or more`);
  const settings = { start, autojump, lateness, cancels };
  const runListed = (seed: number, choices: readonly number[]): Promise<Outcome> =>
    runOnce(program, { ...settings, seed, decider: new ListedDecider(choices) }, rest);
  const replay = replayAsked();
  if (replay !== undefined) return replayed(replay, runListed);

  const onlySeed = seedAsked();
  const first = onlySeed ?? firstSeed;
  const runs = onlySeed === undefined ? wantedRuns : 1;
  const turns = new Turns();
  // PCT needs to know how long the program is.
  let length: number | undefined;
  let steps = 0;
  const fail = async (outcome: Outcome, seed: number, where: string): Promise<never> => {
    throw await reportFailure(
      { outcome, seed, where, again: `CORIO_SEED=${seed}` },
      (choices) => runListed(seed, choices),
      shrinkRuns,
    );
  };
  for (let run = 1; run <= runs; run++) {
    await turns.give();
    const seed = first + run - 1;
    let schedule = seed === 0 ? "fifo" : schedules.at((seed - 1) % schedules.length)!;
    if (typeof schedule === "object" && "pct" in schedule && schedule.steps === undefined) {
      if (length === undefined) {
        const measured = await runListed(0, []);
        if (!measured.ok) await fail(measured, 0, "the order of arrival");
        length = measured.simulation.steps;
      }
      schedule = { ...schedule, steps: length };
    }
    const { decider } = deciderOf(schedule, seed);
    const outcome = await runOnce(program, { ...settings, seed, decider }, rest);
    steps += outcome.simulation.steps;
    if (outcome.ok) continue;
    await fail(outcome, seed, `run ${run} of ${runs} (seed ${seed}, ${nameOf(schedule)})`);
  }
  return { runs, steps };
}

/** The one run that was asked for. */
export async function replayed(
  text: string,
  runListed: (seed: number, choices: readonly number[]) => Promise<Outcome>,
): Promise<Exploration> {
  const { seed, choices } = parseReplay(text);
  const outcome = await runListed(seed, choices);
  if (outcome.ok) return { runs: 1, steps: outcome.simulation.steps };
  throw await reportFailure(
    { outcome, seed, where: `the replay ${text}`, again: null },
    (others) => runListed(seed, others),
    0,
  );
}
