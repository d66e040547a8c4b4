// An open folder. Names in it are looked up from there, whatever happens meanwhile to the path that led to it: somebody who puts a
// symbolic link into the way leads nobody out of the tree. Node has no `unlinkat` and its kin; where there is /proc, the
// descriptor's path there does the same. Elsewhere the path is used, after a look whether it still leads to the folder: a narrow gap is left.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { fileError, systemError } from "./errors.ts";
import { prefixOf } from "./folders.ts";
import { readRawFolder, type EntrySource } from "./folder-reader.ts";
import { HeldDescriptor } from "./held-descriptor.ts";
import { hostCall, type Done } from "./host-call.ts";
import { identityOf, sameIdentity, type Identity } from "./identity.ts";

/** Whether descriptors can be used in paths. */
export const byDescriptor: boolean = process.platform === "linux" && fs.existsSync("/proc/self/fd");

// Some systems do not have them all.
const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY = 0 } = fs.constants as Partial<typeof fs.constants>;
/** Linux: a descriptor that only stands for the file, and needs no permission to read it. Node does not name it. */
const O_PATH = 0o10_000_000;

/** A name with a character for each of its bytes: not all names are UTF-8, and those that are not must be found again. */
export type RawName = string;

export function rawName(name: string): RawName {
  return Buffer.from(name).toString("latin1");
}

function shownName(name: RawName): string {
  return Buffer.from(name, "latin1").toString();
}

export class FolderHandle {
  /** The path that led here, for messages. */
  readonly path: string;
  readonly identity: Identity;
  readonly stats: fs.BigIntStats;
  readonly held: HeldDescriptor;

  constructor(fd: number, path: string) {
    this.held = new HeldDescriptor(fd);
    this.path = path;
    this.stats = fs.fstatSync(fd, { bigint: true });
    this.identity = identityOf(this.stats);
  }

  get fd(): number {
    return this.held.fd;
  }

  /** Whether it has been removed: nothing can be made in it any more. */
  get removed(): boolean {
    return fs.fstatSync(this.fd).nlink === 0;
  }

  /** How messages show an entry. */
  shown(name: RawName): string {
    return prefixOf(this.path) + shownName(name);
  }

  /** How the system reaches an entry of this very folder. */
  at(name: RawName): string | Buffer {
    const folder = byDescriptor ? `/proc/self/fd/${this.fd}/` : `${this.path}/`;
    // Most names are plain.
    // oxlint-disable-next-line no-control-regex
    if (/^[\x00-\x7f]*$/.test(name)) return folder + name;
    return Buffer.concat([Buffer.from(folder), Buffer.from(name, "latin1")]);
  }

  /**
   * Waits for an operation on an entry, or on the folder itself (name ""). Cancelled, the operation may go on: the descriptor, whose number
   * its path has, is closed after that.
   */
  *call<T>(
    operation: string,
    name: RawName,
    start: (done: Done<T>) => void,
    late?: (value: T) => void,
  ): Coroutine<T> {
    return yield* hostCall<T>(
      operation,
      name === "" ? this.path : this.shown(name),
      (done) => {
        this.held.take();
        const finished: Done<T> = (error, value) => {
          done(error, value);
          this.held.giveBack();
        };
        if (byDescriptor) start(finished);
        else this.#whileInPlace(start, finished);
      },
      late,
    );
  }

  /** A folder in this one; a link is none (NotADirectoryError, or ELOOP), unless `follow`. `path` is for messages. */
  *open(name: RawName, path: string = this.shown(name), follow = false): Coroutine<FolderHandle> {
    const fd = yield* this.call<number>(
      "open",
      name,
      (done) => fs.open(this.at(name), O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW), done),
      (late) => fs.close(late, () => {}),
    );
    return new FolderHandle(fd, path);
  }

  /** Makes a folder that is its owner's only; it gets its permissions when it is filled. */
  *makeFolder(name: RawName): Coroutine<void> {
    yield* this.call<void>("mkdir", name, (done) =>
      fs.mkdir(this.at(name), 0o700, done as fs.NoParamCallback),
    );
  }

  *lstat(name: RawName): Coroutine<fs.BigIntStats> {
    return yield* this.call<fs.BigIntStats>("stat", name, (done) =>
      fs.lstat(this.at(name), { bigint: true }, done),
    );
  }

  /** Lets the owner into a folder in this one that is closed to all. No link is followed, where that can be had. */
  *allow(name: RawName): Coroutine<void> {
    if (!byDescriptor) {
      yield* this.call<void>("chmod", name, (done) =>
        fs.chmod(this.at(name), 0o700, done as fs.NoParamCallback),
      );
      return;
    }
    const fd = yield* this.call<number>(
      "open",
      name,
      (done) => fs.open(this.at(name), O_PATH | O_DIRECTORY | O_NOFOLLOW, done),
      (late) => fs.close(late, () => {}),
    );
    try {
      fs.chmodSync(`/proc/self/fd/${fd}`, 0o700);
    } catch (error) {
      throw fileError(error, "chmod", this.shown(name));
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Lets the owner do everything in this folder. Who may not change that will be told so by what it was for. */
  allowOwner(): void {
    if ((this.stats.mode & 0o700n) === 0o700n) return;
    try {
      fs.fchmodSync(this.fd, 0o700);
    } catch {
      // Not ours.
    }
  }

  /** The folder's entries, with raw names. */
  *read(): Coroutine<EntrySource> {
    return yield* readRawFolder(this.at(".") as string, this.path, this.stats.size);
  }

  /** Removes an entry that nobody else can have named, without waiting for it. */
  discard(name: RawName): void {
    this.held.take();
    fs.unlink(this.at(name), () => this.held.giveBack());
  }

  /** Closes it, after what is in flight. */
  close(): void {
    this.held.close();
  }

  #whileInPlace<T>(start: (done: Done<T>) => void, done: Done<T>): void {
    fs.lstat(this.path, { bigint: true }, (error, stats) => {
      if (error !== null) return done(error, undefined as T);
      if (sameIdentity(stats, this.identity)) return start(done);
      done(
        systemError("ESTALE", "the folder was moved while it was being worked on", "open", this.path),
        undefined as T,
      );
    });
  }
}

/** Opens the folder that a path leads to, by whatever links. */
export function* openHandle(path: string): Coroutine<FolderHandle> {
  const fd = yield* hostCall<number>(
    "open",
    path,
    (done) => fs.open(path, O_RDONLY | O_DIRECTORY, done),
    (late) => fs.close(late, () => {}),
  );
  return new FolderHandle(fd, path);
}
