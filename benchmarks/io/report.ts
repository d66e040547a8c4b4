// The tables: what a run writes into README.md and ../README.md.
import { benches, type Bench } from "./benches.ts";
import { contestants } from "./contestants.ts";
import { ratio, short, type Results } from "./results.ts";
import { judgeAll } from "./targets.ts";

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function rate(bench: Bench, ns: number): string {
  return `${Math.round(1e9 / ns).toLocaleString("en")} ${bench.unit}/s`;
}

/** Contestants down, benchmarks across: the rate, and in brackets the time and the processor time as multiples of bare Node's. */
function timesTable(results: Results, rows: readonly Bench[]): string {
  const measured = rows.filter(({ name }) => results.cells[name] !== undefined);
  const present = contestants.filter(({ name }) =>
    measured.some((bench) => results.cells[bench.name]![name] !== undefined),
  );
  return table(
    ["", ...present.map(({ label }) => label)],
    measured.map((bench) => [
      bench.label,
      ...present.map(({ name }) => {
        const cell = results.cells[bench.name]![name];
        if (cell === undefined) return "–";
        const times = name === "node" ? null : ratio(results, bench.name, name, "node");
        const work = name === "node" ? null : ratio(results, bench.name, name, "node", "cpu");
        return (
          rate(bench, cell.ns) +
          (times === null ? "" : ` (${short(times)})`) +
          (work === null ? "" : ` [${short(work)}]`)
        );
      }),
    ]),
  );
}

function head({ date, machine, load, ahead, rounds, versions }: Results): string {
  const turns = rounds === 1 ? "one round" : `${rounds} rounds, taking turns`;
  const before = ahead ? "; the children ran with real-time priority" : "";
  return `${date}, ${machine} (load ${load} before the run${before}); ${turns}. ${versions}.`;
}

/** For README.md. */
export function report(results: Results): string {
  const judged = judgeAll(results);
  const parts = [
    head(results),
    "Operations per second, and as multiples of bare Node's the time of one (by the clock) and [of the processors, both ends together].",
    timesTable(results, benches),
  ];
  if (results.threads !== null) parts.push(`A call to a thread and back. ${results.threads.table}`);
  if (judged.length > 0) {
    const reached = judged.filter((each) => each.reached).length;
    parts.push(
      `The targets; ${reached} of ${judged.length} are reached:`,
      table(
        ["", "", "target", "measured", "reached"],
        judged.map(({ contestant, what, target, measured, reached: good }) => [
          contestant,
          what,
          target,
          measured,
          good ? "yes" : "**no**",
        ]),
      ),
    );
  }
  return parts.join("\n\n");
}

/** For ../README.md. */
export function summary(results: Results): string {
  const rows = benches.filter(({ name }) => results.cells[name]?.["node"] !== undefined);
  const present = contestants.filter(
    ({ name }) => name !== "node" && rows.some((bench) => results.cells[bench.name]![name] !== undefined),
  );
  return [
    head(results),
    "Time per operation as a multiple of bare Node's:",
    table(
      ["", ...present.map(({ label }) => label)],
      rows.map((bench) => [
        bench.label,
        ...present.map(({ name }) => {
          const times = ratio(results, bench.name, name, "node");
          return times === null ? "–" : short(times);
        }),
      ]),
    ),
  ].join("\n\n");
}
