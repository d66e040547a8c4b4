// TLS on the simulated network: what both ends agree on, and how it fails, as node's would.

import { X509Certificate } from "node:crypto";
import * as tls from "node:tls";
import { describe, expect, test } from "vitest";
import { type Awaitable, createTask, gather, loopTime, sleep } from "corio";
import { suspend, type Transport } from "corio/lowlevel";
import { certificateAuthority, simulatedNetwork, type SimulatedTls } from "@corio/testing/network";
import { failure, on, pair, Peer } from "./support/raw.ts";

/**
 * Bun and Deno make other things of `tls.createSecureContext` and of X509Certificate than node does, and check the certificates of clients otherwise: the
 * simulation asks them.
 */
const nodeTest = test.skipIf("bun" in process.versions || "deno" in process.versions);

const authority = certificateAuthority();
const other = certificateAuthority("Somebody else");
const identity = authority.issue(["server.test", "*.wild.test", "10.0.0.3"]);
const trusting = { ca: authority.certificate, servername: "server.test" };

function startTls(
  transport: Transport,
  server: boolean,
  options: object,
  early: readonly Uint8Array[] = [],
): Awaitable<Transport> {
  return suspend((resolve, reject) =>
    simulatedNetwork().startTls(transport, { server, options, early }, (error, secure) =>
      error === null ? resolve(secure!) : reject(error),
    ),
  );
}

const infoOf = (peer: Peer): SimulatedTls => peer.transport.underlying as SimulatedTls;

