// cancelEverywhere: a scenario is run again and again, each time cancelled at another moment, until it ends untouched.

import { call, cancelScope, type Coroutine, loopTime, type Scope } from "corio";
import { loopOf } from "corio/lowlevel";
import { assertFunction } from "../assert-function.ts";
import { checkLeaks, checkLoop } from "../check-leaks.ts";
import { LeakError, SimulationError } from "../errors.ts";
import { withNote } from "../failure-note.ts";
import { runOnce } from "../run-once.ts";
import { deciderOf } from "../schedules/schedule.ts";
import type { SimulateOptions } from "../simulate.ts";
import { Turns } from "./turns.ts";

/** What is to hold wherever a body is cancelled. */
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

/** How a body is cancelled at each of its moments. */
export interface CancelEverywhereOptions extends Omit<SimulateOptions, "leaks"> {
  /** More moments than this are a SimulationError: the scenario does not end. Default 2000. */
  mostMoments?: number | undefined;
}

/** How many moments there were. */
export interface CancelledEverywhere {
  /** Before the first step, between two steps of the loop, and while all wait for time to pass. */
  readonly steps: number;
  /** Marked by the scenario. */
  readonly marks: number;
}

type Kind = "between steps" | "at the marks";

const DEFAULT_GRACE = 5000;

/**
 * Runs a scenario (made anew by each call of `make`) untouched, then cancels it before its first step, in a new run at the next
 * moment, and so on until it ends by itself: whenever all wait, and before each step, when what was waited for may be there already. Then the
 * same at the moments that it marks. After each run nothing may be left: no task, no call, no timer, no failure that nobody
 * received; the body must have ended within its grace, and `check` must pass.
 */
export async function cancelEverywhere(
  make: (moments: CancelMoments) => CancelScenario,
  options: CancelEverywhereOptions = {},
): Promise<CancelledEverywhere> {
  assertFunction(make, "cancel everywhere");
  const { mostMoments = 2000 } = options;
  if (!(mostMoments >= 1))
    throw new RangeError(`Cannot cancel at ${String(mostMoments)} moments: it takes one or more`);
  const turns = new Turns();
  const tooMany = (): SimulationError =>
    new SimulationError(`The scenario has more than ${mostMoments} moments: does it end?`);
  const count = async (kind: Kind): Promise<number> => {
    for (let moment = 1; moment <= mostMoments; moment++) {
      await turns.give();
      if (!(await once(make, kind, moment, options))) return moment - 1;
    }
    throw tooMany();
  };
  // What fails untouched should not look as if a cancellation had done it.
  if (await once(make, "between steps", mostMoments + 1, options)) throw tooMany();
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
  /** A moment; whether it was the one. */
  const pass = (of: Kind): boolean => {
    if (of !== kind || scope === null || ++moments !== moment) return false;
    struck = true;
    struckAt = loopOf(scope).host.now();
    scope.cancel("cancelEverywhere");
    return true;
  };
  const made = make({ here: () => void pass("at the marks") }) as Partial<CancelScenario> | undefined;
  const { body, check } = made ?? {};
  if (typeof body !== "function")
    throw new TypeError("Cannot cancel the scenario: its function gives no { body }");
  const program = function* (root: Scope): Coroutine<void> {
    yield* cancelScope((inside) => {
      scope = inside;
      // What comes later is not the scenario's.
      inside.defer(() => void (scope = null));
      pass("between steps");
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
  const settings = {
    seed,
    decider,
    start,
    autojump,
    lateness,
    beforeStep: () => void pass("between steps"),
    atRest: () => pass("between steps"),
  };
  const outcome = await runOnce(program, settings, rest);
  if (outcome.ok) return struck;
  throw withNote(
    outcome.error,
    struck
      ? `Cancelled ${kind}, at moment ${moment}.`
      : `Not cancelled: it fails by itself, with ${moments} moments ${kind}.`,
  );
}
