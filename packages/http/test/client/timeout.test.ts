import { afterEach, describe, expect, test } from "vitest";
import { run, sleep, taskGroup } from "corio";
import { ConnectionTimeoutError, ServerTimeoutError, SocketTimeoutError, withSession } from "@corio/http";
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

/** Sends the head and a piece of the body, never the end. */
const half = (): Promise<PlainServer> =>
  serve(
    httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("begin");
    }),
  );
const silent = (): Promise<PlainServer> => serve(httpServer(() => {}));

describe("timeout", () => {
  test("sockRead ends the wait for headers", async () => {
    const { url } = await silent();
    const error = await failure(() =>
      withSession({ timeout: { sockRead: 30 } }, (session) => session.get(url)),
    );
    expect(error).toBeInstanceOf(SocketTimeoutError);
    expect(error).toMatchObject({ code: "HTTP_READ_TIMEOUT", kind: "sockRead", limit: 30, url: `${url}/` });
  });

  test("sockRead ends the wait for more of the body", async () => {
    const { url } = await half();
    await run(() =>
      withSession({ timeout: { sockRead: 30 } }, async (session) => {
        const response = await session.get(url);
        await expect(response.read()).rejects.toMatchObject({ kind: "sockRead" });
        expect(session.statistics().inUse).toBe(0);
      }),
    );
  });

  test("sockRead does not run while the reader is the slow one", async () => {
    const server = await serve(httpServer((_request, response) => response.end(Buffer.alloc(1024 * 1024))));
    await run(function* () {
      yield* withSession({ timeout: { sockRead: 40 } }, function* (session) {
        const response = yield* session.get(server.url);
        yield* sleep(150);
        expect((yield* response.read()).byteLength).toBe(1024 * 1024);
      });
    });
  });

  test("total ends the wait for headers, and closes the socket", async () => {
    const server = await silent();
    await run(() =>
      withSession({}, async (session) => {
        const error = await failure(() => session.get(server.url, { timeout: 30 }));
        expect(error).toBeInstanceOf(ServerTimeoutError);
        expect(error).toMatchObject({ code: "HTTP_TIMEOUT", kind: "total", limit: 30 });
        await until(() => server.open === 0);
      }),
    );
  });

  test("total runs on while the body is read, whole or in pieces", async () => {
    const { url } = await half();
    await run(() =>
      withSession({ timeout: { total: 60 } }, async (session) => {
        const whole = await session.get(url);
        await expect(whole.read()).rejects.toMatchObject({ kind: "total", limit: 60 });
        const pieces = await session.get(url);
        expect(String(await pieces.content.readChunk())).toBe("begin");
        await expect(pieces.content.readChunk()).rejects.toMatchObject({ kind: "total" });
        expect(session.statistics().inUse).toBe(0);
      }),
    );
  });

  test("total covers the whole chain of redirects", async () => {
    const server = await serve(
      httpServer((request, response) => {
        if (request.url === "/") response.writeHead(302, { location: "/hang" }).end();
      }),
    );
    const error = await failure(() => withSession({ timeout: 50 }, (session) => session.get(server.url)));
    expect(error).toMatchObject({ kind: "total", url: `${server.url}/` });
  });

  test("connect covers the wait for a place in the pool", async () => {
    const server = await silent();
    await run(() =>
      withSession({ limit: 1, timeout: { connect: 30 } }, async (session) => {
        await taskGroup(async (group) => {
          const first = group.spawn(() => session.get(server.url));
          await until(() => server.open === 1);
          const error = await failure(() => session.get(server.url));
          expect(error).toBeInstanceOf(ConnectionTimeoutError);
          expect(error).toMatchObject({ code: "HTTP_CONNECT_TIMEOUT", kind: "connect", limit: 30 });
          first.cancel();
        });
      }),
    );
  });

  test("sockConnect covers the handshake", async () => {
    // Accepts TCP and never answers the TLS hello.
    const server = await serve(rawServer((socket) => socket.resume()));
    const url = server.url.replace("http:", "https:");
    const error = await failure(() =>
      withSession({ timeout: { sockConnect: 30 } }, (session) => session.get(url)),
    );
    expect(error).toMatchObject({ kind: "sockConnect", limit: 30, url: `${url}/` });
    await until(() => server.open === 0);
  });
});

async function failure(body: () => unknown): Promise<unknown> {
  try {
    await run(body);
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
