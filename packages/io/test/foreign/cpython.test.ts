// Against CPython: asyncio's streams, and blocking sockets with OpenSSL right on the descriptor.
import { describe, expect } from "vitest";
import { openConnection, startServer, type Connection } from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import type { Dialect } from "../support/dialects.ts";
import { foreign, type Foreign } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import {
  serveFrames,
  serveLines,
  serveUpgrade,
  speakFrames,
  speakLines,
  speakUpgrade,
} from "./support/protocols.ts";
import { lookFor, withProgram } from "./support/with-program.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const path = (file: string): string => new URL(file, import.meta.url).pathname;
const certificates = path("../fixtures/tls");

// StreamWriter.start_tls came with 3.11.
const version = "import sys; print('new' if sys.version_info >= (3, 11) else 'old')";
const python = lookFor("python3", ["-c", version], /^new/);

const start = (peer: string, ...args: string[]): Foreign =>
  foreign("python3", path(`fixtures/${peer}_peer.py`), ...args);

const local = { host: "127.0.0.1", port: 0, grace: 60_000 } as const;

/** Serves one protocol of ours to a client of theirs; gives what that saw. */
function* serveTo(
  { wait, fn }: Dialect,
  peer: string,
  mode: string,
  handler: (connection: Connection) => Steps<void>,
): Steps<string> {
  const server = yield* wait(startServer(fn(handler), local));
  const client = start(peer, "client", mode, certificates, String(server.port));
  const said = yield* wait(client.rest());
  expect(client.errors).toBe("");
  server.close();
  yield* wait(server.waitClosed());
  expect(server.statistics()).toMatchObject({ accepted: 1, failed: 0, lost: 0 });
  return said;
}

function* connectTo({ wait }: Dialect, peer: string, mode: string): Steps<Connection> {
  const server = start(peer, "server", mode, certificates);
  const port = Number((yield* wait(server.until(/port (\d+)\n/)))[1]);
  return yield* wait(openConnection("127.0.0.1", port));
}

const tls = { ca: authority, servername: "localhost" };

const framesSeen = "1 True\n100 True\n1000000 True\nb''\nclosed\n";
const upgradeSeen = `ready\n1: hello\ngo ahead\nTLSv1\n${framesSeen}`;

describe("asyncio's streams", () => {
  withProgram(python, "a client of our server: lines", function* (dialect) {
    const said = yield* serveTo(dialect, "asyncio", "lines", (connection) => serveLines(dialect, connection));
    expect(said).toBe("1: one 7\n2: two 7\n3: xxxxx 60004\n4: no end4 lines\nclosed\n");
  });

  withProgram(python, "a client of our server: messages with their length", function* (dialect) {
    const said = yield* serveTo(dialect, "asyncio", "frames", (connection) =>
      serveFrames(dialect, connection),
    );
    expect(said).toBe(framesSeen);
  });

  withProgram(python, "a client of our server: TLS in the middle", function* (dialect) {
    const handler = (connection: Connection): Steps<void> =>
      serveUpgrade(dialect, connection, serverIdentity);
    expect(yield* serveTo(dialect, "asyncio", "upgrade", handler)).toBe(upgradeSeen);
  });

  withProgram(python, "a server of our client: lines", function* (dialect) {
    yield* speakLines(dialect, yield* connectTo(dialect, "asyncio", "lines"));
  });

  withProgram(python, "a server of our client: messages with their length", function* (dialect) {
    yield* speakFrames(dialect, yield* connectTo(dialect, "asyncio", "frames"));
  });

  withProgram(python, "a server of our client: TLS in the middle", function* (dialect) {
    yield* speakUpgrade(dialect, yield* connectTo(dialect, "asyncio", "upgrade"), tls);
  });
});

describe("Python's blocking sockets", () => {
  withProgram(python, "a client of our server: messages with their length", function* (dialect) {
    const said = yield* serveTo(dialect, "blocking", "frames", (connection) =>
      serveFrames(dialect, connection),
    );
    expect(said).toBe(framesSeen);
  });

  withProgram(python, "a client of our server: TLS in the middle", function* (dialect) {
    const handler = (connection: Connection): Steps<void> =>
      serveUpgrade(dialect, connection, serverIdentity);
    expect(yield* serveTo(dialect, "blocking", "upgrade", handler)).toBe(upgradeSeen);
  });

  withProgram(python, "a server of our client: messages with their length", function* (dialect) {
    yield* speakFrames(dialect, yield* connectTo(dialect, "blocking", "frames"));
  });

  withProgram(python, "a server of our client: TLS in the middle", function* (dialect) {
    yield* speakUpgrade(dialect, yield* connectTo(dialect, "blocking", "upgrade"), tls);
  });
});
