// Names, addresses, ports, and how connects and listeners fail.

import { describe, expect, test } from "vitest";
import { createTask, loopTime, sleep } from "corio";
import { simulatedNetwork } from "@corio/testing/network";
import { connect, type Door, failure, listen, lookup, on, Peer } from "./support/raw.ts";

describe("names", () => {
  test("of hosts, of the machine itself, of addresses, and those that were given", async () => {
    await on({ lookupDelay: 3 }, async (network) => {
      network.host("dual", { addresses: ["fd00:0:0::1", "10.9.0.1"] });
      network.name("www.example.test", ["dual", "10.9.9.9"]);
      expect(await lookup("server")).toEqual([{ address: "10.0.0.3", family: 4 }]);
      expect(loopTime()).toBe(3);
      expect(await lookup("dual")).toEqual([
        { address: "fd00::1", family: 6 },
        { address: "10.9.0.1", family: 4 },
      ]);
      expect(await lookup("dual", 4)).toEqual([{ address: "10.9.0.1", family: 4 }]);
      expect((await lookup("www.example.test")).map(({ address }) => address)).toEqual([
        "fd00::1",
        "10.9.0.1",
        "10.9.9.9",
      ]);
      const before = loopTime();
      expect(await lookup("localhost")).toEqual([
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ]);
      expect(await lookup("::1")).toEqual([{ address: "::1", family: 6 }]);
      expect(loopTime()).toBe(before);
    });
  });

  test("that were set before the run are there, and take addresses from automatic ones", async () => {
    const { network } = await on(
      {
        setup: (made) => {
          made.host("taken", { addresses: ["10.0.0.4"] });
          made.name("late.test", { addresses: ["taken"], delay: 100 });
          made.address("10.0.0.4", { fault: "refuse" });
        },
      },
      async (inRun) => {
        expect(await lookup("late.test")).toEqual([{ address: "10.0.0.4", family: 4 }]);
        expect(loopTime()).toBe(100);
        await inRun.host("taken").run(() => listen({ port: 80 }));
        expect(await failure(connect({ host: "10.0.0.4", port: 80 }))).toMatchObject({
          code: "ECONNREFUSED",
        });
        expect(inRun.host("another").addresses).toEqual(["10.0.0.5"]);
        inRun.host("client").crash();
        expect(await lookup("client")).toHaveLength(1);
      },
    );
    expect(network.hosts.map(String)).toEqual(["localhost", "client", "server", "taken"]);
  });

  test("that are not there, or whose server fails, are node's errors", async () => {
    await on({}, async (network) => {
      expect(await failure(lookup("nobody"))).toMatchObject({
        message: "getaddrinfo ENOTFOUND nobody",
        code: "ENOTFOUND",
        errno: -3008,
        syscall: "getaddrinfo",
        hostname: "nobody",
      });
      expect(await failure(lookup("server", 6))).toMatchObject({ code: "ENOTFOUND" });
      network.name("server", { error: "EAI_AGAIN", delay: 50 });
      const before = loopTime();
      expect(await failure(lookup("server"))).toMatchObject({ code: "EAI_AGAIN", errno: -3001 });
      expect(loopTime() - before).toBe(50);
      network.name("server", { error: null });
      expect(await lookup("server")).toHaveLength(1);
    });
  });

  test("a look-up that is undone tells nothing", async () => {
    await on({ lookupDelay: 10 }, async (network) => {
      const task = createTask(() => lookup("server"));
      await sleep(5);
      task.cancel();
      await sleep(100);
      expect(task.cancelled()).toBe(true);
      expect(network.events.filter(({ type }) => type === "lookup")).toEqual([]);
    });
  });
});

