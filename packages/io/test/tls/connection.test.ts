// TLS between our own ends and node's: bytes, names, protocols, certificates of clients, sessions, and what a connection tells.
import {
  connect as nodeConnect,
  createServer as createNodeServer,
  type DetailedPeerCertificate,
  type TLSSocket,
} from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Event, fromPromise, sleepForever, type Awaitable } from "corio";
import { describe, expect } from "vitest";
import {
  CertificateRequiredError,
  CertificateUntrustedError,
  CertificateExpiredError,
  type Connection,
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  TlsHandshakeClosedError,
  type TlsOptions,
  type TlsServerOptions,
  type Server,
} from "../../src/index.ts";
import {
  authority,
  chained,
  clientIdentity,
  encryptedKey,
  expiredClient,
  otherIdentity,
  pfx,
  selfSigned,
  serverIdentity,
} from "../support/certificates.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothingOpen();

const trusted: TlsOptions = { ca: authority, servername: "localhost" };

function* echoLines(connection: Connection) {
  for (;;) {
    const line = yield* connection.reader.readLine();
    if (line.length === 0) return;
    yield* connection.writer.write(line);
  }
}

const listen = (tls: TlsServerOptions, more: object = {}): Awaitable<Server> =>
  startServer(echoLines, { host: "127.0.0.1", port: 0, tls, ...more });

const connect = (server: Server, tls: TlsOptions | true = trusted): Awaitable<Connection> =>
  openConnection("127.0.0.1", server.port, { tls });

function* roundTrip(
  { wait }: Dialect,
  { reader, writer }: Connection,
  text = "hello\n",
): Generator<unknown, void> {
  yield* wait(writer.write(text));
  expect((yield* wait(reader.readLine())).toString()).toBe(text);
}

/** The names in a chain of certificates; the last one's issuer is itself. */
function subjects(certificate: DetailedPeerCertificate | null): string[] {
  if (certificate === null) return [];
  const { subject, issuerCertificate } = certificate;
  const name = String(subject.CN);
  if (issuerCertificate === undefined) return [name];
  return issuerCertificate === certificate ? [name, name] : [name, ...subjects(issuerCertificate)];
}

