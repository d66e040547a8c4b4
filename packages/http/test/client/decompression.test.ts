import zlib from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { run } from "corio";
import { ClientPayloadError, DecompressionLimitError, PayloadTooLargeError, withSession } from "@corio/http";
import type { ClientResponse, SessionOptions } from "@corio/http";
import { httpServer } from "../support/plain-server.ts";
import type { PlainServer } from "../support/plain-server.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Serves the body with the coding, in pieces of the given size. */
async function serving(body: Uint8Array, coding: string, piece = Infinity): Promise<string> {
  const server = await httpServer((_request, response) => {
    response.writeHead(200, { "content-encoding": coding });
    for (let at = 0; at < body.byteLength; at += piece) response.write(body.subarray(at, at + piece));
    response.end();
  });
  servers.push(server);
  return server.url;
}

function fetched<T>(
  url: string,
  use: (response: ClientResponse) => Promise<T>,
  options: SessionOptions = {},
): Promise<T> {
  return run(() =>
    withSession(options, async (session) => use(await session.get(url))),
  ) as unknown as Promise<T>;
}

const text = "All work and no play makes Jack a dull boy.\n".repeat(5000);
const codings: [string, (data: string) => Buffer][] = [
  ["gzip", (data) => zlib.gzipSync(data)],
  ["x-gzip", (data) => zlib.gzipSync(data)],
  ["deflate", (data) => zlib.deflateSync(data)],
  ["br", (data) => zlib.brotliCompressSync(data)],
  ["zstd", (data) => zlib.zstdCompressSync(data)],
];

describe.each(codings)("%s", (coding, compress) => {
  test("is undone, for a whole body and for a stream", async () => {
    const url = await serving(compress(text), coding, 1000);
    expect(await fetched(url, async (response) => response.text())).toBe(text);
    const streamed = await fetched(url, async (response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of response) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    });
    expect(streamed).toBe(text);
  });

  test("is left alone when asked", async () => {
    const body = compress("x");
    const url = await serving(body, coding);
    const raw = await fetched(url, async (response) => response.read(), { autoDecompress: false });
    expect(raw.equals(body)).toBe(true);
  });

  test("that breaks off is an error, for a whole body and for a stream", async () => {
    const url = await serving(compress(text).subarray(0, -10), coding, 100);
    await expect(fetched(url, async (response) => response.read())).rejects.toThrow(ClientPayloadError);
    await expect(fetched(url, async (response) => response.content.readAll())).rejects.toThrow(
      ClientPayloadError,
    );
  });

  test("of nothing is nothing", async () => {
    const url = await serving(Buffer.alloc(0), coding);
    expect(await fetched(url, async (response) => response.text())).toBe("");
    expect(await fetched(url, async (response) => response.content.readChunk())).toBeNull();
  });
});

describe("content codings", () => {
  test("deflate may come without its header", async () => {
    const url = await serving(zlib.deflateRawSync(text), "deflate", 512);
    expect(await fetched(url, async (response) => response.text())).toBe(text);
  });

  test("several are undone from the last to the first", async () => {
    const url = await serving(zlib.brotliCompressSync(zlib.gzipSync(text)), "gzip, br");
    expect(await fetched(url, async (response) => response.text())).toBe(text);
  });

  test("an unknown one is passed on as it came", async () => {
    const url = await serving(Buffer.from("abc"), "secret");
    expect(await fetched(url, async (response) => response.text())).toBe("abc");
  });

  test("more than five are refused", async () => {
    const url = await serving(Buffer.from("abc"), "gzip,gzip,gzip,gzip,gzip,gzip");
    await expect(fetched(url, async (response) => response.text())).rejects.toThrow(ClientPayloadError);
  });

  test("members of gzip after each other are one body", async () => {
    const url = await serving(Buffer.concat([zlib.gzipSync("one "), zlib.gzipSync("two")]), "gzip");
    expect(await fetched(url, async (response) => response.text())).toBe("one two");
  });
});

describe("a decompression bomb", () => {
  // 64 MiB of nothing in 64 KiB.
  const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024));

  test("is refused when read as a whole", async () => {
    const url = await serving(bomb, "gzip");
    await expect(fetched(url, async (response) => response.read())).rejects.toThrow(DecompressionLimitError);
  });

  test("is refused when streamed, long before its end", async () => {
    const url = await serving(bomb, "gzip");
    let size = 0;
    const reading = fetched(url, async (response) => {
      for await (const chunk of response) size += chunk.byteLength;
    });
    await expect(reading).rejects.toMatchObject({ code: "HTTP_DECOMPRESSION_LIMIT" });
    expect(size).toBeLessThanOrEqual(16 * 1024 * 1024);
  });

  test("of a small body is refused by maxSize", async () => {
    const url = await serving(zlib.gzipSync(Buffer.alloc(1024 * 1024)), "gzip");
    const reading = fetched(url, async (response) => response.read({ maxSize: 1000 }));
    await expect(reading).rejects.toThrow(PayloadTooLargeError);
  });

  test("passes when the limit is lifted", async () => {
    const url = await serving(bomb, "gzip");
    const options = { inflateLimit: { ratio: Infinity } };
    expect((await fetched(url, async (response) => response.read(), options)).byteLength).toBe(
      64 * 1024 * 1024,
    );
  });

  test("that nobody reads is not inflated", async () => {
    const url = await serving(bomb, "gzip", 1000);
    await run(() =>
      withSession({}, async (session) => {
        const response = await session.get(url);
        expect((await response.content.readChunk())!.byteLength).toBeLessThanOrEqual(256 * 1024);
        response.close();
        await expect(response.content.readChunk()).resolves.toBeNull();
      }),
    );
  });
});
