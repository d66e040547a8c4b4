// Who is measured: how each is started, its version, and where it does less than the others.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Peer {
  /** Of its adapter, or of the loop in py/bench.py. */
  readonly name: string;
  /** As the tables say it. */
  readonly label: string;
  readonly language: "js" | "python";
  /** The packages in this folder's node_modules whose versions count. */
  readonly packages?: readonly string[];
  /** Its own number of operations where the usual one would take too long: it is slow there, or worse than linear. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Measured only when asked for by name. */
  readonly optional?: boolean;
}

export const peers: readonly Peer[] = [
  { name: "native", label: "native promises", language: "js" },
  // Only its memory is measured: what a sleep costs that cannot be cancelled.
  { name: "native-plain", label: "native, uncancellable", language: "js" },
  { name: "corio", label: "Corio, coroutines", language: "js" },
  { name: "corio-async", label: "Corio, async functions", language: "js" },
  {
    name: "effect",
    label: "Effect, gen",
    language: "js",
    packages: ["effect"],
    // Its semaphore looks at all waiters at each release.
    sizes: { b_yield: 250_000, f_deep_calls: 3000, f3_deep_calls_sync: 3000, g_semaphore: 4000 },
  },
  {
    name: "effect-fn",
    label: "Effect, fnUntraced",
    language: "js",
    packages: ["effect"],
    sizes: { b_yield: 250_000, f_deep_calls: 3000, f3_deep_calls_sync: 3000, g_semaphore: 4000 },
  },
  {
    name: "effection",
    label: "Effection",
    language: "js",
    packages: ["effection"],
    // A spawn takes longer the more tasks there are.
    sizes: {
      a_spawn_join: 5000,
      a2_spawn_yield_join: 5000,
      a3_spawn_await_seq: 5000,
      b_yield: 200_000,
      c_pingpong: 100_000,
      d_sleep: 5000,
      e_cancel: 5000,
      f_deep_calls: 5000,
      g_semaphore: 5000,
      g2_bounded_map: 50_000,
      m_mem: 10_000,
    },
  },
  { name: "asyncio", label: "asyncio", language: "python", sizes: { b_yield: 200_000 } },
  { name: "uvloop", label: "uvloop", language: "python", sizes: { b_yield: 200_000 } },
  { name: "p-limit", label: "p-limit", language: "js", packages: ["p-limit"] },
  { name: "p-map", label: "p-map", language: "js", packages: ["p-map"] },
  { name: "fastq", label: "fastq", language: "js", packages: ["fastq"] },
  { name: "trampoline", label: "floor", language: "js", optional: true },
  { name: "trampoline-fn", label: "floor, one function", language: "js", optional: true },
];

export function peerNamed(name: string): Peer {
  const peer = peers.find((each) => each.name === name);
  if (peer === undefined) {
    throw new Error(`no adapter ${name}; there are ${peers.map((each) => each.name).join(", ")}`);
  }
  return peer;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The Python of py/setup.sh. */
export const python: string = here(".cache/venv/bin/python");

/** A digest of files: what changed between two samples must not be mixed. */
function digest(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths.toSorted()) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 12);
}

function packageVersion(name: string): string {
  const manifest = here(`node_modules/${name}/package.json`);
  if (!existsSync(manifest)) {
    throw new Error(`${name} is not installed: npm install --prefix benchmarks/runtime`);
  }
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

let pythonVersions: { asyncio: string; uvloop: string } | undefined;

function pythonVersion(name: string): string {
  if (pythonVersions === undefined) {
    if (!existsSync(python)) throw new Error(`${name} is not installed: benchmarks/runtime/py/setup.sh`);
    const program =
      "import json, platform, uvloop; v = platform.python_version();" +
      "print(json.dumps({'asyncio': 'Python ' + v, 'uvloop': uvloop.__version__ + ' on Python ' + v}))";
    const said = spawnSync(python, ["-c", program], { encoding: "utf8" });
    if (said.status !== 0) throw new Error(`${python}: ${said.stderr}`);
    pythonVersions = JSON.parse(said.stdout) as { asyncio: string; uvloop: string };
  }
  return pythonVersions[name as "asyncio" | "uvloop"];
}

/** What the tables say about a peer's version; throws, saying how to install it, when it is not there. */
export function versionOf(peer: Peer): string {
  if (peer.language === "python") return pythonVersion(peer.name);
  if (peer.packages !== undefined) return peer.packages.map(packageVersion).join(", ");
  if (peer.name.startsWith("corio")) return packageVersion("../../../packages/corio");
  return "";
}

/** Tells apart what samples must not be mixed: another version, other sources, another benchmark program. */
export function fingerprint(peer: Peer): string {
  const files =
    peer.language === "python"
      ? [here("py/bench.py")]
      : [here("bench.ts"), here(`adapters/${peer.name}.mjs`)];
  if (peer.name.startsWith("corio")) files.push(...globSync(here("../../packages/corio/src/**/*.ts")));
  return `${process.version} ${versionOf(peer)} ${digest(files)}`;
}
