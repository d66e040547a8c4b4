// The entries of one folder, one after the other: a usual folder is read at once, a huge one in blocks.
import * as fs from "node:fs";
import { currentScope, shield, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileClosedError } from "./errors.ts";
import { entryOf, prefixOf, type Entry } from "./folders.ts";
import { hostCall, type Done } from "./host-call.ts";

/** Entries to be taken one by one. Whoever opens it closes it. */
export interface EntrySource {
  /** The next entry if it is known; undefined when the system must be asked, or there is none. */
  buffered(): Entry | undefined;
  /** The next entry; undefined at the end. */
  next(): Coroutine<Entry | undefined>;
  close(): Coroutine<void>;
}

/**
 * A folder whose own size is at least this has some ten thousand entries or more. Reading in blocks bounds the memory that they take, and
 * costs three times as much for each: node makes a callback of every entry.
 */
const hugeSize = 262_144;
const blockSize = 1024;

class FolderReader implements EntrySource {
  readonly #path: string;
  readonly #prefix: string;
  #entries: fs.Dirent[];
  #next = 0;
  #dir: fs.Dir | null;
  #closed = false;
  readonly #disown: (() => void) | null = null;

  constructor(path: string, entries: fs.Dirent[], dir: fs.Dir | null) {
    this.#path = path;
    this.#prefix = prefixOf(path);
    this.#entries = entries;
    this.#dir = dir;
    if (dir !== null) this.#disown = currentScope().defer(() => coroutine(closeReader, this));
  }

  buffered(): Entry | undefined {
    if (this.#next === this.#entries.length) return undefined;
    return entryOf(this.#prefix, this.#entries[this.#next++]!);
  }

  *next(): Coroutine<Entry | undefined> {
    if (this.#closed) {
      throw new FileClosedError(
        this.#path,
        `The folder ${this.#path} was closed at the end of the scope that read it`,
      );
    }
    if (this.#next === this.#entries.length && this.#dir !== null) yield* this.#readBlock(this.#dir);
    return this.buffered();
  }

  *close(): Coroutine<void> {
    const dir = this.#dir;
    this.#closed = true;
    this.#entries = [];
    this.#next = 0;
    if (dir === null) return;
    this.#dir = null;
    this.#disown?.();
    yield* shield(() => coroutine(closeDir, this.#path, dir));
  }

  *#readBlock(dir: fs.Dir): Coroutine<void> {
    const entered = (entries: fs.Dirent[]): void => {
      if (this.#closed) return;
      this.#entries = this.#entries.slice(this.#next).concat(entries);
      this.#next = 0;
    };
    // A block that comes too late for a cancelled reader is there for the next one.
    entered(yield* hostCall<fs.Dirent[]>("scandir", this.#path, (done) => readBlock(dir, done), entered));
  }
}

function readBlock(dir: fs.Dir, done: Done<fs.Dirent[]>): void {
  const entries: fs.Dirent[] = [];
  const read = (): void =>
    dir.read((error, entry) => {
      if (error !== null) return done(error, []);
      if (entry !== null) entries.push(entry);
      if (entry === null || entries.length === blockSize) done(null, entries);
      else read();
    });
  read();
}

function* closeReader(reader: FolderReader): Coroutine<void> {
  yield* reader.close();
}

function* closeDir(path: string, dir: fs.Dir): Coroutine<void> {
  yield* hostCall<void>("close", path, (done) => dir.close(done as fs.NoParamCallback));
}

/** What was found where a folder was looked for; null where there is none to be read. All entries of a usual folder, none of a huge one. */
interface Found {
  readonly entries: fs.Dirent[] | null;
}

/**
 * Opens a folder for reading. `wanted` looks at it first, and must not throw; what it refuses, and what is no folder, gives undefined. A link is
 * followed only if `follow`.
 */
export function* openFolder(
  path: string,
  follow: boolean,
  wanted: (stats: fs.BigIntStats) => boolean,
): Coroutine<EntrySource | undefined> {
  const found = yield* hostCall<Found | null>("scandir", path, (done) => look(path, follow, wanted, done));
  if (found === null) return undefined;
  if (found.entries !== null) return new FolderReader(path, found.entries, null);
  return yield* openHuge(path, path, "utf8");
}

/** Two steps in one wait: how large it is, then what is in it. */
function look(
  path: string,
  follow: boolean,
  wanted: (stats: fs.BigIntStats) => boolean,
  done: Done<Found | null>,
): void {
  const ask = follow ? fs.stat : fs.lstat;
  ask(path, { bigint: true }, (error, stats) => {
    if (error !== null) return done(error, null);
    if (!stats.isDirectory() || !wanted(stats)) return done(null, null);
    if (stats.size >= hugeSize) return done(null, { entries: null });
    fs.readdir(path, { withFileTypes: true }, (failure, entries) => done(failure, { entries }));
  });
}

function* openHuge(path: string, shown: string, encoding: BufferEncoding): Coroutine<EntrySource> {
  const dir = yield* hostCall<fs.Dir>(
    "scandir",
    shown,
    (done) => fs.opendir(path, { bufferSize: blockSize, encoding }, done),
    (late) => late.close(() => {}),
  );
  return new FolderReader(shown, [], dir);
}

/** Reads a folder that is known to be one, and its size. Names have a character for each byte: not all of them are UTF-8. `shown` is for messages. */
export function* readRawFolder(path: string, shown: string, size: bigint): Coroutine<EntrySource> {
  if (size >= hugeSize) return yield* openHuge(path, shown, "latin1");
  const entries = yield* hostCall<fs.Dirent[]>("scandir", shown, (done) =>
    fs.readdir(path, { withFileTypes: true, encoding: "latin1" }, done),
  );
  return new FolderReader(shown, entries, null);
}

/** Only some names of a folder, each asked for: the folder itself is not read, and need not be readable. */
export class NamedEntries implements EntrySource {
  readonly #prefix: string;
  readonly #names: readonly string[];
  #next = 0;

  constructor(path: string, names: readonly string[]) {
    this.#prefix = prefixOf(path);
    this.#names = names;
  }

  buffered(): undefined {
    return undefined;
  }

  *next(): Coroutine<Entry | undefined> {
    while (this.#next < this.#names.length) {
      const name = this.#names[this.#next]!;
      const path = this.#prefix + name;
      const stats = yield* hostCall<fs.Stats | null>("stat", path, (done) =>
        fs.lstat(path, (error, found) =>
          error !== null && absent.has(error.code!) ? done(null, null) : done(error, found),
        ),
      );
      this.#next++;
      if (stats !== null) return entryOf(this.#prefix, kindOf(name, stats));
    }
    return undefined;
  }

  *close(): Coroutine<void> {
    this.#next = this.#names.length;
  }
}

/** Says that there is nothing by this name. */
const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);

function kindOf(
  name: string,
  stats: fs.Stats,
): Pick<fs.Dirent, "name" | "isFile" | "isDirectory" | "isSymbolicLink"> {
  return {
    name,
    isFile: () => stats.isFile(),
    isDirectory: () => stats.isDirectory(),
    isSymbolicLink: () => stats.isSymbolicLink(),
  };
}
