// openConnection and withConnection against bare node:net: whose the connection is, how it ends, what its failures are called.
import {
  cancelScope,
  fromPromise,
  moveOnAfter,
  run,
  sleepForever,
  taskGroup,
  TimeoutError,
  type Report,
  type Scope,
  type TaskGroup,
} from "corio";
import { describe, expect, test } from "vitest";
import {
  type Connection,
  ConnectionClosedError,
  ConnectionRefusedError,
  ConnectionResetError,
  openConnection,
  withConnection,
} from "../../src/index.ts";
import { BareServer, readAll } from "../support/bare-peer.ts";
import { both, caught, dialects, type Dialect } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

/** A test with a bare server to connect to. */
function withPeer(
  title: string,
  body: (
    dialect: Dialect & { readonly promise: <T>(promise: Promise<T>) => Steps<T> },
    server: BareServer,
  ) => Steps<unknown>,
): void {
  both(title, function* (dialect) {
    const promise = <T>(given: Promise<T>): Steps<T> => dialect.wait(fromPromise(given));
    const server = yield* promise(BareServer.listen());
    try {
      yield* body({ ...dialect, promise }, server);
    } finally {
      yield* promise(server.close());
    }
  });
}

describe("a connection", () => {
  withPeer(
    "reads and writes (test_streams StreamTests.test_open_connection) (test_streams StreamTests.test_async_writer_api)",
    function* ({ wait, promise }, server) {
      const connection = yield* wait(openConnection("127.0.0.1", server.port));
      const { reader, writer } = connection;
      const peer = yield* promise(server.accepted());
      peer.on("data", (data) => peer.end(`you said ${String(data)}\nand no more`));
      yield* wait(writer.write("hello"));
      expect(String(yield* wait(reader.readLine()))).toBe("you said hello\n");
      expect(String(yield* wait(reader.read()))).toBe("and no more");
      expect(reader.atEof()).toBe(true);
      expect(writer.isClosing()).toBe(false);
      expect(connection.statistics()).toEqual({
        bytesRead: 26,
        bytesWritten: 5,
        unread: 0,
        pending: 0,
        closing: false,
      });
      writer.close();
      expect(writer.isClosing()).toBe(true);
      yield* wait(writer.waitClosed());
    },
  );

  withPeer("knows both its ends", function* ({ wait, promise }, server) {
    const connection = yield* wait(openConnection({ host: "127.0.0.1", port: server.port }));
    const peer = yield* promise(server.accepted());
    expect(connection.remoteAddress).toEqual({ host: "127.0.0.1", port: server.port, family: 4 });
    expect(connection.localAddress).toEqual({ host: "127.0.0.1", port: peer.remotePort, family: 4 });
    expect(connection.getExtraInfo("peername")).toEqual(connection.remoteAddress);
    expect(connection.getExtraInfo("sockname")).toEqual(connection.localAddress);
    expect(connection.writer.getExtraInfo("socket")).toHaveProperty("remotePort", server.port);
    expect(connection.getExtraInfo("cipher")).toBe(null);
    yield* wait(connection.close());
    // Also afterwards.
    expect(connection.remoteAddress).toEqual({ host: "127.0.0.1", port: server.port, family: 4 });
  });

  withPeer(
    "is closed although not all was read (ST17) (test_streams StreamTests.test_wait_closed_on_close_with_unread_data)",
    function* ({ wait, promise }, server) {
      const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
      const peer = yield* promise(server.accepted());
      peer.write("a line\nand more");
      expect(String(yield* wait(reader.readLine()))).toBe("a line\n");
      writer.close();
      yield* wait(writer.waitClosed());
      expect(writer.isClosing()).toBe(true);
    },
  );

  withPeer("close sends what was written, however much (ST17)", function* ({ wait, promise }, server) {
    const { writer } = yield* wait(openConnection("127.0.0.1", server.port));
    const peer = yield* promise(server.accepted());
    const all = readAll(peer);
    writer.setWriteBufferLimits({ high: 100_000_000 });
    for (let i = 0; i < 20; i++) yield* wait(writer.write("x".repeat(1_000_000)));
    writer.close();
    yield* wait(writer.waitClosed());
    expect((yield* promise(all)).length).toBe(20_000_000);
  });

  withPeer(
    "tells the end of its writing while it reads on: half-close",
    function* ({ wait, promise }, server) {
      const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
      const peer = yield* promise(server.accepted());
      const all = readAll(peer);
      yield* wait(writer.write("question"));
      expect(writer.canWriteEof()).toBe(true);
      writer.writeEof();
      writer.writeEof();
      expect(yield* promise(all)).toBe("question");
      expect(yield* caught(wait(writer.write("more")))).toMatchObject({
        code: "ERR_CONNECTION_CLOSED",
        message: expect.stringContaining("writeEof() was called"),
      });
      peer.end("answer");
      expect(String(yield* wait(reader.read()))).toBe("answer");
      yield* wait(writer.waitClosed());
    },
  );

  withPeer("writes on after the peer's end: half-close", function* ({ wait, promise }, server) {
    const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
    const peer = yield* promise(server.accepted());
    const all = readAll(peer);
    peer.end("question");
    expect(String(yield* wait(reader.read()))).toBe("question");
    yield* wait(writer.write("answer"));
    writer.writeEof();
    expect(yield* promise(all)).toBe("answer");
    yield* wait(writer.waitClosed());
  });

  withPeer("aborted resets its peer", function* ({ wait, promise }, server) {
    const connection = yield* wait(openConnection("127.0.0.1", server.port));
    const peer = yield* promise(server.accepted());
    const broken = promise(readAll(peer));
    yield* wait(connection.writer.write("some"));
    connection.abort();
    connection.abort();
    expect(yield* caught(broken)).toMatchObject({ code: "ECONNRESET" });
    expect(connection.writer.isClosing()).toBe(true);
    yield* wait(connection.writer.waitClosed());
    yield* wait(connection.close());
  });
});

