// Ctrl-C at chosen moments, and a site or a database that goes away: files are whole or absent, the index agrees, and
// running again ends as if nothing had been.
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response } from "@corio/http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { filePath } from "../src/site/urls.ts";
import { filesOf, indexOf, type Index } from "./support/copy.ts";
import { endConnections, freshDatabase } from "./support/database.ts";
import { expectedFiles } from "./support/expected.ts";
import { runProgram, startProgram } from "./support/program.ts";
import { withSite } from "./support/site.ts";

// Programs and databases are started again and again.
vi.setConfig({ testTimeout: 60_000 });

const PAGES = 60;

let folder = "";
let out = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harvest-"));
  out = join(folder, "site");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Each file is whole; each page that is recorded has its file, and each link its page. */
async function expectConsistent(database: string): Promise<Index> {
  const expected = expectedFiles(PAGES);
  const files = filesOf(out);
  for (const [name, content] of files) {
    if (name === "busy.html" || name === "slow.html") continue;
    expect(expected.get(name)?.equals(content), `${name} is whole`).toBe(true);
  }
  const index = await indexOf(database);
  for (const page of index.pages)
    if (page.bytes !== null) expect(files.get(filePath(page.path))?.length).toBe(page.bytes);
  const recorded = new Set(index.pages.map((page) => page.path));
  expect(index.links.map((link) => link.split(" -> ")[0]!).filter((page) => !recorded.has(page))).toEqual([]);
  return index;
}

async function expectWhole(database: string): Promise<void> {
  const index = await expectConsistent(database);
  expect(filesOf(out).size).toBe(expectedFiles(PAGES).size + 2);
  expect(index.pages.filter((page) => page.status === 200).length).toBe(expectedFiles(PAGES).size + 2);
}

describe.each(["functions", "coroutines"])("with a worker of %s", (dialect) => {
  // The first request is that for robots.txt; at the last moments, the slow page is under way alone.
  test.each([1, 2, 3, 14, 40, 68])(
    "Ctrl-C at request %i leaves nothing half done, and the next run goes on",
    async (moment) => {
      const database = await freshDatabase();
      await withSite({ pages: PAGES }, async (site) => {
        const args = [site.url, "--out", out, "--database", database];
        const program = startProgram(args, { dialect });
        site.onRequest = () => site.requests.length === moment && program.process.kill("SIGINT");
        const ended = await program.ended;
        expect(ended).toMatchObject({ code: 130, stderr: "" });
        site.onRequest = () => undefined;
        if (moment === 1) expect(ended.stdout).toBe("");
        else {
          expect(ended.stdout).toMatch(/^Stopped on the way: .*\n {2}pages and files .*\n/);
          const before = await expectConsistent(database);
          site.requests.length = 0;
          expect(await runProgram(args, { dialect })).toMatchObject({ code: 0 });
          for (const page of before.pages) expect(site.requests).not.toContain(page.path);
        }
        if (moment === 1) expect(await runProgram(args, { dialect })).toMatchObject({ code: 0 });
        await expectWhole(database);
      });
    },
  );
});

test("Ctrl-C in the midst of a large file leaves none of it", async () => {
  const database = await freshDatabase();
  await withSite({ pages: PAGES }, async (site) => {
    const program = startProgram([site.url, "--out", out, "--database", database]);
    const folder = join(out, "download");
    // It has no end; Ctrl-C comes when a part of it is seen on the disk.
    // oxlint-disable-next-line require-await -- a stream has to be one
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      while (!existsSync(folder) || readdirSync(folder).length === 0) yield new Uint8Array(64 * 1024);
      program.process.kill("SIGINT");
      for (;;) yield new Uint8Array(64 * 1024);
    };
    site.onRequest = (path) => (path === "/download/numbers.bin" ? new Response(endless()) : undefined);
    expect(await program.ended).toMatchObject({ code: 130, stderr: "" });
    expect(readdirSync(folder)).toEqual([]);
    await expectConsistent(database);
  });
});

test("Ctrl-C in the midst of an embedded database leaves it as a transaction left it", async () => {
  await withSite({ pages: PAGES }, async (site) => {
    const program = startProgram([site.url, "--out", out]);
    site.onRequest = () => site.requests.length === 30 && program.process.kill("SIGINT");
    expect(await program.ended).toMatchObject({ code: 130, stderr: "" });
    site.onRequest = () => undefined;
    await expectConsistent(`pglite:${out}/.harvest/db`);
    expect(await runProgram([site.url, "--out", out])).toMatchObject({ code: 0 });
    await expectWhole(`pglite:${out}/.harvest/db`);
  });
});

test("a database that goes away ends the run with one line and what was done, and the next run goes on", async () => {
  const database = await freshDatabase();
  await withSite({ pages: PAGES }, async (site) => {
    const args = [site.url, "--out", out, "--database", database];
    site.onRequest = () => (site.requests.length === 30 ? endConnections(database) : undefined);
    const ended = await runProgram(args);
    expect(ended.stderr).toMatch(/^harvest: .+\n$/);
    expect(ended.stdout).toMatch(
      /^Stopped on the way: [^]*\nBroken links: the database does not answer\.\n$/,
    );
    expect(ended.code).toBe(1);
    site.onRequest = () => undefined;
    await expectConsistent(database);
    expect(await runProgram(args)).toMatchObject({ code: 0 });
    await expectWhole(database);
  });
});

test("a site that goes away ends the run with one line and what was done, and no page is called broken for it", async () => {
  const database = await freshDatabase();
  const site = fork(new URL("./support/vanishing-site.ts", import.meta.url), [String(PAGES), "30"], {
    execArgv: ["--conditions=@corio/source"],
  });
  const url = await new Promise<string>((resolve) =>
    site.once("message", (message) => resolve(message as string)),
  );
  const ended = await runProgram([url, "--out", out, "--database", database, "--retries", "1"]);
  expect(ended.stderr).toMatch(/^harvest: http:\S+ does not answer: .+\n$/);
  expect(ended.stdout).toMatch(/^Stopped on the way: /);
  expect(ended.code).toBe(1);
  const index = await expectConsistent(database);
  expect(index.pages.filter((page) => page.error !== null)).toEqual([]);
});
