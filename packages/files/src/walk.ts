// Walking a tree of folders, lazily: what is not asked for is not read.
import type { Stats } from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { statStep, vanished } from "./entries.ts";
import { NotADirectoryError, PermissionDeniedError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { scandirStep, type Entry } from "./folders.ts";

export interface WalkOptions {
  /** Whether to go into folders that symbolic links lead to; each folder is entered once. Default false. */
  readonly followSymlinks?: boolean;
  /** Given a folder that may not be read; by default that is thrown. Folders that vanish meanwhile are passed over. */
  readonly onError?: (error: PermissionDeniedError) => void;
  /** Whether to go into a folder. Default all. */
  readonly enter?: (folder: Entry) => boolean;
}

/** A walk under way: every entry below a folder, parents before children. */
export interface Walk extends AsyncIterable<Entry> {
  [Symbol.asyncIterator](): AsyncIterableIterator<Entry>;
}

/** Everything below a folder: `for await`, or `yield* forEach(walk(path), ...)`. Memory is bounded by the folders under way. */
export function walk(path: FilePath, options: WalkOptions = {}): Walk {
  return new TreeWalk(pathText(path), options);
}

/** The same for every way that leads to a folder. */
function identityOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}`;
}

class TreeWalk implements Walk {
  readonly #options: WalkOptions;
  /** Entries to give, last first, and folders to read when nothing is left before them. */
  #entries: Entry[] = [];
  readonly #folders: string[];
  readonly #root: string;
  readonly #entered = new Set<string>();

  constructor(root: string, options: WalkOptions) {
    this.#root = root;
    this.#folders = [root];
    this.#options = options;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Entry> {
    return this as unknown as AsyncIterableIterator<Entry>;
  }

  next(): Awaitable<IteratorResult<Entry, undefined>> {
    return coroutine(() => this.#next());
  }

  *#next(): Coroutine<IteratorResult<Entry, undefined>> {
    while (this.#entries.length === 0) {
      const folder = this.#folders.at(-1);
      if (folder === undefined) return { value: undefined, done: true };
      const entries = yield* this.#read(folder);
      this.#folders.pop();
      this.#entries = entries.reverse();
    }
    const entry = this.#entries.at(-1) as Entry;
    const folder = yield* this.#folderOf(entry);
    this.#entries.pop();
    if (folder !== undefined) this.#folders.push(folder);
    return { value: entry, done: false };
  }

  *#read(folder: string): Coroutine<Entry[]> {
    try {
      if (folder === this.#root && this.#options.followSymlinks === true) {
        this.#entered.add(identityOf(yield* statStep(folder, true)));
      }
      return yield* scandirStep(folder);
    } catch (error) {
      if (folder === this.#root) throw error;
      if (vanished(error) || error instanceof NotADirectoryError) return [];
      if (this.#options.onError === undefined || !(error instanceof PermissionDeniedError)) throw error;
      this.#options.onError(error);
      return [];
    }
  }

  /** The path to read later, if the entry is a folder to go into. */
  *#folderOf(entry: Entry): Coroutine<string | undefined> {
    const { enter, followSymlinks = false } = this.#options;
    let isFolder = entry.isDirectory;
    if (followSymlinks && (isFolder || entry.isSymbolicLink)) {
      try {
        const stats = yield* statStep(entry.path, true);
        const identity = identityOf(stats);
        isFolder = stats.isDirectory() && !this.#entered.has(identity);
        if (isFolder) this.#entered.add(identity);
      } catch (error) {
        if (!vanished(error)) throw error;
        return undefined;
      }
    }
    return isFolder && (enter === undefined || enter(entry)) ? entry.path : undefined;
  }
}
