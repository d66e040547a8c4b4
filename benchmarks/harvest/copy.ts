// What a harvest has made: the files of a copy and the content of its index, in a form that can be compared.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "corio";
import { connect, type Connection } from "@corio/postgres";

/** The files of a copy by name, each with the hash of its bytes. Its own folder aside. */
export function filesOf(out: string): Map<string, string> {
  const files = new Map<string, string>();
  if (!existsSync(out)) return files;
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(out, path);
    if (!entry.isFile() || name.startsWith(".harvest/")) continue;
    files.set(name, createHash("sha256").update(readFileSync(path)).digest("hex"));
  }
  return files;
}

export interface Index {
  /** Everything that is the same for every run: no times. */
  readonly pages: string[];
  readonly links: string[];
  /** Links whose page is not recorded. */
  readonly orphans: number;
  /** The size of the file of each page that has one. */
  readonly sizes: { path: string; bytes: number }[];
}

/** The content of an index; null if it has none yet. */
export async function indexOf(database: string): Promise<Index | null> {
  return await run(async () => readIndex(await connect(database, { int8: "number" })));
}

async function readIndex(db: Connection): Promise<Index | null> {
  if ((await db.fetchValue("select to_regclass('harvest.links')::text")) === null) return null;
  const pages = await db.fetch(`
    select concat_ws('|', path, status, error, type, bytes, title, words, md5(search::text)) as row
    from harvest.pages order by path collate "C"`);
  const links = await db.fetch(
    `select page || ' -> ' || target as row from harvest.links order by page collate "C", target collate "C"`,
  );
  const orphans = await db.fetchValue(
    "select count(*)::integer from harvest.links where not exists (select from harvest.pages where path = page)",
  );
  const sizes = await db.fetch("select path, bytes from harvest.pages where bytes is not null");
  return {
    pages: pages.map((row) => row["row"] as string),
    links: links.map((row) => row["row"] as string),
    orphans: orphans as number,
    sizes: sizes.map((row) => ({ path: row["path"] as string, bytes: row["bytes"] as number })),
  };
}
