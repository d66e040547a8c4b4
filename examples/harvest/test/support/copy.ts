// What a harvest has made: the files of its copy, and what its index says.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "corio";
import { connect } from "@corio/postgres";

/** The files of a copy by name, with their bytes; its own folder aside. */
export function filesOf(out: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(out, path);
    if (entry.isFile() && !name.startsWith(".harvest/")) files.set(name, readFileSync(path));
  }
  return files;
}

export interface IndexedPage {
  readonly path: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly bytes: number | null;
  readonly words: number;
  readonly title: string;
}

export interface Index {
  readonly pages: IndexedPage[];
  /** "page -> target" */
  readonly links: string[];
}

/** What an index says, in the order of its paths. */
export async function indexOf(database: string): Promise<Index> {
  return await run(async () => {
    const db = await connect(database, { int8: "number" });
    const pages = await db.fetch<IndexedPage>(
      `select path, status, error, bytes, words, title from harvest.pages order by path collate "C"`,
    );
    const links = await db.fetch<{ link: string }>(
      `select page || ' -> ' || target as link from harvest.links order by page collate "C", target collate "C"`,
    );
    return { pages: pages.map((page) => ({ ...page })), links: links.map(({ link }) => link) };
  });
}
