// What happens on one connection: order, bodies that are not read, clients that leave.

import { describe, expect, test } from "vitest";
import { CancelledError, Event, Future, currentScope, sleep, sleepForever } from "corio";
import { Application, ClientDisconnectedError, ClientError, Response } from "@corio/http";
import { rawConnect, rawExchange, statuses } from "../support/raw-client.ts";
import { until } from "../support/plain-server.ts";
import { served } from "../support/served.ts";

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("pipelined requests", () => {
  test("are handled one at a time, and answered in order", async () => {
    let running = 0;
    let most = 0;
    const app = new Application().get("/:n", function* (request) {
      running += 1;
      most = Math.max(most, running);
      // The first ones take longest.
      yield* sleep(5 - Number(request.params.n));
      running -= 1;
      return `<${request.params.n}>`;
    });
    await served(app, async (server) => {
      const bytes = [0, 1, 2, 3].map((n) => get(`/${n}`)).join("") + get("/4", "Connection: close\r\n");
      const answer = await rawExchange(server.port, bytes);
      expect(answer.match(/<\d>/g)).toEqual(["<0>", "<1>", "<2>", "<3>", "<4>"]);
      expect(most).toBe(1);
    });
  });

  test("with bodies keep to their own", async () => {
    const app = new Application()
      .post("/read", async (request) => `<${await request.text()}>`)
      .post("/ignore", () => "<ignored>")
      .post("/part", async (request) => `<${String(await request.content.readExactly(2))}>`)
      .get("/end", () => "<end>");
    await served(app, async (server) => {
      const bytes =
        post("/read", "one") +
        post("/ignore", "GET /x HTTP/1.1\r\n\r\n") +
        post("/part", "three") +
        post("/read", "four");
      for (const slowly of [false, true]) {
        const answer = await rawExchange(server.port, bytes + get("/end", "Connection: close\r\n"), {
          slowly,
        });
        expect(answer.match(/<[^>]*>/g)).toEqual(["<one>", "<ignored>", "<th>", "<four>", "<end>"]);
      }
    });
  });

  test("do not pile up: a flood is not read beyond a few", async () => {
    const go = new Event();
    let arrived = 0;
    const app = new Application().get("/", async () => {
      arrived += 1;
      await go.wait();
      return "x";
    });
    await served(app, async (server) => {
      const { socket, received, closed } = await rawConnect(server.port);
      socket.write(get("/").repeat(2000) + get("/", "Connection: close\r\n"));
      await until(() => arrived === 1);
      expect(server.statistics().active).toBe(1);
      go.set();
      await closed;
      expect(statuses(received())).toHaveLength(2001);
    });
  });
});

