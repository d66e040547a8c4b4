// Kills a process that replaces a file, thousands of times, at random moments, and looks at the file each time: old or new, never half.
//   node --conditions=@corio/source packages/files/test/soak/kill.ts [kills] [seed]
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "corio";
import { writeAtomic } from "../../src/index.ts";
import { Random } from "../support/random.ts";

const kills = Number(process.argv[2] ?? 3000);
const seed = Number(process.argv[3] ?? 1);
const atATime = 3;
const lines = 100_000;

const random = new Random(seed);
const folder = mkdtempSync(join(tmpdir(), "corio-soak-kill-"));
const writer = fileURLToPath(new URL("../support/atomic-writer.ts", import.meta.url));
// Processes start in half the time.
const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "cache") };

const found = { kills: 0, first: 0, later: 0, leftovers: 0, broken: 0 };

function killedAt(target: string, least: number, delay: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=@corio/source", writer, target], {
      stdio: ["ignore", "pipe", "inherit"],
      env,
    });
    let said = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      const before = said;
      said += chunk.toString().split("\n").length - 1;
      if (before < least && said >= least) setTimeout(() => child.kill("SIGKILL"), delay);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`the writer ended by itself: ${code}`));
    });
  });
}

/** One file, killed again and again: what one process leaves over, the next one removes. */
async function work(name: string): Promise<void> {
  mkdirSync(join(folder, name));
  const target = join(folder, name, "f");
  writeFileSync(target, "0\n".repeat(lines), { mode: 0o640 });
  const seen = new Set(["f"]);
  while (found.kills < kills) {
    found.kills++;
    const least = 1 + random.below(3);
    await killedAt(target, least, random.below(12));
    const content = readFileSync(target, "utf8");
    const version = content.slice(0, content.indexOf("\n") + 1);
    const whole = version !== "" && content === version.repeat(lines);
    if (!whole || (statSync(target).mode & 0o777) !== 0o640) {
      found.broken++;
      console.error(`broken after kill ${found.kills} with seed ${seed}: ${content.length} characters`);
    }
    if (Number(version) === 0) found.first++;
    else found.later++;
    const left = readdirSync(join(folder, name)).filter((one) => !seen.has(one));
    for (const one of left) seen.add(one);
    found.leftovers += left.length;
    writeFileSync(target, "0\n".repeat(lines), { mode: 0o640 });
    if (found.kills % 250 === 0) console.log(JSON.stringify(found));
  }
  // What the last ones left over goes with the next write of anybody.
  await run(() => writeAtomic(target, "end"));
  const left = readdirSync(join(folder, name));
  if (left.length !== 1) throw new Error(`still there: ${left.join(", ")}`);
}

try {
  await Promise.all(Array.from({ length: atATime }, (_, i) => work(String(i))));
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `${found.kills} kills, seed ${seed}: ${found.first} times the old content, ${found.later} times a new one, ${found.broken} times neither; ` +
    `${found.leftovers} temporary files were left over, and removed by later writes`,
);
process.exitCode = found.broken === 0 ? 0 : 1;
