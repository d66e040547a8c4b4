// Line ends, by Python's rules: what is translated in reading and writing, and where a line ends.
import { EOL } from "node:os";

/** What ends a line in a file. */
export type LineEnd = "\n" | "\r" | "\r\n";

/**
 * `null`: `\r\n` and `\r` become `\n` in reading, `\n` becomes the system's line end in writing. `""`: nothing is translated, lines end at
 * any of the three. Otherwise nothing is translated in reading, lines end there only, and `\n` is written as that.
 */
export type Newline = null | "" | LineEnd;

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
  if (newline !== null || !text.includes("\r")) return text;
  const halfway = text.replaceAll("\r\n", "\n");
  return halfway.includes("\r") ? halfway.replaceAll("\r", "\n") : halfway;
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

const kinds: readonly LineEnd[] = ["\r", "\n", "\r\n"];

/** The kinds of line end that a text has shown so far. */
export class LineEnds {
  readonly #looks: boolean;
  readonly #met = new Set<LineEnd>();

  /** @param newline as Python: only where all kinds end a line is it asked which they were */
  constructor(newline: Newline) {
    this.#looks = newline === null || newline === "";
  }

  get met(): readonly LineEnd[] {
    return kinds.filter((kind) => this.#met.has(kind));
  }

  /** Looks at text as the file has it, which is not parted between `\r` and `\n`. */
  note(source: string): void {
    if (!this.#looks || this.#met.size === kinds.length) return;
    const returns = source.includes("\r");
    if (!this.#met.has("\n") && (returns ? hasLoneFeed(source) : source.includes("\n"))) this.#met.add("\n");
    if (!returns) return;
    if (!this.#met.has("\r\n") && source.includes("\r\n")) this.#met.add("\r\n");
    if (!this.#met.has("\r") && hasLoneReturn(source)) this.#met.add("\r");
  }
}

function hasLoneFeed(text: string): boolean {
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
    if (text[at - 1] !== "\r") return true;
  return false;
}

function hasLoneReturn(text: string): boolean {
  for (let at = text.indexOf("\r"); at !== -1; at = text.indexOf("\r", at + 1))
    if (text[at + 1] !== "\n") return true;
  return false;
}
