// Everything that can be wrong with what was asked for, found out before anything is changed: all of it is BadInput.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { call, currentScope, fromPromise, type Unwrap } from "corio";
import { exists, isdir, makedirs } from "@corio/files";
import { Session } from "@corio/http";
import { connect } from "@corio/postgres";
import { BadInput, isTrouble } from "./trouble.ts";
import { Crawl } from "./crawl.ts";
import type { HarvestOptions } from "./options.ts";
import { fetchRobots, USER_AGENT } from "./site/robots.ts";
import { SiteFolder } from "./site/site-folder.ts";
import { Store } from "./store.ts";

/** What a harvest from `url` needs, all of it open. It belongs to the current scope, which closes it. */
export async function prepare(url: URL, options: HarvestOptions): Promise<{ crawl: Crawl; store: Store }> {
  const { out, database, concurrency, timeout } = options;
  await mustBeWritable(out);
  const session = currentScope().use(
    new Session({ limit: concurrency, headers: { "user-agent": USER_AGENT } }),
  );
  const robots = await orBadInput(() => fetchRobots(session, url.origin, timeout));
  const store = await orBadInput(() => openStore(database));
  // The built-in site has another port each time, and is the same.
  const site = options.start === undefined ? "the built-in site" : url.origin;
  const owner = await orBadInput(() => store.claim(site));
  if (owner !== site)
    throw new BadInput(
      `the database already indexes ${owner}, not ${site}: choose another --out or --database`,
    );
  await orBadInput(() => makedirs(join(out, ".harvest"), { existOk: true }));
  return {
    crawl: new Crawl({ origin: url.origin, options, session, robots, folder: new SiteFolder(out) }),
    store,
  };
}

/** Opens the index; the connection belongs to the current scope. */
export async function openStore(database: string): Promise<Store> {
  if (database.startsWith("pglite:"))
    await makedirs(dirname(database.slice("pglite:".length)), { existOk: true });
  return new Store(await connect(database, { int8: "number" }));
}

/** What fails here was asked for wrongly. */
export async function orBadInput<R>(work: () => R): Promise<Unwrap<R>> {
  try {
    return await call(work);
  } catch (error) {
    throw isTrouble(error) ? new BadInput(error.message, { cause: error }) : error;
  }
}

async function mustBeWritable(folder: string): Promise<void> {
  // What is not there yet can be made where its parent can be written.
  if (!(await exists(folder))) return await mustBeWritable(dirname(resolve(folder)));
  if (!(await isdir(folder))) throw new BadInput(`${folder} is not a folder`);
  await orBadInput(() => fromPromise(() => access(folder, constants.W_OK)));
}
