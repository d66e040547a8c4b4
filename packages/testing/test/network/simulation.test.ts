// The network as a part of simulations: the same seed gives the same events, what is left open is a leak, failures show events.

import { describe, expect, test } from "vitest";
import { createTask, gather, InvalidStateError, run, sleep, taskGroup } from "corio";
import {
  advance,
  cancelEverywhere,
  explore,
  exploreAll,
  LeakError,
  random,
  type Schedule,
  simulate,
} from "@corio/testing";
import { type LinkOptions, SimulatedNetwork, simulatedNetwork } from "@corio/testing/network";
import { bytes, connect, failure, listen, pair, Peer } from "./support/raw.ts";

/** A few clients that talk to a server over a bad network, with a partition in between. */
async function program(): Promise<void> {
  const network = simulatedNetwork();
  const server = network.host("server");
  const door = (await server.run(() => listen({ port: 80 })))!;
  await taskGroup(async (group) => {
    group.spawn({ name: "server" }, async () => {
      for (let i = 1; i <= 3; i++) {
        const peer = await door.peer(i);
        group.spawn({ name: `connection ${i}` }, async () => {
          await peer.until(({ log, closed }) => log.includes("end") || closed);
          peer.write(peer.text.toUpperCase());
          peer.end();
        });
      }
    });
    group.spawn({ name: "nemesis" }, async () => {
      await sleep(20 + random() * 40);
      network.partition("server");
      await sleep(random() * 1000);
      network.heal("server");
    });
    for (let i = 0; i < 3; i++) {
      group.spawn({ name: `client ${i}` }, () =>
        network.host(`client ${i}`).run(async () => {
          const peer = new Peer(await connect({ host: server.addresses[0]!, port: 80 }));
          for (const text of ["some ", "words ", "from a client"]) {
            peer.write(text);
            await sleep(random() * 10);
          }
          peer.end();
          await peer.until(({ closed }) => closed);
          expect(peer.text).toBe("SOME WORDS FROM A CLIENT");
        }),
      );
    }
  });
  await door.close();
}

/** Lets what is to happen at this very moment happen, where the clock stands still. */
async function opened<T>(promise: Promise<T>): Promise<T> {
  await advance(0);
  return promise;
}

const badNetwork = (): SimulatedNetwork =>
  new SimulatedNetwork({ latency: [1, 30], jitter: 5, loss: 0.05, chunking: "random", bandwidth: 50_000 });

describe("determinism", () => {
  const schedules: Schedule[] = ["random", { pct: 3 }, "fifo"];
  for (const schedule of schedules) {
    test(`100 seeds, each run twice: the same events to the byte (${JSON.stringify(schedule)})`, async () => {
      const logs = new Set<string>();
      for (let seed = 1; seed <= 100; seed++) {
        const network = badNetwork();
        await simulate(program, { network, seed, schedule });
        const log = network.log();
        await simulate(program, { network, seed, schedule });
        expect(network.log()).toBe(log);
        const another = badNetwork();
        await simulate(program, { network: another, seed, schedule });
        expect(another.log()).toBe(log);
        logs.add(log);
      }
      expect(logs.size).toBe(100);
    });
  }

  test("a seed of the network's own stays, whatever the run's is", async () => {
    const talk = async (): Promise<void> => {
      const { client, server, door } = await pair();
      client.write("hello");
      await server.read("hello");
      client.abort();
      await server.until(({ closed }) => closed);
      await door.close();
    };
    const logs = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const network = new SimulatedNetwork({ seed: 7, latency: [1, 100] });
      network.host("server");
      network.host("client");
      await simulate(talk, { network, seed, schedule: "fifo" });
      logs.add(network.log());
    }
    expect(logs.size).toBe(1);
  });

  test("what the program draws does not depend on the network", async () => {
    const drawn: number[][] = [];
    for (const latency of [1, [1, 50] as const]) {
      const network = new SimulatedNetwork({ latency });
      await simulate(
        async () => {
          const numbers = [random()];
          const door = await listen({ port: 80 });
          new Peer(await connect({ host: "127.0.0.1", port: 80 })).abort();
          await (await door.peer()).until(({ closed }) => closed);
          await door.close();
          numbers.push(random());
          drawn.push(numbers);
        },
        { network, seed: 5 },
      );
    }
    expect(drawn[0]).toEqual(drawn[1]);
  });
});

