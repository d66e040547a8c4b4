// spooledTemporaryFile: a temporary file that is in memory while it is small.
import { shield, type Awaitable, type Coroutine, type Unwrap } from "corio";
import { cancelPoint, coroutine } from "corio/lowlevel";
import type { BinaryFile } from "../binary-file.ts";
import { hostCall } from "../host-call.ts";
import type { BinaryMode, TextMode } from "../mode.ts";
import { fileOver } from "../open-file.ts";
import type { TextFile } from "../text-file.ts";
import { SpooledDevice } from "./spooled-device.ts";
import {
  assertTemporaryMode,
  fileBlock,
  type FileStep,
  type TemporaryBinaryOptions,
  type TemporaryTextOptions,
} from "./temporary-file.ts";
import { makeUnnamed, temporaryFolder, temporaryPaths } from "./unguessable-name.ts";

interface SpoolOptions {
  /** Up to how many bytes it is in memory. Default 1 MiB; Infinity for always. */
  readonly maxSize?: number;
}

export interface SpooledBinaryOptions extends TemporaryBinaryOptions, SpoolOptions {}

export interface SpooledTextOptions extends TemporaryTextOptions, SpoolOptions {}

/** What a spooled file can do besides. */
export interface Spooled {
  /** Whether it is on the disk. */
  readonly rolled: boolean;
  /** Moves it to the disk now, what is buffered too: then it has a descriptor. Not interrupted. A cancel point. */
  rollover(): Awaitable<void>;
}

/**
 * As `temporaryFile`, but in memory until it has more than `maxSize` bytes: then it moves to the disk, and nothing else changes. In memory it
 * has no descriptor: `fileno` throws UnsupportedOperationError. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { spooledTemporaryFile } from "@corio/files";
 *
 * await run(async () => {
 *   const file = await spooledTemporaryFile("w+b", { maxSize: 1000 });
 *   await file.write(Buffer.alloc(900));
 *   await file.flush();
 *   console.log(file.rolled); // => false
 *   await file.write(Buffer.alloc(900));
 *   await file.flush();
 *   console.log(file.rolled); // => true
 * });
 * ```
 */
export function spooledTemporaryFile(
  mode?: BinaryMode,
  options?: SpooledBinaryOptions,
): Awaitable<BinaryFile & Spooled>;
export function spooledTemporaryFile(
  mode: TextMode,
  options?: SpooledTextOptions,
): Awaitable<TextFile & Spooled>;
export function spooledTemporaryFile(
  mode: TextMode | BinaryMode = "w+b",
  options: SpooledTextOptions = {},
): Awaitable<(TextFile | BinaryFile) & Spooled> {
  return coroutine(spooledStep, mode, options);
}

/** A file that is in memory while it is small, for the length of a block: see `spooledTemporaryFile`. A cancel point. */
export function withSpooledTemporaryFile<R>(body: (file: BinaryFile & Spooled) => R): Awaitable<Unwrap<R>>;
export function withSpooledTemporaryFile<R>(
  mode: BinaryMode,
  body: (file: BinaryFile & Spooled) => R,
): Awaitable<Unwrap<R>>;
export function withSpooledTemporaryFile<R>(
  mode: TextMode,
  body: (file: TextFile & Spooled) => R,
): Awaitable<Unwrap<R>>;
export function withSpooledTemporaryFile<R>(
  mode: BinaryMode,
  options: SpooledBinaryOptions,
  body: (file: BinaryFile & Spooled) => R,
): Awaitable<Unwrap<R>>;
export function withSpooledTemporaryFile<R>(
  mode: TextMode,
  options: SpooledTextOptions,
  body: (file: TextFile & Spooled) => R,
): Awaitable<Unwrap<R>>;
export function withSpooledTemporaryFile(...input: readonly unknown[]): Awaitable<unknown> {
  return fileBlock(spooledStep as FileStep, input);
}

function* spooledStep(
  mode: TextMode | BinaryMode,
  options: SpooledTextOptions,
): Coroutine<(TextFile | BinaryFile) & Spooled> {
  const append = assertTemporaryMode(mode, options);
  const { maxSize = 1024 * 1024 } = options;
  if (!(maxSize >= 0))
    throw new RangeError(`Cannot keep ${maxSize} bytes in memory: maxSize takes 0 or more`);
  const folder = temporaryFolder(options);
  const paths = temporaryPaths(options);
  yield* cancelPoint();
  const device = new SpooledDevice(maxSize, (done) => makeUnnamed(folder, paths, append, done));
  const file = fileOver(device, `a temporary file in ${folder}`, mode, options);
  return Object.defineProperties(file, {
    rolled: { get: () => device.rolled, enumerable: true },
    rollover: { value: () => coroutine(rolloverStep, file, device) },
  }) as (TextFile | BinaryFile) & Spooled;
}

function* rolloverStep(file: TextFile | BinaryFile, device: SpooledDevice): Coroutine<void> {
  yield* file.flush();
  yield* shield(() =>
    coroutine(function* (): Coroutine<void> {
      yield* hostCall<void>("write", file.name, (done) => device.rollover(done));
    }),
  );
}
