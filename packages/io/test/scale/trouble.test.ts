// Peers that reset, that fall silent, that are not there: hundreds of each, and nothing is left of them.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import * as net from "node:net";
import { setImmediate } from "node:timers/promises";
import { fromPromise, gather, moveOnAfter, run, taskGroup, TimeoutError, type Awaitable } from "corio";
import { describe, expect, test } from "vitest";
import {
  ConnectionRefusedError,
  ConnectionResetError,
  HostLookupError,
  HostUnreachableError,
  openConnection,
  openUnixConnection,
  runProcess,
  startServer,
  withConnection,
  type Connection,
  type Server,
} from "../../src/index.ts";
import { BareServer } from "../support/bare-peer.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { Random } from "../support/random.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { full, patience, sized } from "./support/sizes.ts";
import { leavesAllUntouched } from "./support/untouched.ts";

leavesAllUntouched();

type Steps<T> = Generator<unknown, T, unknown>;

const local = { host: "127.0.0.1", port: 0, grace: 0 } as const;
/** All who come at once have a place in it: past a full line the system drops connections that their clients take for made. */
const backlog = 4096;
const large = Buffer.alloc(1024 * 1024, "x");
/** More than the system takes for a peer that does not read. */
const huge = Buffer.alloc(32 * 1024 * 1024, "x");

function* bareServer({ wait }: Dialect): Steps<BareServer> {
  return yield* wait(fromPromise(BareServer.listen({}, { ...local, backlog })));
}

function* until({ wait }: Dialect, holds: () => boolean): Steps<void> {
  while (!holds()) yield* wait(fromPromise(setImmediate()));
}

/** All at once: each in a task of its own. */
function crowd({ fn }: Dialect, count: number, one: (i: number) => Steps<unknown>): Awaitable<void> {
  return taskGroup((group) => {
    for (let i = 0; i < count; i++) group.spawn(fn(() => one(i)));
  });
}

const many = sized(200, 2000);

describe(`${many.toLocaleString("en")} peers that reset in the middle`, { timeout: patience }, () => {
  /** What our side does when it happens. */
  const doings: Readonly<Record<string, (dialect: Dialect, connection: Connection) => Steps<unknown>>> = {
    *reads({ wait }, { reader }) {
      yield* wait(reader.readExactly(1000));
    },
    *"reads lines"({ wait }, { reader }) {
      for (;;) if ((yield* wait(reader.readLine())).length === 0) return;
    },
    *writes({ wait }, { writer }) {
      for (;;) yield* wait(writer.write(large));
    },
    *drains({ wait }, { writer }) {
      writer.setWriteBufferLimits({ high: 0 });
      for (;;) {
        writer.tryWrite(large);
        yield* wait(writer.drain());
      }
    },
  };

  for (const [doing, act] of Object.entries(doings)) {
    both(`while our server ${doing}`, function* (dialect) {
      const { wait, fn } = dialect;
      const handler = fn((connection: Connection) => act(dialect, connection));
      const server = yield* wait(startServer(handler, { ...local, backlog }));
      const random = new Random(31);
      const reset = async (): Promise<void> => {
        const socket = net.connect({ port: server.port, host: "127.0.0.1" });
        socket.pause();
        await once(socket, "connect");
        socket.write("a part");
        for (let turns = random.below(30); turns > 0; turns--) await setImmediate();
        socket.resetAndDestroy();
      };
      yield* wait(crowd(dialect, many, () => wait(fromPromise(reset())) as Steps<unknown>));
      yield* until(dialect, () => {
        const { accepted, connections } = server.statistics();
        return accepted === many && connections === 0;
      });
      expect(server.statistics()).toMatchObject({ failed: 0, lost: many });
    });

    both(`while our client ${doing}`, function* (dialect) {
      const { wait } = dialect;
      const server = yield* bareServer(dialect);
      const random = new Random(32);
      server.server.on("connection", (socket: net.Socket) => {
        socket.pause();
        socket.write("a part");
        let turns = random.below(30);
        const later = (): void =>
          void (turns-- > 0 ? globalThis.setImmediate(later) : socket.resetAndDestroy());
        later();
      });
      let lost = 0;
      yield* wait(
        crowd(dialect, many, function* () {
          const error = yield* caught(
            wait(
              withConnection(
                { host: "127.0.0.1", port: server.port },
                dialect.fn((connection: Connection) => act(dialect, connection)),
              ),
            ),
          );
          // The reset may come before the system has told us of the connection.
          expect((error as NodeJS.ErrnoException).code).toMatch(/^(ECONNRESET|EPIPE)$/);
          if (error instanceof ConnectionResetError) lost++;
        }),
      );
      expect(lost).toBeGreaterThan(many / 2);
      yield* wait(fromPromise(server.close()));
    });
  }
});

