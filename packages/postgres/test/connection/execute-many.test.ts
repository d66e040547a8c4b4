import { describe, expect, test } from "vitest";
import { run } from "corio";
import { DataError, InFailedTransaction, InterfaceError, UniqueViolation, connect } from "../../src/index.ts";
import type { Connection } from "../../src/index.ts";
import { failureOf, serverOptions, withConnection } from "../support/database.ts";

const insert = "INSERT INTO t VALUES ($1, $2)";

async function prepared(connection: Connection): Promise<void> {
  await connection.execute("CREATE TEMP TABLE t (a int4 PRIMARY KEY, b text)");
}

function count(connection: Connection): PromiseLike<number | null> {
  return connection.fetchValue<number>("SELECT count(*)::int4 FROM t") as unknown as PromiseLike<
    number | null
  >;
}

function* numbered(size: number): Generator<[number, string]> {
  for (let i = 0; i < size; i++) yield [i, `text ${i}`];
}

describe("executeMany", () => {
  test(
    "takes arrays, generators and async generators",
    withConnection(async (connection) => {
      await prepared(connection);
      await connection.executeMany(insert, [
        [-1, "a"],
        [-2, null],
      ]);
      await connection.executeMany(insert, numbered(5000));
      await connection.executeMany(
        insert,
        (async function* () {
          for (let i = 5000; i < 5010; i++) yield [i, await Promise.resolve("x")] as const;
        })(),
      );
      expect(await count(connection)).toBe(5012);
    }),
  );

  test(
    "PG28 an empty input sends nothing",
    withConnection(async (connection) => {
      await prepared(connection);
      await connection.executeMany(insert, []);
      expect(await count(connection)).toBe(0);
    }),
  );

  test(
    "PG23 a failure in one element leaves the table unchanged",
    withConnection(async (connection) => {
      await prepared(connection);
      const error = await failureOf(
        connection.executeMany(insert, [
          [1, "a"],
          [2, "b"],
          [1, "c"],
          [3, "d"],
        ]),
      );
      expect(error).toBeInstanceOf(UniqueViolation);
      expect(await count(connection)).toBe(0);
    }),
  );

  test(
    "PG21 an element that cannot be encoded is named, and leaves the table unchanged and the connection usable",
    withConnection(async (connection) => {
      await prepared(connection);
      const rows = (function* (): Generator<unknown[]> {
        yield* numbered(20_000);
        yield [20_000, 5];
      })();
      const error = await failureOf(connection.executeMany(insert, rows));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/in element #20000 of executeMany: argument \$2: expected a string/);
      expect(await count(connection)).toBe(0);
      expect((await failureOf(connection.executeMany(insert, [[1]]))).message).toMatch(
        /element #0.*takes 2 arguments/,
      );
      expect(await failureOf(connection.executeMany(insert, [5 as never]))).toBeInstanceOf(InterfaceError);
      expect(await failureOf(connection.executeMany(insert, 5 as never))).toBeInstanceOf(InterfaceError);
      expect(await count(connection)).toBe(0);
    }),
  );

  test(
    "PG24 in a transaction a failure puts it into the failed state, and is not rolled back twice",
    withConnection(async (connection) => {
      await prepared(connection);
      const error = await failureOf(
        connection.transaction(async () => {
          await connection.execute("INSERT INTO t VALUES (100, 'before')");
          const first = await failureOf(
            connection.executeMany(insert, [
              [1, "a"],
              [1, "b"],
            ]),
          );
          expect(first).toBeInstanceOf(UniqueViolation);
          expect(await failureOf(connection.fetch("SELECT 1"))).toBeInstanceOf(InFailedTransaction);
          throw first;
        }),
      );
      expect(error).toBeInstanceOf(UniqueViolation);
      expect(await count(connection)).toBe(0);
    }),
  );

  test.each(["outside", "inside"])(
    "PG25 an exception of the input propagates unchanged and rolls back, %s a transaction",
    (where) =>
      withConnection(async (connection) => {
        await prepared(connection);
        const mine = new Error("mine");
        const rows = (function* (): Generator<unknown[]> {
          yield* numbered(10_000);
          throw mine;
        })();
        if (where === "outside") expect(await failureOf(connection.executeMany(insert, rows))).toBe(mine);
        else {
          await connection.execute("BEGIN");
          expect(await failureOf(connection.executeMany(insert, rows))).toBe(mine);
          expect(await failureOf(connection.fetch("SELECT 1"))).toBeInstanceOf(InFailedTransaction);
          await connection.execute("ROLLBACK");
        }
        expect(await count(connection)).toBe(0);
      })(),
  );

  test(
    "PG26 an error of the server early in a million elements stops the input early",
    withConnection(async (connection) => {
      await prepared(connection);
      let taken = 0;
      let closed = false;
      const rows = (function* (): Generator<unknown[]> {
        try {
          for (; taken < 1_000_000; taken++) yield [taken === 3 ? 1 : taken, "x".repeat(200)];
        } finally {
          closed = true;
        }
      })();
      expect(await failureOf(connection.executeMany(insert, rows))).toBeInstanceOf(UniqueViolation);
      expect(taken).toBeLessThan(900_000);
      expect(closed).toBe(true);
    }),
  );

  test("PG27 the input is held back while the server is slow", async () => {
    await run(async () => {
      const connection = await connect(serverOptions());
      await connection.execute("CREATE TEMP TABLE big (a text)");
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const rows = (function* (): Generator<unknown[]> {
        for (let i = 0; i < 3000; i++) {
          if (i % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
          yield ["x".repeat(50_000)];
        }
      })();
      await connection.executeMany("INSERT INTO big SELECT $1 WHERE length($1) > 0", rows);
      // 150 MB went through; what is held is the socket's share and what the collector has not come to yet.
      expect(most).toBeLessThan(80 * 1024 * 1024);
      expect(await connection.fetchValue("SELECT count(*)::int4 FROM big")).toBe(3000);
    });
  });
});

describe("copyRecordsToTable", () => {
  test(
    "PG42 copies NULL, empty text, backslash, tab, newline and 4-byte UTF-8",
    withConnection(async (connection) => {
      await prepared(connection);
      const texts = [null, "", "\\", "\\N", "\t", "\n", "😀", "a,b\"c'"];
      expect(await connection.copyRecordsToTable("t", { records: texts.map((text, i) => [i, text]) })).toBe(
        `COPY ${texts.length}`,
      );
      const rows = await connection.fetch<{ b: string | null }>("SELECT b FROM t ORDER BY a");
      expect(rows.map(({ b }) => b)).toEqual(texts);
    }),
  );

  test(
    "takes 100 000 records of a generator, chosen columns, async iterables",
    withConnection(async (connection) => {
      await prepared(connection);
      expect(await connection.copyRecordsToTable("t", { records: numbered(100_000) })).toBe("COPY 100000");
      const records = (async function* () {
        for (let i = 0; i < 20; i++) yield [`x${i}`, await Promise.resolve(-1 - i)] as const;
      })();
      expect(await connection.copyRecordsToTable("t", { records, columns: ["b", "a"] })).toBe("COPY 20");
      expect(await connection.copyRecordsToTable("t", { records: [] })).toBe("COPY 0");
      expect(await count(connection)).toBe(100_020);
    }),
  );

  test(
    "PG41 PG40 a value that does not fit names row and column; errors of source and server leave nothing behind",
    withConnection(async (connection) => {
      await prepared(connection);
      const broken = (function* (): Generator<unknown[]> {
        yield* numbered(50_000);
        yield [50_000, 7];
      })();
      expect((await failureOf(connection.copyRecordsToTable("t", { records: broken }))).message).toMatch(
        /record #50000, column "b"/,
      );
      const mine = new Error("x".repeat(30_000));
      const throwing = (function* (): Generator<unknown[]> {
        yield* numbered(50_000);
        throw mine;
      })();
      expect(await failureOf(connection.copyRecordsToTable("t", { records: throwing }))).toBe(mine);
      expect(
        await failureOf(
          connection.copyRecordsToTable("t", {
            records: [
              [1, "a"],
              [1, "b"],
            ],
          }),
        ),
      ).toBeInstanceOf(UniqueViolation);
      expect(await failureOf(connection.copyRecordsToTable("t", { records: [[1]] }))).toBeInstanceOf(
        InterfaceError,
      );
      expect(await failureOf(connection.copyRecordsToTable("nowhere", { records: [] }))).toMatchObject({
        sqlstate: "42P01",
      });
      expect(await count(connection)).toBe(0);
    }),
  );

  test(
    "columns that have only a text form are inserted instead",
    withConnection(async (connection) => {
      await connection.execute("CREATE TEMP TABLE net (a int4, b inet)");
      expect(
        await connection.copyRecordsToTable("net", {
          records: [
            [1, "10.0.0.1"],
            [2, null],
          ],
        }),
      ).toBe("COPY 2");
      expect(await connection.fetchValue("SELECT b FROM net WHERE a = 1")).toBe("10.0.0.1");
    }),
  );
});
