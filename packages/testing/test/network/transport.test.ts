// The contract of transports, kept by simulated connections.

import { describe, expect, test } from "vitest";
import { loopTime, sleep } from "corio";
import { waitAllTasksBlocked } from "@corio/testing";
import { failure, on, pair } from "./support/raw.ts";

describe("bytes", () => {
  test("arrive after the latency, in order, in the chunks that were written", async () => {
    await on({}, async () => {
      const { client, server } = await pair();
      // There and back for the client; the server knows when the client's answer to that has come.
      expect(loopTime()).toBe(30);
      client.write("one");
      await sleep(5);
      client.write("two");
      client.write("three");
      await server.read("three");
      expect(server.chunks).toEqual(["one", "two", "three"]);
      expect(server.times).toEqual([40, 45, 45]);
      server.write("four");
      await client.read("four");
      expect(loopTime()).toBe(55);
    });
  });

  test("never overtake each other, whatever the latency", async () => {
    await on({ latency: [0, 100] }, async () => {
      const { client, server } = await pair();
      const sent = Array.from({ length: 200 }, (_, i) => `${i};`);
      for (const text of sent) {
        client.write(text);
        await sleep(1);
      }
      await server.read("199;");
      expect(server.text).toBe(sent.join(""));
    });
  });

  test("that came before somebody attached are kept, with the end and the close", async () => {
    await on({}, async () => {
      const { client, server } = await pair(false);
      client.write("early");
      client.end();
      server.end();
      await sleep(100);
      expect(server.log).toEqual([]);
      server.attach();
      expect(server.log).toEqual([]);
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["bytes early", "end", "close"]);
      client.attach();
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["end", "close"]);
    });
  });

  test("none come while the transport is paused, and all afterwards", async () => {
    await on({}, async () => {
      const { client, server } = await pair();
      server.pause();
      client.write("a");
      client.write("b");
      client.end();
      await sleep(1000);
      expect(server.log).toEqual([]);
      server.resume();
      await server.until((peer) => peer.log.length === 3);
      expect(server.log).toEqual(["bytes a", "bytes b", "end"]);
      expect(client.closed).toBe(false);
    });
  });
});

describe("backpressure", () => {
  test("a window of bytes is under way or unread; the rest waits, and write says so", async () => {
    await on({ window: 10 }, async () => {
      const { client, server } = await pair();
      server.pause();
      client.transport.setWriteLimits({ low: 2, high: 5 });
      expect(client.write("0123456789")).toBe(true);
      expect(client.transport.pendingBytes).toBe(0);
      expect(client.write("abcde")).toBe(true);
      expect(client.write("f")).toBe(false);
      expect(client.transport.pendingBytes).toBe(6);
      await sleep(60_000);
      expect([server.log, client.log]).toEqual([[], []]);
      server.resume();
      await server.read("f");
      expect(server.text).toBe("0123456789abcdef");
      // Told once, when little waits again.
      await waitAllTasksBlocked();
      expect(client.log).toEqual(["drain"]);
      expect(client.transport.pendingBytes).toBe(0);
    });
  });

  test("a drain comes at the low mark, not before", async () => {
    await on({ window: 4 }, async () => {
      const { client, server } = await pair();
      client.transport.setWriteLimits({ low: 3, high: 8 });
      expect(client.write("x".repeat(16))).toBe(false);
      const seen: number[] = [];
      await client.until((peer) => {
        seen.push(peer.transport.pendingBytes);
        return peer.log.length > 0;
      });
      expect(client.transport.pendingBytes).toBeLessThanOrEqual(3);
      expect(server.text.length).toBeGreaterThanOrEqual(9);
    });
  });

  test("marks that are lowered below what waits count at once", async () => {
    await on({ window: 1 }, async () => {
      const { client, server } = await pair();
      server.pause();
      expect(client.write("abcd")).toBe(true);
      client.transport.setWriteLimits({ low: 0, high: 0 });
      expect(client.write("")).toBe(false);
      server.resume();
      await client.until((peer) => peer.log.includes("drain"));
      expect(client.transport.pendingBytes).toBe(0);
      await server.read("d");
    });
  });

  test("bytes that wait are sent before the end", async () => {
    await on({ window: 3 }, async () => {
      const { client, server } = await pair();
      client.write("0123456789");
      client.end();
      await server.until((peer) => peer.log.includes("end"));
      expect(server.text).toBe("0123456789");
      expect(server.log.at(-1)).toBe("end");
    });
  });
});