/** Both ends start; what each came to: a connection, or the error's code. */
async function handshake(
  client: object,
  server: object,
): Promise<{ client: Peer | string; server: Peer | string; took: number }> {
  const ends = await pair(false);
  // So that another pair may follow.
  ends.door.listener.close(() => {});
  const before = loopTime();
  const start = async (end: Peer, isServer: boolean, options: object): Promise<Peer | string> => {
    try {
      return new Peer(await startTls(end.transport, isServer, options));
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
  const [first, second] = await gather([
    () => start(ends.client, false, client),
    () => start(ends.server, true, server),
  ]);
  return { client: first, server: second, took: loopTime() - before };
}

async function secure(
  client: object = trusting,
  server: object = identity,
): Promise<{ client: Peer; server: Peer }> {
  const both = await handshake(client, server);
  if (typeof both.client === "string" || typeof both.server === "string") {
    throw new Error(JSON.stringify([both.client, both.server]));
  }
  return { client: both.client, server: both.server };
}

describe("a handshake", () => {
  test("takes a round trip, after which both ends talk", async () => {
    const { network } = await on({}, async () => {
      const { client, server, took } = await handshake(trusting, identity);
      expect(took).toBe(30);
      if (typeof client === "string" || typeof server === "string")
        throw new Error(JSON.stringify([client, server]));
      client.write("hello");
      await server.read("hello");
      server.write("world".repeat(10_000));
      await client.until(({ text }) => text.length === 50_000);
      expect(client.chunks.map(({ length }) => length)).toEqual([16_384, 16_384, 16_384, 848]);
      client.end();
      await server.until(({ log }) => log.includes("end"));
      server.write("half closed");
      await client.read("half closed");
      server.end();
      await client.until(({ closed }) => closed);
      await server.until(({ closed }) => closed);
      expect(client.log.slice(-2)).toEqual(["end", "close"]);
      expect(server.log).toEqual(["bytes hello", "end", "close"]);
    });
    expect(
      network.events.filter(({ type }) => type === "secure").map(({ from, time }) => [from, time]),
    ).toEqual([
      ["client:49152", 50],
      ["server:80", 60],
    ]);
  });

  test("takes two with TLS 1.2", async () => {
    await on({}, async () => {
      const { client, took } = await handshake({ ...trusting, maxVersion: "TLSv1.2" }, identity);
      expect(took).toBe(40);
      expect(infoOf(client as Peer).getProtocol()).toBe("TLSv1.2");
      expect(
        (await handshake({ ...trusting, minVersion: "TLSv1.3" }, { ...identity, maxVersion: "TLSv1.2" }))
          .server,
      ).toBe("ERR_SSL_UNSUPPORTED_PROTOCOL");
    });
  });

  test("tells what was agreed on, as node's TLSSocket does", async () => {
    await on({}, async (network) => {
      const mine = authority.issue(["me"]);
      const { client, server } = await secure(
        { ...trusting, ...mine, ALPNProtocols: ["h2", "http/1.1"] },
        { ...identity, ca: authority.certificate, requestCert: true, ALPNProtocols: ["http/1.1", "h2"] },
      );
      for (const [end, peerName, ownName] of [
        [infoOf(client), "server.test", "me"],
        [infoOf(server), "me", "server.test"],
      ] as const) {
        expect(end).toMatchObject({
          encrypted: true,
          authorized: true,
          authorizationError: null,
          alpnProtocol: "http/1.1",
          servername: "server.test",
        });
        expect(end.connection).toBe(network.connections()[0]);
        expect(end.getProtocol()).toBe("TLSv1.3");
        expect(end.getCipher()).toMatchObject({ name: "TLS_AES_256_GCM_SHA384", version: "TLSv1.3" });
        expect(end.getPeerCertificate()).toMatchObject({ subject: { CN: peerName } });
        expect(end.getCertificate()).toMatchObject({ subject: { CN: ownName } });
        expect(end.getPeerX509Certificate()?.subject).toBe(`CN=${peerName}`);
        expect(end.getX509Certificate()?.subject).toBe(`CN=${ownName}`);
        expect(end.isSessionReused()).toBe(false);
      }
      const session = infoOf(client).getSession();
      const again = await secure({ ...trusting, session });
      expect(infoOf(again.client).isSessionReused()).toBe(true);
      expect(infoOf(again.server).isSessionReused()).toBe(true);
    });
  });

  nodeTest("chooses the certificate by the name that is asked for", async () => {
    await on({}, async () => {
      const a = authority.issue(["a.test"]);
      const SNICallback = (
        name: string,
        done: (error: Error | null, context?: tls.SecureContext) => void,
      ): void => {
        if (name === "bad.test") done(Object.assign(new Error("no"), { code: "OWN" }));
        else done(null, name === "a.test" ? tls.createSecureContext(a) : undefined);
      };
      const server = { ...identity, SNICallback };
      const { client } = await secure({ ...trusting, servername: "a.test" }, server);
      expect(infoOf(client).getPeerCertificate()).toMatchObject({ subject: { CN: "a.test" } });
      await secure({ ...trusting, servername: "server.test" }, server);
      expect(await outcomes({ ...trusting, servername: "bad.test" }, server)).toEqual(["ECONNRESET", "OWN"]);
    });
  });

  nodeTest("takes the options in all the forms that node does", async () => {
    await on({}, async () => {
      const wire = Buffer.from("\u0002h2\u0008http/1.1", "latin1");
      const buffers = { cert: Buffer.from(identity.cert), key: Buffer.from(identity.key) };
      const first = await secure(
        { ...trusting, ca: [Buffer.from(other.certificate), authority.certificate], ALPNProtocols: wire },
        { ...buffers, ALPNProtocols: [Buffer.from("h2")] },
      );
      expect(infoOf(first.client).alpnProtocol).toBe("h2");
      expect(infoOf(first.server).getPeerCertificate()).toEqual({});
      expect(infoOf(first.client).getCertificate()).toEqual({});
      expect([
        infoOf(first.server).getPeerX509Certificate(),
        infoOf(first.client).getX509Certificate(),
      ]).toEqual([undefined, undefined]);
      const chosen: unknown[] = [];
      const ALPNCallback = (offer: { servername: string; protocols: string[] }): string | undefined => {
        chosen.push(offer);
        return offer.protocols[1];
      };
      const der = new X509Certificate(identity.cert).raw;
      const second = await secure(
        { ...trusting, ALPNProtocols: ["a", "b"] },
        { cert: der, key: identity.key, ALPNCallback },
      );
      expect(infoOf(second.server).alpnProtocol).toBe("b");
      expect(chosen).toEqual([{ servername: "server.test", protocols: ["a", "b"] }]);
      expect(await outcomes({ ...trusting, ALPNProtocols: ["a"] }, { ...identity, ALPNCallback })).toEqual([
        "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
        "ERR_SSL_NO_APPLICATION_PROTOCOL",
      ]);
      // The server speaks of no protocols: none is chosen.
      const third = await secure({ ...trusting, ALPNProtocols: ["a"] });
      expect(infoOf(third.client).alpnProtocol).toBe(false);
      await secure(trusting, { secureContext: tls.createSecureContext(identity) });
      const old = await secure({ ...trusting, maxVersion: "TLSv1.2" });
      expect(infoOf(old.client).getCipher()).toMatchObject({ version: "TLSv1.2" });
    });
  });

  test("is the same over chunks of a byte", async () => {
    await on({ chunking: 1 }, async () => {
      const { client, server } = await secure();
      client.write("byte by byte");
      await server.read("byte by byte");
      expect(server.chunks).toEqual(["byte by byte"]);
    });
  });

  test("takes what was read before as its own", async () => {
    await on({}, async () => {
      const ends = await pair(false);
      const securing = createTask(() => startTls(ends.client.transport, false, trusting));
      await sleep(5);
      // A reader that had taken the client's hello.
      const early: Uint8Array[] = [];
      ends.server.transport.attach({
        onBytes: (bytes) => void early.push(bytes),
        onEnd() {},
        onDrain() {},
        onClose() {},
      });
      await sleep(20);
      expect(early).toHaveLength(1);
      const server = new Peer(await startTls(ends.server.transport, true, identity, early));
      const client = new Peer(await securing.join());
      client.write("fine");
      await server.read("fine");
    });
  });

  async function outcomes(client: object, server: object = identity): Promise<unknown[]> {
    const both = await handshake(client, server);
    for (const end of [both.client, both.server]) if (typeof end !== "string") end.abort();
    return [both.client, both.server].map((end) => (typeof end === "string" ? end : "secure"));
  }

  test("is refused by the client as node would", async () => {
    await on({}, async () => {
      expect(await outcomes({ ...trusting, servername: "x.wild.test" })).toEqual(["secure", "secure"]);
      expect(await outcomes({ ca: authority.certificate })).toEqual(["secure", "secure"]);
      const reset = "ECONNRESET";
      expect(await outcomes({ ...trusting, servername: "other.test" })).toEqual([
        "ERR_TLS_CERT_ALTNAME_INVALID",
        reset,
      ]);
      expect(await outcomes({ servername: "server.test" })).toEqual([
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        reset,
      ]);
      expect(await outcomes({ ...trusting, ca: other.certificate })).toEqual([
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        reset,
      ]);
      const old = authority.issue({ names: ["server.test"], validTo: new Date("2001-01-01") });
      expect(await outcomes(trusting, old)).toEqual(["CERT_HAS_EXPIRED", reset]);
      const young = authority.issue({ names: ["server.test"], validFrom: new Date("2099-01-01") });
      expect(await outcomes(trusting, young)).toEqual(["CERT_NOT_YET_VALID", reset]);
      const self = { cert: authority.certificate, key: "unused" };
      expect(await outcomes({ servername: "server.test" }, self)).toEqual([
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        reset,
      ]);
      const chained = { ...identity, cert: identity.cert + authority.certificate };
      expect(await outcomes({ servername: "server.test" }, chained)).toEqual([
        "SELF_SIGNED_CERT_IN_CHAIN",
        reset,
      ]);
      const checkServerIdentity = (): Error => Object.assign(new Error("I do not like it"), { code: "OWN" });
      expect(await outcomes({ ...trusting, checkServerIdentity })).toEqual(["OWN", reset]);
    });
  });

  test("is completed with an untrusted end where that is asked for, and says so", async () => {
    await on({}, async () => {
      const { client } = await secure({ rejectUnauthorized: false });
      expect(infoOf(client)).toMatchObject({
        authorized: false,
        authorizationError: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      });
    });
  });

  nodeTest(
    "is refused by the server as node does it, and the client hears no more of it than there",
    async () => {
      await on({}, async () => {
        const demanding = { ...identity, ca: authority.certificate, requestCert: true };
        expect(await outcomes({ ...trusting, ...authority.issue(["me"]) }, demanding)).toEqual([
          "secure",
          "secure",
        ]);
        expect(await outcomes(trusting, { ...demanding, rejectUnauthorized: false })).toEqual([
          "secure",
          "secure",
        ]);
        expect(
          await outcomes({ ...trusting, ALPNProtocols: ["x"] }, { ...identity, ALPNProtocols: ["y"] }),
        ).toEqual(["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "ERR_SSL_NO_APPLICATION_PROTOCOL"]);
        expect(await outcomes(trusting, {})).toEqual([
          "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
          "ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM",
        ]);
        expect(await outcomes({ ...trusting, maxVersion: "TLSv1.2" }, demanding)).toEqual([
          "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
          "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE",
        ]);
        expect(await outcomes(trusting, { cert: "not a certificate" })).toEqual([
          "ECONNRESET",
          "ERR_OSSL_PEM_NO_START_LINE",
        ]);
        // With TLS 1.3, the client has long begun to talk.
        for (const [mine, told, said] of [
          [{}, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"],
          [other.issue(["me"]), "ECONNRESET", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
          [
            authority.issue({ names: ["me"], validTo: new Date("2001-01-01") }),
            "ECONNRESET",
            "CERT_HAS_EXPIRED",
          ],
        ] as const) {
          const { client, server } = await handshake({ ...trusting, ...mine }, demanding);
          expect(server).toBe(said);
          await (client as Peer).until(({ closed }) => closed);
          expect((client as Peer).error?.code).toBe(told);
        }
        expect(simulatedNetwork().connections()).toEqual([]);
      });
    },
  );
});

describe("TLS against something else", () => {
  test("a plain client: garbage, or a request of HTTP", async () => {
    for (const [text, code] of [
      ["hello there, this is not TLS", "ERR_SSL_WRONG_VERSION_NUMBER"],
      ["GET / HTTP/1.1\r\n\r\n", "ERR_SSL_HTTP_REQUEST"],
    ] as const) {
      await on({}, async () => {
        const ends = await pair(false);
        ends.client.attach();
        ends.client.write(text);
        const error = await failure(startTls(ends.server.transport, true, identity));
        expect(error).toMatchObject({ code, library: "SSL routines" });
        await ends.client.until(({ closed }) => closed);
        expect(ends.client.log).toEqual(["close ECONNRESET"]);
      });
    }
  });

  test("a plain server: one that talks first, one that echoes, one that closes", async () => {
    await on({}, async () => {
      const attempt = async (answer: (server: Peer) => unknown): Promise<unknown> => {
        const ends = await pair(false);
        ends.door.listener.close(() => {});
        ends.server.attach();
        const answering = createTask(async () => answer(ends.server));
        const { code, message } = await failure(startTls(ends.client.transport, false, trusting));
        await answering.join();
        return code === "ECONNRESET" ? message : code;
      };
      expect(await attempt((server) => server.write("220 welcome\r\n"))).toBe("ERR_SSL_WRONG_VERSION_NUMBER");
      const echo = async (server: Peer): Promise<void> => {
        await server.until(({ text }) => text.length > 10);
        server.transport.write(Buffer.from(server.text, "latin1"));
      };
      expect(await attempt(echo)).toBe("ERR_SSL_UNEXPECTED_MESSAGE");
      const eof = "Client network socket disconnected before secure TLS connection was established";
      expect(await attempt((server) => server.end())).toBe(eof);
      expect(await attempt((server) => server.abort())).toBe("read ECONNRESET");
    });
  });

  test("something that looks like it: records too long, messages that are none", async () => {
    await on({}, async () => {
      for (const [garbage, code] of [
        [Buffer.of(22, 3, 3, 255, 255), "ERR_SSL_PACKET_LENGTH_TOO_LONG"],
        [Buffer.of(22, 3, 1, 0, 5, 1, 0, 0, 1, 0), "ERR_SSL_UNEXPECTED_MESSAGE"],
        [Buffer.of(23, 3, 3, 0, 1, 0), "ERR_SSL_UNEXPECTED_MESSAGE"],
        [Buffer.of(21, 3, 3, 0, 2, 2, 99), "ERR_SSL_SSL/TLS_ALERT_99"],
        [Buffer.of(21, 3, 3, 0, 2, 1, 0), "ECONNRESET"],
      ] as const) {
        const ends = await pair(false);
        ends.door.listener.close(() => {});
        ends.client.transport.write(garbage);
        expect(await failure(startTls(ends.server.transport, true, identity))).toMatchObject({ code });
      }
    });
  });

  test("a connection that is gone already", async () => {
    await on({}, async () => {
      const ends = await pair(false);
      ends.client.abort();
      await sleep(100);
      expect(await failure(startTls(ends.server.transport, true, identity))).toMatchObject({
        message: "read ECONNRESET",
      });
    });
  });

  test("a client that goes in the middle: the server's handshake fails", async () => {
    await on({}, async () => {
      const ends = await pair(false);
      ends.client.end();
      expect(await failure(startTls(ends.server.transport, true, identity))).toMatchObject({
        code: "ECONNRESET",
        message: "socket hang up",
      });
    });
  });

  test("garbage later, too", async () => {
    await on({}, async () => {
      const ends = await pair(false);
      const securing = createTask(() => startTls(ends.client.transport, false, trusting));
      const server = await startTls(ends.server.transport, true, identity);
      const client = new Peer(await securing.join());
      // Past the TLS that stands over it.
      ends.server.transport.write(Buffer.from("plain"));
      void server;
      await client.until(({ closed }) => closed);
      expect(client.log).toEqual(["close ERR_SSL_WRONG_VERSION_NUMBER"]);
    });
  });

  test("a connection of another network", async () => {
    await on({}, async () => {
      expect(await failure((async () => startTls({} as Transport, false, {}))())).toBeInstanceOf(TypeError);
    });
  });
});

describe("a secure connection", () => {
  test("is undone with its handshake", async () => {
    for (const ms of [1, 11, 21]) {
      const { network } = await on({}, async () => {
        const ends = await pair(false);
        const client = createTask(() => startTls(ends.client.transport, false, trusting));
        const server = createTask(() => startTls(ends.server.transport, true, identity));
        await sleep(ms);
        client.cancel();
        const both = [client, server].map(async (task) => {
          try {
            new Peer(await task.join()).abort();
          } catch {
            // Cancelled, or reset.
          }
        });
        await Promise.all(both);
        await sleep(100);
      });
      expect(network.connections()).toEqual([]);
    }
  });

  test("waits with what came until it is attached, and while it is paused", async () => {
    await on({ window: 300 }, async () => {
      const ends = await pair(false);
      const securing = createTask(() => startTls(ends.client.transport, false, trusting));
      const server = new Peer(await startTls(ends.server.transport, true, identity), false);
      const client = new Peer(await securing.join());
      client.transport.setWriteLimits({ low: 50, high: 100 });
      client.write("early ");
      await sleep(100);
      server.attach();
      await server.read("early ");
      server.pause();
      while (client.write("x".repeat(50)));
      expect(client.transport.pendingBytes).toBeGreaterThan(100);
      client.end();
      await sleep(10_000);
      expect(server.text).toBe("early ");
      server.resume();
      await client.until(({ log }) => log.includes("drain"));
      await server.until(({ log }) => log.includes("end"));
      expect(server.text).toMatch(/^early x{350,}$/);
      expect(server.text.length % 50).toBe(6);
    });
  });

  test("is closed and aborted as a plain one is", async () => {
    await on({}, async () => {
      const { client, server } = await secure();
      client.write("last words");
      client.close();
      client.abort();
      await client.until(({ closed }) => closed);
      await server.until(({ log }) => log.includes("end"));
      expect(server.text).toBe("last words");
      server.abort();
      await server.until(({ closed }) => closed);
      expect([client.log, server.log]).toEqual([["close"], ["bytes last words", "end", "close"]]);
    });
    await on({}, async () => {
      const { client, server } = await secure();
      client.abort();
      await server.until(({ closed }) => closed);
      expect(server.log).toEqual(["close ECONNRESET"]);
    });
  });

  test("whose other end forgets to say goodbye has ended all the same", async () => {
    await on({}, async () => {
      const ends = await pair(false);
      const securing = createTask(() => startTls(ends.client.transport, false, trusting));
      await startTls(ends.server.transport, true, identity);
      const client = new Peer(await securing.join());
      ends.server.transport.end();
      await client.until(({ log }) => log.includes("end"));
      expect(client.log).toEqual(["end"]);
    });
  });

  test("that was lost before somebody attached says so when somebody does", async () => {
    await on({}, async () => {
      const ends = await pair(false);
      const securing = createTask(() => startTls(ends.client.transport, false, trusting));
      const server = new Peer(await startTls(ends.server.transport, true, identity), false);
      const client = new Peer(await securing.join());
      client.write("never read");
      await sleep(20);
      client.abort();
      await sleep(20);
      expect(server.transport.write(Buffer.from("to nobody"))).toBe(true);
      server.attach();
      await server.until(({ closed }) => closed);
      expect(server.log).toEqual(["close ECONNRESET"]);
    });
  });

  test("can carry another one", async () => {
    await on({}, async () => {
      const outer = await secure();
      const inner = createTask(() => startTls(outer.client.transport, false, trusting));
      const server = new Peer(await startTls(outer.server.transport, true, identity));
      const client = new Peer(await inner.join());
      client.write("twice");
      await server.read("twice");
    });
  });
});

describe("certificates", () => {
  nodeTest("are real ones, which node's own TLS takes", async () => {
    const leaf = new X509Certificate(identity.cert);
    const root = new X509Certificate(authority.certificate);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkHost("a.wild.test")).toBe("*.wild.test");
    expect(leaf.checkIP("10.0.0.3")).toBe("10.0.0.3");
    expect(new X509Certificate(authority.issue(["fd00::1:2"]).cert).checkIP("fd00::1:2")).toBe("fd00::1:2");
    expect([leaf.ca, root.ca]).toEqual([false, true]);
    expect(leaf.toLegacyObject().subject.CN).toBe("server.test");
    const named = authority.issue({ names: [], commonName: "just me" });
    expect(new X509Certificate(named.cert).subject).toBe("CN=just me");

    const server = tls.createServer(
      { ...identity, ca: authority.certificate, requestCert: true },
      (socket) => {
        socket.end(socket.authorized ? "welcome" : "go away");
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const text = await new Promise<string>((resolve, reject) => {
      const socket = tls.connect({ port, host: "127.0.0.1", ...trusting, ...authority.issue(["me"]) });
      let all = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => (all += chunk));
      socket.on("end", () => resolve(all)).on("error", reject);
    });
    expect(text).toBe("welcome");
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});
