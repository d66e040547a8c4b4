// simulate: a run in virtual time that must leave nothing behind.

import type { RunOptions, Unwrap } from "corio";
import type { HostNetwork } from "corio/lowlevel";
import { assertFunction } from "./assert-function.ts";
import { seedAsked } from "./environment.ts";
import { eventsNote, withNote } from "./failure-note.ts";
import { type Program, runOnce } from "./run-once.ts";
import { formatReplay } from "./schedules/replay.ts";
import { deciderOf, nameOf, type Schedule } from "./schedules/schedule.ts";

/** How a program is simulated. */
export interface SimulateOptions extends Omit<RunOptions, "host"> {
  /** The clock's first reading, in milliseconds. */
  start?: number | undefined;
  /**
   * Where the program's random numbers come from (`random()`, jitter), and the schedule's. The same seed gives the same run.
   * Default: `CORIO_SEED`, or 1.
   */
  seed?: number | undefined;
  /** The order of what is ready. Default: `"random"` where a seed is given, otherwise `"fifo"`. */
  schedule?: Schedule | undefined;
  /** Whether the clock jumps to the next timer when nothing is left to do. Otherwise only `advance` moves it. Default true. */
  autojump?: boolean | undefined;
  /**
   * By how many milliseconds, in all, the machine may be late: so far the clock may jump to a timer although something is ready.
   * When, the schedule decides. Default 0.
   */
  lateness?: number | undefined;
  /** Whether tasks that the program has started may still run when its body ends; they are cancelled. Default false: a LeakError. */
  leaks?: boolean | undefined;
  /**
   * The network on which the program's connections are made: a `SimulatedNetwork` of `@corio/testing/network`. Connections and listeners that
   * are still open when the run has ended are a LeakError, too. Default: the machine's own, which knows nothing of virtual time.
   */
  network?: HostNetwork | undefined;
}

/**
 * Runs a program in virtual time: when nothing is left to do, the clock jumps to the next timer, so that hours pass in
 * milliseconds and in the same order every time. Failures that nobody received end the simulation with an error, unless
 * `onReport` takes them; so do tasks that are left over, and a program that hangs. With a seed the order of what is ready is
 * random, and a failure says how to see it again.
 */
export async function simulate<R>(program: Program<R>, options: SimulateOptions = {}): Promise<Unwrap<R>> {
  assertFunction(program, "simulate");
  const { start, seed: given, schedule: wanted, autojump, lateness = 0, ...rest } = options;
  const schedule = wanted ?? (given === undefined ? "fifo" : "random");
  const { decider, seed } = deciderOf(
    schedule,
    given ?? (schedule === "fifo" ? undefined : seedAsked()) ?? 1,
  );
  // Without anything to decide, the loop keeps its own order.
  const decides = !decider.inOrder || lateness > 0;
  const outcome = await runOnce(
    program,
    { seed, decider: decides ? decider : null, start, autojump, lateness },
    rest,
  );
  if (outcome.ok) return outcome.value as Unwrap<R>;
  const { error, networkEvents } = outcome;
  if (!decides && given === undefined && networkEvents === "") throw error;
  const { choices } = outcome.simulation;
  const again = decides
    ? `{ schedule: { replay: "${formatReplay({ seed, choices })}" }${lateness > 0 ? `, lateness: ${lateness}` : ""} }`
    : `{ seed: ${seed}, schedule: "fifo" }`;
  throw withNote(
    error,
    `In a simulation with seed ${seed}, schedule ${nameOf(schedule)}. The same again: simulate(program, ${again})${eventsNote(networkEvents)}`,
  );
}
