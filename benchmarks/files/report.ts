// The tables that a run writes.
import { benches, targets } from "./contestants.ts";

export interface Results {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly python: string;
  /** The machine's load average before the run; near zero where the numbers are to be trusted. */
  readonly load: number;
  readonly rounds: number;
  readonly quick: boolean;
  /** By benchmark and contestant: milliseconds, and the largest resident size in megabytes, of each round. */
  readonly samples: Readonly<Record<string, Readonly<Record<string, { ms: number[]; resident: number[] }>>>>;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows;
  return [head, head.map(() => "---"), ...rest].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const short = (value: number): string => (value < 0.1 ? value.toFixed(3) : value.toFixed(2));

export function report(results: Results): string {
  const timeOf = (bench: string, contestant: string): number | undefined => {
    const cell = results.samples[bench]?.[contestant];
    return cell === undefined ? undefined : median(cell.ms);
  };
  const parts = [
    `${results.date}, Node ${results.node.slice(1)}, ${results.machine} (load ${results.load} before the run); ${results.rounds} rounds, taking turns, one
process for each contestant; medians. ${results.python}. \\* a part of the work, its time multiplied.`,
    ...(results.quick ? ["**A quick run, to see that all works.**"] : []),
  ];
  for (const bench of benches) {
    const cells = results.samples[bench.name];
    if (cells === undefined) continue;
    const first = timeOf(bench.name, bench.contestants[0]?.name ?? "") ?? Number.NaN;
    const rows = bench.contestants.flatMap(({ name, label, share }) => {
      const time = timeOf(bench.name, name);
      if (time === undefined) return [];
      const resident = median(cells[name]?.resident ?? []);
      const shown = Math.round(time).toLocaleString("en") + (share === undefined ? "" : "\\*");
      return [[label, shown, short(time / first), String(Math.round(resident))]];
    });
    parts.push(`${bench.label}:\n\n${table([["", "ms", "× the first", "MB resident"], ...rows])}`);
  }
  const judged = targets.flatMap(({ bench, contestant, other, most }) => {
    const [mine, its] = [timeOf(bench, contestant), timeOf(bench, other)];
    if (mine === undefined || its === undefined) return [];
    const ratio = mine / its;
    const label = (name: string): string =>
      benches.find((each) => each.name === bench)?.contestants.find((each) => each.name === name)?.label ??
      name;
    return [
      [bench, label(contestant), label(other), short(most), short(ratio), ratio <= most ? "yes" : "**no**"],
    ];
  });
  const reached = judged.filter((row) => row.at(-1) === "yes").length;
  parts.push(
    `The targets, as times of the other's time; ${reached} of ${judged.length} are reached:\n\n${table([["", "", "other", "at most", "measured", "reached"], ...judged])}`,
  );
  return parts.join("\n\n");
}
