// A file copied into a folder: whole under another name first, then in its place in one step.
import * as fs from "node:fs";
import { shield, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileError } from "../errors.ts";
import { rawName, type FolderHandle, type RawName } from "../folder-handle.ts";
import { HeldDescriptor } from "../held-descriptor.ts";
import type { Done } from "../host-call.ts";
import { temporaryName } from "../temporary-name.ts";
import { ContentCopy } from "./copy-content.ts";
import type { SourceFile } from "./source-file.ts";

// Some systems do not have them all.
const { O_NOFOLLOW = 0 } = fs.constants as Partial<typeof fs.constants>;
const { O_CREAT, O_EXCL, O_RDWR } = fs.constants;

export interface CopyHow {
  /** Whether what is there is replaced. Otherwise it is a FileExistsError. */
  readonly overwrite: boolean;
  /** Whether times and owner are kept, besides permissions. */
  readonly preserve: boolean;
  /** Told how many bytes have been copied. */
  readonly tell: (copied: number) => void;
}

/** Copies a file into a folder by a name. Failed or cancelled, nothing is left of it. */
export function* copyInto(
  source: SourceFile,
  folder: FolderHandle,
  name: RawName,
  how: CopyHow,
): Coroutine<void> {
  const temporary = rawName(temporaryName(Buffer.from(name, "latin1").toString()));
  let made = false;
  try {
    made = true;
    if (!(yield* clone(source, folder, name, temporary, how))) {
      yield* copyBytes(source, folder, name, temporary, how);
    }
    yield* shield(() => coroutine(putInPlace, folder, name, temporary, how.overwrite));
    made = false;
  } finally {
    if (made) yield* shield(() => coroutine(removeTemporary, folder, temporary));
  }
}

/** Below this, trying to share the blocks costs more than copying them. */
const worthCloning = 256 * 1024;
/** What says that two file systems cannot share blocks, or this one cannot at all. */
const cannotClone: ReadonlySet<string> = new Set([
  "ENOTSUP",
  "EOPNOTSUPP",
  "EXDEV",
  "EINVAL",
  "ENOSYS",
  "ENOTTY",
]);
/** Pairs of devices of which that is known. */
const uncloneable = new Set<string>();

/** Lets both files share their blocks, where the file system can do that: then nothing is copied at all. */
function* clone(
  source: SourceFile,
  folder: FolderHandle,
  name: RawName,
  temporary: RawName,
  how: CopyHow,
): Coroutine<boolean> {
  const devices = `${source.stats.dev}:${folder.identity.dev}`;
  if (source.size < worthCloning || uncloneable.has(devices)) return false;
  const mode = fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE_FORCE;
  const start = (done: Done<void>): void => {
    source.held.take();
    fs.copyFile(source.place, folder.at(temporary), mode, (error) => {
      source.held.giveBack();
      done(error);
    });
  };
  try {
    yield* folder.call<void>("copy", name, start, () => folder.discard(temporary));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // Anything else will be met again by the copy itself.
    if (cannotClone.has(error.code)) uncloneable.add(devices);
    return false;
  }
  const target = yield* openTemporary(folder, name, temporary, O_RDWR);
  try {
    yield* keepFacts(source.stats, target, folder.shown(name), usualBits, how.preserve);
  } finally {
    target.close();
  }
  how.tell(source.size);
  return true;
}

function* copyBytes(
  source: SourceFile,
  folder: FolderHandle,
  name: RawName,
  temporary: RawName,
  how: CopyHow,
): Coroutine<void> {
  const target = yield* openTemporary(folder, name, temporary, O_RDWR | O_CREAT | O_EXCL);
  const targetPath = folder.shown(name);
  try {
    const { held: from, size, sparse, path: sourcePath } = source;
    yield* new ContentCopy({ from, to: target, size, sparse, sourcePath, targetPath }).run(how.tell);
    yield* keepFacts(source.stats, target, targetPath, usualBits, how.preserve);
    yield* target.closeWritten(targetPath);
  } finally {
    target.close();
  }
}

/** While it is being written it is nobody else's to read. */
function* openTemporary(
  folder: FolderHandle,
  name: RawName,
  temporary: RawName,
  flags: number,
): Coroutine<HeldDescriptor> {
  const fd = yield* folder.call<number>(
    "open",
    name,
    (done) => fs.open(folder.at(temporary), flags | O_NOFOLLOW, 0o600, done),
    (late) => {
      fs.closeSync(late);
      folder.discard(temporary);
    },
  );
  return new HeldDescriptor(fd);
}

/** Gives what was copied the permissions of its source, those in `mask`; with `preserve` its times and owner too. */
export function* keepFacts(
  source: fs.BigIntStats,
  target: HeldDescriptor,
  path: string,
  mask: bigint,
  preserve: boolean,
): Coroutine<void> {
  const { uid, gid, mode, atimeNs, mtimeNs } = source;
  let kept = mask;
  if (preserve) {
    const given = yield* target.call<boolean>("chown", path, (fd, done) =>
      fs.fchown(fd, Number(uid), Number(gid), (error) =>
        done(error?.code === "EPERM" ? null : error, error === null),
      ),
    );
    if (given) kept = 0o7777n;
  }
  yield* target.call<void>("chmod", path, (fd, done) =>
    fs.fchmod(fd, Number(mode & kept), done as fs.NoParamCallback),
  );
  if (!preserve) return;
  yield* target.call<void>("utimes", path, (fd, done) =>
    fs.futimes(fd, secondsOf(atimeNs), secondsOf(mtimeNs), done as fs.NoParamCallback),
  );
}

/** A program that takes the rights of its owner does so for its owner only: a copy of somebody else's has no such mark. */
const usualBits = 0o777n;

/** To the microsecond: node takes times as floating point. */
function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1e6;
}

function* putInPlace(
  folder: FolderHandle,
  name: RawName,
  temporary: RawName,
  overwrite: boolean,
): Coroutine<void> {
  if (overwrite) return yield* renameInPlace(folder, name, temporary);
  if (yield* linkInPlace(folder, name, temporary)) return yield* removeTemporary(folder, temporary);
  // No second names on this file system: the name is taken first, then replaced.
  const fd = yield* folder.call<number>("copy", name, (done) => fs.open(folder.at(name), "wx", done));
  fs.closeSync(fd);
  try {
    yield* renameInPlace(folder, name, temporary);
  } catch (error) {
    folder.discard(name);
    throw error;
  }
}

function* renameInPlace(folder: FolderHandle, name: RawName, temporary: RawName): Coroutine<void> {
  yield* folder.call<void>("copy", name, (done) =>
    fs.rename(folder.at(temporary), folder.at(name), done as fs.NoParamCallback),
  );
}

/** What says that there are no second names there, or no more of them. */
const cannotLink: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** A second name is given only if nothing has it. False where there are no second names. */
function* linkInPlace(folder: FolderHandle, name: RawName, temporary: RawName): Coroutine<boolean> {
  try {
    yield* folder.call<void>("copy", name, (done) =>
      fs.link(folder.at(temporary), folder.at(name), done as fs.NoParamCallback),
    );
    return true;
  } catch (error) {
    if (error instanceof FileError && cannotLink.has(error.code)) return false;
    throw error;
  }
}

export function* removeTemporary(folder: FolderHandle, temporary: RawName): Coroutine<void> {
  yield* folder.call<void>("remove", temporary, (done) => fs.unlink(folder.at(temporary), () => done(null)));
}
