// Against OpenSSL's own client and server.
import { describe, expect } from "vitest";
import {
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  type Connection,
  type Server,
} from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import type { Dialect } from "../support/dialects.ts";
import { foreign, type Foreign } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { frame, framesText, readFrame, serveFrames, serveLines } from "./support/protocols.ts";
import { upgrades } from "./support/upgrades.ts";
import { lookFor, withProgram } from "./support/with-program.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const openssl = lookFor("openssl", ["version"], /^OpenSSL [3-9]/);

const certificates = new URL("../fixtures/tls/", import.meta.url).pathname;
const server = ["-cert", `${certificates}server.pem`, "-key", `${certificates}server.key`];
const trusting = ["-CAfile", `${certificates}authority.pem`, "-verify_return_error"];
const local = { host: "127.0.0.1", port: 0, grace: 60_000 } as const;
const tls = { ca: authority, servername: "localhost" };

function* connectTo({ wait }: Dialect, started: Foreign): Steps<Connection> {
  const port = Number((yield* wait(started.until(/ACCEPT .*:(\d+)\n/)))[1]);
  return yield* wait(openConnection("127.0.0.1", port, { tls }));
}

function startClient(to: Server, ...args: string[]): Foreign {
  const host = [
    "-connect",
    `127.0.0.1:${to.port}`,
    "-servername",
    "localhost",
    "-verify_hostname",
    "localhost",
  ];
  return foreign("openssl", "s_client", "-quiet", ...host, ...trusting, ...args);
}

describe("s_server", () => {
  for (const version of ["tls1_2", "tls1_3"]) {
    withProgram(openssl, `lines, which it turns around, over ${version}`, function* (dialect) {
      const { wait } = dialect;
      const listen = ["s_server", "-accept", "127.0.0.1:0", "-rev", `-${version}`];
      const connection = yield* connectTo(dialect, foreign("openssl", ...listen, ...server));
      const { reader, writer } = connection;
      expect(connection.getExtraInfo("tlsVersion")).toBe(version === "tls1_2" ? "TLSv1.2" : "TLSv1.3");
      for (const [said, heard] of [
        ["abc", "cba"],
        [`${"x".repeat(10_000)}y`, `y${"x".repeat(10_000)}`],
      ] as const) {
        yield* wait(writer.write(`${said}\n`));
        expect(String(yield* wait(reader.readLine()))).toBe(`${heard}\n`);
      }
      yield* wait(connection.close());
    });
  }

  withProgram(openssl, "messages with their length, answered by hand", function* (dialect) {
    const { wait } = dialect;
    const started = foreign("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", ...server);
    const { reader, writer } = yield* connectTo(dialect, started);
    yield* wait(writer.write(frame("to them")));
    yield* wait(started.until(/to them/));
    started.child.stdin.write(frame("c".repeat(50_000)));
    expect(yield* readFrame(dialect, reader)).toBe("c".repeat(50_000));
    writer.close();
    yield* wait(writer.waitClosed());
    expect(yield* wait(started.rest())).toContain("CONNECTION CLOSED");
    expect(started.errors).not.toMatch(/error/i);
  });

  withProgram(openssl, "over a Unix socket", function* (dialect) {
    const { wait } = dialect;
    const path = temporaryPath("openssl");
    const started = foreign("openssl", "s_server", "-unix", path, "-rev", ...server);
    yield* wait(started.until(/ACCEPT/));
    const { reader, writer } = yield* wait(openUnixConnection(path, { tls }));
    yield* wait(writer.write("abc\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("cba\n");
  });
});

describe("s_client", () => {
  for (const version of ["tls1_2", "tls1_3"]) {
    withProgram(openssl, `lines over ${version}`, function* (dialect) {
      const { wait, fn } = dialect;
      const ours = yield* wait(
        startServer(
          fn((connection: Connection) => serveLines(dialect, connection)),
          { ...local, tls: serverIdentity },
        ),
      );
      const client = startClient(ours, `-${version}`);
      client.write("one\n");
      expect((yield* wait(client.until(/.*one\n/)))[0]).toBe("1: one\n");
      client.write("two\n");
      expect((yield* wait(client.until(/.*two\n/)))[0]).toBe("2: two\n");
      expect(client.child.exitCode).toBe(null);
      expect(client.errors).toContain("verify return:1");
      expect(ours.statistics()).toMatchObject({ accepted: 1, failedHandshakes: 0 });
    });
  }

  withProgram(openssl, "messages with their length", function* (dialect) {
    const { wait, fn } = dialect;
    const ours = yield* wait(
      startServer(
        fn((connection: Connection) => serveFrames(dialect, connection)),
        { ...local, tls: serverIdentity },
      ),
    );
    const client = startClient(ours);
    client.child.stdin.write(Buffer.concat([frame("a".repeat(40_000)), frame("end"), frame("")]));
    const said = yield* wait(client.rest());
    expect(said).toBe(framesText("A".repeat(40_000), "END"));
    expect(client.child.exitCode).toBe(0);
  });

  withProgram(openssl, "lines over a Unix socket", function* (dialect) {
    const { wait, fn } = dialect;
    const path = temporaryPath("ours");
    yield* wait(
      startUnixServer(
        fn((connection: Connection) => serveLines(dialect, connection)),
        path,
        { tls: serverIdentity },
      ),
    );
    const client = foreign("openssl", "s_client", "-quiet", "-unix", path, ...trusting);
    client.write("one\n");
    expect((yield* wait(client.until(/.*one\n/)))[0]).toBe("1: one\n");
  });

  for (const [protocol, serveStart] of Object.entries(upgrades)) {
    withProgram(openssl, `TLS in the middle, as in ${protocol}`, function* (dialect) {
      const { wait, fn } = dialect;
      const handler = function* (connection: Connection): Steps<void> {
        yield* serveStart(dialect, connection);
        yield* wait(connection.startTls(serverIdentity));
        yield* serveFrames(dialect, connection);
      };
      const ours = yield* wait(startServer(fn(handler), local));
      const client = startClient(ours, "-starttls", protocol);
      client.child.stdin.write(Buffer.concat([frame("over tls"), frame("")]));
      const said = yield* wait(client.rest());
      expect(said).toContain(framesText("OVER TLS"));
      expect(client.errors).toContain("verify return:1");
      expect(client.child.exitCode).toBe(0);
      expect(ours.statistics()).toMatchObject({ accepted: 1, failed: 0, lost: 0 });
    });
  }
});
