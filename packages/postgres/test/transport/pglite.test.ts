import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gather, moveOnAfter, run, taskGroup } from "corio";
import { ConnectionError, SqlSyntaxError, UniqueViolation, connect, createPool } from "../../src/index.ts";
import { failureOf } from "../support/database.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "corio-pglite-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an embedded database in memory", () => {
  test("does what a server does", async () => {
    await run(async () => {
      const connection = await connect("pglite:", { serverSettings: { application_name: "it's me" } });
      expect(connection.getServerVersion()).toMatch(/^18/);
      expect(await connection.fetchValue("SHOW application_name")).toBe("it's me");
      await connection.execute(
        "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (a int4 PRIMARY KEY, b text, m mood)",
      );
      await connection.executeMany(
        "INSERT INTO t VALUES ($1, $2, 'ok')",
        (function* () {
          for (let i = 0; i < 20_000; i++) yield [i, `text ${i}`];
        })(),
      );
      expect(await connection.fetchValue("SELECT count(*) FROM t")).toBe(20_000n);
      expect({ ...(await connection.fetchRow("SELECT * FROM t WHERE a = $1", 5)) } as object).toEqual({
        a: 5,
        b: "text 5",
        m: "ok",
      });
      expect((await connection.fetch("SELECT * FROM t")).length).toBe(20_000);

      const records = (async function* () {
        for (let i = 20_000; i < 20_010; i++) yield [i, await Promise.resolve("x"), "ok"] as const;
      })();
      expect(await connection.copyRecordsToTable("t", { records })).toBe("COPY 10");
      expect(
        await failureOf(connection.copyRecordsToTable("t", { records: [[1, "twice", "ok"]] })),
      ).toBeInstanceOf(UniqueViolation);
      expect(
        await failureOf(connection.copyRecordsToTable("t", { records: [["x", "y", "ok"]] })),
      ).toMatchObject({ code: "DATA_ERROR" });
      expect(
        await failureOf(connection.executeMany("INSERT INTO t VALUES ($1)", [[99_999], [1]])),
      ).toBeInstanceOf(UniqueViolation);
      expect(await failureOf(connection.execute("SELEC"))).toBeInstanceOf(SqlSyntaxError);
      expect(await connection.fetchValue("SELECT count(*) FROM t")).toBe(20_010n);

      await failureOf(
        connection.transaction(async () => {
          await connection.execute("DELETE FROM t");
          await connection.execute("SELECT 1/0");
        }),
      );
      expect(await connection.fetchValue("SELECT count(*) FROM t")).toBe(20_010n);
      const heard: string[] = [];
      await connection.addListener("news", (_c, _p, _ch, payload) => heard.push(payload));
      await connection.execute("NOTIFY news, 'hello'");
      expect(heard).toEqual(["hello"]);
      const values = await gather(
        Array.from({ length: 100 }, (_, i) => () => connection.fetchValue("SELECT $1::int4", i)),
      );
      expect(values).toEqual(Array.from({ length: 100 }, (_, i) => i));
      expect((await connection.fetchValue<string>("SELECT repeat('x', 5000000)"))!.length).toBe(5_000_000);
    });
  });

  test("a pool of it has one connection, which borrowers take in turns, cleaned in between", async () => {
    await run(async () => {
      const pool = await createPool("pglite:", { maxSize: 10, serverSettings: { application_name: "kept" } });
      expect(pool.getMaxSize()).toBe(1);
      await pool.execute("CREATE TABLE t (a int4)");
      await taskGroup(async (group) => {
        for (let i = 0; i < 20; i++) {
          group.spawn(() =>
            pool.transaction((connection) => connection.execute("INSERT INTO t VALUES ($1)", i)),
          );
        }
      });
      await failureOf(pool.execute("BEGIN; INSERT INTO t VALUES (1); SET search_path = x; SELECT 1/0"));
      expect(await pool.fetchValue("SELECT count(*) FROM t")).toBe(20n);
      expect(await pool.fetchValue("SHOW application_name")).toBe("kept");
    });
  });

  test("a cancelled operation is waited for; one that does not end in time takes the connection with it", async () => {
    await run(async () => {
      const connection = await connect("pglite:", { cancelTimeout: 1000 });
      const quick = await moveOnAfter(20, () => connection.fetch("SELECT pg_sleep(0.2)"));
      expect(quick.cancelled).toBe(true);
      expect(await connection.fetchValue("SELECT 1")).toBe(1);
      const slow = await moveOnAfter(20, () => connection.fetch("SELECT pg_sleep(60)"));
      expect(slow.cancelled).toBe(true);
      expect(connection.isClosed()).toBe(true);
      expect((await failureOf(connection.fetch("SELECT 1"))).message).toMatch(/given up/);
    });
  });
});

describe("an embedded database in a folder", () => {
  test("keeps what was written, and is open once at a time", async () => {
    const dsn = `pglite:${join(folder, "kept")}`;
    await run(async () => {
      const connection = await connect(dsn);
      await connection.execute("CREATE TABLE t (a int4); INSERT INTO t VALUES (42)");
      expect(await failureOf(connect(dsn))).toBeInstanceOf(ConnectionError);
    });
    await run(async () => {
      const connection = await connect(dsn);
      expect(await connection.fetchValue("SELECT a FROM t")).toBe(42);
    });
  });

  test("is consistent after its process was killed in the middle of writing", async () => {
    const path = join(folder, "killed");
    const source = new URL("../../src/index.ts", import.meta.url).href;
    const script = join(folder, "writer.ts");
    writeFileSync(
      script,
      `import { run } from ${JSON.stringify(import.meta.resolve("corio"))};
       import { connect } from ${JSON.stringify(source)};
       await run(async () => {
         const connection = await connect("pglite:" + process.argv[2]);
         await connection.execute("CREATE TABLE pairs (a int4, b text)");
         for (let i = 0; ; i++) {
           await connection.transaction(async () => {
             await connection.execute("INSERT INTO pairs VALUES ($1, 'left')", i);
             await connection.execute("INSERT INTO pairs VALUES ($1, 'right')", i);
           });
           if (i % 50 === 0) console.log(i);
         }
       });`,
    );
    const child = spawn(process.execPath, ["--conditions=@corio/source", script, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let written = 0;
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        written = Number(text.trim().split("\n").at(-1));
        if (written >= 200) child.kill("SIGKILL");
      });
      child.once("exit", () => resolve());
    });
    expect(written).toBeGreaterThanOrEqual(200);
    await run(async () => {
      const connection = await connect(`pglite:${path}`);
      const halves = "SELECT count(*) FROM (SELECT a FROM pairs GROUP BY a HAVING count(*) <> 2) AS torn";
      expect(await connection.fetchValue(halves)).toBe(0n);
      expect(await connection.fetchValue("SELECT max(a) FROM pairs")).toBeGreaterThanOrEqual(written);
      await connection.execute("INSERT INTO pairs VALUES (-1, 'after')");
    });
  });

  test("a folder that cannot be one is told, and leaves no worker", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await run(async () => {
      expect(await failureOf(connect(`pglite:${join(file, "x")}`))).toBeInstanceOf(Error);
    });
  });
});
