import { expect, test } from "vitest";
import { makeCrawl } from "./support/crawl.ts";

test("each path of the site is put in the frontier once, whoever finds it", () => {
  const crawl = makeCrawl();
  crawl.discover(["/", "/a", "http://b.test/", "/a"]);
  crawl.discover(["/b", "/"]);
  expect(Array.from({ length: crawl.frontier.qsize() }, () => crawl.frontier.getNowait())).toEqual([
    "/",
    "/a",
    "/b",
  ]);
});

test("what is done is not found again, and what robots must not read is counted", () => {
  const crawl = makeCrawl();
  crawl.markDone(["/", "/a"]);
  crawl.discover(["/", "/a", "/private/x", "/private/y", "/b"]);
  expect(Array.from({ length: crawl.frontier.qsize() }, () => crawl.frontier.getNowait())).toEqual(["/b"]);
  expect(crawl.tally).toMatchObject({ before: 2, forbidden: 2 });
});
