// The program: npm start, npm start -- URL, npm start -- search WORDS.
import { main, TaskGroupError } from "corio";
import { withServer } from "@corio/http";
import { demoSite } from "./demo/demo-site.ts";
import { harvest } from "./harvest.ts";
import { parseCommandLine, USAGE, type Command, type HarvestOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { report } from "./report/report.ts";
import { search } from "./search.ts";
import { sitePath } from "./site/urls.ts";
import { BadInput, isTrouble } from "./trouble.ts";
import * as coroutines from "./worker.coroutine.ts";
import * as functions from "./worker.ts";

const LOCAL = { host: "127.0.0.1", port: 0, grace: 0 };
// Both do the same; the tests run both.
const { worker } = process.env["HARVEST_DIALECT"] === "coroutines" ? coroutines : functions;

await main(async () => {
  try {
    await run(parseCommandLine(process.argv.slice(2)));
    return 0;
  } catch (error) {
    return explain(error);
  }
});

async function run(command: Command): Promise<void> {
  if (command.kind === "help") print(`${USAGE}\n`);
  else if (command.kind === "search") print(await search(command));
  else if (command.start !== undefined) await harvestAndReport(command.start, command);
  else
    await withServer(demoSite({ latency: 25 }), LOCAL, ({ url }) => harvestAndReport(new URL(url), command));
}

async function harvestAndReport(url: URL, options: HarvestOptions): Promise<void> {
  const { crawl, store } = await prepare(url, options);
  let complete = false;
  try {
    await harvest({ crawl, store, worker, screen: process.stderr }, sitePath(url));
    complete = true;
  } finally {
    // Also after Ctrl-C, and when the site or the database went away: what was done so far.
    print(await report({ crawl, store, out: options.out, complete }));
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

/** One line and an exit code for trouble; a fault of the program, and a cancellation, go on to `main`. */
function explain(error: unknown): number {
  if (error instanceof TaskGroupError) return explain(error.errors[0]);
  if (!isTrouble(error)) throw error;
  process.stderr.write(`harvest: ${error.message}\n`);
  return error instanceof BadInput ? 2 : 1;
}
