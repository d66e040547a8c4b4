// How much the tests of this folder do: little by default, and what a server may meet with CORIO_SCALE=full.
import { readFileSync } from "node:fs";

export const full: boolean = process.env["CORIO_SCALE"] === "full";

/** Milliseconds that a test of this folder may take: a guard against hangs, not a measure. */
export const patience: number = full ? 1_200_000 : 300_000;

export function sized(little: number, much: number): number {
  return full ? much : little;
}

/** How many descriptors this process may have; Infinity where the system does not tell. */
export function descriptorLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return found === null ? Infinity : Number(found[1]);
  } catch {
    return Infinity;
  }
}
