import { describe, expect, test } from "vitest";
import { DataError, OutdatedSchemaCache, Range } from "../../src/index.ts";
import { failureOf, withConnection } from "../support/database.ts";

describe("arrays (PG69)", () => {
  test.each([
    ["int4[]", [1, null, 3], "{1,NULL,3}"],
    ["int4[]", [], "{}"],
    [
      "int4[]",
      [
        [1, 2],
        [3, null],
      ],
      "{{1,2},{3,NULL}}",
    ],
    ["int4[]", [[[[[[7]]]]]], "{{{{{{7}}}}}}"],
    ["int8[]", [1n, 2n ** 62n], "{1,4611686018427387904}"],
    ["text[]", ["a", "", null, "NULL", '"', "\\", "{}", ","], '{a,"",NULL,"NULL","\\"","\\\\","{}",","}'],
    ["numeric[]", ["1.10", "NaN", null], "{1.10,NaN,NULL}"],
    ["bool[]", [true, null, false], "{t,NULL,f}"],
    ["inet[]", ["10.0.0.1", null, "::1"], "{10.0.0.1,NULL,::1}"],
    ["inet[]", [["10.0.0.1"], [null]], "{{10.0.0.1},{NULL}}"],
    ["inet[]", [], "{}"],
    ["box[]", ["(1,1),(0,0)", "(2,2),(1,1)"], "{(1,1),(0,0);(2,2),(1,1)}"],
    ["tsvector[]", ["'a' 'b'"], "{\"'a' 'b'\"}"],
  ])("%s: %s", async (type, value, text) => {
    await withConnection(async (connection) => {
      const row = await connection.fetchRow(`SELECT $1::${type} AS v, ($1::${type})::text AS t`, value);
      expect(row!.t).toBe(text);
      expect(row!.v).toEqual(value);
    })();
  });

  test(
    "lower bounds other than 1 are read",
    withConnection(async (connection) => {
      expect(await connection.fetchValue("SELECT '[0:1]={1,2}'::int4[]")).toEqual([1, 2]);
      expect(await connection.fetchValue("SELECT '[-2:-1]={10.0.0.1,10.0.0.2}'::inet[]")).toEqual([
        "10.0.0.1",
        "10.0.0.2",
      ]);
      expect(await connection.fetchValue("SELECT '1 2 3'::int2vector")).toEqual([1, 2, 3]);
    }),
  );

  test.each([
    ["ragged lengths", [[1, 2], [3]]],
    ["ragged depth", [[1], 2]],
    ["ragged depth the other way", [1, [2]]],
    ["seven dimensions", [[[[[[[1]]]]]]]],
    ["an empty one beside a full one", [[], [1]]],
    ["no array", 5],
    ["a string", "{1,2}"],
    ["a wrong element", [1, "2"]],
  ])("refuses %s", async (_what, value) => {
    await withConnection(async (connection) => {
      expect(await failureOf(connection.fetch("SELECT $1::int4[]", value))).toBeInstanceOf(DataError);
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
    })();
  });

  test(
    "a typed array and a Set are arrays too",
    withConnection(async (connection) => {
      expect(await connection.fetchValue("SELECT $1::int4[]", new Int32Array([1, 2]))).toEqual([1, 2]);
      expect(await connection.fetchValue("SELECT $1::text[]", new Set(["a", "b"]))).toEqual(["a", "b"]);
      const bytes = await connection.fetchValue<Buffer[]>("SELECT $1::bytea[]", [new Uint8Array([1]), null]);
      expect(bytes).toEqual([Buffer.from([1]), null]);
    }),
  );
});

