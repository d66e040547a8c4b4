// startTls: from plain text to TLS in the middle of a stream, in both directions, and what an attacker tries with it.
import { once } from "node:events";
import { setImmediate as aTurn } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { BusyResourceError, cancelScope, createTask, Event, fromPromise, type Scope } from "corio";
import { describe, expect } from "vitest";
import {
  type Connection,
  ConnectionClosedError,
  memoryStreams,
  openConnection,
  startServer,
  TlsHandshakeClosedError,
  TlsHandshakeTimeoutError,
  TlsOptionError,
  type TlsOptions,
  TlsProtocolError,
} from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import { both, bothSimulated, caught, type Dialect } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { leftAlone, rawClient, rawServer } from "../support/raw-peers.ts";

leavesNothingOpen();

const trusted: TlsOptions = { ca: authority, servername: "localhost" };

interface Mail {
  readonly port: number;
  readonly errors: unknown[];
  readonly failed: Event;
  /** Lines that the server has taken. */
  readonly lines: string[];
}

/** A server that upgrades when it is told STARTTLS, and answers each line. */
function* mailServer({ wait, fn }: Dialect, options = {}): Generator<unknown, Mail> {
  const errors: unknown[] = [];
  const lines: string[] = [];
  const failed = new Event();
  const server = yield* wait(
    startServer(
      fn(function* (connection: Connection) {
        const { reader, writer } = connection;
        for (;;) {
          const line = (yield* wait(reader.readLine())).toString();
          if (line === "") return;
          lines.push(line.trim());
          if (line === "STARTTLS\n") {
            yield* wait(writer.write("go ahead\n"));
            yield* wait(connection.startTls({ ...serverIdentity, ...options }));
          } else yield* wait(writer.write(`${connection.getExtraInfo("tlsVersion") ?? "plain"} ${line}`));
        }
      }),
      {
        host: "127.0.0.1",
        port: 0,
        onError: (error) => {
          errors.push(error);
          failed.set();
        },
      },
    ),
  );
  return { port: server.port, errors, failed, lines };
}

function* ask({ wait }: Dialect, { reader, writer }: Connection, line: string): Generator<unknown, string> {
  yield* wait(writer.write(`${line}\n`));
  return (yield* wait(reader.readLine())).toString().trim();
}