describe("both ends ours", () => {
  both("bytes go there and back, and the end comes", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(listen(serverIdentity));
    const connection = yield* wait(connect(server));
    yield* roundTrip(dialect, connection);
    const large = `${"x".repeat(60_000)}\n`;
    yield* roundTrip(dialect, connection, large);
    connection.writer.writeEof();
    expect((yield* wait(connection.reader.read())).length).toBe(0);
    yield* wait(connection.close());
  });

  both("the connection tells of its encryption", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(listen(serverIdentity));
    const connection = yield* wait(connect(server));
    expect(connection.getExtraInfo("tlsVersion")).toBe("TLSv1.3");
    expect(connection.getExtraInfo("cipher")).toMatchObject({ version: "TLSv1.3" });
    const certificate = connection.getExtraInfo("peerCertificate")!;
    expect(certificate.subject.CN).toBe("server");
    expect(certificate.issuerCertificate.subject.CN).toBe("authority");
    expect(connection.getExtraInfo("authorized")).toBe(true);
    expect(connection.getExtraInfo("authorizationError")).toBeNull();
    expect(connection.getExtraInfo("alpnProtocol")).toBeNull();
    expect(connection.getExtraInfo("sessionReused")).toBe(false);
    // asyncio gives its default for a name that it does not know, and what an object has by nature is no name.
    for (const unknown of ["peercert", "ssl_object", "toString"])
      expect(connection.getExtraInfo(unknown as never)).toBeNull();
    // Node 22 does not know that of TLS 1.3.
    const agreed = connection.getExtraInfo("ephemeralKey");
    if (!process.version.startsWith("v22.")) expect(agreed).toMatchObject({ type: expect.any(String) });
    expect(connection.remoteAddress).toEqual({ host: "127.0.0.1", port: server.port, family: 4 });
    expect(connection.getExtraInfo("sockname")).toEqual(connection.localAddress);
    yield* wait(connection.close());
  });

  both("and still tells it when it has ended, at either end", function* (dialect) {
    const { wait, fn } = dialect;
    const names = [
      "cipher",
      "tlsVersion",
      "sessionReused",
      "authorized",
      "authorizationError",
      "alpnProtocol",
      "servername",
      "ephemeralKey",
    ] as const;
    const facts = (connection: Connection): unknown[] => [
      ...names.map((name) => connection.getExtraInfo(name)),
      subjects(connection.getExtraInfo("peerCertificate")),
    ];
    const accepted: { connection: Connection; before: unknown[] }[] = [];
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          accepted.push({ connection, before: facts(connection) });
          yield* wait(connection.reader.read());
        }),
        { host: "127.0.0.1", port: 0, tls: serverIdentity },
      ),
    );
    const connection = yield* wait(connect(server));
    const before = facts(connection);
    expect(before.at(-1)).toEqual(["server", "authority", "authority"]);
    yield* wait(connection.close());
    server.close();
    yield* wait(server.waitClosed());
    expect(facts(connection)).toEqual(before);
    expect(connection.getExtraInfo("peerCertificate")!.raw).toBeInstanceOf(Buffer);
    expect(accepted.length).toBe(1);
    expect(facts(accepted[0]!.connection)).toEqual(accepted[0]!.before);
  });

  both("without TLS there is nothing to tell", function* ({ wait }) {
    const server = yield* wait(startServer(echoLines, { host: "127.0.0.1", port: 0 }));
    const connection = yield* wait(openConnection("127.0.0.1", server.port));
    expect(connection.getExtraInfo("tlsVersion")).toBeNull();
    expect(connection.getExtraInfo("peerCertificate")).toBeNull();
    expect(connection.getExtraInfo("authorized")).toBeNull();
    yield* wait(connection.close());
  });

  both("over a Unix socket, with the name said", function* (dialect) {
    const { wait } = dialect;
    const path = temporaryPath("tls.sock");
    yield* wait(startUnixServer(echoLines, path, { tls: serverIdentity }));
    const connection = yield* wait(openUnixConnection(path, { tls: trusted }));
    yield* roundTrip(dialect, connection);
    expect(connection.getExtraInfo("tlsVersion")).toBe("TLSv1.3");
    yield* wait(connection.close());
  });

  both(
    "the address that was connected to is checked where no name is said, and not asked for",
    function* (dialect) {
      const { wait, fn } = dialect;
      let asked: string | null = "?";
      const server = yield* wait(
        startServer(
          fn(function* (connection: Connection) {
            asked = connection.getExtraInfo("servername");
            yield* wait(connection.reader.read());
          }),
          { host: "127.0.0.1", port: 0, tls: serverIdentity },
        ),
      );
      const connection = yield* wait(connect(server, { ca: authority }));
      yield* wait(connection.close());
      server.close();
      yield* wait(server.waitClosed());
      expect(asked).toBeNull();
    },
  );
});

describe("what a server is made of", () => {
  both("a key that is encrypted, a PKCS #12 file, a chain of authorities", function* (dialect) {
    const { wait } = dialect;
    const forms: TlsServerOptions[] = [
      { cert: serverIdentity.cert, key: encryptedKey, passphrase: "secret" },
      { pfx, passphrase: "secret" },
      chained,
      { cert: serverIdentity.cert.toString(), key: new Uint8Array(serverIdentity.key) },
    ];
    for (const form of forms) {
      const server = yield* wait(listen(form));
      const connection = yield* wait(connect(server));
      yield* roundTrip(dialect, connection);
      yield* wait(connection.close());
      server.close();
    }
  });
});

describe("versions and ciphers", () => {
  both("TLS 1.2 where one end says so", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(listen({ ...serverIdentity, maxVersion: "TLSv1.2" }));
    const connection = yield* wait(connect(server));
    expect(connection.getExtraInfo("tlsVersion")).toBe("TLSv1.2");
    yield* roundTrip(dialect, connection);
    yield* wait(connection.close());
  });

  both("the cipher that one end says", function* ({ wait }) {
    const server = yield* wait(listen(serverIdentity));
    const connection = yield* wait(connect(server, { ...trusted, ciphers: "TLS_CHACHA20_POLY1305_SHA256" }));
    expect(connection.getExtraInfo("cipher")?.standardName).toBe("TLS_CHACHA20_POLY1305_SHA256");
    yield* wait(connection.close());
  });
});

