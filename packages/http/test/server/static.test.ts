import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "corio";
import { Application, withServer } from "@corio/http";
import { mediaTypeOf } from "../../src/server/media-types.ts";
import { safeNames } from "../../src/server/static-file.ts";
import { rawExchange, statuses } from "../support/raw-client.ts";
import { served } from "../support/served.ts";

let top: string;
let app: Application;
const big = Buffer.alloc(300_000, "0123456789");
const MODIFIED = new Date("2024-01-02T03:04:05.678Z");

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "corio-static-"));
  const root = join(top, "root");
  mkdirSync(join(root, "sub"), { recursive: true });
  mkdirSync(join(root, "empty"));
  mkdirSync(join(root, ".git"));
  mkdirSync(join(top, "root-sibling"));
  writeFileSync(join(top, "secret.txt"), "secret");
  writeFileSync(join(top, "root-sibling", "s.txt"), "secret");
  writeFileSync(join(root, "a.txt"), "hello");
  writeFileSync(join(root, "ä b.txt"), "umlaut");
  writeFileSync(join(root, "none.txt"), "");
  writeFileSync(join(root, "big.bin"), big);
  writeFileSync(join(root, ".env"), "secret");
  writeFileSync(join(root, ".git", "config"), "secret");
  writeFileSync(join(root, "sub", "index.html"), "<h1>sub</h1>");
  utimesSync(join(root, "a.txt"), MODIFIED, MODIFIED);
  symlinkSync("../secret.txt", join(root, "out.txt"));
  symlinkSync("..", join(root, "outdir"));
  symlinkSync("../root-sibling", join(root, "sibling"));
  symlinkSync("a.txt", join(root, "inside.txt"));
  symlinkSync("loop", join(root, "loop"));
  execFileSync("mkfifo", [join(root, "fifo")]);
  app = new Application({ onError: () => {} }).static("/s", root, { cacheControl: "max-age=60" });
});
afterAll(() => rmSync(top, { recursive: true }));

