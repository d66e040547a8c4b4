import { afterEach, describe, expect, test } from "vitest";
import { cancelScope, fromPromise, moveOnAfter, run, taskGroup } from "corio";
import type { Awaitable } from "corio";
import { ClientConnectionError, withSession } from "@corio/http";
import type { ClientResponse } from "@corio/http";
import { httpServer, rawServer, until } from "../support/plain-server.ts";
import type { PlainServer } from "../support/plain-server.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function serve(server: Promise<PlainServer>): Promise<PlainServer> {
  servers.push(await server);
  return server;
}
const endless = (): Promise<PlainServer> =>
  serve(
    httpServer((_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.write(Buffer.alloc(1024)));
      };
      response.on("drain", more);
      more();
    }),
  );

describe("cancelling", () => {
  test("a request that waits for its answer closes the socket: the server sees it", async () => {
    const server = await serve(httpServer(() => {}));
    await run(function* () {
      yield* withSession({}, function* (session) {
        yield* taskGroup(function* (group) {
          const task = group.spawn(() => session.get(server.url));
          yield* untilOpen(server, 1);
          task.cancel();
        });
        expect(session.statistics().inUse).toBe(0);
        // The session is still open: it was the request that closed the socket.
        yield* untilOpen(server, 0);
      });
    });
  });

  test("a request that is still connecting closes the socket", async () => {
    const server = await serve(rawServer((socket) => socket.resume()));
    await run(() =>
      withSession({}, async (session) => {
        await taskGroup(async (group) => {
          const task = group.spawn(() => session.get(server.url.replace("http:", "https:")));
          await until(() => server.open === 1);
          task.cancel();
        });
        await until(() => server.open === 0);
        expect(session.statistics()).toEqual({ inUse: 0, idle: 0 });
      }),
    );
  });

  test("the scope of a response closes its socket", async () => {
    const server = await endless();
    await run(() =>
      withSession({}, async (session) => {
        await taskGroup(async (group) => {
          const task = group.spawn(async () => {
            for await (const chunk of await session.get(server.url))
              expect(chunk.byteLength).toBeGreaterThan(0);
          });
          await until(() => server.open === 1);
          task.cancel();
        });
        await until(() => server.open === 0);
        expect(session.statistics().inUse).toBe(0);
      }),
    );
  });

  test("an upload stops the iterable that feeds it", async () => {
    const server = await serve(httpServer((request) => request.resume()));
    let closed = false;
    let sent = 0;
    async function* forever(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(1024);
          sent += 1;
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        closed = true;
      }
    }
    await run(() =>
      withSession({}, async (session) => {
        await taskGroup(async (group) => {
          const task = group.spawn(() => session.post(server.url, { data: forever() }));
          await until(() => sent > 3);
          task.cancel();
        });
        await until(() => closed && server.open === 0);
      }),
    );
  });

  test("one read leaves the response alone", async () => {
    let send = (_text: string): void => {};
    const server = await serve(
      httpServer((_request, response) => {
        response.writeHead(200);
        response.write("one");
        send = (text) => response.end(text);
      }),
    );
    await run(function* () {
      yield* withSession({}, function* (session) {
        const response = yield* session.get(server.url);
        expect(String(yield* response.content.readChunk())).toBe("one");
        expect(yield* moveOnAfter(10, () => response.content.readChunk())).toEqual({
          cancelled: true,
          value: undefined,
        });
        send("two");
        expect(String(yield* response.content.readChunk())).toBe("two");
      });
    });
  });
});

describe("a response", () => {
  test("that was not read is closed with the scope it was asked for in", async () => {
    const server = await endless();
    await run(() =>
      withSession({}, async (session) => {
        let kept: ClientResponse | undefined;
        await cancelScope(async () => {
          kept = await session.get(server.url);
          expect(kept.closed).toBe(false);
        });
        await until(() => server.open === 0);
        expect(session.statistics().inUse).toBe(0);
        await expect(kept!.read()).rejects.toThrow(ClientConnectionError);
      }),
    );
  });

  test("that is here as a whole keeps its connection usable", async () => {
    const server = await serve(httpServer((_request, response) => response.end("small")));
    await run(() =>
      withSession({}, async (session) => {
        for (let i = 0; i < 5; i++) {
          await cancelScope(async () => {
            const response = await session.get(server.url);
            await until(() => response.closed);
          });
        }
        expect(session.statistics()).toEqual({ inUse: 0, idle: 1 });
      }),
    );
    expect(server.accepted).toBe(1);
  });

  test("given to a body is closed when the body fails", async () => {
    const server = await endless();
    await run(() =>
      withSession({}, async (session) => {
        const failing = session.get(server.url, {}, () => {
          throw new Error("mine");
        });
        await expect(failing).rejects.toThrow("mine");
        await until(() => server.open === 0);
      }),
    );
  });

  test("left by break in for await is closed", async () => {
    const server = await endless();
    await run(() =>
      withSession({}, async (session) => {
        for await (const chunk of await session.get(server.url)) {
          expect(chunk.byteLength).toBeGreaterThan(0);
          break;
        }
        await until(() => server.open === 0);
      }),
    );
  });
});

function untilOpen(server: PlainServer, count: number): Awaitable<void> {
  return fromPromise(until(() => server.open === count));
}
