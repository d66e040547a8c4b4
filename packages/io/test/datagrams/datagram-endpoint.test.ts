// Datagrams over real UDP sockets: there and back, bounds, errors, groups, and whose an endpoint is.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  cancelScope,
  createTask,
  forEach,
  fromPromise,
  InvalidStateError,
  run,
  sleep,
  timeout,
  TimeoutError,
  type Report,
} from "corio";
import { simulate } from "@corio/testing";
import { describe, expect, test } from "vitest";
import {
  AddressInUseError,
  AddressNotAvailableError,
  ConnectError,
  ConnectionRefusedError,
  createDatagramEndpoint,
  type Datagram,
  DatagramClosedError,
  type DatagramEndpoint,
  type DatagramOptions,
  DatagramUnsupportedError,
  HostNotFoundError,
  MessageTooLongError,
  Resolver,
  withDatagramEndpoint,
} from "../../src/index.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { FakeNetwork } from "../support/fake-network.ts";
import { foreign, hasProgram } from "../support/foreign.ts";
import { leavesNothingOpen } from "../support/leaks.ts";

leavesNothingOpen();

const local = { host: "127.0.0.1" };
const hasPython = hasProgram("python3", "--version");

/** Two ends that know each other: what the first sends the second has. */
function* pair(
  { wait }: Dialect,
  options: DatagramOptions = {},
): Generator<unknown, [DatagramEndpoint, DatagramEndpoint]> {
  const server = yield* wait(createDatagramEndpoint({ local, ...options }));
  const client = yield* wait(createDatagramEndpoint({ remote: server.localAddress }));
  return [client, server];
}

/** Waits until so many have come, received or not. */
function* until({ wait }: Dialect, endpoint: DatagramEndpoint, received: number): Generator<unknown, void> {
  while (endpoint.statistics().received < received) yield* wait(fromPromise(new Promise(setImmediate)));
}

describe("there and back", () => {
  both("with a remote, and with an address for each", function* (dialect) {
    const { wait } = dialect;
    const [client, server] = yield* pair(dialect);
    yield* wait(client.send("ping"));
    const { data, address } = yield* wait(server.receive());
    expect([data.toString(), address]).toEqual(["ping", client.localAddress]);
    yield* wait(server.sendTo(new Uint8Array([1, 2, 3]), address));
    const answer = yield* wait(client.receive());
    expect([...answer.data]).toEqual([1, 2, 3]);
    expect(answer.address).toEqual(server.localAddress);
    expect(client.remoteAddress).toEqual(server.localAddress);
    expect(server.remoteAddress).toBeNull();
  });

  both("an empty one is one", function* (dialect) {
    const [client, server] = yield* pair(dialect);
    yield* dialect.wait(client.send(""));
    expect((yield* dialect.wait(server.receive())).data.length).toBe(0);
  });

  both("in order, and who waits longest has the first", function* (dialect) {
    const { wait, fn } = dialect;
    const [client, server] = yield* pair(dialect);
    const receivers = [1, 2, 3].map(() =>
      createTask(
        fn(function* () {
          return (yield* wait(server.receive())).data.toString();
        }),
      ),
    );
    while (server.statistics().waiting < 3) yield* wait(sleep(0));
    for (const text of ["a", "b", "c"]) yield* wait(client.send(text));
    expect([
      yield* wait(receivers[0]!.join()),
      yield* wait(receivers[1]!.join()),
      yield* wait(receivers[2]!.join()),
    ]).toEqual(["a", "b", "c"]);
  });

  both("over IPv6, where the machine has it", function* ({ wait }) {
    let server: DatagramEndpoint;
    try {
      server = yield* wait(createDatagramEndpoint({ local: { host: "::1" } }));
    } catch (error) {
      // A machine without IPv6.
      expect(error).toBeInstanceOf(AddressNotAvailableError);
      return;
    }
    const client = yield* wait(createDatagramEndpoint({ remote: server.localAddress }));
    yield* wait(client.send("six"));
    expect((yield* wait(server.receive())).address).toEqual({
      host: "::1",
      port: client.localAddress.port,
      family: 6,
    });
  });

  both("names are looked up when an endpoint is made", function* ({ wait }) {
    const server = yield* wait(createDatagramEndpoint({ local: { host: "localhost" }, family: 4 }));
    const resolver = new Resolver();
    const client = yield* wait(
      createDatagramEndpoint({
        remote: { host: "localhost", port: server.localAddress.port },
        family: 4,
        resolver,
      }),
    );
    yield* wait(client.send("by name"));
    yield* wait(server.receive());
    expect(client.remoteAddress).toEqual(server.localAddress);
    expect(resolver.statistics().misses).toBe(1);
  });

  both("what others send to an endpoint with a remote is not received", function* (dialect) {
    const { wait } = dialect;
    const [client, server] = yield* pair(dialect);
    const stranger = yield* wait(createDatagramEndpoint({ local }));
    yield* wait(stranger.sendTo("spam", client.localAddress));
    yield* wait(server.sendTo("true", client.localAddress));
    expect((yield* wait(client.receive())).data.toString()).toBe("true");
    expect(client.statistics()).toMatchObject({ received: 1, inbox: 0 });
  });
});