describe("connects that fail", () => {
  const to = { host: "10.0.0.3", port: 80 };

  test("nobody listens: ECONNREFUSED, after a round trip", async () => {
    const { network } = await on({}, async () => {
      expect(await failure(connect(to))).toMatchObject({
        message: "connect ECONNREFUSED 10.0.0.3:80",
        code: "ECONNREFUSED",
        errno: -111,
        syscall: "connect",
        address: "10.0.0.3",
        port: 80,
      });
      expect(loopTime()).toBe(20);
    });
    expect(network.statistics()).toMatchObject({ connects: 1, failed: 1, open: 0 });
  });

  test("nobody has the address: EHOSTUNREACH", async () => {
    await on({}, async () => {
      expect(await failure(connect({ host: "192.0.2.1", port: 80 }))).toMatchObject({
        message: "connect EHOSTUNREACH 192.0.2.1:80",
        errno: -113,
      });
    });
  });

  test("what becomes of an address can be set: refused, never answered, unreachable, late", async () => {
    await on({ connectTimeout: 5000 }, async (network) => {
      await network.host("server").run(() => listen({ port: 80 }));
      const attempt = async (): Promise<{ code: string | undefined; took: number }> => {
        const before = loopTime();
        const { code } = await failure(connect(to));
        return { code, took: loopTime() - before };
      };
      network.address("10.0.0.3", { fault: "refuse" });
      expect(await attempt()).toEqual({ code: "ECONNREFUSED", took: 20 });
      network.address("10.0.0.3", { fault: "black-hole" });
      expect(await attempt()).toEqual({ code: "ETIMEDOUT", took: 5000 });
      network.address("10.0.0.3", { fault: "unreachable", delay: 7 });
      expect(await attempt()).toEqual({ code: "EHOSTUNREACH", took: 27 });
      network.address("10.0.0.3", { fault: null });
      const before = loopTime();
      new Peer(await connect(to));
      expect(loopTime() - before).toBe(27);
    });
  });

  test("there is no way from one family to the other: ENETUNREACH, at once", async () => {
    await on({}, async (network) => {
      network.host("six", { addresses: ["fd00::6"] });
      expect(await failure(connect({ host: "fd00::6", port: 80 }))).toMatchObject({
        message: "connect ENETUNREACH fd00::6:80 - Local (:::0)",
        errno: -101,
      });
      expect(await failure(connect({ host: "not-an-address", port: 80 }))).toMatchObject({ code: "EINVAL" });
    });
  });

  test("what cannot be an address or a port", async () => {
    await on({}, async (network) => {
      expect(await failure(connect({ host: "127.0.0.1", port: 0 }))).toMatchObject({ code: "EADDRNOTAVAIL" });
      expect(await failure(listen({ host: "nonsense", port: 80 }))).toMatchObject({ code: "EINVAL" });
      const door = await listen({ port: 80 });
      // An IPv4 address, in the spelling of IPv6.
      const transport = await connect({ host: "::ffff:127.0.0.1", port: 80 });
      expect(transport.remoteAddress).toEqual({ host: "127.0.0.1", port: 80, family: 4 });
      await door.peer();
      network.host("six", { addresses: ["fd00::6"] });
      await network.host("six").run(async () => {
        expect(await failure(connect({ host: "10.0.0.1", port: 80 }))).toMatchObject({
          message: "connect ENETUNREACH 10.0.0.1:80 - Local (0.0.0.0:0)",
        });
      });
    });
  });

  test("all ports of a host can be taken", async () => {
    await on({ connectTimeout: 1000 }, async (network) => {
      network.address("10.0.0.3", { fault: "black-hole" });
      const attempts = Array.from({ length: 16_384 }, () => createTask(() => failure(connect(to))));
      await sleep(500);
      expect(await failure(connect(to))).toMatchObject({ code: "EADDRNOTAVAIL" });
      expect(await failure(listen({ port: 0 }))).toMatchObject({ code: "EADDRINUSE" });
      expect(await failure(connect(to, { port: 50_000 }))).toMatchObject({ code: "EADDRINUSE" });
      await sleep(1000);
      for (const attempt of attempts) expect(await attempt.join()).toMatchObject({ code: "ETIMEDOUT" });
      expect((await listen({ port: 0 })).port).toBe(49_152);
    });
  });

  test("the address to come from: bound, taken, not there", async () => {
    await on({}, async (network) => {
      network.host("client", { addresses: ["10.1.0.1", "10.1.0.2", "fd00::1"] });
      await network.host("server").run(() => listen({ port: 80 }));
      await network.host("client").run(async () => {
        const bound = await connect(to, { host: "10.1.0.2", port: 7000 });
        expect(bound.localAddress).toEqual({ host: "10.1.0.2", port: 7000, family: 4 });
        expect(await failure(connect(to, { port: 7000 }))).toMatchObject({
          message: "bind EADDRINUSE 10.1.0.1:7000",
          code: "EADDRINUSE",
          syscall: "bind",
          port: 7000,
        });
        expect(await failure(connect(to, { host: "10.7.7.7" }))).toMatchObject({
          message: "bind EADDRNOTAVAIL 10.7.7.7",
          address: "10.7.7.7",
        });
        expect(await failure(connect(to, { host: "fd00::1" }))).toMatchObject({ code: "EINVAL" });
        new Peer(bound).abort();
        await sleep(100);
        // Free again.
        new Peer(await connect(to, { port: 7000 }));
      });
    });
  });

  test("paths: nothing there, and a file whose listener is gone", async () => {
    await on({}, async (network) => {
      expect(await failure(connect({ path: "/run/none" }))).toMatchObject({
        message: "connect ENOENT /run/none",
        errno: -2,
        address: "/run/none",
      });
      const server = network.host("server");
      await server.run(() => listen({ path: "/run/a" }));
      // Each host has paths of its own.
      expect(await failure(connect({ path: "/run/a" }))).toMatchObject({ code: "ENOENT" });
      server.crash();
      server.boot();
      await server.run(async () => {
        expect(await failure(connect({ path: "/run/a" }))).toMatchObject({
          message: "connect ECONNREFUSED /run/a",
        });
        expect(await failure(listen({ path: "/run/a" }))).toMatchObject({
          message: "listen EADDRINUSE: address already in use /run/a",
          address: "/run/a",
          port: -1,
        });
      });
    });
  });

  test("a connect can be undone at any moment: nobody is left with half of it", async () => {
    for (let ms = 2; ms <= 40; ms += 5) {
      const { network, value } = await on({}, async (inRun) => {
        const door = await inRun.host("server").run(() => listen({ port: 80 }));
        const begun = loopTime();
        const task = createTask(() => connect(to));
        await sleep(ms);
        task.cancel();
        await sleep(1000);
        const [peer] = door!.peers;
        expect(loopTime() - begun).toBe(ms + 1000);
        return peer?.log ?? null;
      });
      // At 20 ms the client has its connection, and this test does not close it.
      if (ms < 20) expect({ ms, log: value }).toEqual({ ms, log: null });
      expect(network.statistics().open).toBe(ms < 20 ? 0 : 1);
    }
  });
});

