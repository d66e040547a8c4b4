// How far the harvest is: a bar on a terminal, now and then a line elsewhere.
import { sleep } from "corio";
import type { Crawl } from "../crawl.ts";
import { count, size } from "./figures.ts";

export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows the progress of a crawl until it is cancelled. */
export async function showProgress(crawl: Crawl, screen: Screen): Promise<void> {
  const terminal = screen.isTTY === true;
  try {
    for (;;) {
      await sleep(terminal ? 100 : 1000);
      if (terminal)
        screen.write(`\r\x1b[2K${bar(crawl)} ${line(crawl)}`.slice(0, (screen.columns || 80) + 4));
      else screen.write(`${line(crawl)}\n`);
    }
  } finally {
    if (terminal) screen.write("\r\x1b[2K");
  }
}

/** The figures: done and known pages, speed, bytes, what waits, what failed. */
export function line({ tally, frontier, todo }: Crawl): string {
  const done = tally.paths.length;
  const known = done + frontier.statistics().unfinished;
  const waiting = frontier.qsize() + todo.qsize();
  const speed = done / Math.max(tally.seconds, 0.001);
  return `${count(done)} of ${count(known)}  ${count(speed)} pages/s  ${size(tally.bytes)}  ${count(waiting)} queued  ${count(tally.broken)} broken`;
}

/** The part of the known pages that is done. */
export function bar({ tally, frontier }: Crawl): string {
  const known = tally.paths.length + frontier.statistics().unfinished;
  const filled = known === 0 ? 0 : Math.round((tally.paths.length / known) * 20);
  return `[${"#".repeat(filled)}${".".repeat(20 - filled)}]`;
}
