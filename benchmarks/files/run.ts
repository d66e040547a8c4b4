// Measures the files beside their peers: every contestant in a process of its own, in rounds that take turns, because the machine is rarely
// quiet. By hand: `npm install --prefix benchmarks/files`, benchmarks/files/py/setup.sh, `node benchmarks/files/run.ts`.
//
//   run.ts [--rounds 5] [--benches lines,many,writes,copy] [--quick]
//
// A whole run writes results.json and the table of README.md; a part only prints. Without Python its contestants are passed over.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, homedir, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeSection } from "../runtime/section.ts";
import { benches, record, type Bench, type Contestant } from "./contestants.ts";
import { makeInputs, type Inputs } from "./inputs.ts";
import { report, type Results } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    benches: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${options.rounds}: one or more`);
const chosen = benches.filter(({ name }) => options.benches?.split(",").includes(name) ?? true);
if (chosen.length === 0)
  throw new Error(`--benches ${options.benches}: of ${benches.map((b) => b.name).join()}`);

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
const python = join(
  process.env["CORIO_FILES_VENV"] ?? join(cache, "corio-benchmarks", "files"),
  "bin",
  "python",
);
const withPython = existsSync(python);
if (!withPython)
  console.log(
    "no Python: blocking Python and aiofiles are passed over (benchmarks/files/py/setup.sh makes it)",
  );

interface Sample {
  readonly ms: number;
  readonly check: number;
  readonly resident: number;
}

function expected(bench: Bench, count: number, inputs: Inputs): number {
  if (bench.name === "lines") return inputs.units[count] as number;
  if (bench.name === "many") return 4096 * count;
  return bench.name === "writes" ? record.length * count : inputs.large;
}

function measure(bench: Bench, contestant: Contestant, folder: string, inputs: Inputs): Sample {
  const count = Math.round(bench.count / (contestant.share ?? 1));
  const command = contestant.python
    ? [python, here("py/bench.py")]
    : [process.execPath, "--conditions=@corio/source", here("bench.ts")];
  const args = [contestant.name, bench.name, folder, String(count), String(bench.calls)];
  const child = spawnSync(command[0] as string, [...command.slice(1), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 300_000,
    killSignal: "SIGKILL",
  });
  if (child.status !== 0)
    throw new Error(`${contestant.name} ${bench.name}: ended with ${child.status ?? child.signal}`);
  const sample = JSON.parse(child.stdout) as Sample;
  const wanted = expected(bench, count, inputs);
  if (sample.check !== wanted)
    throw new Error(`${contestant.name} ${bench.name}: ${sample.check}, not ${wanted}`);
  return { ...sample, ms: sample.ms * (contestant.share ?? 1) };
}

const folder = mkdtempSync(join(tmpdir(), "corio-bench-files-"));
const load = Number(loadavg()[0]?.toFixed(2));
if (load > 0.7) console.log(`the machine is not quiet: its load is ${load}`);
const samples: Record<string, Record<string, { ms: number[]; resident: number[] }>> = {};
try {
  console.log("making the files");
  const size = (name: string): number => (chosen.some((each) => each.name === name) ? 1 : 0);
  const inputs = makeInputs(folder, 1_000_000 * size("lines"), 10_000 * size("many"), 1024 * size("copy"));
  for (let round = 0; round < rounds; round++) {
    for (const bench of chosen) {
      const all = bench.contestants.filter((each) => withPython || each.python !== true);
      const said: string[] = [];
      // Each round begins with another: who runs after whom should not matter.
      const shift = round % all.length;
      for (const contestant of [...all.slice(shift), ...all.slice(0, shift)]) {
        const { ms, resident } = measure(bench, contestant, folder, inputs);
        const cell = ((samples[bench.name] ??= {})[contestant.name] ??= { ms: [], resident: [] });
        cell.ms.push(Math.round(ms));
        cell.resident.push(Math.round(resident / 1e6));
        said.push(`${contestant.name} ${Math.round(ms)}`);
      }
      console.log(`${round + 1}/${rounds} ${bench.name}: ${said.join(", ")}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pythonVersions(): string {
  if (!withPython) return "without Python";
  const program =
    "import platform, importlib.metadata as m; print('Python', platform.python_version() + ', aiofiles', m.version('aiofiles'))";
  return spawnSync(python, ["-c", program], { encoding: "utf8" }).stdout.trim();
}

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, ${process.platform} ${process.arch}`,
  python: pythonVersions(),
  load,
  rounds,
  quick: options.quick,
  samples,
};
const written = report(results);
if (options.benches === undefined) {
  writeFileSync(
    here("results.json"),
    `${JSON.stringify(results, null, 2).replace(/\[[\d\s,]*\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`,
  );
  writeSection("files", written, new URL("README.md", import.meta.url));
} else console.log(`\n${written}`);
