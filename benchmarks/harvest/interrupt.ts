// Interrupts harvest by SIGINT at random moments, lets it go on, and compares what it has made in the end with what an
// undisturbed run makes; after each interruption, looks whether files are whole or absent and the index agrees with them.
//
//   node --conditions=@corio/source benchmarks/harvest/interrupt.ts URL [--times 50] [--seed N] [--database postgres://…]
//
// Without a database each copy has its own embedded one; with one, its schema `harvest` is dropped again and again.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "corio";
import { connect } from "@corio/postgres";
import { filePath } from "../../examples/harvest/src/site/urls.ts";
import { filesOf, indexOf, type Index } from "./copy.ts";
import { runHarvest } from "./program.ts";

const { values, positionals } = parseArgs({
  options: {
    times: { type: "string", default: "50" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    database: { type: "string" },
    concurrency: { type: "string", default: "64" },
  },
  allowPositionals: true,
});
const url = positionals[0] ?? "http://127.0.0.1:8090/";
const seed = Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), "harvest-interrupt-"));
const out = join(folder, "site");
const database = values.database ?? `pglite:${join(out, ".harvest", "db")}`;
const args = [url, "--out", out, "--database", database, "--concurrency", values.concurrency];

// mulberry32: the moments can be had again by the seed.
let state = seed;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

async function reset(): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  if (values.database === undefined) return;
  await run(async () => (await connect(database)).execute("drop schema if exists harvest cascade"));
}

function mustBe(condition: boolean, what: string): void {
  if (!condition) throw new Error(`${what} (seed ${seed}; the copy is left in ${out})`);
}

/** Whole or absent, and nothing recorded that is not there. */
function checkPart(files: Map<string, string>, index: Index | null, whole: Map<string, string>): void {
  for (const [name, hash] of files)
    mustBe(whole.get(name) === hash, `${name} is not whole, or not of the site`);
  for (const { path } of index?.sizes ?? [])
    mustBe(files.has(filePath(path)), `${path} is recorded, its file is not there`);
  mustBe((index?.orphans ?? 0) === 0, "links of a page that is not recorded");
}

console.log(`${values.times} interruptions of ${url} into ${database.split(":")[0]}, seed ${seed}`);
await reset();
const undisturbed = await runHarvest(args);
mustBe(undisturbed.code === 0, `the undisturbed run ended with ${undisturbed.code}: ${undisturbed.output}`);
const wholeFiles = filesOf(out);
const wholeIndex = (await indexOf(database))!;
console.log(
  `undisturbed: ${wholeFiles.size} files, ${wholeIndex.pages.length} pages, ${wholeIndex.links.length} links`,
);

let done = 0;
let rounds = 0;
const parts: number[] = [];
while (done < Number(values.times)) {
  await reset();
  rounds += 1;
  let ended;
  do {
    // Beyond the length of a run as well: the report and the closing are moments, too.
    const moment = random() * undisturbed.elapsed * 1.05;
    ended = await runHarvest(args, done < Number(values.times) ? moment : undefined);
    mustBe(ended.code === 0 || ended.code === 130, `ended with ${ended.code}: ${ended.output}`);
    const files = filesOf(out);
    // Interrupted before there was a database, there is nothing to look into, and nothing to be made by looking.
    const index = existsSync(out) ? await indexOf(database) : null;
    checkPart(files, index, wholeFiles);
    if (ended.code === 130) {
      done += 1;
      parts.push(index?.pages.length ?? 0);
    }
  } while (ended.code !== 0);
  const [files, index] = [filesOf(out), (await indexOf(database))!];
  mustBe(files.size === wholeFiles.size, `${files.size} files, not ${wholeFiles.size}`);
  mustBe(
    index.pages.join("\n") === wholeIndex.pages.join("\n"),
    "the pages are not those of the undisturbed run",
  );
  mustBe(
    index.links.join("\n") === wholeIndex.links.join("\n"),
    "the links are not those of the undisturbed run",
  );
}
console.log(`pages recorded when interrupted: ${parts.join(" ")}`);
console.log(
  `${done} interruptions in ${rounds} harvests, each with the same ${wholeFiles.size} files and the same index in the end`,
);
rmSync(folder, { recursive: true });
