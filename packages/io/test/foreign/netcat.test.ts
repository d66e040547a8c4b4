// Against OpenBSD's netcat.
import { describe, expect } from "vitest";
import {
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  type Connection,
} from "../../src/index.ts";
import type { Dialect } from "../support/dialects.ts";
import { foreign, type Foreign } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { frame, framesText, readFrame, serveFrames, serveLines } from "./support/protocols.ts";
import { lookFor, withProgram } from "./support/with-program.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const nc = lookFor("nc", ["-h"], /^OpenBSD netcat/);

const ours = { host: "127.0.0.1", port: 0, grace: 60_000 } as const;

/** What it tells of itself comes with its output. */
const listenAt = (...args: string[]): Foreign =>
  foreign("sh", "-c", 'exec nc -lvnN "$@" 2>&1', "sh", ...args);

/** Talks with a netcat whose keyboard and screen are the test's. */
function* talk(dialect: Dialect, theirs: Foreign, { reader, writer }: Connection): Steps<void> {
  const { wait } = dialect;
  yield* wait(writer.write("a line of ours\n"));
  yield* wait(theirs.until(/a line of ours\n/));
  theirs.write("a line of theirs\n");
  expect(String(yield* wait(reader.readLine()))).toBe("a line of theirs\n");
  // The last byte of the length is a "P".
  yield* wait(writer.write(frame("d".repeat(0x1350))));
  yield* wait(theirs.until(/Pd{4944}/));
  theirs.child.stdin.end(frame("c".repeat(100_000)));
  expect(yield* readFrame(dialect, reader)).toBe("c".repeat(100_000));
  // It has half-closed (-N), and goes when we do.
  expect(yield* wait(reader.read())).toHaveLength(0);
  yield* wait(writer.write("the last"));
  writer.writeEof();
  expect(yield* wait(theirs.rest())).toBe("the last");
  expect(theirs.child.exitCode).toBe(0);
}

describe("nc as a server", () => {
  withProgram(nc, "lines and messages over TCP", function* (dialect) {
    const { wait } = dialect;
    const theirs = listenAt("127.0.0.1", "0");
    const port = Number((yield* wait(theirs.until(/Listening on \S+ (\d+)\n/)))[1]);
    const connection = yield* wait(openConnection("127.0.0.1", port));
    yield* wait(theirs.until(/Connection received on .*\n/));
    yield* talk(dialect, theirs, connection);
  });

  withProgram(nc, "lines and messages over a Unix socket", function* (dialect) {
    const { wait } = dialect;
    const path = temporaryPath("theirs");
    const theirs = listenAt("-U", path);
    yield* wait(theirs.until(/Listening on .*\n/));
    const connection = yield* wait(openUnixConnection(path));
    yield* wait(theirs.until(/Connection received on .*\n/));
    yield* talk(dialect, theirs, connection);
  });
});

describe("nc as a client", () => {
  withProgram(nc, "lines over TCP", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn((connection: Connection) => serveLines(dialect, connection)),
        ours,
      ),
    );
    const client = foreign("nc", "-N", "127.0.0.1", String(server.port));
    client.child.stdin.end("one\ntwo\n");
    expect(yield* wait(client.rest())).toBe("1: one\n2: two\n2 lines\n");
    expect(client.child.exitCode).toBe(0);
  });

  withProgram(nc, "messages with their length over TCP", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn((connection: Connection) => serveFrames(dialect, connection)),
        ours,
      ),
    );
    const client = foreign("nc", "-N", "127.0.0.1", String(server.port));
    client.child.stdin.end(Buffer.concat([frame("one"), frame("a".repeat(100_000)), frame("")]));
    expect(yield* wait(client.rest())).toBe(framesText("ONE", "A".repeat(100_000)));
  });

  withProgram(nc, "lines over a Unix socket", function* (dialect) {
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
    const client = foreign("nc", "-N", "-U", path);
    client.child.stdin.end("one\n");
    expect(yield* wait(client.rest())).toBe("1: one\n1 lines\n");
  });
});
