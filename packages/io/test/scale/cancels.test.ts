// Cancelled at any moment, at whatever they do: clients, servers and their handlers leave nothing, and disturb nobody else.
import { setImmediate } from "node:timers/promises";
import {
  call,
  cancelScope,
  fromPromise,
  run,
  taskGroup,
  type Coroutine,
  type Report,
  type Scope,
} from "corio";
import { describe, expect, test } from "vitest";
import {
  ConnectionClosedError,
  ConnectionRefusedError,
  ConnectionResetError,
  IncompleteReadError,
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  TlsHandshakeClosedError,
  type Connection,
  type Server,
} from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import { cancelAtWait } from "../support/cancel-at-wait.ts";
import { dialects, type Dialect } from "../support/dialects.ts";
import { Random } from "../support/random.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { patience, sized } from "./support/sizes.ts";
import { leavesAllUntouched } from "./support/untouched.ts";

leavesAllUntouched();

type Steps<T> = Generator<unknown, T, unknown>;

const local = { host: "127.0.0.1", port: 0, grace: 0 } as const;
const tls = { ca: authority, servername: "localhost" };
const large = Buffer.alloc(300_000, "x");

/** Set it to the seed of a failure to see that again, as far as the system lets one. */
const seed = Number(process.env["CORIO_SEED"] ?? 20);

/** What a client does until it is cancelled. */
const deeds: Readonly<Record<string, (dialect: Dialect, connection: Connection) => Steps<unknown>>> = {
  *connect() {},
  *write({ wait }, { writer }) {
    yield* wait(writer.write("hello\n"));
  },
  *drain({ wait }, { writer }) {
    writer.setWriteBufferLimits({ high: 0 });
    writer.tryWrite(large);
    yield* wait(writer.drain());
  },
  *read({ wait }, { reader, writer }) {
    yield* wait(writer.write("a line\n"));
    yield* wait(reader.readLine());
  },
  *readMuch({ wait }, { reader, writer }) {
    yield* wait(writer.write(large));
    yield* wait(reader.readExactly(large.length));
  },
  *readToEnd({ wait }, { reader, writer }) {
    yield* wait(writer.write(large));
    writer.writeEof();
    yield* wait(reader.read());
  },
  *close({ wait }, connection) {
    yield* wait(connection.writer.write(large));
    yield* wait(connection.close());
  },
  *waitClosed({ wait }, { writer }) {
    yield* wait(writer.write("hello\n"));
    writer.close();
    yield* wait(writer.waitClosed());
  },
  *abort({ wait }, connection) {
    yield* wait(connection.writer.write(large));
    connection.abort();
    yield* wait(connection.reader.read(1));
  },
};

const kinds = ["tcp", "unix", "tls"] as const;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** Cancels after so many turns of the host: with none, before anything has come. */
function cancelAfter(count: number, scope: Scope): void {
  if (count === 0) queueMicrotask(() => scope.cancel());
  else void turns(count).then(() => scope.cancel());
}

class Trial {
  readonly servers: Record<(typeof kinds)[number], Server | null> = { tcp: null, unix: null, tls: null };
  readonly path: string = temporaryPath("trial");
  readonly counts = { whole: 0, cancelled: 0, handlers: 0 };
  readonly #dialect: Dialect;
  readonly #random: Random;

  constructor(dialect: Dialect, random: Random) {
    this.#dialect = dialect;
    this.#random = random;
  }

  *start(): Steps<void> {
    const { wait, fn } = this.#dialect;
    const handler = fn((connection: Connection) => this.#serve(connection));
    this.servers.tcp = yield* wait(startServer(handler, local));
    this.servers.tls = yield* wait(startServer(handler, { ...local, tls: serverIdentity }));
    this.servers.unix = yield* wait(startUnixServer(handler, this.path, { grace: 0 }));
  }

  /** Echoes; some handlers are cancelled on the way. */
  *#serve({ reader, writer }: Connection): Steps<void> {
    const { wait, fn } = this.#dialect;
    const random = this.#random;
    const doomed = random.below(4) === 0;
    const count = random.below(12);
    const whole = yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          if (doomed) cancelAfter(count, scope);
          for (;;) {
            const data = yield* wait(reader.read(65_536));
            if (data.length === 0) return true;
            yield* wait(writer.write(data));
          }
        }),
      ),
    );
    if (whole !== true) this.counts.handlers++;
  }

  connect(kind: (typeof kinds)[number]): ReturnType<typeof openConnection> {
    if (kind === "unix") return openUnixConnection(this.path);
    return openConnection("127.0.0.1", this.servers[kind]!.port, kind === "tls" ? { tls } : {});
  }

  /** One client, cancelled some time, unless it has done before what it wanted. */
  *attempt(): Steps<void> {
    const { wait, fn } = this.#dialect;
    const random = this.#random;
    const kind = random.pick(kinds);
    const deed = random.pick(Object.values(deeds));
    const count = random.below(kind === "tls" ? 60 : 25);
    const attempt = fn(function* (this: void, trial: Trial, scope: Scope) {
      cancelAfter(count, scope);
      const connection = yield* wait(trial.connect(kind));
      yield* deed(trial.#dialect, connection);
      return true;
    });
    try {
      const whole = yield* wait(cancelScope((scope) => attempt(this, scope)));
      if (whole === true) this.counts.whole++;
      else this.counts.cancelled++;
    } catch (error) {
      // Its handler was cancelled meanwhile, or it has closed the connection itself.
      const fair = [
        ConnectionResetError,
        ConnectionClosedError,
        IncompleteReadError,
        TlsHandshakeClosedError,
      ];
      if (!fair.some((kindOfError) => error instanceof kindOfError)) throw error;
      this.counts.whole++;
    }
  }

  /** After all of it the servers serve as ever. */
  *serves(): Steps<void> {
    const { wait, fn } = this.#dialect;
    for (const kind of kinds) {
      // Some handlers are doomed from the start.
      for (let answered = false; !answered;) {
        const visit = fn(function* (this: void, trial: Trial) {
          const { reader, writer } = yield* wait(trial.connect(kind));
          yield* wait(writer.write("still there\n"));
          return String(yield* wait(reader.readLine()));
        });
        const answer = yield* wait(
          call(
            fn(function* (this: void, trial: Trial) {
              try {
                return yield* wait(cancelScope(() => visit(trial)));
              } catch (error) {
                if (error instanceof ConnectionResetError || error instanceof TlsHandshakeClosedError)
                  return "";
                throw error;
              }
            }),
            this,
          ),
        );
        answered = answer === "still there\n";
      }
    }
  }
}