describe("a peer that is silent", { timeout: patience }, () => {
  both("a write that it does not take can be given up, and nothing is left", function* (dialect) {
    const { wait } = dialect;
    const server = yield* bareServer(dialect);
    yield* wait(
      crowd(dialect, sized(50, 500), function* () {
        const { cancelled } = yield* wait(
          moveOnAfter(
            20,
            dialect.fn(function* () {
              const { writer } = yield* wait(openConnection("127.0.0.1", server.port));
              for (;;) yield* wait(writer.write(large));
            }),
          ),
        );
        expect(cancelled).toBe(true);
      }),
    );
    yield* wait(fromPromise(server.close()));
  });

  both("close waits for it only as long as closeTimeout says", function* (dialect) {
    const { wait } = dialect;
    const server = yield* bareServer(dialect);
    yield* wait(
      crowd(dialect, sized(20, 200), function* () {
        const connection = yield* wait(openConnection("127.0.0.1", server.port, { closeTimeout: 20 }));
        connection.writer.setWriteBufferLimits({ high: Infinity, low: 0 });
        yield* wait(connection.writer.write(huge));
        expect(connection.writer.getWriteBufferSize()).toBeGreaterThan(0);
        expect(yield* caught(wait(connection.close()))).toBeInstanceOf(TimeoutError);
        expect(connection.writer.getWriteBufferSize()).toBe(0);
      }),
    );
    yield* wait(fromPromise(server.close()));
  });

  both("the end of a scope waits for it only as long as closeTimeout says", function* (dialect) {
    const { wait, fn } = dialect;
    const server = yield* bareServer(dialect);
    yield* wait(
      withConnection(
        { host: "127.0.0.1", port: server.port, closeTimeout: 20 },
        fn(function* ({ writer }: Connection) {
          writer.setWriteBufferLimits({ high: Infinity, low: 0 });
          yield* wait(writer.write(huge));
        }),
      ),
    );
    yield* wait(fromPromise(server.close()));
  });

  both("handlers that wait for it are ended with their server", function* (dialect) {
    const { wait, fn } = dialect;
    const clients: net.Socket[] = [];
    const server: Server = yield* wait(
      startServer(
        fn(function* ({ reader, writer }: Connection) {
          yield* wait(writer.write(huge));
          yield* wait(reader.read());
        }),
        local,
      ),
    );
    for (let i = 0; i < 20; i++) {
      const client = net.connect({ port: server.port, host: "127.0.0.1" });
      client.on("error", () => {});
      clients.push(client.pause());
    }
    yield* until(dialect, () => server.statistics().connections === 20);
    yield* wait(server.stop());
    expect(server.statistics()).toMatchObject({ connections: 0, failed: 0, lost: 0 });
    for (const client of clients) client.destroy();
  });

  const table = "/proc/net/tcp";
  both(
    `keepAlive sets the system's timer${existsSync(table) ? "" : ": not looked at, there is no /proc/net/tcp"}`,
    function* (dialect) {
      const { wait } = dialect;
      const server = yield* bareServer(dialect);
      /** Which timer runs, and for how many hundredths of a second still. */
      const timerOf = (connection: Connection): [string | undefined, number] => {
        // "0100007F:" and the port: by both ends, for others may have had the port of one.
        const end = (address: unknown): string =>
          `0100007F:${(address as { port: number }).port.toString(16).toUpperCase().padStart(4, "0")}`;
        const ends = ` ${end(connection.localAddress)} ${end(connection.remoteAddress)} `;
        const line = readFileSync(table, "utf8")
          .split("\n")
          .find((each) => each.includes(ends));
        const [, timer, left] = /\s(\d\d):([0-9A-F]{8}) /.exec(line ?? "") ?? [];
        return [timer, Number.parseInt(left ?? "", 16)];
      };
      const kept = yield* wait(openConnection("127.0.0.1", server.port, { keepAlive: 60_000 }));
      const plain = yield* wait(openConnection("127.0.0.1", server.port));
      const soon = yield* wait(openConnection("127.0.0.1", server.port, { keepAlive: 500 }));
      if (existsSync(table)) {
        expect([timerOf(kept)[0], timerOf(plain)[0], timerOf(soon)[0]]).toEqual(["02", "00", "02"]);
        expect(timerOf(kept)[1]).toBeLessThanOrEqual(6000);
        // Not the system's two hours: whole seconds, at least one.
        expect(timerOf(soon)[1]).toBeLessThanOrEqual(100);
      }
      yield* wait(gather([kept.close(), plain.close(), soon.close()]));
      yield* wait(fromPromise(server.close()));
    },
  );

  // A network of its own, whose cable can be cut: eleven seconds until the system believes it.
  const own = ["unshare", "-rn", "sh", "-c"] as const;
  const [program, ...before] = own;
  const possible = spawnSync(program, [...before, "ip link set lo up"], { stdio: "ignore" }).status === 0;
  const reason = possible
    ? full
      ? ""
      : ": not run, CORIO_SCALE is not full"
    : ": not run, no network of one's own here";
  test.runIf(possible && full)(`whose cable is cut is found out by keepAlive${reason}`, async () => {
    const fixture = new URL("fixtures/cut-off.ts", import.meta.url).pathname;
    const script = 'ip link set lo up && ip route add 10.1.1.1/32 dev lo && exec "$@"';
    const args = [...before, script, "sh", process.execPath, "--conditions=@corio/source", fixture];
    const { stdout } = await run(() => runProcess(program, args, { encoding: "utf8", stderr: "inherit" }));
    expect(JSON.parse(stdout)).toEqual({
      unreachable: { name: "HostUnreachableError", code: "ENETUNREACH" },
      silent: { name: "ConnectTimeoutError", code: "ETIMEDOUT" },
      cancelled: { cancelled: true },
      "without keepalive": true,
      client: { name: "ConnectionResetError", code: "ETIMEDOUT" },
      handlers: [
        { name: "ConnectionResetError", code: "ETIMEDOUT" },
        { name: "ConnectionResetError", code: "ETIMEDOUT" },
      ],
      left: [],
    });
  });
});

