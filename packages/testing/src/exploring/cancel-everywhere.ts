// cancelEverywhere: a scenario is run again and again, each time cancelled at another moment, until it ends untouched.

import { call, cancelScope, type Coroutine, loopTime, type Scope } from "corio";
import { loopOf } from "corio/lowlevel";
import { checkLeaks, checkLoop } from "../check-leaks.ts";
import { LeakError, SimulationError } from "../errors.ts";
import { withNote } from "../failure-note.ts";
import { runOnce } from "../run-once.ts";
import { deciderOf } from "../schedules/schedule.ts";
import type { SimulateOptions } from "../simulate.ts";
import { Turns } from "./turns.ts";

export interface CancelScenario {
  /** What is cancelled; of either dialect. */
  readonly body: () => unknown;
  /**
   * Throws when, afterwards, something is not as it must be; `cancelled` says whether the body was. Of either dialect: it may wait,
   * to see that things still work.
   */
  readonly check?: (cancelled: boolean) => unknown;
}

/** The moments that a scenario marks itself. */
export interface CancelMoments {
  /** Marks a moment inside a step, such as just before a wait that may complete at once. */
  readonly here: () => void;
}

export interface CancelEverywhereOptions extends Omit<SimulateOptions, "leaks"> {
  /** More moments than this are a SimulationError: the scenario does not end. Default 2000. */
  mostMoments?: number;
}

/** How many moments there were. */
export interface CancelledEverywhere {
  /** Between two steps of the loop. */
  readonly steps: number;
  /** Marked by the scenario. */
  readonly marks: number;
}

type Kind = "between steps" | "at the marks";

const DEFAULT_GRACE = 5000;

/**
 * Runs a scenario (made anew by each call of `make`) and cancels it before its first step, then in a new run before its second
 * one, and so on until it ends by itself; then the same at the moments that it marks. After each run nothing may be left: no task,
 * no call, no timer, no failure that nobody received; the body must have ended within its grace, and `check` must pass.
 */
export async function cancelEverywhere(
  make: (moments: CancelMoments) => CancelScenario,
  options: CancelEverywhereOptions = {},
): Promise<CancelledEverywhere> {
  const turns = new Turns();
  const count = async (kind: Kind): Promise<number> => {
    const { mostMoments = 2000 } = options;
    for (let moment = 1; moment <= mostMoments; moment++) {
      await turns.give();
      if (!(await once(make, kind, moment, options))) return moment - 1;
    }
    throw new SimulationError(`The scenario has more than ${mostMoments} moments: does it end?`);
  };
  return { steps: await count("between steps"), marks: await count("at the marks") };
}

/** One run; whether its moment came. */
async function once(
  make: (moments: CancelMoments) => CancelScenario,
  kind: Kind,
  moment: number,
  {
    mostMoments: _most,
    start,
    autojump,
    lateness,
    seed: wantedSeed = 1,
    schedule,
    ...rest
  }: CancelEverywhereOptions,
): Promise<boolean> {
  let moments = 0;
  let scope: Scope | null = null;
  let struck = false;
  let struckAt = 0;
  const pass = (of: Kind): void => {
    if (of !== kind || scope === null || ++moments !== moment) return;
    struck = true;
    struckAt = loopOf(scope).host.now();
    scope.cancel("cancelEverywhere");
  };
  const { body, check } = make({ here: () => pass("at the marks") });
  const program = function* (root: Scope): Coroutine<void> {
    yield* cancelScope((inside) => {
      scope = inside;
      // What comes later is not the scenario's.
      inside.defer(() => void (scope = null));
      return body();
    });
    scope = null;
    const loop = loopOf(root);
    checkLeaks(root);
    checkLoop({ ...loop, ready: 0 });
    const took = loopTime() - struckAt;
    if (struck && took >= (rest.grace ?? DEFAULT_GRACE)) {
      throw new LeakError(`The body did not end by itself within its grace: it took ${took} ms`);
    }
    if (check !== undefined) yield* call(check, struck);
    checkLeaks(root);
    checkLoop({ ...loop, ready: 0 });
  };
  const { decider, seed } = deciderOf(schedule ?? "fifo", wantedSeed);
  const settings = { seed, decider, start, autojump, lateness, beforeStep: () => pass("between steps") };
  const outcome = await runOnce(program, settings, rest);
  if (outcome.ok) return struck;
  throw withNote(
    outcome.error,
    struck
      ? `Cancelled ${kind}, at moment ${moment}.`
      : `Not cancelled: there is no moment ${moment} ${kind}.`,
  );
}
