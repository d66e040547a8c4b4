// Reads past the stream of a socket, over real sockets.
import { once } from "node:events";
import * as net from "node:net";
import { run, taskGroup } from "corio";
import { afterEach, describe, expect, test } from "vitest";
import { openConnection, startServer } from "../../src/index.ts";
import { DirectReads } from "../../src/network/direct-reads.ts";
import { readsAreDirect } from "../support/direct.ts";
import { leavesNothing } from "../support/left-behind.ts";

leavesNothing();

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.destroy();
});

/** A socket, paused, and its peer. */
async function pair(): Promise<{ socket: net.Socket; peer: net.Socket }> {
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer = net.connect((server.address() as net.AddressInfo).port, "127.0.0.1");
  const [socket] = (await once(server, "connection")) as [net.Socket];
  server.close();
  open.push(socket, peer);
  return { socket, peer };
}

/** What was read, and how to wait for more of it. */
class Heard {
  readonly chunks: Buffer[] = [];
  /** How many bytes of each chunk are taken while they are lent. */
  takes = 0;
  #wanted = 0;
  #got = 0;
  #tell: () => void = () => {};

  readonly onLent = (_memory: Buffer, count: number): number => {
    const taken = Math.min(count, this.takes);
    this.#add(taken);
    return taken;
  };

  readonly onBytes = (bytes: Buffer): void => {
    this.chunks.push(bytes);
    this.#add(bytes.length);
  };

  #add(count: number): void {
    this.#got += count;
    if (this.#got >= this.#wanted) this.#tell();
  }

  bytes(count: number): Promise<void> {
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#tell = resolve;
      if (this.#got >= count) resolve();
    });
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

describe.skipIf(!readsAreDirect)("reads past the stream", () => {
  test("the reader hears the bytes, the stream nothing but the end", async () => {
    const { socket, peer } = await pair();
    const heard = new Heard();
    expect(DirectReads.begin(socket, heard)).not.toBeNull();
    socket.push = () => expect.unreachable("the stream got bytes");
    socket.resume();
    peer.write("first");
    await heard.bytes(5);
    peer.write("second");
    await heard.bytes(11);
    // Each in memory of its own: what came later did not change what came before.
    expect(heard.chunks.map(String)).toEqual(["first", "second"]);
    delete (socket as { push?: unknown }).push;
    peer.end();
    await once(socket, "end");
  });

  test("of what was lent, the reader is given what it did not take", async () => {
    const { socket, peer } = await pair();
    const heard = new Heard();
    heard.takes = 3;
    DirectReads.begin(socket, heard);
    socket.resume();
    peer.write("abcdef");
    await heard.bytes(6);
    expect(heard.text).toBe("def");
  });

  test("a socket that is paused is left unread, and nothing is lost", async () => {
    const { socket, peer } = await pair();
    const heard = new Heard();
    DirectReads.begin(socket, heard);
    socket.resume();
    peer.write("a");
    await heard.bytes(1);
    socket.pause();
    await new Promise<void>((resolve) => peer.write("b".repeat(300_000), () => resolve()));
    expect(heard.text).toBe("a");
    socket.resume();
    await heard.bytes(300_001);
    expect(heard.text).toBe(`a${"b".repeat(300_000)}`);
  });

  test("once ended, the stream gets what comes", async () => {
    const { socket, peer } = await pair();
    const heard = new Heard();
    const reads = DirectReads.begin(socket, heard)!;
    socket.resume();
    peer.write("ours");
    await heard.bytes(4);
    socket.pause();
    reads.end();
    peer.write("theirs");
    const data = once(socket, "data");
    socket.resume();
    const [bytes] = (await data) as [Buffer];
    expect(String(bytes)).toBe("theirs");
    expect(heard.text).toBe("ours");
  });

  test("a stream that holds bytes keeps its own reads", async () => {
    const { socket, peer } = await pair();
    socket.read(0);
    peer.write("early");
    await once(socket, "readable");
    expect(DirectReads.begin(socket, new Heard())).toBeNull();
    expect(String(socket.read())).toBe("early");
  });

  // Should node change inside, reads would go through the stream again: as right, and slower. This is who notices.
  test("both ends of a connection read so", async () => {
    const sockets: net.Socket[] = [];
    await run(function* () {
      const server = yield* startServer(
        function* ({ reader, writer }) {
          sockets.push(writer.getExtraInfo("socket") as net.Socket);
          yield* writer.write(yield* reader.readExactly(4));
        },
        { host: "127.0.0.1", port: 0 },
      );
      const { reader, writer } = yield* openConnection("127.0.0.1", server.port);
      sockets.push(writer.getExtraInfo("socket") as net.Socket);
      yield* writer.write("ping");
      expect(String(yield* reader.readExactly(4))).toBe("ping");
      for (const socket of sockets) expect(socket.listenerCount("data")).toBe(0);
      expect(sockets).toHaveLength(2);
      server.close();
    });
  });
});

test("readInto fills the caller's memory out of the socket, and what is left over comes next", async () => {
  await run(() =>
    taskGroup(function* (group) {
      const server = yield* startServer(
        function* ({ reader, writer }) {
          // The reader of the other end waits by now.
          yield* reader.readExactly(1);
          yield* writer.write("0123456789");
        },
        { host: "127.0.0.1", port: 0 },
      );
      const { reader, writer } = yield* openConnection("127.0.0.1", server.port);
      const memory = Buffer.alloc(6, ".");
      const reading = group.spawn(() => reader.readInto(memory));
      yield* writer.write("?");
      expect(yield* reading.join()).toBe(6);
      expect(String(memory)).toBe("012345");
      expect(yield* reader.readInto(memory)).toBe(4);
      expect(String(memory)).toBe("678945");
      expect(yield* reader.readInto(memory)).toBe(0);
      expect(reader.statistics().received).toBe(10);
      server.close();
    }),
  );
});
