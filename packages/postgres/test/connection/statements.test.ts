import { describe, expect, test } from "vitest";
import { gather, run, taskGroup } from "corio";
import {
  InterfaceError,
  InvalidCachedStatement,
  SqlSyntaxError,
  UndefinedTable,
  UniqueViolation,
  connect,
  valuesOf,
} from "../../src/index.ts";
import { failureOf, serverOptions, withConnection } from "../support/database.ts";

describe("fetch", () => {
  test(
    "gives rows as objects, and PG22 columns of one name by position",
    withConnection(async (connection) => {
      const rows = await connection.fetch(
        "SELECT 1 AS a, 'x' AS b, 2 AS a, NULL AS \"a b\" FROM generate_series(1, 2)",
      );
      expect(rows).toHaveLength(2);
      expect({ ...rows[0] }).toEqual({ a: 2, b: "x", "a b": null });
      expect(valuesOf(rows[0]!)).toEqual([1, "x", 2, null]);
      expect([rows[1]![0], rows[1]![1], rows[1]![2], rows[1]![3], rows[1]![4]]).toEqual([
        1,
        "x",
        2,
        null,
        undefined,
      ]);
      expect(JSON.stringify(rows[0])).toBe('{"a":2,"b":"x","a b":null}');
    }),
  );

  test(
    "column names cannot break out of the generated code",
    withConnection(async (connection) => {
      for (const name of ["__proto__", 'a"]; throw 1; //', "constructor", "\\", "\u2028", "`${1}`", "0"]) {
        const row = await connection.fetchRow(`SELECT 42 AS "${name.replaceAll('"', '""')}"`);
        expect(Object.keys(row!)).toEqual([name]);
        expect(Object.getOwnPropertyDescriptor(row, name)!.value).toBe(42);
        expect({}).not.toHaveProperty("42");
      }
    }),
  );

  test(
    "PG16 fetchRow and fetchValue ask for one row, and give null for none",
    withConnection(async (connection) => {
      expect(await connection.fetchRow("SELECT 1 AS a WHERE false")).toBe(null);
      expect(await connection.fetchValue("SELECT 1 WHERE false")).toBe(null);
      expect(await connection.fetchValue("SELECT NULL")).toBe(null);
      expect(await connection.fetchValue("SELECT generate_series(7, 1000000000), 'x'")).toBe(7);
      expect({ ...(await connection.fetchRow("SELECT generate_series(7, 1000000000) AS i")) }).toEqual({
        i: 7,
      });
    }),
  );

  test(
    "PG17 PG18 an empty query has no rows, and rows without columns have no values",
    withConnection(async (connection) => {
      expect(await connection.fetch("")).toEqual([]);
      expect(await connection.fetchRow("")).toBe(null);
      expect(await connection.fetchValue("SELECT")).toBe(null);
      const rows = await connection.fetch("SELECT FROM generate_series(1, 3)");
      expect(rows.map((row) => valuesOf(row))).toEqual([[], [], []]);
    }),
  );

  test(
    "PG20 a wrong number of arguments fails here, and names both numbers",
    withConnection(async (connection) => {
      const error = await failureOf(connection.fetch("SELECT $1::int4, $2::int4", 1));
      expect(error).toBeInstanceOf(InterfaceError);
      expect(error.message).toMatch(/takes 2 arguments, 1 given/);
      expect((await failureOf(connection.fetch("SELECT $1::int4", [1], 2))).message).toMatch(
        /takes 1 argument, 2 given/,
      );
      expect((await failureOf(connection.fetch("SELECT $1::int4, $2::int4", [1, 2]))).message).toMatch(
        /one by one/,
      );
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
    }),
  );

  test(
    "errors have a class, the server's fields, and a stack that leads here",
    withConnection(async (connection) => {
      await connection.execute("CREATE TEMP TABLE u (id int4 CONSTRAINT u_key PRIMARY KEY)");
      await connection.execute("INSERT INTO u VALUES ($1)", 1);
      const error = await failureOf(connection.execute("INSERT INTO u VALUES ($1)", 1));
      expect(error).toBeInstanceOf(UniqueViolation);
      expect(error).toMatchObject({
        code: "UNIQUE_VIOLATION",
        sqlstate: "23505",
        constraintName: "u_key",
        tableName: "u",
      });
      expect(error.detail).toBe("Key (id)=(1) already exists.");
      expect(await failureOf(connection.fetch("SELEC 1"))).toBeInstanceOf(SqlSyntaxError);
      expect(await failureOf(connection.execute("SELECT * FROM nowhere"))).toBeInstanceOf(UndefinedTable);
      expect(
        await failureOf(connection.fetch("SELECT 1/(i - 3) FROM generate_series(1, 5) i")),
      ).toMatchObject({ sqlstate: "22012" });
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
    }),
  );

  test(
    "large rows and many rows come whole",
    withConnection(async (connection) => {
      const rows = await connection.fetch(
        "SELECT i, repeat('x', i * 100) AS t FROM generate_series(1, 2000) i",
      );
      expect(rows.map(({ t }) => (t as string).length)).toEqual(
        Array.from({ length: 2000 }, (_, i) => (i + 1) * 100),
      );
      expect((await connection.fetchValue<string>("SELECT repeat('é', 10000000)"))!.length).toBe(10_000_000);
    }),
  );
});

