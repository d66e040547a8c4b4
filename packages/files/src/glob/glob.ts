// glob: the paths that fit a pattern.
import type { FileError } from "../errors.ts";
import { pathText, type FilePath } from "../file-path.ts";
import { prefixOf, type Entry } from "../folders.ts";
import { TreeWalk, type Guide, type Look, type Root, type Walk } from "../tree-walk.ts";
import { follow, parsePattern, startPlaces, type Pattern, type Places } from "./segments.ts";

export interface GlobOptions {
  /** The folder that patterns count from, and the paths that are given. Default the process's own. FileNotFoundError when it is not there. */
  readonly cwd?: FilePath;
  /** Whether `*`, `?`, `[…]` and `**` stand for names that begin with a dot. Default false. */
  readonly dot?: boolean;
  /** Whether `*`, `?`, `[…]` and `**` lead through symbolic links. Those that a pattern names are followed anyway. Default false. */
  readonly followSymlinks?: boolean;
  /** What to leave out, with all that is below it: patterns, in which a dot needs no mention, or a function. */
  readonly exclude?: string | readonly string[] | ((entry: Entry) => boolean);
  /** Given a folder that cannot be read; by default that is thrown. What vanishes meanwhile is passed over. */
  readonly onError?: (error: FileError) => void;
  /** Whether to give entries, which know their kind, instead of paths. Default false. */
  readonly withFileTypes?: boolean;
}

/**
 * The paths that fit a pattern, or one of several; each once, in no order. `*` stands for any part of a name, `?` for one
 * character, `[a-z]` and `[!a-z]` for one of these or none of them, `**` for any number of folders, `{a,b}` and `{1..9}` for either, `@(a|b)` and
 * its kin for what they mean in bash; a backslash takes the meaning away. A slash at the end means folders.
 *
 * It is lazy, and reads only folders in which something can fit. Paths are as the pattern has them: relative to `cwd`, or from the root; an
 * entry's `path` leads there from the process's folder. A cancel point where it reads a folder.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { glob, makedirs, withTemporaryDirectory, writeText } from "@corio/files";
 *
 * await run(() =>
 *   withTemporaryDirectory(async (folder) => {
 *     await makedirs(`${folder}/src/deep`);
 *     await writeText(`${folder}/src/deep/a.ts`, "");
 *     await writeText(`${folder}/src/b.js`, "");
 *     for await (const path of glob("src/**\/*.{ts,tsx}", { cwd: folder })) console.log(path); // => src/deep/a.ts
 *   }),
 * );
 * ```
 */
export function glob(
  pattern: string | readonly string[],
  options: GlobOptions & { readonly withFileTypes: true },
): Walk<Entry>;
export function glob(pattern: string | readonly string[], options?: GlobOptions): Walk<string>;
export function glob(
  pattern: string | readonly string[],
  options: GlobOptions = {},
): Walk<Entry> | Walk<string> {
  const { dot = false, exclude } = options;
  const cwd = options.cwd === undefined ? "." : pathText(options.cwd);
  const included = parseAll(pattern, dot);
  const excluded = typeof exclude === "function" || exclude === undefined ? [] : parseAll(exclude, true);
  const roots = [false, true].map((absolute): Root<GlobState> => {
    const path = absolute ? "/" : cwd;
    const state: GlobState = {
      shownFrom: absolute ? 0 : prefixOf(cwd).length,
      included: startOf(included, absolute),
      excluded: startOf(excluded, absolute),
    };
    return { path, state, required: !absolute && options.cwd !== undefined };
  });
  const wanted = roots.filter((root) => root.state.included.length > 0);
  return options.withFileTypes === true
    ? new TreeWalk(new GlobGuide(options, entryItself), wanted)
    : new TreeWalk(new GlobGuide(options, shownPath), wanted);
}

interface GlobState {
  /** How much of the entries' paths stands for the folder that patterns count from. */
  readonly shownFrom: number;
  readonly included: Places;
  readonly excluded: Places;
}

function entryItself(entry: Entry): Entry {
  return entry;
}

function shownPath(entry: Entry, state: GlobState): string {
  return entry.path.slice(state.shownFrom);
}

function parseAll(patterns: string | readonly string[], dot: boolean): Pattern[] {
  const list = typeof patterns === "string" ? [patterns] : patterns;
  return list.flatMap((pattern) => parsePattern(pattern, dot));
}

function startOf(patterns: readonly Pattern[], absolute: boolean): Places {
  return startPlaces(patterns.filter((one) => one.absolute === absolute).map((one) => one.first));
}

const neither: Look<GlobState> = { given: false, below: undefined };

class GlobGuide<T> implements Guide<GlobState, T> {
  readonly followSymlinks: boolean;
  readonly onError: ((error: FileError) => void) | undefined;
  readonly give: (entry: Entry, state: GlobState) => T;
  readonly #rejects: ((entry: Entry) => boolean) | undefined;

  constructor(options: GlobOptions, give: (entry: Entry, state: GlobState) => T) {
    this.followSymlinks = options.followSymlinks ?? false;
    this.onError = options.onError;
    this.give = give;
    this.#rejects = typeof options.exclude === "function" ? options.exclude : undefined;
  }

  look(entry: Entry, state: GlobState): Look<GlobState> {
    const step = follow(state.included, entry.name, entry, this.followSymlinks);
    if (!step.matches && step.below.length === 0) return neither;
    const out = follow(state.excluded, entry.name, entry, true);
    if (out.matches || this.#rejects?.(entry) === true) return neither;
    const below = { shownFrom: state.shownFrom, included: step.below, excluded: out.below };
    return { given: step.matches, below: step.below.length === 0 ? undefined : below };
  }

  enters(): boolean {
    return true;
  }

  names(state: GlobState): readonly string[] | null {
    const names = new Set<string>();
    for (const { literal } of state.included) {
      if (literal === undefined) return null;
      names.add(literal);
    }
    return [...names];
  }
}