describe("ALPN", () => {
  both("the server's first choice that the client has", function* ({ wait, fn }) {
    let seen: string | null = null;
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          seen = connection.getExtraInfo("alpnProtocol");
          yield* wait(connection.reader.read());
        }),
        { host: "127.0.0.1", port: 0, tls: { ...serverIdentity, alpnProtocols: ["b", "a"] } },
      ),
    );
    const connection = yield* wait(connect(server, { ...trusted, alpnProtocols: ["a", "b", "c"] }));
    expect(connection.getExtraInfo("alpnProtocol")).toBe("b");
    yield* wait(connection.close());
    server.close();
    yield* wait(server.waitClosed());
    expect(seen).toBe("b");
  });
});

describe("SNI", () => {
  both("the callback's identity is used, in either dialect, and none is the usual one", function* (dialect) {
    const { wait, fn } = dialect;
    const asked: string[] = [];
    const server = yield* wait(
      listen({
        ...serverIdentity,
        sniCallback: fn(function* (name: string) {
          asked.push(name);
          yield* wait(fromPromise(Promise.resolve()));
          return name === "other.test" ? otherIdentity : null;
        }),
      }),
    );
    for (const [servername, subject] of [
      ["other.test", "other"],
      ["corio.test", "server"],
      ["deep.wild.test", "server"],
    ] as const) {
      const connection = yield* wait(connect(server, { ca: authority, servername }));
      expect(connection.getExtraInfo("peerCertificate")?.subject.CN).toBe(subject);
      expect(connection.getExtraInfo("servername")).toBe(servername);
      yield* roundTrip(dialect, connection);
      yield* wait(connection.close());
    }
    expect(asked).toEqual(["other.test", "corio.test", "deep.wild.test"]);
  });

  both("one that fails ends the handshake, and is told", function* ({ wait, fn }) {
    const failure = new Error("no such tenant");
    const told: unknown[] = [];
    const server = yield* wait(
      listen(
        {
          ...serverIdentity,
          sniCallback: fn(function* (): Generator<unknown, never> {
            throw failure;
          }),
        },
        { onHandshakeError: (error: unknown) => void told.push(error) },
      ),
    );
    yield* caught(wait(connect(server)));
    expect(told).toEqual([failure]);
    expect(server.statistics()).toMatchObject({ connections: 0, failedHandshakes: 1 });
  });

  both("a client that goes is not waited for with an answer", function* ({ wait, fn }) {
    const asked = new Event();
    const told = new Event();
    const errors: unknown[] = [];
    const server = yield* wait(
      listen(
        {
          ...serverIdentity,
          handshakeTimeout: null,
          sniCallback: fn(function* () {
            asked.set();
            yield* wait(sleepForever());
          }),
        },
        {
          onHandshakeError: (error: unknown) => {
            errors.push(error);
            told.set();
          },
        },
      ),
    );
    const client = nodeConnect({ host: "127.0.0.1", port: server.port, servername: "localhost" });
    client.on("error", () => {});
    yield* wait(asked.wait());
    client.destroy();
    yield* wait(told.wait());
    expect(errors).toEqual([expect.any(TlsHandshakeClosedError)]);
  });
});

