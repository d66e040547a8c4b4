// What was done: a table at the end, or as far as it went.
import { join } from "node:path";
import type { Crawl } from "../crawl.ts";
import { count, size, time } from "./figures.ts";
import { measureSample, type Sample } from "./sample.ts";
import type { BrokenLink, Store } from "../store.ts";
import { isTrouble } from "../trouble.ts";

interface Harvested {
  readonly crawl: Crawl;
  readonly store: Store;
  readonly out: string;
  /** Whether nothing is left to be done. */
  readonly complete: boolean;
}

/** Makes the report, with what the database knows of broken links, and with an estimate if all is done. */
export async function report({ crawl, store, out, complete }: Harvested): Promise<string> {
  const { seconds } = crawl.tally;
  let broken: BrokenLink[] | null = null;
  try {
    broken = await store.brokenLinks();
  } catch (error) {
    if (!isTrouble(error)) throw error;
    // The database is what went away: the rest can be told all the same.
  }
  const sample = complete ? await measureSample(crawl, store, join(out, ".harvest", "sample")) : null;
  return renderReport({ crawl, out, seconds, broken, sample, complete });
}

export interface Findings {
  readonly crawl: Crawl;
  readonly out: string;
  /** How long it took. */
  readonly seconds: number;
  /** Null: the database could not say. */
  readonly broken: readonly BrokenLink[] | null;
  readonly sample: Sample | null;
  readonly complete: boolean;
}

const MOST_BROKEN = 10;

export function renderReport({ crawl, out, seconds, broken, sample, complete }: Findings): string {
  const { tally } = crawl;
  const done = tally.paths.length;
  const rows: [string, string][] = [
    ["pages and files", `${count(done)} in ${time(seconds * 1000)}, ${count(done / seconds)} per second`],
    ["here before", count(tally.before)],
    ["bytes", size(tally.bytes)],
    ["words", count(tally.words)],
    ["links", count(tally.links)],
    ["broken", count(tally.broken)],
    ["retries", count(tally.retries)],
    ["not for robots", count(tally.forbidden)],
    ["beyond the limit", count(tally.beyond)],
  ];
  const always = new Set(["pages and files", "bytes", "words", "links"]);
  const text = [
    `${complete ? "Harvested" : "Stopped on the way:"} ${crawl.origin}/ into ${out}`,
    ...rows
      .filter(([name, value]) => always.has(name) || value !== "0")
      .map(([name, value]) => `  ${name.padEnd(18)}${value}`),
  ];
  if (!complete) text.push("Run it again, and it goes on from here.");
  if (tally.slowest.length > 0) {
    text.push(
      "",
      "Slowest",
      ...tally.slowest.map((page) => `  ${time(page.elapsed).padStart(8)}  ${page.path}`),
    );
  }
  if (broken === null) text.push("", "Broken links: the database does not answer.");
  else if (broken.length > 0) text.push("", "Broken links", ...broken.slice(0, MOST_BROKEN).map(brokenLine));
  if (broken !== null && broken.length > MOST_BROKEN)
    text.push(`  and ${count(broken.length - MOST_BROKEN)} more`);
  if (sample !== null) text.push("", sampleLine(sample, seconds));
  return `${text.join("\n")}\n`;
}

function brokenLine({ path, status, error, holders, count: links }: BrokenLink): string {
  const more = links > holders.length ? ` and ${count(links - holders.length)} more` : "";
  const on = holders.length === 0 ? "the start page" : `on ${holders.join(", ")}${more}`;
  return `  ${String(status ?? "none").padStart(8)}  ${path}  ${on}${status === null && error !== null ? `  (${error})` : ""}`;
}

function sampleLine(sample: Sample, seconds: number): string {
  return (
    `One request at a time the same would take about ${time(sample.estimate)}, ` +
    `${(sample.estimate / 1000 / seconds).toFixed(1)} times as long: an estimate,\n` +
    `from ${count(sample.pages)} pages fetched again one by one, the slowest among them.`
  );
}