describe("taking", () => {
  both("what is there, without waiting", function* (dialect) {
    const [client, server] = yield* pair(dialect);
    expect(server.tryReceive()).toBeUndefined();
    yield* dialect.wait(client.send("x"));
    yield* until(dialect, server, 1);
    expect(server.tryReceive()?.data.toString()).toBe("x");
    expect(server.tryReceive()).toBeUndefined();
  });

  test("each as it comes, until it is closed: for await", async () => {
    await run(async () => {
      const server = await createDatagramEndpoint({ local });
      const client = await createDatagramEndpoint({ remote: server.localAddress });
      for (const text of ["a", "b", "stop"]) await client.send(text);
      const seen: string[] = [];
      for await (const { data } of server) {
        seen.push(data.toString());
        if (seen.at(-1) === "stop") server.close();
      }
      expect(seen).toEqual(["a", "b", "stop"]);
    });
  });

  test("each as it comes, until it is closed: forEach, closed by another task", async () => {
    await run(function* () {
      const server = yield* createDatagramEndpoint({ local });
      const client = yield* createDatagramEndpoint({ remote: server.localAddress });
      const seen: string[] = [];
      const taking = createTask(function* () {
        yield* forEach(server, ({ data }: Datagram) => void seen.push(data.toString()));
      });
      yield* client.send("a");
      while (seen.length < 1 || server.statistics().waiting === 0) yield* sleep(0);
      server.close();
      yield* taking.join();
      expect(seen).toEqual(["a"]);
    });
  });

  both("a cancelled receive takes nothing", function* (dialect) {
    const { wait, fn } = dialect;
    const [client, server] = yield* pair(dialect);
    const receive = fn(function* () {
      return yield* wait(server.receive());
    });
    expect(yield* caught(wait(timeout(1, receive)))).toBeInstanceOf(TimeoutError);
    expect(server.statistics().waiting).toBe(0);
    yield* wait(client.send("kept"));
    expect((yield* wait(server.receive())).data.toString()).toBe("kept");
  });
});

describe("the inbox", () => {
  both("keeps so many, drops the next, counts and tells them", function* (dialect) {
    const { wait } = dialect;
    const dropped: string[] = [];
    const [client, server] = yield* pair(dialect, {
      inbox: 3,
      onDrop: ({ data, address }) => void dropped.push(`${data.toString()} ${address.port}`),
    });
    for (let i = 0; i < 5; i++) yield* wait(client.send(String(i)));
    yield* until(dialect, server, 5);
    const { port } = client.localAddress;
    expect(dropped).toEqual([`3 ${port}`, `4 ${port}`]);
    expect(server.statistics()).toEqual({
      received: 5,
      bytesReceived: 5,
      sent: 0,
      bytesSent: 0,
      dropped: 2,
      inbox: 3,
      waiting: 0,
    });
    for (const text of ["0", "1", "2"]) expect((yield* wait(server.receive())).data.toString()).toBe(text);
    // There is room again.
    yield* wait(client.send("5"));
    expect((yield* wait(server.receive())).data.toString()).toBe("5");
    expect(client.statistics()).toMatchObject({ sent: 6, bytesSent: 6 });
  });

  both("stays in order over thousands", function* (dialect) {
    const { wait } = dialect;
    const [client, server] = yield* pair(dialect);
    let next = 0;
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 50; i++) yield* wait(client.send(String(round * 50 + i)));
      // Half of what is there, so that the queue is never empty.
      yield* until(dialect, server, (round + 1) * 50);
      for (let i = 0; i < 40; i++)
        expect((yield* wait(server.receive())).data.toString()).toBe(String(next++));
    }
    while (next < 2000) expect((yield* wait(server.receive())).data.toString()).toBe(String(next++));
    expect(server.statistics()).toMatchObject({ dropped: 0, inbox: 0 });
  });

  test("what onDrop throws is reported, and disturbs nothing", async () => {
    const reports: Report[] = [];
    const failure = new Error("in onDrop");
    await run(
      async () => {
        const server = await createDatagramEndpoint({
          local,
          inbox: 1,
          onDrop: () => {
            throw failure;
          },
        });
        const client = await createDatagramEndpoint({ remote: server.localAddress });
        for (let i = 0; i < 2; i++) await client.send(String(i));
        while (server.statistics().dropped === 0) await sleep(0);
        expect((await server.receive()).data.toString()).toBe("0");
        await sleep(0);
      },
      { onReport: (report) => void reports.push(report) },
    );
    expect(reports.map((report) => report.error)).toEqual([failure]);
  });
});

