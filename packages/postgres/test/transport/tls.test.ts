import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { moveOnAfter, run } from "corio";
import { TlsError, connect } from "../../src/index.ts";
import type { ConnectOptions, Connection } from "../../src/index.ts";
import { failureOf, serverOptions } from "../support/database.ts";

const encrypted = (connection: Connection): PromiseLike<unknown> =>
  connection.fetchValue("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") as never;

function overTls(more: ConnectOptions): ConnectOptions {
  return serverOptions({
    host: "localhost",
    tls: { ca: readFileSync(inject("postgres").rootCertificate) },
    ...more,
  });
}

describe("TLS", () => {
  test.each(["prefer", "require", "verify-ca", "verify-full"] as const)(
    "sslmode %s encrypts",
    async (sslmode) => {
      await run(async () => {
        const connection = await connect(overTls({ sslmode }));
        expect(await encrypted(connection)).toBe(true);
        expect((await connection.fetchValue<string>("SELECT repeat('x', 3000000)"))!.length).toBe(3_000_000);
      });
    },
  );

  test("sslmode disable does not", async () => {
    await run(async () => {
      expect(await encrypted(await connect(overTls({ sslmode: "disable" })))).toBe(false);
    });
  });

  test("without the authority's certificate only prefer and require connect", async () => {
    await run(async () => {
      expect(await encrypted(await connect(serverOptions({ sslmode: "require" })))).toBe(true);
      for (const sslmode of ["verify-ca", "verify-full"] as const) {
        expect(await failureOf(connect(serverOptions({ host: "localhost", sslmode })))).toBeInstanceOf(
          TlsError,
        );
      }
    });
  });

  test("verify-full wants the certificate to be of that host, verify-ca does not", async () => {
    await run(async () => {
      expect(await failureOf(connect(overTls({ host: "127.0.0.1", sslmode: "verify-full" })))).toBeInstanceOf(
        TlsError,
      );
      expect(await encrypted(await connect(overTls({ host: "127.0.0.1", sslmode: "verify-ca" })))).toBe(true);
    });
  });

  test("sslrootcert may come from the DSN", async () => {
    const { port, database, user, rootCertificate } = inject("postgres");
    await run(async () => {
      const dsn = `postgres://${user}@localhost:${port}/${database}?sslmode=verify-full&sslrootcert=${encodeURIComponent(rootCertificate)}`;
      expect(await encrypted(await connect(dsn))).toBe(true);
    });
  });

  test("PG53 a cancel travels over TLS too", async () => {
    await run(async () => {
      const connection = await connect(overTls({ sslmode: "verify-full" }));
      for (let i = 0; i < 5; i++) {
        expect((await moveOnAfter(20, () => connection.fetch("SELECT pg_sleep(600)"))).cancelled).toBe(true);
        expect(await connection.fetchValue("SELECT 1")).toBe(1);
      }
    });
  });
});