describe("execute", () => {
  test(
    "PG19 without arguments it runs several statements as one transaction, with arguments one",
    withConnection(async (connection) => {
      expect(await connection.execute("CREATE TEMP TABLE t (a int4); INSERT INTO t VALUES (1), (2)")).toBe(
        "INSERT 0 2",
      );
      expect(await connection.execute("UPDATE t SET a = $1", 5)).toBe("UPDATE 2");
      await failureOf(connection.execute("DELETE FROM t; SELECT 1/0"));
      expect(await connection.fetchValue("SELECT count(*) FROM t")).toBe(2n);
      expect(await failureOf(connection.execute("SELECT $1::int4; SELECT 2", 1))).toBeInstanceOf(
        SqlSyntaxError,
      );
      expect(await connection.execute("")).toBe("");
    }),
  );

  test(
    "COPY FROM STDIN is refused without hanging",
    withConnection(async (connection) => {
      await connection.execute("CREATE TEMP TABLE t (a int4)");
      expect((await failureOf(connection.execute("COPY t FROM STDIN"))).message).toMatch(
        /copyRecordsToTable/,
      );
      expect(await failureOf(connection.fetch("COPY t FROM STDIN"))).toBeInstanceOf(InterfaceError);
      expect(await connection.execute("COPY t TO STDOUT")).toBe("COPY 0");
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
    }),
  );
});

