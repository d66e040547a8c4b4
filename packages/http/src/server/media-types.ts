// The content type of a file, by its extension, from mime-db.

import { createRequire } from "node:module";
import { extname } from "node:path";

interface MediaType {
  readonly extensions?: readonly string[];
  readonly source?: string;
}

let byExtension: Map<string, string> | null = null;

/** `application/octet-stream` for an extension that is not known. */
export function mediaTypeOf(path: string): string {
  byExtension ??= buildTable();
  return byExtension.get(extname(path).slice(1).toLowerCase()) ?? "application/octet-stream";
}

// Where two types claim one extension: the registered one wins, and text/javascript over its aliases.
const RANK: readonly string[] = ["iana", "nginx", "apache"];

function buildTable(): Map<string, string> {
  const db = createRequire(import.meta.url)("mime-db") as Readonly<Record<string, MediaType>>;
  const table = new Map<string, string>();
  const ranks = new Map<string, number>();
  for (const [type, { extensions = [], source }] of Object.entries(db)) {
    const known = source === undefined ? -1 : RANK.indexOf(source);
    const rank = known < 0 ? RANK.length : known;
    for (const extension of extensions) {
      const before = ranks.get(extension) ?? Infinity;
      if (rank > before || (rank === before && !type.startsWith("text/"))) continue;
      ranks.set(extension, rank);
      table.set(extension, type.startsWith("text/") ? `${type}; charset=utf-8` : type);
    }
  }
  return table;
}
