// Questions about paths: os.path's, by its names.
import * as fs from "node:fs";
import { dirname, resolve } from "node:path";
import type { Awaitable, Coroutine } from "corio";
import { cancelPoint, coroutine } from "corio/lowlevel";
import { statStep } from "./entries.ts";
import { FileError, fileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall } from "./host-call.ts";
import { identityOf, sameIdentity, type Identity } from "./identity.ts";

/** An open file, or the number of its descriptor. */
export type OpenFile = number | { fileno(): number };

/** Whether something is there; false for a link that leads nowhere, and where the way is barred. A cancel point. */
export function exists(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), true, () => true);
}

/** Whether a regular file is there, or a link that leads to one. A cancel point. */
export function isfile(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), true, (stats: fs.Stats) => stats.isFile());
}

/** Whether a folder is there, or a link that leads to one. A cancel point. */
export function isdir(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), true, (stats: fs.Stats) => stats.isDirectory());
}

/** Whether a symbolic link is there, wherever it leads. A cancel point. */
export function islink(path: FilePath): Awaitable<boolean> {
  return coroutine(testStep, pathText(path), false, (stats: fs.Stats) => stats.isSymbolicLink());
}

/** Whether a file system is mounted there. Not seen: one mounted on a part of itself (a bind mount). A cancel point. */
export function ismount(path: FilePath): Awaitable<boolean> {
  return coroutine(ismountStep, pathText(path));
}

/** The size in bytes. FileNotFoundError when nothing is there. A cancel point. */
export function getsize(path: FilePath): Awaitable<number> {
  return coroutine(factStep, pathText(path), (stats: fs.Stats) => stats.size);
}

/** When it was last read, in milliseconds since 1970. File systems mounted with `noatime` or `relatime` keep it loosely. A cancel point. */
export function getatime(path: FilePath): Awaitable<number> {
  return coroutine(factStep, pathText(path), (stats: fs.Stats) => stats.atimeMs);
}

/** When its content was last changed, in milliseconds since 1970. A cancel point. */
export function getmtime(path: FilePath): Awaitable<number> {
  return coroutine(factStep, pathText(path), (stats: fs.Stats) => stats.mtimeMs);
}

/** When its content, name, owner or permissions were last changed, in milliseconds since 1970; on Windows when it was made. A cancel point. */
export function getctime(path: FilePath): Awaitable<number> {
  return coroutine(factStep, pathText(path), (stats: fs.Stats) => stats.ctimeMs);
}

/** Whether two paths lead to the same file or folder. FileNotFoundError when one leads nowhere. A cancel point. */
export function samefile(path: FilePath, other: FilePath): Awaitable<boolean> {
  return coroutine(samefileStep, pathText(path), pathText(other));
}

/** Whether two open files are the same file. A cancel point. */
export function sameopenfile(file: OpenFile, other: OpenFile): Awaitable<boolean> {
  return coroutine(sameopenfileStep, file, other);
}

/** The path from the root, without `.` and `..`; links are not looked at. Nothing is asked of the system. A cancel point. */
export function abspath(path: FilePath): Awaitable<string> {
  return coroutine(abspathStep, pathText(path));
}

/** What says that there is nothing to see, rather than that seeing failed. */
const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"]);

function* testStep(path: string, follow: boolean, test: (stats: fs.Stats) => boolean): Coroutine<boolean> {
  try {
    return test(yield* statStep(path, follow));
  } catch (error) {
    if (error instanceof FileError && absent.has(error.code)) return false;
    throw error;
  }
}

function* factStep(path: string, fact: (stats: fs.Stats) => number): Coroutine<number> {
  return fact(yield* statStep(path, true));
}

/** The root of a mounted file system is on another device than the folder that holds it, or is that folder. */
function* ismountStep(path: string): Coroutine<boolean> {
  try {
    const stats = yield* statStep(path, false);
    if (!stats.isDirectory()) return false;
    const real = yield* hostCall<string>("resolve", path, (done) => fs.realpath(path, done));
    const here = yield* identityStep(real, false);
    const above = yield* identityStep(dirname(real), false);
    return here.dev !== above.dev || here.ino === above.ino;
  } catch (error) {
    if (error instanceof FileError && absent.has(error.code)) return false;
    throw error;
  }
}

/** Which file it is, exactly: inode numbers may be larger than a number can tell. */
export function* identityStep(path: string, follow: boolean): Coroutine<Identity> {
  const ask = follow ? fs.stat : fs.lstat;
  const stats = yield* hostCall<fs.BigIntStats>("stat", path, (done) => ask(path, { bigint: true }, done));
  return identityOf(stats);
}

function* samefileStep(path: string, other: string): Coroutine<boolean> {
  return sameIdentity(yield* identityStep(path, true), yield* identityStep(other, true));
}

function* sameopenfileStep(file: OpenFile, other: OpenFile): Coroutine<boolean> {
  yield* cancelPoint();
  return sameIdentity(identityOfOpen(file), identityOfOpen(other));
}

function identityOfOpen(file: OpenFile): Identity {
  const fd = typeof file === "number" ? file : file.fileno();
  try {
    // The inode of an open file is in memory: asking for it takes less than handing the question to a thread.
    return identityOf(fs.fstatSync(fd, { bigint: true }));
  } catch (error) {
    throw fileError(error, "stat", `descriptor ${fd}`);
  }
}

function* abspathStep(path: string): Coroutine<string> {
  yield* cancelPoint();
  return resolve(path);
}