describe(`${many.toLocaleString("en")} at once that nobody answers`, { timeout: patience }, () => {
  both("refused, over TCP and over a Unix socket", function* (dialect) {
    const { wait } = dialect;
    // A port that was somebody's just now.
    const server = yield* bareServer(dialect);
    const { port } = server;
    yield* wait(fromPromise(server.close()));
    const path = temporaryPath("nobody");
    yield* wait(
      crowd(dialect, many, function* (i) {
        const attempt = i % 2 === 0 ? openConnection("127.0.0.1", port) : openUnixConnection(path);
        expect(yield* caught(wait(attempt))).toBeInstanceOf(ConnectionRefusedError);
      }),
    );
  });

  both("unreachable", function* (dialect) {
    const { wait } = dialect;
    yield* wait(
      crowd(dialect, many, function* () {
        // No connection can lead to all machines.
        expect(yield* caught(wait(openConnection("255.255.255.255", 80)))).toBeInstanceOf(
          HostUnreachableError,
        );
      }),
    );
  });

  both("of an unknown name", function* (dialect) {
    const { wait } = dialect;
    yield* wait(
      crowd(dialect, sized(20, 200), function* (i) {
        // RFC 6761: nobody has it. Without a name server this is not known, but neither is there an address.
        const error = yield* caught(wait(openConnection(`nobody-${i}.invalid`, 80)));
        expect(error).toBeInstanceOf(HostLookupError);
      }),
    );
  });
});
