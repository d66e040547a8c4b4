import { describe, expect, test } from "vitest";
import { CancelledError, gather, moveOnAfter, run, sleep, taskGroup, timeout } from "corio";
import { connect } from "../../src/index.ts";
import type { Connection } from "../../src/index.ts";
import { eventually, failureOf, serverOptions, socketOptions } from "../support/database.ts";

/** What the server's process for a connection is doing. */
function activity(observer: Connection, pid: number): PromiseLike<string | null> {
  const sql = "SELECT state || ': ' || query FROM pg_stat_activity WHERE pid = $1";
  return observer.fetchValue<string>(sql, pid) as unknown as PromiseLike<string | null>;
}

const slow = "SELECT pg_sleep(600)";

describe("cancelling a task that waits for the server", () => {
  test.each([
    ["over TCP", serverOptions],
    ["over a Unix socket", socketOptions],
  ])("PG53 stops the query on the server before the block ends, %s", async (_name, options) => {
    await run(async () => {
      const connection = await connect(options());
      const observer = await connect(serverOptions());
      const pid = connection.getServerPid();
      for (const operation of [
        () => connection.fetch(slow),
        () => connection.fetchValue("SELECT pg_sleep($1)", 600),
        () => connection.execute(slow),
        () => connection.executeMany("SELECT pg_sleep($1)", [[0], [600]]),
        () => connection.transaction(() => connection.fetch(slow)),
      ]) {
        await taskGroup(async (group) => {
          const task = group.spawn(operation as () => unknown);
          await eventually(async () => /^active: .*pg_sleep/.test((await activity(observer, pid)) ?? ""));
          task.cancel();
          await failureOf(task.join());
          expect(await activity(observer, pid)).toMatch(/^idle: /);
        });
        expect(connection.isClosed()).toBe(false);
        expect(await connection.fetchValue("SELECT 1")).toBe(1);
      }
    });
  });

  test("in the coroutine dialect too", async () => {
    await run(function* () {
      const connection = yield* connect(serverOptions());
      const result = yield* moveOnAfter(30, function* () {
        yield* connection.fetch(slow);
      });
      expect(result.cancelled).toBe(true);
      expect(yield* connection.fetchValue("SELECT 1")).toBe(1);
    });
  });

  test("PG54 a late cancel never hits the next query (300 rounds at random moments)", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      let cancelled = 0;
      let seed = 1;
      for (let round = 0; round < 300; round++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        const delay = ((seed >>> 8) % 300) / 100;
        const result = await moveOnAfter(delay, () => connection.fetchValue("SELECT pg_sleep(0.0015)"));
        if (result.cancelled) cancelled++;
        expect(await connection.fetchValue("SELECT $1::int4", round)).toBe(round);
      }
      expect(cancelled).toBeGreaterThan(10);
      expect(cancelled).toBeLessThan(300);
    });
  });

  test("PG56 cancelling one of many that travel together hits no other (100 rounds)", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      let seed = 5;
      for (let round = 0; round < 100; round++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        const victim = (seed >>> 8) % 8;
        const delay = ((seed >>> 12) % 300) / 100;
        const results = await gather(
          Array.from({ length: 8 }, (_, i) => async () => {
            const ask = (): unknown =>
              connection.fetchValue("SELECT $1::int4 + 0 * length(pg_sleep(0.0005)::text)", i);
            if (i !== victim) return ask();
            const { cancelled, value } = await moveOnAfter(delay, ask);
            return cancelled ? "cancelled" : value;
          }),
        );
        results.forEach((result, i) => {
          if (i !== victim || result !== "cancelled") expect(result).toBe(i);
        });
      }
      expect(connection.isClosed()).toBe(false);
    });
  });

  test("PG56 one that waits behind a slow one does not stop it", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      await connection.fetch("SELECT 1");
      await connection.fetchValue("SELECT pg_sleep($1)::text", 0);
      const [first, second] = await gather([
        () => connection.fetchValue("SELECT pg_sleep($1)::text", 0.15),
        () => moveOnAfter(20, () => connection.fetch("SELECT 1")),
      ]);
      expect(first).toBe("");
      expect((second as { cancelled: boolean }).cancelled).toBe(true);
    });
  });

  test("a Parse that several wait for is stopped only when all have gone", async () => {
    await run(async () => {
      const [connection, blocker, observer] = [
        await connect(serverOptions()),
        await connect(serverOptions()),
        await connect(serverOptions()),
      ];
      await blocker.execute("DROP TABLE IF EXISTS locked; CREATE TABLE locked (a int4)");
      await blocker.execute("BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE");
      const pid = connection.getServerPid();
      const waiting = async (): Promise<boolean> =>
        ((await activity(observer, pid)) ?? "").startsWith("active: SELECT * FROM locked");
      await taskGroup(async (group) => {
        const tasks = [0, 1].map(() => group.spawn(() => connection.fetch("SELECT * FROM locked")));
        await eventually(waiting);
        tasks[0]!.cancel();
        await failureOf(tasks[0]!.join());
        expect(await waiting()).toBe(true);
        tasks[1]!.cancel();
        await failureOf(tasks[1]!.join());
        expect(await waiting()).toBe(false);
      });
      await blocker.execute("ROLLBACK");
      expect(await connection.fetch("SELECT * FROM locked")).toEqual([]);
      await blocker.execute("DROP TABLE locked");
    });
  });

  test("a cancelled executeMany and COPY leave nothing behind, also when the input hangs", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      await connection.execute("CREATE TEMP TABLE t (a int4)");
      let closed = 0;
      const hanging = async function* (): AsyncGenerator<[number]> {
        try {
          for (let i = 0; i < 30_000; i++) yield [i];
          for (;;) await new Promise((resolve) => setTimeout(resolve, 1));
        } finally {
          closed++;
        }
      };
      for (const operation of [
        () => connection.executeMany("INSERT INTO t VALUES ($1)", hanging()),
        () => connection.copyRecordsToTable("t", { records: hanging() }),
      ]) {
        const result = await moveOnAfter(300, operation as () => unknown);
        expect(result.cancelled).toBe(true);
        expect(await connection.fetchValue("SELECT count(*)::int4 FROM t")).toBe(0);
      }
      expect(closed).toBeLessThanOrEqual(2);
    });
  });

  test("PG57 commandTimeout covers waiting, preparing and running", async () => {
    await run(async () => {
      const connection = await connect(serverOptions({ commandTimeout: 100 }));
      expect(await failureOf(connection.fetch(slow))).toMatchObject({ name: "TimeoutError" });
      expect(await failureOf(connection.execute(slow))).toMatchObject({ name: "TimeoutError" });
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
    });
  });

  test("PG61 closing with a query in flight cancels it; the waiter sees QueryCanceled", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      const observer = await connect(serverOptions());
      await taskGroup(async (group) => {
        const task = group.spawn(() => failureOf(connection.fetch(slow)));
        await eventually(async () =>
          ((await activity(observer, connection.getServerPid())) ?? "").startsWith("active"),
        );
        await connection.close();
        expect(await task.join()).toMatchObject({ code: "QUERY_CANCELED" });
      });
      expect(connection.isClosed()).toBe(true);
      expect(await failureOf(connection.fetch("SELECT 1"))).toMatchObject({ code: "INTERFACE_ERROR" });
    });
  });

  test("terminate fails what is under way at once", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      await taskGroup(async (group) => {
        const task = group.spawn(() => failureOf(connection.fetch(slow)));
        await sleep(20);
        connection.terminate();
        expect(await task.join()).toMatchObject({ code: "CONNECTION_DOES_NOT_EXIST" });
      });
    });
  });

  test("the end of a run cancels what is under way and closes the connection", async () => {
    const observed = await run(async () => {
      const observer = await connect(serverOptions());
      let pid = 0;
      const error = await failureOf(
        timeout(50, async () => {
          const connection = await connect(serverOptions());
          pid = connection.getServerPid();
          await connection.fetch(slow);
        }),
      );
      expect(error).not.toBeInstanceOf(CancelledError);
      await eventually(async () => (await activity(observer, pid)) === null);
      return true;
    });
    expect(observed).toBe(true);
  });
});
