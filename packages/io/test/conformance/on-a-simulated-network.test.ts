// Programs that use this package, unchanged on a simulated network: the same seed gives the same run, faults come as the errors that
// are documented, and nothing is left over.

import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import {
  createTask,
  gather,
  loopTime,
  moveOnAfter,
  retry,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  TimeoutError,
  wait,
} from "corio";
import { cancelEverywhere, explore, random, simulate } from "@corio/testing";
import { certificateAuthority, SimulatedNetwork, type SimulatedNetworkOptions } from "@corio/testing/network";
import {
  AddressInUseError,
  AddressNotAvailableError,
  CertificateExpiredError,
  CertificateHostError,
  CertificateUntrustedError,
  type Connection,
  ConnectionRefusedError,
  ConnectionResetError,
  ConnectTimeoutError,
  HostLookupError,
  HostNotFoundError,
  HostUnreachableError,
  openConnection,
  openUnixConnection,
  startServer,
  startUnixServer,
  TlsHandshakeClosedError,
  TlsProtocolError,
  withConnection,
  withServer,
} from "@corio/io";
import { temporaryPath } from "../support/temporary-path.ts";

const authority = certificateAuthority();
const identity = authority.issue(["server"]);

async function shout({ reader, writer }: Connection): Promise<void> {
  for await (const line of reader) await writer.write(String(line).toUpperCase());
}

/** A network with a server and a client, whose connections take 10 ms in each direction. */
function network(options: SimulatedNetworkOptions = {}): SimulatedNetwork {
  const made = new SimulatedNetwork({ latency: 10, lookupDelay: 0, ...options });
  made.host("server");
  made.host("client");
  return made;
}

