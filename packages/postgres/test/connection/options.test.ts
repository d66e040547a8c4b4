import { describe, expect, test } from "vitest";
import { InvalidDsn } from "../../src/index.ts";
import { parseDsn } from "../../src/connection/dsn.ts";
import { resolveOptions } from "../../src/connection/options.ts";

const resolve = (...args: Parameters<typeof resolveOptions>): ReturnType<typeof resolveOptions> =>
  resolveOptions(args[0], args[1] ?? {}, args[2] ?? {});

describe("DSN", () => {
  test.each([
    ["postgres://u:p@h:1/d", { user: "u", password: "p", database: "d", hosts: [{ host: "h", port: 1 }] }],
    ["postgresql://h", { hosts: [{ host: "h", port: undefined }] }],
    ["postgres://", { hosts: [] }],
    ["postgres:///d", { database: "d", hosts: [] }],
    ["postgres://u@/d", { user: "u", database: "d", hosts: [] }],
    [
      "postgres://a%40b:p%3A%2F@h/d%20e",
      { user: "a@b", password: "p:/", database: "d e", hosts: [{ host: "h", port: undefined }] },
    ],
    ["postgres://u:@h", { user: "u", password: "", hosts: [{ host: "h", port: undefined }] }],
    [
      "postgres://a:1,b,[::1]:3/d",
      {
        database: "d",
        hosts: [
          { host: "a", port: 1 },
          { host: "b", port: undefined },
          { host: "::1", port: 3 },
        ],
      },
    ],
    ["postgres://%2Frun%2Fpg:7/d", { database: "d", hosts: [{ host: "/run/pg", port: 7 }] }],
  ])("%s", (dsn, expected) => {
    const { query, ...rest } = parseDsn(dsn);
    expect(rest).toEqual(expected);
    expect(query.size).toBe(0);
  });

  test("options follow the question mark", () => {
    expect([...parseDsn("postgres://h/d?a=1&b=x%20y&c=").query]).toEqual([
      ["a", "1"],
      ["b", "x y"],
      ["c", ""],
    ]);
  });

  test.each([
    "",
    "h",
    "mysql://h",
    "postgres:/h",
    "postgres://h:99999/d",
    "postgres://h:x/d",
    "postgres://h/d?a",
    "postgres://%zz@h",
    "postgres://u:secret@h:x:y/",
  ])("refuses %s, without showing a password", (dsn) => {
    expect(() => parseDsn(dsn)).toThrow(InvalidDsn);
    try {
      parseDsn(dsn);
    } catch (error) {
      expect((error as Error).message).not.toContain("secret");
    }
  });
});

describe("options", () => {
  test("PG1 options win over the DSN, the DSN over the environment", () => {
    const env = {
      PGUSER: "eu",
      PGHOST: "eh",
      PGPORT: "1",
      PGDATABASE: "ed",
      PGPASSWORD: "ep",
      PGAPPNAME: "app",
    };
    const all = resolve({}, {}, env);
    expect(all).toMatchObject({
      user: "eu",
      database: "ed",
      password: "ep",
      addresses: [{ host: "eh", port: 1 }],
    });
    expect(all.serverSettings.get("application_name")).toBe("app");
    const dsn = resolve("postgres://du:dp@dh:2/dd?application_name=x", {}, env);
    expect(dsn).toMatchObject({
      user: "du",
      database: "dd",
      password: "dp",
      addresses: [{ host: "dh", port: 2 }],
    });
    expect(dsn.serverSettings.get("application_name")).toBe("x");
    const options = { user: "ou", password: "op", host: "oh", port: 3, database: "od" };
    expect(resolve("postgres://du:dp@dh:2/dd", options, env)).toMatchObject({
      user: "ou",
      password: "op",
      database: "od",
      addresses: [{ host: "oh", port: 3 }],
    });
  });

  test("a port of the environment does not change a host of the DSN", () => {
    expect(resolve("postgres://h/d", {}, { PGPORT: "1" }).addresses).toEqual([{ host: "h", port: 5432 }]);
  });

  test("several hosts take one port, or one each", () => {
    expect(resolve({ host: ["a", "/sock"], port: 7 }).addresses).toEqual([
      { host: "a", port: 7 },
      { path: "/sock/.s.PGSQL.7" },
    ]);
    expect(resolve({ host: ["a", "b"], port: [1, 2] }).addresses).toEqual([
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ]);
    expect(() => resolve({ host: ["a", "b"], port: [1, 2, 3] })).toThrow(InvalidDsn);
    expect(resolve({}, {}, { PGHOST: "a,b" }).addresses).toEqual([
      { host: "a", port: 5432 },
      { host: "b", port: 5432 },
    ]);
  });

  test("without a host it is the local server, by Unix socket if there is one", () => {
    expect(resolve({}).addresses.at(-1)).toEqual({ host: "localhost", port: 5432 });
  });

  test("the database is the user's own unless said", () => {
    expect(resolve({ user: "u", host: "h" }).database).toBe("u");
  });

  test("pglite: is in memory, pglite:FOLDER on disk", () => {
    expect(resolve("pglite:").embedded).toBe("");
    expect(resolve("pglite:./some where").embedded).toBe("./some where");
    expect(resolve("postgres://h").embedded).toBe(undefined);
  });

  test("refuses what makes no sense", () => {
    expect(() => resolve({ statementCacheSize: -1 })).toThrow(InvalidDsn);
    expect(() => resolve({ host: "h", port: 0 })).toThrow(InvalidDsn);
    expect(() => resolve({ sslmode: "perhaps" as never })).toThrow(InvalidDsn);
  });

  test("connect_timeout is in seconds, as libpq has it; timeout in milliseconds", () => {
    expect(resolve("postgres://h?connect_timeout=3").timeout).toBe(3000);
    expect(resolve("postgres://h", { timeout: 5 }).timeout).toBe(5);
    expect(resolve("postgres://h", { timeout: null }).timeout).toBe(null);
    expect(resolve("postgres://h").timeout).toBe(60_000);
  });
});
