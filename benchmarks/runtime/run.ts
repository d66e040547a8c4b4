// Measures the runtime beside its peers: every benchmark in every peer, one process each, in rounds that take turns, because the
// machine is rarely quiet. By hand: `npm run bench:runtime`, after `npm install --prefix benchmarks/runtime` and runtime/py/setup.sh.
//
//   run.ts [--rounds 5] [--adapters native,corio,…] [--benches a,c,e_cancel,…] [--quick] [--resume]
//
// A whole run writes results.json, chart.svg and a section of ../README.md; one of some adapters or benchmarks only prints.
// `--quick` is one round with fewer calls. `--resume` goes on with a whole run that was interrupted.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Bench, benches } from "./benches.ts";
import { chart } from "./chart.ts";
import { fingerprint, type Peer, peerNamed, peers, python, versionOf } from "./peers.ts";
import { briefReport, report } from "./report.ts";
import { cellsOf, load, machine, type Results, toJson } from "./results.ts";
import { addProgress, forgetProgress, type Kept, readProgress, type Sample } from "./samples.ts";
import { writeSection } from "./section.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    adapters: { type: "string" },
    benches: { type: "string" },
    quick: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
  },
});

const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${options.rounds}: one or more`);
/** Milliseconds of timed calls after which a child makes no further one. */
const budget = options.quick ? 300 : 500;
/** No child takes nearly as long. */
const CHILD_LIMIT = 180_000;

const whole = options.adapters === undefined && options.benches === undefined;
if (options.resume && !whole)
  throw new Error("--resume goes on with a whole run: without --adapters and --benches");

const chosenPeers =
  options.adapters?.split(",").map(peerNamed) ?? peers.filter((peer) => peer.optional !== true);
const chosenBenches = options.benches?.split(",").flatMap(benchesNamed) ?? benches;

/** `c` and `c_pingpong` are both c_pingpong; `i_waiters` is all sizes. */
function benchesNamed(name: string): Bench[] {
  const found = benches.filter((bench) => bench.name === name || bench.name.startsWith(`${name}_`));
  if (found.length === 0) {
    throw new Error(`no benchmark ${name}; there are ${benches.map((bench) => bench.name).join(", ")}`);
  }
  return found;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Runs one child; null, after saying why, when it gave no good sample. */
function measure(peer: Peer, bench: Bench): Sample | null {
  const n = peer.sizes?.[bench.name] ?? bench.n;
  const [program, ...args] =
    peer.language === "python"
      ? [python, here("py/bench.py")]
      : [process.execPath, "--expose-gc", "--conditions=@corio/source", here("bench.ts")];
  const child = spawnSync(program!, [...args, peer.name, bench.name, String(n), String(budget)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: CHILD_LIMIT,
    killSignal: "SIGKILL",
  });
  if (child.status !== 0) {
    console.error(`${peer.name} ${bench.name}: ended with ${child.status ?? child.signal}`);
    return null;
  }
  const sample = JSON.parse(child.stdout) as Sample;
  const wanted = bench.check?.(n);
  if (sample.missing !== true && sample.check !== wanted) {
    console.error(`${peer.name} ${bench.name}: its check is ${sample.check}, not ${wanted}`);
    return null;
  }
  return sample;
}

function shown(sample: Sample | null): string {
  if (sample === null) return "failed";
  if (sample.ns !== undefined) return Math.round(sample.ns).toLocaleString("en");
  return `${sample.heap ?? sample.resident} B`;
}

const fingerprints = new Map(chosenPeers.map((peer) => [peer.name, `${fingerprint(peer)} ${budget}`]));
const versions = Object.fromEntries(chosenPeers.map((peer) => [peer.name, versionOf(peer)]));
const earlier: Kept[] = options.resume
  ? readProgress().filter((kept) => fingerprints.get(kept.sample.peer) === kept.fingerprint)
  : [];
if (whole && !options.resume) forgetProgress();
if (options.resume) console.log(`resuming: ${earlier.length} samples are kept`);

const start = performance.now();
const loadBefore = load();
if (loadBefore > 0.7) console.log(`the machine is not quiet: its load is ${loadBefore}`);

const kept: Kept[] = [];
const missing = new Set<string>();
let failures = 0;

function sampleOf(peer: Peer, bench: Bench, round: number): Sample | null {
  const same = earlier.find(
    ({ sample, round: at }) => at === round && sample.peer === peer.name && sample.bench === bench.name,
  );
  const sample = same?.sample ?? measure(peer, bench);
  if (sample === null) {
    failures++;
    return null;
  }
  const entry = { round, fingerprint: fingerprints.get(peer.name)!, sample };
  if (same === undefined && whole) addProgress(entry);
  kept.push(entry);
  return sample;
}

for (let round = 1; round <= rounds; round++) {
  // Each round begins with another peer: who runs after whom should not matter.
  const shift = (round - 1) % chosenPeers.length;
  const order = [...chosenPeers.slice(shift), ...chosenPeers.slice(0, shift)];
  for (const bench of chosenBenches) {
    if (round > (bench.rounds ?? rounds)) continue;
    const said: string[] = [];
    for (const peer of order) {
      const key = `${peer.name} ${bench.name}`;
      if (missing.has(key)) continue;
      const sample = sampleOf(peer, bench, round);
      if (sample?.missing === true) missing.add(key);
      else said.push(`${peer.name} ${shown(sample)}`);
    }
    console.log(`${round}/${rounds} ${bench.name.padEnd(26)} ${said.join(", ")}`);
  }
}

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  machine: machine(),
  load: loadBefore,
  rounds,
  quick: options.quick,
  versions,
  cells: cellsOf(kept.map(({ sample }) => sample).filter((sample) => sample.missing !== true)),
};

for (const peer of chosenPeers) {
  if (fingerprints.get(peer.name) !== `${fingerprint(peer)} ${budget}`) {
    console.log(`${peer.name}: its sources have changed during the run; its numbers are mixed`);
  }
}

if (whole && failures === 0) {
  writeFileSync(here("results.json"), toJson(results));
  writeFileSync(here("chart.svg"), chart(results));
  writeSection("runtime", report(results));
  forgetProgress();
} else console.log(`\n${briefReport(results)}`);
console.log(`\n${((performance.now() - start) / 60_000).toFixed(1)} minutes, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
