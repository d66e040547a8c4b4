import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { describe, expect, inject, test } from "vitest";
import { call, run, taskGroup, timeout } from "corio";
import {
  ConnectionDoesNotExist,
  ConnectionError,
  ConnectionRefused,
  HostNotFound,
  InvalidCatalogName,
  InvalidDsn,
  InvalidPassword,
  PostgresError,
  ProtocolError,
  TlsError,
  connect,
  createPool,
} from "../../src/index.ts";
import type { ConnectOptions } from "../../src/index.ts";
import { eventually, failureOf, serverOptions, socketOptions } from "../support/database.ts";

function failing(options: ConnectOptions | string): Promise<Error & Record<string, unknown>> {
  return run(async () => failureOf(connect(options))) as unknown as Promise<Error & Record<string, unknown>>;
}

/** A server that does with its sockets what it is told. */
async function withServer(
  onSocket: (socket: Socket) => void,
  body: (port: number, sockets: Set<Socket>) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    // A socket that nobody reads from does not notice its end.
    socket.resume();
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  try {
    await body((server.address() as AddressInfo).port, sockets);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("connecting", () => {
  test("each way to fail has a class of its own", async () => {
    const { scramUser } = inject("postgres");
    expect(await failing(serverOptions({ user: scramUser, password: "wrong" }))).toBeInstanceOf(
      InvalidPassword,
    );
    expect(await failing(serverOptions({ database: "nowhere" }))).toBeInstanceOf(InvalidCatalogName);
    expect(await failing({ host: "127.0.0.1", port: 1, user: "x" })).toBeInstanceOf(ConnectionRefused);
    expect(await failing({ host: "/nowhere/at/all", user: "x" })).toBeInstanceOf(ConnectionRefused);
    expect(await failing({ host: "no-such-host.invalid", user: "x" })).toBeInstanceOf(HostNotFound);
    expect(await failing("mysql://x")).toBeInstanceOf(InvalidDsn);
    expect(await failing("postgres://x/?sslmode=sometimes")).toBeInstanceOf(InvalidDsn);
    const missing = await failing(serverOptions({ user: scramUser }));
    expect(missing.message).toMatch(/asks user "scram" for a password/);
  });

  test.each(["scramUser", "cleartextUser", "md5User"] as const)(
    "PG7 the password of %s may come from a function, once per connection",
    async (kind) => {
      const { [kind]: user, password } = inject("postgres");
      await run(async () => {
        const admin = await connect(serverOptions());
        const encryption = kind === "md5User" ? "md5" : "scram-sha-256";
        await admin.execute(`SET password_encryption = '${encryption}'; SET client_min_messages = error;
        DROP ROLE IF EXISTS ${user}; CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
        let asked = 0;
        const options = serverOptions({
          user,
          password: async () => {
            asked++;
            return Promise.resolve(password);
          },
        });
        const connection = await connect(options);
        expect(await connection.fetchValue("SELECT current_user::text")).toBe(user);
        expect(asked).toBe(1);
        expect(await failureOf(connect({ ...options, password: `${password}x` }))).toBeInstanceOf(
          InvalidPassword,
        );
        await connection.close();
      });
    },
  );

  test("PG2 several hosts are tried in order", async () => {
    const { port, user, database } = inject("postgres");
    await run(async () => {
      const connection = await connect({ host: ["127.0.0.1", "127.0.0.1"], port: [1, port], user, database });
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
      const error = await failureOf(connect(`postgres://x@127.0.0.1:1,localhost:1/y`));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toMatch(/no host could be reached/);
    });
  });

  test("PG1 options win over the DSN; an option that is not ours becomes a setting of the session", async () => {
    const { port, database, socketDirectory } = inject("postgres");
    await run(async () => {
      const dsn = `postgres://nobody:secret@127.0.0.1:${port}/${database}?application_name=dsn&search_path=pg_catalog&sslmode=prefer`;
      const connection = await connect(dsn, {
        user: "postgres",
        serverSettings: { application_name: "mine" },
      });
      expect({
        ...(await connection.fetchRow(
          "SELECT current_setting('application_name') a, current_setting('search_path') s, current_user::text u",
        )),
      }).toEqual({ a: "mine", s: "pg_catalog", u: "postgres" });
      const local = await connect(
        `postgres://postgres@${encodeURIComponent(socketDirectory)}:${port}/${database}`,
      );
      expect(await local.fetchValue("SELECT inet_client_addr() IS NULL")).toBe(true);
      expect(local.getServerVersion()).toMatch(/^18/);
      const third = await connect(socketOptions());
      expect(third.getSetting("client_encoding")).toBe("UTF8");
    });
  });

  test.each([
    ["closes at once", (socket: Socket) => socket.destroy()],
    ["sends what is no PostgreSQL", (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["sends a huge length", (socket: Socket) => socket.write(Buffer.from("527fffffff00000000", "hex"))],
    ["closes after a question", (socket: Socket) => socket.once("data", () => socket.end())],
  ])("PG6 a server that %s", async (_what, onSocket) => {
    await withServer(onSocket, async (port, sockets) => {
      const error = await failing({ host: "127.0.0.1", port, user: "x", sslmode: "disable" });
      expect(error).toBeInstanceOf(ConnectionError);
      await eventually(
        async () => (await new Promise((resolve) => setImmediate(resolve)), sockets.size === 0),
      );
    });
  });

  test("PG5 a server without TLS is good enough for prefer, and refused by require", async () => {
    await withServer(
      (socket) => socket.once("data", () => socket.write("N")),
      async (port) => {
        const options = { host: "127.0.0.1", port, user: "x", timeout: 50 };
        expect(await failing({ ...options, sslmode: "require" })).toBeInstanceOf(TlsError);
        expect(await failing({ ...options, sslmode: "prefer" })).toMatchObject({ name: "TimeoutError" });
      },
    );
  });

  test("a server that adds bytes to its answer about TLS is not trusted", async () => {
    await withServer(
      (socket) => socket.once("data", () => socket.write("Sxyz")),
      async (port) => {
        expect(await failing({ host: "127.0.0.1", port, user: "x", sslmode: "require" })).toBeInstanceOf(
          ProtocolError,
        );
      },
    );
  });

  test.each([0, 5, 20])(
    "PG6 connecting to a silent server ends with its time, and leaves no socket (%i ms)",
    async (limit) => {
      await withServer(
        () => {},
        async (port, sockets) => {
          const options = { host: "127.0.0.1", port, user: "x", timeout: limit + 30 };
          expect(await failing(options)).toMatchObject({ name: "TimeoutError" });
          expect(await failing({ ...options, sslmode: "disable" })).toMatchObject({ name: "TimeoutError" });
          await run(async () => {
            await failureOf(timeout(limit, () => connect({ ...options, timeout: null })));
          });
          await eventually(
            async () => (await new Promise((resolve) => setImmediate(resolve)), sockets.size === 0),
          );
        },
      );
    },
  );
});

describe("a server that goes away", () => {
  test("PG59 a session that is ended in the middle of a query tells the waiters, and nobody else", async () => {
    await run(async () => {
      const [victim, other] = [await connect(serverOptions()), await connect(serverOptions())];
      let ended = 0;
      victim.addTerminationListener(() => ended++);
      await taskGroup(async (group) => {
        const slow = group.spawn(() => failureOf(victim.fetch("SELECT pg_sleep(600)")));
        const behind = group.spawn(() => failureOf(victim.execute("SELECT 1")));
        await eventually(
          async () =>
            (await other.fetchValue(
              "SELECT state FROM pg_stat_activity WHERE pid = $1",
              victim.getServerPid(),
            )) === "active",
        );
        await other.fetch("SELECT pg_terminate_backend($1)", victim.getServerPid());
        const error = await slow.join();
        expect(error instanceof PostgresError ? error.sqlstate : error.code).toMatch(
          /57P01|CONNECTION_DOES_NOT_EXIST/,
        );
        expect(await behind.join()).toBeInstanceOf(ConnectionDoesNotExist);
      });
      expect(victim.isClosed()).toBe(true);
      expect(ended).toBe(1);
      expect(await failureOf(victim.fetch("SELECT 1"))).toBeInstanceOf(ConnectionDoesNotExist);
      await victim.close();
    });
  });

  test("an idle connection that dies raises nothing anywhere, until it is used", async () => {
    const events: unknown[] = [];
    const listen = (error: unknown): number => events.push(error);
    process.on("uncaughtExceptionMonitor", listen);
    try {
      await run(async () => {
        const [victim, other] = [await connect(serverOptions()), await connect(serverOptions())];
        const closed = new Promise<void>((resolve) => victim.addTerminationListener(() => resolve()));
        await other.fetch("SELECT pg_terminate_backend($1)", victim.getServerPid());
        await closed;
        const error = await failureOf(victim.fetch("SELECT 1"));
        expect(error).toBeInstanceOf(ConnectionDoesNotExist);
        expect(error.cause).toMatchObject({ sqlstate: "57P01" });
      });
    } finally {
      process.removeListener("uncaughtExceptionMonitor", listen);
    }
    expect(events).toEqual([]);
  });

  test("PG58 a server that ignores the cancel is given up after cancelTimeout", async () => {
    const { port: real, host } = inject("postgres");
    // A proxy that swallows cancel requests: it lets only the first connection through.
    const { connect: dial } = await import("node:net");
    let first = true;
    await withServer(
      (socket) => {
        if (!first) return;
        first = false;
        const upstream = dial(real, host);
        upstream.on("error", () => {});
        socket.pipe(upstream).pipe(socket);
        socket.on("close", () => upstream.destroy());
      },
      async (port) => {
        await run(async () => {
          const connection = await connect(serverOptions({ port, cancelTimeout: 100 }));
          const observer = await connect(serverOptions());
          const state = "SELECT state FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%pg_sleep(5)'";
          await taskGroup(async (group) => {
            const task = group.spawn(() => connection.fetch("SELECT pg_sleep(5)"));
            await eventually(
              async () => (await observer.fetchValue(state, connection.getServerPid())) === "active",
            );
            task.cancel();
            await failureOf(task.join());
          });
          expect(connection.isClosed()).toBe(true);
          expect((await failureOf(connection.fetch("SELECT 1"))).message).toMatch(/given up/);
        });
      },
    );
  });

  test("garbage in the middle of a session ends it with ProtocolError", async () => {
    const { port: real, host } = inject("postgres");
    const { connect: dial } = await import("node:net");
    await withServer(
      (socket) => {
        const upstream = dial(real, host);
        upstream.on("error", () => {});
        socket.pipe(upstream);
        let chunks = 0;
        upstream.on("data", (bytes) => socket.write(chunks++ < 1 ? bytes : Buffer.from("!!!!!garbage!!!!!")));
        socket.on("close", () => upstream.destroy());
      },
      async (port) => {
        await run(async () => {
          const connection = await connect(serverOptions({ port }));
          expect(await failureOf(connection.fetch("SELECT 1"))).toBeInstanceOf(ConnectionError);
          expect(connection.isClosed()).toBe(true);
        });
      },
    );
  });
});

test("no socket is left when a run ends, whatever happened in it", async () => {
  const observer = await new Promise<() => Promise<number>>((resolve) => {
    resolve(
      () =>
        run(async () => {
          const connection = await connect(serverOptions());
          const sql = "SELECT count(*)::int4 FROM pg_stat_activity WHERE application_name = 'leak test'";
          return (await connection.fetchValue<number>(sql))!;
        }) as unknown as Promise<number>,
    );
  });
  const options = serverOptions({ serverSettings: { application_name: "leak test" } });
  await run(async () => {
    await connect(options);
    await failureOf(timeout(20, async () => (await connect(options)).fetch("SELECT pg_sleep(600)")));
    const pool = await createPool({ ...options, minSize: 3 });
    await pool.acquire();
    await call(() => pool.fetch("SELECT 1"));
  });
  await eventually(async () => (await observer()) === 0);
});
