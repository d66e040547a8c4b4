// Connects and handshakes that are cancelled, at each wait and at random moments: no descriptor, task or listener is left.
import { call, cancelScope, fromPromise, run, taskGroup, type Coroutine, type Report } from "corio";
import { describe, expect, test } from "vitest";
import {
  ConnectionResetError,
  openConnection,
  startServer,
  TlsHandshakeClosedError,
  type Connection,
  type TlsOptions,
} from "../../src/index.ts";
import { authority, serverIdentity } from "../support/certificates.ts";
import { cancelAtWait } from "../support/cancel-at-wait.ts";
import { leavesNothingOpen, leftOpen, openNow } from "../support/leaks.ts";
import { Random } from "../support/random.ts";

const trusted: TlsOptions = { ca: authority, servername: "localhost" };

leavesNothingOpen();

function* echo({ reader, writer }: Connection): Coroutine<void> {
  for (;;) {
    const line = yield* reader.readLine();
    if (line.length === 0) return;
    yield* writer.write(line);
  }
}

function* session(port: number, body: (connection: Connection) => Coroutine<void>): Coroutine<void> {
  const connection = yield* openConnection("localhost", port, { family: 4, tls: trusted });
  yield* body(connection);
  yield* connection.close();
}

function* talk({ reader, writer }: Connection): Coroutine<void> {
  yield* writer.write("hello\n");
  yield* reader.readLine();
}

describe("at each wait", () => {
  const dialects = {
    coroutine: (port: number) => call(session, port, talk),
    async: (port: number) =>
      call(async () => {
        const connection = await openConnection("localhost", port, { family: 4, tls: trusted });
        await connection.writer.write("hello\n");
        await connection.reader.readLine();
        await connection.close();
      }),
  };
  for (const [dialect, begin] of Object.entries(dialects)) {
    test(`of a client (${dialect})`, async () => {
      let waits = 0;
      for (let n = 1, reached = true; reached; n++) {
        const before = openNow();
        await run(function* () {
          const server = yield* startServer(echo, {
            host: "127.0.0.1",
            port: 0,
            tls: serverIdentity,
            grace: 0,
          });
          reached = (yield* cancelAtWait(n, () => begin(server.port))).reached;
        });
        expect(await leftOpen(before)).toEqual([]);
        waits = n - 1;
      }
      // The look-up, the connect, the handshake, the answer and the closing at least.
      expect(waits).toBeGreaterThanOrEqual(dialect === "coroutine" ? 5 : 1);
    });
  }
});

test("a thousand clients at random moments, and the server goes on serving", async () => {
  const random = new Random(7);
  const reports: Report[] = [];
  const before = openNow();
  let finished = 0;
  let cut = 0;
  const server = { accepted: 0, failedHandshakes: 0 };
  await run(
    function* () {
      const listening = yield* startServer(echo, {
        host: "127.0.0.1",
        port: 0,
        tls: serverIdentity,
        onError: (error) => {
          if (!(error instanceof ConnectionResetError)) throw error;
        },
        onHandshakeError: (error) => {
          if (!(error instanceof TlsHandshakeClosedError)) throw error;
        },
      });
      const { port } = listening;
      for (let round = 0; round < 40; round++) {
        yield* taskGroup(function* (group) {
          for (let i = 0; i < 25; i++) {
            const turns = random.below(40);
            group.spawn(function* () {
              let over = false;
              yield* cancelScope(function* (scope) {
                void (async () => {
                  for (let turn = 0; turn < turns && !over; turn++) await new Promise(setImmediate);
                  scope.cancel("at random");
                })();
                yield* session(port, talk);
                finished++;
                over = true;
              });
              if (!over) cut++;
            });
          }
        });
      }
      // It is not worse for it.
      yield* session(port, talk);
      const { accepted, failedHandshakes } = listening.statistics();
      Object.assign(server, { accepted, failedHandshakes });
    },
    { onReport: (report) => void reports.push(report) },
  );
  expect(reports).toEqual([]);
  expect(finished + cut).toBe(1000);
  // All kinds of moments were met.
  expect(finished).toBeGreaterThan(0);
  expect(cut).toBeGreaterThan(0);
  expect(server.accepted).toBeGreaterThan(finished);
  expect(await leftOpen(before)).toEqual([]);
}, 180_000);

test("a server that is cancelled in the middle of handshakes leaves nothing", async () => {
  const random = new Random(11);
  const before = openNow();
  for (let round = 0; round < 30; round++) {
    const turns = random.below(30);
    await run(function* () {
      yield* taskGroup(function* (clients) {
        yield* cancelScope(function* (scope) {
          const { port } = yield* startServer(echo, { host: "127.0.0.1", port: 0, tls: serverIdentity });
          for (let i = 0; i < 10; i++) {
            clients.spawn(function* () {
              try {
                yield* session(port, talk);
              } catch {
                // Refused, reset or ended: whatever the moment was.
              }
            });
          }
          for (let turn = 0; turn < turns; turn++) yield* fromPromise(new Promise(setImmediate));
          scope.cancel("enough");
          yield* fromPromise(new Promise(() => {}));
        });
      });
    });
  }
  expect(await leftOpen(before)).toEqual([]);
}, 180_000);
