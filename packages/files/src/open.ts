// open and withFile: how a file begins, and whose it is.
import { call, cancelScope, type Awaitable, type Coroutine, type Scope, type Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import type { BinaryFile } from "./binary-file.ts";
import type { FilePath } from "./file-path.ts";
import type { BinaryMode, TextMode } from "./mode.ts";
import { openFile, type BinaryOptions, type TextOptions } from "./open-file.ts";
import type { TextFile } from "./text-file.ts";

/**
 * Opens a file, as Python's `open`: text unless the mode says `b`. It belongs to the scope that opened it, which flushes and closes it at its
 * end, however that comes; `close` does so earlier. Cancelled while the system opens, the descriptor that comes late is closed; what
 * the mode does to the file, emptying or making it, may have been done. Opening a FIFO for reading does not wait for a writer, the first
 * read does; opening one for writing waits for a reader. A number is a descriptor that was opened elsewhere. A cancel point.
 *
 * @example
 * ```ts
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { run } from "corio";
 * import { open } from "@corio/files";
 *
 * await run(async () => {
 *   const path = join(tmpdir(), "corio-open-example.txt");
 *   const out = await open(path, "w");
 *   await out.write("one\ntwo\n");
 *   await out.close();
 *   const file = await open(path);
 *   console.log((await file.readLines()).length); // => 2
 * });
 * ```
 */
export function open(path: FilePath | number, mode?: TextMode, options?: TextOptions): Awaitable<TextFile>;
export function open(
  path: FilePath | number,
  mode: BinaryMode,
  options?: BinaryOptions,
): Awaitable<BinaryFile>;
export function open(
  path: FilePath | number,
  mode: TextMode | BinaryMode = "r",
  options: TextOptions = {},
): Awaitable<TextFile | BinaryFile> {
  return coroutine(openFile, path, mode, options);
}

/** Opens a file for the length of a block: closed when the body has ended, and a failure to do so is thrown. A cancel point. */
export function withFile<R>(
  path: FilePath | number,
  mode: TextMode,
  body: (file: TextFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile<R>(
  path: FilePath | number,
  mode: BinaryMode,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile<R>(
  path: FilePath | number,
  mode: TextMode,
  options: TextOptions,
  body: (file: TextFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile<R>(
  path: FilePath | number,
  mode: BinaryMode,
  options: BinaryOptions,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile(
  path: FilePath | number,
  mode: TextMode | BinaryMode,
  ...rest: [body: unknown] | [options: TextOptions, body: unknown]
): Awaitable<unknown> {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
  return cancelScope(fileBlock, path, mode, options, body as (file: never) => unknown);
}

function* fileBlock(
  _scope: Scope,
  path: FilePath | number,
  mode: TextMode | BinaryMode,
  options: TextOptions,
  body: (file: never) => unknown,
): Coroutine<unknown> {
  const file = yield* openFile(path, mode, options);
  return yield* call(body, file as never);
}
