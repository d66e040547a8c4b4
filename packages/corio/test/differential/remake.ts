// Makes the committed logs again: runs every program of programs/*.py on CPython.
//
//   node packages/corio/test/differential/remake.ts           writes logs/
//   node packages/corio/test/differential/remake.ts --check   only says what would change; exit code 1 then
//
// It takes CPython 3.13 or later: the one that the variable PYTHON names, else python3.14 or python3.13.

import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  hashSources,
  logNames,
  programNames,
  readLog,
  readMadeWith,
  removeLog,
  writeLog,
  writeMadeWith,
} from "./logs.ts";

/** Sets of tasks have another order in each process: a program whose log depends on it is found out by running it again. */
const ROUNDS = 4;

const runner = fileURLToPath(new URL("python/run_programs.py", import.meta.url));

/** The version of an interpreter that is new enough; null when it is not there, or is something else. */
function versionOf(python: string): string | null {
  try {
    const code = "import sys; print(sys.implementation.name, *sys.version_info[:3])";
    const [name, major, minor, patch] = execFileSync(python, ["-c", code], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
      .trim()
      .split(" ");
    if (name !== "cpython" || Number(major) !== 3 || Number(minor) < 13) return null;
    return `${major}.${minor}.${patch}`;
  } catch {
    return null;
  }
}

function findPython(): { python: string; version: string } {
  const asked = process.env["PYTHON"];
  const candidates = asked === undefined || asked === "" ? ["python3.14", "python3.13", "python3"] : [asked];
  for (const python of candidates) {
    const version = versionOf(python);
    if (version !== null) return { python, version };
  }
  console.error(`No CPython 3.13 or later: tried ${candidates.join(", ")}. Name one in the variable PYTHON.`);
  process.exit(2);
}

function runAll(python: string, names: readonly string[]): Record<string, string[]> {
  const { status, stdout } = spawnSync(python, ["-B", "-W", "error", runner, ...names], {
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 64 << 20,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PYTHONASYNCIODEBUG: "" },
  });
  if (status !== 0) {
    console.error("The programs did not run to their end; the logs are left as they were.");
    process.exit(1);
  }
  return JSON.parse(stdout) as Record<string, string[]>;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join("\n") === b.join("\n");
}

const { python, version } = findPython();
const names = programNames("py");
const logs = runAll(python, names);
const unsteady = new Set<string>();
for (let round = 1; round < ROUNDS; round++) {
  const again = runAll(python, names);
  for (const name of names) if (!same(logs[name]!, again[name]!)) unsteady.add(name);
}
if (unsteady.size > 0) {
  console.error(`Another log in another process, so asyncio promises none: ${[...unsteady].join(", ")}`);
  process.exit(1);
}

const known = new Set(logNames());
const changed = names.filter((name) => !known.has(name) || !same(readLog(name), logs[name]!));
const orphans = [...known].filter((name) => !names.includes(name));
for (const name of changed) console.log(`${known.has(name) ? "changed" : "new"}: ${name}`);
for (const name of orphans) console.log(`gone: ${name}`);

if (process.argv.includes("--check")) {
  const sources = hashSources();
  const { sources: before } = readMadeWith();
  const stale = Object.keys({ ...sources, ...before }).filter((source) => sources[source] !== before[source]);
  for (const source of stale) console.log(`edited since: ${source}`);
  process.exitCode = changed.length + orphans.length + stale.length === 0 ? 0 : 1;
} else {
  for (const name of changed) writeLog(name, logs[name]!);
  for (const name of orphans) removeLog(name);
  writeMadeWith({ python: version, sources: hashSources() });
}
console.log(`${names.length} programs on CPython ${version}`);
