// The report: the section of benchmarks/README.md that a run rewrites.
import { benches, type Bench } from "./benches.ts";
import { peers } from "./peers.ts";
import { ratio, type Cell, type Results } from "./results.ts";
import { judgeAll, type Judged, short } from "./targets.ts";

const compared = ["native", "corio", "corio-async", "effect", "effect-fn", "effection", "asyncio", "uvloop"];
const pools = ["native", "corio", "corio-async", "p-limit", "p-map", "fastq"];

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const labelOf = (name: string): string => peers.find((peer) => peer.name === name)?.label ?? name;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Those that were measured in any of these benchmarks. */
function present(results: Results, names: readonly string[], rows: readonly Bench[]): string[] {
  return names.filter((name) => rows.some((bench) => results.cells[bench.name]?.[name] !== undefined));
}

function time(results: Results, bench: Bench, peer: string): string {
  const cell = results.cells[bench.name]?.[peer];
  if (cell?.ns === undefined) return "–";
  const times = peer === "native" ? null : ratio(results, bench.name, peer, "native");
  return whole(cell.ns) + (times === null ? "" : ` (${short(times)})`) + (cell.n === bench.n ? "" : "*");
}

function times(results: Results, names: readonly string[], rows: readonly Bench[]): string {
  const measured = rows.filter((bench) => results.cells[bench.name] !== undefined);
  const columns = present(results, names, measured);
  return table(
    ["", ...columns.map(labelOf)],
    measured.map((bench) => [bench.label, ...columns.map((peer) => time(results, bench, peer))]),
  );
}

function memory(results: Results): string {
  const cells = results.cells["m_mem"] ?? {};
  const row = (peer: string, cell: Cell): string[] => [
    labelOf(peer),
    cell.heap === undefined ? "–" : whole(cell.heap),
    cell.resident === undefined ? "–" : whole(cell.resident),
  ];
  return table(
    ["bytes per sleeping task", "heap", "resident"],
    peers.flatMap(({ name }) => (cells[name] === undefined ? [] : [row(name, cells[name])])),
  );
}

function targets(judged: readonly Judged[]): string {
  return table(
    ["", "", "target", "measured", "reached"],
    judged.map(({ dialect, what, target, measured, reached }) => [
      dialect,
      what,
      target,
      measured,
      reached === null ? "–" : reached ? "yes" : "**no**",
    ]),
  );
}

function versions(results: Results): string {
  const named = Object.entries(results.versions).filter(
    ([name, version]) => version !== "" && !name.endsWith("-fn"),
  );
  return named
    .filter(([name]) => name !== "corio-async")
    .map(([name, version]) => `${name === "corio" ? "Corio" : labelOf(name).replace(/, .*/, "")} ${version}`)
    .join(", ");
}

const timed = benches.filter((bench) => bench.check !== null && !bench.name.startsWith("i"));
const waiters = benches.filter((bench) => bench.name.startsWith("i"));
const pooled = benches.filter((bench) => /^(g|g2|h)_/.test(bench.name));

/** The section's text. Of a part of the benchmarks, only the tables that have something in them. */
export function report(results: Results): string {
  const rounds = results.rounds === 1 ? "one round" : `${results.rounds} rounds, taking turns`;
  const judged = judgeAll(results);
  const reached = judged.filter((each) => each.reached === true).length;
  const parts: [string, string | null][] = [
    [
      `${results.date}, Node ${results.node.slice(1)}, ${results.machine} (load ${results.load} before the run); ${rounds}, one process for each
peer and benchmark. ${versions(results)}.`,
      results.quick
        ? "**A quick run, to see that all works: one round, few calls, no quiet machine.**"
        : null,
    ],
    [
      `Nanoseconds per operation, and in brackets the multiple of native promises. What each benchmark does: [runtime/README.md](runtime/README.md).`,
      times(results, compared, timed),
    ],
    [
      `\\* with fewer operations, because all would take too long: Effect's semaphore and Effection's spawn cost more the more tasks there are.

![Time per operation as a multiple of native promises](runtime/chart.svg)`,
      null,
    ],
    ["A task that sleeps for an hour:", memory(results)],
    ["Bounded concurrency beside the usual packages:", times(results, pools, pooled)],
    [
      `A semaphore with many waiters, nanoseconds per waiter, from spawn to end. A quadratic corner would show as a time per waiter that grows
with their number:`,
      times(results, ["native", "corio", "corio-async"], waiters),
    ],
    [`The targets, for Node 24; ${reached} of ${judged.length} are reached:`, targets(judged)],
  ];
  return parts.map(([words, rows]) => (rows === null ? words : `${words}\n\n${rows}`)).join("\n\n");
}

/** What a run of some peers or benchmarks says: only what it has measured. */
export function briefReport(results: Results): string {
  const everyone = peers.map((peer) => peer.name);
  const tables = [times(results, everyone, [...timed, ...waiters]), memory(results)];
  const judged = judgeAll(results).filter((each) => each.reached !== null);
  if (judged.length > 0) tables.push(targets(judged));
  return tables.filter((each) => each.split("\n").length > 2).join("\n\n");
}