describe("an upgrade", () => {
  both(
    "in the middle of a stream: the reader and the writer stay the same (test_streams StreamTests.test_start_tls)",
    function* (dialect) {
      const { wait } = dialect;
      const { port } = yield* mailServer(dialect);
      const connection = yield* wait(openConnection("127.0.0.1", port));
      const { reader, writer } = connection;
      expect(yield* ask(dialect, connection, "HELO")).toBe("plain HELO");
      expect(connection.getExtraInfo("cipher")).toBeNull();
      expect(yield* ask(dialect, connection, "STARTTLS")).toBe("go ahead");
      yield* wait(connection.startTls(trusted));
      expect(yield* ask(dialect, connection, "HELO")).toBe("TLSv1.3 HELO");
      expect([connection.reader, connection.writer]).toEqual([reader, writer]);
      expect(connection.getExtraInfo("cipher")).not.toBeNull();
      expect(connection.getExtraInfo("authorized")).toBe(true);
      expect(connection.remoteAddress).toEqual({ host: "127.0.0.1", port, family: 4 });
      yield* wait(connection.close());
    },
  );

  both("the host that was connected to is what the certificate is checked for", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* mailServer(dialect);
    const connection = yield* wait(openConnection("127.0.0.1", port));
    yield* ask(dialect, connection, "STARTTLS");
    yield* wait(connection.startTls({ ca: authority }));
    expect(yield* ask(dialect, connection, "HELO")).toBe("TLSv1.3 HELO");
    yield* wait(connection.close());
  });

  both("by the writer, as asyncio has it", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* mailServer(dialect);
    const connection = yield* wait(openConnection("127.0.0.1", port));
    yield* ask(dialect, connection, "STARTTLS");
    yield* wait(connection.writer.startTls(trusted));
    expect(yield* ask(dialect, connection, "HELO")).toBe("TLSv1.3 HELO");
    yield* wait(connection.close());
  });

  both("the end that has connected may be the server of the handshake", function* ({ wait, fn }) {
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          yield* wait(connection.startTls(trusted, { server: false }));
          yield* wait(connection.writer.write(yield* wait(connection.reader.readLine())));
        }),
        { host: "127.0.0.1", port: 0 },
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port));
    yield* wait(connection.startTls(serverIdentity, { server: true }));
    yield* wait(connection.writer.write("hello\n"));
    expect((yield* wait(connection.reader.readLine())).toString()).toBe("hello\n");
    expect(connection.getExtraInfo("servername")).toBe("localhost");
    yield* wait(connection.close());
  });

  both("node's client", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* mailServer(dialect);
    const socket = yield* wait(rawClient(port));
    socket.write("STARTTLS\n");
    yield* wait(fromPromise(once(socket, "data")));
    const secure = connectTls({ socket, ...trusted } as never);
    yield* wait(fromPromise(once(secure, "secureConnect")));
    secure.write("HELO\n");
    const [answer] = (yield* wait(fromPromise(once(secure, "data")))) as [Buffer];
    expect(answer.toString()).toBe("TLSv1.3 HELO\n");
    secure.destroy();
  });

  both(
    "a client that begins without waiting for the answer loses nothing (test_streams StreamTests.test_start_tls_buffered_data)",
    function* (dialect) {
      const { wait } = dialect;
      const { port } = yield* mailServer(dialect);
      const connection = yield* wait(openConnection("127.0.0.1", port));
      // The hello follows in the same moment: the server has it in its reader before it turns to TLS.
      const pair = memoryStreams();
      const [mine, relay] = pair;
      const handshake = createTask(function* () {
        yield* mine.startTls(trusted);
      });
      const hello = yield* wait(relay.reader.read(65_536));
      yield* wait(connection.writer.write(Buffer.concat([Buffer.from("STARTTLS\n"), hello])));
      expect((yield* wait(connection.reader.readLine())).toString()).toBe("go ahead\n");
      // Now both directions are passed on.
      const pass = (from: Connection, to: Connection) =>
        function* () {
          for (;;) {
            const bytes = yield* from.reader.read(65_536);
            if (bytes.length === 0) return;
            yield* to.writer.write(bytes);
          }
        };
      const back = createTask(pass(connection, relay));
      const forth = createTask(pass(relay, connection));
      yield* wait(handshake.join());
      expect(yield* ask(dialect, mine, "HELO")).toBe("TLSv1.3 HELO");
      back.cancel();
      forth.cancel();
    },
  );

  both("TLS within TLS", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          yield* wait(connection.startTls(serverIdentity));
          for (;;) {
            const line = yield* wait(connection.reader.readLine());
            if (line.length === 0) return;
            yield* wait(connection.writer.write(line));
          }
        }),
        { host: "127.0.0.1", port: 0, tls: serverIdentity },
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port, { tls: trusted }));
    yield* wait(connection.startTls(trusted));
    const text = "x".repeat(50_000);
    expect(yield* ask(dialect, connection, text)).toBe(text);
    yield* wait(connection.close());
  });
});

describe("over memory streams", () => {
  const upgradeBoth = function* (dialect: Dialect): Generator<unknown, void> {
    const { wait, fn } = dialect;
    const [client, server] = memoryStreams();
    const serving = createTask(
      fn(function* () {
        yield* wait(server.startTls(serverIdentity));
        for (;;) {
          const line = yield* wait(server.reader.readLine());
          if (line.length === 0) break;
          yield* wait(server.writer.write(line));
        }
        yield* wait(server.close());
      }),
    );
    yield* wait(client.startTls(trusted));
    expect(client.getExtraInfo("tlsVersion")).toBe("TLSv1.3");
    for (const text of ["hello", "x".repeat(60_000)]) expect(yield* ask(dialect, client, text)).toBe(text);
    client.writer.writeEof();
    expect((yield* wait(client.reader.read())).length).toBe(0);
    yield* wait(serving.join());
    yield* wait(client.close());
  };
  both("handshake, bytes and the end", upgradeBoth);
  bothSimulated("the same in virtual time", upgradeBoth);
});

