import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { run } from "corio";
import {
  ClientConnectionError,
  ClientConnectorDNSError,
  ClientConnectorError,
  ClientError,
  ClientOSError,
  ServerDisconnectedError,
  withSession,
} from "@corio/http";
import { deadPort, rawServer } from "../support/plain-server.ts";
import type { PlainServer } from "../support/plain-server.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function serve(server: Promise<PlainServer>): Promise<PlainServer> {
  servers.push(await server);
  return server;
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok";

/** Answers the first request of each connection and drops the connection on the second, unseen. */
function forgetful(drop: (socket: Socket) => void): Promise<PlainServer> {
  return serve(
    rawServer((socket) => {
      let requests = 0;
      socket.on("data", () => {
        requests += 1;
        if (requests === 1) socket.write(OK);
        else drop(socket);
      });
    }),
  );
}
const end = (socket: Socket): unknown => socket.end();
const reset = (socket: Socket): unknown => socket.resetAndDestroy();

describe.each([
  ["closes", end],
  ["resets", reset],
])("on a kept connection that the server %s", (_name, drop) => {
  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("%s is sent once more", async (method) => {
    const server = await forgetful(drop);
    await run(() =>
      withSession({}, async (session) => {
        await (await session.get(server.url)).read();
        const response = await session.request(method, server.url, method === "PUT" ? { data: "x" } : {});
        expect(response.status).toBe(200);
      }),
    );
    expect(server.accepted).toBe(2);
  });

  test("POST is not, for the server may have seen it", async () => {
    const server = await forgetful(drop);
    await run(() =>
      withSession({}, async (session) => {
        await (await session.get(server.url)).read();
        await expect(session.post(server.url, { data: "x" })).rejects.toThrow(
          drop === end ? ServerDisconnectedError : ClientOSError,
        );
      }),
    );
    expect(server.accepted).toBe(1);
  });

  test("nothing is when retryStale is off, or the body is a stream", async () => {
    const server = await forgetful(drop);
    await run(() =>
      withSession({ retryStale: false }, async (session) => {
        await (await session.get(server.url)).read();
        await expect(session.get(server.url)).rejects.toThrow(ClientError);
      }),
    );
    await run(() =>
      withSession({}, async (session) => {
        await (await session.get(server.url)).read();
        await expect(session.put(server.url, { data: ["x"] })).rejects.toThrow(ClientError);
      }),
    );
  });
});

describe("a connection", () => {
  test("that is new and dropped is not tried again", async () => {
    const server = await serve(rawServer((socket) => socket.once("data", () => socket.end())));
    await expect(run(() => withSession({}, (s) => s.get(server.url)))).rejects.toMatchObject({
      code: "HTTP_SERVER_DISCONNECTED",
    });
    expect(server.accepted).toBe(1);
  });

  test.each([
    ["closed", (socket: Socket) => socket.end()],
    ["reset", (socket: Socket) => socket.resetAndDestroy()],
  ])("that is %s as soon as it is open is an error", async (_how, drop) => {
    const server = await serve(rawServer((socket) => drop(socket)));
    for (let i = 0; i < 20; i++) {
      const sending = run(() => withSession({}, (session) => session.get(server.url)));
      await expect(sending).rejects.toThrow(ClientConnectionError);
    }
    expect(server.accepted).toBe(20);
  });

  test("whose answer has begun is not tried again", async () => {
    const server = await serve(
      rawServer((socket) => {
        let requests = 0;
        socket.on("data", () => {
          requests += 1;
          if (requests === 1) socket.write(OK);
          else socket.end("HTTP/1.1 200 O");
        });
      }),
    );
    await run(() =>
      withSession({}, async (session) => {
        await (await session.get(server.url)).read();
        await expect(session.get(server.url)).rejects.toThrow(ClientError);
      }),
    );
    expect(server.accepted).toBe(1);
  });

  test("is not kept when the server says so", async () => {
    const server = await serve(
      rawServer((socket) => socket.on("data", () => socket.write(OK.replace("keep-alive", "close")))),
    );
    await run(() =>
      withSession({}, async (session) => {
        for (let i = 0; i < 3; i++) expect(await (await session.get(server.url)).text()).toBe("ok");
      }),
    );
    expect(server.accepted).toBe(3);
  });

  test("with bytes nobody asked for on it is not used again", async () => {
    const server = await serve(
      rawServer((socket, count) => socket.on("data", () => socket.write(count === 1 ? OK + OK : OK))),
    );
    await run(() =>
      withSession({}, async (session) => {
        for (let i = 0; i < 3; i++) expect(await (await session.get(server.url)).text()).toBe("ok");
      }),
    );
    expect(server.accepted).toBe(2);
  });

  test("that cannot be opened says why", async () => {
    const port = await deadPort();
    const refused = run(() => withSession({}, (session) => session.get(`http://127.0.0.1:${port}/`)));
    await expect(refused).rejects.toThrow(ClientConnectorError);
    await expect(refused).rejects.toMatchObject({ errno: "ECONNREFUSED", address: `127.0.0.1:${port}` });
    const unknown = run(() => withSession({}, (session) => session.get("http://no-such-host.invalid/")));
    await expect(unknown).rejects.toThrow(ClientConnectorDNSError);
  });
});
