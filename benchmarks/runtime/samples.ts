// Samples: what one child process measured, and the file that keeps them while a run is going on, so that it can be resumed.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export interface Sample {
  readonly peer: string;
  readonly bench: string;
  readonly n: number;
  /** Nanoseconds per operation: the median of the child's calls. */
  readonly ns?: number;
  /** Bytes per sleeping task, in the heap and in the process. */
  readonly heap?: number;
  readonly resident?: number;
  readonly check?: number;
  /** The peer has no such benchmark. */
  readonly missing?: boolean;
}

/** A sample in its place in a run. */
export interface Kept {
  readonly round: number;
  readonly fingerprint: string;
  readonly sample: Sample;
}

const file = fileURLToPath(new URL(".cache/progress.jsonl", import.meta.url));

/** What an interrupted run has measured. */
export function readProgress(): Kept[] {
  if (!existsSync(file)) return [];
  // The last line may be half written.
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Kept);
}

export function addProgress(kept: Kept): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(kept)}\n`);
}

export function forgetProgress(): void {
  rmSync(file, { force: true });
}