describe("errors of the system", () => {
  both("too long", function* (dialect) {
    const { wait } = dialect;
    const [client, server] = yield* pair(dialect);
    const error = (yield* caught(wait(client.send(Buffer.alloc(65_508))))) as MessageTooLongError;
    expect([error.constructor, error.code, error.size]).toEqual([MessageTooLongError, "EMSGSIZE", 65_508]);
    yield* wait(client.send(Buffer.alloc(65_507, 7)));
    expect((yield* wait(server.receive())).data.length).toBe(65_507);
  });

  both("nobody listens there: told by a receive, once, or by a send", function* (dialect) {
    const { wait } = dialect;
    const [client, server] = yield* pair(dialect);
    const { port } = server.localAddress;
    server.close();
    const waiting = client.receive();
    yield* wait(client.send("anybody?"));
    const error = (yield* caught(wait(waiting))) as ConnectError;
    expect([error.constructor, error.code, error.address]).toEqual([
      ConnectionRefusedError,
      "ECONNREFUSED",
      `127.0.0.1:${port}`,
    ]);
    // It is not broken by that.
    const again = yield* wait(createDatagramEndpoint({ local: { host: "127.0.0.1", port } }));
    yield* wait(client.send("now?"));
    expect((yield* wait(again.receive())).data.toString()).toBe("now?");
  });

  both("the address is taken, or not this machine's", function* (dialect) {
    const { wait } = dialect;
    const [, server] = yield* pair(dialect);
    const { host, port } = server.localAddress;
    const taken = (yield* caught(wait(createDatagramEndpoint({ local: { host, port } })))) as ConnectError;
    expect([taken.constructor, taken.code]).toEqual([AddressInUseError, "EADDRINUSE"]);
    const strange = (yield* caught(
      wait(createDatagramEndpoint({ local: { host: "192.0.2.9" } })),
    )) as ConnectError;
    expect([strange.constructor, strange.code]).toEqual([AddressNotAvailableError, "EADDRNOTAVAIL"]);
  });

  both("a broadcast that was not permitted", function* ({ wait }) {
    const endpoint = yield* wait(createDatagramEndpoint({ local: { host: "0.0.0.0" } }));
    const to = { host: "255.255.255.255", port: 9 };
    const error = (yield* caught(wait(endpoint.sendTo("all", to)))) as ConnectError;
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.code).toBe("EACCES");
    endpoint.setBroadcast(true);
    const refused = (yield* caught(wait(createDatagramEndpoint({ remote: to })))) as ConnectError;
    expect([refused.constructor, refused.code]).toEqual([ConnectError, "EACCES"]);
  });

  both("a broadcast address may be the remote where it is permitted", function* ({ wait }) {
    const remote = { host: "127.255.255.255", port: 9 };
    const endpoint = yield* wait(createDatagramEndpoint({ remote, broadcast: true }));
    expect(endpoint.remoteAddress).toEqual({ ...remote, family: 4 });
    yield* wait(endpoint.send("all"));
  });

  both("a name that is none, families that do not meet", function* ({ wait }) {
    expect(yield* caught(wait(createDatagramEndpoint({ local: { host: "a..b" } })))).toBeInstanceOf(
      HostNotFoundError,
    );
    expect(
      yield* caught(wait(createDatagramEndpoint({ local, remote: { host: "::1", port: 9 } }))),
    ).toBeInstanceOf(AddressNotAvailableError);
  });
});

