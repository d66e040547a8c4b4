// The index in PostgreSQL: pages, links and words. A page and its links come in one transaction, or not at all.
import type { Connection } from "@corio/postgres";
import type { Page } from "./site/page.ts";

const SCHEMA = `
  create schema if not exists harvest;
  create table if not exists harvest.site (origin text not null);
  create table if not exists harvest.pages (
    path     text primary key,          -- from the root of the site
    status   integer,                   -- what the server said; null: nothing
    error    text,                      -- why there is no page; null: this is how the page is
    type     text not null,
    bytes    bigint,                    -- of its file; null: there is none
    title    text not null,
    words    integer not null,
    elapsed  double precision not null, -- milliseconds
    fetched  timestamptz not null default now(),
    search   tsvector not null
  );
  create index if not exists pages_search on harvest.pages using gin (search);
  create table if not exists harvest.links (
    page     text not null,             -- the page that holds the link
    target   text not null,             -- a path within the site, a URL outside of it
    primary key (page, target)
  )`;

const COLUMNS = ["path", "status", "error", "type", "bytes", "title", "words", "elapsed"] as const;

const SAVE_PAGES = `
  insert into harvest.pages (path, status, error, type, bytes, title, words, elapsed, search)
  select path, status, error, type, bytes, title, words, elapsed,
    setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)
  from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::integer[], $8::float8[], $9::text[])
    as page (path, status, error, type, bytes, title, words, elapsed, body)
  on conflict (path) do update set (status, error, type, bytes, title, words, elapsed, fetched, search) =
    (excluded.status, excluded.error, excluded.type, excluded.bytes, excluded.title, excluded.words, excluded.elapsed, now(),
     excluded.search)`;

const SAVE_LINKS = "insert into harvest.links select * from unnest($1::text[], $2::text[])";

/** PostgreSQL's tsvector has a bound, which a text of this many characters keeps. */
const LONGEST_TEXT = 200_000;

export interface BrokenLink {
  readonly path: string;
  /** Null: no answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** How many pages hold the link, and the first three of them. */
  readonly count: number;
  readonly holders: readonly string[];
}

export class Store {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** Makes the tables where there are none. Gives the site whose copy this is: `origin`, if it is nobody's yet. */
  async claim(origin: string): Promise<string> {
    await this.#db.execute(SCHEMA);
    const claim = "insert into harvest.site select $1 where not exists (select from harvest.site)";
    await this.#db.execute(claim, origin);
    return (await this.#db.fetchValue<string>("select origin from harvest.site"))!;
  }

  /** Records pages whose files are whole, with their links, in one transaction. */
  async save(pages: readonly Page[]): Promise<void> {
    const columns = COLUMNS.map((name) => pages.map((page) => page[name]));
    const texts = pages.map((page) => page.text.slice(0, LONGEST_TEXT));
    const holders = pages.flatMap((page) => page.links.map(() => page.path));
    const targets = pages.flatMap((page) => page.links);
    await this.#db.transaction(async () => {
      await this.#db.execute(SAVE_PAGES, ...columns, texts);
      await this.#db.execute(SAVE_LINKS, holders, targets);
    });
  }

  /** Pages that need not be fetched again, with the size of their file. */
  async donePages(): Promise<{ path: string; bytes: number | null }[]> {
    return await this.#db.fetch("select path, bytes from harvest.pages where error is null");
  }

  /** Takes pages and their links out again. */
  async forget(paths: readonly string[]): Promise<void> {
    await this.#db.transaction(async () => {
      await this.#db.execute("delete from harvest.links where page = any($1::text[])", paths);
      await this.#db.execute("delete from harvest.pages where path = any($1::text[])", paths);
    });
  }

  /** Records a page again and takes that back: what is in the database stays as it is. */
  async rehearse(page: Page): Promise<void> {
    const back = new Error("a rehearsal");
    try {
      await this.#db.transaction(async () => {
        await this.forget([page.path]);
        await this.save([page]);
        throw back;
      });
    } catch (error) {
      if (error !== back) throw error;
    }
  }

  /** Where the links of the pages lead, and pages that failed. */
  async knownPaths(): Promise<string[]> {
    const rows = await this.#db.fetch<{ target: string }>(`
      select target from harvest.links where target like '/%' union select path from harvest.pages where error is not null`);
    return rows.map((row) => row.target);
  }

  /** Links to pages that are not there, and pages that hold them, the most wanted first. */
  async brokenLinks(): Promise<BrokenLink[]> {
    return await this.#db.fetch(`
      select path, status, error, count(links.page)::integer as count,
        coalesce((array_agg(links.page order by links.page))[1:3], '{}') as holders
      from harvest.pages left join harvest.links on target = path
      where status is null or status >= 400
      group by path order by count desc, path`);
  }

  /** The best pages for some words, in the syntax of web searches. */
  async search(words: string, limit: number): Promise<{ path: string; title: string }[]> {
    return await this.#db.fetch(
      `
      select path, title from harvest.pages, websearch_to_tsquery('english', $1) as query
      where search @@ query order by ts_rank_cd(search, query) desc, path limit $2`,
      words,
      limit,
    );
  }

  /** A passage of a text around the words, which stand between « and ». */
  async headline(text: string, words: string): Promise<string> {
    const headline = await this.#db.fetchValue<string>(
      `
      select ts_headline('english', $1, websearch_to_tsquery('english', $2), 'StartSel=«, StopSel=», MaxWords=20, MinWords=10')`,
      text,
      words,
    );
    return headline ?? "";
  }
}
