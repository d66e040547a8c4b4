// Folders: making, listing and removing them.
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { plain, vanished } from "./entries.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall } from "./host-call.ts";
import { FileError, FileExistsError, FileNotFoundError } from "./errors.ts";

export interface MakeOptions {
  /** Permissions of the new folder, before the umask. Default 0o777. */
  readonly permissions?: number;
}

export interface MakedirsOptions extends MakeOptions {
  /** Whether a folder that is there already is as good. Default false: FileExistsError. */
  readonly existOk?: boolean;
}

/** Makes a folder; its parent must be there. A cancel point. */
export function mkdir(path: FilePath, options: MakeOptions = {}): Awaitable<void> {
  const name = pathText(path);
  return plain("mkdir", name, (done) => fs.mkdir(name, options.permissions ?? 0o777, done));
}

/** Makes a folder and the missing ones above it. A cancel point. */
export function makedirs(path: FilePath, options: MakedirsOptions = {}): Awaitable<void> {
  return coroutine(makedirsStep, pathText(path), options);
}

/** Removes an empty folder; DirectoryNotEmptyError when it is not. A cancel point. */
export function rmdir(path: FilePath): Awaitable<void> {
  const name = pathText(path);
  return plain("rmdir", name, (done) => fs.rmdir(name, done));
}

export interface RemoveTreeOptions {
  /** Whether it is as good when nothing is there. Default false: FileNotFoundError. */
  readonly missingOk?: boolean;
}

/** Removes a folder with all that is in it, or a file; links are removed, not followed. Interrupted, some of it is left. A cancel point. */
export function removeTree(path: FilePath, options: RemoveTreeOptions = {}): Awaitable<void> {
  return coroutine(removeTreeStep, pathText(path), options.missingOk ?? false);
}

/** The names of a folder's entries, in no order. A cancel point. */
export function listdir(path: FilePath): Awaitable<string[]> {
  return coroutine(listdirStep, pathText(path));
}

/** A folder's entry: its name, its path and its kind, known without asking about each. */
export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
}

/** A folder's entries, in no order. A cancel point. */
export function scandir(path: FilePath): Awaitable<Entry[]> {
  return coroutine(scandirStep, pathText(path));
}

// Not node's own `recursive`: where a file system refuses to make folders with ENOENT (/proc), that never returns.
function* makedirsStep(path: string, options: MakedirsOptions): Coroutine<void> {
  try {
    yield* makeOne(path, options);
  } catch (error) {
    const parent = dirname(path);
    if (!(error instanceof FileNotFoundError) || parent === path) throw error;
    yield* makedirsStep(parent, { existOk: true });
    yield* makeOne(path, options);
  }
}

function* makeOne(path: string, options: MakedirsOptions): Coroutine<void> {
  try {
    yield* mkdir(path, options);
  } catch (error) {
    if (!(error instanceof FileExistsError) || options.existOk !== true) throw error;
    const stats = yield* hostCall<fs.Stats>("stat", path, (done) => fs.stat(path, done));
    if (!stats.isDirectory()) throw error;
  }
}

function* listdirStep(path: string): Coroutine<string[]> {
  return yield* hostCall<string[]>("listdir", path, (done) => fs.readdir(path, done));
}

export function* scandirStep(path: string): Coroutine<Entry[]> {
  const entries = yield* hostCall<fs.Dirent[]>("scandir", path, (done) =>
    fs.readdir(path, { withFileTypes: true }, done),
  );
  return entries.map((entry) => ({
    name: entry.name,
    path: join(path, entry.name),
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymbolicLink: entry.isSymbolicLink(),
  }));
}

/** Children first, without recursion in the language: a deep tree must not meet the limit of the stack. */
function* removeTreeStep(root: string, missingOk: boolean): Coroutine<void> {
  const stats = yield* hostCall<fs.Stats | undefined>("remove", root, (done) =>
    fs.lstat(root, (error, found) => done(missingOk && error?.code === "ENOENT" ? null : error, found)),
  );
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    yield* hostCall<void>("remove", root, (done) => fs.unlink(root, done as fs.NoParamCallback));
    return;
  }
  const folders = [root];
  while (folders.length > 0) {
    const folder = folders.at(-1) as string;
    let entries: Entry[];
    try {
      entries = yield* scandirStep(folder);
    } catch (error) {
      if (!vanished(error) || folder === root) throw error;
      folders.pop();
      continue;
    }
    const inner = entries.filter((entry) => entry.isDirectory).map((entry) => entry.path);
    for (const entry of entries) if (!entry.isDirectory) yield* removeIfThere(entry.path, fs.unlink);
    if (inner.length > 0) folders.push(...inner);
    else {
      yield* removeIfThere(folder, fs.rmdir);
      folders.pop();
    }
  }
}

function* removeIfThere(
  path: string,
  how: (path: string, done: fs.NoParamCallback) => void,
): Coroutine<void> {
  try {
    yield* hostCall<void>("remove", path, (done) => how(path, done as fs.NoParamCallback));
  } catch (error) {
    if (!(error instanceof FileError) || !vanished(error)) throw error;
  }
}
