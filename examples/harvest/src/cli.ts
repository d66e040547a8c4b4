// The program: npm start, npm start -- URL, npm start -- search WORDS.
import { CancelledError, main, TaskGroupError } from "corio";
import { withServer } from "@corio/http";
import { BadInput } from "./bad-input.ts";
import { demoSite } from "./demo-site.ts";
import { harvest } from "./harvest.ts";
import { parseCommandLine, USAGE, type HarvestOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { report } from "./report.ts";
import { search } from "./search.ts";
import { sitePath } from "./urls.ts";
import * as coroutines from "./worker.coroutine.ts";
import * as functions from "./worker.ts";

const LOCAL = { host: "127.0.0.1", port: 0, grace: 0 };
// Both do the same; the tests run both.
const { worker } = process.env["HARVEST_DIALECT"] === "coroutines" ? coroutines : functions;

await main(async () => {
  try {
    const command = parseCommandLine(process.argv.slice(2));
    if (command.kind === "help") process.stdout.write(`${USAGE}\n`);
    else if (command.kind === "search") process.stdout.write(await search(command));
    else if (command.start !== undefined) await harvestAndReport(command.start, command);
    else
      await withServer(demoSite({ latency: 25 }), LOCAL, ({ url }) =>
        harvestAndReport(new URL(url), command),
      );
    return 0;
  } catch (error) {
    return explain(error);
  }
});

async function harvestAndReport(url: URL, options: HarvestOptions): Promise<void> {
  const { crawl, store } = await prepare(url, options);
  let complete = false;
  try {
    await harvest({ crawl, store, worker, screen: process.stderr }, sitePath(url));
    complete = true;
  } finally {
    // Also after Ctrl-C, and when the site or the database went away: what was done so far.
    process.stdout.write(await report({ crawl, store, out: options.out, complete }));
  }
}

/** One line for what can go wrong out there, and its exit code. A fault of the program keeps its stack. */
function explain(error: unknown): number {
  if (error instanceof TaskGroupError) return explain(error.errors[0]);
  if (error instanceof CancelledError || !(error instanceof Error) || !("code" in error)) throw error;
  process.stderr.write(`harvest: ${error.message}\n`);
  return error instanceof BadInput ? 2 : 1;
}