describe("certificates of clients", () => {
  const asking: TlsServerOptions = { ...serverIdentity, ca: authority, requestCert: true };

  both("one that the authority has signed is seen by the server", function* (dialect) {
    const { wait, fn } = dialect;
    const seen: unknown[] = [];
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          seen.push(
            connection.getExtraInfo("peerCertificate")?.subject.CN,
            connection.getExtraInfo("authorized"),
          );
          yield* wait(connection.reader.read());
        }),
        { host: "127.0.0.1", port: 0, tls: asking },
      ),
    );
    const connection = yield* wait(connect(server, { ...trusted, ...clientIdentity }));
    yield* wait(connection.close());
    server.close();
    yield* wait(server.waitClosed());
    expect(seen).toEqual(["client", true]);
  });

  both("where they are only asked for, all are let in and told apart", function* ({ wait, fn }) {
    const seen: unknown[] = [];
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          seen.push([
            connection.getExtraInfo("peerCertificate")?.subject.CN ?? null,
            connection.getExtraInfo("authorized"),
            connection.getExtraInfo("authorizationError"),
          ]);
          yield* wait(connection.writer.write("in\n"));
        }),
        { host: "127.0.0.1", port: 0, tls: { ...asking, rejectUnauthorized: false } },
      ),
    );
    for (const identity of [clientIdentity, selfSigned, expiredClient, {}]) {
      const connection = yield* wait(connect(server, { ...trusted, ...identity }));
      expect((yield* wait(connection.reader.readLine())).toString()).toBe("in\n");
      yield* wait(connection.close());
    }
    expect(seen).toEqual([
      ["client", true, null],
      ["self-signed", false, "DEPTH_ZERO_SELF_SIGNED_CERT"],
      ["client-expired", false, "CERT_HAS_EXPIRED"],
      [null, false, expect.any(String)],
    ]);
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    both(`the server tells why it refuses one (${version})`, function* ({ wait }) {
      const told: unknown[] = [];
      const server = yield* wait(
        listen(
          { ...asking, maxVersion: version },
          { onHandshakeError: (error: unknown) => void told.push(error) },
        ),
      );
      for (const identity of [{}, selfSigned, expiredClient]) {
        // With TLS 1.3 the client's handshake is over before the server has looked: it learns of it by its first read.
        yield* caught(
          (function* () {
            const connection = yield* wait(connect(server, { ...trusted, ...identity }));
            const line = yield* wait(connection.reader.readLine());
            throw new Error(`let in: ${line.toString()}`);
          })(),
        );
      }
      expect(told.map((error) => (error as object).constructor)).toEqual([
        CertificateRequiredError,
        CertificateUntrustedError,
        CertificateExpiredError,
      ]);
      expect(told).toMatchObject([
        { code: "ERR_TLS_CERTIFICATE_REQUIRED" },
        { code: "ERR_TLS_CERTIFICATE_UNTRUSTED", reason: "DEPTH_ZERO_SELF_SIGNED_CERT" },
        { code: "ERR_TLS_CERTIFICATE_EXPIRED", reason: "CERT_HAS_EXPIRED" },
      ]);
    });
  }
});

describe("sessions", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    both(`one that was kept shortens the next handshake (${version})`, function* (dialect) {
      const { wait } = dialect;
      const server = yield* wait(listen({ ...serverIdentity, maxVersion: version }));
      const first = yield* wait(connect(server));
      yield* roundTrip(dialect, first);
      const session = first.getExtraInfo("session")!;
      expect(session).toBeInstanceOf(Buffer);
      yield* wait(first.close());
      const second = yield* wait(connect(server, { ...trusted, session }));
      expect(second.getExtraInfo("sessionReused")).toBe(true);
      // A shortened handshake shows no certificate: the session vouches for it.
      expect(second.getExtraInfo("peerCertificate")).toBeNull();
      expect(second.getExtraInfo("authorized")).toBe(true);
      yield* roundTrip(dialect, second);
      yield* wait(second.close());
    });
  }
});

describe("node's own ends", () => {
  both("our client, node's server", function* (dialect) {
    const { wait } = dialect;
    const server = createNodeServer({ ...serverIdentity, ALPNProtocols: ["line"] }, (socket) => {
      socket.pipe(socket);
    });
    server.listen(0, "127.0.0.1");
    yield* wait(fromPromise(once(server, "listening")));
    const { port } = server.address() as AddressInfo;
    const connection = yield* wait(
      openConnection("127.0.0.1", port, { tls: { ...trusted, alpnProtocols: ["line"] } }),
    );
    expect(connection.getExtraInfo("alpnProtocol")).toBe("line");
    yield* roundTrip(dialect, connection);
    connection.writer.writeEof();
    expect((yield* wait(connection.reader.read())).length).toBe(0);
    yield* wait(connection.close());
    yield* wait(fromPromise(new Promise((resolve) => server.close(resolve))));
  });

  both("node's client, our server", function* ({ wait }) {
    const server = yield* wait(listen(serverIdentity));
    const socket: TLSSocket = nodeConnect({
      port: server.port,
      host: "127.0.0.1",
      ca: authority,
      servername: "localhost",
    });
    yield* wait(fromPromise(once(socket, "secureConnect")));
    socket.write("hello\n");
    const [answer] = (yield* wait(fromPromise(once(socket, "data")))) as [Buffer];
    expect(answer.toString()).toBe("hello\n");
    socket.end();
    yield* wait(fromPromise(once(socket, "close")));
  });
});
