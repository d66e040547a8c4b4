// Each way in which TLS can fail has an error of its own, with a code.
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Event, fromPromise, loopTime, type Awaitable } from "corio";
import { simulate } from "@corio/testing";
import { describe, expect, test } from "vitest";
import {
  CertificateError,
  CertificateExpiredError,
  CertificateHostError,
  CertificateNotYetValidError,
  CertificateRefusedError,
  CertificateUntrustedError,
  type Connection,
  ConnectionResetError,
  memoryStreams,
  openConnection,
  startServer,
  type TlsError,
  TlsHandshakeClosedError,
  TlsHandshakeTimeoutError,
  TlsNegotiationError,
  type TlsOptions,
  TlsProtocolError,
  type TlsServerOptions,
} from "../../src/index.ts";
import { tlsErrorOf } from "../../src/network/tls-errors.ts";
import {
  authority,
  clientIdentity,
  expired,
  expiredClient,
  future,
  selfSigned,
  serverIdentity,
  otherIdentity,
} from "../support/certificates.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { leftAlone, meddlingProxy, rawClient, rawServer } from "../support/raw-peers.ts";

leavesNothingOpen();

const trusted: TlsOptions = { ca: authority, servername: "localhost" };

/** What our server was told of failed handshakes, and when. */
interface Told {
  readonly port: number;
  readonly errors: unknown[];
  readonly first: Event;
}

function* listen({ wait, fn }: Dialect, tls: TlsServerOptions): Generator<unknown, Told> {
  const errors: unknown[] = [];
  const first = new Event();
  const server = yield* wait(
    startServer(
      fn(function* ({ reader, writer }: Connection) {
        yield* wait(writer.write(yield* wait(reader.readLine())));
      }),
      {
        host: "127.0.0.1",
        port: 0,
        tls,
        onHandshakeError: (error) => {
          errors.push(error);
          first.set();
        },
      },
    ),
  );
  return { port: server.port, errors, first };
}

const connect = (port: number, tls: TlsOptions = trusted): Awaitable<Connection> =>
  openConnection("127.0.0.1", port, { tls });

describe("the server's certificate", () => {
  const cases: readonly [string, TlsServerOptions, TlsOptions, unknown, string, string][] = [
    ["expired", expired, trusted, CertificateExpiredError, "ERR_TLS_CERTIFICATE_EXPIRED", "CERT_HAS_EXPIRED"],
    [
      "not yet valid",
      future,
      trusted,
      CertificateNotYetValidError,
      "ERR_TLS_CERTIFICATE_NOT_YET_VALID",
      "CERT_NOT_YET_VALID",
    ],
    [
      "self-signed",
      selfSigned,
      trusted,
      CertificateUntrustedError,
      "ERR_TLS_CERTIFICATE_UNTRUSTED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
    ],
    [
      "of an unknown authority",
      serverIdentity,
      { servername: "localhost" },
      CertificateUntrustedError,
      "ERR_TLS_CERTIFICATE_UNTRUSTED",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    [
      "for another host",
      serverIdentity,
      { ca: authority, servername: "example.test" },
      CertificateHostError,
      "ERR_TLS_CERTIFICATE_HOST",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    [
      "for another purpose",
      clientIdentity,
      trusted,
      CertificateError,
      "ERR_TLS_CERTIFICATE",
      "INVALID_PURPOSE",
    ],
  ];
  for (const [what, identity, options, kind, code, reason] of cases) {
    both(what, function* (dialect) {
      const { wait } = dialect;
      const server = yield* listen(dialect, identity);
      const error = (yield* caught(wait(connect(server.port, options)))) as TlsError;
      expect([error.constructor, error.code, error.reason]).toEqual([kind, code, reason]);
      expect(error).toBeInstanceOf(CertificateError);
      expect(error.name).toBe((kind as { name: string }).name);
      expect(error.cause).toBeInstanceOf(Error);
      // Where it is wanted so, it is let pass, and told.
      const lax = yield* wait(connect(server.port, { ...options, rejectUnauthorized: false }));
      expect(lax.getExtraInfo("authorized")).toBe(false);
      expect(lax.getExtraInfo("authorizationError")).toBe(reason);
      yield* wait(lax.close());
    });
  }

  both("for another host: the message names both", function* (dialect) {
    const { port } = yield* listen(dialect, serverIdentity);
    const error = (yield* caught(
      dialect.wait(connect(port, { ca: authority, servername: "example.test" })),
    )) as TlsError;
    expect(error.message).toContain("The TLS handshake with example.test failed");
    expect(error.message).toContain("DNS:corio.test");
  });

  both("an empty servername asks for none, and the host is checked all the same", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* listen(dialect, serverIdentity);
    const nameless = { ca: authority, servername: "" };
    const connection = yield* wait(connect(port, nameless));
    expect(connection.getExtraInfo("servername")).toBe(null);
    yield* wait(connection.close());
    const other = yield* listen(dialect, otherIdentity);
    const error = (yield* caught(wait(connect(other.port, nameless)))) as TlsError;
    expect(error).toBeInstanceOf(CertificateHostError);
    expect(error.message).toContain("The TLS handshake with 127.0.0.1 failed");
    expect(error.message).not.toContain("localhost");
    const [client] = memoryStreams();
    expect(() => client.startTls(nameless)).toThrow(/servername: it is missing/);
  });

  both("a check of one's own may accept and refuse", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* listen(dialect, serverIdentity);
    const asked: unknown[] = [];
    const pinned = (subject: string): TlsOptions => ({
      ca: authority,
      servername: "example.test",
      checkServerIdentity: (host, certificate) => {
        asked.push(host);
        return certificate.subject.CN === subject ? undefined : new RangeError("not the pinned one");
      },
    });
    yield* wait((yield* wait(connect(port, pinned("server")))).close());
    const error = (yield* caught(wait(connect(port, pinned("another"))))) as TlsError;
    expect(error).toBeInstanceOf(CertificateError);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(asked).toEqual(["example.test", "example.test"]);
  });
});

