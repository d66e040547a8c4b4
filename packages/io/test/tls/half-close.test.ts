// The ends of encrypted streams: in halves, in order, cut off; and much data in both directions at once.
import { createHash } from "node:crypto";
import { call, createTask, Event, fromPromise, type Coroutine } from "corio";
import { describe, expect } from "vitest";
import {
  type Connection,
  ConnectionResetError,
  openConnection,
  startServer,
  type TlsOptions,
} from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import { both, caught } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { meddlingProxy } from "../support/raw-peers.ts";

const trusted: TlsOptions = { ca: authority, servername: "localhost" };
leavesNothingOpen();

const versions = ["TLSv1.2", "TLSv1.3"] as const;

describe.each(versions)("%s", (maxVersion) => {
  const tls = { ...serverIdentity, maxVersion };

  both("the client ends its half, and all that the server still sends arrives", function* ({ wait, fn }) {
    const server = yield* wait(
      startServer(
        fn(function* ({ reader, writer }: Connection) {
          const asked = yield* wait(reader.read());
          // Only the end of the question brings us here: the answer is longer than what the system buffers.
          for (let i = 0; i < 64; i++) yield* wait(writer.write(Buffer.alloc(65_536, asked[0])));
        }),
        { host: "127.0.0.1", port: 0, tls },
      ),
    );
    const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
    expect(writer.canWriteEof()).toBe(true);
    yield* wait(writer.write("question"));
    writer.writeEof();
    const answer = yield* wait(reader.read());
    expect(answer.length).toBe(64 * 65_536);
    expect(answer.equals(Buffer.alloc(64 * 65_536, "q"))).toBe(true);
  });

  both("the server ends its half, and all that the client still sends arrives", function* ({ wait, fn }) {
    let taken = 0;
    const done = new Event();
    const server = yield* wait(
      startServer(
        fn(function* ({ reader, writer }: Connection) {
          writer.writeEof();
          taken = (yield* wait(reader.read())).length;
          done.set();
        }),
        { host: "127.0.0.1", port: 0, tls },
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
    expect((yield* wait(connection.reader.read())).length).toBe(0);
    for (let i = 0; i < 64; i++) yield* wait(connection.writer.write(Buffer.alloc(65_536, 1)));
    connection.writer.writeEof();
    yield* wait(done.wait());
    expect(taken).toBe(64 * 65_536);
    yield* wait(connection.close());
  });

  both("a close behind a large write loses nothing, though nothing was ever read", function* ({ wait, fn }) {
    const taken: unknown[] = [];
    const done = new Event();
    const server = yield* wait(
      startServer(
        fn(function* ({ reader }: Connection) {
          try {
            taken.push((yield* wait(reader.read())).length);
          } catch (error) {
            taken.push(error);
          }
          done.set();
        }),
        { host: "127.0.0.1", port: 0, tls },
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
    yield* wait(connection.writer.write(Buffer.alloc(1 << 20, 1)));
    yield* wait(connection.close());
    yield* wait(done.wait());
    expect(taken).toEqual([1 << 20]);
  });

  both("an abort right behind the handshake is a reset for the peer, not an end", function* ({ wait, fn }) {
    const seen: unknown[] = [];
    const server = yield* wait(
      startServer(
        fn(function* ({ reader }: Connection) {
          seen.push(yield* caught(wait(reader.read())));
        }),
        { host: "127.0.0.1", port: 0, tls },
      ),
    );
    let failed = 0;
    for (let i = 0; i < 30; i++) {
      const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
      connection.abort();
    }
    while (seen.length + failed < 30) {
      failed = server.statistics().failedHandshakes;
      yield* wait(fromPromise(new Promise(setImmediate)));
    }
    expect(seen.every((error) => error instanceof ConnectionResetError)).toBe(true);
    // With TLS 1.2 the server is the last to have finished.
    if (maxVersion === "TLSv1.2") expect(seen.length).toBe(30);
  });

  both(
    "a connection that is closed tells what it was, but for a certificate that nobody has asked for",
    function* ({ wait, fn }) {
      const server = yield* wait(
        startServer(
          fn(function* ({ reader }: Connection) {
            yield* wait(reader.read());
          }),
          { host: "127.0.0.1", port: 0, tls },
        ),
      );
      const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
      yield* wait(connection.close());
      expect(connection.getExtraInfo("tlsVersion")).toBe(maxVersion);
      expect(connection.getExtraInfo("cipher")).toMatchObject({ version: maxVersion });
      expect(connection.getExtraInfo("sessionReused")).toBe(false);
      expect(connection.getExtraInfo("peerCertificate")).toBeNull();
      expect(connection.getExtraInfo("authorized")).toBe(true);
    },
  );

  both("an abort is a reset for the peer, not an end", function* ({ wait, fn }) {
    const errors: unknown[] = [];
    const done = new Event();
    const server = yield* wait(
      startServer(
        fn(function* ({ reader, writer }: Connection) {
          yield* wait(writer.write("hello\n"));
          errors.push(yield* caught(wait(reader.read())));
          done.set();
        }),
        { host: "127.0.0.1", port: 0, tls },
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
    yield* wait(connection.reader.readLine());
    connection.abort();
    yield* wait(done.wait());
    expect(errors[0]).toBeInstanceOf(ConnectionResetError);
  });
});

both(
  "a stream that was cut off by a bare FIN looks like one that has ended: node cannot tell",
  function* ({ wait, fn }) {
    const server = yield* wait(
      startServer(
        fn(function* ({ reader, writer }: Connection) {
          yield* wait(writer.write("half of it"));
          yield* wait(reader.read());
        }),
        { host: "127.0.0.1", port: 0, tls: serverIdentity },
      ),
    );
    const proxy = yield* wait(meddlingProxy(server.port, {}));
    const { reader } = yield* wait(openConnection("127.0.0.1", proxy.port, { tls: trusted }));
    expect((yield* wait(reader.read(10))).toString()).toBe("half of it");
    // Somebody in between ends the connection below TLS.
    proxy.sockets[0]!.end();
    expect((yield* wait(reader.read())).length).toBe(0);
    expect(reader.atEof()).toBe(true);
  },
);

both("32 MiB each way at once, by slow and by fast readers, byte for byte", function* ({ wait, fn }) {
  const block = Buffer.alloc(1 << 20);
  for (let i = 0; i < block.length; i++) block[i] = (i * 31 + (i >> 8)) & 255;
  const blocks = 32;
  const expected = createHash("sha256");
  for (let i = 0; i < blocks; i++) expected.update(block);
  const digest = expected.digest("hex");

  function* send({ writer }: Connection): Coroutine<void> {
    for (let i = 0; i < blocks; i++) yield* writer.write(Buffer.from(block));
    writer.writeEof();
  }
  function* take({ reader }: Connection, most: number): Coroutine<string> {
    const hash = createHash("sha256");
    for (;;) {
      const bytes = yield* reader.read(most);
      if (bytes.length === 0) return hash.digest("hex");
      hash.update(bytes);
    }
  }
  const digests: string[] = [];
  const served = new Event();
  const server = yield* wait(
    startServer(
      fn(function* (connection: Connection) {
        const sending = createTask(send, connection);
        digests.push(yield* wait(call(take, connection, 1000)));
        yield* wait(sending.join());
        served.set();
      }),
      { host: "127.0.0.1", port: 0, tls: serverIdentity },
    ),
  );
  const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
  const sending = createTask(send, connection);
  digests.push(yield* wait(call(take, connection, 65_536)));
  yield* wait(sending.join());
  yield* wait(served.wait());
  expect(digests).toEqual([digest, digest]);
  yield* wait(connection.close());
});
