// The whole program: a harvest of the built-in site, in both dialects of the worker, into both kinds of database.
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { filesOf, indexOf } from "./support/copy.ts";
import { freshDatabase } from "./support/database.ts";
import { expectedFiles } from "./support/expected.ts";
import { runProgram } from "./support/program.ts";
import { withSite } from "./support/site.ts";

// Programs and databases are started again and again.
vi.setConfig({ testTimeout: 60_000 });

let folder = "";
let out = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harvest-"));
  out = join(folder, "site");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Everything of the site, and nothing else: told from its own source. */
async function expectWholeSite(database: string, pages: number): Promise<void> {
  const expected = expectedFiles(pages);
  const files = filesOf(out);
  const bytes = new Map([...files].map(([name, content]) => [name, content.length]));
  for (const [name, content] of expected) {
    expect(files.get(name)?.equals(content), `${name} is as the site has it`).toBe(true);
    files.delete(name);
  }
  expect([...files.keys()].sort()).toEqual(["busy.html", "slow.html"]);

  const index = await indexOf(database);
  const whole = index.pages.filter((page) => page.status === 200);
  expect(whole.length).toBe(expected.size + 2);
  expect(index.pages.filter((page) => page.status !== 200).map((page) => [page.path, page.status])).toEqual([
    ["/gone.html", 404],
    ...(pages > 7 ? [["/lost/1.html", 404]] : []),
    ["/moved.html", 301],
  ]);
  for (const page of whole)
    expect(page.bytes).toBe(bytes.get(page.path === "/" ? "index.html" : page.path.slice(1)));
  expect(whole.find((page) => page.path === "/")?.title).toBe("The built-in site");
  expect(whole.find((page) => page.path === "/slow.html")?.words).toBe(12);
  expect(index.links).toContain("/moved.html -> /pages/1.html");
  expect(index.links).toContain("/style.css -> /images/paper.svg");
  expect(index.links).toContain("/pages/7.html -> https://example.com/");
  expect(index.links).toContain("/ -> /private/diary.html");
}

describe.each(["functions", "coroutines"])("with a worker of %s", (dialect) => {
  test("the built-in site is copied and indexed, into an embedded database", async () => {
    await withSite({ pages: 40 }, async (site) => {
      const ended = await runProgram([site.url, "--out", out], { dialect });
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      await expectWholeSite(`pglite:${out}/.harvest/db`, 40);
      expect(ended.stdout).toMatch(/^Harvested http:\S+ into \S+site\n {2}pages and files {3}50 in /);
      expect(ended.stdout).toContain("       404  /lost/1.html  on /pages/7.html\n");
      expect(ended.stdout).toContain("One request at a time the same would take about ");
    });
  });

  test("the built-in site is copied and indexed, into a PostgreSQL server, each page asked for once", async () => {
    const database = await freshDatabase();
    await withSite({ pages: 40 }, async (site) => {
      let atTheEnd: string[] = [];
      const program = runProgram([site.url, "--out", out, "--database", database, "--concurrency", "64"], {
        dialect,
      });
      expect(await program).toMatchObject({ code: 0, stderr: "" });
      await expectWholeSite(database, 40);
      // Then the sample asks again.
      atTheEnd = site.requests.slice(0, 1 + 50 + 1);
      expect(atTheEnd.filter((path) => path !== "/busy.html").length).toBe(new Set(atTheEnd).size - 1);
      expect(atTheEnd.filter((path) => path === "/busy.html").length).toBe(2);
      expect(site.requests).not.toContain("/private/diary.html");
    });
  });
});

test("a second run fetches nothing again, but for files that are not there as they were", async () => {
  const database = await freshDatabase();
  await withSite({ pages: 30 }, async (site) => {
    const args = [site.url, "--out", out, "--database", database];
    expect(await runProgram(args)).toMatchObject({ code: 0 });
    site.requests.length = 0;
    const again = await runProgram(args);
    expect(again).toMatchObject({ code: 0 });
    expect(site.requests).toEqual(["/robots.txt"]);
    expect(again.stdout).toMatch(/pages and files {3}0 in .*\n {2}here before {7}40\n/);

    unlinkSync(join(out, "pages", "3.html"));
    writeFileSync(join(out, "pages", "4.html"), "cut off");
    expect(await runProgram(args)).toMatchObject({ code: 0 });
    expect(new Set(site.requests)).toEqual(new Set(["/robots.txt", "/pages/3.html", "/pages/4.html"]));
    await expectWholeSite(database, 30);
  });
});

test("a copy has no more pages than its limit, and grows when the limit does", async () => {
  const database = await freshDatabase();
  await withSite({ pages: 30 }, async (site) => {
    const args = [site.url, "--out", out, "--database", database];
    const first = await runProgram([...args, "--limit", "12"]);
    expect(first).toMatchObject({ code: 0 });
    expect((await indexOf(database)).pages.length).toBe(12);
    expect(first.stdout).toMatch(/beyond the limit {2}\d+\n/);
    expect(await runProgram([...args, "--limit", "15"])).toMatchObject({ code: 0 });
    expect((await indexOf(database)).pages.length).toBe(15);
    expect(await runProgram(args)).toMatchObject({ code: 0 });
    await expectWholeSite(database, 30);
  });
});

test("a page that is too slow or broken is given up, and tried again by the next run; the rest is not held up", async () => {
  const database = await freshDatabase();
  await withSite({ pages: 20 }, async (site) => {
    const args = [site.url, "--out", out, "--database", database];
    const ended = await runProgram([...args, "--timeout", "300", "--retries", "0"]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/ {6}none {2}\/slow\.html {2}on \/ {2}\(.*300 ms.*\)\n/);
    expect(ended.stdout).toContain("       503  /busy.html  on /\n");
    const failed = (await indexOf(database)).pages.filter((page) => page.error !== null);
    expect(failed.map((page) => [page.path, page.status])).toEqual([
      ["/busy.html", 503],
      ["/slow.html", null],
    ]);
    expect(filesOf(out).has("slow.html")).toBe(false);
    expect(await runProgram(args)).toMatchObject({ code: 0 });
    await expectWholeSite(database, 20);
  });
});

test("what was harvested can be searched, in words as a web search has them", async () => {
  await withSite({ pages: 20 }, async (site) => {
    await runProgram([site.url, "--out", out]);
    const found = await runProgram(["search", "nobody", "waited", "--out", out]);
    expect(found).toEqual({
      code: 0,
      stdout: `Slow\n  ${out}/slow.html\n  «Nobody» «waited» for this page but the one who asked\n`,
      stderr: "",
    });
    const phrase = await runProgram(["search", '"bounded queue" -xylophone', "--out", out]);
    expect(phrase.stdout).toContain("«bounded» «queue»");
    expect(await runProgram(["search", "xylophone", "--out", out])).toMatchObject({
      code: 0,
      stdout: "No page says: xylophone\n",
    });
  });
});

test("npm start: without arguments the program serves a site and harvests it, twice the same one", async () => {
  const ended = await runProgram([], { cwd: folder });
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toMatch(/^Harvested http:\S+ into site\n {2}pages and files {3}132 in /);
  await expectBuiltIn();
  const again = await runProgram([], { cwd: folder });
  expect(again).toMatchObject({ code: 0 });
  expect(again.stdout).toMatch(/pages and files {3}0 in .*\n {2}here before {7}132\n/);
});

async function expectBuiltIn(): Promise<void> {
  const files = filesOf(out);
  for (const [name, content] of expectedFiles(120)) expect(files.get(name)?.equals(content), name).toBe(true);
}
