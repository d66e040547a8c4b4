// A copy of a tree under way: folder by folder, several files of one at a time.
import * as fs from "node:fs";
import { forEach, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import {
  FileError,
  FileExistsError,
  FileNotFoundError,
  SameFileError,
  systemError,
  UnsupportedOperationError,
} from "../errors.ts";
import type { FolderHandle, RawName } from "../folder-handle.ts";
import type { EntrySource } from "../folder-reader.ts";
import { FolderTrail } from "../folder-trail.ts";
import type { Entry } from "../folders.ts";
import { sameIdentity, type Identity } from "../identity.ts";
import { copyInto, keepFacts } from "./copy-into.ts";
import { copyLink } from "./copy-link.ts";
import type { CopyTreeOptions, CopyTreeStatistics } from "./copy-tree.ts";
import { openSource, type SourceFile } from "./source-file.ts";

/** What is known of a folder on the way down. */
interface Level {
  /** What the source says of it; null where the destination was there before, and stays as it is. */
  readonly stats: fs.BigIntStats | null;
  /** Null when it has been read to its end. */
  source: EntrySource | null;
  /** Folders in it that are to be copied. */
  readonly folders: Found[];
}

/** An entry of the source. */
interface Found {
  readonly name: RawName;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
}

/** How many entries are taken in one go, and how many files are copied at a time. */
const batchSize = 256;
const atATime = 8;

export class TreeCopy {
  readonly #options: CopyTreeOptions;
  readonly #from: FolderTrail;
  readonly #to: FolderTrail;
  readonly #destination: Identity;
  readonly #levels: Level[] = [];
  #files = 0;
  #folders = 0;
  #links = 0;
  #bytes = 0;

  /** Both folders are closed at the end. */
  constructor(from: FolderHandle, to: FolderHandle, options: CopyTreeOptions) {
    this.#from = new FolderTrail(from);
    this.#to = new FolderTrail(to);
    this.#destination = to.identity;
    this.#options = options;
  }

  *run(made: boolean): Coroutine<CopyTreeStatistics> {
    try {
      yield* this.#begin(made);
      for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
        yield* this.#advance(level);
      }
    } finally {
      this.#from.close();
      this.#to.close();
      for (const { source } of this.#levels) if (source !== null) yield* source.close();
    }
    return { files: this.#files, folders: this.#folders, links: this.#links, bytes: this.#bytes };
  }

  /** Begins with the folders that were entered last. */
  *#begin(made: boolean): Coroutine<void> {
    const { here } = this.#from;
    const level: Level = { stats: made ? here.stats : null, source: null, folders: [] };
    this.#levels.push(level);
    this.#folders++;
    level.source = yield* here.read();
  }

  *#advance(level: Level): Coroutine<void> {
    const below = level.folders.pop();
    if (below !== undefined) return yield* this.#enter(below);
    if (level.source === null) return yield* this.#leave(level);
    const batch: Found[] = [];
    for (let entry = yield* level.source.next(); entry !== undefined; entry = level.source.buffered()) {
      batch.push(entry);
      if (batch.length === batchSize) break;
    }
    if (batch.length === 0) {
      yield* level.source.close();
      level.source = null;
      return;
    }
    const wanted = batch.filter((found) => this.#wants(found));
    level.folders.push(...wanted.filter((found) => found.isDirectory));
    const others = wanted.filter((found) => !found.isDirectory);
    yield* forEach(others, (found) => coroutine(copyOne, this, level, found), { concurrency: atATime });
  }

  #wants(found: Found): boolean {
    const { filter } = this.#options;
    if (filter === undefined) return true;
    const path = this.#from.here.shown(found.name);
    const entry: Entry = { ...found, name: Buffer.from(found.name, "latin1").toString(), path };
    return filter(entry);
  }

  *#enter(found: Found): Coroutine<void> {
    const byLink = found.isSymbolicLink;
    let from: FolderHandle;
    try {
      from = yield* this.#from.here.open(found.name, undefined, byLink);
    } catch (error) {
      if (!(error instanceof FileNotFoundError)) this.#fail(error);
      return;
    }
    let made: boolean;
    try {
      this.#refuseLoop(from, byLink);
      made = yield* this.#makeFolder(found.name);
      const to = yield* this.#to.here.open(found.name);
      this.#from.push(from, byLink);
      this.#to.push(to);
    } catch (error) {
      from.close();
      this.#fail(error);
      return;
    }
    try {
      yield* this.#begin(made);
    } catch (error) {
      this.#fail(error);
    }
  }

  #refuseLoop(from: FolderHandle, byLink: boolean): void {
    if (sameIdentity(from.identity, this.#destination)) {
      throw new SameFileError(from.path, this.#to.here.path, "the source leads to the destination");
    }
    if (byLink && this.#from.includes(from.identity)) {
      throw systemError("ELOOP", "the link leads to a folder that it is in", "copy", from.path);
    }
  }

  /** Whether the folder is ours; one that was there before is as good where that is allowed. */
  *#makeFolder(name: RawName): Coroutine<boolean> {
    try {
      yield* this.#to.here.makeFolder(name);
      return true;
    } catch (error) {
      if (!(error instanceof FileExistsError) || this.#options.existOk !== true) throw error;
      return false;
    }
  }

  /** Goes back from the innermost folder, which has been copied. */
  *#leave(level: Level): Coroutine<void> {
    const { here } = this.#to;
    if (level.stats !== null) {
      yield* keepFacts(level.stats, here.held, here.path, 0o7777n, this.#options.preserve ?? false);
    }
    this.#levels.pop();
    if (this.#levels.length === 0) return;
    yield* this.#from.leave();
    yield* this.#to.leave();
  }

  /** @internal Copies what is no folder. */
  *copyOne(level: Level, found: Found): Coroutine<void> {
    try {
      if (found.isFile) yield* this.#copyFile(found.name, false);
      else if (!found.isSymbolicLink) this.#refuse(found.name);
      else if (this.#options.followSymlinks !== true) yield* this.#copyLink(found.name);
      else if (yield* this.#leadsToFolder(found.name)) level.folders.push(found);
      else yield* this.#copyFile(found.name, true);
    } catch (error) {
      this.#fail(error);
    }
  }

  #refuse(name: RawName): void {
    const path = this.#from.here.shown(name);
    throw new UnsupportedOperationError(`Cannot copy ${path}: it is a pipe, a socket or a device`);
  }

  *#copyLink(name: RawName): Coroutine<void> {
    try {
      yield* copyLink(this.#from.here, name, this.#to.here, name, this.#options.overwrite ?? true);
      this.#links++;
    } catch (error) {
      if (!(error instanceof FileNotFoundError && error.operation === "readlink")) throw error;
    }
  }

  *#leadsToFolder(name: RawName): Coroutine<boolean> {
    const folder = this.#from.here;
    const stats = yield* folder.call<fs.Stats>("stat", name, (done) => fs.stat(folder.at(name), done));
    return stats.isDirectory();
  }

  *#copyFile(name: RawName, follow: boolean): Coroutine<void> {
    const source = yield* this.#openSource(name, follow);
    if (source === undefined) return;
    const { overwrite = true, preserve = false, progress } = this.#options;
    let copied = 0;
    const tell = (bytes: number): void => {
      this.#bytes += bytes - copied;
      copied = bytes;
      progress?.(this.#bytes, undefined);
    };
    try {
      yield* copyInto(source, this.#to.here, name, { overwrite, preserve, tell });
      this.#files++;
    } catch (error) {
      this.#bytes -= copied;
      throw error;
    } finally {
      source.close();
    }
  }

  /** Undefined for what has vanished. */
  *#openSource(name: RawName, follow: boolean): Coroutine<SourceFile | undefined> {
    const folder = this.#from.here;
    try {
      return yield* openSource(folder.shown(name), follow, (flags) =>
        folder.call<number>(
          "copy",
          name,
          (done) => fs.open(folder.at(name), flags, done),
          (late) => fs.close(late, () => {}),
        ),
      );
    } catch (error) {
      if (error instanceof FileNotFoundError) return undefined;
      throw error;
    }
  }

  #fail(error: unknown): void {
    const { onError } = this.#options;
    const foreseen =
      error instanceof FileError ||
      error instanceof UnsupportedOperationError ||
      error instanceof SameFileError;
    if (!foreseen || onError === undefined) throw error;
    onError(error);
  }
}

function* copyOne(copy: TreeCopy, level: Level, found: Found): Coroutine<void> {
  yield* copy.copyOne(level, found);
}
