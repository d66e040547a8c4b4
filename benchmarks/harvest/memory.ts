// Harvests a large generated site and watches what it holds: memory over the time, descriptors, timers and tasks at the end.
//
//   node --expose-gc --conditions=@corio/source benchmarks/harvest/memory.ts [--pages 20000] [--database postgres://…]
import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run, sleepForever } from "corio";
import { withServer } from "@corio/http";
import { demoSite } from "../../examples/harvest/src/demo/demo-site.ts";
import { harvest } from "../../examples/harvest/src/harvest.ts";
import { parseCommandLine } from "../../examples/harvest/src/options.ts";
import { prepare } from "../../examples/harvest/src/prepare.ts";
import { worker } from "../../examples/harvest/src/worker.ts";

const { values } = parseArgs({
  options: {
    pages: { type: "string", default: "20000" },
    database: { type: "string" },
    serve: { type: "boolean" },
  },
});
const pages = Number(values.pages);

if (values.serve === true) {
  await run(() =>
    withServer(demoSite({ pages }), { host: "127.0.0.1", port: 0 }, async (server) => {
      process.send?.(server.url);
      await sleepForever();
    }),
  );
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

const site = fork(process.argv[1]!, ["--serve", "--pages", values.pages]);
const url = await new Promise<string>((resolve) =>
  site.once("message", (message) => resolve(message as string)),
);
const folder = mkdtempSync(join(tmpdir(), "harvest-memory-"));
const database = values.database === undefined ? [] : ["--database", values.database];
const command = parseCommandLine([url, "--out", join(folder, "site"), "--concurrency", "64", ...database]);
if (command.kind !== "harvest") throw new Error("unreachable");

const resourcesBefore = process.getActiveResourcesInfo();
const descriptorsBefore = descriptors();
const samples: { done: number; heap: number; rss: number; external: number; descriptors: number }[] = [];

await run(async () => {
  const { crawl, store } = await prepare(new URL(url), command);
  let next = 0;
  const watch = setInterval(() => {
    const done = crawl.tally.paths.length;
    if (done < next) return;
    next += pages / 20;
    globalThis.gc?.();
    const { heapUsed, rss, external } = process.memoryUsage();
    samples.push({
      done,
      heap: heapUsed,
      rss,
      external,
      descriptors: descriptors(),
    });
  }, 20);
  await harvest({ crawl, store, worker, screen: { write: () => true } }, "/");
  clearInterval(watch);
  const { tally } = crawl;
  console.log(
    `${tally.paths.length} pages in ${tally.seconds.toFixed(1)} s, ${Math.round(tally.paths.length / tally.seconds)} per second`,
  );
});

console.log("   pages   heap MB    rss MB  external  descriptors");
const mega = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(10);
for (const { done, heap, rss, external, descriptors } of samples) {
  console.log(
    `${String(done).padStart(8)}${mega(heap)}${mega(rss)}${mega(external)}${String(descriptors).padStart(13)}`,
  );
}
site.disconnect();
site.kill();
await new Promise((resolve) => setImmediate(resolve));
console.log(`descriptors ${descriptorsBefore} before, ${descriptors()} after`);
console.log(
  `resources before: ${resourcesBefore.join(" ")}; after: ${process.getActiveResourcesInfo().join(" ")}`,
);
rmSync(folder, { recursive: true });
