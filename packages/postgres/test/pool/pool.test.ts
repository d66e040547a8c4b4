import { describe, expect, test } from "vitest";
import { CancelledError, gather, run, sleep, sleepForever, taskGroup, timeout } from "corio";
import { ConnectionRefused, InterfaceError, connect, createPool } from "../../src/index.ts";
import type { Connection, Pool } from "../../src/index.ts";
import { eventually, failureOf, serverOptions } from "../support/database.ts";

const pid = (connection: Connection): PromiseLike<number | null> =>
  connection.fetchValue<number>("SELECT pg_backend_pid()") as unknown as PromiseLike<number | null>;

/** One turn of the host. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("lending", () => {
  test("lends, takes back, and lends the same connection again", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions());
      expect(pool.statistics()).toEqual({ size: 1, idle: 1, borrowed: 0, waiting: 0, maxSize: 10 });
      const first = await pool.use((connection) => pid(connection));
      const second = await pool.use(async (connection) => {
        expect(pool.statistics()).toMatchObject({ size: 1, idle: 0, borrowed: 1 });
        return pid(connection);
      });
      expect(second).toBe(first);
      expect(pool.statistics()).toMatchObject({ size: 1, idle: 1, borrowed: 0 });
    });
  });

  test("does everything a connection does, in one call", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions({}), { maxSize: 2 });
      await pool.execute("DROP TABLE IF EXISTS pooled; CREATE TABLE pooled (a int4, b text)");
      try {
        await pool.executeMany("INSERT INTO pooled VALUES ($1, $2)", [
          [1, "a"],
          [2, "b"],
        ]);
        expect(await pool.copyRecordsToTable("pooled", { records: [[3, "c"]] })).toBe("COPY 1");
        const rows = await pool.fetch<{ a: number }>("SELECT a FROM pooled ORDER BY a");
        expect(rows.map(({ a }) => a)).toEqual([1, 2, 3]);
        expect((await pool.fetchRow("SELECT b FROM pooled WHERE a = $1", 2))!.b).toBe("b");
        expect(await pool.fetchValue("SELECT count(*) FROM pooled")).toBe(3n);
        await failureOf(
          pool.transaction(async (connection) => {
            await connection.execute("DELETE FROM pooled");
            throw new Error("no");
          }),
        );
        expect(
          await pool.transaction((connection) => connection.fetchValue("SELECT count(*) FROM pooled")),
        ).toBe(3n);
      } finally {
        await pool.execute("DROP TABLE pooled");
      }
    });
  });

  test("in the coroutine dialect too", async () => {
    const value = await run(function* () {
      const pool = yield* createPool(serverOptions());
      const one = yield* pool.use(function* (connection) {
        return yield* connection.fetchValue<number>("SELECT 1");
      });
      const two = yield* pool.transaction(function* (connection) {
        return yield* connection.fetchValue<number>("SELECT 2");
      });
      return one! + two!;
    });
    expect(value).toBe(3);
  });

  test("PG45 waiters are served first come, first served; one that is cancelled leaks nothing", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 1 });
      const order: number[] = [];
      await taskGroup(async (group) => {
        const holder = await pool.acquire();
        const tasks = [0, 1, 2, 3, 4].map((i) =>
          group.spawn(() =>
            pool.use(async () => {
              order.push(i);
              await sleep(1);
            }),
          ),
        );
        await eventually(async () => (await turn(), pool.statistics().waiting === 5));
        tasks[2]!.cancel();
        await failureOf(tasks[2]!.join());
        expect(pool.statistics().waiting).toBe(4);
        await pool.release(holder);
      });
      expect(order).toEqual([0, 1, 3, 4]);
      expect(pool.statistics()).toMatchObject({ borrowed: 0, idle: 1, waiting: 0 });
    });
  });

  test("never opens more than maxSize", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 3, minSize: 2 });
      expect(pool.getSize()).toBe(2);
      const pids = await gather(
        Array.from(
          { length: 30 },
          () => () =>
            pool.use(async (connection) => {
              expect(pool.statistics().size).toBeLessThanOrEqual(3);
              await connection.fetch("SELECT pg_sleep(0.001)");
              return pid(connection);
            }),
        ),
      );
      expect(new Set(pids).size).toBeLessThanOrEqual(3);
    });
  });

  test("PG50 a handle that was given back can do nothing any more", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions());
      const connection = await pool.acquire();
      await pool.release(connection);
      await pool.release(connection);
      for (const use of [
        () => connection.fetch("SELECT 1"),
        () => connection.execute("SELECT 1"),
        () => connection.transaction(() => 1),
        () => connection.close(),
        () => connection.terminate(),
        () => connection.isInTransaction(),
      ]) {
        expect(await failureOf((async () => use())())).toBeInstanceOf(InterfaceError);
      }
      expect(connection.isClosed()).toBe(true);
      expect(pool.statistics()).toMatchObject({ idle: 1, borrowed: 0 });
    });
  });

  test("what was acquired goes back with the scope that acquired it", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions());
      await taskGroup(async () => {
        await pool.acquire();
        const early = await pool.acquire();
        await pool.release(early);
        expect(pool.statistics().borrowed).toBe(1);
      });
      expect(pool.statistics()).toMatchObject({ borrowed: 0, idle: 2 });
    });
  });
});

describe("cleaning", () => {
  test("PG43 PG44 nothing of a borrower is left for the next one", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 1 });
      const other = await connect(serverOptions());
      const heard: string[] = [];
      for (const leave of [
        (connection: Connection) => connection.execute("BEGIN"),
        async (connection: Connection) => failureOf(connection.execute("BEGIN; SELECT 1/0")),
        (connection: Connection) =>
          connection.execute("SET search_path = nowhere; SET statement_timeout = 1"),
        (connection: Connection) => connection.execute("SELECT pg_advisory_lock(4711)"),
        (connection: Connection) =>
          connection.execute("BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT"),
        (connection: Connection) =>
          connection.addListener("leftover", (_c, _p, _ch, payload) => heard.push(payload)),
      ]) {
        await pool.use(leave as (connection: Connection) => unknown);
        await pool.use(async (connection) => {
          expect(connection.isInTransaction()).toBe(false);
          expect(await connection.fetchValue("SHOW search_path")).toBe('"$user", public');
          await connection.fetch("SELECT pg_sleep(0.005)");
          expect(await other.fetchValue("SELECT pg_try_advisory_lock(4711)")).toBe(true);
          await other.execute("SELECT pg_advisory_unlock_all(); NOTIFY leftover, 'x'");
          expect(await connection.fetchValue("SELECT count(*)::int4 FROM pg_cursors WHERE name = 'c'")).toBe(
            0,
          );
        });
      }
      expect(heard).toEqual([]);
      expect(pool.statistics()).toMatchObject({ size: 1, idle: 1, borrowed: 0 });
    });
  });

  test("a setting given for the session survives the cleaning", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions({ serverSettings: { application_name: "kept" } }), {
        maxSize: 1,
      });
      await pool.execute("SET application_name = 'changed'");
      expect(await pool.fetchValue("SHOW application_name")).toBe("kept");
    });
  });

  test("PG47 a connection whose borrower left an operation under way is waited for or replaced", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions({ cancelTimeout: 100 }), { maxSize: 1 });
      await taskGroup(async (group) => {
        const started = await pool.use(async (connection) => {
          group.spawn(() => connection.fetch("SELECT pg_sleep(0.02)"));
          await turn();
          return connection;
        });
        expect(started.isClosed()).toBe(true);
        expect(await pool.fetchValue("SELECT 1")).toBe(1);
      });
      await taskGroup(async (group) => {
        await pool.use(async (connection) => {
          group.spawn(() => failureOf(connection.fetch("SELECT pg_sleep(600)")));
          await turn();
        });
        expect(await pool.fetchValue("SELECT 1")).toBe(1);
      });
      expect(pool.statistics()).toMatchObject({ borrowed: 0 });
    });
  });

  test("PG48 a connection that died while idle is replaced without anybody noticing", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 3, minSize: 3 });
      const other = await connect(serverOptions());
      const pids = await Promise.all(
        [0, 1, 2].map(() => pool.use(async (connection) => (await sleep(20), pid(connection)))),
      );
      for (const id of pids) await other.fetch("SELECT pg_terminate_backend($1)", id);
      await eventually(async () => (await turn(), pool.statistics().size === 0));
      expect(await pool.fetchValue("SELECT 1")).toBe(1);
      expect(pool.statistics()).toMatchObject({ size: 1, idle: 1, borrowed: 0 });
    });
  });

  test("a connection that dies in use frees its place", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 1 });
      for (let i = 0; i < 5; i++) {
        await failureOf(
          pool.use((connection) => connection.fetch("SELECT pg_terminate_backend(pg_backend_pid())")),
        );
        await pool.use((connection) => connection.terminate());
      }
      expect(await pool.fetchValue("SELECT 1")).toBe(1);
      expect(pool.statistics()).toMatchObject({ size: 1, borrowed: 0 });
    });
  });

  test("PG49 PG51 connections are replaced when expired, and after maxUses, age and idleness", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 1, maxUses: 3 });
      const pids: (number | null)[] = [];
      for (let i = 0; i < 6; i++) pids.push(await pool.use((connection) => pid(connection)));
      expect(new Set(pids).size).toBe(2);
      expect(new Set(pids.slice(0, 3)).size).toBe(1);
      const before = await pool.use((connection) => pid(connection));
      pool.expireConnections();
      expect(await pool.use((connection) => pid(connection))).not.toBe(before);
      expect(pool.getSize()).toBe(1);

      const idle = await createPool(serverOptions(), { maxSize: 1, maxInactiveConnectionLifetime: 0 });
      const first = await idle.use((connection) => pid(connection));
      await sleep(2);
      expect(await idle.use((connection) => pid(connection))).not.toBe(first);

      const old = await createPool(serverOptions(), { maxSize: 1, maxConnectionLifetime: 0 });
      const young = await old.use(async (connection) => (await sleep(2), pid(connection)));
      expect(await old.use((connection) => pid(connection))).not.toBe(young);
    });
  });

  test("PG52 init runs once per connection, setup once per borrower; what they throw reaches the caller", async () => {
    await run(async () => {
      const calls: string[] = [];
      let fail = "";
      const hook = (name: string) => async (connection: Connection) => {
        calls.push(name);
        expect(await connection.fetchValue("SELECT 1")).toBe(1);
        if (fail === name) throw new Error(`${name} failed`);
      };
      const pool = await createPool(serverOptions(), {
        maxSize: 1,
        minSize: 0,
        init: hook("init"),
        setup: hook("setup"),
      });
      await pool.fetch("SELECT 1");
      await pool.fetch("SELECT 1");
      expect(calls).toEqual(["init", "setup", "setup"]);
      for (fail of ["setup", "init"]) {
        expect((await failureOf(pool.fetch("SELECT 1"))).message).toBe(`${fail} failed`);
        expect(pool.statistics()).toMatchObject({ size: 0, idle: 0, borrowed: 0 });
      }
      fail = "";
      expect(await pool.fetchValue("SELECT 1")).toBe(1);
    });
  });
});

describe("the end", () => {
  test("PG49 close waits for borrowers, and refuses new ones and those who wait", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 1 });
      const done: string[] = [];
      await taskGroup(async (group) => {
        const borrowed = await pool.acquire();
        const waiter = group.spawn(() => failureOf(pool.fetch("SELECT 1")));
        await turn();
        const closing = group.spawn(async () => {
          await pool.close();
          done.push("closed");
        });
        await turn();
        expect(await failureOf(pool.acquire())).toBeInstanceOf(InterfaceError);
        expect(await borrowed.fetchValue("SELECT 1")).toBe(1);
        done.push("borrower");
        await pool.release(borrowed);
        expect(await waiter.join()).toBeInstanceOf(InterfaceError);
        await closing.join();
      });
      expect(done).toEqual(["borrower", "closed"]);
      expect(pool.statistics()).toMatchObject({ size: 0, idle: 0, borrowed: 0, waiting: 0 });
      await pool.close();
    });
  });

  test("terminate closes borrowed connections too", async () => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 2 });
      await taskGroup(async (group) => {
        const slow = group.spawn(() => failureOf(pool.fetch("SELECT pg_sleep(600)")));
        await sleep(20);
        pool.terminate();
        expect(await slow.join()).toMatchObject({ code: "CONNECTION_DOES_NOT_EXIST" });
      });
      expect(await failureOf(pool.fetch("SELECT 1"))).toBeInstanceOf(InterfaceError);
    });
  });

  test("a pool that cannot connect fails at once; one without minSize when it is used", async () => {
    await run(async () => {
      const wrong = { host: "127.0.0.1", port: 1, user: "x" };
      expect(await failureOf(createPool(wrong))).toBeInstanceOf(ConnectionRefused);
      const pool = await createPool(wrong, { minSize: 0, maxSize: 1 });
      for (let i = 0; i < 3; i++)
        expect(await failureOf(pool.fetch("SELECT 1"))).toBeInstanceOf(ConnectionRefused);
      expect(pool.statistics()).toMatchObject({ size: 0, borrowed: 0 });
      for (const options of [{ maxSize: 0 }, { minSize: 5, maxSize: 2 }, { minSize: -1 }, { maxSize: 1.5 }]) {
        expect(await failureOf(createPool(wrong, options))).toBeInstanceOf(InterfaceError);
      }
    });
  });

  test("the run that opened a pool closes it, and cancels what its borrowers do", async () => {
    await run(async () => {
      const observer = await connect(serverOptions());
      const options = serverOptions({ serverSettings: { application_name: "closing pool" } });
      await failureOf(
        timeout(100, async () => {
          const pool = await createPool(options, { minSize: 3 });
          await taskGroup(async (group) => {
            for (let i = 0; i < 5; i++) group.spawn(() => pool.fetch("SELECT pg_sleep(600)"));
          });
        }),
      );
      await eventually(
        async () =>
          (await observer.fetchValue(
            "SELECT count(*)::int4 FROM pg_stat_activity WHERE application_name = 'closing pool'",
          )) === 0,
      );
    });
  });
});

describe("PG46 cancelled at every point of acquire, use and release", () => {
  type Use = (pool: Pool) => unknown;
  const uses: readonly (readonly [name: string, use: Use])[] = [
    ["use", (pool) => pool.use(async (connection) => connection.fetch("SELECT 1"))],
    [
      "coroutine",
      function* (pool) {
        yield* pool.use(function* (connection) {
          yield* connection.fetch("SELECT 1");
          yield* connection.execute("SET search_path = x");
        });
      },
    ],
    [
      "acquire and release",
      async (pool) => {
        const connection = await pool.acquire();
        await connection.execute("SELECT 1");
        await pool.release(connection);
      },
    ],
    [
      "transaction",
      (pool) =>
        pool.transaction(async (connection) => {
          await connection.execute("CREATE TEMP TABLE x (a int4) ON COMMIT DROP");
          await connection.fetch("SELECT 1");
        }),
    ],
    [
      "left under way",
      (pool) =>
        pool.use(async (connection) => {
          await connection.execute("BEGIN");
          await connection.fetch("SELECT pg_sleep(0.001)");
        }),
    ],
  ];

  test.each(uses)("%s", async (_name, use) => {
    await run(async () => {
      const pool = await createPool(serverOptions(), { maxSize: 2, minSize: 0, maxUses: 7 });
      let finished = 0;
      for (let steps = 0; steps < 150; steps++) {
        await taskGroup(async (group) => {
          const tasks = [0, 1, 2].map(() => group.spawn(use as Use, pool));
          const waits = steps % 50;
          for (let i = 0; i < waits; i++) await (steps < 50 ? Promise.resolve() : turn());
          for (const task of tasks) task.cancel();
          for (const task of tasks) {
            try {
              await task.join();
              finished++;
            } catch (error) {
              expect((error as Error).name).toMatch(/Cancelled/);
            }
          }
        });
        const { borrowed, waiting, size, idle } = pool.statistics();
        expect({ borrowed, waiting }).toEqual({ borrowed: 0, waiting: 0 });
        expect(idle).toBe(size);
        expect(size).toBeLessThanOrEqual(2);
        if (steps % 10 === 0) {
          expect(await pool.fetchValue("SELECT 1")).toBe(1);
          expect(await pool.fetchValue("SHOW search_path")).toBe('"$user", public');
        }
      }
      expect(finished).toBeLessThan(450);
    });
  });
});

test("a borrower that is cancelled while it does nothing gives its connection back", async () => {
  await run(async () => {
    const pool = await createPool(serverOptions(), { maxSize: 1 });
    const error = await failureOf(timeout(10, () => pool.use(() => sleepForever())));
    expect(error).not.toBeInstanceOf(CancelledError);
    expect(pool.statistics()).toMatchObject({ borrowed: 0, idle: 1 });
  });
});