describe("static files", () => {
  test("are served with type, length and validators", async () => {
    await served(app, async (_server, session) => {
      const response = await session.get("/s/a.txt");
      expect([response.status, await response.text()]).toEqual([200, "hello"]);
      expect(response.headers.toJSON()).toMatchObject({
        "content-type": "text/plain; charset=utf-8",
        "content-length": "5",
        "last-modified": "Tue, 02 Jan 2024 03:04:05 GMT",
        "accept-ranges": "bytes",
        "cache-control": "max-age=60",
        "x-content-type-options": "nosniff",
      });
      expect(await (await session.get("/s/%C3%A4%20b.txt")).text()).toBe("umlaut");
      expect((await (await session.get("/s/big.bin")).read()).equals(big)).toBe(true);
      expect((await session.get("/s/none.txt")).contentLength).toBe(0);
      expect(await (await session.get("/s/inside.txt")).text()).toBe("hello");
      expect((await session.head("/s/a.txt")).contentLength).toBe(5);
      expect((await session.post("/s/a.txt")).status).toBe(405);
    });
  });

  test.each([
    "/s/../secret.txt",
    "/s/%2e%2e/secret.txt",
    "/s/..%2fsecret.txt",
    "/s/..%5csecret.txt",
    "/s/..\\secret.txt",
    "/s/sub/../../secret.txt",
    "/s/./a.txt",
    "/s//a.txt",
    "/s/a.txt/",
    "/s/a.txt/x",
    "/s/a.txt%00.html",
    "/s/%00",
    "/s/out.txt",
    "/s/outdir/secret.txt",
    "/s/sibling/s.txt",
    "/s/loop",
    "/s/fifo",
    "/s/.env",
    "/s/.git/config",
    "/s/%2eenv",
    "/s/c:/a.txt",
    "/s/a.txt::$DATA",
    "/s/a.txt.",
    "/s/a.txt%20",
    "/s/~",
    "/s/empty/",
    "/s/",
    "/s/none",
    `/s/${"x".repeat(300)}`,
    "/s//etc/passwd",
    "/s/%2fetc%2fpasswd",
  ])("are not found at %s", async (path) => {
    await served(app, async (server) => {
      const bytes = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      const answer = await rawExchange(server.port, bytes);
      expect(statuses(answer)).toEqual([404]);
      expect(answer).not.toContain("secret");
      expect(answer).not.toContain(top);
    });
  });

  test("of a directory are its index, after a redirect that stays on this host", async () => {
    await served(app, async (_server, session) => {
      const direct = await session.get("/s/sub", { allowRedirects: false });
      expect([direct.status, direct.headers.get("location")]).toEqual([308, "./sub/"]);
      const followed = await session.get("/s/sub");
      expect([followed.status, await followed.text(), followed.contentType]).toEqual([
        200,
        "<h1>sub</h1>",
        "text/html",
      ]);
    });
  });

  test.each([
    [{}, 200, "hello", null],
    [{ range: "bytes=1-3" }, 206, "ell", "bytes 1-3/5"],
    [{ range: "bytes=-2" }, 206, "lo", "bytes 3-4/5"],
    [{ range: "bytes=9-" }, 416, "", "bytes */5"],
    [{ range: "bytes=0-0,2-2" }, 200, "hello", null],
    [{ range: "bytes=1-3", "if-range": '"other"' }, 200, "hello", null],
    [{ "if-modified-since": "Tue, 02 Jan 2024 03:04:05 GMT" }, 304, "", null],
    [{ "if-unmodified-since": "Tue, 02 Jan 2024 03:04:04 GMT" }, 412, "", null],
    [{ "if-none-match": '"other"' }, 200, "hello", null],
  ])("heed %j", async (headers, status, body, range) => {
    await served(app, async (_server, session) => {
      const response = await session.get("/s/a.txt", { headers });
      expect([response.status, await response.text(), response.headers.get("content-range")]).toEqual([
        status,
        body,
        range,
      ]);
    });
  });

  test("are not sent again to who has them", async () => {
    await served(app, async (_server, session) => {
      const etag = (await session.get("/s/a.txt")).headers.get("etag")!;
      const response = await session.get("/s/a.txt", { headers: { "if-none-match": etag } });
      expect([response.status, response.headers.get("etag")]).toEqual([304, etag]);
      const stale = await session.get("/s/a.txt", { headers: { "if-match": '"x"' } });
      expect(stale.status).toBe(412);
    });
  });

  test("that shrink while they are sent break the response off", async () => {
    const path = join(top, "root", "shrinking.bin");
    const size = 64 * 1024 * 1024;
    writeFileSync(path, Buffer.alloc(1));
    truncateSync(path, size);
    await run(() =>
      withServer(app, { port: 0, host: "127.0.0.1" }, async (server) => {
        const { Session } = await import("@corio/http");
        const session = new Session({ baseUrl: server.url });
        const response = await session.get("/s/shrinking.bin");
        await response.content.readChunk();
        truncateSync(path, 100);
        await expect(response.content.readAll()).rejects.toMatchObject({ code: "HTTP_PAYLOAD" });
        await session.close();
      }),
    );
  });
});

test("safeNames() takes plain names only", () => {
  expect(safeNames(["a", "b"])).toEqual(["a", "b"]);
  expect(safeNames(["a", ""])).toEqual(["a"]);
  for (const name of ["..", ".", "", ".x", "a/b", "a\\b", "c:", "a\0", "a ", "a.", "\x7f"]) {
    expect(safeNames([name, "x"])).toBeNull();
  }
});

test.each([
  ["a.html", "text/html; charset=utf-8"],
  ["a.JS", "text/javascript; charset=utf-8"],
  ["a.json", "application/json"],
  ["a.svg", "image/svg+xml"],
  ["a.woff2", "font/woff2"],
  ["a.wasm", "application/wasm"],
  ["a.xml", "text/xml; charset=utf-8"],
  ["a", "application/octet-stream"],
  ["a.unheard-of", "application/octet-stream"],
])("mediaTypeOf(%j)", (path, type) => {
  expect(mediaTypeOf(path)).toBe(type);
});
