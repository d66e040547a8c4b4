// Much in both directions at once, byte for byte the same, in little memory, however slow who reads.
import { createHash, type Hash } from "node:crypto";
import { checkpoint, taskGroup, type Awaitable } from "corio";
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
import { both, type Dialect } from "../support/dialects.ts";
import { Random } from "../support/random.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { patience, sized } from "./support/sizes.ts";
import { leavesAllUntouched } from "./support/untouched.ts";

leavesAllUntouched();

type Steps<T> = Generator<unknown, T, unknown>;

const mebi = 1024 * 1024;
const chunk = 64 * 1024;
const limit = 64 * 1024;
/** Bytes by which the process may grow, whatever flows: what V8 leaves to its next collections. Full size is a multiple of it. */
const growth = 256 * mebi;

/** Bytes that are other ones at every position, from a seed; written in pieces of uneven sizes. */
class Source {
  readonly hash: Hash = createHash("sha1");
  readonly #random: Random;
  readonly #block: Buffer;
  #left: number;

  constructor(seed: number, total: number) {
    this.#random = new Random(seed);
    this.#block = Buffer.from(Array.from({ length: chunk + 4096 }, () => this.#random.below(256)));
    this.#left = total;
  }

  /** The next piece; null after the last. */
  next(): Buffer | null {
    if (this.#left === 0) return null;
    const start = this.#random.below(4096);
    const length = Math.min(this.#left, this.#random.below(8) === 0 ? 1 + this.#random.below(200) : chunk);
    // A copy: what is handed to the writer is its own.
    const piece = Buffer.from(this.#block.subarray(start, start + length));
    this.#left -= length;
    this.hash.update(piece);
    return piece;
  }
}

/** What one side has seen. */
interface Seen {
  sent: string;
  received: string;
  bytes: number;
  /** The most that waited at a time. */
  pending: number;
  unread: number;
  /** The most that the process took of the machine's memory. */
  resident: number;
}

const nothing = (): Seen => ({ sent: "", received: "", bytes: 0, pending: 0, unread: 0, resident: 0 });

function* send({ wait }: Dialect, { writer }: Connection, source: Source, seen: Seen): Steps<void> {
  for (let piece = source.next(); piece !== null; piece = source.next()) {
    yield* wait(writer.write(piece));
    seen.pending = Math.max(seen.pending, writer.getWriteBufferSize());
  }
  writer.writeEof();
  seen.sent = source.hash.digest("hex");
}

/** A slow one lets the others have many turns between its reads. */
function* receive({ wait }: Dialect, { reader }: Connection, slow: boolean, seen: Seen): Steps<void> {
  const hash = createHash("sha1");
  let look = 0;
  for (;;) {
    if (seen.bytes >= look) {
      seen.resident = Math.max(seen.resident, process.memoryUsage.rss());
      look += 4 * mebi;
    }
    seen.unread = Math.max(seen.unread, reader.statistics().buffered);
    const bytes = yield* wait(reader.read(slow ? 7000 : chunk));
    if (bytes.length === 0) break;
    hash.update(bytes);
    seen.bytes += bytes.length;
    if (slow && seen.bytes % 16 === 0) for (let i = 0; i < 5; i++) yield* wait(checkpoint());
  }
  seen.received = hash.digest("hex");
}

function side(
  dialect: Dialect,
  total: number,
  seed: number,
  slow: boolean,
  seen: Seen,
): (connection: Connection) => unknown {
  const { fn, wait } = dialect;
  return fn(function* (connection: Connection) {
    yield* wait(
      taskGroup((group) => {
        group.spawn(fn(() => send(dialect, connection, new Source(seed, total), seen)));
        group.spawn(fn(() => receive(dialect, connection, slow, seen)));
      }),
    );
  });
}

type Kind = "TCP" | "a Unix socket" | "TLS";

function start(kind: Kind, handler: (connection: Connection) => unknown, path: string): Awaitable<Server> {
  if (kind === "a Unix socket") return startUnixServer(handler, path, { limit });
  const options = { host: "127.0.0.1", port: 0, limit };
  return startServer(handler, kind === "TLS" ? { ...options, tls: serverIdentity } : options);
}

function connect(kind: Kind, server: Server, path: string): Awaitable<Connection> {
  if (kind === "a Unix socket") return openUnixConnection(path, { limit });
  const tls = { ca: authority, servername: "localhost" };
  return openConnection("127.0.0.1", server.port, kind === "TLS" ? { limit, tls } : { limit });
}

/** Both sides send and read at once; gives what each has seen. */
function* exchange(dialect: Dialect, kind: Kind, total: number, slow: boolean): Steps<[Seen, Seen]> {
  const { wait } = dialect;
  const ours = nothing();
  const theirs = nothing();
  const path = temporaryPath("stream");
  const server = yield* wait(start(kind, side(dialect, total, 1, slow, theirs), path));
  const connection = yield* wait(connect(kind, server, path));
  yield* wait(taskGroup((group) => void group.spawn(side(dialect, total, 2, false, ours), connection)));
  yield* wait(connection.close());
  server.close();
  yield* wait(server.waitClosed());
  expect(server.statistics()).toMatchObject({ accepted: 1, failed: 0, lost: 0 });
  return [ours, theirs];
}

for (const [kind, slow, little, much] of [
  ["TCP", false, 64, 1024],
  ["TCP", true, 16, 1024],
  ["a Unix socket", false, 16, 1024],
  ["a Unix socket", true, 8, 256],
  ["TLS", false, 16, 1024],
  ["TLS", true, 8, 256],
] as const) {
  const mebis = sized(little, much);
  describe(
    `${mebis} MiB each way over ${kind}${slow ? ", the server reading slowly" : ""}`,
    { timeout: patience },
    () => {
      both(
        "arrive as they were sent, little waits at a time, and the process does not grow",
        function* (dialect) {
          const before = process.memoryUsage.rss();
          const [ours, theirs] = yield* exchange(dialect, kind, mebis * mebi, slow);
          expect(Math.max(ours.resident, theirs.resident) - before).toBeLessThan(growth);
          expect([ours.bytes, theirs.bytes]).toEqual([mebis * mebi, mebis * mebi]);
          expect(ours.received).toBe(theirs.sent);
          expect(theirs.received).toBe(ours.sent);
          for (const { pending, unread } of [ours, theirs]) {
            // High water, and one write above it.
            expect(pending).toBeLessThanOrEqual(65_536 + chunk);
            // Twice the limit, and one chunk above that.
            expect(unread).toBeLessThanOrEqual(2 * limit + chunk);
          }
          // It did have to wait.
          if (slow) expect(theirs.unread).toBeGreaterThan(limit);
        },
      );
    },
  );
}
