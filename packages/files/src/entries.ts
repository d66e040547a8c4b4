// Asking about paths, and moving and removing what they name.
import * as fs from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileError, FileNotFoundError, fileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall, type Done } from "./host-call.ts";

export interface StatOptions {
  /** Whether to ask about what a symbolic link leads to. Default true. */
  readonly followSymlinks?: boolean;
}

/** What the system knows about a file. FileNotFoundError when there is none. A cancel point. */
export function stat(path: FilePath, options: StatOptions = {}): Awaitable<fs.Stats> {
  return coroutine(statStep, pathText(path), options.followSymlinks ?? true);
}

/** Whether something is there; false for a link that leads nowhere, and where the way is barred. A cancel point. */
export function exists(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), () => true);
}

/** Whether a regular file is there. A cancel point. */
export function isfile(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), (stats: fs.Stats) => stats.isFile());
}

/** Whether a folder is there. A cancel point. */
export function isdir(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), (stats: fs.Stats) => stats.isDirectory());
}

/** Removes a file or a link; IsADirectoryError or PermissionDeniedError for a folder, as the system has it. A cancel point. */
export function remove(path: FilePath): Awaitable<void> {
  const name = pathText(path);
  return plain("remove", name, (done) => fs.unlink(name, done));
}

/** Renames a file or a folder. What is at `to` is replaced if the system lets it (see rename(2)). A cancel point. */
export function rename(from: FilePath, to: FilePath): Awaitable<void> {
  return coroutine(renameStep, "rename", pathText(from), pathText(to));
}

/** As `rename`, said for the purpose: what is at `to` is replaced in one step. A cancel point. */
export function replace(from: FilePath, to: FilePath): Awaitable<void> {
  return coroutine(renameStep, "replace", pathText(from), pathText(to));
}

/** Waits for an operation that gives nothing. */
export function plain(
  operation: string,
  path: string,
  start: (done: fs.NoParamCallback) => void,
): Awaitable<void> {
  return coroutine(plainStep, operation, path, start);
}

function* plainStep(
  operation: string,
  path: string,
  start: (done: fs.NoParamCallback) => void,
): Coroutine<void> {
  yield* hostCall<void>(operation, path, start as (done: Done<void>) => void);
}

export function* statStep(path: string, follow: boolean): Coroutine<fs.Stats> {
  const ask = follow ? fs.stat : fs.lstat;
  return yield* hostCall<fs.Stats>("stat", path, (done) => ask(path, done as never));
}

/** What says that there is nothing to see, rather than that seeing failed. */
const absent = new Set(["ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"]);

function* testStep(path: string, test: (stats: fs.Stats) => boolean): Coroutine<boolean> {
  try {
    return test(yield* statStep(path, true));
  } catch (error) {
    if (error instanceof FileError && absent.has(error.code)) return false;
    throw error;
  }
}

function* renameStep(operation: string, from: string, to: string): Coroutine<void> {
  try {
    yield* hostCall<void>(operation, from, (done) => fs.rename(from, to, done as fs.NoParamCallback));
  } catch (error) {
    // Two paths: the error names both.
    throw error instanceof FileError ? fileError(error.cause, operation, from, to) : error;
  }
}

/** Whether an error says that the entry vanished meanwhile. */
export function vanished(error: unknown): boolean {
  return error instanceof FileNotFoundError;
}
