// A pattern as its segments: what one name on the way down must be like. Following them name by name says, at each folder, whether anything
// below can match, so that no other folder is read.
import picomatch from "picomatch";
import { expandBraces } from "./braces.ts";

/** One place in a pattern, and what comes after it. */
export interface Segment {
  /** The only name that fits; undefined where it is not just one. */
  readonly literal: string | undefined;
  /** Whether it is `**`: any number of folders. */
  readonly globstar: boolean;
  readonly fits: (name: string) => boolean;
  /** Null at the end of the pattern. */
  readonly next: Segment | null;
  /** The pattern ends in a slash: it means folders. */
  readonly foldersOnly: boolean;
}

/** A pattern without braces: where it starts from, and its first segment; null when it is the start itself. */
export interface Pattern {
  readonly absolute: boolean;
  readonly first: Segment | null;
}

/** The patterns that a text stands for. What is no pattern is a TypeError. */
export function parsePattern(text: string, dot: boolean): Pattern[] {
  if (typeof text !== "string" || text === "") {
    throw new TypeError(
      `Cannot use ${typeof text === "string" ? "an empty text" : typeof text} as a pattern for paths`,
    );
  }
  if (text.includes("\0"))
    throw new TypeError(`Cannot use the pattern ${JSON.stringify(text)}: it has a NUL character`);
  return expandBraces(text).map((pattern) => parsePlain(pattern, dot));
}

function parsePlain(pattern: string, dot: boolean): Pattern {
  const parts = splitSegments(pattern);
  const foldersOnly = pattern.length > 1 && /(?<!\\)\/$/.test(pattern);
  let next: Segment | null = null;
  for (const part of parts.reverse()) {
    // Several in a row are one.
    if (part === "**" && next?.globstar === true) continue;
    next = segmentOf(part, next, foldersOnly, dot);
  }
  return { absolute: pattern.startsWith("/"), first: next };
}

/** The parts between slashes, without empty ones and `.`. */
function splitSegments(pattern: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === "/") {
      parts.push(part);
      part = "";
    } else if (char === "\\" && i + 1 < pattern.length) part += char + pattern[++i]!;
    else part += char;
  }
  parts.push(part);
  for (const one of parts) {
    if (/[!@?+*]\([^)]*$/.test(one)) {
      throw new TypeError(
        `Cannot use the pattern ${JSON.stringify(pattern)}: ${one} has no end, or a slash in it`,
      );
    }
  }
  return parts.filter((one) => one !== "" && one !== ".");
}

function segmentOf(part: string, next: Segment | null, foldersOnly: boolean, dot: boolean): Segment {
  const shared = { next, foldersOnly };
  if (part === "**")
    return { ...shared, literal: undefined, globstar: true, fits: (name) => dot || !hidden(name) };
  if (!/(?<!\\)(?:\\\\)*(?:[*?[]|[!@+]\()/.test(part)) {
    const literal = part.replace(/\\(.)/gs, "$1");
    return { ...shared, literal, globstar: false, fits: (name) => name === literal };
  }
  const like = compile(part);
  // As in a shell: only a dot that is written stands for the dot that hides a name.
  const showsHidden = dot || /^\\?\./.test(part);
  const fits = (name: string): boolean => (showsHidden || !hidden(name)) && like.test(name);
  return { ...shared, literal: undefined, globstar: false, fits };
}

function hidden(name: string): boolean {
  return name.startsWith(".");
}

function compile(part: string): RegExp {
  if (part === "*") return /^/;
  const like = picomatch.makeRe(escapeGroups(part), {
    dot: true,
    nobrace: true,
    nonegate: true,
    posix: true,
    windows: false,
    flags: "s",
  }) as RegExp;
  try {
    // So that `?` stands for a character, not for half of one.
    return new RegExp(like.source, "su");
  } catch {
    // Some of picomatch's escapes are none in this mode.
    return like;
  }
}

/** Parentheses that belong to no `@(…)` stand for themselves. */
function escapeGroups(part: string): string {
  let escaped = "";
  const groups: boolean[] = [];
  for (let i = 0; i < part.length; i++) {
    const char = part[i]!;
    if (char === "\\") escaped += char + (part[++i] ?? "\\");
    else if (char === "(") {
      const group = /[!@?+*]$/.test(escaped) && !/\\.$/s.test(escaped);
      groups.push(group);
      escaped += group ? char : "\\(";
    } else if (char === ")") escaped += groups.pop() === true ? char : "\\)";
    else escaped += char;
  }
  return escaped;
}

/** Where the patterns stand in a folder: the segments that a name in it may fit. */
export type Places = readonly Segment[];

export interface Step {
  /** Whether a pattern ends with this name. */
  readonly matches: boolean;
  /** The places in the folder of this name; empty when nothing below can match. */
  readonly below: Places;
}

const nowhere: Places = [];
const missed: Step = { matches: false, below: nowhere };

/** Where patterns start. `**` stands for no folder as well: what comes after it fits at once. */
export function startPlaces(segments: Iterable<Segment | null>): Places {
  const places: Segment[] = [];
  for (const segment of segments) enter(segment, places);
  return places;
}

/** Adds a place, and those that it stands for. Whether one is the end of a pattern. */
function enter(segment: Segment | null, places: Segment[]): boolean {
  let at = segment;
  while (at !== null) {
    if (!places.includes(at)) places.push(at);
    if (!at.globstar) return false;
    at = at.next;
  }
  return true;
}

/** What is known of a name before anything is asked of the system. */
export interface Sight {
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
}

/** Follows the patterns over a name. Through a link leads only a name that is written out, unless links are followed. */
export function follow(places: Places, name: string, entry: Sight, followSymlinks: boolean): Step {
  let matches = false;
  let below: Segment[] | null = null;
  for (const place of places) {
    if (!place.fits(name)) continue;
    const leads =
      entry.isDirectory || (entry.isSymbolicLink && (followSymlinks || place.literal !== undefined));
    const entered: Segment[] = leads ? (below ??= []) : [];
    // A last `**` stands for the folder before it as well.
    const ends = enter(place.globstar ? place : place.next, entered);
    const needsFolder = place.foldersOnly || (!place.globstar && place.next !== null);
    if (ends && (entry.isDirectory || !needsFolder)) matches = true;
  }
  if (below === null) return matches ? { matches, below: nowhere } : missed;
  return { matches, below };
}

/** Whether patterns fit the names of a way, one below the other. */
export function fitsWay(start: Places, names: readonly string[], last: Sight): boolean {
  let places = start;
  for (const [i, name] of names.entries()) {
    const step = follow(places, name, i === names.length - 1 ? last : folder, true);
    if (i === names.length - 1) return step.matches;
    places = step.below;
  }
  return false;
}

const folder: Sight = { isDirectory: true, isSymbolicLink: false };
