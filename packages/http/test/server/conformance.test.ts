// What must be refused, on raw sockets, in one packet and one byte at a time. The first table is what node's parser lets
// through and the server's own gate refuses; the second is what node refuses, to see that nothing was switched off.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "corio";
import { Application, withServer } from "@corio/http";
import { rawExchange, statuses } from "../support/raw-client.ts";

let port: number;
let handled = 0;
let finish = (): void => {};
let ended: Promise<unknown>;

beforeAll(async () => {
  const app = new Application().route("*", "/*", function* (request) {
    handled += 1;
    // Read to its end, so that an answer never goes out before a fault in the body or its trailers is seen.
    yield* request.read();
    return request.url;
  });
  await new Promise<void>((listening) => {
    ended = Promise.resolve(
      run(() =>
        withServer(app, { port: 0, host: "127.0.0.1", headersTimeout: 5000 }, async (server) => {
          port = server.port;
          listening();
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }),
      ),
    );
  });
});
afterAll(async () => {
  finish();
  await ended;
});

const host = "Host: a\r\n";
const many = Array.from({ length: 200 }, (_, i) => `X-${i}: y\r\n`).join("");

const gate: [string, string, number][] = [
  ["two Host headers", `GET / HTTP/1.1\r\n${host}Host: b\r\n\r\n`, 400],
  ["two equal Host headers", `GET / HTTP/1.1\r\n${host}${host}\r\n`, 400],
  ["a Host with a path and user", "GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n", 400],
  ["a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
  ["a Host with a long port", "GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", 400],
  ["HTTP/0.9", "GET /\r\n\r\n", 505],
  ["HTTP/2.0", `GET / HTTP/2.0\r\n${host}\r\n`, 505],
  ["Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  ["the target * with GET", `GET * HTTP/1.1\r\n${host}\r\n`, 400],
  ["a target that is no path", `GET foo HTTP/1.1\r\n${host}\r\n`, 400],
  ["a target of another host", `GET http://evil/ HTTP/1.1\r\n${host}\r\n`, 400],
  ["more than 128 headers", `GET / HTTP/1.1\r\n${host}${many}\r\n`, 431],
  ["a path that does not decode", `GET /%zz HTTP/1.1\r\n${host}\r\n`, 400],
];

const parser: [string, string, number][] = [
  [
    "Content-Length and chunks",
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`, 400],
  ["a signed length", `POST / HTTP/1.1\r\n${host}Content-Length: +3\r\n\r\nabc`, 400],
  ["a list of lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 3, 3\r\n\r\nabc`, 400],
  ["an unknown coding", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n`, 400],
  ["a coding after chunked", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked, identity\r\n\r\n`, 400],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["a space before the colon", `GET / HTTP/1.1\r\n${host}A : b\r\n\r\n`, 400],
  ["a folded header", `GET / HTTP/1.1\r\n${host}A: b\r\n c\r\n\r\n`, 400],
  ["a bare LF", `GET / HTTP/1.1\nHost: a\n\n`, 400],
  ["a NUL in a header", `GET / HTTP/1.1\r\n${host}A: b\0c\r\n\r\n`, 400],
  ["an empty header name", `GET / HTTP/1.1\r\n${host}: b\r\n\r\n`, 400],
  ["HTTP/1.2", `GET / HTTP/1.2\r\n${host}\r\n`, 400],
  ["an unknown method", `FOO / HTTP/1.1\r\n${host}\r\n`, 400],
  ["a space in the target", `GET /a b HTTP/1.1\r\n${host}\r\n`, 400],
  ["bytes beyond ASCII in the target", `GET /\xff HTTP/1.1\r\n${host}\r\n`, 400],
  ["a negative chunk", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n-1\r\n`, 400],
  [
    "a Content-Length in trailers",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n`,
    400,
  ],
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01", 400],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["an unknown expectation", `GET / HTTP/1.1\r\n${host}Expect: tea\r\nConnection: close\r\n\r\n`, 417],
];

describe.each([
  ["in one packet", false],
  ["one byte at a time", true],
])("%s", (_how, slowly) => {
  describe("the gate refuses", () => {
    test.each(gate)("%s", async (_name, bytes, status) => {
      const before = handled;
      expect(statuses(await rawExchange(port, bytes, { slowly }))).toEqual([status]);
      expect(handled).toBe(before);
    });
  });

  describe("the parser refuses", () => {
    test.each(parser)("%s", async (_name, bytes, status) => {
      const answer = await rawExchange(port, bytes, { slowly });
      expect(statuses(answer).at(-1) ?? 0).toBe(status);
    });
  });

  test.each([
    ["an absolute target of this host", `GET http://a/b?c HTTP/1.1\r\n${host}`, "http://a/b?c"],
    ["an IPv6 host", "GET /x HTTP/1.1\r\nHost: [::1]:80\r\n", "http://[::1]:80/x"],
    ["HTTP/1.0 without a host", "GET /x HTTP/1.0\r\n", "http://localhost/x"],
    // The path that other servers take for a host.
    ["a path with two slashes", `GET //evil/x HTTP/1.1\r\n${host}`, "http://a//evil/x"],
    ["dots, left as they are", `GET /a/../b HTTP/1.1\r\n${host}`, "http://a/a/../b"],
  ])("passes %s", async (_name, head, url) => {
    const answer = await rawExchange(port, `${head}Connection: close\r\n\r\n`, { slowly });
    expect(statuses(answer)).toEqual([200]);
    expect(answer.endsWith(`\r\n\r\n${url}`)).toBe(true);
  });

  test("an upgrade that is not taken ends the connection: what is glued behind it is no request", async () => {
    const upgrade = `GET /u HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: x\r\n\r\n`;
    const answer = await rawExchange(port, `${upgrade}GET /smuggled HTTP/1.1\r\n${host}\r\n`, { slowly });
    expect(statuses(answer)).toEqual([200]);
    expect(answer).not.toContain("smuggled");
  });
});
