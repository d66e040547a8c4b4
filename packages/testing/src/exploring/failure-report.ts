// What is said of a failure that an exploration has found: the seed, the smallest schedule, and what happens in it.

import { eventsNote, withNote } from "../failure-note.ts";
import type { Outcome } from "../run-once.ts";
import { formatReplay } from "../schedules/replay.ts";
import { shrink } from "./shrink.ts";

/** Runs the program once more by a list of choices. */
export type RunListed = (choices: readonly number[]) => Promise<Outcome>;

export interface Found {
  readonly outcome: Outcome;
  readonly seed: number;
  /** How it was found: "run 17 of 100 (seed 17, random)". */
  readonly where: string;
  /** How the same is run again by its seed, if it can be. */
  readonly again: string | null;
}

/** The error to throw: the program's own, with a note. */
export async function reportFailure(found: Found, runListed: RunListed, mostRuns: number): Promise<unknown> {
  const { outcome, seed, where, again } = found;
  const kind = kindOf(outcome.error);
  const choices = await shrink(
    outcome.simulation.choices,
    async (candidate) => {
      const other = await runListed(candidate);
      return !other.ok && kindOf(other.error) === kind;
    },
    mostRuns,
  );
  const last = await runListed(choices);
  const lines = [`Found in ${where}.`];
  if (again !== null) lines.push(`The same run again: ${again}`);
  if (last.ok || kindOf(last.error) !== kind) {
    lines.push(
      "It does not fail by its schedule alone: the program depends on something that is not simulated.",
    );
    return withNote(outcome.error, lines.join("\n") + eventsNote(outcome.networkEvents));
  }
  lines.push(`The smallest schedule that fails: CORIO_REPLAY=${formatReplay({ seed, choices })}`);
  const { deviations } = last.simulation;
  if (deviations.length === 0) lines.push("Everything runs in the order of its arrival.");
  else lines.push(...deviations.map((deviation) => `  at choice ${deviation}`));
  return withNote(last.error, lines.join("\n") + eventsNote(last.networkEvents));
}

/** Shrinking must not wander off to another failure. */
function kindOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return typeof error;
  const { name, code, errors } = error as { name?: unknown; code?: unknown; errors?: unknown };
  const inner = Array.isArray(errors) ? errors.map(kindOf).join() : "";
  return `${String(name)} ${String(code)} ${inner}`;
}
