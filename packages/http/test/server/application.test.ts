import { describe, expect, test } from "vitest";
import { checkpoint, sleep } from "corio";
import {
  Application,
  ClientError,
  HttpConflict,
  HttpError,
  HttpRedirect,
  HttpUnauthorized,
  Response,
  html,
  json,
  redirect,
} from "@corio/http";
import { served } from "../support/served.ts";

describe("a handler", () => {
  const app = new Application()
    .get("/text", () => "plain")
    .get("/bytes", () => new Uint8Array([1, 2]))
    .get("/object", () => ({ a: 1 }))
    .get("/array", () => [1, 2])
    .get("/number", () => 42)
    .get("/null", () => null)
    .get("/html", () => html("<p>"))
    .get("/json", () => json({ a: 1 }, { status: 201, headers: { "X-A": "b" } }))
    .get("/redirect", () => redirect("/ä\r\nx: y", 303))
    .get("/web", () => new globalThis.Response("from the web", { status: 202, headers: { "x-a": "b" } }))
    .get("/coroutine", function* () {
      yield* checkpoint();
      return "coroutine";
    })
    .get("/async", async () => {
      await checkpoint();
      return "async";
    })
    .get("/generator", () => new Response(["a", "b", "c"].values()))
    .get("/stream", async function* () {
      for (const piece of ["one ", "", "two ", Buffer.from("three")]) {
        await sleep(1);
        yield piece;
      }
    })
    .get("/writer", () => {
      const body = new Response(function* (writer) {
        for (let i = 0; i < 3; i++) yield* writer.write(`${i}`);
      });
      return body;
    })
    .get("/users/:id(\\d+)/*", (request) => [request.params.id, request.params["*"]]);

  test.each([
    ["/text", 200, "text/plain; charset=utf-8", "plain"],
    ["/bytes", 200, "application/octet-stream", "\x01\x02"],
    ["/object", 200, "application/json", '{"a":1}'],
    ["/array", 200, "application/json", "[1,2]"],
    ["/number", 200, "application/json", "42"],
    ["/null", 204, null, ""],
    ["/html", 200, "text/html; charset=utf-8", "<p>"],
    ["/json", 201, "application/json", '{"a":1}'],
    ["/web", 202, "text/plain;charset=UTF-8", "from the web"],
    ["/coroutine", 200, "text/plain; charset=utf-8", "coroutine"],
    ["/async", 200, "text/plain; charset=utf-8", "async"],
    ["/generator", 200, "application/octet-stream", "abc"],
    ["/stream", 200, "application/octet-stream", "one two three"],
    ["/writer", 200, "application/octet-stream", "012"],
    ["/users/7/a/b", 200, "application/json", '["7","a/b"]'],
    ["/users/x/a", 404, "text/plain; charset=utf-8", "Not Found\n"],
  ])("answers %s", async (path, status, type, body) => {
    await served(app, async (_server, session) => {
      const response = await session.get(path);
      expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
        status,
        type,
        body,
      ]);
    });
  });

  test("redirects without letting line breaks through", async () => {
    await served(app, async (_server, session) => {
      const response = await session.get("/redirect", { allowRedirects: false });
      expect([response.status, response.headers.get("location")]).toEqual([303, "/%C3%A4%0D%0Ax:%20y"]);
      expect(response.headers.has("x")).toBe(false);
    });
  });

  test("sees the request", async () => {
    const seen = new Application().post("/in/:what", async (request) => ({
      method: request.method,
      url: request.url.replace(/:\d+/, ""),
      path: request.path,
      query: request.query.getAll("q"),
      what: request.params.what,
      agent: request.headers.get("User-Agent"),
      remote: request.remote,
      type: request.contentType,
      length: request.contentLength,
      version: request.httpVersion,
      body: await request.json(),
      again: await request.text(),
    }));
    await served(seen, async (_server, session) => {
      const response = await session.post("/in/%C3%A4?q=1&q=2", {
        json: { x: 1 },
        headers: { "user-agent": "me" },
      });
      expect(await response.json()).toEqual({
        method: "POST",
        url: "http://127.0.0.1/in/%C3%A4?q=1&q=2",
        path: "/in/ä",
        query: ["1", "2"],
        what: "ä",
        agent: "me",
        remote: "127.0.0.1",
        type: "application/json",
        length: 7,
        version: "1.1",
        body: { x: 1 },
        again: '{"x":1}',
      });
    });
  });

  test("can be told from errors", async () => {
    const reported: unknown[] = [];
    const failure = new Error("secret detail");
    const failing = new Application({ onError: (error) => reported.push(error) })
      .get("/http", () => {
        throw new HttpConflict("taken");
      })
      .get("/auth", function* () {
        yield* checkpoint();
        throw new HttpUnauthorized("who?", { headers: { "WWW-Authenticate": "Basic" } });
      })
      .get("/teapot", async () => {
        throw new HttpError(418, "short and stout");
      })
      .get("/moved", () => {
        throw new HttpRedirect("/there", 308);
      })
      .get("/boom", () => {
        throw failure;
      })
      .get("/nothing", () => undefined)
      .get("/header", () => new Response("x", { headers: { a: "b\r\nc: d" } }))
      .get("/reason", () => new Response("x", { reason: "a\r\nb: c" }))
      .get("/half", async function* () {
        yield "half";
        throw failure;
      })
      .get("/short", () => new Response(["abc"], { headers: { "content-length": "10" } }))
      .get("/long", () => new Response(["abc"], { headers: { "content-length": "2" } }))
      .post("/json", (request) => request.json());
    await served(failing, async (_server, session) => {
      const get = async (path: string): Promise<unknown[]> => {
        const response = await session.get(path, { allowRedirects: false });
        return [response.status, await response.text()];
      };
      expect(await get("/http")).toEqual([409, "taken\n"]);
      expect((await session.get("/auth")).headers.get("www-authenticate")).toBe("Basic");
      expect(await get("/teapot")).toEqual([418, "short and stout\n"]);
      expect(await get("/moved")).toEqual([308, "Redirecting to /there\n"]);
      expect(reported).toEqual([]);
      expect(await get("/boom")).toEqual([500, "Internal Server Error\n"]);
      expect(reported).toEqual([failure]);
      for (const path of ["/nothing", "/header", "/reason"]) expect((await get(path))[0]).toBe(500);
      // Begun already: the client must see that it is not whole.
      for (const path of ["/half", "/short"])
        await expect(get(path)).rejects.toMatchObject({ code: "HTTP_PAYLOAD" });
      expect(reported).toHaveLength(6);
      await expect(get("/long")).rejects.toThrow(ClientError);
      expect((await session.post("/json", { data: "{" })).status).toBe(400);
    });
  });
});

