import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentScope, NoRunError, run } from "corio";
import {
  ClientResponseError,
  ContentTypeError,
  HeaderMap,
  InvalidRequestError,
  InvalidURL,
  NonHttpUrlError,
  PayloadTooLargeError,
  Session,
  SessionClosedError,
  withSession,
} from "@corio/http";
import { httpServer, until } from "../support/plain-server.ts";
import type { PlainServer } from "../support/plain-server.ts";

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

let server: PlainServer;

beforeAll(async () => {
  server = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const status = /^\/status\/(\d+)/.exec(url ?? "");
      response.statusCode = status === null ? 200 : Number(status[1]);
      response.setHeader(
        "content-type",
        url === "/latin1" ? "text/plain; charset=iso-8859-1" : "application/json",
      );
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      if (url === "/latin1") response.end(Buffer.from("gr\xfc\xdfe", "latin1"));
      else response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
    });
  });
});
afterAll(() => server.close());

describe("Session", () => {
  test("gets JSON in a coroutine", async () => {
    const echo = await run(function* () {
      return yield* withSession({ baseUrl: server.url }, function* (session) {
        const response = yield* session.get("/a?x=1", { params: { y: [1, 2], skip: undefined, z: "ä &" } });
        expect(response.status).toBe(200);
        expect(response.reason).toBe("OK");
        expect(response.ok).toBe(true);
        expect(response.contentType).toBe("application/json");
        expect(response.url).toBe(`${server.url}/a?x=1&y=1&y=2&z=%C3%A4+%26`);
        return yield* response.json<Echo>();
      });
    });
    expect(echo.url).toBe("/a?x=1&y=1&y=2&z=%C3%A4+%26");
    expect(echo.headers["accept-encoding"]).toContain("gzip");
  });

  test("gets JSON in an async function", async () => {
    await run(async () => {
      await withSession({ baseUrl: server.url }, async (session) => {
        const response = await session.get("/b");
        expect((await response.json<Echo>()).method).toBe("GET");
        // The body stays: it may be read again, in another form.
        expect(JSON.parse(await response.text())).toHaveProperty("url", "/b");
        let size = 0;
        for await (const chunk of await session.get("/b")) size += chunk.byteLength;
        expect(size).toBe((await response.read()).byteLength);
      });
    });
  });

  test("gives the response to a body of either dialect and closes it afterwards", async () => {
    await run(async () => {
      await withSession({ baseUrl: server.url }, async (session) => {
        const url = await session.get("/c", {}, async (response) => (await response.json<Echo>()).url);
        const method = await session.post("/c", {}, function* (response) {
          return (yield* response.json<Echo>()).method;
        });
        expect([url, method]).toEqual(["/c", "POST"]);
        expect(session.statistics().inUse).toBe(0);
      });
    });
  });

  test.each([
    ["json", { json: { a: 1 } }, "application/json", '{"a":1}'],
    ["text", { data: "ä" }, "text/plain; charset=utf-8", "ä"],
    ["bytes", { data: new Uint8Array([65, 66]) }, "application/octet-stream", "AB"],
    ["a form", { data: { a: 1, b: "x y" } }, "application/x-www-form-urlencoded", "a=1&b=x+y"],
    ["URLSearchParams", { data: new URLSearchParams("q=1") }, "application/x-www-form-urlencoded", "q=1"],
    ["an iterable", { data: ["a", "b", new Uint8Array([67])] }, "application/octet-stream", "abC"],
    ["a Blob", { data: new Blob(["hi"], { type: "text/css" }) }, "text/css", "hi"],
    ["a type of its own", { data: "x", headers: { "Content-Type": "a/b" } }, "a/b", "x"],
  ])("posts %s", async (_name, options, type, body) => {
    const echo = await run(() =>
      withSession({}, async (session) => (await session.post(server.url, options)).json<Echo>()),
    );
    expect(echo.body).toBe(body);
    expect(echo.headers["content-type"]).toBe(type);
  });

  test("posts what an async generator yields, which may await corio's operations", async () => {
    const { checkpoint } = await import("corio");
    async function* pieces(): AsyncGenerator<string> {
      for (const piece of ["one ", "two ", "three"]) {
        await checkpoint();
        yield piece;
      }
    }
    const inCoroutine = await run(function* () {
      return yield* withSession({}, function* (session) {
        return yield* (yield* session.post(server.url, { data: pieces() })).json<Echo>();
      });
    });
    expect(inCoroutine.body).toBe("one two three");
    expect(inCoroutine.headers["transfer-encoding"]).toBe("chunked");
  });

  test("throws what the iterable of the body throws, as it is", async () => {
    const failure = new Error("no more pieces");
    async function* pieces(): AsyncGenerator<string> {
      yield "one";
      throw failure;
    }
    await run(() =>
      withSession({}, async (session) => {
        await expect(session.post(server.url, { data: pieces() })).rejects.toBe(failure);
        expect(session.statistics().inUse).toBe(0);
      }),
    );
  });

  test("merges headers without regard to case, and sends Basic credentials", async () => {
    const echo = await run(() =>
      withSession({ baseUrl: server.url, headers: { "X-One": "1", "x-two": "2" } }, async (session) => {
        const url = server.url.replace("//", "//user:p%40ss@");
        return (await session.get(url, { headers: { "X-TWO": "3" } })).json<Echo>();
      }),
    );
    expect(echo.headers).toMatchObject({ "x-one": "1", "x-two": "3" });
    expect(echo.headers["authorization"]).toBe(`Basic ${btoa("user:p@ss")}`);
  });

  test("gives headers like web Headers", async () => {
    await run(() =>
      withSession({}, async (session) => {
        const { headers } = await session.get(server.url);
        expect(headers).toBeInstanceOf(HeaderMap);
        expect(headers.get("Content-Type")).toBe("application/json");
        expect(headers.get("absent")).toBeNull();
        expect(headers.get("constructor")).toBeNull();
        expect(headers.has("SET-COOKIE")).toBe(true);
        expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
        expect(new Headers([...headers]).get("content-type")).toBe("application/json");
      }),
    );
  });

  test("decodes text in the charset of the response", async () => {
    const text = await run(() => withSession({}, async (s) => (await s.get(`${server.url}/latin1`)).text()));
    expect(text).toBe("grüße");
  });

  test("raises for a status when asked", async () => {
    await run(() =>
      withSession({ baseUrl: server.url, raiseForStatus: true }, async (session) => {
        await expect(session.get("/status/404")).rejects.toMatchObject({
          code: "HTTP_RESPONSE",
          status: 404,
        });
        const response = await session.get("/status/404", { raiseForStatus: false });
        expect(response.ok).toBe(false);
        expect(() => response.raiseForStatus()).toThrow(ClientResponseError);
      }),
    );
  });

  test("refuses JSON of another type, and a body beyond maxSize", async () => {
    await run(() =>
      withSession({ baseUrl: server.url }, async (session) => {
        await expect((await session.get("/latin1")).json()).rejects.toThrow(ContentTypeError);
        await expect((await session.get("/")).text({ maxSize: 10 })).rejects.toThrow(PayloadTooLargeError);
        await expect((await session.get("/", { maxSize: 10 })).json()).rejects.toMatchObject({ limit: 10 });
      }),
    );
  });

  test.each([
    ["no URL", "::", InvalidURL],
    ["a relative URL without a base", "/x", InvalidURL],
    ["another scheme", "ftp://host/", NonHttpUrlError],
  ])("refuses %s", async (_name, url, error) => {
    await expect(run(() => withSession({}, (session) => session.get(url)))).rejects.toThrow(error);
  });

  test.each([
    ["a line break in a header value", { headers: { a: "b\r\nc: d" } }],
    ["a line break in a header name", { headers: { "a\r\nb": "c" } }],
    ["a Content-Length of one's own that is wrong", { data: "abc", headers: { "content-length": "5" } }],
    ["Transfer-Encoding", { headers: { "transfer-encoding": "chunked" } }],
    ["json and data", { json: 1, data: "x" }],
    ["a body that is no body", { data: new Date() as unknown as string }],
  ])("refuses %s before anything is sent", async (_name, options) => {
    await expect(run(() => withSession({}, (s) => s.post(server.url, options)))).rejects.toThrow(
      InvalidRequestError,
    );
  });

  test("refuses a method with a space", async () => {
    const sent = run(() => withSession({}, (session) => session.request("GET /x", server.url)));
    await expect(sent).rejects.toThrow(InvalidRequestError);
  });

  test("does nothing until it is awaited, and nothing outside a run", async () => {
    const session = new Session({ baseUrl: server.url });
    const before = server.accepted;
    // oxlint-disable-next-line corio/no-floating-yield
    void session.get("/");
    await expect(Promise.resolve(session.get("/"))).rejects.toThrow(NoRunError);
    expect(server.accepted).toBe(before);
  });

  test("refuses requests after close, and fails those under way", async () => {
    const slow = await httpServer(() => {});
    await run(async () => {
      const session = currentScope().use(new Session({ baseUrl: slow.url }));
      const { taskGroup } = await import("corio");
      await taskGroup(async (group) => {
        group.spawn(async () => {
          await expect(session.get("/")).rejects.toThrow(SessionClosedError);
        });
        await until(() => slow.open === 1);
        await session.close();
      });
      await expect(session.get("/")).rejects.toThrow(SessionClosedError);
      await until(() => slow.open === 0);
    });
    await slow.close();
  });

  test("keeps one connection for requests one after the other", async () => {
    const before = server.accepted;
    await run(() =>
      withSession({ baseUrl: server.url }, async (session) => {
        for (let i = 0; i < 10; i++) await (await session.get("/")).read();
        expect(session.statistics()).toEqual({ inUse: 0, idle: 1 });
      }),
    );
    expect(server.accepted - before).toBe(1);
    await until(() => server.open === 0);
  });
});