/** The error of a call that must fail. */
async function failure(promise: PromiseLike<unknown> | object): Promise<unknown> {
  try {
    await (promise as PromiseLike<unknown>);
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}

describe("a program", () => {
  test("may leave its server and its connections to its outermost scope, as on a real network (async)", async () => {
    const on = network();
    const program = async (): Promise<string> => {
      const server = await startServer(shout, { host: "127.0.0.1", port: 0 });
      const { reader, writer } = await openConnection("127.0.0.1", server.port);
      await writer.write("hello\n");
      return String(await reader.readLine());
    };
    expect(await simulate(program, { network: on })).toBe("HELLO\n");
    expect(on.statistics()).toMatchObject({ open: 0, listeners: 0 });
    await explore(program, { network: on, runs: 20 });
  });

  test("may leave its server and its connections to its outermost scope, as on a real network (coroutine)", async () => {
    const on = network();
    const program = function* () {
      const server = yield* startServer(shout, { host: "127.0.0.1", port: 0 });
      const { reader, writer } = yield* openConnection("127.0.0.1", server.port);
      yield* writer.write("hello\n");
      return String(yield* reader.readLine());
    };
    expect(await simulate(program, { network: on })).toBe("HELLO\n");
    expect(on.statistics()).toMatchObject({ open: 0, listeners: 0 });
    await explore(program, { network: on, runs: 20 });
  });

  test("that leaves a task of its own is told so, whatever else it leaves", async () => {
    const program = async (): Promise<void> => {
      await startServer(shout, { host: "127.0.0.1", port: 0 });
      createTask({ name: "poller" }, () => sleepForever());
      await sleep(1);
    };
    const error = (await failure(simulate(program, { network: network() }))) as Error;
    expect(error).toMatchObject({ name: "LeakError" });
    expect(error.message).toContain("- task poller, waiting for sleep for ever");
    expect(error.message).not.toContain("server");
  });
});

describe("the same seed gives the same run", () => {
  test("100 seeds, twice each: TLS, cut anywhere, with cuts and partitions in between", async () => {
    const on = network({ latency: [1, 30], jitter: 3, loss: 0.02, chunking: "random", window: 5000 });
    const answers: string[] = [];
    const program = async (): Promise<void> => {
      await on.host("server").run(() =>
        withServer(shout, { port: 443, tls: identity, grace: 0 }, () =>
          taskGroup(async (group) => {
            group.spawn(async () => {
              for (let i = 0; i < 3; i++) {
                await sleep(random() * 150);
                if (random() < 0.5) for (const connection of on.connections()) connection.cut();
                else {
                  on.partition("client");
                  await sleep(random() * 100);
                  on.heal("client");
                }
              }
            });
            for (let i = 0; i < 2; i++) {
              group.spawn(() =>
                on.host("client").run(() => retry(() => talk(i), { attempts: 20, delay: 10 })),
              );
            }
          }),
        ),
      );
    };
    const talk = async (i: number): Promise<void> => {
      const target = { host: "server", port: 443, tls: { ca: authority.certificate } };
      await withConnection(target, async ({ reader, writer }) => {
        for (const text of [`hello from ${i}\n`, `${"x".repeat(3000)}\n`]) {
          await writer.write(text);
          answers.push(String(await reader.readUntil("\n")).slice(0, 20));
        }
      });
    };
    const logs = new Set<string>();
    let resets = 0;
    for (let seed = 1; seed <= 100; seed++) {
      await simulate(program, { network: on, seed });
      const log = on.log();
      resets += on.statistics().reset;
      await simulate(program, { network: on, seed });
      expect(on.log()).toBe(log);
      logs.add(log);
    }
    expect(logs.size).toBe(100);
    expect(resets).toBeGreaterThan(50);
    expect(new Set(answers)).toContain("HELLO FROM 1\n");
  });
});

describe("connects", () => {
  test("happy eyeballs: a silent IPv6 address costs 250 ms, a refusing one nothing but its answer", async () => {
    const on = network();
    on.host("server", { addresses: ["fd00::5", "10.0.0.5"] });
    on.host("client", { addresses: ["fd00::6", "10.0.0.6"] });
    await simulate(
      async () => {
        await on.host("server").run(() =>
          withServer(shout, { port: 80 }, () =>
            on.host("client").run(async () => {
              const took = async (): Promise<[number, string]> => {
                const before = loopTime();
                return withConnection({ host: "server", port: 80 }, (connection) => [
                  loopTime() - before,
                  (connection.remoteAddress as { host: string }).host,
                ]);
              };
              expect(await took()).toEqual([20, "fd00::5"]);
              on.address("fd00::5", { fault: "black-hole" });
              expect(await took()).toEqual([270, "10.0.0.5"]);
              on.address("fd00::5", { fault: "refuse" });
              expect(await took()).toEqual([40, "10.0.0.5"]);
              on.address("fd00::5", { fault: null, delay: 400 });
              expect(await took()).toEqual([270, "10.0.0.5"]);
            }),
          ),
        );
      },
      { network: on },
    );
    expect(on.statistics().open).toBe(0);
  });

  test("that fail are the errors that are documented", async () => {
    const on = network({ connectTimeout: 5000 });
    on.name("gone", { error: "ENOTFOUND" });
    on.name("flaky", { error: "EAI_AGAIN" });
    on.address("10.0.9.1", { fault: "black-hole" });
    await simulate(
      async () => {
        const errorOf = (host: string, options = {}): Promise<unknown> =>
          failure(openConnection(host, 80, options));
        expect(await errorOf("10.0.0.2")).toBeInstanceOf(ConnectionRefusedError);
        expect(await errorOf("10.0.9.1")).toBeInstanceOf(ConnectTimeoutError);
        expect(await errorOf("10.0.9.9")).toBeInstanceOf(HostUnreachableError);
        expect(await errorOf("gone")).toBeInstanceOf(HostNotFoundError);
        expect(await errorOf("flaky")).toBeInstanceOf(HostLookupError);
        const before = loopTime();
        expect(await errorOf("10.0.9.1", { connectTimeout: 100 })).toBeInstanceOf(ConnectTimeoutError);
        expect(loopTime() - before).toBe(100);
        expect(await errorOf("10.0.0.2", { localAddress: "10.8.8.8" })).toBeInstanceOf(
          AddressNotAvailableError,
        );
        expect(await failure(openUnixConnection("/run/none"))).toBeInstanceOf(ConnectionRefusedError);
        await withServer(shout, { host: "127.0.0.1", port: 80 }, async () => {
          expect(await failure(startServer(shout, { host: "127.0.0.1", port: 80 }))).toBeInstanceOf(
            AddressInUseError,
          );
          expect(await failure(startServer(shout, { host: "10.0.0.3", port: 80 }))).toBeInstanceOf(
            AddressNotAvailableError,
          );
        });
      },
      { network: on },
    );
  });

  test("of TLS, too", async () => {
    const on = network();
    const errors: unknown[] = [];
    const greet = async ({ writer }: Connection): Promise<void> => writer.write("220 welcome\r\n");
    const old = authority.issue({ names: ["server"], validTo: new Date("2001-01-01") });
    const trusting = { ca: authority.certificate };
    await simulate(
      () =>
        on.host("server").run(async () => {
          await startServer(shout, {
            port: 1,
            tls: identity,
            onHandshakeError: (error) => errors.push(error),
          });
          await startServer(shout, { port: 2, tls: old });
          await startServer(greet, { port: 3 });
          await on.host("client").run(async () => {
            const errorOf = (port: number, tls: object): Promise<unknown> =>
              failure(openConnection("server", port, { tls }));
            expect(await errorOf(1, {})).toBeInstanceOf(CertificateUntrustedError);
            expect(await errorOf(1, { ...trusting, servername: "other" })).toBeInstanceOf(
              CertificateHostError,
            );
            expect(await errorOf(2, trusting)).toBeInstanceOf(CertificateExpiredError);
            expect(await errorOf(3, trusting)).toBeInstanceOf(TlsProtocolError);
            await withConnection({ host: "server", port: 1 }, ({ writer }) =>
              writer.write("GET / HTTP/1.1\r\n\r\n"),
            );
          });
          await sleep(100);
        }),
      { network: on },
    );
    expect(errors.map((error) => (error as Error).name)).toEqual([
      "TlsHandshakeClosedError",
      "TlsHandshakeClosedError",
      "TlsProtocolError",
    ]);
    expect(errors[0]).toBeInstanceOf(TlsHandshakeClosedError);
  });
});

describe("connections", () => {
  test("that break are ConnectionResetErrors with the system's code", async () => {
    const on = network({ retransmissionTimeout: 30_000 });
    await simulate(
      () =>
        on.host("server").run(() =>
          withServer(shout, { port: 80 }, () =>
            on.host("client").run(async () => {
              const broken = async (spoil: (connection: Connection) => unknown): Promise<unknown> => {
                const connection = await openConnection("server", 80);
                await connection.writer.write("hello\n");
                await connection.reader.readLine();
                await spoil(connection);
                const error = await failure(connection.reader.readLine());
                expect(error).toBeInstanceOf(ConnectionResetError);
                return (error as ConnectionResetError).code;
              };
              expect(await broken(() => on.connections()[0]!.cut())).toBe("ECONNRESET");
              expect(
                await broken(async ({ writer }) => {
                  on.connections()[0]!.blackHole();
                  await writer.write("into nothing\n");
                }),
              ).toBe("ETIMEDOUT");
              // The server's end still waits there.
              for (const connection of on.connections()) connection.cut();
            }),
          ),
        ),
      { network: on },
    );
  });

  test("to a peer that has gone silent need a timeout of one's own", async () => {
    const on = network();
    await simulate(
      () =>
        withServer(shout, { port: 80, grace: 0 }, async () => {
          const { reader } = await openConnection("localhost", 80);
          on.connections()[0]!.blackHole();
          expect(await failure(timeout(60_000, () => reader.readLine()))).toBeInstanceOf(TimeoutError);
          expect(loopTime()).toBe(60_020);
        }),
      { network: on },
    );
  });

  test("to a slow reader hold little in memory", async () => {
    const on = network({ window: 10_000 });
    await simulate(
      () =>
        withServer(
          async ({ reader }) => {
            let total = 0;
            for (;;) {
              const { length } = await reader.read(1000);
              if (length === 0) break;
              total += length;
              await sleep(1);
            }
            expect(total).toBe(1_000_000);
          },
          { port: 80, limit: 5000, grace: 10_000 },
          async () => {
            const { writer } = await openConnection("localhost", 80);
            let most = 0;
            for (let i = 0; i < 100; i++) {
              await writer.write("x".repeat(10_000));
              most = Math.max(most, writer.getWriteBufferSize());
            }
            writer.writeEof();
            // The marks, and a write more.
            expect(most).toBeLessThanOrEqual(65_536 + 10_000);
            expect(loopTime()).toBeGreaterThan(800);
          },
        ),
      { network: on },
    );
  });

  test("upgrade to TLS in the middle, cut at every byte", async () => {
    const on = network({ chunking: 1, latency: [1, 5] });
    await explore(
      () =>
        on.host("server").run(() =>
          withServer(
            async (connection) => {
              const { reader, writer } = connection;
              expect(String(await reader.readLine())).toBe("STARTTLS\n");
              await writer.write("go ahead\n");
              await connection.startTls(identity);
              await shout(connection);
            },
            { port: 25 },
            () =>
              on.host("client").run(() =>
                withConnection({ host: "server", port: 25 }, async (connection) => {
                  const { reader, writer } = connection;
                  await writer.write("STARTTLS\n");
                  expect(String(await reader.readLine())).toBe("go ahead\n");
                  await connection.startTls({ ca: authority.certificate });
                  expect(connection.getExtraInfo("tlsVersion")).toBe("TLSv1.3");
                  await writer.write("secret\n");
                  expect(String(await reader.readLine())).toBe("SECRET\n");
                }),
              ),
          ),
        ),
      { network: on, runs: 10 },
    );
  });

  test("over Unix sockets, of each host its own", async () => {
    const on = network();
    await simulate(
      () =>
        gather(
          ["server", "client"].map(
            (name) => () =>
              on.host(name).run(async () => {
                await startUnixServer(({ writer }) => writer.write(name), "/run/name");
                const { reader } = await openUnixConnection("/run/name");
                expect(String(await reader.read())).toBe(name);
              }),
          ),
        ),
      { network: on },
    );
  });
});

describe("a server", () => {
  test("serves no more than maxConnections, however many come at a time (async, coroutine)", async () => {
    async function ask(): Promise<void> {
      const { reader } = await openConnection("localhost", 80);
      await moveOnAfter(100, () => reader.read());
    }
    function* askAlike() {
      const { reader } = yield* openConnection("localhost", 80);
      yield* moveOnAfter(100, () => reader.read());
    }
    await explore(
      async () => {
        const server = await startServer(({ reader }) => reader.read(), { port: 80, maxConnections: 2 });
        const clients = [ask, askAlike, ask, askAlike, ask, askAlike].map((client) =>
          createTask(client as () => unknown),
        );
        const { done } = await wait(clients);
        const errors = [...done].map((client) => client.exception());
        expect(errors.filter((error) => error instanceof ConnectionResetError)).toHaveLength(4);
        expect(server.statistics()).toMatchObject({ accepted: 2, refused: 4 });
      },
      { network: new SimulatedNetwork(), runs: 20 },
    );
  });
});

describe("hosts that fail", () => {
  test("a client finds the server again that has crashed and was booted", async () => {
    const on = network({ connectTimeout: 1000, retransmissionTimeout: 5000 });
    const answers: string[] = [];
    await simulate(
      () =>
        taskGroup({ cancellable: true }, async (group) => {
          const server = on.host("server");
          group.spawn(async () => {
            for (;;) {
              // The crash ends the body, and the boot begins another one.
              await server.run(() => withServer(shout, { port: 80, grace: 0 }, sleepForever));
              await sleep(3000);
              server.boot();
            }
          });
          group.spawn(async () => {
            await sleep(1000);
            server.crash();
          });
          await on.host("client").run(async () => {
            for (let i = 0; i < 20; i++) {
              await retry(
                () =>
                  timeout(500, () =>
                    withConnection({ host: "server", port: 80 }, async ({ reader, writer }) => {
                      await writer.write(`${i}\n`);
                      answers.push(String(await reader.readUntil("\n")));
                    }),
                  ),
                { attempts: 50, factor: 1 },
              );
              await sleep(100);
            }
          });
          expect(loopTime()).toBeGreaterThan(5000);
          group.cancel();
        }),
      { network: on },
    );
    expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => `${i}\n`));
  });

  test("a Unix server takes the place of one that has died; the machine's own files are not touched", async () => {
    const path = temporaryPath("simulated");
    const real = createServer().listen(path);
    await once(real, "listening");
    const on = network();
    await simulate(
      async () => {
        const server = on.host("server");
        const options = { grace: 0, replaceStale: true };
        await gather([
          () => server.run(() => withServer(shout, { path, ...options }, sleepForever)),
          async () => {
            await sleep(1);
            expect(await failure(server.run(() => startUnixServer(shout, path, options)))).toBeInstanceOf(
              AddressInUseError,
            );
            server.crash();
          },
        ]);
        server.boot();
        await server.run(async () => {
          expect(await failure(startUnixServer(shout, path))).toBeInstanceOf(AddressInUseError);
          await startUnixServer(shout, path, options);
          const { reader, writer } = await openUnixConnection(path);
          await writer.write("hello\n");
          expect(String(await reader.readLine())).toBe("HELLO\n");
        });
      },
      { network: on },
    );
    expect(existsSync(path)).toBe(true);
    await new Promise((resolve) => real.close(resolve));
  });

  test("a server that is frozen accepts when it goes on", async () => {
    const on = network();
    await simulate(
      () =>
        on.host("server").run(() =>
          withServer(shout, { port: 80 }, () =>
            on.host("client").run(async () => {
              on.host("server").freeze();
              const { reader, writer } = await openConnection("server", 80);
              await writer.write("anybody?\n");
              const answer = createTask(() => reader.readLine());
              await sleep(5000);
              expect(answer.done()).toBe(false);
              on.host("server").thaw();
              expect(String(await answer.join())).toBe("ANYBODY?\n");
            }),
          ),
        ),
      { network: on },
    );
  });
});

