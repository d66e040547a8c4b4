// Links: a second name for a file, and a name that leads to another.
import * as fs from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall } from "./host-call.ts";
import { plain } from "./plain.ts";

/** Gives a file a second name, on the same file system. FileExistsError when that name is taken. A cancel point. */
export function link(path: FilePath, newPath: FilePath): Awaitable<void> {
  const from = pathText(path);
  const to = pathText(newPath);
  return plain("link", from, (done) => fs.link(from, to, done), to);
}

/**
 * Makes a symbolic link at `path` that leads to `target`; relative targets count from the link's folder, and need not be there.
 * FileExistsError when the name is taken. A cancel point.
 */
export function symlink(target: FilePath, path: FilePath): Awaitable<void> {
  const text = pathText(target);
  const at = pathText(path);
  return plain("symlink", text, (done) => fs.symlink(text, at, done), at);
}

/** What a symbolic link says, as it stands there. A FileError with EINVAL for what is no link. A cancel point. */
export function readlink(path: FilePath): Awaitable<string> {
  return coroutine(readlinkStep, pathText(path));
}

function* readlinkStep(path: string): Coroutine<string> {
  return yield* hostCall<string>("readlink", path, (done) => fs.readlink(path, done));
}
