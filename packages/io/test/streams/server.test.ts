// startServer against bare node:net: its connections are tasks of its own group, and its end is theirs.
import {
  call,
  cancelScope,
  CancelledError,
  checkpoint,
  ContextVar,
  createTask,
  currentScope,
  Event,
  fromPromise,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  taskGroup,
  type Coroutine,
  type Report,
  type Scope,
  type TaskGroup,
} from "corio";
import {
  loopOf,
  type ListenRequest,
  type NetworkDone,
  type NetworkListener,
  type Transport,
} from "corio/lowlevel";
import { simulate } from "@corio/testing";
import { describe, expect, test } from "vitest";
import {
  AddressInUseError,
  ConnectionClosedError,
  ConnectionRefusedError,
  openConnection,
  startServer,
  withServer,
  type Connection,
  Server,
  type StreamReader,
} from "../../src/index.ts";
import { memoryTransports } from "../../src/memory/memory-transport.ts";
import { nodeNetwork } from "../../src/network/node-network.ts";
import { serverTls } from "../../src/network/tls-options.ts";
import { runServer } from "../../src/streams/server.ts";
import { StreamLink } from "../../src/streams/stream-link.ts";
import { bareClient, readAll } from "../support/bare-peer.ts";
import { serverIdentity } from "../support/certificates.ts";
import { both, caught, dialects, type Dialect } from "../support/dialects.ts";
import { FakeNetwork } from "../support/fake-network.ts";
import { leavesNothingOpen } from "../support/leaks.ts";

leavesNothingOpen();

type Steps<T> = Generator<unknown, T, unknown>;

const local = { host: "127.0.0.1", port: 0 } as const;

/** A client comes at the first address, before it turns out that the second is in use. */
class SecondInUse extends FakeNetwork {
  client: Transport | null = null;

  override listen(request: ListenRequest, done: NetworkDone<NetworkListener>): () => void {
    const { host } = loopOf(currentScope());
    const first = this.client === null;
    host.queueMicrotask(() => {
      if (!first) {
        const error = new Error("listen EADDRINUSE");
        done(Object.assign(error, { code: "EADDRINUSE", syscall: "listen" }), null);
        return;
      }
      done(null, { address: { host: "192.0.2.1", port: 80, family: 4 }, close: (closed) => closed() });
      const [near, far] = memoryTransports(host);
      this.client = far;
      request.onConnection(near);
    });
    return () => {};
  }
}

/** Says back what it is told, in the dialect of the test. */
function echo({ wait, fn }: Dialect): (connection: Connection) => unknown {
  return fn(function* ({ reader, writer }: Connection) {
    for (;;) {
      const data = yield* wait(reader.read(65_536));
      if (data.length === 0) return;
      yield* wait(writer.write(data));
    }
  });
}

/** Waits in bare turns of node, until something holds. */
function* until({ wait }: Dialect, holds: () => boolean): Steps<void> {
  while (!holds()) yield* wait(fromPromise(new Promise((resolve) => setImmediate(resolve))));
}

/** "end", or the error that came instead. */
function* endOf(reader: StreamReader): Coroutine<unknown> {
  try {
    return (yield* reader.read(1)).length === 0 ? "end" : "bytes";
  } catch (error) {
    return error;
  }
}

const connect = (server: Server) => openConnection("127.0.0.1", server.port);

