// The schedules that can be asked for by name.

import { inOrder, type Decider } from "./decider.ts";
import { ListedDecider } from "./listed-decider.ts";
import { PctDecider } from "./pct-decider.ts";
import { RandomDecider } from "./random-decider.ts";
import { parseReplay } from "./replay.ts";

/**
 * The order in which what is ready runs.
 * - `"fifo"`: in the order in which it became ready, as in production.
 * - `"random"`: each as likely as the others.
 * - `{ pct: depth }`: by random priorities that change `depth - 1` times, which finds bugs where something must wait long.
 *   `steps` says how long the program is; otherwise it is guessed.
 * - `{ replay: "7/12:3" }`: as a failure has printed it.
 */
export type Schedule =
  | "fifo"
  | "random"
  | { readonly pct: number; readonly steps?: number }
  | { readonly replay: string };

/** The decider of a schedule, and the seed that goes with it. */
export function deciderOf(schedule: Schedule, seed: number): { decider: Decider; seed: number } {
  if (schedule === "fifo") return { decider: inOrder, seed };
  if (schedule === "random") return { decider: new RandomDecider(seed), seed };
  if (typeof schedule !== "object") {
    throw new RangeError(
      `Cannot schedule by ${String(schedule)}: it takes "fifo", "random", { pct: depth } or { replay: "7/12:3" }`,
    );
  }
  if ("replay" in schedule) {
    const replay = parseReplay(schedule.replay);
    return { decider: new ListedDecider(replay.choices), seed: replay.seed };
  }
  if (!Number.isInteger(schedule.pct) || schedule.pct < 1) {
    throw new RangeError(`Cannot schedule with a depth of ${schedule.pct}: it is a whole number, 1 or more`);
  }
  return { decider: new PctDecider(seed, schedule.pct, schedule.steps), seed };
}

export function nameOf(schedule: Schedule): string {
  if (typeof schedule === "string") return schedule;
  return "replay" in schedule ? "replay" : `PCT of depth ${schedule.pct}`;
}
