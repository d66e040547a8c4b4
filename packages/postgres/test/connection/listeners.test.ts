import { describe, expect, test } from "vitest";
import { run } from "corio";
import { InterfaceError, connect } from "../../src/index.ts";
import { failureOf, serverOptions, withConnection } from "../support/database.ts";

describe("listeners", () => {
  test("PG77 notifications are delivered in order, also while a query is running", async () => {
    await run(async () => {
      const [listener, sender] = [await connect(serverOptions()), await connect(serverOptions())];
      const heard: string[] = [];
      await listener.addListener("news", (connection, processId, channel, payload) => {
        expect(connection).toBe(listener);
        expect(processId).toBe(sender.getServerPid());
        heard.push(`${channel}: ${payload}`);
      });
      for (let i = 0; i < 20; i++) await sender.execute(`NOTIFY news, '${i}'`);
      await listener.fetch("SELECT pg_sleep(0.01)");
      expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => `news: ${i}`));
    });
  });

  test(
    "LISTEN with the first listener, UNLISTEN with the last",
    withConnection(async (connection) => {
      const channels = (): PromiseLike<unknown> =>
        connection.fetchValue("SELECT array_agg(c) FROM pg_listening_channels() c") as never;
      const [first, second] = [() => {}, () => {}];
      await connection.addListener("a", first);
      await connection.addListener("a", second);
      expect(await channels()).toEqual(["a"]);
      await connection.removeListener("a", first);
      expect(await channels()).toEqual(["a"]);
      await connection.removeListener("a", second);
      expect(await channels()).toBe(null);
      await connection.removeListener("never", first);
    }),
  );

  test(
    "PG79 channel names are quoted, long ones refused, and a listener that throws does not stop the others",
    withConnection(async (connection) => {
      const name = 'Odd "name"; DROP';
      const heard: string[] = [];
      const warnings: Error[] = [];
      const onWarning = (warning: Error): number => warnings.push(warning);
      process.on("warning", onWarning);
      await connection.addListener(name, () => {
        throw new Error("listener");
      });
      await connection.addListener(name, (_c, _p, _ch, payload) => heard.push(payload));
      await connection.execute("SELECT pg_notify($1, 'x')", name);
      await connection.execute("SELECT 1");
      expect(heard).toEqual(["x"]);
      await new Promise((resolve) => setImmediate(resolve));
      process.removeListener("warning", onWarning);
      expect(warnings.map(({ message }) => message)).toEqual(["listener"]);
      expect(await failureOf(connection.addListener("x".repeat(64), () => {}))).toBeInstanceOf(
        InterfaceError,
      );
      expect(await failureOf(connection.addListener("", () => {}))).toBeInstanceOf(InterfaceError);
    }),
  );

  test(
    "PG80 notices reach the log listener; settings follow the server",
    withConnection(async (connection) => {
      const messages: string[] = [];
      connection.addLogListener((_connection, message) =>
        messages.push(`${message.severity} ${message.sqlstate} ${message.message}`),
      );
      await connection.execute("DO $$ BEGIN RAISE WARNING 'careful'; END $$");
      await connection.execute("DROP TABLE IF EXISTS not_there");
      expect(messages).toEqual([
        "WARNING 01000 careful",
        'NOTICE 00000 table "not_there" does not exist, skipping',
      ]);
      await connection.execute("SET TimeZone = 'Asia/Tokyo'");
      expect(connection.getSetting("TimeZone")).toBe("Asia/Tokyo");
      expect(connection.getServerVersion()).toMatch(/^18\./);
    }),
  );
});