describe("a server", () => {
  both(
    "serves each connection in a task of its own (test_streams StreamTests.test_start_server)",
    function* (dialect) {
      const { wait } = dialect;
      const server = yield* wait(startServer(echo(dialect), local));
      expect(server.addresses).toEqual([{ host: "127.0.0.1", port: server.port, family: 4 }]);
      const connections: Connection[] = [];
      for (let i = 0; i < 5; i++) connections.push(yield* wait(connect(server)));
      for (const [i, { writer }] of connections.entries()) yield* wait(writer.write(`hello ${i}\n`));
      for (const [i, { reader }] of connections.entries())
        expect(String(yield* wait(reader.readLine()))).toBe(`hello ${i}\n`);
      expect(server.statistics()).toEqual({
        connections: 5,
        accepted: 5,
        refused: 0,
        failed: 0,
        lost: 0,
        failedHandshakes: 0,
      });
      for (const connection of connections) yield* wait(connection.close());
      server.close();
      yield* wait(server.waitClosed());
      expect(server.statistics()).toMatchObject({ connections: 0, accepted: 5 });
    },
  );

  both("closes a connection when its handler has ended, with what was written", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn(function* ({ writer }: Connection) {
          yield* wait(writer.write("x".repeat(3_000_000)));
        }),
        local,
      ),
    );
    const { reader } = yield* wait(connect(server));
    expect((yield* wait(reader.read())).length).toBe(3_000_000);
  });

  both("listens on all addresses of a name, on one port", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(startServer(echo(dialect), { host: ["127.0.0.1", "localhost"], port: 0 }));
    const ports = new Set(server.addresses.map((address) => (address as { port: number }).port));
    expect([...ports]).toEqual([server.port]);
    expect(server.addresses.length).toBeGreaterThanOrEqual(1);
    const { reader, writer } = yield* wait(openConnection("localhost", server.port));
    yield* wait(writer.write("hello\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("hello\n");
  });

  both("without a host listens on every address", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(startServer(echo(dialect), { port: 0 }));
    const { writer, reader } = yield* wait(connect(server));
    yield* wait(writer.write("hello\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("hello\n");
  });

  both("gives its handlers the context of who started it", function* (dialect) {
    const { wait, fn } = dialect;
    const who = new ContextVar<string>("who", { default: "nobody" });
    who.set("starter");
    const server = yield* wait(
      startServer(
        fn(function* ({ writer }: Connection) {
          yield* wait(writer.write(who.get()!));
          who.set("handler");
        }),
        local,
      ),
    );
    who.set("later");
    for (let i = 0; i < 2; i++) {
      const { reader } = yield* wait(connect(server));
      expect(String(yield* wait(reader.read()))).toBe("starter");
    }
    expect(who.get()).toBe("later");
  });

  both("says so when its address is taken", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(startServer(echo(dialect), local));
    const error = yield* caught(wait(startServer(echo(dialect), { ...local, port: server.port })));
    expect(error).toBeInstanceOf(AddressInUseError);
    expect(error).toMatchObject({ code: "EADDRINUSE", address: `127.0.0.1:${server.port}` });
  });

  test("bad options are told before anything is done", async () => {
    await run(async () => {
      const handler = (): void => {};
      await expect(startServer(null as never, local)).rejects.toThrow(TypeError);
      for (const bad of [
        { port: -1 },
        { port: 70_000 },
        { grace: -1 },
        { maxConnections: 0 },
        { backlog: 0 },
        { limit: 0 },
        { closeTimeout: -1 },
      ])
        await expect(startServer(handler, { ...local, ...bad })).rejects.toThrow(RangeError);
      // None of them may come to mean every address of the machine.
      for (const host of ["", [""], ["127.0.0.1", ""], null, 7])
        await expect(startServer(handler, { ...local, host } as never)).rejects.toThrow(
          /Cannot use .* as a host/,
        );
      await expect(startServer(handler, { ...local, host: [] })).rejects.toThrow(/list of hosts is empty/);
    });
  });
});

