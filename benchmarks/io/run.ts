// Measures the package's I/O beside bare Node, asyncio, uvloop and Go (where `go` is on the PATH): every benchmark with every contestant, in processes of their own, in
// rounds that take turns, because the machine is rarely quiet. By hand: `npm run bench:io`, after ../runtime/py/setup.sh.
//
//   run.ts [--rounds 5] [--only pingpong,stream,threads,…] [--contestants node,corio,…] [--stream 1024] [--quick]
//
// A whole run writes results.json and the tables in README.md and ../README.md; one of a part only prints. `--quick` is one round with
// fewer operations, and writes nothing either. `--stream`: MiB of the stream.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { load, machine, median } from "../runtime/results.ts";
import { writeSection } from "../runtime/section.ts";
import { benches, benchNamed } from "./benches.ts";
import { ahead, contestantNamed, contestants, missing, versions } from "./contestants.ts";
import { measure, type Sample } from "./measure.ts";
import { report, summary } from "./report.ts";
import type { Cell, Results } from "./results.ts";
import { measureThreads, type Threads } from "./threads-table.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    only: { type: "string" },
    contestants: { type: "string" },
    stream: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});

function count(name: "rounds" | "stream", otherwise: number): number {
  const value = Number(options[name] ?? otherwise);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} ${options[name]}: a whole number, one or more`);
}

const rounds = count("rounds", options.quick ? 1 : 5);
const mebis = count("stream", benchNamed("stream")[options.quick ? "quick" : "n"]);
/** Milliseconds of timed calls after which a child makes no further one. */
const budget = options.quick ? 300 : 1500;
const whole =
  !options.quick &&
  options.only === undefined &&
  options.contestants === undefined &&
  options.stream === undefined;

const only = options.only?.split(",");
const chosenBenches = only?.filter((name) => name !== "threads").map(benchNamed) ?? benches;
const present = (options.contestants?.split(",").map(contestantNamed) ?? contestants).filter((contestant) => {
  const reason = missing(contestant);
  if (reason !== null) console.log(`without ${contestant.label}: ${reason}`);
  return reason === null;
});

const begun = performance.now();
const loadBefore = load();
if (loadBefore > 0.7) console.log(`the machine is not quiet: its load is ${loadBefore}`);

const samples: Sample[] = [];
const lacking = new Set<string>();
let failures = 0;

for (let round = 0; round < rounds; round++) {
  // Each round begins with another contestant: who runs after whom should not matter.
  const shift = round % present.length;
  const order = [...present.slice(shift), ...present.slice(0, shift)];
  for (const bench of chosenBenches) {
    const said: string[] = [];
    for (const contestant of order) {
      const key = `${contestant.name} ${bench.name}`;
      if (lacking.has(key)) continue;
      const n = bench.name === "stream" ? mebis : bench[options.quick ? "quick" : "n"];
      try {
        const sample = await measure(contestant, bench, n, budget);
        if (sample === null) lacking.add(key);
        else {
          samples.push(sample);
          said.push(`${contestant.name} ${(sample.ns / 1000).toFixed(1)}`);
        }
      } catch (error) {
        failures++;
        console.error((error as Error).message);
      }
    }
    console.log(`${round + 1}/${rounds} ${bench.name.padEnd(11)} µs: ${said.join(", ")}`);
  }
}

let threads: Threads | null = null;
if (only?.includes("threads") ?? options.contestants === undefined) {
  try {
    threads = measureThreads(options.quick);
  } catch (error) {
    failures++;
    console.error((error as Error).message);
  }
}

const cells: Record<string, Record<string, Cell>> = {};
for (const { name: bench } of chosenBenches) {
  for (const { name: contestant } of present) {
    const own = samples.filter((sample) => sample.bench === bench && sample.contestant === contestant);
    if (own.length === 0) continue;
    const works = own.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
    (cells[bench] ??= {})[contestant] = {
      ns: Number(median(own.map(({ ns }) => ns)).toFixed(1)),
      cpu: works.length === 0 ? null : Number(median(works).toFixed(1)),
      samples: own.map(({ ns }) => ns),
    };
  }
}

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  load: loadBefore,
  ahead: ahead.length > 0,
  rounds,
  threads,
  versions: versions(present).join(", "),
  cells,
};

if (whole && failures === 0) {
  writeFileSync(new URL("results.json", import.meta.url), toJson(results));
  writeSection("io", report(results), new URL("README.md", import.meta.url));
  writeSection("io", summary(results));
} else console.log(`\n${report(results)}`);
console.log(`\n${((performance.now() - begun) / 60_000).toFixed(1)} minutes, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;

/** As the formatter of the repository writes it: a list of numbers on one line. */
function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/\[[\d\s.,-]*\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`;
}