describe("nothing in common", () => {
  const cases: readonly [string, TlsServerOptions, TlsOptions][] = [
    ["an old server", { ...serverIdentity, maxVersion: "TLSv1.2" }, { ...trusted, minVersion: "TLSv1.3" }],
    ["an old client", { ...serverIdentity, minVersion: "TLSv1.3" }, { ...trusted, maxVersion: "TLSv1.2" }],
    [
      "no cipher",
      { ...serverIdentity, ciphers: "TLS_AES_128_GCM_SHA256" },
      { ...trusted, ciphers: "TLS_CHACHA20_POLY1305_SHA256" },
    ],
    [
      "no cipher for the certificate's kind",
      { ...serverIdentity, maxVersion: "TLSv1.2" },
      { ...trusted, ciphers: "ECDHE-RSA-AES128-GCM-SHA256", maxVersion: "TLSv1.2" },
    ],
    ["no protocol", { ...serverIdentity, alpnProtocols: ["h2"] }, { ...trusted, alpnProtocols: ["smtp"] }],
  ];
  for (const [what, server, client] of cases) {
    both(`${what}: both ends are told`, function* (dialect) {
      const told = yield* listen(dialect, server);
      const error = (yield* caught(dialect.wait(connect(told.port, client)))) as TlsError;
      yield* dialect.wait(told.first.wait());
      for (const end of [error, told.errors[0] as TlsError]) {
        expect(end).toBeInstanceOf(TlsNegotiationError);
        expect(end.code).toBe("ERR_TLS_NEGOTIATION");
        expect(end.reason).toMatch(/^ERR_SSL_/);
      }
    });
  }
});

