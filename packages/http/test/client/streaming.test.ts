import { afterEach, describe, expect, test } from "vitest";
import { checkpoint, forEach, run, taskGroup } from "corio";
import {
  ClientPayloadError,
  IncompleteReadError,
  PayloadTooLargeError,
  ServerProtocolError,
  withSession,
} from "@corio/http";
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

describe("a streamed download", () => {
  test("is paused while nobody reads: the server cannot write on", async () => {
    const total = 256 * 1024 * 1024;
    let written = 0;
    const piece = Buffer.alloc(64 * 1024);
    const server = await serve(
      httpServer((_request, response) => {
        response.writeHead(200, { "content-length": total });
        const more = (): void => {
          while (written < total) {
            written += piece.byteLength;
            if (!response.write(piece)) return;
          }
          response.end();
        };
        response.on("drain", more);
        more();
      }),
    );
    await run(() =>
      withSession({}, async (session) => {
        const response = await session.get(server.url);
        await response.content.readChunk();
        // The server writes until the buffers on the way are full, and then no more.
        let before = -1;
        while (before !== written) {
          before = written;
          for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
        }
        expect(written).toBeLessThan(32 * 1024 * 1024);
        let size = 0;
        while ((await response.content.readChunk()) !== null && size < 20) size += 1;
        expect(written).toBeLessThan(64 * 1024 * 1024);
        response.close();
      }),
    );
  });

  test("comes in pieces as they arrive, in a coroutine", async () => {
    let send = (_text: string | null): void => {};
    const server = await serve(
      httpServer((_request, response) => {
        response.writeHead(200);
        response.flushHeaders();
        send = (text) => (text === null ? response.end() : response.write(text));
      }),
    );
    await run(function* () {
      yield* withSession({}, function* (session) {
        const { content } = yield* session.get(server.url);
        const got: string[] = [];
        for (const text of ["one", "two", null]) {
          send(text);
          got.push(String(yield* content.readChunk()));
        }
        expect(got).toEqual(["one", "two", "null"]);
        expect(content.atEof()).toBe(true);
      });
    });
  });

  test("is iterated by forEach in a coroutine", async () => {
    const server = await serve(httpServer((_request, response) => response.end(Buffer.alloc(1_000_000))));
    await run(function* () {
      yield* withSession({}, function* (session) {
        let size = 0;
        yield* forEach(yield* session.get(server.url), function* (chunk) {
          yield* checkpoint();
          size += chunk.byteLength;
        });
        expect(size).toBe(1_000_000);
      });
    });
  });

  test("is read in lines and exact lengths", async () => {
    const server = await serve(httpServer((_request, response) => response.end("first\nsecond\n12345tail")));
    await run(function* () {
      yield* withSession({}, function* (session) {
        const { content } = yield* session.get(server.url);
        expect(String(yield* content.readLine())).toBe("first\n");
        expect(String(yield* content.readUntil("nd\n"))).toBe("second\n");
        expect(String(yield* content.readExactly(5))).toBe("12345");
        expect(String(yield* content.read(2))).toBe("ta");
        expect(String(yield* content.readAll())).toBe("il");
        expect((yield* content.readLine()).byteLength).toBe(0);
      });
    });
  });

  test("refuses a line without end and says what an exact read got", async () => {
    const server = await serve(httpServer((_request, response) => response.end("x".repeat(100))));
    await run(() =>
      withSession({}, async (session) => {
        const { content } = await session.get(server.url);
        await expect(content.readLine({ limit: 10 })).rejects.toThrow(PayloadTooLargeError);
        await expect(content.readExactly(200)).rejects.toMatchObject({
          code: "HTTP_INCOMPLETE_READ",
          partial: Buffer.from("x".repeat(100)),
        });
        expect(IncompleteReadError.prototype).toBeInstanceOf(ClientPayloadError);
      }),
    );
  });

  test("has one reader at a time", async () => {
    const server = await serve(httpServer((_request, response) => response.writeHead(200).flushHeaders()));
    await run(() =>
      withSession({}, async (session) => {
        const response = await session.get(server.url);
        await taskGroup(async (group) => {
          const first = group.spawn(() => response.content.readChunk());
          await checkpoint();
          await expect(response.content.readChunk()).rejects.toThrow("being read already");
          first.cancel();
        });
      }),
    );
  });
});

describe("a body that breaks off", () => {
  const answers: [string, string][] = [
    ["before its Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"],
    ["before its last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ["within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"],
    ["with a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n"],
  ];
  test.each(answers)("%s is an error, whole and streamed", async (_name, answer) => {
    const server = await serve(rawServer((socket) => socket.once("data", () => socket.end(answer))));
    await run(() =>
      withSession({}, async (session) => {
        await expect((await session.get(server.url)).text()).rejects.toThrow(ClientPayloadError);
        const { content } = await session.get(server.url);
        await expect(content.readAll()).rejects.toThrow(ClientPayloadError);
        expect(session.statistics().inUse).toBe(0);
      }),
    );
  });

  test("without a length ends where the connection does", async () => {
    const server = await serve(
      rawServer((socket) =>
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")),
      ),
    );
    expect(await run(() => withSession({}, async (s) => (await s.get(server.url)).text()))).toBe("abc");
  });
});

describe("an answer that is not HTTP/1.1", () => {
  test.each([
    ["nonsense", "hello\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a NUL", "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"],
    ["headers without end", `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(5000)}\r\n`],
    ["too many headers", `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(200)}\r\n`],
    ["an upgrade nobody asked for", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
  ])("(%s) is refused", async (_name, answer) => {
    const server = await serve(rawServer((socket) => socket.once("data", () => socket.end(answer))));
    await run(() =>
      withSession({}, async (session) => {
        await expect(session.get(server.url)).rejects.toThrow(ServerProtocolError);
        expect(session.statistics().inUse).toBe(0);
        await until(() => server.open === 0);
      }),
    );
  });
});