describe("Application", () => {
  test("answers 404 and 405 with Allow", async () => {
    const app = new Application().get("/a", () => "a").delete("/a", () => "d");
    await served(app, async (_server, session) => {
      expect((await session.get("/b")).status).toBe(404);
      const response = await session.post("/a");
      expect([response.status, response.headers.get("allow")]).toEqual([405, "DELETE, GET, HEAD"]);
    });
  });

  test("answers HEAD from GET, without a body but with its length", async () => {
    let streamed = false;
    const app = new Application()
      .get("/whole", () => "12345")
      .get(
        "/stream",
        () =>
          new Response(
            (function* () {
              streamed = true;
              yield "x";
            })(),
          ),
      );
    await served(app, async (_server, session) => {
      const response = await session.head("/whole");
      expect([response.status, response.contentLength, await response.text()]).toEqual([200, 5, ""]);
      expect((await session.head("/stream")).status).toBe(200);
      expect(streamed).toBe(false);
    });
  });

  test("runs middlewares of either dialect from the outside in, around 404 too", async () => {
    const order: string[] = [];
    const app = new Application({
      middlewares: [
        async (request, handler) => {
          order.push("first");
          const response = await handler(request);
          response.headers.append("x-order", "first");
          return response;
        },
      ],
    })
      .use(function* (request, handler) {
        order.push("second");
        if (request.path === "/short") return "cut";
        request.state.set("user", "bob");
        try {
          const response = yield* handler(request);
          response.headers.append("x-order", "second");
          return response;
        } catch (error) {
          if (error instanceof HttpError) return json({ error: error.message }, { status: error.status });
          throw error;
        }
      })
      .get("/a", (request) => request.state.get("user"));
    await served(app, async (_server, session) => {
      const response = await session.get("/a");
      expect([await response.text(), response.headers.get("x-order")]).toEqual(["bob", "second, first"]);
      expect(order).toEqual(["first", "second"]);
      expect(await (await session.get("/short")).text()).toBe("cut");
      expect(await (await session.get("/none")).json()).toEqual({ error: "Not Found" });
    });
  });
});
