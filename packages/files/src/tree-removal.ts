// A removal of a tree under way: folder by folder from the inside, without recursion in the language, for a deep tree must not
// meet the limit of the stack.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import {
  DirectoryNotEmptyError,
  FileError,
  fileError,
  FileNotFoundError,
  NotADirectoryError,
  PermissionDeniedError,
} from "./errors.ts";
import type { FolderHandle, RawName } from "./folder-handle.ts";
import type { EntrySource } from "./folder-reader.ts";
import { FolderTrail } from "./folder-trail.ts";
import type { RemoveTreeOptions, RemoveTreeStatistics } from "./remove-tree.ts";
import { UnlinkBatch } from "./unlink-batch.ts";

/** What is known of a folder on the way down. */
interface Level {
  readonly name: RawName;
  /** Null when it has been read to its end. */
  source: EntrySource | null;
  /** Folders in it that are to be removed. */
  readonly folders: RawName[];
  /** Something in it could not be removed. */
  failed: boolean;
  /** How often it was read: others may put things into it meanwhile. */
  readonly round: number;
}

/** How many names go to the system in one wait. */
const batchSize = 512;
/** A folder that others keep filling is given up after so many rounds. */
const mostRounds = 5;

export class TreeRemoval {
  readonly #options: RemoveTreeOptions;
  readonly #trail: FolderTrail;
  /** One for each folder of the trail. */
  readonly #levels: Level[] = [];
  #files = 0;
  #folders = 0;

  /** @param parent the folder that holds what is to be removed; closed at the end */
  constructor(parent: FolderHandle, options: RemoveTreeOptions) {
    this.#trail = new FolderTrail(parent);
    this.#options = options;
    this.#levels.push(levelOf("", 1));
  }

  *run(name: RawName): Coroutine<RemoveTreeStatistics> {
    const outside = this.#levels[0]!;
    try {
      const stats = yield* this.#trail.here.lstat(name);
      if (stats.isDirectory()) outside.folders.push(name);
      else yield* this.#unlink(outside, [name]);
      for (let level = outside; level !== outside || level.folders.length > 0; level = this.#levels.at(-1)!) {
        yield* this.#advance(level);
      }
    } finally {
      this.#trail.close();
      for (const { source } of this.#levels) if (source !== null) yield* source.close();
    }
    return { files: this.#files, folders: this.#folders };
  }

  /** Does the next thing in the innermost folder: goes into one below, reads on, or removes it. */
  *#advance(level: Level): Coroutine<void> {
    const below = level.folders.pop();
    if (below !== undefined) return yield* this.#enter(level, below, 1);
    if (level.source === null) return yield* this.#leave(level);
    const files: RawName[] = [];
    for (let entry = yield* level.source.next(); entry !== undefined; entry = level.source.buffered()) {
      (entry.isDirectory ? level.folders : files).push(entry.name);
      if (files.length === batchSize) break;
    }
    if (files.length > 0) yield* this.#unlink(level, files);
    else if (level.folders.length === 0) {
      yield* level.source.close();
      level.source = null;
    }
  }

  *#enter(parent: Level, name: RawName, round: number): Coroutine<void> {
    let level = parent;
    try {
      const handle = yield* this.#open(name);
      level = levelOf(name, round);
      this.#levels.push(level);
      level.source = yield* handle.read();
    } catch (error) {
      // Somebody has put something else in its place: a link, it may be. It goes as what it is.
      if (level === parent && isNoFolder(error)) yield* this.#unlink(parent, [name]);
      else this.#fail(level, error);
    }
  }

  *#open(name: RawName): Coroutine<FolderHandle> {
    const trail = this.#trail;
    if (this.#options.force !== true) return yield* trail.enter(name);
    try {
      yield* trail.enter(name);
    } catch (error) {
      if (!(error instanceof PermissionDeniedError)) throw error;
      yield* trail.here.allow(name);
      yield* trail.enter(name);
    }
    trail.here.allowOwner();
    return trail.here;
  }

  /** Removes the innermost folder, which has been emptied. */
  *#leave(level: Level): Coroutine<void> {
    yield* this.#trail.leave();
    this.#levels.pop();
    const parent = this.#levels.at(-1)!;
    if (level.failed) {
      parent.failed = true;
      return;
    }
    const folder = this.#trail.here;
    try {
      yield* folder.call<void>("remove", level.name, (done) =>
        fs.rmdir(folder.at(level.name), done as fs.NoParamCallback),
      );
      this.#folders++;
      this.#tell();
    } catch (error) {
      const again = error instanceof DirectoryNotEmptyError && level.round < mostRounds;
      if (again) yield* this.#enter(parent, level.name, level.round + 1);
      else if (isNoFolder(error)) yield* this.#unlink(parent, [level.name]);
      else this.#fail(parent, error);
    }
  }

  *#unlink(level: Level, names: readonly RawName[]): Coroutine<void> {
    const folder = this.#trail.here;
    const batch = new UnlinkBatch(folder, names);
    try {
      yield* folder.call<void>("remove", "", (done) => batch.start(done));
    } finally {
      batch.wanted = false;
      this.#files += batch.removed;
    }
    this.#tell();
    level.folders.push(...batch.folders);
    for (const { name, error } of batch.refused) {
      this.#fail(level, fileError(error, "remove", folder.shown(name)));
    }
  }

  #tell(): void {
    this.#options.progress?.(this.#files + this.#folders, undefined);
  }

  #fail(level: Level, error: unknown): void {
    // It vanished: somebody else has removed it.
    if (error instanceof FileNotFoundError) return;
    level.failed = true;
    if (!(error instanceof FileError) || this.#options.onError === undefined) throw error;
    this.#options.onError(error);
  }
}

function isNoFolder(error: unknown): boolean {
  return error instanceof NotADirectoryError || (error instanceof FileError && error.code === "ELOOP");
}

function levelOf(name: RawName, round: number): Level {
  return { name, source: null, folders: [], failed: false, round };
}