describe("what cannot be", () => {
  test.each<[DatagramOptions, RegExp]>([
    [{ local: { host: "" } }, /host/],
    [{ local: { port: -1 } }, /port/],
    [{ remote: { host: "127.0.0.1", port: 0 } }, /port/],
    [{ remote: { port: 5 } as never }, /host/],
    [{ family: 5 as never }, /family/],
    [{ inbox: 0 }, /inbox/],
    [{ onDrop: 5 as never }, /onDrop/],
    [{ ttl: 0 }, /ttl/],
    [{ multicastTtl: 256 }, /multicastTtl/],
    [{ receiveBufferSize: 0 }, /receiveBufferSize/],
    [{ sendBufferSize: 1.5 }, /sendBufferSize/],
  ])("%o is refused", async (options, message) => {
    await expect(run(() => createDatagramEndpoint(options))).rejects.toThrow(message);
  });

  test("Unix datagram sockets, which node has not", async () => {
    for (const options of [{ local: { path: "/tmp/x" } }, { remote: { path: "/tmp/x" } }]) {
      let error: unknown;
      try {
        await run(() => createDatagramEndpoint(options as never));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(DatagramUnsupportedError);
      expect((error as DatagramUnsupportedError).code).toBe("ERR_DATAGRAM_UNSUPPORTED");
      expect((error as Error).message).toMatch(/no Unix datagram sockets/);
    }
  });

  test("datagrams on a simulated network", async () => {
    await simulate(
      async () => {
        await expect((async () => await createDatagramEndpoint())()).rejects.toThrow(
          DatagramUnsupportedError,
        );
      },
      { network: new FakeNetwork() },
    );
  });

  both("sending to what is not an address, or to another family, or in the wrong way", function* (dialect) {
    const { wait } = dialect;
    const [client, server] = yield* pair(dialect);
    const told = function* (to: { host: string; port: number }): Generator<unknown, string> {
      return ((yield* caught(wait(server.sendTo("x", to)))) as Error).message;
    };
    expect(yield* told({ host: "localhost", port: 9 })).toMatch(/not an address. getaddrinfo/);
    expect(yield* told({ host: "::1", port: 9 })).toMatch(/speaks IPv4/);
    expect(yield* told({ host: "127.0.0.1", port: 0 })).toMatch(/port/);
    expect(() => server.send("x")).toThrow(InvalidStateError);
    expect(() => client.sendTo("x", server.localAddress)).toThrow(InvalidStateError);
    expect(() => client.send(5 as never)).toThrow(TypeError);
    expect(server.statistics().sent).toBe(0);
  });
});

describe("closing", () => {
  both("ends the waits, and all that comes later", function* (dialect) {
    const { wait, fn } = dialect;
    const [client, server] = yield* pair(dialect);
    const waiting = createTask(
      fn(function* () {
        return yield* caught(wait(server.receive()));
      }),
    );
    while (server.statistics().waiting === 0) yield* wait(sleep(0));
    server.close();
    server.close();
    const errors = [
      yield* wait(waiting.join()),
      yield* caught(wait(server.receive())),
      yield* caught(wait(server.sendTo("x", client.localAddress))),
    ];
    expect(errors.map((error) => (error as { code: string }).code)).toEqual(
      new Array(3).fill("ERR_DATAGRAM_CLOSED"),
    );
    expect(() => server.tryReceive()).toThrow(DatagramClosedError);
    expect(() => server.setTtl(5)).toThrow(DatagramClosedError);
    expect(server.closed).toBe(true);
  });

  both("comes with the end of the scope, and of the block", function* ({ wait, fn }) {
    let inScope: DatagramEndpoint | undefined;
    let inBlock: DatagramEndpoint | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          inScope = yield* wait(createDatagramEndpoint({ local }));
        }),
      ),
    );
    const value = yield* wait(
      withDatagramEndpoint(
        { local },
        fn(function* (endpoint: DatagramEndpoint) {
          inBlock = endpoint;
          expect(endpoint.closed).toBe(false);
          return 5;
        }),
      ),
    );
    expect([inScope!.closed, inBlock!.closed, value]).toEqual([true, true, 5]);
  });

  test("a thousand made and cancelled leave nothing", async () => {
    await run(function* () {
      const target = yield* createDatagramEndpoint({ local });
      for (let i = 0; i < 1000; i++) {
        yield* cancelScope(function* (scope) {
          if (i % 5 === 0) scope.cancel();
          const endpoint = yield* createDatagramEndpoint({ remote: target.localAddress });
          if (i % 5 === 1) scope.cancel();
          yield* endpoint.send("x");
          if (i % 5 === 2) scope.cancel();
          yield* target.receive();
          if (i % 5 === 3) setImmediate(() => void scope.cancel());
          if (i % 5 === 4) return;
          yield* endpoint.receive();
        });
      }
    });
  });
});

