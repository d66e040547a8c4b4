// What the command line says, and one clear line about what it must not say.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BadInput } from "./trouble.ts";

export const USAGE: string = `harvest: copies a web site, concurrently, and indexes it in PostgreSQL

  harvest [URL] [flags]         copies the site of URL; without one, a small site that harvest serves itself
  harvest search WORDS [flags]  queries what was harvested

  --out DIR          the folder of the copy                             (site)
  --database URL     postgres://… or pglite:DIR                         (pglite:OUT/.harvest/db)
  --concurrency N    pages in flight                                    (16)
  --limit N          the most pages that the copy may have              (no limit)
  --timeout MS       the time a request may take, with its body         (10000)
  --retries N        further attempts when a request fails              (2)
  --help             this text`;

export interface HarvestOptions {
  readonly kind: "harvest";
  /** The start page. Undefined: the built-in site. */
  readonly start: URL | undefined;
  readonly out: string;
  readonly database: string;
  readonly concurrency: number;
  readonly limit: number;
  readonly timeout: number;
  readonly retries: number;
}

export interface SearchOptions {
  readonly kind: "search";
  readonly words: string;
  readonly out: string;
  readonly database: string;
}

export type Command = HarvestOptions | SearchOptions | { readonly kind: "help" };

/** Throws BadInput, with a message of one line. */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = read(args);
  if (values.help === true) return { kind: "help" };
  const out = values.out ?? "site";
  if (out === "") throw new BadInput("--out needs the name of a folder");
  const database = values.database ?? `pglite:${join(out, ".harvest", "db")}`;
  if (!/^(postgres(ql)?:\/\/|pglite:.)/.test(database)) {
    throw new BadInput(`--database must begin with postgres:// or pglite:, not "${database}"`);
  }
  if (positionals[0] === "search") {
    const words = positionals.slice(1).join(" ").trim();
    if (words === "") throw new BadInput("search needs the words to look for");
    return { kind: "search", words, out, database };
  }
  if (positionals.length > 1) throw new BadInput(`one URL at a time, not also "${positionals[1]}"`);
  return {
    kind: "harvest",
    start: positionals[0] === undefined ? undefined : startUrl(positionals[0]),
    out,
    database,
    concurrency: whole("concurrency", values.concurrency, { or: 16, least: 1, most: 1000 }),
    limit: whole("limit", values.limit, { or: Infinity, least: 1, most: Number.MAX_SAFE_INTEGER }),
    timeout: whole("timeout", values.timeout, { or: 10_000, least: 1, most: 86_400_000 }),
    retries: whole("retries", values.retries, { or: 2, least: 0, most: 100 }),
  };
}

function read(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    ...{ out: text, database: text, concurrency: text, limit: text, timeout: text, retries: text },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // node's messages go on to explain: the first sentence says what is wrong.
    const [sentence = ""] = (error as Error).message.split(/\.\s/);
    throw new BadInput(`${sentence.replace(/\.$/, "")} (see --help)`, { cause: error });
  }
}

function startUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new BadInput(`"${text}" is not an http:// or https:// URL`);
  }
  if (url.username !== "" || url.password !== "")
    throw new BadInput("a user or password in the URL is not supported");
  return url;
}

function whole(
  name: string,
  text: string | undefined,
  range: { or: number; least: number; most: number },
): number {
  if (text === undefined) return range.or;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.least && value <= range.most) return value;
  const most = range.most === Number.MAX_SAFE_INTEGER ? "up" : `to ${range.most}`;
  throw new BadInput(`--${name} must be a whole number from ${range.least} ${most}, not "${text}"`);
}