describe("whose it is", () => {
  for (const { name, fn, wait } of dialects) {
    test(`nobody's writer stays open, and debug mode has nothing to tell (ST19: better) (test_streams StreamTests.test_unclosed_resource_warnings: better) (${name})`, async () => {
      const server = await BareServer.listen();
      const reports: Report[] = [];
      let kept: Connection | null = null;
      await run(
        fn(function* () {
          kept = yield* wait(openConnection("127.0.0.1", server.port));
          yield* wait(kept.writer.write("no close follows"));
        }),
        { debug: true, onReport: (report) => void reports.push(report) },
      );
      expect(kept!.writer.isClosing()).toBe(true);
      expect(reports).toEqual([]);
      expect(await readAll(await server.accepted())).toBe("no close follows");
      await server.close();
    });
  }

  withPeer(
    "the scope's that opened it: closed when that ends, with what was written",
    function* ({ wait, promise, fn }, server) {
      let kept: Connection | null = null;
      yield* wait(
        cancelScope(
          fn(function* () {
            kept = yield* wait(openConnection("127.0.0.1", server.port));
            yield* wait(kept.writer.write("last words"));
          }),
        ),
      );
      const peer = yield* promise(server.accepted());
      expect(yield* promise(readAll(peer))).toBe("last words");
      expect(kept!.writer.isClosing()).toBe(true);
      expect(yield* caught(wait(kept!.writer.write("more")))).toBeInstanceOf(ConnectionClosedError);
      expect(yield* caught(wait(kept!.reader.read(1)))).toBeInstanceOf(ConnectionClosedError);
    },
  );

  withPeer("a cancelled scope's connection is aborted", function* ({ wait, promise, fn }, server) {
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          const { writer } = yield* wait(openConnection("127.0.0.1", server.port));
          yield* wait(writer.write("half a mess"));
          scope.cancel();
          yield* wait(sleepForever());
        }),
      ),
    );
    const peer = yield* promise(server.accepted());
    expect(yield* caught(promise(readAll(peer)))).toMatchObject({ code: "ECONNRESET" });
  });

  withPeer("a child's failure in a group aborts it as well", function* ({ wait, promise, fn }, server) {
    const error = yield* caught(
      wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            yield* wait(openConnection("127.0.0.1", server.port));
            group.spawn(() => {
              throw new Error("sibling");
            });
            yield* wait(sleepForever());
          }),
        ),
      ),
    );
    expect(error).toMatchObject({ errors: [expect.objectContaining({ message: "sibling" })] });
    const peer = yield* promise(server.accepted());
    expect(yield* caught(promise(readAll(peer)))).toMatchObject({ code: "ECONNRESET" });
  });

  withPeer("withConnection closes it at the end of its block", function* ({ wait, promise, fn }, server) {
    const where = { host: "127.0.0.1", port: server.port };
    const value = yield* wait(
      withConnection(
        where,
        fn(function* ({ writer }: Connection) {
          yield* wait(writer.write("hello"));
          return 42;
        }),
      ),
    );
    expect(value).toBe(42);
    const peer = yield* promise(server.accepted());
    expect(yield* promise(readAll(peer))).toBe("hello");
    const error = yield* caught(
      wait(
        withConnection(where, () => {
          throw new Error("body");
        }),
      ),
    );
    expect(error).toHaveProperty("message", "body");
  });

  withPeer("one that was closed by hand is forgotten by its scope", function* ({ wait, promise }, server) {
    for (let i = 0; i < 20; i++) {
      const connection = yield* wait(openConnection("127.0.0.1", server.port));
      (yield* promise(server.accepted()))
        .on("data", () => {})
        .on("end", function (this: { end(): void }) {
          this.end();
        });
      yield* wait(connection.close());
      yield* wait(connection.close());
    }
  });

  withPeer(
    "a peer that does not read holds up the end only so long",
    function* ({ wait, promise, fn }, server) {
      let left = 0;
      yield* wait(
        cancelScope(
          fn(function* () {
            const options = { host: "127.0.0.1", port: server.port, closeTimeout: 20 };
            const connection = yield* wait(openConnection(options));
            const peer = yield* promise(server.accepted());
            peer.pause();
            connection.writer.setWriteBufferLimits({ high: 100_000_000 });
            yield* wait(connection.writer.write("x".repeat(30_000_000)));
            left = connection.writer.getWriteBufferSize();
            const error = yield* caught(wait(connection.close()));
            expect(error).toBeInstanceOf(TimeoutError);
            expect((error as Error).message).toMatch(
              /did? not take|has not taken what was written within 20 ms/,
            );
            // At the end of the scope it is no error of the scope's.
            const other = yield* wait(openConnection(options));
            (yield* promise(server.accepted())).pause();
            other.writer.setWriteBufferLimits({ high: 100_000_000 });
            yield* wait(other.writer.write("x".repeat(30_000_000)));
          }),
        ),
      );
      expect(left).toBeGreaterThan(0);
    },
  );
});

