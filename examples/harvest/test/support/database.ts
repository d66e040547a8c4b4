// Databases of their own on the PostgreSQL that the test run starts.
import { run } from "corio";
import { connect, type Connection } from "@corio/postgres";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** As packages/postgres/test/support/global-setup.ts provides it. */
    postgres: { host: string; port: number; user: string; scramUser: string; database: string };
  }
}

let made = 0;

/** The address of a database that nobody has used. */
export async function freshDatabase(): Promise<string> {
  const name = `harvest_${process.pid}_${(made += 1)}`;
  await asSuperuser((db) => db.execute(`create database ${name}`));
  const { host, port, user } = inject("postgres");
  return `postgres://${user}@${host}:${port}/${name}`;
}

/** Ends every connection to a database, as an administrator may. */
export async function endConnections(database: string): Promise<void> {
  const name = new URL(database).pathname.slice(1);
  await asSuperuser((db) =>
    db.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name),
  );
}

export async function asSuperuser(body: (db: Connection) => unknown): Promise<void> {
  const { host, port, user, database } = inject("postgres");
  await run(async () => void (await body(await connect({ host, port, user, database }))));
}
