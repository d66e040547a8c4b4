import { expect, test } from "vitest";
import { NOTHING } from "../../src/site/extract.ts";
import { renderReport, type Findings } from "../../src/report/report.ts";
import { makeCrawl } from "../support/crawl.ts";

function findings(facts: Partial<Findings>): Findings {
  const crawl = makeCrawl();
  const page = {
    ...NOTHING,
    status: 200,
    error: null,
    type: "text/html",
    bytes: 1500,
    words: 7,
    links: ["/a", "/b"],
  };
  crawl.tally.add({ ...page, path: "/quick.html", elapsed: 12 });
  crawl.tally.add({ ...page, path: "/slow.html", elapsed: 1234 });
  return { crawl, out: "copy", seconds: 0.5, broken: [], sample: null, complete: true, ...facts };
}

test("the report of a harvest tells what was done, and leaves out what did not happen", () => {
  expect(renderReport(findings({}))).toBe(`Harvested http://a.test/ into copy
  pages and files   2 in 500 ms, 4 per second
  bytes             3.0 kB
  words             14
  links             4

Slowest
     1.2 s  /slow.html
     12 ms  /quick.html
`);
});

test("the report names broken links with the pages that hold them, the first ten", () => {
  const gone = { path: "/gone.html", status: 404, error: null, count: 5, holders: ["/a", "/b", "/c"] };
  const silent = { path: "/silent.html", status: null, error: "no answer", count: 1, holders: ["/a"] };
  const start = { path: "/", status: 500, error: "500 for GET /", count: 0, holders: [] };
  const report = renderReport(
    findings({ broken: [gone, silent, start, ...Array.from({ length: 9 }, () => gone)] }),
  );
  expect(report).toContain("       404  /gone.html  on /a, /b, /c and 2 more\n");
  expect(report).toContain("      none  /silent.html  on /a  (no answer)\n");
  expect(report).toContain("       500  /  the start page\n");
  expect(report.match(/gone\.html/g)?.length).toBe(8);
  expect(report).toContain("  and 2 more\n");
});

test("the report calls an estimate an estimate", () => {
  expect(renderReport(findings({ sample: { pages: 25, estimate: 4000 } }))).toContain(
    `One request at a time the same would take about 4.0 s, 8.0 times as long: an estimate,
from 25 pages fetched again one by one, the slowest among them.`,
  );
});

test("the report of an interrupted harvest says so, and manages without the database", () => {
  const report = renderReport(findings({ complete: false, broken: null }));
  expect(report).toMatch(/^Stopped on the way: http:\/\/a\.test\/ into copy\n/);
  expect(report).toContain("Run it again, and it goes on from here.\n");
  expect(report).toContain("Broken links: the database does not answer.\n");
});
