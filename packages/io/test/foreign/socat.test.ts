// Against socat: TCP, Unix sockets, TLS by OpenSSL, and `cat` behind it.
import { describe, expect } from "vitest";
import {
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  type Connection,
} from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import type { Dialect } from "../support/dialects.ts";
import { foreign, type Foreign } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import {
  frame,
  framesText,
  longLine,
  readFrame,
  serveFrames,
  serveLines,
  sizes,
} from "./support/protocols.ts";
import { lookFor, withProgram } from "./support/with-program.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const socat = lookFor("socat", ["-V"], /^socat/);

const certificates = new URL("../fixtures/tls/", import.meta.url).pathname;
const ours = { host: "127.0.0.1", port: 0, grace: 60_000 } as const;

/** Says what it hears, by the program `cat`. Waits long for the other side when one has ended. What it tells of itself is its output. */
const echoAt = (address: string): Foreign =>
  foreign("sh", "-c", 'exec socat -d -d -t60 "$0" EXEC:cat 2>&1', address);

function* portOf({ wait }: Dialect, started: Foreign): Steps<number> {
  return Number((yield* wait(started.until(/listening on .*:(\d+)\n/)))[1]);
}

/** Lines and messages there and back through `cat`, to the end. */
function* echoed(dialect: Dialect, { reader, writer }: Connection): Steps<void> {
  const { wait } = dialect;
  for (const line of ["one\n", `${longLine}\n`]) {
    yield* wait(writer.write(line));
    expect(String(yield* wait(reader.readLine()))).toBe(line);
  }
  for (const size of sizes) {
    const body = "b".repeat(size);
    // Both directions at once: cat does not read while nobody takes what it says.
    writer.setWriteBufferLimits({ high: 2 * size + 64 });
    yield* wait(writer.write(frame(body)));
    expect((yield* readFrame(dialect, reader)) === body).toBe(true);
  }
  yield* wait(writer.write("the end"));
  writer.writeEof();
  expect(String(yield* wait(reader.read()))).toBe("the end");
}

describe("socat as a server", () => {
  withProgram(socat, "lines and messages over TCP", function* (dialect) {
    const { wait } = dialect;
    const port = yield* portOf(dialect, echoAt("TCP-LISTEN:0,bind=127.0.0.1"));
    yield* echoed(dialect, yield* wait(openConnection("127.0.0.1", port)));
  });

  withProgram(socat, "lines and messages over a Unix socket", function* (dialect) {
    const { wait } = dialect;
    const path = temporaryPath("theirs");
    yield* wait(echoAt(`UNIX-LISTEN:${path}`).until(/listening on/));
    yield* echoed(dialect, yield* wait(openUnixConnection(path)));
  });

  withProgram(socat, "lines and messages over TLS", function* (dialect) {
    const { wait } = dialect;
    const identity = `cert=${certificates}server.pem,key=${certificates}server.key,verify=0`;
    const port = yield* portOf(dialect, echoAt(`OPENSSL-LISTEN:0,bind=127.0.0.1,${identity}`));
    const tls = { ca: authority, servername: "localhost" };
    const { reader, writer } = yield* wait(openConnection("127.0.0.1", port, { tls }));
    for (const size of sizes) {
      writer.setWriteBufferLimits({ high: 4 * size + 64 });
      yield* wait(writer.write(`${"b".repeat(size)}\n`));
      expect((yield* wait(reader.readExactly(size + 1))).length).toBe(size + 1);
    }
  });
});

describe("socat as a client", () => {
  const linesSaid = "1: one\n2: two\n2 lines\n";
  const framesSent = Buffer.concat([frame("one"), frame("a".repeat(100_000)), frame("")]);
  const framesSaid = framesText("ONE", "A".repeat(100_000));

  withProgram(socat, "lines over TCP", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn((connection: Connection) => serveLines(dialect, connection)),
        ours,
      ),
    );
    const client = foreign("socat", "-t60", "-", `TCP:127.0.0.1:${server.port}`);
    client.child.stdin.end("one\ntwo\n");
    expect(yield* wait(client.rest())).toBe(linesSaid);
    expect(client.errors).toBe("");
  });

  withProgram(socat, "messages with their length over TCP", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn((connection: Connection) => serveFrames(dialect, connection)),
        ours,
      ),
    );
    const client = foreign("socat", "-t60", "-", `TCP:127.0.0.1:${server.port}`);
    client.child.stdin.end(framesSent);
    expect(yield* wait(client.rest())).toBe(framesSaid);
    expect(client.errors).toBe("");
  });

  withProgram(socat, "lines over a Unix socket", function* (dialect) {
    const { wait, fn } = dialect;
    const path = temporaryPath("ours");
    const { grace } = ours;
    yield* wait(
      startUnixServer(
        fn((connection: Connection) => serveLines(dialect, connection)),
        path,
        { grace },
      ),
    );
    const client = foreign("socat", "-t60", "-", `UNIX-CONNECT:${path}`);
    client.child.stdin.end("one\ntwo\n");
    expect(yield* wait(client.rest())).toBe(linesSaid);
  });

  withProgram(socat, "messages with their length over TLS", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn((connection: Connection) => serveFrames(dialect, connection)),
        { ...ours, tls: serverIdentity },
      ),
    );
    const trust = `cafile=${certificates}authority.pem,commonname=localhost,snihost=localhost`;
    const client = foreign("socat", "-t60", "-", `OPENSSL:127.0.0.1:${server.port},${trust}`);
    client.child.stdin.end(framesSent);
    expect(yield* wait(client.rest())).toBe(framesSaid);
    expect(client.errors).toBe("");
  });
});
