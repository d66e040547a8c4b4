// What cannot be used gets one line and exit code 2, and nothing is left behind.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { freshDatabase } from "./support/database.ts";
import { runProgram } from "./support/program.ts";
import { withSite } from "./support/site.ts";

// Programs and databases are started again and again.
vi.setConfig({ testTimeout: 60_000 });

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "harvest-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function expectRefused(args: readonly string[], message: RegExp): Promise<void> {
  const before = readdirSync(folder);
  expect(await runProgram(args, { cwd: folder })).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^harvest: ${message.source}\n$`)) as string,
  });
  expect(readdirSync(folder)).toEqual(before);
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("not a URL", () => expectRefused(["nonsense"], /"nonsense" is not an http:\/\/ or https:\/\/ URL/));
test("an unknown flag", () => expectRefused(["--speed", "9"], /Unknown option '--speed' \(see --help\)/));
test("a flag's bad value", () => expectRefused(["--limit", "x"], /--limit must be .*, not "x"/));
test("a database of another kind", () =>
  expectRefused(["--database", "mysql://x"], /--database must begin with .*/));
test("a search for nothing", () => expectRefused(["search"], /search needs the words to look for/));
test("a search where nothing was harvested", () =>
  expectRefused(["search", "x"], /nothing was harvested into site/));

test("a host that does not answer", async () => {
  const port = await closedPort();
  await expectRefused(
    [`http://127.0.0.1:${port}/`],
    new RegExp(`http://127.0.0.1:${port} does not answer: .*`),
  );
});

test("a host that does not exist", () =>
  expectRefused(["http://nowhere.invalid/"], /http:\/\/nowhere\.invalid does not answer: .*/));

test("a host that accepts and says nothing", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await expectRefused(
    [`http://127.0.0.1:${port}/`, "--timeout", "200"],
    /http:\/\/127\.0\.0\.1:\d+ does not answer: .*200 ms.*/,
  );
  server.close();
});

test("a folder that cannot be", async () => {
  writeFileSync(join(folder, "file"), "");
  await expectRefused(["--out", "file"], /file is not a folder/);
  await expectRefused(["--out", "file/site"], /\S+file is not a folder/);
});

test("a folder that may not be written", async () => {
  // A system's own folder that refuses even its administrator.
  if (!existsSync("/proc/self")) return;
  await expectRefused(
    ["--out", "/proc/self/site", "--database", `pglite:${join(folder, "db")}`],
    /.*\/proc\/self.*/,
  );
});

test("a database that is not there", async () => {
  const port = await closedPort();
  await withSite({ pages: 1 }, async (site) => {
    await expectRefused(
      [site.url, "--database", `postgres://u@127.0.0.1:${port}/x`],
      new RegExp(`.*127.0.0.1.*${port}.*`),
    );
    const { host, port: real, user } = inject("postgres");
    await expectRefused(
      [site.url, "--database", `postgres://${user}@${host}:${real}/absent`],
      /.*"absent" does not exist.*/,
    );
  });
});

test("a wrong password", async () => {
  const { host, port, scramUser, database } = inject("postgres");
  await withSite({ pages: 1 }, async (site) => {
    const address = `postgres://${scramUser}:wrong@${host}:${port}/${database}`;
    await expectRefused([site.url, "--database", address], /password authentication failed for user "scram"/);
  });
});

test("a database that indexes another site", async () => {
  const database = await freshDatabase();
  await withSite({ pages: 1 }, async (one) => {
    expect(await runProgram([one.url, "--database", database], { cwd: folder })).toMatchObject({ code: 0 });
    await withSite({ pages: 1 }, async (other) => {
      await expectRefused(
        [other.url, "--database", database, "--out", "other"],
        /the database already indexes http:\S+, not http:\S+: choose another --out or --database/,
      );
    });
  });
});
