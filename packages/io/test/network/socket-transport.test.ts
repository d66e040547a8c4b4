// The transport over node's sockets: small writes that go out together, and what a socket may be.
import type { Socket } from "node:net";
import { fromPromise, run } from "corio";
import { expect, test } from "vitest";
import { openConnection, startServer, type Connection } from "../../src/index.ts";
import { releaseSocket, socketTransport } from "../../src/network/socket-transport.ts";
import { BareServer, bareClient, readAll } from "../support/bare-peer.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { Random } from "../support/random.ts";

leavesNothingOpen();

const local = { host: "127.0.0.1", port: 0 } as const;

const socketOf = (connection: Connection): Socket => connection.getExtraInfo("socket") as Socket;

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("of the small writes of one turn, the first goes at once, the others together at its end", async () => {
  const server = await BareServer.listen();
  await run(async () => {
    const connection = await openConnection("127.0.0.1", server.port);
    const all = readAll(await server.accepted());
    const { writer } = connection;
    await fromPromise(turn());
    // `tryWrite`: no turn can end between these.
    writer.tryWrite("a");
    expect([writer.getWriteBufferSize(), socketOf(connection).writableCorked]).toEqual([0, 0]);
    for (const piece of ["b", "c", "d"]) writer.tryWrite(piece);
    expect([writer.getWriteBufferSize(), socketOf(connection).writableCorked]).toEqual([3, 1]);
    await fromPromise(turn());
    expect([writer.getWriteBufferSize(), socketOf(connection).writableCorked]).toEqual([0, 0]);
    // A large one takes along what waits.
    for (const piece of ["e", "f", "g".repeat(5000)]) writer.tryWrite(piece);
    expect([writer.getWriteBufferSize(), socketOf(connection).writableCorked]).toEqual([0, 0]);
    // And so does the end.
    for (const piece of ["h", "i", "j"]) writer.tryWrite(piece);
    await connection.close();
    expect(await all).toBe(`abcdef${"g".repeat(5000)}hij`);
  });
  await server.close();
});

test("whatever their sizes, writes arrive whole and in order, and a slow reader is waited for", async () => {
  const random = new Random(3);
  const sent: Buffer[] = [];
  const got: Buffer[] = [];
  await run(function* () {
    const server = yield* startServer(
      function* ({ writer }) {
        writer.setWriteBufferLimits({ high: 20_000 });
        for (let i = 0; i < 3000; i++) {
          const size = random.below(4) === 0 ? random.below(30_000) : 1 + random.below(200);
          const bytes = Buffer.alloc(size, random.below(256));
          sent.push(bytes);
          const kind = random.below(3);
          if (kind === 0 && writer.tryWrite(bytes)) continue;
          if (kind === 1) yield* writer.writeLines([bytes.subarray(0, 3), bytes.subarray(3)]);
          else yield* writer.write(bytes);
          expect(writer.getWriteBufferSize()).toBeLessThanOrEqual(20_000);
        }
      },
      { ...local, grace: 60_000 },
    );
    const { reader } = yield* openConnection("127.0.0.1", server.port);
    for (;;) {
      const bytes = yield* reader.read(1 + random.below(50_000));
      if (bytes.length === 0) break;
      got.push(bytes);
      if (random.below(10) === 0) yield* fromPromise(turn());
    }
  });
  expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
});

test("a socket that was lost before anybody looked is told as closed", async () => {
  const server = await BareServer.listen();
  const client = await bareClient({ port: server.port, host: "127.0.0.1" });
  const peer = await server.accepted();
  const transport = socketTransport(client);
  client.resume();
  peer.resetAndDestroy();
  await new Promise((resolve) => client.once("close", resolve));
  const error = await new Promise((resolve) => {
    transport.attach({ onBytes: () => {}, onEnd: () => {}, onDrain: () => {}, onClose: resolve });
  });
  expect(error).toMatchObject({ code: "ECONNRESET" });
  await server.close();
});

test("a socket that was taken out is silent, and whole", async () => {
  const server = await BareServer.listen();
  const client = await bareClient({ port: server.port, host: "127.0.0.1" });
  const peer = await server.accepted();
  const transport = socketTransport(client);
  const never = (): never => expect.unreachable();
  transport.attach({ onBytes: never, onEnd: never, onDrain: never, onClose: never });
  for (const piece of ["a", "b", "c"]) transport.write(Buffer.from(piece));
  const { socket } = releaseSocket(transport)!;
  expect(socket).toBe(client);
  expect(transport.write(Buffer.from("dropped"))).toBe(true);
  transport.close();
  socket.end("d");
  expect(await readAll(peer)).toBe("abcd");
  peer.end("e");
  expect(await readAll(socket)).toBe("e");
  expect(releaseSocket({} as never)).toBe(null);
  await server.close();
});
