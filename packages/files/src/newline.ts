// Line ends, by Python's rules: what is translated in reading and writing, and where a line ends.
import { EOL } from "node:os";

/**
 * `null`: `\r\n` and `\r` become `\n` in reading, `\n` becomes the system's line end in writing. `""`: nothing is translated, lines end at
 * any of the three. Otherwise nothing is translated in reading, lines end there only, and `\n` is written as that.
 */
export type Newline = null | "" | "\n" | "\r" | "\r\n";

export function checkNewline(newline: unknown): Newline {
  if (newline === null || newline === "" || newline === "\n" || newline === "\r" || newline === "\r\n")
    return newline;
  throw new TypeError(
    `Cannot use ${JSON.stringify(newline)} as the line end: it is null, "", "\\n", "\\r" or "\\r\\n"`,
  );
}

/** Whether a `\r` at the end of what was read so far must wait for what follows. */
export function waitsForMore(newline: Newline): boolean {
  return newline === null || newline === "" || newline === "\r\n";
}

/** Text as the reader sees it. */
export function fromFile(text: string, newline: Newline): string {
  return newline === null && text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** Text as the file has it. */
export function toFile(text: string, newline: Newline): string {
  const end = newline === null ? EOL : newline;
  return end === "" || end === "\n" ? text : text.replaceAll("\n", end);
}

const anyEnd = /\r\n?|\n/g;

/** Index behind the first line end at or behind `from`; -1 when there is none. */
export function lineEnd(text: string, from: number, newline: Newline): number {
  if (newline === "") {
    anyEnd.lastIndex = from;
    return anyEnd.test(text) ? anyEnd.lastIndex : -1;
  }
  const end = newline ?? "\n";
  const at = text.indexOf(end, from);
  return at === -1 ? -1 : at + end.length;
}

/** How many characters of `source`, as the file has it, are behind the first `count` characters that the reader saw of it. */
export function sourceLength(source: string, count: number, newline: Newline): number {
  if (newline !== null || !source.includes("\r")) return count;
  let at = 0;
  for (let seen = 0; seen < count; seen++) at += source[at] === "\r" && source[at + 1] === "\n" ? 2 : 1;
  return at;
}
