// Latency, bandwidth, partitions, black holes, crashes: what a test can do to a network.

import { describe, expect, test } from "vitest";
import { createTask, loopTime, sleep } from "corio";
import { simulatedNetwork, type SimulatedNetworkOptions } from "@corio/testing/network";
import { connect, failure, listen, on, pair, Peer } from "./support/raw.ts";

const to = { host: "10.0.0.3", port: 80 };

/** How long bytes take, sent one after the other when the one before has come. */
async function transits(options: SimulatedNetworkOptions, count: number, size = 1): Promise<number[]> {
  const { value } = await on(options, async () => {
    const { client, server } = await pair();
    const took: number[] = [];
    for (let i = 0; i < count; i++) {
      const before = loopTime();
      const { length } = server.chunks;
      client.write("x".repeat(size));
      await server.until((peer) => peer.chunks.length > length);
      took.push(loopTime() - before);
    }
    return took;
  });
  return value;
}

describe("links", () => {
  test("take a time between two numbers, with a jitter on top, or what a function says", async () => {
    const even = await transits({ latency: [10, 20] }, 200);
    expect(Math.min(...even)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...even)).toBeLessThanOrEqual(20);
    expect(Math.max(...even) - Math.min(...even)).toBeGreaterThan(8);
    const shaky = await transits({ latency: 10, jitter: 5 }, 200);
    expect(Math.min(...shaky)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...shaky)).toBeGreaterThan(14);
    expect(Math.max(...shaky)).toBeLessThan(15.001);
    const asked = await transits(
      { latency: ({ from, bytes, now }) => (bytes === 0 || now < 0 ? 1 : from === "client" ? 42 : 7) },
      1,
    );
    expect(asked.map(Math.round)).toEqual([42]);
  });

  test("carry so many bytes a second, together", async () => {
    const [took] = await transits({ latency: 10, bandwidth: 1000 }, 1, 500);
    expect(took).toBeCloseTo(510, 6);
    await on({ bandwidth: 1000 }, async () => {
      const { client, server } = await pair();
      const before = loopTime();
      client.write("a".repeat(100));
      client.write("b".repeat(100));
      await server.until((peer) => peer.chunks.length === 2);
      expect(server.times.map((time) => Math.round(time - before))).toEqual([110, 210]);
    });
  });

  test("lose packets, which TCP sends again", async () => {
    const took = await transits({ latency: 10, loss: 0.2 }, 300);
    const late = took.filter((ms) => ms > 10.001);
    expect(took.filter((ms) => ms < 10.001).length).toBeGreaterThan(180);
    expect(late.length).toBeGreaterThan(30);
    // 200 ms, or 200 + 400, or 200 + 400 + 800 ...
    for (const ms of late) expect(Math.log2((ms - 10) / 200 + 1) % 1).toBeCloseTo(0, 6);
  });

  test("can be set for each way, also while a program runs", async () => {
    const { value } = await on({}, async (network) => {
      const { client, server } = await pair();
      network.link("client", "server", { latency: 100 }, { oneWay: true });
      const before = loopTime();
      client.write("slow");
      await server.read("slow");
      const there = loopTime() - before;
      server.write("quick");
      await client.read("quick");
      return [there, loopTime() - before - there];
    });
    expect(value).toEqual([100, 10]);
  });

  test("that make no sense are refused", async () => {
    await on({}, async (network) => {
      const wrong = [
        { latency: -1 },
        { latency: Number.NaN },
        { latency: [2, 1] as const },
        { jitter: Infinity },
        { bandwidth: 0 },
        { loss: 1 },
        { chunking: 0 },
        { window: 0.5 },
        { cutAfter: 0 },
      ];
      for (const options of wrong)
        expect(() => network.link("client", "server", options)).toThrow(RangeError);
      expect(() => network.link("client", "nobody", {})).toThrow('There is no host "nobody"');
      expect(() => network.address("not one", {})).toThrow(TypeError);
      expect(() => network.name("x", ["nobody"])).toThrow(RangeError);
      expect(() => network.name("x", { error: "ECONNRESET" as never })).toThrow(RangeError);
      expect(() => network.name("x", { delay: -1 })).toThrow(RangeError);
      expect(() => network.host("x", { addresses: ["nonsense"] })).toThrow(TypeError);
      expect(() => network.host("x", { addresses: ["10.0.0.3"] })).toThrow("it is server's");
    });
  });
});