describe(`at random, with the seed ${seed}`, { timeout: patience }, () => {
  const wanted = sized(500, 5000);
  for (const dialect of dialects) {
    const { name, fn, wait } = dialect;
    test(`${wanted.toLocaleString("en")} cancels of clients, and many of handlers (${name})`, async () => {
      const reports: Report[] = [];
      const trial = new Trial(dialect, new Random(seed));
      await run(
        fn(function* () {
          yield* trial.start();
          yield* wait(
            taskGroup((group) => {
              for (let worker = 0; worker < 40; worker++) {
                group.spawn(
                  fn(function* () {
                    while (trial.counts.cancelled < wanted) yield* trial.attempt();
                  }),
                );
              }
            }),
          );
          yield* trial.serves();
          for (const server of Object.values(trial.servers)) {
            server!.close();
            yield* wait(server!.waitClosed());
            expect(server!.statistics()).toMatchObject({ connections: 0, failed: 0 });
          }
        }),
        { onReport: (report) => void reports.push(report) },
      );
      expect(reports.map((report) => report.message)).toEqual([]);
      // It did try all three ends.
      expect(trial.counts.whole).toBeGreaterThan(wanted / 20);
      expect(trial.counts.handlers).toBeGreaterThan(wanted / 20);
    });
  }
});

describe("connecting", { timeout: patience }, () => {
  for (const [kind, least] of [
    ["tcp", 1],
    ["unix", 1],
    ["tls", 2],
  ] as const) {
    test(`cancelled at each of its waits: ${kind}`, async () => {
      const [dialect] = dialects as readonly [Dialect];
      await run(function* () {
        const trial = new Trial(dialect, new Random(seed));
        yield* trial.start() as Coroutine<void>;
        let waits = 0;
        for (let reached = true; reached; waits++) {
          const attempt = yield* cancelScope(() => cancelAtWait(waits + 1, () => trial.connect(kind)));
          reached = attempt!.reached;
          // Value wins: a connection that stood is the scope's, which has closed it.
          if (attempt!.value !== undefined) expect(attempt!.value.writer.isClosing()).toBe(true);
        }
        expect(waits - 1).toBeGreaterThanOrEqual(least);
      });
    });
  }

  for (const dialect of dialects) {
    const { name, fn, wait } = dialect;

    for (const kind of ["an address", "a name", "a Unix socket", "TLS", "nobody"] as const) {
      test(`cancelled after every number of turns: ${kind} (${name})`, async () => {
        // Far enough for all to have connected, even on a busy machine, and then on until some have.
        let connected = 0;
        await run(
          fn(function* () {
            const trial = new Trial(dialect, new Random(seed));
            yield* trial.start();
            for (let count = 0; count < sized(40, 400) || connected < 3; count++) {
              yield* wait(
                cancelScope(
                  fn(function* (scope: Scope) {
                    cancelAfter(count, scope);
                    try {
                      if (kind === "a Unix socket") yield* wait(trial.connect("unix"));
                      else if (kind === "TLS") yield* wait(trial.connect("tls"));
                      else if (kind === "an address") yield* wait(trial.connect("tcp"));
                      else if (kind === "a name")
                        yield* wait(openConnection("localhost", trial.servers.tcp!.port));
                      else yield* wait(openUnixConnection(`${trial.path}-nobody`));
                      connected++;
                    } catch (error) {
                      // Value wins: a refusal that stood when the scope was cancelled is told all the same.
                      if (kind !== "nobody" || !(error instanceof ConnectionRefusedError)) throw error;
                      connected++;
                    }
                    yield* wait(fromPromise(turns(2)));
                  }),
                ),
              );
            }
          }),
        );
        expect(connected).toBeGreaterThanOrEqual(3);
      });
    }
  }
});
