// One page at a time, in both dialects: what a server may answer, and what becomes of it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { call, currentScope, run, sleepForever } from "corio";
import {
  Application,
  html,
  HttpServiceUnavailable,
  redirect,
  Response,
  Session,
  withServer,
  type Server,
} from "@corio/http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Crawl } from "../src/crawl.ts";
import type { Page } from "../src/site/page.ts";
import { SiteFolder } from "../src/site/site-folder.ts";
import * as coroutines from "../src/worker.coroutine.ts";
import * as functions from "../src/worker.ts";
import { filesOf } from "./support/copy.ts";
import { makeCrawl } from "./support/crawl.ts";

let out = "";
beforeEach(() => (out = mkdtempSync(join(tmpdir(), "harvest-"))));
afterEach(() => rmSync(out, { recursive: true }));

function application(): Application {
  const app = new Application({ onError: () => undefined });
  let busy = 0;
  app.get("/plain.html", () => html(`<title>Plain</title><p>Two words</p><a href="/next.html">`));
  app.get("/index.html", () => html("<title>Start</title>"));
  app.get("/", () => redirect("/index.html"));
  app.get("/moved.html", () => redirect("/plain.html", 308));
  app.get("/away.html", () => redirect("https://b.test/x#y"));
  app.get("/around.html", () => redirect("/around.html"));
  app.get("/busy.html", () => {
    busy += 1;
    if (busy <= 2) throw new HttpServiceUnavailable();
    return html("at last");
  });
  app.get("/packed.html", () => {
    const headers = { "content-type": "text/html", "content-encoding": "gzip" };
    return new Response(gzipSync("<title>Packed</title>"), { headers });
  });
  app.get("/latin.html", () => {
    return new Response(Buffer.from("<title>Café</title>", "latin1"), {
      headers: { "content-type": "text/html; charset=latin1" },
    });
  });
  app.get("/silent.html", async () => await sleepForever());
  app.get("/cut.bin", () => new Response(cutOff()));
  app.get("/empty.bin", () => new Response(new Uint8Array()));
  return app;
}

// oxlint-disable-next-line require-await -- a stream has to be one
async function* cutOff(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(100_000);
  throw new Error("the disk is gone");
}

describe.each([
  ["functions", functions.bring],
  ["coroutines", coroutines.bring],
])("in the dialect of %s", (_, bringPage: (crawl: Crawl, path: string) => unknown) => {
  async function bring(
    path: string,
    options: { retries?: number; timeout?: number } = {},
  ): Promise<Page & { retried: number }> {
    return await run(() =>
      withServer(application(), { host: "127.0.0.1", port: 0, grace: 0 }, async ({ url: origin }: Server) => {
        const session = currentScope().use(new Session());
        const limits = { concurrency: 1, limit: Infinity, timeout: 5000, retries: 0, ...options };
        const crawl = makeCrawl({ origin, session, options: limits, folder: new SiteFolder(out) });
        const page = (await call(bringPage, crawl, path)) as Page;
        return { ...page, retried: crawl.tally.retries };
      }),
    );
  }

  test("a page is saved and read", async () => {
    expect(await bring("/plain.html")).toMatchObject({
      ...{ path: "/plain.html", status: 200, error: null, type: "text/html", bytes: 57 },
      ...{ title: "Plain", text: "Two words", words: 2, links: ["/next.html"] },
    });
    expect(readFileSync(join(out, "plain.html"), "utf8")).toBe(
      `<title>Plain</title><p>Two words</p><a href="/next.html">`,
    );
  });

  test("a page that is not there is no failure, and has no file", async () => {
    expect(await bring("/gone.html", { retries: 3 })).toMatchObject({
      status: 404,
      error: null,
      bytes: null,
      links: [],
      retried: 0,
    });
    expect(filesOf(out).size).toBe(0);
  });

  test("a redirect is a link, also out of the site", async () => {
    expect(await bring("/moved.html")).toMatchObject({ status: 308, bytes: null, links: ["/plain.html"] });
    expect(await bring("/away.html")).toMatchObject({
      status: 302,
      bytes: null,
      links: ["https://b.test/x"],
    });
    expect(filesOf(out).size).toBe(0);
  });

  test("a redirect to what counts as the same page is followed, and one to itself is given up", async () => {
    expect(await bring("/")).toMatchObject({ path: "/", status: 200, title: "Start" });
    expect([...filesOf(out).keys()]).toEqual(["index.html"]);
    expect(await bring("/around.html")).toMatchObject({
      bytes: null,
      error: expect.stringMatching(/redirect/i) as string,
    });
  });

  test("a server's own trouble is tried again, as often as is allowed", async () => {
    expect(await bring("/busy.html", { retries: 2 })).toMatchObject({ status: 200, error: null, retried: 2 });
    expect(await bring("/busy.html", { retries: 1 })).toMatchObject({ status: 503, bytes: null, retried: 1 });
  });

  test("a page that takes too long is given up, and said to be", async () => {
    const page = await bring("/silent.html", { timeout: 50, retries: 1 });
    expect(page).toMatchObject({
      status: null,
      bytes: null,
      retried: 1,
      error: expect.stringContaining("50 ms") as string,
    });
  });

  test("a file that breaks off is not kept in part", async () => {
    const page = await bring("/cut.bin");
    expect(page).toMatchObject({ status: null, bytes: null });
    expect(page.error).not.toBeNull();
    expect(filesOf(out).size).toBe(0);
  });

  test("an empty file is a file", async () => {
    expect(await bring("/empty.bin")).toMatchObject({ status: 200, bytes: 0 });
    expect(filesOf(out).get("empty.bin")?.length).toBe(0);
  });

  test("a packed page is unpacked, and a page of another charset kept as it came", async () => {
    expect(await bring("/packed.html")).toMatchObject({ title: "Packed", bytes: 21 });
    expect(filesOf(out).get("packed.html")?.toString()).toBe("<title>Packed</title>");
    expect(await bring("/latin.html")).toMatchObject({ title: "Café", bytes: 19 });
    expect(filesOf(out).get("latin.html")).toEqual(Buffer.from("<title>Café</title>", "latin1"));
  });
});
