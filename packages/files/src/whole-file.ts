// Whole files in one call: one wait, and no file object between.
import * as fs from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { pathText, type FilePath } from "./file-path.ts";
import { hostCall, type Done } from "./host-call.ts";
import { fromFile } from "./newline.ts";
import { TextCodec, type TextErrors } from "./text-codec.ts";

export interface ReadTextOptions {
  /** "utf-8" (default), "utf-8-sig", "latin1", "utf-16le". */
  readonly encoding?: string;
  /** What to do with invalid bytes. Default "strict": DecodeError. */
  readonly errors?: TextErrors;
  /** `null` turns `\r\n` and `\r` into `\n`, as Python does. Default "": the text as it is. */
  readonly newline?: null | "";
}

export interface WriteOptions {
  /** Permissions of a file that is created, before the umask. Default 0o666. */
  readonly permissions?: number;
  /** For text: "utf-8" (default), "utf-8-sig", "latin1", "utf-16le". */
  readonly encoding?: string;
}

/** Reads a file as text. FileNotFoundError, DecodeError ... A cancel point. */
export function readText(path: FilePath, options: ReadTextOptions = {}): Awaitable<string> {
  return coroutine(readTextStep, path, options);
}

/** Reads a file as bytes. A cancel point. */
export function readBytes(path: FilePath): Awaitable<Buffer> {
  return coroutine(readWhole, pathText(path));
}

/** Reads a file as JSON; a byte order mark is passed over. Text that is no JSON is a SyntaxError that names the file. A cancel point. */
export function readJson<T = unknown>(path: FilePath): Awaitable<T> {
  return coroutine(readJsonStep<T>, path);
}

/** Writes text to a file, replacing what it held. Interrupted or failed, it may be written in part: see `writeAtomic`. A cancel point. */
export function writeText(path: FilePath, text: string, options: WriteOptions = {}): Awaitable<void> {
  return coroutine(writeTextStep, path, text, "w", options);
}

/** Writes bytes to a file, replacing what it held. Interrupted or failed, it may be written in part: see `writeAtomic`. A cancel point. */
export function writeBytes(path: FilePath, bytes: Uint8Array, options: WriteOptions = {}): Awaitable<void> {
  return coroutine(writeWhole, pathText(path), bytes, "w", options.permissions ?? 0o666);
}

export interface WriteJsonOptions extends WriteOptions {
  /** As for JSON.stringify. Default none: one line. */
  readonly indent?: number | string;
}

/** Writes a value as JSON, with a line end behind it. What JSON cannot say is a TypeError, before the file is touched. A cancel point. */
export function writeJson(path: FilePath, value: unknown, options: WriteJsonOptions = {}): Awaitable<void> {
  return coroutine(writeJsonStep, path, value, options);
}

/** Adds text at the end of a file, which is created if it is not there. A cancel point. */
export function appendText(path: FilePath, text: string, options: WriteOptions = {}): Awaitable<void> {
  return coroutine(writeTextStep, path, text, "a", options);
}

function* readTextStep(path: FilePath, options: ReadTextOptions): Coroutine<string> {
  const codec = new TextCodec(options.encoding ?? "utf-8", options.errors ?? "strict");
  const name = pathText(path);
  const bytes = yield* readWhole(name);
  const skipped = codec.markLength(bytes);
  return fromFile(codec.decode(bytes.subarray(skipped), name, skipped), options.newline === null ? null : "");
}

function* readJsonStep<T>(path: FilePath): Coroutine<T> {
  const text = yield* readTextStep(path, { encoding: "utf-8-sig" });
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new SyntaxError(`${pathText(path)} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function* writeTextStep(
  path: FilePath,
  text: string,
  flag: "w" | "a",
  options: WriteOptions,
): Coroutine<void> {
  const bytes = encodeText(text, options.encoding, flag === "w");
  yield* writeWhole(pathText(path), bytes, flag, options.permissions ?? 0o666);
}

function* writeJsonStep(path: FilePath, value: unknown, options: WriteJsonOptions): Coroutine<void> {
  const text = JSON.stringify(value, null, options.indent) as string | undefined;
  if (text === undefined)
    throw new TypeError(`Cannot write the value to ${pathText(path)}: JSON has no form for it`);
  yield* writeTextStep(path, `${text}\n`, "w", options);
}

/** Text as bytes; `start`: a file begins with it. */
export function encodeText(text: string, encoding = "utf-8", start = true): Buffer {
  const codec = new TextCodec(encoding, "strict");
  const bytes = Buffer.from(codec.encodable(text), codec.bufferEncoding);
  return start && codec.mark !== undefined ? Buffer.concat([codec.mark, bytes]) : bytes;
}

/** Opens, reads and closes in one wait. Between the steps it looks whether somebody still waits. */
function* readWhole(path: string): Coroutine<Buffer> {
  const state = { wanted: true };
  try {
    return yield* hostCall<Buffer>("read", path, (done) => startReading(path, state, done));
  } finally {
    state.wanted = false;
  }
}

function startReading(path: string, state: { wanted: boolean }, done: Done<Buffer>): void {
  fs.open(path, "r", (error, fd) => {
    if (error !== null) return done(error, undefined as never);
    const end = (failure: Error | null, bytes: Buffer): void => {
      // Opened for reading: nothing is left to be written, closing waits for nothing.
      fs.closeSync(fd);
      done(failure, bytes);
    };
    let size: number;
    try {
      // The inode is in memory after open: asking costs less than a trip to a thread.
      size = fs.fstatSync(fd).size;
    } catch (failure) {
      return end(failure as Error, undefined as never);
    }
    let bytes = Buffer.allocUnsafeSlow(size === 0 ? 8192 : size);
    let held = 0;
    const next = (): void => {
      if (!state.wanted) return end(new Error("nobody waits"), undefined as never);
      if (held === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
      fs.read(fd, bytes, held, bytes.length - held, null, (failure, count) => {
        if (failure !== null) return end(failure, undefined as never);
        held += count;
        // A file of known size is read when it is full; others (/proc, pipes) say so by giving nothing.
        if (count === 0 || (size > 0 && held === size)) end(null, bytes.subarray(0, held));
        else next();
      });
    };
    next();
  });
}

function* writeWhole(path: string, bytes: Uint8Array, flag: "w" | "a", permissions: number): Coroutine<void> {
  const state = { wanted: true };
  try {
    yield* hostCall<void>("write", path, (done) => startWriting(path, bytes, flag, permissions, state, done));
  } finally {
    state.wanted = false;
  }
}

function startWriting(
  path: string,
  bytes: Uint8Array,
  flag: "w" | "a",
  permissions: number,
  state: { wanted: boolean },
  done: Done<void>,
): void {
  fs.open(path, flag, permissions, (error, fd) => {
    if (error !== null) return done(error);
    const end = (failure: Error | null): void => fs.close(fd, (closing) => done(failure ?? closing ?? null));
    const next = (from: number): void => {
      if (from === bytes.length || !state.wanted) return end(null);
      fs.write(fd, bytes, from, bytes.length - from, null, (failure, count) => {
        if (failure !== null) end(failure);
        else next(from + count);
      });
    };
    next(0);
  });
}