describe("a body", () => {
  const app = new Application({ clientMaxSize: 1000 })
    .post("/read", async (request) => (await request.read()).byteLength)
    .post("/more", async (request) => (await request.read({ maxSize: 5000 })).byteLength)
    .post("/stream", async (request) => {
      let size = 0;
      for await (const chunk of request.content) size += chunk.byteLength;
      return size;
    })
    .post("/ignore", () => "ignored");

  test.each([
    ["/read", 1000, 200],
    ["/read", 1001, 413],
    ["/more", 1001, 200],
    ["/more", 5001, 413],
    ["/stream", 100_000, 200],
    ["/ignore", 3_000_000, 200],
  ])("to %s of %i bytes gives %i, with and without a length", async (path, size, status) => {
    await served(app, async (_server, session) => {
      const known = await session.post(path, { data: Buffer.alloc(size) });
      expect(known.status).toBe(status);
      const chunked = await session.post(path, {
        data: [Buffer.alloc(500), Buffer.alloc(size - 500)],
      });
      expect(chunked.status).toBe(status);
      if (status === 200 && path !== "/ignore") expect(await chunked.json()).toBe(size);
    });
  });

  test("too large is refused before it is sent, and the client sees it", async () => {
    await served(app, async (server) => {
      const { socket, received, closed } = await rawConnect(server.port);
      socket.write("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
      await until(() => received().includes("Request body is larger than 1000 bytes"));
      expect(statuses(received())).toEqual([413]);
      expect(received().toLowerCase()).toContain("connection: close");
      // The server lingers for a while, so that a client that is still sending can read the answer.
      socket.write(Buffer.alloc(2_000_000));
      await closed;
    });
  });

  test("of the next request is read after a 413 of a short one", async () => {
    await served(app, async (server) => {
      const bytes = post("/read", "x".repeat(2000)) + get("/none", "Connection: close\r\n");
      expect(statuses(await rawExchange(server.port, bytes))).toEqual([413, 404]);
    });
  });

  test("that breaks off fails the read", async () => {
    const failed = new Future<unknown>();
    const reading = new Application({ onDisconnect: "shield" }).post("/", async (request) => {
      try {
        await request.read();
      } catch (error) {
        failed.setResult(error);
        throw error;
      }
    });
    await served(reading, async (server) => {
      const { socket } = await rawConnect(server.port);
      socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
      await until(() => server.statistics().active === 1);
      socket.destroy();
      expect(await failed.wait()).toBeInstanceOf(ClientDisconnectedError);
    });
  });

  test("is not sent with 204 and 304, whatever the handler gives", async () => {
    const bodies = new Application()
      .get("/204", () => new Response("no", { status: 204 }))
      .get("/304", () => new Response("no", { status: 304 }));
    await served(bodies, async (server) => {
      const answer = await rawExchange(
        server.port,
        get("/204") + get("/304") + get("/204", "Connection: close\r\n"),
      );
      expect(statuses(answer)).toEqual([204, 304, 204]);
      expect(answer).not.toContain("no");
    });
  });

  test("streamed to a slow client waits for it", async () => {
    let written = 0;
    const streaming = new Application().get(
      "/",
      () =>
        new Response(function* (writer) {
          for (let i = 0; i < 4096; i++) {
            yield* writer.write(Buffer.alloc(64 * 1024));
            written += 64 * 1024;
          }
        }),
    );
    await served(streaming, async (server) => {
      const { socket } = await rawConnect(server.port);
      socket.pause();
      socket.write(get("/"));
      let before = -1;
      while (before !== written || written === 0) {
        before = written;
        for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(written).toBeLessThan(64 * 1024 * 1024);
      socket.destroy();
    });
  });
});

describe("a client that leaves", () => {
  test("cancels the handler of a GET: its clean-up runs", async () => {
    const ended = new Future<unknown>();
    const app = new Application().get("/", function* (request) {
      let released = false;
      request.scope.defer(() => {
        released = true;
      });
      try {
        yield* sleepForever();
      } catch (error) {
        yield* sleep(1);
        ended.setResult([error instanceof CancelledError, request.scope === currentScope(), released]);
        throw error;
      }
    });
    await served(app, async (server) => {
      const { socket } = await rawConnect(server.port);
      socket.write(get("/"));
      await until(() => server.statistics().active === 1);
      socket.destroy();
      expect(await ended.wait()).toEqual([true, true, false]);
      await until(() => server.statistics().active === 0);
    });
  });

  test("lets the handler of a POST run on, unless its route says otherwise", async () => {
    const outcome: string[] = [];
    const go = new Event();
    const handler = async (request: { path: string }): Promise<string> => {
      try {
        await go.wait();
        outcome.push(`${request.path} done`);
      } catch (error) {
        outcome.push(`${request.path} cancelled`);
        throw error;
      }
      return "x";
    };
    const app = new Application()
      .post("/default", handler)
      .post("/cancel", handler, { onDisconnect: "cancel" })
      .get("/shield", handler, { onDisconnect: "shield" });
    await served(app, async (server) => {
      for (const bytes of [post("/default", ""), post("/cancel", ""), get("/shield")]) {
        const { socket } = await rawConnect(server.port);
        const { active } = server.statistics();
        socket.write(bytes);
        await until(() => server.statistics().active === active + 1);
        socket.destroy();
        await until(() => server.statistics().connections === 0);
      }
      await until(() => outcome.includes("/cancel cancelled"));
      go.set();
      await until(() => outcome.length === 3);
      expect(outcome.toSorted()).toEqual(["/cancel cancelled", "/default done", "/shield done"]);
    });
  });

  test("ends a stream at its next write, and closes what feeds it", async () => {
    const closed = new Future<boolean>();
    const app = new Application({ onDisconnect: "shield" }).get("/", async function* () {
      try {
        for (;;) yield Buffer.alloc(1024);
      } finally {
        closed.setResult(true);
      }
    });
    await served(app, async (_server, session) => {
      for await (const chunk of await session.get("/")) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
      expect(await closed.wait()).toBe(true);
    });
  });

  test("is not taken for one that has only finished its request", async () => {
    const app = new Application().post("/", async (request) => {
      const body = await request.text();
      await sleep(20);
      return body;
    });
    await served(app, async (_server, session) => {
      expect(await (await session.post("/", { data: "abc" })).text()).toBe("abc");
      await expect(session.post("/none", { data: "x", raiseForStatus: true })).rejects.toThrow(ClientError);
    });
  });
});