describe("failures", () => {
  withPeer(
    "a peer that resets is told from one that ends (test_streams StreamTests.test_open_connection_error)",
    function* ({ wait, promise }, server) {
      const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
      const peer = yield* promise(server.accepted());
      peer.resetAndDestroy();
      const error = (yield* caught(wait(reader.read(1)))) as ConnectionResetError;
      expect(error).toBeInstanceOf(ConnectionResetError);
      expect(error).toMatchObject({ code: "ECONNRESET", cause: { code: "ECONNRESET" } });
      expect(error.message).toBe(
        `The connection to 127.0.0.1:${server.port} is lost: the peer has reset it (ECONNRESET)`,
      );
      // Every later wait says the same.
      expect(yield* caught(wait(reader.readLine()))).toBe(error);
      expect(yield* caught(wait(writer.write("x")))).toBe(error);
      expect(yield* caught(wait(writer.drain()))).toBe(error);
      expect(yield* caught(wait(writer.waitClosed()))).toBe(error);
      expect(writer.isClosing()).toBe(true);
    },
  );

  withPeer(
    "writing to a peer that has gone fails, be it in a loop without waits (ST15) (test_streams StreamTests.test_drain_raises)",
    function* ({ wait, promise }, server) {
      const { writer } = yield* wait(openConnection("127.0.0.1", server.port));
      (yield* promise(server.accepted())).destroy();
      const error = yield* caught(
        (function* () {
          for (;;) {
            yield* wait(writer.write("foo\n"));
            yield* wait(writer.drain());
          }
        })(),
      );
      expect(error).toBeInstanceOf(ConnectionResetError);
      expect(["ECONNRESET", "EPIPE"]).toContain((error as ConnectionResetError).code);
    },
  );

  withPeer("what came to its end stays readable when a write is lost", function* ({ wait, promise }, server) {
    const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
    const peer = yield* promise(server.accepted());
    peer.end("all of it");
    // The end has come, and nothing of it was read.
    while (!reader.ended) yield* promise(new Promise((resolve) => setImmediate(resolve)));
    peer.destroy();
    yield* caught(
      (function* () {
        for (;;) yield* wait(writer.write("foo\n"));
      })(),
    );
    expect(String(yield* wait(reader.read()))).toBe("all of it");
    expect(reader.atEof()).toBe(true);
  });

  withPeer(
    "after the own close the end is not the peer's (test_streams StreamTests.test_eof_feed_when_closing_writer: better) (test_streams StreamTests.test_async_writer_api_exception_after_close: better)",
    function* ({ wait, promise, fn }, server) {
      const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
      yield* promise(server.accepted());
      yield* wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            const reading = group.spawn(
              fn(function* () {
                return yield* caught(wait(reader.readLine()));
              }),
            );
            yield* promise(new Promise((resolve) => setImmediate(resolve)));
            writer.close();
            // It is not the peer who has ended.
            expect(yield* wait(reading.join())).toBeInstanceOf(ConnectionClosedError);
          }),
        ),
      );
      expect(yield* caught(wait(writer.write("data")))).toMatchObject({ code: "ERR_CONNECTION_CLOSED" });
      expect(() => writer.tryWrite("data")).toThrow(ConnectionClosedError);
      expect(yield* caught(wait(reader.read(1)))).toMatchObject({ code: "ERR_CONNECTION_CLOSED" });
      yield* wait(writer.waitClosed());
      expect(reader.atEof()).toBe(false);
    },
  );

  both("nothing listens: ConnectionRefusedError", function* ({ wait }) {
    const server = yield* wait(fromPromise(BareServer.listen()));
    const { port } = server;
    yield* wait(fromPromise(server.close()));
    const error = yield* caught(wait(openConnection("127.0.0.1", port)));
    expect(error).toBeInstanceOf(ConnectionRefusedError);
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("bad options are told before anything is done", async () => {
    await run(async () => {
      const rejects = async (target: object, error: typeof RangeError | typeof TypeError): Promise<void> => {
        await expect(openConnection({ host: "127.0.0.1", port: 1, ...target } as never)).rejects.toThrow(
          error,
        );
      };
      await rejects({ port: 0 }, RangeError);
      await rejects({ port: 70_000 }, RangeError);
      await rejects({ host: "" }, TypeError);
      await rejects({ host: undefined }, TypeError);
      await expect(openConnection(undefined as never, 80)).rejects.toThrow(/Cannot use undefined as a host/);
      await rejects({ limit: 0 }, RangeError);
      await rejects({ closeTimeout: -1 }, RangeError);
      await rejects({ keepAlive: 0 }, RangeError);
      await rejects({ keepAlive: Infinity }, RangeError);
    });
  });
});