describe("ends", () => {
  test("one direction ends, the other goes on; when both have, both are closed", async () => {
    await on({}, async () => {
      const { client, server } = await pair();
      client.end();
      client.end();
      await server.until((peer) => peer.log.includes("end"));
      // What is written after the end goes nowhere.
      client.write("lost");
      server.write("still here");
      await client.read("here");
      server.end();
      await Promise.all([client, server].map((peer) => peer.until(({ closed }) => closed)));
      expect(client.log).toEqual(["bytes still here", "end", "close"]);
      expect(server.log).toEqual(["end", "close"]);
      expect(client.write("nothing")).toBe(true);
    });
  });

  test("close sends what waits and does not wait for the other end", async () => {
    await on({ window: 4 }, async () => {
      const { client, server } = await pair();
      client.write("all of it");
      client.close();
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close"]);
      await server.until((peer) => peer.log.includes("end"));
      expect(server.text).toBe("all of it");
      // The other end may write as it likes: nobody is there.
      server.write("too late");
      await server.until((peer) => peer.closed);
      expect(server.log.at(-1)).toBe("close ECONNRESET");
    });
  });

  test("close after the end was sent is quiet", async () => {
    await on({}, async () => {
      const { client, server } = await pair();
      client.write("bye");
      client.end();
      client.close();
      await client.until((peer) => peer.closed);
      await server.until((peer) => peer.log.includes("end"));
      server.close();
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["bytes bye", "end", "close"]);
    });
  });

  test("a close that leaves bytes unread resets the other end, as a machine does", async () => {
    const { network } = await on({}, async () => {
      const { client, server } = await pair();
      server.pause();
      client.write("never read");
      await sleep(100);
      server.close();
      await client.until((peer) => peer.closed);
      expect(client.log).toEqual(["close ECONNRESET"]);
      expect(server.log).toEqual(["close"]);
    });
    expect(network.statistics()).toMatchObject({ open: 0, reset: 1 });
  });

  test("abort loses what waits, and resets the other end", async () => {
    await on({ window: 4 }, async () => {
      const { client, server } = await pair();
      client.write("0123456789");
      client.abort();
      client.abort();
      await client.until((peer) => peer.closed);
      await server.until((peer) => peer.closed);
      expect(client.log).toEqual(["close"]);
      // What was on its way before the reset arrives.
      expect(server.log).toEqual(["bytes 0123", "close ECONNRESET"]);
      expect(server.error).toMatchObject({ message: "read ECONNRESET", syscall: "read", errno: -104 });
    });
  });

  test("a reset takes with it what was not read", async () => {
    await on({}, async () => {
      const { client, server } = await pair();
      server.pause();
      client.write("unread");
      client.abort();
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["close ECONNRESET"]);
    });
  });

  test("both abort at once: nobody hears of it", async () => {
    await on({}, async () => {
      const { client, server } = await pair();
      client.abort();
      server.abort();
      await client.until((peer) => peer.closed);
      await server.until((peer) => peer.closed);
      await sleep(100);
      expect([client.log, server.log]).toEqual([["close"], ["close"]]);
    });
  });
});

