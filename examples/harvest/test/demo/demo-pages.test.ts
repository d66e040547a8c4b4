import { expect, test } from "vitest";
import { demoPage, numbers } from "../../src/demo/demo-pages.ts";
import { extractHtml } from "../../src/site/extract.ts";

test("the built-in site is one site: every page can be reached from its start, and is the same every time", () => {
  const reached = new Set(["/"]);
  for (const path of reached) {
    const page = path === "/" ? 0 : Number(/^\/pages\/(\d+)\.html$/.exec(path)?.[1] ?? Number.NaN);
    if (Number.isNaN(page)) continue;
    expect(demoPage(page, 300)).toBe(demoPage(page, 300));
    for (const target of extractHtml(demoPage(page, 300), `http://a.test${path}`).links) reached.add(target);
  }
  const pages = [...reached].filter((path) => path.startsWith("/pages/"));
  expect(pages.length).toBe(299);
  expect([...reached].filter((path) => path.startsWith("/lost/")).sort()).toEqual([
    "/lost/0.html",
    "/lost/1.html",
    "/lost/2.html",
  ]);
  expect(reached).toContain("/private/diary.html");
});

test("the large file comes in pieces that are the same every time", () => {
  const pieces = [...numbers(3)];
  expect(pieces.map((piece) => piece.length)).toEqual([16384, 16384, 16384]);
  expect(Buffer.concat(pieces).equals(Buffer.concat([...numbers(3)]))).toBe(true);
  expect(new Set(pieces[0]).size).toBeGreaterThan(100);
});
