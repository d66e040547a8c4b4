// Going down a tree of folders, entry by entry. A guide says what is given, and where to go.
import type { BigIntStats } from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { statStep } from "./entries.ts";
import { FileError, FileNotFoundError, NotADirectoryError, systemError } from "./errors.ts";
import { NamedEntries, openFolder, type EntrySource } from "./folder-reader.ts";
import type { Entry } from "./folders.ts";
import { identityOf, sameIdentity, type Identity } from "./identity.ts";

export interface WalkStatistics {
  /** Entries given so far. */
  readonly given: number;
  /** Entries seen so far. */
  readonly seen: number;
  /** Folders read so far. */
  readonly folders: number;
  /** Folders under way: from the one that was asked for down to the last entry. */
  readonly depth: number;
}

/** What comes out of a walk: `for await`, or `yield* forEach(...)`. Leaving it early lets go of what is open. */
export interface Walk<T = Entry> extends AsyncIterable<T> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
  statistics(): WalkStatistics;
}

/** What to do with an entry. */
export interface Look<S> {
  readonly given: boolean;
  /** What is known below it; undefined not to go there. */
  readonly below: S | undefined;
}

/** `S`: what the guide knows of a folder by the way that leads there. */
export interface Guide<S, T> {
  readonly followSymlinks: boolean;
  readonly onError: ((error: FileError) => void) | undefined;
  look(entry: Entry, state: S): Look<S>;
  /** Asked right before going into a folder. */
  enters(folder: Entry): boolean;
  /** The only names that matter in a folder; null for all. */
  names(state: S): readonly string[] | null;
  give(entry: Entry, state: S): T;
}

/** Where a walk starts. */
export interface Root<S> {
  readonly path: string;
  readonly state: S;
  /** Whether it is an error when it is not there. */
  readonly required: boolean;
}

/** A folder of the way down. */
interface Level<S> {
  readonly source: EntrySource;
  readonly state: S;
  /** Known only where links are followed. */
  readonly identity: Identity | null;
}

export class TreeWalk<S, T> implements Walk<T> {
  readonly #guide: Guide<S, T>;
  readonly #roots: Root<S>[];
  readonly #levels: Level<S>[] = [];
  /** Where to go next: the entry that was seen last, if something may be below it. */
  #below: { readonly entry: Entry; readonly state: S } | null = null;
  #given = 0;
  #seen = 0;
  #folders = 0;

  constructor(guide: Guide<S, T>, roots: Root<S>[]) {
    this.#guide = guide;
    this.#roots = roots.reverse();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this as unknown as AsyncIterableIterator<T>;
  }

  statistics(): WalkStatistics {
    return { given: this.#given, seen: this.#seen, folders: this.#folders, depth: this.#levels.length };
  }

  /** A plain result where the entry is known: `for await` and the runtime's `forEach` take one as it is. */
  next(): IteratorResult<T, undefined> | Awaitable<IteratorResult<T, undefined>> {
    return this.#nextBuffered() ?? coroutine(nextStep<S, T>, this);
  }

  return(): Awaitable<IteratorResult<T, undefined>> {
    return coroutine(leaveStep<S, T>, this);
  }

  #nextBuffered(): IteratorResult<T, undefined> | undefined {
    const level = this.#levels.at(-1);
    while (level !== undefined && this.#below === null) {
      const entry = level.source.buffered();
      if (entry === undefined) break;
      if (this.#take(entry, level.state)) return { value: this.#guide.give(entry, level.state), done: false };
    }
    return undefined;
  }

  /** @internal */
  *step(): Coroutine<IteratorResult<T, undefined>> {
    for (;;) {
      const found = this.#nextBuffered();
      if (found !== undefined) return found;
      const level = this.#levels.at(-1);
      if (this.#below !== null) yield* this.#goBelow(this.#below);
      else if (level === undefined) {
        const root = this.#roots.at(-1);
        if (root === undefined) return { value: undefined, done: true };
        yield* this.#start(root);
        this.#roots.pop();
      } else {
        const entry = yield* level.source.next();
        if (entry === undefined) {
          yield* level.source.close();
          this.#levels.pop();
        } else if (this.#take(entry, level.state))
          return { value: this.#guide.give(entry, level.state), done: false };
      }
    }
  }

  /** @internal */
  *leave(): Coroutine<void> {
    this.#below = null;
    this.#roots.length = 0;
    for (let level = this.#levels.pop(); level !== undefined; level = this.#levels.pop()) {
      yield* level.source.close();
    }
  }

  #take(entry: Entry, state: S): boolean {
    const { given, below } = this.#guide.look(entry, state);
    this.#seen++;
    if (given) this.#given++;
    this.#below = below === undefined ? null : { entry, state: below };
    return given;
  }

  *#start(root: Root<S>): Coroutine<void> {
    try {
      const isFolder =
        this.#guide.names(root.state) === null || (yield* statStep(root.path, true)).isDirectory();
      const opened = isFolder && (yield* this.#open(root.path, root.state, true));
      if (!opened && root.required) throw systemError("ENOTDIR", "not a directory", "scandir", root.path);
    } catch (error) {
      if (root.required || !isGone(error)) throw error;
    }
  }

  *#goBelow({ entry, state }: { entry: Entry; state: S }): Coroutine<void> {
    try {
      // What a link leads to is known only now.
      const isFolder = entry.isDirectory || (yield* statStep(entry.path, true)).isDirectory();
      if (isFolder && this.#guide.enters(entry)) {
        yield* this.#open(entry.path, state, entry.isSymbolicLink);
      }
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!isGone(error)) {
        if (this.#guide.onError === undefined) throw error;
        this.#guide.onError(error);
      }
    }
    this.#below = null;
  }

  /** Whether there is a folder to be read. */
  *#open(path: string, state: S, follow: boolean): Coroutine<boolean> {
    const names = this.#guide.names(state);
    if (names !== null) {
      this.#levels.push({ source: new NamedEntries(path, names), state, identity: null });
      return true;
    }
    let identity: Identity | null = null;
    let loop = false;
    const wanted = (stats: BigIntStats): boolean => {
      if (!this.#guide.followSymlinks) return true;
      const here = (identity = identityOf(stats));
      loop = this.#levels.some((level) => level.identity !== null && sameIdentity(level.identity, here));
      return !loop;
    };
    const source = yield* openFolder(path, follow, wanted);
    if (source === undefined) return loop;
    this.#folders++;
    this.#levels.push({ source, state, identity });
    return true;
  }
}

/** Whether an error says that what was there before is not, or is something else now. */
function isGone(error: unknown): boolean {
  return (
    error instanceof FileNotFoundError ||
    error instanceof NotADirectoryError ||
    (error instanceof FileError && error.code === "ELOOP")
  );
}

function* nextStep<S, T>(walk: TreeWalk<S, T>): Coroutine<IteratorResult<T, undefined>> {
  return yield* walk.step();
}

function* leaveStep<S, T>(walk: TreeWalk<S, T>): Coroutine<IteratorResult<T, undefined>> {
  yield* walk.leave();
  return { value: undefined, done: true };
}
