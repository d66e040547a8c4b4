// Folders: making, listing and removing them.
import * as fs from "node:fs";
import { dirname, sep } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { cancelPoint, coroutine } from "corio/lowlevel";
import { FileError, FileExistsError, FileNotFoundError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall } from "./host-call.ts";
import { plain } from "./plain.ts";

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

/** Makes a folder and the missing ones above it. Failed or cancelled, those that it made are left. A cancel point. */
export function makedirs(path: FilePath, options: MakedirsOptions = {}): Awaitable<void> {
  return coroutine(makedirsStep, pathText(path), options);
}

/** Removes an empty folder; DirectoryNotEmptyError when it is not. `removeTree` removes one with its content. A cancel point. */
export function rmdir(path: FilePath): Awaitable<void> {
  const name = pathText(path);
  return plain("rmdir", name, (done) => fs.rmdir(name, done));
}

/** Removes an empty folder, then those above it in the path, until one is not empty. A cancel point. */
export function removedirs(path: FilePath): Awaitable<void> {
  return coroutine(removedirsStep, pathText(path));
}

/** The names of a folder's entries, in no order, all at once; `walk` gives them one by one. A cancel point. */
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

/** A folder's entries, in no order, all at once; `walk` gives them one by one. A cancel point. */
export function scandir(path: FilePath): Awaitable<Entry[]> {
  return coroutine(scandirStep, pathText(path));
}

/** The folder that relative paths count from. Nothing is asked of the disk. A cancel point. */
export function getcwd(): Awaitable<string> {
  return coroutine(getcwdStep);
}

/** What stands before the names of a folder's entries in their paths. */
export function prefixOf(folder: string): string {
  if (folder === "." || folder === "") return "";
  return folder.endsWith(sep) || folder.endsWith("/") ? folder : folder + sep;
}

/** The entry that node's own answer stands for. */
export function entryOf(
  prefix: string,
  entry: Pick<fs.Dirent, "name" | "isFile" | "isDirectory" | "isSymbolicLink">,
): Entry {
  return {
    name: entry.name,
    path: prefix + entry.name,
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymbolicLink: entry.isSymbolicLink(),
  };
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

/** Makes the folders that a path needs. */
export function* makeParents(path: string): Coroutine<void> {
  yield* makedirsStep(dirname(path), { existOk: true });
}

function* removedirsStep(path: string): Coroutine<void> {
  yield* rmdir(path);
  yield* removeEmptyAbove(dirname(path));
}

/** Removes a folder and those above it for as long as they are empty. What cannot be removed ends it, and is no failure. */
export function* removeEmptyAbove(folder: string): Coroutine<void> {
  let at = folder;
  try {
    while (at !== dirname(at)) {
      yield* rmdir(at);
      at = dirname(at);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

function* listdirStep(path: string): Coroutine<string[]> {
  return yield* hostCall<string[]>("listdir", path, (done) => fs.readdir(path, done));
}

function* scandirStep(path: string): Coroutine<Entry[]> {
  const entries = yield* hostCall<fs.Dirent[]>("scandir", path, (done) =>
    fs.readdir(path, { withFileTypes: true }, done),
  );
  const prefix = prefixOf(path);
  return entries.map((entry) => entryOf(prefix, entry));
}

function* getcwdStep(): Coroutine<string> {
  yield* cancelPoint();
  return process.cwd();
}