describe("partitions", () => {
  test("stop what is under way and what is sent; when they are healed, all of it comes, in order", async () => {
    const { network } = await on({}, async (inRun) => {
      const { client, server } = await pair();
      client.write("1");
      await sleep(5);
      inRun.partition("client", "server");
      client.write("2");
      await sleep(100_000);
      expect(server.log).toEqual([]);
      inRun.heal("server", "client");
      client.write("3");
      const before = loopTime();
      await server.read("3");
      expect(server.text).toBe("123");
      expect(loopTime() - before).toBe(10);
    });
    expect(network.statistics().stopped).toBe(2);
    expect(network.events.filter(({ type }) => type === "stop").map(({ time }) => time)).toEqual([35, 40]);
  });

  test("that last are told to who sends, not to who only waits", async () => {
    await on({ retransmissionTimeout: 60_000 }, async (network) => {
      const { client, server } = await pair();
      network.partition("server");
      const begun = loopTime();
      client.write("hello?");
      await client.until((peer) => peer.closed);
      expect(client.error).toMatchObject({ code: "ETIMEDOUT", message: "read ETIMEDOUT", syscall: "read" });
      expect(loopTime() - begun).toBe(60_000);
      await sleep(1_000_000);
      expect(server.log).toEqual([]);
      // Once it can be reached again and speaks, it is told that there is no such connection.
      network.heal("server");
      server.write("anybody?");
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["close ECONNRESET"]);
    });
  });

  test("of one way let the other one through", async () => {
    await on({}, async (network) => {
      const { client, server } = await pair();
      network.partition("client", "server", { oneWay: true });
      server.write("heard");
      await client.read("heard");
      client.write("lost");
      await sleep(100);
      expect(server.text).toBe("");
      network.heal();
      await server.read("lost");
    });
  });

  test("keep connects waiting, until they are healed or the connect times out", async () => {
    await on({ connectTimeout: 5000 }, async (network) => {
      await network.host("server").run(() => listen({ port: 80 }));
      network.partition("server");
      const before = loopTime();
      expect(await failure(connect(to))).toMatchObject({
        code: "ETIMEDOUT",
        message: "connect ETIMEDOUT 10.0.0.3:80",
      });
      expect(loopTime() - before).toBe(5000);
      const attempt = createTask(() => connect(to));
      await sleep(1000);
      expect(attempt.done()).toBe(false);
      network.heal("server");
      new Peer(await attempt.join());
      expect(loopTime() - before).toBe(6020);
    });
  });

  test("lose a reset: the other end finds out when it speaks", async () => {
    await on({}, async (network) => {
      const { client, server } = await pair();
      network.partition("client");
      client.write("under way");
      client.abort();
      await sleep(100_000);
      network.heal();
      await sleep(100_000);
      expect(server.log).toEqual([]);
      server.write("still there?");
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["close ECONNRESET"]);
    });
  });

  test("between groups of hosts leave the rest alone", async () => {
    await on({}, async (network) => {
      for (const name of ["a", "b", "c"]) network.host(name);
      network.partition(["a", "b"], network.host("c"));
      for (const name of ["a", "b", "c"]) await network.host(name).run(() => listen({ port: 80 }));
      const reach = async (from: string, other: string): Promise<string> => {
        const [address] = network.host(other).addresses;
        try {
          await network.host(from).run(() => connect({ host: address!, port: 80 }));
          return "reached";
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      expect(await reach("a", "b")).toBe("reached");
      expect(await reach("client", "c")).toBe("reached");
      expect(await reach("c", "b")).toBe("ETIMEDOUT");
      network.heal("c");
      expect(await reach("c", "b")).toBe("reached");
    });
  });

  test("a hold keeps back without anybody giving up", async () => {
    await on({ retransmissionTimeout: 1000 }, async (network) => {
      const { client, server } = await pair();
      network.hold("client", "server");
      client.write("held");
      server.abort();
      await sleep(1_000_000);
      expect([server.log, client.log]).toEqual([["close"], []]);
      network.heal();
      await sleep(1000);
      expect(client.log).toEqual([]);
      network.release("client");
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close ECONNRESET"]);
    });
  });

  test("who waits for the window to open gives up, too", async () => {
    await on({ window: 4, retransmissionTimeout: 60_000 }, async (network) => {
      const { client, server } = await pair();
      client.write("0123456789");
      await server.until((peer) => peer.text.length >= 4);
      // Word of it is under way.
      network.partition("client", "server");
      await client.until((peer) => peer.closed);
      expect(client.error?.code).toBe("ETIMEDOUT");
    });
  });
});