describe("types the server defines (PG73)", () => {
  test(
    "enums, domains, and arrays of them need no registration",
    withConnection(async (connection) => {
      await connection.transaction(async () => {
        await connection.execute(`CREATE TYPE mood AS ENUM ('sad', 'ok', 'very happy');
          CREATE DOMAIN percent AS int4 CHECK (VALUE BETWEEN 0 AND 100); CREATE DOMAIN moods AS mood[]`);
        expect(await connection.fetchValue("SELECT $1::mood", "very happy")).toBe("very happy");
        expect(await connection.fetchValue("SELECT $1::mood[]", ["sad", null])).toEqual(["sad", null]);
        expect(await connection.fetchValue("SELECT $1::percent", 50)).toBe(50);
        expect(await connection.fetchValue("SELECT $1::percent[]", [1, 2])).toEqual([1, 2]);
        expect(await connection.fetchValue("SELECT $1::moods", ["ok"])).toEqual(["ok"]);
        expect(await failureOf(connection.fetch("SELECT $1::percent", 1.5))).toBeInstanceOf(DataError);
        await connection.execute("DROP TYPE mood CASCADE; DROP DOMAIN percent CASCADE");
      });
    }),
  );

  test(
    "PG70 composites hold arrays of composites, NULLs, and know dropped columns",
    withConnection(async (connection) => {
      await connection.transaction(async () => {
        await connection.execute(`CREATE TYPE inner_t AS (a int4, b text[]);
          CREATE TYPE outer_t AS (id int8, "odd name" inner_t, list inner_t[]);
          CREATE TABLE rows_t (x int4, gone text, y inner_t); ALTER TABLE rows_t DROP COLUMN gone`);
        const value = {
          id: 5n,
          "odd name": { a: 1, b: ["x", null] },
          list: [{ a: null, b: null }, null, { a: 2, b: [] }],
        };
        const row = await connection.fetchRow("SELECT $1::outer_t AS v, ($1::outer_t)::text AS t", value);
        expect(row!.v).toEqual(value);
        expect(row!.t).toBe('(5,"(1,""{x,NULL}"")","{""(,)"",NULL,""(2,{})""}")');
        expect(await connection.fetchValue("SELECT $1::inner_t", [7, null])).toEqual({ a: 7, b: null });
        expect(await connection.fetchValue("SELECT r FROM (VALUES (1, NULL::inner_t)) AS r(x, y)")).toEqual([
          1,
          null,
        ]);
        await connection.execute("INSERT INTO rows_t VALUES (1, ROW(2, NULL))");
        expect(await connection.fetchValue("SELECT rows_t FROM rows_t")).toEqual({
          x: 1,
          y: { a: 2, b: null },
        });
        expect((await failureOf(connection.fetch("SELECT $1::inner_t", { a: 1, c: 2 }))).message).toMatch(
          /no attribute "c"/,
        );
        expect((await failureOf(connection.fetch("SELECT $1::inner_t", { a: "x" }))).message).toMatch(
          /attribute "a"/,
        );
        await connection.execute("DROP TABLE rows_t; DROP TYPE outer_t; DROP TYPE inner_t");
      });
    }),
  );

  test(
    "PG15 after a composite was altered the first fetch says so, and the second one works",
    withConnection(async (connection) => {
      await connection.execute("DROP TYPE IF EXISTS altered_t; CREATE TYPE altered_t AS (a int4)");
      try {
        expect(await connection.fetchValue("SELECT ROW(1)::altered_t")).toEqual({ a: 1 });
        await connection.execute("ALTER TYPE altered_t ADD ATTRIBUTE b text");
        expect(await failureOf(connection.fetch("SELECT ROW(1, 'x')::altered_t"))).toBeInstanceOf(
          OutdatedSchemaCache,
        );
        expect(await connection.fetchValue("SELECT ROW(1, 'x')::altered_t")).toEqual({ a: 1, b: "x" });
      } finally {
        await connection.execute("DROP TYPE altered_t");
      }
    }),
  );

  test(
    "a record without a type is an array",
    withConnection(async (connection) => {
      expect(await connection.fetchValue("SELECT ROW(1, 'a', NULL, ROW(2.5::float8))")).toEqual([
        1,
        "a",
        null,
        [2.5],
      ]);
      expect((await failureOf(connection.fetch("SELECT $1::record", [1]))).message).toMatch(/record/);
    }),
  );
});

describe("ranges (PG71)", () => {
  test.each([
    ["int4range", new Range(1, 5), "[1,5)"],
    ["numrange", new Range("1.5", "2.5", { lowerInclusive: false, upperInclusive: true }), "(1.5,2.5]"],
    ["numrange", new Range("1", "1", { upperInclusive: true }), "[1,1]"],
    ["numrange", new Range("1", null), "[1,)"],
    ["numrange", new Range(null, "1"), "(,1)"],
    ["numrange", new Range(), "(,)"],
    ["int8range", Range.empty(), "empty"],
    ["daterange", new Range("2026-01-01", "2026-12-31"), "[2026-01-01,2026-12-31)"],
    ["int4multirange", [new Range(1, 3), new Range(5, 9)], "{[1,3),[5,9)}"],
    ["int4multirange", [], "{}"],
    ["int4range[]", [new Range(1, 2), null], '{"[1,2)",NULL}'],
  ])("%s %s", async (type, value, text) => {
    await withConnection(async (connection) => {
      const row = await connection.fetchRow(`SELECT $1::${type} AS v, ($1::${type})::text AS t`, value);
      expect(row!.t).toBe(text);
      expect(row!.v).toEqual(value);
    })();
  });

  test(
    "a range over a type of one's own needs no registration",
    withConnection(async (connection) => {
      await connection.transaction(async () => {
        await connection.execute("CREATE TYPE floatrange AS RANGE (subtype = float8)");
        expect(await connection.fetchValue("SELECT $1::floatrange", new Range(0.5, 1.5))).toEqual(
          new Range(0.5, 1.5),
        );
        expect(await connection.fetchValue("SELECT $1::floatmultirange", [new Range(0.5, 1.5)])).toEqual([
          new Range(0.5, 1.5),
        ]);
        await connection.execute("DROP TYPE floatrange");
      });
    }),
  );
});

test(
  "types of the system catalogue come as text or numbers",
  withConnection(async (connection) => {
    const rows = await connection.fetch("SELECT * FROM pg_type ORDER BY oid LIMIT 3");
    expect(rows[0]).toMatchObject({ oid: 16, typname: "bool", typinput: "boolin", typacl: null });
    expect(await connection.fetchValue("SELECT 'pg_class'::regclass")).toBe("pg_class");
    expect(await connection.fetchValue("SELECT pg_sleep(0)")).toBe(null);
    await connection.fetch("SELECT * FROM pg_class LIMIT 50");
    await connection.fetch("SELECT * FROM pg_statistic LIMIT 50");
    await connection.fetch("SELECT * FROM pg_proc LIMIT 500");
  }),
);
