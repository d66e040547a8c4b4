// Results: the medians of a run, as results.json keeps them and the report reads them.
import { cpus, loadavg } from "node:os";
import type { Sample } from "./samples.ts";

/** One peer in one benchmark. */
export interface Cell {
  readonly n: number;
  /** Median over the rounds: nanoseconds per operation, or bytes per task. */
  readonly ns?: number;
  readonly heap?: number;
  readonly resident?: number;
  /** What the median was taken of, in the order of the rounds. */
  readonly samples: readonly number[];
}

export interface Results {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  /** The machine's load average before the run; near zero where the numbers are to be trusted. */
  readonly load: number;
  readonly rounds: number;
  /** A short run, to see that all works. */
  readonly quick: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** By benchmark, then by peer. */
  readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function medianOf(samples: readonly Sample[], pick: (sample: Sample) => number | undefined): number[] {
  const values = samples.map(pick).filter((value) => value !== undefined);
  return values.length === 0 ? [] : [Number(median(values).toFixed(1))];
}

/** The cell of all samples of one peer in one benchmark. */
function cell(samples: readonly Sample[]): Cell {
  const [ns] = medianOf(samples, (sample) => sample.ns);
  const [heap] = medianOf(samples, (sample) => sample.heap);
  const [resident] = medianOf(samples, (sample) => sample.resident);
  return {
    n: samples[0]!.n,
    ...(ns !== undefined && { ns }),
    ...(heap !== undefined && { heap }),
    ...(resident !== undefined && { resident }),
    samples: samples.map((sample) => sample.ns ?? sample.heap ?? sample.resident ?? NaN),
  };
}

export function cellsOf(samples: readonly Sample[]): Results["cells"] {
  const cells: Record<string, Record<string, Cell>> = {};
  for (const [key, group] of Map.groupBy(samples, (sample) => `${sample.bench} ${sample.peer}`)) {
    const [bench, peer] = key.split(" ") as [string, string];
    (cells[bench] ??= {})[peer] = cell(group);
  }
  return cells;
}

/** How many times longer (or larger) a peer's operation is than another's; null where one was not measured. */
export function ratio(results: Results, bench: string, peer: string, other: string): number | null {
  const cells = results.cells[bench];
  const a = cells?.[peer]?.ns;
  const b = cells?.[other]?.ns;
  return a === undefined || b === undefined ? null : a / b;
}

export function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"}, ${process.platform} ${process.arch}`;
}

export function load(): number {
  return Number(loadavg()[0]!.toFixed(2));
}

/** As the formatter of the repository writes it: a list of numbers on one line. */
export function toJson(results: Results): string {
  const text = JSON.stringify(results, null, 2);
  return `${text.replace(/\[[\d\s.,-]*\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`;
}
