import { moveOnAfter } from "corio";
import { simulate } from "@corio/testing";
import { expect, test } from "vitest";
import { NOTHING } from "../../src/site/extract.ts";
import type { Page } from "../../src/site/page.ts";
import { bar, line, showProgress } from "../../src/report/progress.ts";
import { makeCrawl } from "../support/crawl.ts";

function halfDone(): ReturnType<typeof makeCrawl> {
  const crawl = makeCrawl();
  crawl.discover(["/1", "/2", "/3", "/4"]);
  for (const status of [200, 404]) {
    const path = crawl.frontier.getNowait();
    crawl.tally.add({
      ...NOTHING,
      path,
      status,
      error: null,
      type: "",
      bytes: 2048,
      elapsed: 1,
    } satisfies Page);
    crawl.frontier.taskDone();
  }
  return crawl;
}

test("the line tells what is done, known, waiting and broken", () => {
  expect(line(halfDone())).toMatch(/^2 of 4  [\d,]+ pages\/s  4.1 kB  2 queued  1 broken$/);
});

test("the bar is filled as far as the known pages are done", () => {
  expect(bar(halfDone())).toBe("[##########..........]");
  expect(bar(makeCrawl())).toBe("[....................]");
});

test("elsewhere than on a terminal there is a line each second", async () => {
  const written: string[] = [];
  await simulate(() =>
    moveOnAfter(3500, () => showProgress(halfDone(), { write: (text) => written.push(text) })),
  );
  expect(written.length).toBe(3);
  for (const text of written) expect(text).toMatch(/^2 of 4 .* broken\n$/);
});

test("on a terminal one line is written over and over, no longer than the terminal is wide, and is gone in the end", async () => {
  const written: string[] = [];
  const screen = { isTTY: true, columns: 40, write: (text: string) => written.push(text) };
  await simulate(() => moveOnAfter(350, () => showProgress(halfDone(), screen)));
  expect(written.length).toBe(4);
  for (const text of written.slice(0, -1))
    // oxlint-disable-next-line no-control-regex -- that is how a terminal is told to clear its line
    expect(text).toMatch(/^\r\x1b\[2K\[##########\.{10}\] 2 of 4 .{0,16}$/);
  expect(written.at(-1)).toBe("\r\x1b[2K");
});
