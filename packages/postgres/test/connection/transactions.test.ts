import { describe, expect, test } from "vitest";
import { CancelledError, run, sleepForever, taskGroup, timeout } from "corio";
import {
  ConnectionDoesNotExist,
  InFailedTransaction,
  InterfaceError,
  PostgresError,
  ReadOnlyTransaction,
  SerializationFailure,
  TransactionNotCommitted,
  connect,
} from "../../src/index.ts";
import type { Connection } from "../../src/index.ts";
import { failureOf, serverOptions, withConnection } from "../support/database.ts";

async function withTable(connection: Connection): Promise<void> {
  await connection.execute("CREATE TEMP TABLE t (a int4)");
}

const values = async (connection: Connection): Promise<number[]> =>
  (await connection.fetch<{ a: number }>("SELECT a FROM t ORDER BY a")).map(({ a }) => a);

describe("transaction", () => {
  test(
    "PG29 commits what it returns from, rolls back what it throws from",
    withConnection(async (connection) => {
      await withTable(connection);
      expect(await connection.transaction(() => connection.execute("INSERT INTO t VALUES (1)"))).toBe(
        "INSERT 0 1",
      );
      const mine = new Error("mine");
      const error = await failureOf(
        connection.transaction(async () => {
          expect(connection.isInTransaction()).toBe(true);
          await connection.execute("INSERT INTO t VALUES (2)");
          throw mine;
        }),
      );
      expect(error).toBe(mine);
      expect(connection.isInTransaction()).toBe(false);
      expect(await values(connection)).toEqual([1]);
    }),
  );

  test(
    "PG29 rolls back what is cancelled",
    withConnection(async (connection) => {
      await withTable(connection);
      const error = await failureOf(
        timeout(50, () =>
          connection.transaction(async () => {
            await connection.execute("INSERT INTO t VALUES (1)");
            await sleepForever();
          }),
        ),
      );
      expect(error.name).toBe("TimeoutError");
      expect(connection.isInTransaction()).toBe(false);
      expect(await values(connection)).toEqual([]);
    }),
  );

  test(
    "PG30 a block in a block is a savepoint",
    withConnection(async (connection) => {
      await withTable(connection);
      await connection.transaction(async () => {
        await connection.execute("INSERT INTO t VALUES (1)");
        await failureOf(
          connection.transaction(async () => {
            await connection.execute("INSERT INTO t VALUES (2)");
            await connection.transaction(() => connection.execute("INSERT INTO t VALUES (3)"));
            await connection.execute("SELECT 1/0");
          }),
        );
        await connection.transaction(() => connection.execute("INSERT INTO t VALUES (4)"));
      });
      expect(await values(connection)).toEqual([1, 4]);
    }),
  );

  test(
    "PG31 PG32 refuses options in a savepoint, and a transaction begun by hand",
    withConnection(async (connection) => {
      await connection.transaction(async () => {
        const inner = connection.transaction(() => connection.fetch("SELECT 1"), {
          isolation: "serializable",
        });
        expect(await failureOf(inner)).toBeInstanceOf(InterfaceError);
        expect(await connection.fetchValue("SELECT 1")).toBe(1);
      });
      await connection.execute("BEGIN");
      expect((await failureOf(connection.transaction(() => connection.fetch("SELECT 1")))).message).toMatch(
        /begun by hand/,
      );
      expect(connection.isInTransaction()).toBe(true);
      await connection.execute("ROLLBACK");
      expect(await connection.transaction(() => connection.fetchValue("SELECT 1"))).toBe(1);
    }),
  );

  test(
    "isolation, readonly and deferrable reach the server",
    withConnection(async (connection) => {
      await withTable(connection);
      const options = { isolation: "serializable", readonly: true, deferrable: true } as const;
      await connection.transaction(async () => {
        const settings = await connection.fetchRow(
          `SELECT current_setting('transaction_isolation') AS i, current_setting('transaction_read_only') AS r,
           current_setting('transaction_deferrable') AS d`,
        );
        expect({ ...settings }).toEqual({ i: "serializable", r: "on", d: "on" });
      }, options);
      const write = connection.transaction(() => connection.execute("CREATE TABLE nope (a int4)"), {
        readonly: true,
      });
      expect(await failureOf(write)).toBeInstanceOf(ReadOnlyTransaction);
      expect(
        await failureOf(connection.transaction(() => 1, { isolation: "dirty" as never })),
      ).toBeInstanceOf(InterfaceError);
    }),
  );

  test(
    "PG33 a swallowed failure does not pass for a commit",
    withConnection(async (connection) => {
      await withTable(connection);
      const error = await failureOf(
        connection.transaction(async () => {
          await connection.execute("INSERT INTO t VALUES (1)");
          await failureOf(connection.execute("SELECT 1/0"));
          expect(await failureOf(connection.fetch("SELECT 1"))).toBeInstanceOf(InFailedTransaction);
        }),
      );
      expect(error).toBeInstanceOf(TransactionNotCommitted);
      await connection.transaction(async () => {
        await connection.execute("INSERT INTO t VALUES (2)");
        const inner = connection.transaction(async () => {
          await failureOf(connection.execute("SELECT 1/0"));
        });
        expect(await failureOf(inner)).toBeInstanceOf(InFailedTransaction);
        await connection.execute("INSERT INTO t VALUES (3)");
      });
      expect(await values(connection)).toEqual([2, 3]);
    }),
  );

  test("PG34 when the connection dies in a transaction nothing of it runs elsewhere", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      const other = await connect(serverOptions());
      const errors: Error[] = [];
      const error = await failureOf(
        connection.transaction(async () => {
          await other.fetchValue("SELECT pg_terminate_backend($1)", connection.getServerPid());
          for (let i = 0; i < 3; i++)
            errors.push(await failureOf(connection.execute("CREATE TABLE must_not_be (a int4)")));
          throw errors[0];
        }),
      );
      expect(error).toBe(errors[0]);
      for (const each of errors.slice(1)) expect(each).toBeInstanceOf(ConnectionDoesNotExist);
      expect(errors[0] instanceof ConnectionDoesNotExist || errors[0] instanceof PostgresError).toBe(true);
      expect(await other.fetchValue("SELECT to_regclass('must_not_be')")).toBe(null);
    });
  });

  test("PG35 a serialization failure has a class of its own, and the block may be run again", async () => {
    await run(async () => {
      const [first, second] = [await connect(serverOptions()), await connect(serverOptions())];
      await first.execute(
        "DROP TABLE IF EXISTS counter; CREATE TABLE counter (n int4); INSERT INTO counter VALUES (0)",
      );
      try {
        let attempts = 0;
        const increment = (connection: Connection, meanwhile?: () => PromiseLike<unknown>): unknown =>
          connection.transaction(
            async () => {
              attempts++;
              const n = await connection.fetchValue<number>("SELECT n FROM counter");
              await meanwhile?.();
              await connection.execute("UPDATE counter SET n = $1", n! + 1);
            },
            { isolation: "serializable" },
          );
        const error = await failureOf(
          increment(first, () => increment(second) as PromiseLike<unknown>) as PromiseLike<unknown>,
        );
        expect(error).toBeInstanceOf(SerializationFailure);
        await increment(first);
        expect(attempts).toBe(3);
        expect(await first.fetchValue("SELECT n FROM counter")).toBe(2);
      } finally {
        await first.execute("DROP TABLE counter");
      }
    });
  });

  test(
    "a block left open inside another is an error of the outer one",
    withConnection(async (connection) => {
      await withTable(connection);
      const error = await failureOf(
        taskGroup(async (group) => {
          await connection.transaction(async () => {
            group.spawn(() => connection.transaction(() => sleepForever()));
            await connection.execute("INSERT INTO t VALUES (1)");
            await connection.execute("INSERT INTO t VALUES (2)");
          });
        }),
      );
      expect(error).not.toBeInstanceOf(CancelledError);
      expect(await values(connection)).toEqual([]);
    }),
  );

  test("the coroutine dialect: a cancelled transaction is rolled back", async () => {
    await run(function* () {
      const connection = yield* connect(serverOptions());
      yield* connection.execute("CREATE TEMP TABLE t (a int4)");
      try {
        yield* timeout(50, function* () {
          yield* connection.transaction(function* () {
            yield* connection.execute("INSERT INTO t VALUES (1)");
            yield* connection.fetch("SELECT pg_sleep(60)");
          });
        });
      } catch (error) {
        expect((error as Error).name).toBe("TimeoutError");
      }
      expect(yield* connection.fetchValue("SELECT count(*)::int4 FROM t")).toBe(0);
    });
  });
});