describe("handlers that fail", () => {
  for (const dialect of dialects) {
    test(`are reported, and close only their own connection (ST16) (test_streams StreamTests.test_unhandled_exception) (${dialect.name})`, async () => {
      const { wait, fn } = dialect;
      const reports: Report[] = [];
      await run(
        fn(function* () {
          let broken: Connection | null = null;
          const server = yield* wait(
            startServer(
              fn(function* (connection: Connection) {
                const { reader, writer } = connection;
                for (;;) {
                  const line = yield* wait(reader.readLine());
                  if (line.length === 0) return;
                  yield* wait(writer.write(line));
                  if (String(line) !== "fail\n") continue;
                  broken = connection;
                  throw new Error("no");
                }
              }),
              local,
            ),
          );
          const good = yield* wait(connect(server));
          const bad = yield* wait(connect(server));
          yield* wait(bad.writer.write("fail\n"));
          expect(String(yield* wait(bad.reader.read()))).toBe("fail\n");
          expect(broken!.writer.isClosing()).toBe(true);
          yield* wait(good.writer.write("hello\n"));
          expect(String(yield* wait(good.reader.readLine()))).toBe("hello\n");
          expect(server.statistics()).toMatchObject({ connections: 1, failed: 1 });
        }),
        { onReport: (report) => void reports.push(report) },
      );
      expect(reports).toEqual([
        expect.objectContaining({
          message: expect.stringMatching(/^the handler of the connection to 127\.0\.0\.1:\d+ failed$/),
          error: expect.objectContaining({ message: "no" }),
        }),
      ]);
    });
  }

  both("are told to onError instead, if there is one", function* (dialect) {
    const { wait } = dialect;
    const told: unknown[] = [];
    const server = yield* wait(
      startServer(
        () => {
          throw new Error("no");
        },
        { ...local, onError: (error, connection) => void told.push(error, connection.localAddress) },
      ),
    );
    const { reader } = yield* wait(connect(server));
    yield* wait(reader.read());
    yield* until(dialect, () => server.statistics().connections === 0);
    expect(told).toEqual([expect.objectContaining({ message: "no" }), server.addresses[0]]);
  });

  both(
    "that are cancelled close quietly (ST16) (test_streams StreamTests.test_unhandled_cancel)",
    function* (dialect) {
      const { wait, fn } = dialect;
      let ended: unknown = null;
      const begun = new Event();
      const server = yield* wait(
        startServer(
          fn(function* () {
            begun.set();
            try {
              yield* wait(sleepForever());
            } catch (error) {
              ended = error;
              throw error;
            }
          }),
          { ...local, grace: 0 },
        ),
      );
      const { reader } = yield* wait(connect(server));
      yield* wait(begun.wait());
      yield* wait(server.stop());
      expect(ended).toBeInstanceOf(CancelledError);
      expect(yield* caught(wait(reader.read()))).toMatchObject({ code: "ECONNRESET" });
      expect(server.statistics()).toMatchObject({ failed: 0, lost: 0, connections: 0 });
    },
  );

  both("by a cancellation kept from elsewhere are failures", function* (dialect) {
    const { wait, fn } = dialect;
    const told: unknown[] = [];
    let kept: unknown = null;
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          scope.cancel();
          try {
            yield* wait(checkpoint());
          } catch (error) {
            kept = error;
            throw error;
          }
        }),
      ),
    );
    const server = yield* wait(
      startServer(
        () => {
          throw kept;
        },
        { ...local, onError: (error) => void told.push(error) },
      ),
    );
    const { reader } = yield* wait(connect(server));
    yield* wait(reader.read());
    expect(told).toEqual([kept]);
    // The server goes on.
    yield* wait((yield* wait(connect(server))).reader.read());
    expect(told).toEqual([kept, kept]);
  });

  both("because their peer has gone are only counted", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          yield* wait(
            taskGroup(
              fn(function* (group: TaskGroup) {
                group.spawn(
                  fn(function* () {
                    yield* wait(connection.reader.readLine());
                  }),
                );
                yield* wait(connection.reader.readLine());
              }),
            ),
          );
        }),
        { ...local, onError: () => {} },
      ),
    );
    void server;
    const quiet = yield* wait(startServer(echo(dialect), local));
    const client = yield* wait(connect(quiet));
    yield* until(dialect, () => quiet.statistics().connections === 1);
    client.abort();
    yield* until(dialect, () => quiet.statistics().connections === 0);
    expect(quiet.statistics()).toMatchObject({ failed: 0, lost: 1 });
  });
});