describe("listeners", () => {
  test("take the port that is asked for, or any that is free, also for connects", async () => {
    await on({}, async () => {
      const [one, two] = [await listen({ port: 0 }), await listen({ host: "127.0.0.1", port: 0 })];
      expect(one.address).toEqual({ host: "::", port: 49_152, family: 6 });
      expect(two.address).toEqual({ host: "127.0.0.1", port: 49_153, family: 4 });
      const client = await connect({ host: "127.0.0.1", port: two.port });
      expect(client.localAddress).toEqual({ host: "127.0.0.1", port: 49_154, family: 4 });
      await two.close();
      expect(await failure(connect({ host: "127.0.0.1", port: two.port }))).toMatchObject({
        code: "ECONNREFUSED",
      });
    });
  });

  test("do not share an address, unless they say so", async () => {
    const cases: [first: object, second: object, free: boolean][] = [
      [{ at: { host: "127.0.0.1", port: 80 } }, { at: { host: "127.0.0.1", port: 80 } }, false],
      [{ at: { host: "127.0.0.1", port: 80 } }, { at: { host: "127.0.0.1", port: 81 } }, true],
      [{ at: { host: "127.0.0.1", port: 80 } }, { at: { host: "10.0.0.1", port: 80 } }, true],
      [{ at: { host: "127.0.0.1", port: 80 } }, { at: { host: "0.0.0.0", port: 80 } }, false],
      [{ at: { host: "127.0.0.1", port: 80 } }, { at: { port: 80 } }, false],
      [{ at: { host: "127.0.0.1", port: 80 } }, { at: { port: 80 }, ipv6Only: true }, true],
      [{ at: { host: "::1", port: 80 } }, { at: { host: "127.0.0.1", port: 80 } }, true],
      [{ at: { host: "::1", port: 80 } }, { at: { port: 80 }, ipv6Only: true }, false],
      [{ at: { port: 80 }, reusePort: true }, { at: { port: 80 }, reusePort: true }, true],
      [{ at: { port: 80 }, reusePort: true }, { at: { port: 80 } }, false],
    ];
    for (const [first, second, free] of cases) {
      await on({}, async () => {
        type Listening = { at: { port: number }; ipv6Only?: boolean; reusePort?: boolean };
        const begin = ({ at, ...options }: Listening): Promise<Door> => listen(at, options);
        await begin(first as Listening);
        const outcome = await begin(second as Listening).then(
          () => "free",
          (error: unknown) => (error as { code: string }).code,
        );
        expect({ first, second, outcome }).toEqual({ first, second, outcome: free ? "free" : "EADDRINUSE" });
      });
    }
  });

  test("fail with node's words", async () => {
    await on({}, async () => {
      await listen({ port: 80 });
      expect(await failure(listen({ port: 80 }))).toMatchObject({
        message: "listen EADDRINUSE: address already in use :::80",
        code: "EADDRINUSE",
        errno: -98,
        syscall: "listen",
        address: "::",
        port: 80,
      });
      expect(await failure(listen({ host: "10.0.0.3", port: 0 }))).toMatchObject({
        message: "listen EADDRNOTAVAIL: address not available 10.0.0.3",
        code: "EADDRNOTAVAIL",
        address: "10.0.0.3",
      });
      expect(await failure(listen({ host: "10.0.0.3", port: 99 }))).toMatchObject({
        message: "listen EADDRNOTAVAIL: address not available 10.0.0.3:99",
      });
    });
  });

  test("the most particular one gets the connection; those that share a port take turns by chance", async () => {
    await on({}, async () => {
      const all = await listen({ port: 80, host: "0.0.0.0" }, { reusePort: true });
      const another = await listen({ port: 80, host: "0.0.0.0" }, { reusePort: true });
      const particular = await listen({ port: 80, host: "10.0.0.1" }, { reusePort: true });
      for (let i = 0; i < 20; i++) await connect({ host: "127.0.0.1", port: 80 });
      await connect({ host: "10.0.0.1", port: 80 });
      await sleep(100);
      expect(particular.peers).toHaveLength(1);
      expect(all.peers.length).toBeGreaterThan(2);
      expect(another.peers.length).toBeGreaterThan(2);
      expect(all.peers.length + another.peers.length).toBe(20);
    });
  });

  test("of both families at once take IPv4 connections, too; wildcards are the machine itself", async () => {
    await on({}, async () => {
      const door = await listen({ port: 80 });
      for (const host of ["127.0.0.1", "::1", "0.0.0.0", "::", "10.0.0.1", "0:0:0:0:0:0:0:1"]) {
        const transport = await connect({ host, port: 80 });
        expect("host" in transport.remoteAddress!).toBe(true);
      }
      await sleep(100);
      expect(door.peers).toHaveLength(6);
      expect(door.peers[2]!.transport.localAddress).toMatchObject({ host: "127.0.0.1" });
    });
  });

  test("that fail are told nothing when they were undone", async () => {
    await on({}, async () => {
      await listen({ port: 80 });
      const task = createTask(() => listen({ port: 80 }));
      task.cancel();
      await sleep(10);
      expect(task.cancelled()).toBe(true);
    });
  });

  test("that are undone, or closed, tell nothing more; who waits to be accepted is reset", async () => {
    await on({}, async (network) => {
      const task = createTask(() => listen({ port: 80 }));
      await sleep(0);
      task.cancel();
      await sleep(1);
      const server = network.host("server");
      const door = (await server.run(() => listen({ port: 80 })))!;
      server.freeze();
      const client = new Peer(await connect({ host: "10.0.0.3", port: 80 }));
      await sleep(100);
      expect(door.peers).toEqual([]);
      door.listener.close(() => {});
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close ECONNRESET"]);
      server.thaw();
      await sleep(100);
      expect(door.peers).toEqual([]);
    });
  });

  test("a full queue keeps new ones waiting, who ask again, until they are timed out", async () => {
    await on({ connectTimeout: 10_000 }, async (network) => {
      const server = network.host("server");
      const door = (await server.run(() => listen({ port: 80 }, { backlog: 2 })))!;
      server.freeze();
      const attempts = Array.from({ length: 4 }, () =>
        createTask(() => connect({ host: "10.0.0.3", port: 80 })),
      );
      await sleep(2500);
      expect(attempts.map((task) => task.done())).toEqual([true, true, false, false]);
      server.thaw();
      await sleep(1000);
      // They have asked at 0, 1 and 3 seconds.
      expect(attempts.map((task) => task.done())).toEqual([true, true, true, true]);
      expect(door.peers).toHaveLength(4);
      server.freeze();
      for (let i = 0; i < 2; i++) await connect({ host: "10.0.0.3", port: 80 });
      expect(await failure(connect({ host: "10.0.0.3", port: 80 }))).toMatchObject({ code: "ETIMEDOUT" });
      expect(network.statistics().dropped).toBeGreaterThan(4);
    });
  });

  test("a place in the queue is free again when its client does not come back", async () => {
    await on({ connectTimeout: 1000 }, async (network) => {
      const door = (await network.host("server").run(() => listen({ port: 80 }, { backlog: 1 })))!;
      // The client's last word of the handshake gets lost, and so does its reset.
      const begun = createTask(() => connect({ host: "10.0.0.3", port: 80 }));
      await sleep(15);
      network.partition("localhost", "server", { oneWay: true });
      new Peer(await begun.join()).abort();
      await sleep(2000);
      expect(door.peers).toHaveLength(0);
      network.heal();
      await connect({ host: "10.0.0.3", port: 80 });
      await door.peer();
      expect(network.statistics().open).toBe(1);
    });
  });
});

test("hosts have a loopback of their own", async () => {
  await on({}, async () => {
    const network = simulatedNetwork();
    await network.host("server").run(() => listen({ host: "127.0.0.1", port: 80 }));
    expect(await failure(connect({ host: "127.0.0.1", port: 80 }))).toMatchObject({ code: "ECONNREFUSED" });
    expect(await failure(connect({ host: "10.0.0.3", port: 80 }))).toMatchObject({ code: "ECONNREFUSED" });
    await network.host("server").run(() => connect({ host: "127.0.0.1", port: 80 }));
  });
});