describe("chunking", () => {
  test("by a number: no chunk is larger, and programs run in between", async () => {
    await on({ chunking: 2 }, async () => {
      const { client, server } = await pair();
      const seen: string[] = [];
      client.write("abcde");
      client.write("fg");
      client.end();
      await server.until((peer) => {
        seen.push(peer.text);
        return peer.log.includes("end");
      });
      expect(server.chunks).toEqual(["ab", "cd", "ef", "g"]);
      expect(seen).toEqual(["", "ab", "abcd", "abcdef", "abcdefg", "abcdefg"]);
    });
  });

  test("at random: cut and merged anywhere, and nothing is lost", async () => {
    const texts = ["first line\n", "second\n", "a third one\n"];
    const ways = new Set<string>();
    let merged = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { value } = await on({ chunking: "random", run: { seed } }, async () => {
        const { client, server } = await pair();
        for (const text of texts) {
          client.write(text);
          await sleep(0.5);
        }
        client.end();
        await server.until((peer) => peer.log.includes("end"));
        return server;
      });
      expect(value.text).toBe(texts.join(""));
      expect(value.chunks).not.toContain("");
      ways.add(value.chunks.join("|"));
      if (value.chunks.some((chunk) => /\n./.test(chunk))) merged++;
    }
    expect(ways.size).toBeGreaterThan(60);
    expect(merged).toBeGreaterThan(5);
  });
});

describe("Unix sockets", () => {
  test("have paths for addresses, and carry bytes", async () => {
    const { connect, listen, Peer } = await import("./support/raw.ts");
    await on({}, async () => {
      const door = await listen({ path: "/run/a.sock" });
      expect(door.address).toEqual({ path: "/run/a.sock" });
      const client = new Peer(await connect({ path: "/run/a.sock" }));
      const server = await door.peer();
      expect([client.transport.localAddress, client.transport.remoteAddress]).toEqual([
        null,
        { path: "/run/a.sock" },
      ]);
      expect([server.transport.localAddress, server.transport.remoteAddress]).toEqual([
        { path: "/run/a.sock" },
        null,
      ]);
      client.write("ping");
      await server.read("ping");
      // There is no reset: the other end sees an end, and what it writes is EPIPE.
      client.abort();
      await server.until((peer) => peer.log.includes("end"));
      server.write("pong");
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["bytes ping", "end", "close EPIPE"]);
      expect(server.error).toMatchObject({ message: "write EPIPE", syscall: "write" });
      await door.close();
      expect(await failure(connect({ path: "/run/a.sock" }))).toMatchObject({ code: "ENOENT" });
    });
  });

  test("an abort that leaves bytes unread is a reset", async () => {
    const { connect, listen, Peer } = await import("./support/raw.ts");
    await on({}, async () => {
      const door = await listen({ path: "/run/a.sock" });
      const client = new Peer(await connect({ path: "/run/a.sock" }));
      const server = await door.peer();
      client.pause();
      server.write("unread");
      await sleep(50);
      client.abort();
      await server.until((peer) => peer.closed);
      expect(server.log).toEqual(["close ECONNRESET"]);
    });
  });
});

test("a transport tells where it is", async () => {
  await on({}, async (network) => {
    const { client, server } = await pair();
    expect(client.transport.localAddress).toEqual({ host: "10.0.0.2", port: 49_152, family: 4 });
    expect(client.transport.remoteAddress).toEqual({ host: "10.0.0.3", port: 80, family: 4 });
    expect(server.transport.localAddress).toEqual(client.transport.remoteAddress);
    expect(server.transport.remoteAddress).toEqual(client.transport.localAddress);
    const [connection] = network.connections();
    expect(client.transport.underlying).toBe(connection);
    expect(server.transport.underlying).toBe(connection);
    expect(String(connection)).toBe("#1 client:49152 > server:80");
    expect(connection).toMatchObject({
      id: 1,
      bytes: 0,
      closed: false,
      client: { host: "client", name: "client:49152", closed: false },
      server: { host: "server", name: "server:80", closed: false },
    });
  });
});