describe("its end", () => {
  both(
    "waitClosed: closed, and all connections gone (P1) (test_server TestServer2.test_wait_closed_basic)",
    function* (dialect) {
      const { wait, fn } = dialect;
      const server = yield* wait(startServer(echo(dialect), local));
      const waiting = () =>
        createTask(
          fn(function* () {
            yield* wait(server.waitClosed());
          }),
        );
      const first = waiting();
      yield* wait(checkpoint());
      expect(first.done()).toBe(false);
      const { writer } = yield* wait(connect(server));
      yield* until(dialect, () => server.statistics().connections === 1);
      const second = waiting();
      yield* wait(checkpoint());
      expect(second.done()).toBe(false);
      server.close();
      const third = waiting();
      yield* wait(checkpoint());
      yield* wait(checkpoint());
      expect([first.done(), second.done(), third.done()]).toEqual([false, false, false]);
      writer.close();
      yield* wait(writer.waitClosed());
      for (const task of [first, second, third]) yield* wait(task.join());
      yield* wait(server.waitClosed());
    },
  );

  both(
    "waitClosed when both end at once (P1) (test_server TestServer2.test_wait_closed_race)",
    function* (dialect) {
      const { wait } = dialect;
      const server = yield* wait(startServer(echo(dialect), local));
      const { writer } = yield* wait(connect(server));
      setImmediate(() => {
        server.close();
        writer.close();
      });
      yield* wait(server.waitClosed());
      expect(server.statistics().connections).toBe(0);
    },
  );

  both("close takes no more, keeps what is open, and may be called again (P2)", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(startServer(echo(dialect), local));
    const { port } = server;
    const { reader, writer } = yield* wait(connect(server));
    yield* until(dialect, () => server.statistics().connections === 1);
    expect(server.isServing()).toBe(true);
    server.close();
    server.close();
    expect(server.isServing()).toBe(false);
    expect(server.addresses).toEqual([]);
    yield* wait(writer.write("still here\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("still here\n");
    expect(yield* caught(wait(openConnection("127.0.0.1", port)))).toBeInstanceOf(ConnectionRefusedError);
  });

  both(
    "closeClients closes them all, quietly (P2) (test_server TestServer2.test_close_clients)",
    function* (dialect) {
      const { wait } = dialect;
      const server = yield* wait(startServer(echo(dialect), local));
      const { reader } = yield* wait(connect(server));
      yield* until(dialect, () => server.statistics().connections === 1);
      server.close();
      server.closeClients();
      expect(yield* wait(reader.read())).toHaveLength(0);
      yield* wait(server.waitClosed());
      expect(server.statistics()).toMatchObject({ failed: 0, lost: 0 });
    },
  );

  both(
    "abortClients resets them all, however much waits to go out (P2) (test_server TestServer2.test_abort_clients)",
    function* (dialect) {
      const { wait, fn } = dialect;
      let served: Connection | null = null;
      const server = yield* wait(
        startServer(
          fn(function* (connection: Connection) {
            served = connection;
            yield* wait(connection.writer.write("x".repeat(30_000_000)));
          }),
          local,
        ),
      );
      const client = yield* wait(fromPromise(bareClient({ port: server.port, host: "127.0.0.1" })));
      client.pause();
      yield* until(dialect, () => served !== null && served.writer.getWriteBufferSize() > 0);
      server.close();
      server.abortClients();
      yield* wait(server.waitClosed());
      expect(yield* caught(wait(fromPromise(readAll(client))))).toMatchObject({ code: "ECONNRESET" });
      expect(server.statistics()).toMatchObject({ failed: 0, lost: 0 });
    },
  );

  both(
    "serveForever, cancelled, closes, waits and goes on with the cancellation (P3) (test_server BaseStartServer.test_start_server_1)",
    function* (dialect) {
      const { wait, fn } = dialect;
      const log: string[] = [];
      let kept: Server | null = null;
      yield* wait(
        cancelScope(
          fn(function* (scope: Scope) {
            const server = yield* wait(
              startServer(
                fn(function* ({ reader, writer }: Connection) {
                  yield* wait(reader.readLine());
                  scope.cancel();
                  yield* wait(sleep(5));
                  yield* wait(writer.write("1"));
                  log.push("handler");
                }),
                { ...local, grace: 60_000 },
              ),
            );
            kept = server;
            const client = yield* wait(fromPromise(bareClient({ port: server.port, host: "127.0.0.1" })));
            const all = readAll(client).then((text) => void log.push(`client ${text}`));
            client.write("1".repeat(5 * 1024) + "\n");
            try {
              yield* wait(server.serveForever());
            } catch (error) {
              log.push((error as Error).name);
              expect(server.isServing()).toBe(false);
              expect(server.statistics().connections).toBe(0);
              throw error;
            } finally {
              yield* wait(fromPromise(all));
              client.destroy();
            }
          }),
        ),
      );
      expect(log).toEqual(["handler", "CancelledError", "client 1"]);
      expect(yield* caught(wait(kept!.serveForever()))).toBeInstanceOf(ConnectionClosedError);
    },
  );

  describe.each(["closeClients", "abortClients"] as const)("%s before a handler has begun", (way) => {
    test.each([
      ["it does not begin", null, 1],
      ["it does not begin, nor a handshake", serverTls(serverIdentity), 1],
      ["it does not begin, though its connection has only just come", null, 0],
      [
        "it does not begin, nor a handshake, though its connection has only just come",
        serverTls(serverIdentity),
        0,
      ],
    ])("%s", async (_sentence, tls, steps) => {
      await simulate(function* () {
        let begun = 0;
        const init = { handler: () => void begun++, options: {}, network: nodeNetwork, tls };
        const server = new Server(init);
        createTask(runServer, server);
        for (let i = 0; i < 5; i++) yield* checkpoint();
        const [near, far] = memoryTransports(loopOf(currentScope()).host);
        const client = new StreamLink(far);
        server.take(near);
        // Accepted by the step before this one, and not yet begun.
        for (let i = 0; i < steps; i++) yield* checkpoint();
        expect(server.statistics()).toMatchObject({ connections: 1, accepted: steps });
        server[way]();
        const end = yield* endOf(client.reader);
        if (way === "closeClients" && tls === null) expect(end).toBe("end");
        else expect(end).toMatchObject({ code: "ECONNRESET" });
        expect(begun).toBe(0);
        client.close();
        server.close();
        yield* server.waitClosed();
        expect(server.statistics()).toMatchObject({ connections: 0, failed: 0, failedHandshakes: 0 });
        yield* server.stop();
      });
    });
  });

  both("serveForever ends when the server is closed and its connections have gone", function* (dialect) {
    const { wait } = dialect;
    const server = yield* wait(startServer(echo(dialect), local));
    const { writer } = yield* wait(connect(server));
    setImmediate(() => {
      server.close();
      writer.close();
    });
    yield* wait(server.serveForever());
  });

  both("with its scope: handlers have their grace to end", function* (dialect) {
    const { wait, fn } = dialect;
    const log: string[] = [];
    const client = yield* wait(
      cancelScope(
        fn(function* () {
          const server = yield* wait(
            startServer(
              fn(function* ({ reader }: Connection) {
                log.push(String(yield* wait(reader.read())));
              }),
              { ...local, grace: 60_000 },
            ),
          );
          const bare = yield* wait(fromPromise(bareClient({ port: server.port, host: "127.0.0.1" })));
          bare.end("said before the end of the scope");
          return bare;
        }),
      ),
    );
    // What had been sent was read, although nobody waited for it.
    expect(log).toEqual(["said before the end of the scope"]);
    client!.destroy();
  });

  both(
    "with its scope: handlers that do not end are cancelled after their grace, and may clean up",
    function* (dialect) {
      const { wait, fn } = dialect;
      const log: string[] = [];
      const begun = new Event();
      const open: Connection[] = [];
      yield* wait(
        withServer(
          fn(function* (connection: Connection) {
            begun.set();
            try {
              yield* wait(connection.reader.read());
            } finally {
              yield* wait(sleep(1));
              yield* wait(connection.writer.write("good-bye"));
              yield* wait(connection.close());
              log.push("cleaned up");
            }
          }),
          { ...local, grace: 10 },
          fn(function* (server: Server) {
            void server;
            return yield* wait(begunWith(server));
          }),
        ),
      );
      function begunWith(server: Server) {
        return call(
          fn(function* () {
            const client = yield* wait(fromPromise(bareClient({ port: server.port, host: "127.0.0.1" })));
            yield* wait(begun.wait());
            void readAll(client).then((text) => {
              log.push(text);
              client.destroy();
            });
          }),
        );
      }
      yield* until(dialect, () => log.length === 2);
      expect(log.sort()).toEqual(["cleaned up", "good-bye"]);
      expect(open).toEqual([]);
    },
  );

  both("of a run ends its servers in the same way", function* (dialect) {
    const { wait, fn } = dialect;
    const log: string[] = [];
    yield* wait(
      call(
        fn(function* () {
          yield* wait(run(fn(inner)));
          log.push("run ended");
        }),
      ),
    );
    function* inner(): Steps<void> {
      const server = yield* wait(
        startServer(
          fn(function* ({ reader }: Connection) {
            yield* wait(reader.read());
            log.push("handler ended");
          }),
          { ...local, grace: 60_000 },
        ),
      );
      const bare = yield* wait(fromPromise(bareClient({ port: server.port, host: "127.0.0.1" })));
      bare.end();
      bare.on("end", () => bare.destroy()).resume();
    }
    expect(log).toEqual(["handler ended", "run ended"]);
  });

  both("by the end of a run that ends at once leaves nothing", function* (dialect) {
    const { wait, fn } = dialect;
    for (let i = 0; i < 3; i++) {
      yield* wait(
        fromPromise(
          new Promise<void>((resolve, reject) => {
            setImmediate(() => {
              run(fn(() => wait(startServer(echo(dialect), local)))).then(() => resolve(), reject);
            });
          }),
        ),
      );
    }
  });

  both("at once leaves nothing", function* (dialect) {
    const { wait, fn } = dialect;
    for (let i = 0; i < 10; i++) {
      yield* wait(
        cancelScope(
          fn(function* (scope: Scope) {
            const server = yield* wait(startServer(echo(dialect), local));
            if (i % 3 === 1) scope.cancel();
            if (i % 3 === 2) server.close();
          }),
        ),
      );
    }
  });

  for (const dialect of dialects) {
    test(`a start that fails at its second address resets who has come at the first (${dialect.name})`, async () => {
      const { wait, fn } = dialect;
      const network = new SecondInUse();
      await simulate(
        fn(function* () {
          const options = { host: ["192.0.2.1", "192.0.2.2"], port: 80 };
          expect(yield* caught(wait(startServer(echo(dialect), options)))).toBeInstanceOf(AddressInUseError);
          const { reader } = new StreamLink(network.client!);
          expect(yield* caught(wait(reader.read()))).toMatchObject({ code: "ECONNRESET" });
        }),
        { network },
      );
    });
  }

  both("a start that is cancelled leaves no listener", function* (dialect) {
    const { wait, fn } = dialect;
    for (let turns = 0; turns < 8; turns++) {
      const { cancelled } = yield* wait(
        moveOnAfter(
          Infinity,
          fn(function* (scope: Scope) {
            const cancelLater = (left: number): void => {
              if (left === 0) scope.cancel();
              else setImmediate(cancelLater, left - 1);
            };
            if (turns === 0) scope.cancel();
            else cancelLater(turns - 1);
            yield* wait(startServer(echo(dialect), { host: "localhost", port: 0, grace: 0 }));
            yield* wait(sleepForever());
          }),
        ),
      );
      expect(cancelled).toBe(true);
    }
  });

  both("a handler may end its own server: it is cancelled with the others", function* ({ wait, fn }) {
    let ending: unknown = null;
    const server: Server = yield* wait(
      startServer(
        fn(function* ({ reader }: Connection) {
          try {
            // Not before the client is connected: the reset would come while it still connects.
            yield* wait(reader.readLine());
            yield* wait(call(() => server[Symbol.asyncDispose]()));
          } catch (error) {
            ending = error;
            throw error;
          }
        }),
        { ...local, grace: 0 },
      ),
    );
    const { reader, writer } = yield* wait(connect(server));
    yield* wait(writer.write("end\n"));
    yield* wait(call(endOf, reader));
    yield* wait(server.waitClosed());
    expect(ending).toBeInstanceOf(CancelledError);
    expect(server.statistics()).toMatchObject({ connections: 0, failed: 0 });
  });
});

describe("limits", () => {
  both(
    "one connection more than maxConnections is reset, and a place that is free is used",
    function* (dialect) {
      const { wait } = dialect;
      const server = yield* wait(startServer(echo(dialect), { ...local, maxConnections: 2 }));
      const first = yield* wait(connect(server));
      const second = yield* wait(connect(server));
      yield* until(dialect, () => server.statistics().connections === 2);
      const refused = yield* caught(
        (function* () {
          // The reset may come while the client still connects.
          const third = yield* wait(connect(server));
          yield* wait(third.reader.read());
        })(),
      );
      expect(refused).toMatchObject({ code: "ECONNRESET" });
      expect(server.statistics()).toMatchObject({ connections: 2, accepted: 2, refused: 1 });
      yield* wait(first.close());
      yield* until(dialect, () => server.statistics().connections === 1);
      const fourth = yield* wait(connect(server));
      yield* wait(fourth.writer.write("hello\n"));
      expect(String(yield* wait(fourth.reader.readLine()))).toBe("hello\n");
      yield* wait(second.close());
    },
  );

  both("reusePort: two servers on one port", function* (dialect) {
    const { wait } = dialect;
    const first = yield* wait(startServer(echo(dialect), { ...local, reusePort: true }));
    const second = yield* wait(startServer(echo(dialect), { ...local, port: first.port, reusePort: true }));
    expect(second.port).toBe(first.port);
  });
});