describe("groups", () => {
  const group = "239.192.7.7";
  const on = { interface: "127.0.0.1" };

  both("members get what is sent to the group, until they leave", function* (dialect) {
    const { wait } = dialect;
    const member = yield* wait(createDatagramEndpoint({ local: { host: "0.0.0.0" }, reuseAddress: true }));
    const { port } = member.localAddress;
    member.joinGroup(group, on);
    const sender = yield* wait(
      createDatagramEndpoint({
        local,
        multicastInterface: "127.0.0.1",
        multicastTtl: 1,
        multicastLoopback: true,
      }),
    );
    yield* wait(sender.sendTo("to all", { host: group, port }));
    expect((yield* wait(member.receive())).data.toString()).toBe("to all");
    member.leaveGroup(group, on);
    yield* wait(sender.sendTo("to nobody", { host: group, port }));
    yield* wait(sender.sendTo("to you", { host: "127.0.0.1", port }));
    expect((yield* wait(member.receive())).data.toString()).toBe("to you");
  });

  both("two on one port are both members", function* ({ wait }) {
    const first = yield* wait(createDatagramEndpoint({ local: { host: "0.0.0.0" }, reuseAddress: true }));
    const { port } = first.localAddress;
    const second = yield* wait(
      createDatagramEndpoint({ local: { host: "0.0.0.0", port }, reuseAddress: true }),
    );
    for (const member of [first, second]) member.joinGroup(group, on);
    const sender = yield* wait(createDatagramEndpoint({ local, multicastInterface: "127.0.0.1" }));
    yield* wait(sender.sendTo("both", { host: group, port }));
    for (const member of [first, second])
      expect((yield* wait(member.receive())).data.toString()).toBe("both");
  });

  both("what the system refuses is told", function* ({ wait }) {
    const endpoint = yield* wait(createDatagramEndpoint({ local }));
    expect(() => endpoint.joinGroup("127.0.0.1", on)).toThrow(ConnectError);
    expect(() => endpoint.leaveGroup(group, on)).toThrow(
      /Cannot leave the group 239.192.7.7 on the endpoint at/,
    );
    expect(() => endpoint.setMulticastTtl(-1)).toThrow(RangeError);
    endpoint.setTtl(3);
    endpoint.setMulticastLoopback(false);
  });
});

describe("options of the socket", () => {
  both("reusePort: two share the datagrams of one port", function* ({ wait }) {
    const first = yield* wait(createDatagramEndpoint({ local, reusePort: true }));
    const { host, port } = first.localAddress;
    const second = yield* wait(createDatagramEndpoint({ local: { host, port }, reusePort: true }));
    expect(second.localAddress).toEqual(first.localAddress);
  });

  both("the system's buffers, and the rest", function* ({ wait }) {
    const endpoint = yield* wait(
      createDatagramEndpoint({
        local,
        receiveBufferSize: 200_000,
        sendBufferSize: 100_000,
        broadcast: true,
        ttl: 7,
        multicastTtl: 0,
      }),
    );
    expect(endpoint.localAddress.port).toBeGreaterThan(0);
  });
});

describe("others' ends", () => {
  both("node's", function* ({ wait }) {
    const other = createSocket("udp4");
    other.bind(0, "127.0.0.1");
    yield* wait(fromPromise(once(other, "listening")));
    const endpoint = yield* wait(
      createDatagramEndpoint({ remote: { host: "127.0.0.1", port: other.address().port } }),
    );
    const heard = once(other, "message");
    yield* wait(endpoint.send("hello"));
    const [data] = (yield* wait(fromPromise(heard))) as [Buffer];
    expect(data.toString()).toBe("hello");
    other.close();
  });

  describe.runIf(hasPython)("asyncio's", () => {
    both("echo", function* ({ wait }) {
      const program = foreign(
        "python3",
        "-c",
        `
import asyncio
class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
    def datagram_received(self, data, address):
        self.transport.sendto(data[::-1], address)
async def main():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    print("port", transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.sleep(1000)
asyncio.run(main())
`,
      );
      const [, port] = yield* wait(program.until(/port (\d+)\n/));
      const endpoint = yield* wait(
        createDatagramEndpoint({ remote: { host: "127.0.0.1", port: Number(port) } }),
      );
      yield* wait(endpoint.send("hello"));
      expect((yield* wait(endpoint.receive())).data.toString()).toBe("olleh");
    });
  });
});
