// startTls as a change of what is below a reader and a writer: what is on its way, and what comes in between. The handshake itself is
// the affair of test/tls.
import {
  BusyResourceError,
  cancelScope,
  fromPromise,
  sleepForever,
  taskGroup,
  type Scope,
  type TaskGroup,
} from "corio";
import { describe, expect } from "vitest";
import {
  ConnectionClosedError,
  ConnectionResetError,
  memoryStreams,
  openConnection,
  startServer,
  TlsError,
  type Connection,
} from "../../src/index.ts";
import { BareServer } from "../support/bare-peer.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const turn = () => fromPromise(new Promise((resolve) => void setImmediate(resolve)));
const local = { host: "127.0.0.1", port: 0 } as const;
const trusted = { ca: authority, servername: "localhost" } as const;

describe("startTls", () => {
  both("sends what was written in plain text first, however slowly it goes out", function* ({ wait, fn }) {
    const plain = "x".repeat(10_000_000);
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          const { reader, writer } = connection;
          expect(String(yield* wait(reader.readExactly(plain.length)))).toBe(plain);
          yield* wait(connection.startTls(serverIdentity));
          yield* wait(writer.write(yield* wait(reader.readLine())));
        }),
        local,
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port));
    const { reader, writer } = connection;
    writer.setWriteBufferLimits({ high: 100_000_000 });
    yield* wait(writer.write(plain));
    yield* wait(writer.startTls(trusted));
    expect(writer.getWriteBufferLimits().high).toBe(100_000_000);
    yield* wait(writer.write("secret\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("secret\n");
  });

  both("works on memory streams", function* ({ wait, fn }) {
    const [client, server] = memoryStreams();
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          group.spawn(
            fn(function* () {
              yield* wait(server.startTls(serverIdentity));
              yield* wait(server.writer.write(yield* wait(server.reader.readLine())));
            }),
          );
          yield* wait(client.startTls(trusted));
          yield* wait(client.writer.write("hello\n"));
          expect(String(yield* wait(client.reader.readLine()))).toBe("hello\n");
          expect(client.getExtraInfo("tlsVersion")).toBe("TLSv1.3");
        }),
      ),
    );
  });

  both("is refused while somebody reads, and lets nobody write meanwhile", function* ({ wait, fn }) {
    const peer = yield* wait(fromPromise(BareServer.listen()));
    const connection = yield* wait(openConnection("127.0.0.1", peer.port));
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          const reading = group.spawn(
            fn(function* () {
              return yield* wait(connection.reader.readLine());
            }),
          );
          yield* wait(turn());
          expect(yield* caught(wait(connection.startTls(true)))).toBeInstanceOf(BusyResourceError);
          (yield* wait(fromPromise(peer.accepted()))).write("line\n");
          expect(String(yield* wait(reading.join()))).toBe("line\n");
          // Nobody answers.
          const upgrading = group.spawn(
            fn(function* () {
              return yield* caught(wait(connection.startTls(true)));
            }),
          );
          yield* wait(turn());
          expect(yield* caught(wait(connection.writer.write("x")))).toMatchObject({
            message: expect.stringContaining("TLS is being started on it"),
          });
          expect(() => connection.writer.writeEof()).toThrow(ConnectionClosedError);
          connection.abort();
          expect(yield* wait(upgrading.join())).toBeInstanceOf(ConnectionClosedError);
        }),
      ),
    );
    yield* wait(connection.writer.waitClosed());
    yield* wait(fromPromise(peer.close()));
  });

  for (const way of ["close", "abort", "closeClients", "abortClients"] as const) {
    both(`is ended by ${way}`, function* ({ wait, fn }) {
      const handled: Connection[] = [];
      const server = yield* wait(
        startServer(
          fn(function* (connection: Connection) {
            handled.push(connection);
            yield* wait(connection.startTls(serverIdentity));
          }),
          { ...local, onError: () => {} },
        ),
      );
      const client = yield* wait(openConnection("127.0.0.1", server.port));
      while (handled.length === 0) yield* wait(turn());
      const served = handled[0]!;
      yield* wait(turn());
      if (way === "close") served.writer.close();
      else if (way === "abort") served.abort();
      else server[way]();
      server.close();
      yield* wait(server.waitClosed());
      expect(served.writer.isClosing()).toBe(true);
      expect(server.statistics().failed).toBe(way === "close" || way === "abort" ? 1 : 0);
      yield* wait(client.close());
    });
  }

  both("that is cancelled closes the connection", function* ({ wait, fn }) {
    const peer = yield* wait(fromPromise(BareServer.listen()));
    const connection = yield* wait(openConnection("127.0.0.1", peer.port));
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          setImmediate(() => scope.cancel());
          yield* wait(connection.startTls(true));
          yield* wait(sleepForever());
        }),
      ),
    );
    expect(connection.writer.isClosing()).toBe(true);
    yield* wait(connection.writer.waitClosed());
    expect(yield* caught(wait(connection.reader.read(1)))).toBeInstanceOf(ConnectionClosedError);
    yield* wait(fromPromise(peer.close()));
  });

  describe("while what was written before still goes out", () => {
    const plain = "x".repeat(1_000_000);

    /** Its reader does not take it yet. */
    function* writePlain({ wait }: Dialect, { writer }: Connection): Steps<void> {
      writer.setWriteBufferLimits({ high: plain.length });
      for (let i = 0; i < plain.length; i += 50_000) yield* wait(writer.write(plain.slice(i, i + 50_000)));
      expect(writer.getWriteBufferSize()).toBeGreaterThan(0);
    }

    both("lets nobody write, nor read what is not encrypted", function* (dialect) {
      const { wait, fn } = dialect;
      const [client, server] = memoryStreams();
      yield* writePlain(dialect, client);
      yield* wait(
        taskGroup(
          fn(function* (group: TaskGroup) {
            const upgrade = fn(function* () {
              return yield* caught(wait(client.startTls(trusted)));
            });
            const upgrading = group.spawn(upgrade);
            yield* wait(turn());
            const told = { message: expect.stringContaining("TLS is being started on it") };
            expect(yield* caught(wait(client.writer.write("plain")))).toMatchObject(told);
            expect(yield* wait(group.spawn(upgrade).join())).toMatchObject(told);
            const reading = group.spawn(
              fn(function* () {
                return yield* caught(wait(client.reader.readLine()));
              }),
            );
            yield* wait(server.writer.write("injected\n"));
            yield* wait(turn());
            expect(String(yield* wait(server.reader.readExactly(plain.length)))).toBe(plain);
            const error = yield* wait(upgrading.join());
            expect(error).toBeInstanceOf(TlsError);
            expect(yield* wait(reading.join())).toBe(error);
          }),
        ),
      );
    });

    for (const way of ["cancel", "close", "abort"] as const) {
      both(`a ${way} aborts the connection`, function* (dialect) {
        const { wait, fn } = dialect;
        const [client, server] = memoryStreams();
        yield* writePlain(dialect, client);
        let error: unknown = null;
        yield* wait(
          cancelScope(
            fn(function* (scope: Scope) {
              setImmediate(() => {
                if (way === "cancel") scope.cancel();
                else client.writer[way]();
              });
              error = yield* caught(wait(client.startTls(trusted)));
            }),
          ),
        );
        if (way !== "cancel") {
          expect(error).toBeInstanceOf(ConnectionClosedError);
          expect((error as Error).message).toContain("it is closed");
        }
        expect(client.writer.isClosing()).toBe(true);
        expect(() => client.writer.tryWrite("plain")).toThrow(ConnectionClosedError);
        expect(yield* caught(wait(server.reader.read()))).toBeInstanceOf(ConnectionResetError);
      });
    }
  });

  both("that fails closes the connection, and says why to all who use it", function* ({ wait }) {
    const peer = yield* wait(fromPromise(BareServer.listen()));
    const connection = yield* wait(openConnection("127.0.0.1", peer.port));
    (yield* wait(fromPromise(peer.accepted()))).write("this is no TLS at all\n");
    const error = yield* caught(wait(connection.startTls(trusted)));
    expect(error).toBeInstanceOf(TlsError);
    expect(yield* caught(wait(connection.reader.read(1)))).toBe(error);
    expect(yield* caught(wait(connection.writer.write("x")))).toBe(error);
    yield* wait(fromPromise(peer.close()));
  });
});