describe("what is not TLS", () => {
  both("a server that greets in plain text", function* ({ wait }) {
    const { port } = yield* wait(rawServer((socket) => void socket.write("220 mail.example ESMTP\r\n")));
    const error = (yield* caught(wait(connect(port)))) as TlsError;
    expect([error.constructor, error.code]).toEqual([TlsProtocolError, "ERR_TLS_PROTOCOL"]);
  });

  both("a web server without TLS", function* ({ wait }) {
    const server = createHttpServer();
    server.listen(0, "127.0.0.1");
    yield* wait(fromPromise(once(server, "listening")));
    const error = (yield* caught(wait(connect((server.address() as AddressInfo).port)))) as TlsError;
    expect(error).toBeInstanceOf(TlsProtocolError);
    yield* wait(fromPromise(new Promise((resolve) => server.close(resolve))));
  });

  for (const [what, bytes] of [
    ["plain text", Buffer.from("GET / HTTP/1.0\r\n\r\n")],
    ["a line", Buffer.from("HELO there\r\n")],
    ["zeros", Buffer.alloc(1000)],
    ["a record that is too long", Buffer.from([22, 3, 1, 255, 255, ...new Array<number>(70_000).fill(1)])],
    ["a ClientHello that is damaged", Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 2, 99, 99])],
  ] as const) {
    both(`a client that sends ${what}`, function* (dialect) {
      const { wait } = dialect;
      const told = yield* listen(dialect, serverIdentity);
      const socket = yield* wait(rawClient(told.port));
      socket.write(bytes);
      yield* wait(told.first.wait());
      const [error] = told.errors as TlsError[];
      expect([error!.constructor, error!.code]).toEqual([TlsProtocolError, "ERR_TLS_PROTOCOL"]);
      yield* wait(leftAlone(socket));
      // It does not disturb others.
      const connection = yield* wait(connect(told.port));
      yield* wait(connection.writer.write("still there\n"));
      expect((yield* wait(connection.reader.read())).toString()).toBe("still there\n");
      yield* wait(connection.close());
    });
  }

  both("a record that is changed on its way", function* (dialect) {
    const { wait } = dialect;
    const told = yield* listen(dialect, serverIdentity);
    let meddles = false;
    const proxy = yield* wait(
      meddlingProxy(told.port, {
        toClient: (bytes) => {
          // Behind the head of the first record.
          if (meddles) bytes[10]! ^= 1;
          return bytes;
        },
      }),
    );
    const connection = yield* wait(connect(proxy.port));
    meddles = true;
    yield* wait(connection.writer.write("hello\n"));
    const error = (yield* caught(wait(connection.reader.readLine()))) as TlsError;
    expect([error.constructor, error.code]).toEqual([TlsProtocolError, "ERR_TLS_PROTOCOL"]);
    expect(connection.writer.isClosing()).toBe(true);
  });
});

describe("certificates of clients, as the client sees it", () => {
  for (const [what, identity] of [
    ["none", {}],
    ["an unknown one", selfSigned],
    ["an expired one", expiredClient],
  ] as const) {
    both(`${what}: told with the first read`, function* (dialect) {
      const { wait } = dialect;
      const told = yield* listen(dialect, { ...serverIdentity, ca: authority, requestCert: true });
      const error = yield* caught(
        (function* () {
          const connection = yield* wait(connect(told.port, { ...trusted, ...identity }));
          yield* wait(connection.reader.readLine());
        })(),
      );
      // OpenSSL tells a client without a certificate so. One with a bad certificate node itself sends away, without a word.
      if (what === "none") {
        expect((error as TlsError).constructor).toBe(CertificateRefusedError);
        expect((error as TlsError).code).toBe("ERR_TLS_CERTIFICATE_REFUSED");
      } else expect(error).toBeInstanceOf(ConnectionResetError);
    });
  }
});

