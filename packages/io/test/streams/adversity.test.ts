// Cancelled at every wait and at random moments, with real sockets: nothing is left open, and nobody else is disturbed.
import { setImmediate } from "node:timers/promises";
import { call, cancelScope, fromPromise, run, sleepForever, taskGroup, type Awaitable } from "corio";
import { describe, expect, test } from "vitest";
import {
  ConnectError,
  ConnectionClosedError,
  ConnectionResetError,
  IncompleteReadError,
  openConnection,
  startServer,
  withConnection,
  withServer,
  type Connection,
  type Server,
} from "../../src/index.ts";
import { cancelAtWait } from "../support/cancel-at-wait.ts";
import { dialects } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { Random } from "../support/random.ts";

leavesNothingOpen();

const local = { host: "127.0.0.1", port: 0 } as const;

function* echo({ reader, writer }: Connection) {
  for (;;) {
    const data = yield* reader.read(65_536);
    if (data.length === 0) return;
    yield* writer.write(data);
  }
}

/** The number of waits at which it was cancelled. */
async function atEachWait(start: () => Awaitable<unknown>): Promise<number> {
  for (let n = 1; ; n++) {
    const { reached } = await run(() => call(cancelAtWait, n, start));
    if (!reached) return n - 1;
  }
}

describe("at each wait", () => {
  for (const { name, fn, wait } of dialects) {
    test(`a server, a client and what they say (${name})`, async () => {
      const times = await atEachWait(() =>
        call(
          fn(function* () {
            const server = yield* wait(startServer(echo, { ...local, grace: 0 }));
            const { reader, writer } = yield* wait(openConnection("127.0.0.1", server.port));
            yield* wait(writer.write("x".repeat(1_000_000)));
            expect((yield* wait(reader.readExactly(1_000_000))).length).toBe(1_000_000);
            writer.writeEof();
            yield* wait(reader.read());
            writer.close();
            yield* wait(writer.waitClosed());
            server.close();
            yield* wait(server.waitClosed());
          }),
        ),
      );
      if (name === "coroutine") expect(times).toBeGreaterThan(3);
    });

    test(`in blocks (${name})`, async () => {
      await atEachWait(() =>
        withServer(
          echo,
          { ...local, grace: 0 },
          fn(function* (server: Server) {
            yield* wait(
              withConnection(
                { host: "localhost", port: server.port },
                fn(function* ({ reader, writer }: Connection) {
                  yield* wait(writer.write("hello\n"));
                  expect(String(yield* wait(reader.readLine()))).toBe("hello\n");
                }),
              ),
            );
          }),
        ),
      );
    });
  }

  test("a close is not interrupted: what was written arrives", async () => {
    for (let n = 1; n < 4; n++) {
      const got: number[] = [];
      await run(function* () {
        const options = { ...local, grace: 60_000 };
        const server = yield* startServer(function* ({ reader }) {
          got.push((yield* reader.read()).length);
        }, options);
        const connection = yield* openConnection("127.0.0.1", server.port);
        connection.writer.setWriteBufferLimits({ high: 100_000_000 });
        yield* connection.writer.write("x".repeat(10_000_000));
        yield* call(cancelAtWait, n, () => connection.close());
        expect(connection.writer.isClosing()).toBe(true);
        server.close();
        yield* server.waitClosed();
      });
      expect(got).toEqual([10_000_000]);
    }
  });
});

describe("at random", () => {
  test("1,000 cancels leave no descriptor, and a server that works", { timeout: 120_000 }, async () => {
    const random = new Random(7);
    const counts = { whole: 0, cancelled: 0 };
    await run(async () => {
      const server = await startServer(echo, { ...local, grace: 0 });
      await taskGroup(async (group) => {
        for (let worker = 0; worker < 50; worker++) {
          group.spawn(async () => {
            while (counts.cancelled < 1000) await attempt(server, random.below(20), random.below(4));
          });
        }
      });
      const { reader, writer } = await openConnection("127.0.0.1", server.port);
      await writer.write("still there\n");
      expect(String(await reader.readLine())).toBe("still there\n");
      expect(server.statistics().failed).toBe(0);
    });
    expect(counts.whole).toBeGreaterThan(20);

    async function attempt(server: Server, turns: number, what: number): Promise<void> {
      let whole = false;
      await cancelScope(async (scope) => {
        void later(turns).then(() => scope.cancel());
        const { reader, writer } = await openConnection("127.0.0.1", server.port);
        if (what === 0) await writer.write("hello\n");
        else if (what === 1) {
          await writer.write("x".repeat(200_000));
          await reader.readExactly(200_000);
        } else if (what === 2) {
          await writer.write("a line\n");
          await reader.readLine();
          writer.writeEof();
          await reader.read();
        } else {
          writer.close();
          await writer.waitClosed();
        }
        whole = true;
      });
      if (whole) counts.whole++;
      else counts.cancelled++;
    }

    async function later(turns: number): Promise<void> {
      for (let turn = 0; turn < turns; turn++) await setImmediate();
    }
  });

  test("servers that are stopped while clients come, speak and go", { timeout: 60_000 }, async () => {
    const random = new Random(11);
    await run(async () => {
      for (let round = 0; round < 25; round++) {
        let port = 0;
        const speak = async (): Promise<void> => {
          while (port === 0) await fromPromise(setImmediate());
          const { reader, writer } = await openConnection("127.0.0.1", port);
          for (let k = random.below(5); k > 0; k--) {
            await writer.write("x".repeat(10_000));
            await reader.readExactly(10_000);
          }
        };
        await taskGroup(async (group) => {
          for (let i = 0; i < 10; i++) {
            group.spawn(async () => {
              try {
                await speak();
              } catch (error) {
                // The server has gone, or is about to.
                const expected = [ConnectError, ConnectionResetError, IncompleteReadError];
                if (!expected.some((kind) => error instanceof kind)) throw error;
              }
            });
          }
          await withServer(echo, { ...local, grace: random.below(2) * 3 }, async (server) => {
            port = server.port;
            for (let turn = random.below(30); turn > 0; turn--) await fromPromise(setImmediate());
            const how = random.below(4);
            if (how === 0) server.abortClients();
            else if (how === 1) server.closeClients();
            else if (how === 2) server.close();
          });
        });
      }
    });
  });

  test("handlers that are stuck are ended", async () => {
    const seen: string[] = [];
    await run(async () => {
      await withServer(
        async () => {
          try {
            await sleepForever();
          } finally {
            seen.push("told");
          }
        },
        { ...local, grace: 0 },
        async (server) => {
          for (let i = 0; i < 20; i++) await openConnection("127.0.0.1", server.port);
          while (server.statistics().connections < 20) await fromPromise(setImmediate());
        },
      );
    });
    expect(seen).toHaveLength(20);
  });
});

test("a handler that goes on after its connection was closed is told so", async () => {
  await run(async () => {
    const errors: unknown[] = [];
    const server = await startServer(
      async ({ writer }) => {
        writer.close();
        await writer.write("too late");
      },
      { ...local, onError: (error) => void errors.push(error) },
    );
    const { reader } = await openConnection("127.0.0.1", server.port);
    expect(await reader.read()).toHaveLength(0);
    server.close();
    await server.waitClosed();
    expect(errors).toEqual([expect.any(ConnectionClosedError)]);
  });
});