describe("prepared statements", () => {
  const onServer = "SELECT count(*)::int4 FROM pg_prepared_statements WHERE name LIKE 'corio%'";

  test(
    "PG11 the same text is prepared once",
    withConnection(async (connection) => {
      for (let i = 0; i < 5; i++) await connection.fetch("SELECT $1::int4", i);
      const rows = await connection.fetch(
        "SELECT generic_plans + custom_plans AS uses FROM pg_prepared_statements WHERE statement = 'SELECT $1::int4'",
      );
      expect(rows.map(({ uses }) => uses)).toEqual([5n]);
    }),
  );

  test(
    "the same text asked for by many at once is prepared once, and a failure reaches them all",
    withConnection(async (connection) => {
      const values = await gather(
        Array.from({ length: 50 }, (_, i) => () => connection.fetchValue("SELECT $1::int4", i)),
      );
      expect(values).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(await connection.fetchValue(onServer)).toBe(2);
      const failures = await gather(
        Array.from({ length: 5 }, () => () => failureOf(connection.fetch("SELECT nothing"))),
      );
      for (const failure of failures) expect(failure).toMatchObject({ sqlstate: "42703" });
    }),
  );

  test("PG12 no more than statementCacheSize are kept, the others are closed on the server", async () => {
    await run(async () => {
      const connection = await connect(serverOptions({ statementCacheSize: 10 }));
      for (let i = 0; i < 100; i++) expect(await connection.fetchValue(`SELECT ${i}`)).toBe(i);
      expect(await connection.fetchValue(onServer)).toBe(10);
    });
  });

  test("PG13 with the cache off nothing is kept on the server, and arguments and errors work the same", async () => {
    await run(async () => {
      const connection = await connect(serverOptions({ statementCacheSize: 0 }));
      for (let i = 0; i < 200; i++)
        expect(await connection.fetchValue(`SELECT ${i % 150} + $1::int4`, i)).toBe((i % 150) + i);
      expect(await connection.fetchValue("SELECT count(*)::int4 FROM pg_prepared_statements")).toBe(0);
      await connection.execute("CREATE TEMP TABLE t (a int4, b text)");
      await connection.executeMany("INSERT INTO t VALUES ($1, $2)", [
        [1, "x"],
        [2, null],
      ]);
      expect(await connection.fetch("SELECT * FROM t")).toEqual(
        [
          { a: 1, b: "x" },
          { a: 2, b: null },
        ].map((row) => expect.objectContaining(row)),
      );
      await connection.execute("ALTER TABLE t ALTER a TYPE text");
      expect(await failureOf(connection.fetch("SELECT * FROM t"))).toMatchObject({
        code: "OUTDATED_SCHEMA_CACHE",
      });
      expect({ ...(await connection.fetchRow("SELECT * FROM t")) }).toEqual({ a: "1", b: "x" });
    });
  });

  test(
    "PG14 after ALTER TABLE the same fetch succeeds; in a transaction it says that it cannot",
    withConnection(async (connection) => {
      await connection.execute("CREATE TEMP TABLE t (a int4); INSERT INTO t VALUES (1)");
      expect({ ...(await connection.fetchRow("SELECT * FROM t")) }).toEqual({ a: 1 });
      await connection.execute("ALTER TABLE t ADD b text DEFAULT 'x'");
      expect({ ...(await connection.fetchRow("SELECT * FROM t")) }).toEqual({ a: 1, b: "x" });
      await connection.execute("ALTER TABLE t ADD c text");
      const error = await failureOf(connection.transaction(() => connection.fetch("SELECT * FROM t")));
      expect(error).toBeInstanceOf(InvalidCachedStatement);
      expect({ ...(await connection.fetchRow("SELECT * FROM t")) }).toEqual({ a: 1, b: "x", c: null });
    }),
  );

  test(
    "statements deallocated behind our back are prepared anew",
    withConnection(async (connection) => {
      expect(await connection.fetchValue("SELECT $1::int4", 1)).toBe(1);
      await connection.execute("DEALLOCATE ALL");
      expect(await connection.fetchValue("SELECT $1::int4", 2)).toBe(2);
    }),
  );

  test(
    "an argument that cannot be encoded leaves other operations of the same moment alone",
    withConnection(async (connection) => {
      await connection.fetch("SELECT $1::int4", 0);
      const results = await gather([
        () => connection.fetchValue("SELECT $1::int4", 1),
        () => failureOf(connection.fetchValue("SELECT $1::int4", "x")),
        () => connection.fetchValue("SELECT $1::int4", 2),
      ]);
      expect([results[0], results[2]]).toEqual([1, 2]);
      expect(results[1]).toMatchObject({ code: "DATA_ERROR" });
    }),
  );
});

test(
  "operations of several tasks travel together and come home in order",
  withConnection(async (connection) => {
    const order: number[] = [];
    await taskGroup(async (group) => {
      for (let i = 0; i < 200; i++) {
        group.spawn(async () => {
          const value = await connection.fetchValue<number>(
            i % 7 === 0 ? `SELECT ${i}` : "SELECT $1::int4",
            ...(i % 7 === 0 ? [] : [i]),
          );
          if (i % 13 === 0) await connection.execute("SELECT 1");
          order.push(value!);
        });
      }
    });
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  }),
);

test("both dialects: the coroutine one", async () => {
  const value = await run(function* () {
    const connection = yield* connect(serverOptions());
    yield* connection.execute("CREATE TEMP TABLE t (a int4)");
    yield* connection.executeMany("INSERT INTO t VALUES ($1)", [[1], [2], [3]]);
    return yield* connection.transaction(function* (inner) {
      const rows = yield* inner.fetch<{ a: number }>("SELECT a FROM t ORDER BY a");
      return rows.map((row) => row.a);
    });
  });
  expect(value).toEqual([1, 2, 3]);
});
