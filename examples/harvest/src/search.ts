// Queries what was harvested: the index is in the database, the text in the files of the copy.
import { map } from "corio";
import { isdir, readBytes } from "@corio/files";
import { BadInput } from "./trouble.ts";
import { extract } from "./site/extract.ts";
import type { SearchOptions } from "./options.ts";
import { openStore, orBadInput } from "./prepare.ts";
import { SiteFolder } from "./site/site-folder.ts";

const MOST = 10;

/** The best pages for the words, with a passage of each. */
export async function search({ words, out, database }: SearchOptions): Promise<string> {
  const embedded = database.startsWith("pglite:") ? database.slice("pglite:".length) : null;
  if (embedded !== null && !(await isdir(embedded))) throw new BadInput(`nothing was harvested into ${out}`);
  const store = await orBadInput(() => openStore(database));
  const folder = new SiteFolder(out);
  const found = await orBadInput(() => store.search(words, MOST));
  if (found.length === 0) return `No page says: ${words}\n`;
  const entries = await map(
    found,
    async ({ path, title }) => {
      const { text } = extract(
        await readBytes(folder.fileOf(path)),
        "text/html",
        undefined,
        `http://site${path}`,
      );
      return `${title}\n  ${folder.fileOf(path)}\n  ${await store.headline(text, words)}\n`;
    },
    { concurrency: 4 },
  );
  return entries.join("\n");
}
