// What a path names: asking the system about it, moving it, removing it.
import * as fs from "node:fs";
import { dirname } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { makeParents, removeEmptyAbove } from "./folders.ts";
import { hostCall } from "./host-call.ts";
import { plain } from "./plain.ts";

/** What `access` asks for: that it is there at all. */
export const F_OK: number = fs.constants.F_OK;
/** What `access` asks for: that it may be read. Adds up with `W_OK` and `X_OK` by `|`. */
export const R_OK: number = fs.constants.R_OK;
/** What `access` asks for: that it may be written. */
export const W_OK: number = fs.constants.W_OK;
/** What `access` asks for: that it may be run, or as a folder gone through. */
export const X_OK: number = fs.constants.X_OK;

export interface StatOptions {
  /** Whether to ask about what a symbolic link leads to. Default true. */
  readonly followSymlinks?: boolean;
}

/** What the system knows about a file. FileNotFoundError when there is none. A cancel point. */
export function stat(path: FilePath, options: StatOptions = {}): Awaitable<fs.Stats> {
  return coroutine(statStep, pathText(path), options.followSymlinks ?? true);
}

/** What the system knows about the file system that holds the path: sizes in blocks of `bsize` bytes, see statfs(2). A cancel point. */
export function statvfs(path: FilePath): Awaitable<fs.StatsFs> {
  return coroutine(statvfsStep, pathText(path));
}

/**
 * Whether the process may do with the file what `mode` asks for; false too when it is not there. It may be otherwise a moment later:
 * where it matters, do the thing and catch PermissionDeniedError. A cancel point.
 */
export function access(path: FilePath, mode: number = F_OK): Awaitable<boolean> {
  return coroutine(accessStep, pathText(path), mode);
}

/** Removes a file or a link; IsADirectoryError or PermissionDeniedError for a folder, as the system has it. A cancel point. */
export function remove(path: FilePath): Awaitable<void> {
  const name = pathText(path);
  return plain("remove", name, (done) => fs.unlink(name, done));
}

/** The same as `remove`, by the system's name for it. A cancel point. */
export function unlink(path: FilePath): Awaitable<void> {
  const name = pathText(path);
  return plain("unlink", name, (done) => fs.unlink(name, done));
}

/** Renames a file or a folder. What is at `to` is replaced if the system lets it (see rename(2)). A cancel point. */
export function rename(from: FilePath, to: FilePath): Awaitable<void> {
  return coroutine(renameStep, "rename", pathText(from), pathText(to));
}

/** As `rename`, said for the purpose: what is at `to` is replaced in one step. A cancel point. */
export function replace(from: FilePath, to: FilePath): Awaitable<void> {
  return coroutine(renameStep, "replace", pathText(from), pathText(to));
}

/**
 * As `rename`; the folders that `to` needs are made first, and those that `from` leaves empty are removed afterwards, upwards until one is
 * not empty. Failed or cancelled in between, folders made are left. A cancel point.
 */
export function renames(from: FilePath, to: FilePath): Awaitable<void> {
  return coroutine(renamesStep, pathText(from), pathText(to));
}

export function* statStep(path: string, follow: boolean): Coroutine<fs.Stats> {
  const ask = follow ? fs.stat : fs.lstat;
  return yield* hostCall<fs.Stats>("stat", path, (done) => ask(path, done as never));
}

function* statvfsStep(path: string): Coroutine<fs.StatsFs> {
  return yield* hostCall<fs.StatsFs>("statvfs", path, (done) => fs.statfs(path, done));
}

/** What says that the answer is no, rather than that asking failed. */
const refusals: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "EROFS"]);

function* accessStep(path: string, mode: number): Coroutine<boolean> {
  try {
    yield* hostCall<void>("access", path, (done) => fs.access(path, mode, done as fs.NoParamCallback));
    return true;
  } catch (error) {
    if (error instanceof FileError && refusals.has(error.code)) return false;
    throw error;
  }
}

function* renameStep(operation: string, from: string, to: string): Coroutine<void> {
  yield* hostCall<void>(
    operation,
    from,
    (done) => fs.rename(from, to, done as fs.NoParamCallback),
    undefined,
    to,
  );
}

function* renamesStep(from: string, to: string): Coroutine<void> {
  yield* makeParents(to);
  yield* renameStep("rename", from, to);
  yield* removeEmptyAbove(dirname(from));
}
