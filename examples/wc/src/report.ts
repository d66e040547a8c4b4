// What is printed: byte for byte what GNU wc prints.
import type { FileError } from "@corio/files";
import type { Counted } from "./count-file.ts";
import type { Count, Counts } from "./counter.ts";

/** How wide the columns are: as the sum of the sizes. What is no file may be large, and one number needs no column. */
export function columnWidth(counted: readonly Counted[], counts: readonly Count[]): number {
  if (counted.length === 1 && counts.length === 1) return 1;
  let total = 0;
  let least = 1;
  for (const { stats } of counted) {
    if (stats?.isFile() === true) total += stats.size;
    else if (stats !== undefined) least = 7;
  }
  return Math.max(least, String(total).length);
}

export function reportLine(
  counts: Counts,
  name: string | undefined,
  wanted: readonly Count[],
  width: number,
): string {
  const numbers = wanted.map((count) => String(counts[count]).padStart(width));
  return `${[...numbers, ...(name === undefined ? [] : [name])].join(" ")}\n`;
}

export function totalOf(counted: readonly Counted[]): Counts {
  const total = { lines: 0, words: 0, chars: 0, bytes: 0 };
  for (const { counts } of counted) {
    if (counts === undefined) continue;
    for (const count of Object.keys(total) as Count[]) total[count] += counts[count];
  }
  return total;
}

/** The system's own words. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  ELOOP: "Too many levels of symbolic links",
  ENAMETOOLONG: "File name too long",
};

export function trouble(name: string, error: FileError): string {
  return `wc: ${quoted(name)}: ${reasons[error.code] ?? error.code}\n`;
}

/** As one would have to write it in a shell. */
function quoted(name: string): string {
  return /[\s!"$&'()*;<>?[\\^`|]|^[#~]|^$/.test(name) ? `'${name.replaceAll("'", "'\\''")}'` : name;
}