describe("a handshake that is left", () => {
  const partings: readonly [string, (socket: Socket) => void, string][] = [
    ["in order", (socket) => void socket.end(), "ECONNRESET"],
    ["by a reset", (socket) => void socket.resetAndDestroy(), "ECONNRESET"],
  ];
  for (const [what, part, reason] of partings) {
    both(`by the server, ${what}`, function* ({ wait }) {
      const { port } = yield* wait(rawServer((socket) => socket.once("data", () => part(socket))));
      const error = (yield* caught(wait(connect(port)))) as TlsError;
      expect([error.constructor, error.code, error.reason]).toEqual([
        TlsHandshakeClosedError,
        "ERR_TLS_HANDSHAKE_CLOSED",
        reason,
      ]);
    });

    both(`by the client, ${what}`, function* (dialect) {
      const { wait } = dialect;
      const told = yield* listen(dialect, serverIdentity);
      const socket = yield* wait(rawClient(told.port));
      // The beginning of a ClientHello.
      socket.write(Buffer.from([22, 3, 1, 2, 0, 1]), () => part(socket));
      yield* wait(told.first.wait());
      const [error] = told.errors as TlsError[];
      expect([error!.constructor, error!.code]).toEqual([
        TlsHandshakeClosedError,
        "ERR_TLS_HANDSHAKE_CLOSED",
      ]);
    });
  }

  both("after it, a reset is not TLS's", function* ({ wait, fn }) {
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          yield* wait(connection.reader.readLine());
          connection.abort();
        }),
        { host: "127.0.0.1", port: 0, tls: serverIdentity },
      ),
    );
    const connection = yield* wait(connect(server.port));
    yield* wait(connection.writer.write("hello\n"));
    const error = (yield* caught(wait(connection.reader.readLine()))) as ConnectionResetError;
    expect([error.constructor, error.code]).toEqual([ConnectionResetError, "ECONNRESET"]);
  });
});

describe("the time limit", () => {
  test("a server that stays silent: 60 seconds, unless told otherwise", async () => {
    await simulate(function* () {
      const { port, sockets } = yield* rawServer();
      for (const limit of [undefined, 5000] as const) {
        const begun = loopTime();
        let error: unknown;
        try {
          yield* connect(port, limit === undefined ? trusted : { ...trusted, handshakeTimeout: limit });
        } catch (caught_) {
          error = caught_;
        }
        expect(error).toBeInstanceOf(TlsHandshakeTimeoutError);
        expect((error as TlsError).code).toBe("ERR_TLS_HANDSHAKE_TIMEOUT");
        expect(loopTime() - begun).toBe(limit ?? 60_000);
      }
      expect(sockets.length).toBe(2);
    });
  });

  both("a client that sends its hello byte by byte is sent away when the time is over", function* (dialect) {
    const { wait } = dialect;
    const told = yield* listen(dialect, { ...serverIdentity, handshakeTimeout: 100 });
    const socket = yield* wait(rawClient(told.port));
    const hello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...new Array<number>(502).fill(7)]);
    let sent = 0;
    const next = (): void => {
      if (socket.destroyed || sent === hello.length - 1) return;
      socket.write(hello.subarray(sent, ++sent), () => setImmediate(next));
    };
    next();
    yield* wait(told.first.wait());
    expect((told.errors[0] as TlsError).constructor).toBe(TlsHandshakeTimeoutError);
    yield* wait(leftAlone(socket));
    expect(sent).toBeGreaterThan(0);
  });

  both("a slow handshake holds up nobody else", function* (dialect) {
    const { wait } = dialect;
    const told = yield* listen(dialect, serverIdentity);
    for (let i = 0; i < 20; i++) (yield* wait(rawClient(told.port))).write(Buffer.from([22, 3]));
    const connection = yield* wait(connect(told.port));
    yield* wait(connection.writer.write("hello\n"));
    expect((yield* wait(connection.reader.readLine())).toString()).toBe("hello\n");
    yield* wait(connection.close());
  });
});

describe("node's and OpenSSL's words", () => {
  test("an EPROTO tells its reason in its text", () => {
    const error = Object.assign(
      new Error(
        "write EPROTO 0020:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl:355:\n",
      ),
      { code: "EPROTO" },
    );
    expect(tlsErrorOf(error)).toMatchObject({
      code: "ERR_TLS_PROTOCOL",
      reason: "ERR_SSL_WRONG_VERSION_NUMBER",
      cause: error,
    });
  });

  test("what is not TLS's is left to others", () => {
    expect(tlsErrorOf(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))).toBeNull();
    expect(tlsErrorOf(new Error("whatever"))).toBeNull();
  });

  test("a reason that nobody knows is a TlsError", () => {
    const error = Object.assign(new Error("?"), { code: "ERR_SSL_SOMETHING_NEW" });
    expect(tlsErrorOf(error)).toMatchObject({ code: "ERR_TLS", reason: "ERR_SSL_SOMETHING_NEW" });
  });
});