describe("cancelled", () => {
  both("a connect leaves nothing, whenever it comes", function* ({ wait, fn }) {
    const server = yield* wait(fromPromise(BareServer.listen()));
    try {
      for (let turns = 0; turns < 12; turns++) {
        yield* wait(
          cancelScope(
            fn(function* (scope: Scope) {
              const cancelLater = (left: number): void => {
                if (left === 0) scope.cancel();
                else setImmediate(cancelLater, left - 1);
              };
              cancelLater(turns);
              const { reader } = yield* wait(openConnection("127.0.0.1", server.port));
              yield* wait(reader.read());
            }),
          ),
        );
      }
    } finally {
      yield* wait(fromPromise(server.close()));
    }
  });

  withPeer("a read loses nothing (ST10)", function* ({ wait, promise, fn }, server) {
    const { reader } = yield* wait(openConnection("127.0.0.1", server.port));
    const peer = yield* promise(server.accepted());
    peer.write("first ");
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(reader.readLine());
        }),
      ),
    );
    expect(cancelled).toBe(true);
    peer.write("second\n");
    expect(String(yield* wait(reader.readLine()))).toBe("first second\n");
    peer.end();
  });
});

test("`await using` closes it", async () => {
  const server = await BareServer.listen();
  await run(async () => {
    await call();
    const peer = await server.accepted();
    expect(await readAll(peer)).toBe("hello");
    await server.close();
  });

  async function call(): Promise<void> {
    const connection = await openConnection("127.0.0.1", server.port);
    await connection.writer.write("hello");
    await connection[Symbol.asyncDispose]();
    expect(connection.writer.isClosing()).toBe(true);
  }
});
