import { expect, test } from "vitest";
import { NOTHING } from "../../src/site/extract.ts";
import type { Page } from "../../src/site/page.ts";
import { Tally } from "../../src/report/tally.ts";

function page(path: string, facts: Partial<Page>): Page {
  return { ...NOTHING, path, status: 200, error: null, type: "text/html", bytes: 10, elapsed: 1, ...facts };
}

test("a tally sums up pages, and keeps the five slowest without their text", () => {
  const tally = new Tally();
  tally.add(page("/ok", { words: 3, links: ["/a", "/b"], text: "one two three" }));
  tally.add(page("/gone", { status: 404, bytes: null, elapsed: 9 }));
  tally.add(page("/silent", { status: null, error: "no answer", bytes: null, elapsed: 5 }));
  for (let i = 2; i <= 7; i += 1) tally.add(page(`/${i}`, { elapsed: i }));
  expect(tally).toMatchObject({ bytes: 70, words: 3, links: 2, broken: 2 });
  expect(tally.paths.length).toBe(9);
  expect(tally.slowest.map(({ path }) => path)).toEqual(["/gone", "/7", "/6", "/silent", "/5"]);
  expect(tally.slowest.every(({ text, links }) => text === "" && links.length === 0)).toBe(true);
});
