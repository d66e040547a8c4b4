// exploreAll: a small program in every order that there is.

import { assertFunction } from "../assert-function.ts";
import { replayAsked } from "../environment.ts";
import { SimulationError } from "../errors.ts";
import { type Outcome, type Program, runOnce } from "../run-once.ts";
import { ListedDecider } from "../schedules/listed-decider.ts";
import type { SimulateOptions } from "../simulate.ts";
import { type Exploration, replayed } from "./explore.ts";
import { reportFailure } from "./failure-report.ts";
import { Turns } from "./turns.ts";

/** Which schedules count as all, and how many there may be. */
export interface ExploreAllOptions extends Omit<SimulateOptions, "schedule"> {
  /** How many tasks a schedule may cancel, at any moment. Default 0. */
  cancels?: number | undefined;
  /** See `simulate`. Default 50: shorter sleeps and timeouts may end between any two steps. */
  lateness?: number | undefined;
  /**
   * How many choices of one schedule may differ from the order of arrival: a bound for programs that have too many schedules, or
   * endless ones. Default: any number.
   */
  deviations?: number | undefined;
  /** More runs than this are a SimulationError: the space is too large. Default 1,000,000. */
  mostRuns?: number | undefined;
  /** How many runs may be spent on making the schedule of a failure small. Default 500. */
  shrinkRuns?: number | undefined;
}

/**
 * Runs a program (made anew by each call) in every order of its steps, with the clock jumping and tasks being cancelled between any
 * two of them. Throws the first failure, with a note that holds the smallest schedule that fails. For models of two to four tasks:
 * see `model`.
 */
export async function exploreAll(program: Program, options: ExploreAllOptions = {}): Promise<Exploration> {
  const {
    cancels = 0,
    lateness = 50,
    deviations = Infinity,
    mostRuns = 1_000_000,
    shrinkRuns = 500,
    seed = 1,
    start,
    autojump,
    ...rest
  } = options;
  assertFunction(program, "explore");
  if (!(mostRuns >= 1))
    throw new RangeError(`Cannot explore in ${String(mostRuns)} runs: it takes one or more`);
  if (!(deviations >= 0)) {
    throw new RangeError(
      `Cannot explore with ${String(deviations)} deviations: it takes a number, zero or more`,
    );
  }
  const runWith = (decider: ListedDecider, of: number): Promise<Outcome> =>
    runOnce(program, { seed: of, decider, start, autojump, lateness, cancels }, rest);
  const runListed = (of: number, choices: readonly number[]): Promise<Outcome> =>
    runWith(new ListedDecider(choices), of);
  const replay = replayAsked();
  if (replay !== undefined) return replayed(replay, runListed);

  const turns = new Turns();
  let steps = 0;
  let choices: number[] | null = [];
  for (let runs = 0; ; runs++) {
    if (choices === null) return { runs, steps };
    if (runs >= mostRuns) {
      throw new SimulationError(
        `There are more than ${mostRuns} schedules: explore a smaller model, or set a bound with { deviations: 3 }`,
      );
    }
    await turns.give();
    const decider = new ListedDecider(choices);
    const outcome = await runWith(decider, seed);
    steps += outcome.simulation.steps;
    if (!outcome.ok) {
      const where = `schedule ${runs + 1} of all`;
      throw await reportFailure(
        { outcome, seed, where, again: null },
        (others) => runListed(seed, others),
        shrinkRuns,
      );
    }
    choices = nextSchedule(outcome.simulation.choices, decider.widths, deviations);
  }
}

/** Depth first: the last choice that can be another one is raised, and what comes after it starts anew. */
function nextSchedule(
  made: readonly number[],
  widths: readonly number[],
  deviations: number,
): number[] | null {
  let deviating = made.reduce((count, choice) => count + (choice === 0 ? 0 : 1), 0);
  for (let at = made.length - 1; at >= 0; at--) {
    const choice = made[at]!;
    if (choice > 0) deviating--;
    if (choice + 1 < widths[at]! && deviating < deviations) return [...made.slice(0, at), choice + 1];
  }
  return null;
}
