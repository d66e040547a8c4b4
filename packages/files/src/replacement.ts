// What is about to be replaced: where it is, by whatever links, and what is there now.
import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Coroutine } from "corio";
import { FileNotFoundError, systemError, UnsupportedOperationError } from "./errors.ts";
import { hostCall, slowHostCall } from "./host-call.ts";
import { sweepOnce } from "./leftovers.ts";
import { temporaryName } from "./temporary-name.ts";

export interface Replacement {
  /** The file that will be replaced, or made. */
  readonly target: string;
  readonly folder: string;
  /** What is there now; undefined for nothing, or for a link that is replaced itself. */
  readonly old: fs.Stats | undefined;
  /** Where the new content is written: beside the target, for only within a file system does a file change its place in one step. */
  readonly temporary: string;
}

/** Looks at what is to be replaced. A folder, a device or a pipe is refused: they would be gone. */
export function* planReplacement(
  operation: string,
  path: string,
  followSymlinks: boolean,
): Coroutine<Replacement> {
  let target = path;
  let found = yield* lstatOf(target);
  // Most paths are no links, and need no other look.
  if (found?.isSymbolicLink() === true && followSymlinks) {
    target = yield* targetOf(target);
    found = yield* lstatOf(target);
  }
  const old = found?.isSymbolicLink() === true ? undefined : found;
  if (old?.isDirectory() === true) throw systemError("EISDIR", "it is a folder", operation, target);
  if (old?.isFile() === false) {
    throw new UnsupportedOperationError(
      `Cannot ${operation} ${target}: it is no regular file, and would be gone`,
    );
  }
  const folder = dirname(target);
  yield* sweepOnce(folder);
  return { target, folder, old, temporary: join(folder, temporaryName(basename(target))) };
}

/** What a link finally leads to; a link to nothing leads to where the file would be made. */
function* targetOf(path: string): Coroutine<string> {
  let at = path;
  // As many as the system follows. The last ones may lead nowhere, which realpath would not tell.
  for (let links = 0; links < 40; links++) {
    const link = yield* hostCall<string | undefined>("resolve", at, (done) =>
      fs.readlink(at, (error, text) => done(null, error === null ? text : undefined)),
    );
    if (link === undefined) return at;
    at = resolve(yield* realFolder(dirname(at)), link);
  }
  throw systemError("ELOOP", "too many symbolic links", "resolve", path);
}

/** A link counts from the folder that it is really in. */
function* realFolder(path: string): Coroutine<string> {
  return yield* hostCall<string>("resolve", path, (done) => fs.realpath(path, done));
}

export function* lstatOf(path: string): Coroutine<fs.Stats | undefined> {
  try {
    return yield* hostCall<fs.Stats>("stat", path, (done) => fs.lstat(path, done));
  } catch (error) {
    if (error instanceof FileNotFoundError) return undefined;
    throw error;
  }
}

/** Waits until the disk knows the names in a folder. */
export function* syncFolder(folder: string): Coroutine<void> {
  const fd = yield* hostCall<number>(
    "open",
    folder,
    (done) => fs.open(folder, "r", done),
    (late) => fs.close(late, () => {}),
  );
  try {
    yield* slowHostCall<void>("sync", folder, (done) =>
      // Some file systems cannot flush a folder, and say so.
      fs.fsync(fd, (error) => done(error?.code === "EINVAL" || error?.code === "EPERM" ? null : error)),
    );
  } finally {
    fs.closeSync(fd);
  }
}