describe("nothing is left over", () => {
  test("whenever a client and a server are cancelled", async () => {
    for (const tls of [false, true]) {
      const on = network({ latency: 3 });
      const { steps } = await cancelEverywhere(
        () => ({
          async body() {
            await withServer(shout, { port: 80, ...(tls ? { tls: identity } : {}) }, () =>
              withConnection(
                {
                  host: "localhost",
                  port: 80,
                  ...(tls ? { tls: { ca: authority.certificate, servername: "server" } } : {}),
                },
                async ({ reader, writer }) => {
                  await writer.write("one\n");
                  await reader.readLine();
                  await sleep(5);
                },
              ),
            );
          },
        }),
        { network: on },
      );
      expect(steps).toBeGreaterThan(15);
    }
  });

  test("when a connect is given up at any time", async () => {
    const on = network({ latency: [1, 30] });
    await simulate(
      async () => {
        await withServer(shout, { port: 80, grace: 0 }, async () => {
          for (let i = 0; i < 200; i++) {
            await moveOnAfter(random() * 80, () =>
              withConnection({ host: "localhost", port: 80 }, ({ writer }) => writer.write("hello\n")),
            );
          }
        });
      },
      { network: on, seed: 1 },
    );
    const { open, listeners, accepted } = on.statistics();
    expect([open, listeners]).toEqual([0, 0]);
    expect(accepted).toBeGreaterThan(20);
  });
});
