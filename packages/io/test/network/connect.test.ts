// Connecting with real sockets: what the system says, local addresses, and two families.
import { call } from "corio";
import type { HostNetwork, ResolvedAddress, Transport } from "corio/lowlevel";
import { createServer } from "node:net";
import { describe, expect } from "vitest";
import {
  AddressInUseError,
  AddressNotAvailableError,
  type ConnectError,
  ConnectionRefusedError,
  HostNotFoundError,
  HostUnreachableError,
  openConnection,
  startServer,
  type Connection,
} from "../../src/index.ts";
import { connectToHost } from "../../src/network/connect-to-host.ts";
import { nodeNetwork } from "../../src/network/node-network.ts";
import { both, caught } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { rawServer } from "../support/raw-peers.ts";

leavesNothingOpen();

/** The machine's network, but for what `name` stands for. */
const networkWith = (...addresses: string[]): HostNetwork => ({
  ...nodeNetwork,
  lookup: (_name, _family, done) => {
    const found = addresses.map((address): ResolvedAddress => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    const timer = setImmediate(() => done(null, found));
    return () => clearImmediate(timer);
  },
});

/** A port of 127.0.0.1 on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

both("nobody listens", function* ({ wait }) {
  const port = (yield* wait(call(freePort))) as number;
  const error = (yield* caught(wait(openConnection("127.0.0.1", port)))) as ConnectError;
  expect([error.constructor, error.code, error.address]).toEqual([
    ConnectionRefusedError,
    "ECONNREFUSED",
    `127.0.0.1:${port}`,
  ]);
  expect((error.cause as NodeJS.ErrnoException).syscall).toBe("connect");
});

both("no way leads there", function* ({ wait }) {
  // No TCP connection leads to a multicast group, whatever the machine's routes.
  const error = (yield* caught(wait(openConnection("224.0.0.1", 9)))) as ConnectError;
  expect(error).toBeInstanceOf(HostUnreachableError);
  expect(error.code).toMatch(/^E(?:NET|HOST)UNREACH$/);
});

both("a name that is none", function* ({ wait }) {
  expect(yield* caught(wait(openConnection("a..b", 9)))).toBeInstanceOf(HostNotFoundError);
});

describe("a local address", () => {
  both("is bound", function* ({ wait, fn }) {
    const seen: unknown[] = [];
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          seen.push(connection.remoteAddress);
          yield* wait(connection.reader.read());
        }),
        { host: "127.0.0.1", port: 0 },
      ),
    );
    const connection = yield* wait(openConnection("127.0.0.1", server.port, { localAddress: "127.0.0.1" }));
    const { localAddress } = connection;
    expect(localAddress).toMatchObject({ host: "127.0.0.1" });
    yield* wait(connection.close());
    server.close();
    yield* wait(server.waitClosed());
    expect(seen).toEqual([localAddress]);
  });

  both("that is not this machine's", function* ({ wait }) {
    const error = (yield* caught(
      wait(openConnection("127.0.0.1", 9, { localAddress: "192.0.2.9" })),
    )) as ConnectError;
    expect([error.constructor, error.code]).toEqual([AddressNotAvailableError, "EADDRNOTAVAIL"]);
    expect(error.message).toBe(
      "Cannot connect to 127.0.0.1:9 from 192.0.2.9: the local address cannot be used for it (EADDRNOTAVAIL)",
    );
  });

  both("that is taken: the error names it, not only where it was to go", function* ({ wait, fn }) {
    const server = yield* wait(
      startServer(
        fn(function* (connection: Connection) {
          yield* wait(connection.reader.read());
        }),
        { host: "127.0.0.1", port: 0 },
      ),
    );
    const { port } = server;
    // The server listens on the port that the connection is to come from.
    for (const [host, text] of [
      ["127.0.0.1", `127.0.0.1:${port}`],
      [undefined, `port ${port}`],
    ] as const) {
      const error = (yield* caught(
        wait(openConnection("127.0.0.1", port, { localAddress: { host, port } })),
      )) as ConnectError;
      expect(error).toBeInstanceOf(AddressInUseError);
      expect(error.message).toBe(
        `Cannot connect to 127.0.0.1:${port} from ${text}: that local address is in use (EADDRINUSE)`,
      );
    }
    server.close();
    yield* wait(server.waitClosed());
  });
});

describe("several addresses", () => {
  both("the one that answers is taken, though the first does not", function* ({ wait }) {
    const { port } = yield* wait(rawServer());
    // Nobody listens on ::1, if there is such an address at all.
    const network = networkWith("::1", "127.0.0.1");
    const transport: Transport = yield* wait(call(connectToHost, network, { host: "name", port }));
    expect(transport.remoteAddress).toEqual({ host: "127.0.0.1", port, family: 4 });
    transport.abort();
  });

  both("none answers: each tells why", function* ({ wait }) {
    const port = (yield* wait(call(freePort))) as number;
    const network = networkWith("::1", "127.0.0.1", "224.0.0.1");
    const error = (yield* caught(wait(call(connectToHost, network, { host: "name", port })))) as ConnectError;
    expect(error).toBeInstanceOf(ConnectionRefusedError);
    expect(error.address).toBe(`name:${port}`);
    expect(error.attempts.map(({ address }) => address)).toEqual([
      `[::1]:${port}`,
      `127.0.0.1:${port}`,
      `224.0.0.1:${port}`,
    ]);
    expect(error.attempts.slice(1).map(({ constructor }) => constructor)).toEqual([
      ConnectionRefusedError,
      HostUnreachableError,
    ]);
  });
});
