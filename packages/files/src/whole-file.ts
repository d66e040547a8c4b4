// Whole files in one call: one wait, and no file object between.
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { textCodec } from "./encodings/by-name.ts";
import { pathText, type FilePath } from "./file-path.ts";
import { fromFile } from "./newline.ts";
import type { Progress } from "./progress.ts";
import type { TextErrors } from "./text-codec.ts";
import { readWhole } from "./whole-reading.ts";
import { writeWhole } from "./whole-writing.ts";

export interface ReadOptions {
  /** Told how many bytes have been read, about once per mebibyte. */
  readonly progress?: Progress;
}

export interface ReadTextOptions extends ReadOptions {
  /** See `TextEncoding`. Default "utf-8". */
  readonly encoding?: string;
  /** What to do with invalid bytes. Default "strict": DecodeError. */
  readonly errors?: TextErrors;
  /** `null` turns `\r\n` and `\r` into `\n`, as Python does. Default "": the text as it is. */
  readonly newline?: null | "";
}

export interface WriteOptions {
  /** Permissions of a file that is created, before the umask. Default 0o666. */
  readonly permissions?: number;
  /** For text: see `TextEncoding`. Default "utf-8". */
  readonly encoding?: string;
  /** Told how many bytes have been written, about once per mebibyte. */
  readonly progress?: Progress;
}

/** Reads a file as text. FileNotFoundError, DecodeError ... A cancel point. */
export function readText(path: FilePath, options: ReadTextOptions = {}): Awaitable<string> {
  return coroutine(readTextStep, path, options);
}

/** Reads a file as bytes. A cancel point. */
export function readBytes(path: FilePath, options: ReadOptions = {}): Awaitable<Buffer> {
  return coroutine(readBytesStep, path, options);
}

/** Reads a file as JSON; a byte order mark is passed over. Text that is no JSON is a SyntaxError that names the file. A cancel point. */
export function readJson<T = unknown>(path: FilePath, options: ReadOptions = {}): Awaitable<T> {
  return coroutine(readJsonStep<T>, path, options);
}

/** Writes text to a file, replacing what it held. Interrupted or failed, it may be written in part: see `writeAtomic`. A cancel point. */
export function writeText(path: FilePath, text: string, options: WriteOptions = {}): Awaitable<void> {
  return coroutine(writeTextStep, path, text, "w", options);
}

/** Writes bytes to a file, replacing what it held. Interrupted or failed, it may be written in part: see `writeAtomic`. A cancel point. */
export function writeBytes(path: FilePath, bytes: Uint8Array, options: WriteOptions = {}): Awaitable<void> {
  return coroutine(writeBytesStep, path, bytes, options);
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

function* readBytesStep(path: FilePath, options: ReadOptions): Coroutine<Buffer> {
  return yield* readWhole(pathText(path), options.progress);
}

function* readTextStep(path: FilePath, options: ReadTextOptions): Coroutine<string> {
  const codec = textCodec(options.encoding ?? "utf-8", options.errors ?? "strict", false);
  const name = pathText(path);
  const bytes = yield* readWhole(name, options.progress);
  const skipped = codec.begin(bytes, true) ?? 0;
  return fromFile(codec.decode(bytes.subarray(skipped), name, skipped), options.newline === null ? null : "");
}

function* readJsonStep<T>(path: FilePath, options: ReadOptions): Coroutine<T> {
  const text = yield* readTextStep(path, { ...options, encoding: "utf-8-sig" });
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new SyntaxError(`${pathText(path)} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function* writeBytesStep(path: FilePath, bytes: Uint8Array, options: WriteOptions): Coroutine<void> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot write ${typeof bytes} as bytes: it takes a Uint8Array (writeText takes text)`,
    );
  }
  yield* writeWhole(pathText(path), bytes, "w", options.permissions ?? 0o666, options.progress);
}

function* writeTextStep(
  path: FilePath,
  text: string,
  flag: "w" | "a",
  options: WriteOptions,
): Coroutine<void> {
  const bytes = encodeText(text, options.encoding, flag === "w");
  yield* writeWhole(pathText(path), bytes, flag, options.permissions ?? 0o666, options.progress);
}

function* writeJsonStep(path: FilePath, value: unknown, options: WriteJsonOptions): Coroutine<void> {
  const text = JSON.stringify(value, null, options.indent) as string | undefined;
  if (text === undefined)
    throw new TypeError(`Cannot write the value to ${pathText(path)}: JSON has no form for it`);
  yield* writeTextStep(path, `${text}\n`, "w", options);
}

/** Text as bytes; `start`: a file begins with it. */
export function encodeText(text: string, encoding = "utf-8", start = true): Buffer {
  if (typeof text !== "string") throw new TypeError(`Cannot write ${typeof text} as text: it takes a string`);
  const codec = textCodec(encoding, "strict", true);
  const bytes = codec.encode(text);
  return start && codec.mark !== undefined ? Buffer.concat([codec.mark, bytes]) : bytes;
}