describe("connections", () => {
  test("can be cut: both ends are reset at once", async () => {
    await on({}, async (network) => {
      const { client, server } = await pair();
      client.write("under way");
      for (const connection of network.connections("client", "server")) connection.cut();
      await client.until((peer) => peer.closed);
      await server.until((peer) => peer.closed);
      expect([client.log, server.log]).toEqual([["close ECONNRESET"], ["close ECONNRESET"]]);
      expect(loopTime()).toBe(30);
      expect(network.connections()).toEqual([]);
    });
  });

  test("can be cut after so many bytes, to the byte", async () => {
    await on({}, async (network) => {
      const { client, server } = await pair();
      network.connections()[0]!.cutAfter(8);
      client.write("12345");
      await server.read("5");
      server.write("abcdef");
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["bytes abc", "close ECONNRESET"]);
      expect(server.log).toEqual(["bytes 12345", "close ECONNRESET"]);
    });
  });

  test("of a link can be cut all, each after so many bytes", async () => {
    await on({ cutAfter: 3 }, async () => {
      const { client, server } = await pair();
      client.write("12");
      client.write("34");
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["bytes 12", "bytes 3", "close ECONNRESET"]);
      expect(() => simulatedNetwork().connections()[0]?.cutAfter(0)).not.toThrow();
    });
  });

  test("can be half open: bytes go nowhere, and who sends is timed out", async () => {
    const { network } = await on({ retransmissionTimeout: 1000 }, async (inRun) => {
      const { client, server } = await pair();
      client.write("before");
      await server.read("before");
      client.write("lost");
      inRun.connections()[0]!.blackHole("to server");
      server.write("the other way works");
      await client.read("works");
      await client.until((peer) => peer.closed);
      expect(client.error?.code).toBe("ETIMEDOUT");
      await sleep(1_000_000);
      expect(server.log).toEqual(["bytes before"]);
    });
    expect(network.statistics()).toMatchObject({ timedOut: 1, dropped: 1 });
  });

  test("half open from the very beginning: the client does not know, until it speaks", async () => {
    await on({ retransmissionTimeout: 1000, connectTimeout: 5000 }, async (network) => {
      const door = (await network.host("server").run(() => listen({ port: 80 })))!;
      const client = new Peer(await connect(to));
      network.connections()[0]!.blackHole();
      await sleep(100_000);
      expect([door.peers.length, client.log]).toEqual([0, []]);
      client.write("hello?");
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close ETIMEDOUT"]);
    });
  });

  test("in a black hole lose their end and their reset as well", async () => {
    await on({ retransmissionTimeout: 1000 }, async (network) => {
      const { client, server } = await pair();
      network.connections()[0]!.blackHole();
      client.end();
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close ETIMEDOUT"]);
      server.abort();
      await sleep(10_000);
      expect(server.log).toEqual(["close"]);
    });
  });
});

describe("hosts", () => {
  test("that crash tell nobody; booted again, they do not know their connections", async () => {
    await on({}, async (network) => {
      const server = network.host("server");
      const { client, server: crashed, door } = await pair();
      const idle = new Peer((await network.host("client").run(() => connect(to)))!);
      await door.peer(2);
      server.crash();
      server.crash();
      expect(server.down).toBe(true);
      await crashed.until((peer) => peer.closed);
      expect(crashed.log).toEqual(["close ENETDOWN"]);
      client.write("hello?");
      await sleep(1000);
      expect([client.log, idle.log]).toEqual([[], []]);
      expect((await failure(server.run(() => connect(to)))).message).toBe("Cannot run on server: it is down");
      server.boot();
      server.boot();
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close ECONNRESET"]);
      // Who says nothing learns nothing.
      await sleep(1_000_000);
      expect(idle.log).toEqual([]);
      expect(await failure(connect(to))).toMatchObject({ code: "ECONNREFUSED" });
      await server.run(() => listen({ port: 80 }));
      await connect(to);
    });
  });

  test("that are down are as if cut off, and refuse what is asked of them", async () => {
    await on({ connectTimeout: 1000 }, async (network) => {
      const client = network.host("client");
      let errors: unknown[] = [];
      const outlived = createTask(() =>
        client.run(async () => {
          try {
            await sleep(Infinity);
          } finally {
            const codes: unknown[] = [];
            for (const attempt of [
              () => connect(to),
              () => listen({ port: 1 }),
              () => connect({ path: "/x" }),
            ]) {
              codes.push((await failure((async () => attempt())())).code);
            }
            errors = codes;
          }
        }),
      );
      await sleep(10);
      client.crash();
      expect(await outlived.join()).toBe(undefined);
      expect(errors).toEqual(["ENETDOWN", "ENETDOWN", "ENETDOWN"]);
      await network.host("server").run(() => listen({ port: 80 }));
      network.host("server").crash();
      expect(await failure(connect(to))).toMatchObject({ code: "ETIMEDOUT" });
    });
  });

  test("that freeze get nothing, up to their windows, until they go on", async () => {
    await on({ window: 8 }, async (network) => {
      const { client, server } = await pair();
      const host = network.host("server");
      host.freeze();
      host.freeze();
      client.write("0123456789");
      client.end();
      await sleep(100_000);
      expect(server.log).toEqual([]);
      expect(client.transport.pendingBytes).toBe(2);
      host.thaw();
      host.thaw();
      await server.until((peer) => peer.log.includes("end"));
      expect(server.text).toBe("0123456789");
    });
  });

  test("that freeze are told of what failed when they go on", async () => {
    await on({}, async (network) => {
      const client = network.host("client");
      const { client: peer, server } = await pair();
      client.freeze();
      server.abort();
      const attempt = createTask(() => client.run(() => connect({ host: "10.0.0.3", port: 1 })));
      const found = createTask(() => client.run(() => connect(to)));
      await sleep(10_000);
      expect([peer.log, attempt.done(), found.done()]).toEqual([[], false, false]);
      found.cancel();
      client.thaw();
      expect(await failure(attempt.join())).toMatchObject({ code: "ECONNREFUSED" });
      await peer.until(({ closed }) => closed);
      expect(peer.log).toEqual(["close ECONNRESET"]);
      await sleep(100);
      expect(network.connections()).toEqual([]);
    });
  });
});
