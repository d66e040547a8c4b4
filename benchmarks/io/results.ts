// What a run has measured, and how its figures relate.
import type { Threads } from "./threads-table.ts";

export interface Results {
  /** Round trips to a thread; null where they were not measured. */
  readonly threads: Threads | null;
  readonly date: string;
  readonly machine: string;
  /** The machine's load average before the run. */
  readonly load: number;
  /** Whether the children ran before all other programs. */
  readonly ahead: boolean;
  readonly rounds: number;
  readonly versions: string;
  /** By benchmark, then by contestant. */
  readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
}

export interface Cell {
  /** Median of nanoseconds per operation. */
  readonly ns: number;
  /** Median of nanoseconds of the processors per operation, both ends together; null where that was not measured. */
  readonly cpu: number | null;
  readonly samples: readonly number[];
}

/** How many times as long one takes as another, by the clock or of the processors; null where one was not measured. */
export function ratio(
  results: Results,
  bench: string,
  contestant: string,
  other: string,
  of: "ns" | "cpu" = "ns",
): number | null {
  const row = results.cells[bench];
  const a = row?.[contestant]?.[of] ?? null;
  const b = row?.[other]?.[of] ?? null;
  return a === null || b === null ? null : a / b;
}

/** Two digits that count, or all before the point. */
export function short(value: number): string {
  if (value >= 9.95) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 0.995 ? 1 : 2);
}
