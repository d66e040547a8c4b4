// Our TLS with that of others: the openssl program, and asyncio of Python.
import { fileURLToPath } from "node:url";
import { Event } from "corio";
import { describe, expect, test } from "vitest";
import {
  CertificateRefusedError,
  CertificateUntrustedError,
  type Connection,
  openConnection,
  startServer,
  TlsNegotiationError,
  type TlsOptions,
  type TlsServerOptions,
} from "../../src/index.ts";
import { authority, clientIdentity, selfSigned, serverIdentity } from "../support/certificates.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { foreign, type Foreign, hasProgram } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";

const hasOpenssl = hasProgram("openssl", "version");
const hasPython = hasProgram(
  "python3",
  "-c",
  "import asyncio, ssl, sys; sys.exit(sys.version_info < (3, 11))",
);

const folder = fileURLToPath(new URL("../fixtures/tls", import.meta.url));
const python = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/python/${name}`, import.meta.url));
const trusted: TlsOptions = { ca: authority, servername: "localhost" };

leavesNothingOpen();

interface Served {
  readonly port: number;
  readonly errors: unknown[];
  readonly failed: Event;
  readonly peers: unknown[];
}

/** Echoes lines with the version before them, upgrades when told so, and counts when told so. */
function* serve(
  { wait, fn }: Dialect,
  tls: TlsServerOptions,
  at: "once" | "later",
): Generator<unknown, Served> {
  const errors: unknown[] = [];
  const peers: unknown[] = [];
  const failed = new Event();
  const server = yield* wait(
    startServer(
      fn(function* (connection: Connection) {
        const { reader, writer } = connection;
        for (;;) {
          const line = (yield* wait(reader.readLine())).toString();
          if (line === "") return;
          peers.push(connection.getExtraInfo("peerCertificate")?.subject.CN ?? null);
          const count = /^COUNT (\d+)\n$/.exec(line)?.[1];
          if (line === "STARTTLS\n") {
            yield* wait(writer.write("go ahead\n"));
            yield* wait(connection.startTls(tls));
          } else if (count !== undefined) {
            yield* wait(writer.write(`${(yield* wait(reader.readExactly(Number(count)))).length}\n`));
          } else yield* wait(writer.write(`${connection.getExtraInfo("tlsVersion") ?? "plain"} ${line}`));
        }
      }),
      {
        host: "127.0.0.1",
        port: 0,
        ...(at === "once" ? { tls } : {}),
        onHandshakeError: (error) => {
          errors.push(error);
          failed.set();
        },
      },
    ),
  );
  return { port: server.port, errors, failed, peers };
}

function* ask({ wait }: Dialect, { reader, writer }: Connection, line: string): Generator<unknown, string> {
  yield* wait(writer.write(`${line}\n`));
  return (yield* wait(reader.readLine())).toString().trim();
}

test("the programs are there, or their tests are left out", () => {
  if (!hasOpenssl) console.warn("no openssl program: its tests are left out");
  if (!hasPython) console.warn("no python3 of at least 3.11: its tests are left out");
});

describe.runIf(hasOpenssl)("openssl s_client", () => {
  const client = (port: number, ...more: string[]): Foreign =>
    foreign(
      "openssl",
      ..."s_client -quiet -no_ign_eof -verify_return_error -servername localhost".split(" "),
      ...["-connect", `127.0.0.1:${port}`, "-CAfile", `${folder}/authority.pem`, ...more],
    );

  for (const version of ["1_2", "1_3"]) {
    both(`lines there and back (TLS ${version})`, function* (dialect) {
      const { wait } = dialect;
      const { port } = yield* serve(dialect, serverIdentity, "once");
      const program = client(port, `-tls${version}`);
      program.write("hello\n");
      expect((yield* wait(program.until(/.*\n/)))[0]).toBe(`TLSv${version.replace("_", ".")} hello\n`);
      program.child.stdin.end();
      expect(yield* wait(program.rest())).toBe("");
    });
  }

  both("with a certificate of its own", function* (dialect) {
    const { wait } = dialect;
    const served = yield* serve(dialect, { ...serverIdentity, ca: authority, requestCert: true }, "once");
    const program = client(served.port, "-cert", `${folder}/client.pem`, "-key", `${folder}/client.key`);
    program.write("hello\n");
    yield* wait(program.until(/hello\n/));
    expect(served.peers).toEqual(["client"]);
  });

  both("that does not trust our certificate: its alert is told", function* (dialect) {
    const { wait } = dialect;
    const served = yield* serve(dialect, selfSigned, "once");
    const program = client(served.port);
    yield* wait(served.failed.wait());
    expect(served.errors[0]).toBeInstanceOf(CertificateRefusedError);
    expect(served.errors[0]).toMatchObject({ reason: expect.stringMatching(/UNKNOWN_CA/) });
    yield* wait(program.rest());
  });

  both("that speaks only what we do not", function* (dialect) {
    const { wait } = dialect;
    const served = yield* serve(dialect, { ...serverIdentity, minVersion: "TLSv1.3" }, "once");
    const program = client(served.port, "-tls1_2");
    yield* wait(served.failed.wait());
    expect(served.errors[0]).toBeInstanceOf(TlsNegotiationError);
    yield* wait(program.rest());
    expect(program.errors).toMatch(/alert protocol version/);
  });

  both("that takes up a session of before", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* serve(dialect, { ...serverIdentity, maxVersion: "TLSv1.2" }, "once");
    const file = temporaryPath("session.pem");
    const first = foreign("openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-sess_out", file);
    first.write("hello\n");
    yield* wait(first.until(/TLSv1.2 hello\n/));
    first.child.stdin.end();
    yield* wait(first.rest());
    const second = foreign("openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-sess_in", file);
    yield* wait(second.until(/Reused, TLSv1.2/));
  });

  both("that upgrades a mail server of ours", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          const { reader, writer } = connection;
          yield* wait(writer.write("220 corio.test ESMTP\r\n"));
          for (;;) {
            const line = (yield* wait(reader.readLine())).toString().trim();
            if (line === "") return;
            if (line.startsWith("EHLO")) yield* wait(writer.write("250-corio.test\r\n250 STARTTLS\r\n"));
            else if (line === "STARTTLS") {
              yield* wait(writer.write("220 go ahead\r\n"));
              yield* wait(connection.startTls(serverIdentity));
            } else yield* wait(writer.write(`502 ${connection.getExtraInfo("tlsVersion")} ${line}\r\n`));
          }
        }),
        { host: "127.0.0.1", port: 0 },
      ),
    );
    const program = client(server.port, "-starttls", "smtp");
    program.write("NOOP\r\n");
    yield* wait(program.until(/502 TLSv1.3 NOOP\r?\n/));
  });
});

describe.runIf(hasOpenssl)("openssl s_server", () => {
  function* start(
    { wait }: Dialect,
    ...more: string[]
  ): Generator<unknown, { port: number; program: Foreign }> {
    const program = foreign(
      "openssl",
      ...[
        "s_server",
        "-accept",
        "127.0.0.1:0",
        "-cert",
        `${folder}/server.pem`,
        "-key",
        `${folder}/server.key`,
      ],
      ...more,
    );
    const [, port] = yield* wait(program.until(/ACCEPT [^\n]*:(\d+)\n/));
    return { port: Number(port), program };
  }

  both("lines there and back", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* start(dialect, "-rev", "-alpn", "line");
    const connection = yield* wait(
      openConnection("127.0.0.1", port, { tls: { ...trusted, alpnProtocols: ["other", "line"] } }),
    );
    expect(connection.getExtraInfo("alpnProtocol")).toBe("line");
    expect(yield* ask(dialect, connection, "hello")).toBe("olleh");
    yield* wait(connection.close());
  });

  both("that wants a certificate, and is shown one", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* start(
      dialect,
      ...["-rev", "-Verify", "2", "-verify_return_error", "-CAfile", `${folder}/authority.pem`],
    );
    const connection = yield* wait(
      openConnection("127.0.0.1", port, { tls: { ...trusted, ...clientIdentity } }),
    );
    expect(yield* ask(dialect, connection, "hello")).toBe("olleh");
    yield* wait(connection.close());
  });

  for (const [what, identity, reason] of [
    ["none", {}, /CERTIFICATE_REQUIRED/],
    ["one of a stranger", selfSigned, /UNKNOWN_CA/],
  ] as const) {
    both(`that wants a certificate, and is shown ${what}: its alert is told`, function* (dialect) {
      const { wait } = dialect;
      const { port } = yield* start(
        dialect,
        ...["-rev", "-Verify", "2", "-verify_return_error", "-CAfile", `${folder}/authority.pem`],
      );
      const error = yield* caught(
        (function* () {
          const connection = yield* wait(
            openConnection("127.0.0.1", port, { tls: { ...trusted, ...identity } }),
          );
          yield* wait(connection.reader.readLine());
        })(),
      );
      expect(error).toBeInstanceOf(CertificateRefusedError);
      expect(error).toMatchObject({ reason: expect.stringMatching(reason) });
    });
  }

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    both(`that answers behind our end (${version})`, function* (dialect) {
      const { wait } = dialect;
      const { port } = yield* start(dialect, "-rev");
      const { reader, writer } = yield* wait(
        openConnection("127.0.0.1", port, { tls: { ...trusted, maxVersion: version } }),
      );
      yield* wait(writer.write("abc\ndef\n"));
      writer.writeEof();
      expect((yield* wait(reader.read())).toString()).toBe("cba\nfed\n");
    });
  }

  both("that sends no tickets: closing waits for its end, and loses nothing", function* (dialect) {
    const { wait } = dialect;
    const { port, program } = yield* start(dialect, "-num_tickets", "0", "-naccept", "1");
    const connection = yield* wait(openConnection("127.0.0.1", port, { tls: trusted }));
    yield* wait(connection.writer.write(`${"x".repeat(100_000)}\nthe last\n`));
    yield* wait(connection.close());
    yield* wait(program.until(/the last\n/));
  });

  both("that we do not trust", function* (dialect) {
    const { wait } = dialect;
    const { port } = yield* start(dialect);
    const error = yield* caught(
      wait(openConnection("127.0.0.1", port, { tls: { servername: "localhost" } })),
    );
    expect(error).toBeInstanceOf(CertificateUntrustedError);
  });
});

describe.runIf(hasPython)("asyncio", () => {
  for (const mode of ["tls", "later"] as const) {
    both(`a client of ours (${mode})`, function* (dialect) {
      const { wait } = dialect;
      const program = foreign("python3", python("tls_server.py"), folder, mode);
      const [, port] = yield* wait(program.until(/port (\d+)\n/));
      const connection = yield* wait(
        openConnection(
          "127.0.0.1",
          Number(port),
          mode === "tls" ? { tls: { ...trusted, alpnProtocols: ["line"] } } : {},
        ),
      );
      if (mode === "later") {
        expect(yield* ask(dialect, connection, "HELO")).toBe("plain HELO");
        expect(yield* ask(dialect, connection, "STARTTLS")).toBe("go ahead");
        yield* wait(connection.startTls(trusted));
      } else expect(connection.getExtraInfo("alpnProtocol")).toBe("line");
      expect(yield* ask(dialect, connection, "HELO")).toBe("TLSv1.3 HELO");
      yield* wait(connection.close());
    });

    both(`a client of ours that ends its half: asyncio closes (${mode})`, function* (dialect) {
      const { wait } = dialect;
      const program = foreign("python3", python("tls_server.py"), folder, mode);
      const [, port] = yield* wait(program.until(/port (\d+)\n/));
      const connection = yield* wait(
        openConnection("127.0.0.1", Number(port), mode === "tls" ? { tls: trusted } : {}),
      );
      yield* wait(connection.writer.write("COUNT\nabc"));
      connection.writer.writeEof();
      expect((yield* wait(connection.reader.read())).toString()).toBe(mode === "tls" ? "" : "3\n");
    });

    both(`a server of ours (${mode})`, function* (dialect) {
      const { wait } = dialect;
      const served = yield* serve(
        dialect,
        { ...serverIdentity, ca: authority, requestCert: true },
        mode === "tls" ? "once" : "later",
      );
      const program = foreign("python3", python("tls_client.py"), folder, mode, String(served.port));
      const expected = [
        "12 TLSv1.3 one",
        "12 TLSv1.3 two",
        "50009 TLSv1.3 xxxxxxxxxxxx",
        "1000000",
        "closed",
      ];
      if (mode === "later") expected.unshift("go ahead");
      expect((yield* wait(program.rest())).trim().split("\n")).toEqual(expected);
      expect(served.peers.at(-1)).toBe("client");
    });
  }
});
