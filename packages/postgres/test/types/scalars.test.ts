import { describe, expect, test } from "vitest";
import { run } from "corio";
import { DataError, Interval, Timestamp, connect, jsonText } from "../../src/index.ts";
import { failureOf, serverOptions, withConnection } from "../support/database.ts";

/** Type, value to send, what comes back, and the server's own text for it. */
type Case = readonly [type: string, value: unknown, back: unknown, text: string];

const same = (type: string, value: unknown, text: string): Case => [type, value, value, text];

const cases: readonly Case[] = [
  same("bool", true, "true"),
  same("bool", false, "false"),
  same("int2", -32768, "-32768"),
  same("int2", 32767, "32767"),
  same("int4", -2147483648, "-2147483648"),
  same("int4", 2147483647, "2147483647"),
  ["int4", 7n, 7, "7"],
  same("int8", 9223372036854775807n, "9223372036854775807"),
  same("int8", -9223372036854775808n, "-9223372036854775808"),
  ["int8", 42, 42n, "42"],
  ["int8", -Number.MAX_SAFE_INTEGER, -9007199254740991n, "-9007199254740991"],
  same("oid", 4294967295, "4294967295"),
  same("xid8", 18446744073709551615n, "18446744073709551615"),
  same("float4", 1.1, "1.1"),
  same("float4", -0, "-0"),
  same("float4", NaN, "NaN"),
  same("float4", -Infinity, "-Infinity"),
  same("float8", 1.1, "1.1"),
  same("float8", 5e-324, "5e-324"),
  same("float8", -0, "-0"),
  same("float8", NaN, "NaN"),
  same("float8", Infinity, "Infinity"),
  same("numeric", "1.10", "1.10"),
  same("numeric", "0", "0"),
  same("numeric", "0.00", "0.00"),
  same("numeric", "-0.0001", "-0.0001"),
  same(
    "numeric",
    "12345678901234567890.123456789012345678901234567890",
    "12345678901234567890.123456789012345678901234567890",
  ),
  same("numeric", "10000", "10000"),
  same("numeric", "100000000", "100000000"),
  same("numeric", "0.000000001", "0.000000001"),
  ["numeric", "1e1000", `1${"0".repeat(1000)}`, `1${"0".repeat(1000)}`],
  ["numeric", "1.5e-7", "0.00000015", "0.00000015"],
  ["numeric", "-00012.500", "-12.500", "-12.500"],
  ["numeric", 3.25, "3.25", "3.25"],
  ["numeric", 123n, "123", "123"],
  same("numeric", "NaN", "NaN"),
  same("numeric", "Infinity", "Infinity"),
  same("numeric", "-Infinity", "-Infinity"),
  same("text", "", ""),
  same("text", "ä€😀 'quoted' \\ \t\n", "ä€😀 'quoted' \\ \t\n"),
  same("text", "x".repeat(100_000), "x".repeat(100_000)),
  same("varchar", "abc", "abc"),
  ["char(5)", "ab", "ab   ", "ab"],
  same("name", "a_name", "a_name"),
  same('"char"', "x", "x"),
  same("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
  [
    "uuid",
    "A0EEBC999C0B4EF8BB6D6BB9BD380A11",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  ],
  same("inet", "192.168.0.1/24", "192.168.0.1/24"),
  same("cidr", "10.0.0.0/8", "10.0.0.0/8"),
  same("macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:03"),
  same("tsvector", "'a' 'cat'", "'a' 'cat'"),
  same("tsquery", "'a' & 'b'", "'a' & 'b'"),
  same("point", "(1,2)", "(1,2)"),
  same("bit(3)", "101", "101"),
  same("jsonpath", '$."a"', '$."a"'),
  same("xml", "<a>b</a>", "<a>b</a>"),
  same("pg_lsn", "16/B374D848", "16/B374D848"),
  same("date", "2026-11-22", "2026-11-22"),
  same("date", "0001-01-01", "0001-01-01"),
  same("date", "-000043-03-15", "0044-03-15 BC"),
  same("date", "+012345-06-07", "12345-06-07"),
  same("date", "infinity", "infinity"),
  same("date", "-infinity", "-infinity"),
  same("date", "2000-02-29", "2000-02-29"),
  same("time", "00:00:00", "00:00:00"),
  same("time", "24:00:00", "24:00:00"),
  same("time", "23:59:59.999999", "23:59:59.999999"),
  same("time", "12:30:00.500", "12:30:00.5"),
  same("timetz", "12:30:00+02:00", "12:30:00+02"),
  same("timetz", "12:30:00.000001-05:30", "12:30:00.000001-05:30"),
  same("timestamp", "2026-11-22T16:13:16.123456", "2026-11-22 16:13:16.123456"),
  same("timestamp", "1969-12-31T23:59:59.999999", "1969-12-31 23:59:59.999999"),
  same("timestamp", "infinity", "infinity"),
  same("timestamp", "-004712-01-01T00:00:00", "4713-01-01 00:00:00 BC"),
  ["timestamp", "2026-11-22 16:13", "2026-11-22T16:13:00", "2026-11-22 16:13:00"],
];

describe("values survive the way to the server and back", () => {
  test.each(cases)("%s: %s", async (type, value, back, text) => {
    await withConnection(async (connection) => {
      const row = await connection.fetchRow(`SELECT $1::${type} AS v, ($1::${type})::text AS t`, value);
      expect(row!.t).toBe(text);
      expect(row!.v).toStrictEqual(back);
    })();
  });
});

test(
  "PG67 timestamptz is exact to the microsecond and takes a Date, text with an offset, or a Timestamp",
  withConnection(async (connection) => {
    const ask = (value: unknown): Promise<{ v: Timestamp; t: string }> =>
      connection.fetchRow("SELECT $1::timestamptz AS v, ($1::timestamptz)::text AS t", value) as never;
    const exact = await ask("2026-11-22T18:13:16.123456+02:00");
    expect(exact.t).toBe("2026-11-22 16:13:16.123456+00");
    expect(String(exact.v)).toBe("2026-11-22T16:13:16.123456Z");
    expect(exact.v.toDate()).toEqual(new Date("2026-11-22T16:13:16.123Z"));
    expect((await ask(new Date(1234567890123))).v.epochMilliseconds).toBe(1234567890123);
    expect((await ask(exact.v)).v.equals(exact.v)).toBe(true);
    expect((await ask("1969-12-31T23:59:59.999999Z")).v.epochMicroseconds).toBe(-1n);
    expect((await ask("1969-12-31T23:59:59.999999Z")).v.epochMilliseconds).toBe(-1);
    expect((await ask("-000043-03-15T00:00:00Z")).t).toBe("0044-03-15 00:00:00+00 BC");
    expect((await ask("+200000-01-01T00:00:00Z")).t).toBe("200000-01-01 00:00:00+00");
  }),
);

test(
  "PG66 the infinities survive, and are not year 9999",
  withConnection(async (connection) => {
    const infinite = await connection.fetchValue<Timestamp>("SELECT 'infinity'::timestamptz");
    expect(infinite).toBe(Timestamp.infinity);
    expect(infinite!.isFinite).toBe(false);
    expect(() => infinite!.toDate()).toThrow(RangeError);
    expect(infinite! > Timestamp.from("9999-12-31T00:00:00Z")).toBe(true);
    expect(
      await connection.fetchValue("SELECT $1::timestamptz = '-infinity'", Timestamp.negativeInfinity),
    ).toBe(true);
    expect(await connection.fetchValue("SELECT $1::timestamptz = 'infinity'", "infinity")).toBe(true);
  }),
);

test(
  "PG67 the time zone of the process does not shift a timestamp or a date",
  withConnection(async (connection) => {
    const zone = process.env.TZ;
    try {
      for (const name of ["America/Los_Angeles", "Asia/Tokyo"]) {
        process.env.TZ = name;
        const row = await connection.fetchRow(
          "SELECT '2026-03-29 02:30:00'::timestamp AS t, '2026-03-29'::date AS d",
        );
        expect({ ...row }).toEqual({ t: "2026-03-29T02:30:00", d: "2026-03-29" });
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  }),
);

test(
  "PG68 an interval keeps months, days and microseconds apart",
  withConnection(async (connection) => {
    const ask = (value: unknown): Promise<{ v: Interval; t: string }> =>
      connection.fetchRow("SELECT $1::interval AS v, ($1::interval)::text AS t", value) as never;
    const one = await ask({ years: 1, months: 2, days: 3, hours: 4, minutes: 5, seconds: 6.5 });
    expect(one.t).toBe("1 year 2 mons 3 days 04:05:06.5");
    expect(one.v).toEqual(new Interval(14, 3, 14_706_500_000n));
    expect(String(one.v)).toBe("P14M3DT4H5M6.500S");
    expect((await ask("P14M3DT4H5M6.500S")).v.equals(one.v)).toBe(true);
    expect((await ask("-P1M")).t).toBe("-1 mons");
    expect((await ask("P1DT-1S")).t).toBe("1 day -00:00:01");
    expect(String((await ask(new Interval(0, 0, 0n))).v)).toBe("PT0S");
    expect((await ask(new Interval(1, -1, -1n))).t).toBe("1 mon -1 days -00:00:00.000001");
  }),
);

test(
  "bytea is a copy that nobody else holds (PG74)",
  withConnection(async (connection) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const first = await connection.fetchValue<Buffer>("SELECT $1::bytea", bytes);
    await connection.fetchValue("SELECT $1::bytea", new Uint8Array(256));
    expect(Uint8Array.from(first!)).toEqual(bytes);
    expect(first!.buffer.byteLength).toBe(256);
    expect(await connection.fetchValue("SELECT length($1::bytea)", new Uint16Array([1, 2]))).toBe(4);
    expect(await connection.fetchValue("SELECT length($1::bytea)", new Uint8Array(0))).toBe(0);
  }),
);

test.each(["json", "jsonb"])("PG72 %s takes any value, and text only if asked", (type) =>
  withConnection(async (connection) => {
    const ask = (value: unknown): Promise<{ v: unknown; t: string | null }> =>
      connection.fetchRow(`SELECT $1::${type} AS v, ($1::${type})::text AS t`, value) as never;
    for (const value of [{ a: [1, { b: null }] }, [], [1, "two", [3]], "a string", 1.5, true, "null"]) {
      expect((await ask(value)).v).toEqual(value);
    }
    expect((await ask("a string")).t).toBe('"a string"');
    expect((await ask(null)).t).toBe(null);
    expect(await ask(jsonText("null"))).toMatchObject({ v: null, t: "null" });
    expect((await ask(jsonText('{"a": 1}'))).v).toEqual({ a: 1 });
    expect(await connection.fetchValue(`SELECT $1::${type}[]`, [[1, 2], { a: 1 }, null, "x"])).toEqual([
      [1, 2],
      { a: 1 },
      null,
      "x",
    ]);
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(await failureOf(ask(circular))).toMatchObject({
      code: "DATA_ERROR",
      message: expect.stringContaining("$1"),
    });
  })(),
);

const refused: readonly (readonly [type: string, value: unknown, message: RegExp])[] = [
  ["bool", 1, /expected a boolean, got the number 1/],
  ["int4", 1.5, /expected an integer for int4, got the number 1.5/],
  ["int4", "1", /expected an integer for int4, got the string "1"/],
  ["int4", true, /got the boolean true/],
  ["int4", 2147483648, /out of range for int4/],
  ["int4", NaN, /expected an integer/],
  ["int2", 32768, /out of range for int2/],
  ["int2", -32769n, /out of range for int2/],
  ["oid", -1, /out of range for oid/],
  ["int8", 2 ** 53, /pass a bigint/],
  ["int8", 2n ** 63n, /out of range for int8/],
  ["int8", 0.5, /expected an integer for int8/],
  ["float8", "1", /expected a number for float8/],
  ["float4", 1e300, /out of range for float4/],
  ["numeric", "abc", /expected a decimal number/],
  ["numeric", "", /expected a decimal number/],
  ["numeric", "1e999999", /overflows/],
  ["text", 5, /expected a string, got the number 5/],
  ["text", "a\0b", /NUL/],
  ["text", "\ud800", /surrogate/],
  ["uuid", "not-a-uuid", /expected a UUID/],
  ["bytea", "text", /expected bytes/],
  ["date", new Date(0), /got a Date/],
  ["date", "2026-02-30", /not a date of the calendar/],
  ["date", "2026-11-22T10:00:00", /expected a date/],
  ["date", "tomorrow", /expected ISO 8601 text for date/],
  ["time", "25:00", /not a time of day/],
  ["timestamp", "2026-11-22T10:00:00Z", /has a UTC offset/],
  ["timestamp", new Date(0), /got a Date/],
  ["timestamp", "2026-11-22T10:00:00.1234567", /finer than a microsecond/],
  ["timestamptz", "2026-11-22T10:00:00", /has no UTC offset/],
  ["timestamptz", new Date(NaN), /invalid Date/],
  ["timestamptz", 5, /expected a Timestamp/],
  ["interval", "5 days", /expected an ISO 8601 duration/],
  ["interval", { mnths: 1 }, /expected an interval/],
  ["json", () => 1, /expected a value for json/],
];

test(
  "PG63 what does not fit is refused before it is sent, and the connection stays usable (PG21)",
  withConnection(async (connection) => {
    for (const [type, value, message] of refused) {
      const error = await failureOf(connection.fetch(`SELECT $1::int4, $2::${type}`, 1, value));
      expect(error, `${type} ${String(value)}`).toBeInstanceOf(DataError);
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(/^argument \$2: /);
    }
    expect(await connection.fetchValue("SELECT 1")).toBe(1);
  }),
);

test("PG62 int8 as number is exact, or an error", async () => {
  await run(async () => {
    const connection = await connect(serverOptions({ int8: "number" }));
    expect(await connection.fetchValue("SELECT 9007199254740991::int8")).toBe(Number.MAX_SAFE_INTEGER);
    expect(await connection.fetchValue("SELECT -9007199254740991::int8")).toBe(Number.MIN_SAFE_INTEGER);
    expect(await connection.fetchValue("SELECT ARRAY[1, 2]::int8[]")).toEqual([1, 2]);
    expect(await connection.fetchValue("SELECT count(*) FROM generate_series(1, 3)")).toBe(3);
    expect(await failureOf(connection.fetch("SELECT 9007199254740992::int8"))).toBeInstanceOf(DataError);
    expect(await connection.fetchValue("SELECT 1::int8")).toBe(1);
  });
});

test(
  "every float4 comes back as the shortest decimal that is the same float4 (PG65)",
  withConnection(async (connection) => {
    const rows = await connection.fetch<{ f: number; t: string }>(
      "SELECT f, f::text AS t FROM (SELECT (random() * power(10, (random() * 60 - 30)::int))::float4 AS f FROM generate_series(1, 2000))",
    );
    for (const { f, t } of rows) {
      expect(Math.fround(f)).toBe(Math.fround(Number(t)));
      expect(f.toExponential().length).toBeLessThanOrEqual(Number(t).toExponential().length);
    }
  }),
);

test(
  "every numeric written by the server is read, and written back the same (PG64)",
  withConnection(async (connection) => {
    const rows = await connection.fetch<{ n: string; t: string }>(
      `SELECT n, n::text AS t FROM (SELECT round((random()::numeric - 0.5) * power(10::numeric, (i % 60) - 30), i % 40) AS n
       FROM generate_series(1, 2000) i)`,
    );
    for (const { n, t } of rows) expect(n).toBe(t);
    const back = await connection.fetchValue<boolean>(
      "SELECT bool_and(a::text = b) FROM unnest($1::numeric[], $2::text[]) AS t(a, b)",
      rows.map(({ n }) => n),
      rows.map(({ t }) => t),
    );
    expect(back).toBe(true);
  }),
);

test(
  "every day of four centuries is the server's day",
  withConnection(async (connection) => {
    const rows = await connection.fetch<{ d: string; t: string }>(
      "SELECT d::date AS d, to_char(d, 'YYYY-MM-DD') AS t FROM generate_series('1800-01-01'::timestamp, '2200-12-31', '1 day') d",
    );
    expect(rows.length).toBeGreaterThan(146_000);
    expect(rows.every(({ d, t }) => d === t)).toBe(true);
    const back = await connection.fetchValue<boolean>(
      "SELECT bool_and(a = b::date) FROM unnest($1::date[], $2::text[]) AS t(a, b)",
      rows.map(({ d }) => d),
      rows.map(({ t }) => t),
    );
    expect(back).toBe(true);
  }),
);
