// Replacing a file in one step: whoever looks, and whatever happens to the process or the machine, sees the old content or the new.
import * as fs from "node:fs";
import {
  call,
  cancelScope,
  forEach,
  shield,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine } from "corio/lowlevel";
import type { BinaryFile } from "./binary-file.ts";
import { FileError, fileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall } from "./host-call.ts";
import { openFile, type TextOptions } from "./open-file.ts";
import { planReplacement, syncFolder, type Replacement } from "./replacement.ts";
import type { TextFile } from "./text-file.ts";
import { encodeText } from "./whole-file.ts";

export interface AtomicOptions {
  /** Whether a symbolic link's target is replaced (true, the default) or the link itself. */
  readonly followSymlinks?: boolean;
  /** Permissions of a file that was not there before, before the umask. Those of a file that was there are kept. Default 0o666. */
  readonly permissions?: number;
  /** Whether to wait until the disk has it. Default true; false is faster and survives a crash of the process, not of the machine. */
  readonly durable?: boolean;
}

export interface WriteAtomicOptions extends AtomicOptions {
  /** For text: "utf-8" (default), "utf-8-sig", "latin1", "utf-16le". */
  readonly encoding?: string;
}

/** What can be written: text, bytes, or pieces of either. */
export type AtomicData =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/**
 * Replaces the content of a file in one step: written to a temporary file beside it, flushed to the disk, renamed. Whenever the process is
 * killed, the file has the old content or the new. Failed or cancelled, the old content stands and the temporary file is removed; a killed
 * process leaves one behind (`.name.corio-<process>.<random>.tmp`), which the next write of another process into that folder
 * removes. From the rename on it is not interrupted.
 *
 * Permissions are kept, and the owner where the process may set it; a second name (hard link), access lists and extended attributes are not. A
 * folder is refused with IsADirectoryError, a pipe or a device with UnsupportedOperationError. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { readText, withTemporaryDirectory, writeAtomic } from "@corio/files";
 *
 * await run(() =>
 *   withTemporaryDirectory(async (folder) => {
 *     await writeAtomic(`${folder}/state.json`, JSON.stringify({ jobs: 3 }));
 *     console.log(await readText(`${folder}/state.json`)); // => {"jobs":3}
 *   }),
 * );
 * ```
 */
export function writeAtomic(
  path: FilePath,
  data: AtomicData,
  options: WriteAtomicOptions = {},
): Awaitable<void> {
  return coroutine(writeAtomicStep, path, data, options);
}

/**
 * As `writeAtomic`, written by a block: the body gets the temporary file, and when it returns the file takes its place. A body that throws
 * leaves the old content. Gives what the body gives. A cancel point.
 */
export function atomicFile<R>(
  path: FilePath,
  body: (file: TextFile) => R,
  options?: AtomicTextOptions,
): Awaitable<Unwrap<R>>;
export function atomicFile<R>(
  path: FilePath,
  body: (file: BinaryFile) => R,
  options: AtomicBinaryOptions,
): Awaitable<Unwrap<R>>;
export function atomicFile(
  path: FilePath,
  body: (file: never) => unknown,
  options: AtomicTextOptions | AtomicBinaryOptions = {},
): Awaitable<unknown> {
  return cancelScope(atomicBlock, path, body, options);
}

export interface AtomicTextOptions extends AtomicOptions, Omit<TextOptions, "permissions"> {
  readonly mode?: "w";
}

export interface AtomicBinaryOptions extends AtomicOptions {
  readonly mode: "wb";
  readonly buffering?: number;
}

function* writeAtomicStep(path: FilePath, data: AtomicData, options: WriteAtomicOptions): Coroutine<void> {
  const { encoding, ...rest } = options;
  // What cannot be encoded is said before anything is written.
  const content = typeof data === "string" ? encodeText(data, encoding) : data;
  yield* cancelScope(atomicBlock, path, (file: BinaryFile) => coroutine(writeAll, file, content, encoding), {
    ...rest,
    mode: "wb" as const,
  });
}

function* writeAll(
  file: BinaryFile,
  data: Exclude<AtomicData, string>,
  encoding: string | undefined,
): Coroutine<void> {
  if (data instanceof Uint8Array) {
    yield* file.write(data);
    return;
  }
  let first = true;
  yield* forEach(data as AsyncIterable<string | Uint8Array>, (piece) => {
    const bytes = typeof piece === "string" ? encodeText(piece, encoding, first) : piece;
    first = false;
    return file.write(bytes);
  });
}

function* atomicBlock(
  _scope: Scope,
  path: FilePath,
  body: (file: never) => unknown,
  options: AtomicTextOptions | AtomicBinaryOptions,
): Coroutine<unknown> {
  const { mode = "w", durable = true, followSymlinks = true } = options;
  const plan = yield* planReplacement("replace", pathText(path), followSymlinks);
  const { old, temporary } = plan;
  // While it is being written it is nobody else's to read, unless the file it replaces is.
  const permissions = old === undefined ? (options.permissions ?? 0o666) : old.mode & 0o700;
  let made = false;
  try {
    made = true;
    const exclusive = mode === "wb" ? "xb" : "x";
    const file = yield* openFile(temporary, exclusive, { ...(options as TextOptions), permissions }, true);
    let value: unknown;
    try {
      value = yield* call(body, file as never);
    } catch (error) {
      file.abandon();
      throw error;
    }
    // Not interrupted: the descriptor must not be closed while it is being used.
    if (old !== undefined) yield* shield(() => coroutine(keepOwnership, file.fileno(), temporary, old));
    if (durable) yield* file.sync();
    yield* file.close();
    yield* shield(() => coroutine(replaceFile, plan, durable));
    made = false;
    return value;
  } catch (error) {
    // The temporary name means nothing to the caller.
    if (!(error instanceof FileError) || error.path !== temporary) throw error;
    throw fileError(error.cause, "replace", plan.target);
  } finally {
    if (made) yield* shield(() => coroutine(removeQuietly, temporary));
  }
}

/** The rename and the folder's fsync belong together: between them the file would be new, and gone again after a power failure. */
function* replaceFile(plan: Replacement, durable: boolean): Coroutine<void> {
  yield* hostCall<void>("replace", plan.target, (done) =>
    fs.rename(plan.temporary, plan.target, done as fs.NoParamCallback),
  );
  if (durable) yield* syncFolder(plan.folder);
}

function* removeQuietly(path: string): Coroutine<void> {
  yield* hostCall<void>("remove", path, (done) => fs.unlink(path, () => done(null)));
}

function* keepOwnership(fd: number, path: string, old: fs.Stats): Coroutine<void> {
  yield* hostCall<void>("chown", path, (done) =>
    // Only root may give files away; for others the content matters more than the owner.
    fs.fchown(fd, old.uid, old.gid, (error) => done(error?.code === "EPERM" ? null : error)),
  );
  yield* hostCall<void>("chmod", path, (done) =>
    fs.fchmod(fd, old.mode & 0o7777, done as fs.NoParamCallback),
  );
}