describe("explorations", () => {
  test("take a network, anew in each run, and show its last events", async () => {
    const network = new SimulatedNetwork({ latency: [1, 10] });
    await explore(program, { network, runs: 20 });
    const race = async (): Promise<void> => {
      const inRun = simulatedNetwork();
      const door = await listen({ port: 80 });
      const order: string[] = [];
      await gather(
        ["first", "second"].map((name) => async () => {
          const peer = new Peer(
            (await inRun.host(name).run(() => connect({ host: "10.0.0.1", port: 80 }))) as never,
          );
          order.push(name);
          peer.abort();
        }),
      );
      await door.close();
      if (order[0] !== "first") throw new Error("the second came first");
    };
    const error = await failure(explore(race, { network }));
    expect(error.message).toMatch(/^the second came first\n\nFound in run \d+ of 100/);
    expect(error.message).toMatch(/The same run again: CORIO_SEED=\d+/);
    expect(error.message).toMatch(/\nLast on the network:\n {7}0\.000 {8}listen {5}localhost:80\n/);
    expect(error.message).toMatch(/#\d {2}connected {2}second:49152 > localhost:80/);
  });

  test("of all orders find what the network makes of a model", async () => {
    const network = new SimulatedNetwork({ latency: 1 });
    const small = async (): Promise<void> => {
      const door = await listen({ port: 80 });
      await gather([
        async () => {
          const peer = await door.peer();
          await peer.until(({ closed }) => closed);
        },
        async () => new Peer(await connect({ host: "127.0.0.1", port: 80 })).abort(),
      ]);
      await door.close();
    };
    const { runs } = await exploreAll(small, { network, deviations: 3, lateness: 2 });
    expect(runs).toBeGreaterThan(20);
  });

  test("of cancellations leave nothing on the network", async () => {
    const network = new SimulatedNetwork({ latency: 3 });
    const { steps } = await cancelEverywhere(
      () => ({
        async body() {
          await taskGroup(async (group) => {
            const door = await listen({ port: 80 });
            try {
              group.spawn(async () => {
                const peer = await door.peer();
                try {
                  await peer.until(({ closed }) => closed);
                } finally {
                  peer.abort();
                }
              });
              const client = new Peer(await connect({ host: "127.0.0.1", port: 80 }));
              try {
                client.write("something");
                await sleep(10);
              } finally {
                client.abort();
              }
              await sleep(10);
            } finally {
              for (const peer of door.peers) peer.abort();
              door.listener.close(() => {});
            }
          });
        },
      }),
      { network },
    );
    expect(steps).toBeGreaterThan(5);
  });

  test("find a connection that is forgotten when the connect is cancelled too late", async () => {
    const network = new SimulatedNetwork({ latency: 3 });
    const error = await failure(
      cancelEverywhere(
        () => ({
          async body() {
            const transport = await connect({ path: "/run/a" });
            await sleep(1);
            transport.abort();
          },
        }),
        {
          network: Object.assign(network, {
            begin: (...run: Parameters<typeof network.begin>) => {
              SimulatedNetwork.prototype.begin.apply(network, run);
              network.listen(
                { at: { path: "/run/a" }, onConnection: (transport) => transport.abort(), onError() {} },
                () => {},
              );
            },
          }),
          leaks: false,
        } as never,
      ),
    );
    expect(error).toBeInstanceOf(LeakError);
  });
});

describe("leaks", () => {
  test("what is open at the end is a LeakError that names it", async () => {
    const network = new SimulatedNetwork();
    const error = await failure(
      simulate(
        async () => {
          const door = await listen({ port: 80 });
          const client = new Peer(await connect({ host: "127.0.0.1", port: 80 }));
          await door.peer();
          // Its own direction only: the connection is still there.
          client.end();
          await sleep(100);
        },
        { network },
      ),
    );
    expect(error).toBeInstanceOf(LeakError);
    expect(error.message).toContain(`The run has ended, but on its network this is still open:
- a listener at localhost:80
- the client's end of connection #1 localhost:49152 > localhost:80
- the server's end of connection #1 localhost:49152 > localhost:80

In a simulation with seed 1, schedule fifo.`);
    expect(network.statistics()).toMatchObject({ open: 1, listeners: 1 });
  });

  test("with leaks: true it is none, and the next run begins anew", async () => {
    const network = new SimulatedNetwork();
    const leaky = async (): Promise<number> => {
      await listen({ port: 80 });
      return simulatedNetwork().statistics().listeners;
    };
    expect(await simulate(leaky, { network, leaks: true })).toBe(1);
    expect(await simulate(leaky, { network, leaks: true })).toBe(1);
  });

  test("a program that fails by itself is not blamed for them, and its error carries the events", async () => {
    const network = new SimulatedNetwork();
    const own = new Error("its own");
    const error = await failure(
      simulate(
        async () => {
          await listen({ port: 80 });
          throw own;
        },
        { network },
      ),
    );
    expect(error).toBe(own);
    expect(error.message).toMatch(/^its own\n\nIn a simulation with seed 1, [^]*listen {5}localhost:80$/);
  });
});

describe("runs", () => {
  test("what is set up before a run is there in each; what is done in a run ends with it", async () => {
    const network = new SimulatedNetwork({ connectTimeout: 100 });
    network.host("server", { addresses: ["10.5.0.1"] });
    network.partition("server");
    const attempt = async (): Promise<string> => {
      const inRun = simulatedNetwork();
      expect(inRun).toBe(network);
      expect(inRun.host("server").addresses).toEqual(["10.5.0.1"]);
      const refused = async (): Promise<string | undefined> =>
        (await failure(connect({ host: "10.5.0.1", port: 80 }))).code;
      const before = await refused();
      inRun.heal();
      inRun.host("made in the run");
      inRun.host("server").freeze();
      return `${before} ${await refused()} ${inRun.hosts.length}`;
    };
    expect(await simulate(attempt, { network })).toBe("ETIMEDOUT ECONNREFUSED 3");
    expect(await simulate(attempt, { network })).toBe("ETIMEDOUT ECONNREFUSED 3");
    expect(network.hosts.map(String)).toEqual(["localhost", "server"]);
    expect(network.events.length).toBeGreaterThan(3);
  });

  test("the network is for simulations only, and for one at a time", async () => {
    const network = new SimulatedNetwork();
    expect(() => network.connect({ to: { host: "127.0.0.1", port: 1 } }, () => {})).toThrow(
      InvalidStateError,
    );
    await expect(run(async () => simulatedNetwork())).rejects.toThrow(InvalidStateError);
    await expect(simulate(async () => simulatedNetwork())).rejects.toThrow(InvalidStateError);
    expect([network.log(), network.events, network.connections(), network.statistics().open]).toEqual([
      "",
      [],
      [],
      0,
    ]);
    await simulate(
      async () => {
        await expect(simulate(async () => {}, { network })).rejects.toThrow("another simulation runs on it");
      },
      { network },
    );
    await expect(run(async () => network.host("localhost").run(() => {}))).rejects.toThrow(
      "its network is not simulated now",
    );
  });

  test("options that are undefined are as if they were not said", async () => {
    const nothing = {
      latency: undefined,
      jitter: undefined,
      bandwidth: undefined,
      loss: undefined,
      chunking: undefined,
      window: undefined,
      cutAfter: undefined,
    };
    const events = async (network: SimulatedNetwork, link: LinkOptions): Promise<string> => {
      for (const host of ["server", "client 0"]) network.host(host);
      network.link("client 0", "server", link);
      await simulate(program, { network, seed: 3 });
      return network.log();
    };
    const usual = await events(new SimulatedNetwork(), {});
    const network = new SimulatedNetwork({
      ...nothing,
      seed: undefined,
      connectTimeout: undefined,
      retransmissionTimeout: undefined,
      lookupDelay: undefined,
      eventLimit: undefined,
    });
    expect(await events(network, nothing)).toBe(usual);
    expect(usual).toContain("partition");
  });

  test("options that make no sense are refused", () => {
    for (const options of [
      { seed: 0.5 },
      { eventLimit: 0 },
      { connectTimeout: -1 },
      { retransmissionTimeout: Number.NaN },
      { lookupDelay: "soon" as never },
      { latency: [1] as never },
    ]) {
      expect(() => new SimulatedNetwork(options)).toThrow(RangeError);
    }
  });

  test("a latency that comes out as nonsense ends the run", async () => {
    const network = new SimulatedNetwork({ latency: ({ bytes: size }) => (size > 3 ? -1 : 1) });
    const broken = simulate(
      async () => {
        const door = await listen({ port: 80 });
        const client = new Peer(await connect({ host: "127.0.0.1", port: 80 }));
        await door.peer();
        client.transport.write(bytes("long"));
      },
      { network, leaks: true },
    );
    await expect(broken).rejects.toThrow("The latency from localhost to localhost came out as -1");
  });

  test("what a handler throws ends the run with that error", async () => {
    const own = new Error("of a handler");
    const network = new SimulatedNetwork();
    const thrown = simulate(
      async () => {
        const door = await listen(
          { port: 80 },
          {
            onConnection: () => {
              throw own;
            },
          },
        );
        await connect({ host: "127.0.0.1", port: 80 });
        await sleep(10_000);
        await door.close();
      },
      { network },
    );
    await expect(thrown).rejects.toBe(own);
  });

  test("a clock that is moved by hand moves the network, too", async () => {
    const network = new SimulatedNetwork({ latency: 10 });
    await simulate(
      async () => {
        const door = await opened(listen({ port: 80 }));
        const begun = createTask(() => connect({ host: "127.0.0.1", port: 80 }));
        await advance(19);
        expect([begun.done(), door.peers.length]).toEqual([false, 0]);
        await advance(1);
        expect([begun.done(), door.peers.length]).toEqual([true, 0]);
        await advance(10);
        expect(door.peers.length).toBe(1);
        for (const peer of door.peers) peer.abort();
        new Peer(await begun.join()).abort();
        door.listener.close(() => {});
        await advance(0);
      },
      { network, autojump: false },
    );
  });

  test("only so many events are remembered", async () => {
    const network = new SimulatedNetwork({ eventLimit: 5 });
    await simulate(
      async () => {
        for (let i = 0; i < 20; i++) await failure(connect({ host: "127.0.0.1", port: 1 }));
      },
      { network },
    );
    expect(network.events).toHaveLength(5);
    expect(network.log(2).split("\n")).toEqual([
      "(38 events before)",
      "      38.000   #20  connect    localhost:49171 > localhost:1",
      "      40.000   #20  fail       localhost:49171 > localhost:1  ECONNREFUSED",
    ]);
  });
});

describe("where code runs", () => {
  test("on the host that it was put on, with all that it starts, in both dialects", async () => {
    const network = new SimulatedNetwork();
    await simulate(
      function* () {
        const [a, b] = [network.host("a"), network.host("b")];
        const door = yield* a.run(() => listen({ port: 80 }));
        const from = function* () {
          const transport = yield* connect({ host: a.addresses[0]!, port: 80 });
          const { localAddress } = transport;
          transport.abort();
          return (localAddress as { host: string }).host;
        };
        const places = yield* gather([
          () => b.run(from),
          () => b.run((x: number) => gather([from, async () => x]), 7),
          () => a.run(() => b.run(from)),
          () => from(),
          () => a.run(async () => createTask(from).join()),
        ]);
        expect(places).toEqual(["10.0.0.3", ["10.0.0.3", 7], "10.0.0.3", "10.0.0.1", "10.0.0.2"]);
        yield* door!.close();
        yield* sleep(100);
        for (const peer of door!.peers) peer.abort();
      },
      { network },
    );
  });

  test("on its listener's host, where a handler begins", async () => {
    const network = new SimulatedNetwork();
    await simulate(
      async () => {
        const [a, b] = [network.host("a"), network.host("b")];
        const backend = (await b.run(() => listen({ port: 90 })))!;
        const front = (await a.run(() =>
          listen(
            { port: 80 },
            {
              // A task of the run, made by a callback of the network.
              onConnection: (transport) => {
                const peer = new Peer(transport);
                network.connect({ to: { host: b.addresses[0]!, port: 90 } }, (_, onward) => {
                  new Peer(onward!).abort();
                  peer.abort();
                });
              },
            },
          ),
        ))!;
        const client = new Peer(await connect({ host: a.addresses[0]!, port: 80 }));
        await client.until(({ closed }) => closed);
        const onward = await backend.peer();
        expect(onward.transport.remoteAddress).toMatchObject({ host: a.addresses[0] });
        await onward.until(({ closed }) => closed);
        await front.close();
        await backend.close();
      },
      { network },
    );
  });

  test("what fails on a host fails for who put it there; side by side in one task they stay apart", async () => {
    const network = new SimulatedNetwork();
    await simulate(
      async () => {
        const own = new TypeError("its own");
        const failing = network.host("a").run(async () => {
          throw own;
        });
        expect(await failure(failing)).toBe(own);
        const door = await listen({ port: 80 });
        const here = async (): Promise<unknown> => {
          await sleep(1);
          const transport = await connect({ host: "10.0.0.1", port: 80 });
          transport.abort();
          return (transport.localAddress as { host: string }).host;
        };
        const places = await gather([() => network.host("a").run(here), here]);
        expect(places).toEqual(["10.0.0.2", "10.0.0.1"]);
        await door.close();
        await sleep(10);
        for (const peer of door.peers) peer.abort();
      },
      { network },
    );
  });
});