describe("an attacker", () => {
  both("who adds plain text behind the client's STARTTLS is not heard", function* (dialect) {
    const { wait } = dialect;
    const mail = yield* mailServer(dialect);
    const socket = yield* wait(rawClient(mail.port));
    socket.write("STARTTLS\nRCPT evil@example.test\n");
    yield* wait(mail.failed.wait());
    expect(mail.errors[0]).toBeInstanceOf(TlsProtocolError);
    expect(mail.lines).toEqual(["STARTTLS"]);
    yield* wait(leftAlone(socket));
  });

  both("who adds plain text behind the server's answer is not heard", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* wait(
      rawServer((socket) => socket.once("data", () => void socket.write("go ahead\n250 injected\n"))),
    );
    const connection = yield* wait(openConnection("127.0.0.1", port));
    expect(yield* ask(dialect, connection, "STARTTLS")).toBe("go ahead");
    const error = yield* caught(wait(connection.startTls(trusted)));
    expect(error).toBeInstanceOf(TlsProtocolError);
    // Nothing plain can be read or written behind a failed upgrade.
    expect(yield* caught(wait(connection.reader.readLine()))).toBeInstanceOf(Error);
    expect(yield* caught(wait(connection.writer.write("secret")))).toBeInstanceOf(Error);
    expect(connection.writer.isClosing()).toBe(true);
  });
});

describe("an upgrade that fails", () => {
  both("because the peer goes: the connection is closed", function* (dialect) {
    const { wait } = dialect;
    const { port, sockets } = yield* wait(
      rawServer((socket) => socket.once("data", () => void socket.destroy())),
    );
    const connection = yield* wait(openConnection("127.0.0.1", port));
    expect(yield* caught(wait(connection.startTls(trusted)))).toBeInstanceOf(TlsHandshakeClosedError);
    expect(connection.writer.isClosing()).toBe(true);
    expect(sockets.length).toBe(1);
  });

  both("because the peer had ended before", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* wait(rawServer((socket) => void socket.end("bye\n")));
    const connection = yield* wait(openConnection("127.0.0.1", port));
    expect((yield* wait(connection.reader.read())).toString()).toBe("bye\n");
    expect(yield* caught(wait(connection.startTls(trusted)))).toBeInstanceOf(TlsHandshakeClosedError);
  });

  both("because the peer stays silent", function* (dialect) {
    const { wait } = dialect;
    const { port, sockets } = yield* wait(rawServer());
    const connection = yield* wait(openConnection("127.0.0.1", port));
    const error = yield* caught(wait(connection.startTls({ ...trusted, handshakeTimeout: 20 })));
    expect(error).toBeInstanceOf(TlsHandshakeTimeoutError);
    // It may not even have accepted by then.
    while (sockets.length === 0) yield* wait(fromPromise(aTurn()));
    yield* wait(leftAlone(sockets[0]!));
  });

  both("because it is cancelled: the connection is aborted", function* (dialect) {
    const { wait, fn } = dialect;
    const { port, sockets } = yield* wait(rawServer((socket) => socket.once("data", () => asked.set())));
    const asked = new Event();
    const connection = yield* wait(openConnection("127.0.0.1", port));
    let inner: Scope | undefined;
    createTask(
      fn(function* () {
        yield* wait(asked.wait());
        inner!.cancel();
      }),
    );
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          inner = scope;
          yield* wait(connection.startTls(trusted));
        }),
      ),
    );
    expect(connection.writer.isClosing()).toBe(true);
    expect(yield* caught(wait(connection.writer.write("x")))).toBeInstanceOf(ConnectionClosedError);
    yield* wait(leftAlone(sockets[0]!));
  });

  both("while somebody reads: nothing is begun", function* (dialect) {
    const { wait, fn } = dialect;
    const mail = yield* mailServer(dialect);
    const connection = yield* wait(openConnection("127.0.0.1", mail.port));
    const reading = createTask(
      fn(function* () {
        return (yield* wait(connection.reader.readLine())).toString();
      }),
    );
    yield* wait(fromPromise(new Promise(setImmediate)));
    expect(yield* caught(wait(connection.startTls(trusted)))).toBeInstanceOf(BusyResourceError);
    yield* wait(connection.writer.write("HELO\n"));
    expect(yield* wait(reading.join())).toBe("plain HELO\n");
    yield* wait(connection.close());
  });

  both("for its options: nothing is begun", function* (dialect) {
    const { wait } = dialect;
    const mail = yield* mailServer(dialect);
    const connection = yield* wait(openConnection("127.0.0.1", mail.port));
    expect(() => connection.startTls({ ca: "no certificate" })).toThrow(TlsOptionError);
    expect(yield* ask(dialect, connection, "HELO")).toBe("plain HELO");
    yield* wait(connection.close());
  });
});
