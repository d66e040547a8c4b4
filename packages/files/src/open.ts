// open and withFile: how a file begins, and whose it is.
import * as fs from "node:fs";
import {
  call,
  cancelScope,
  currentScope,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine } from "corio/lowlevel";
import { BinaryFile } from "./binary-file.ts";
import { closeFile, Descriptor } from "./descriptor.ts";
import { fileError } from "./errors.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall } from "./host-call.ts";
import { parseMode, type BinaryMode, type ParsedMode, type TextMode } from "./mode.ts";
import { checkNewline, type Newline } from "./newline.ts";
import { TextCodec, type TextErrors } from "./text-codec.ts";
import { TextFile } from "./text-file.ts";

export interface BinaryOptions {
  /** Size of the buffer in bytes; 0 for none. Default 65,536. */
  readonly buffering?: number;
  /** Permissions of a file that is created, before the umask. Default 0o666. */
  readonly permissions?: number;
}

export interface TextOptions extends BinaryOptions {
  /** Size of the buffer in bytes; 1 flushes after each line that is written. Default 65,536. */
  readonly buffering?: number;
  /** "utf-8" (default), "utf-8-sig", "latin1", "utf-16le". */
  readonly encoding?: string;
  /** What to do with bytes or characters that the encoding does not have. Default "strict". */
  readonly errors?: TextErrors;
  /** Line ends; see `Newline`. Default null: universal. */
  readonly newline?: Newline;
  /** Characters; a longer line is a LineTooLongError. Default 2 ** 28. */
  readonly maxLineLength?: number;
}

const defaultBuffer = 65_536;

/**
 * Opens a file, as Python's `open`: text unless the mode says `b`. It belongs to the scope that opened it, which flushes and closes it at its
 * end, however that comes; `close` does so earlier. Cancelled while the system opens, the descriptor that comes late is closed; what
 * the mode does to the file, emptying or making it, may have been done. A cancel point.
 */
export function open(path: FilePath, mode?: TextMode, options?: TextOptions): Awaitable<TextFile>;
export function open(path: FilePath, mode: BinaryMode, options?: BinaryOptions): Awaitable<BinaryFile>;
export function open(
  path: FilePath,
  mode: TextMode | BinaryMode = "r",
  options: TextOptions = {},
): Awaitable<TextFile | BinaryFile> {
  return coroutine(openFile, path, mode, options);
}

/** Opens a file for the length of a block: closed when the body has ended, and a failure to do so is thrown. A cancel point. */
export function withFile<R>(
  path: FilePath,
  mode: TextMode,
  body: (file: TextFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile<R>(
  path: FilePath,
  mode: BinaryMode,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile<R>(
  path: FilePath,
  mode: TextMode,
  options: TextOptions,
  body: (file: TextFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile<R>(
  path: FilePath,
  mode: BinaryMode,
  options: BinaryOptions,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withFile(
  path: FilePath,
  mode: TextMode | BinaryMode,
  ...rest: [body: unknown] | [options: TextOptions, body: unknown]
): Awaitable<unknown> {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
  return cancelScope(fileBlock, path, mode, options, body as (file: never) => unknown);
}

function* fileBlock(
  _scope: Scope,
  path: FilePath,
  mode: TextMode | BinaryMode,
  options: TextOptions,
  body: (file: never) => unknown,
): Coroutine<unknown> {
  const file = yield* openFile(path, mode, options);
  return yield* call(body, file as never);
}

/** `temporary`: the name is known to nobody, and a file that comes too late is removed. */
export function* openFile(
  path: FilePath,
  mode: TextMode | BinaryMode,
  options: TextOptions,
  temporary = false,
): Coroutine<TextFile | BinaryFile> {
  const name = pathText(path);
  const parsed = parseMode(mode);
  const { buffering = defaultBuffer } = options;
  if (!Number.isInteger(buffering) || buffering < 0) throw new RangeError(`Cannot buffer ${buffering} bytes`);
  if (parsed.binary)
    return new BinaryFile(yield* openDescriptor(name, parsed, buffering, options.permissions, temporary));
  // What is wrong with the options is said before a file is made or emptied.
  const codec = new TextCodec(options.encoding ?? "utf-8", options.errors ?? "strict");
  const newline = checkNewline(options.newline ?? null);
  if (buffering === 0) throw new RangeError("Cannot open text without a buffer: text is decoded in blocks");
  const lineBuffered = buffering === 1;
  const size = lineBuffered ? defaultBuffer : buffering;
  const file = yield* openDescriptor(name, parsed, size, options.permissions, temporary);
  return new TextFile(file, codec, newline, {
    lineBuffered,
    maxLineLength: options.maxLineLength ?? 2 ** 28,
  });
}

function* openDescriptor(
  path: string,
  mode: ParsedMode,
  bufferSize: number,
  permissions = 0o666,
  temporary: boolean,
): Coroutine<Descriptor> {
  const fd = yield* openInterruptibly(path, mode.flags, permissions, temporary);
  try {
    // The inode is in memory now: asking for it takes less than handing the question to a thread.
    const stats = fs.fstatSync(fd);
    if (stats.isDirectory()) {
      throw Object.assign(new Error("EISDIR: illegal operation on a directory, open"), {
        code: "EISDIR",
        syscall: "open",
      });
    }
    const file = new Descriptor(fd, path, mode, stats, bufferSize);
    file.disown = currentScope().defer(() => coroutine(closeFile, file, false));
    return file;
  } catch (error) {
    fs.closeSync(fd);
    throw fileError(error, "open", path);
  }
}

/** A cancelled open goes on in its thread; what it brings is closed. */
function* openInterruptibly(
  path: string,
  flags: number,
  permissions: number,
  temporary: boolean,
): Coroutine<number> {
  let waiting = false;
  let partner: number | undefined;
  try {
    return yield* hostCall<number>(
      "open",
      path,
      (done) => {
        waiting = true;
        fs.open(path, flags, permissions, (error, fd) => {
          waiting = false;
          done(error, fd);
          if (partner !== undefined) fs.closeSync(partner);
        });
      },
      (fd) => {
        // Only what nobody else can have named meanwhile may be removed so late.
        if (temporary) fs.unlink(path, () => {});
        fs.close(fd, () => {});
      },
    );
  } finally {
    if (waiting) partner = fifoPartner(path);
  }
}

/** The open of a FIFO blocks its thread until another opens the other end. For one that nobody waits for, that is done here. */
function fifoPartner(path: string): number | undefined {
  try {
    if (!fs.statSync(path).isFIFO()) return undefined;
    return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
