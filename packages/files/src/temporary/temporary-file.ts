// temporaryFile: a file without a name.
import * as fs from "node:fs";
import { call, cancelScope, type Awaitable, type Coroutine, type Scope, type Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import type { BinaryFile } from "../binary-file.ts";
import { ThreadDevice } from "../device.ts";
import { hostCall } from "../host-call.ts";
import { parseMode, type BinaryMode, type TextMode } from "../mode.ts";
import { assertOptions, fileOver, type BinaryOptions, type TextOptions } from "../open-file.ts";
import type { TextFile } from "../text-file.ts";
import {
  makeUnnamed,
  temporaryFolder,
  temporaryPaths,
  type TemporaryNameOptions,
} from "./unguessable-name.ts";

export interface TemporaryBinaryOptions
  extends Pick<BinaryOptions, "buffering">, Pick<TemporaryNameOptions, "dir"> {}

export interface TemporaryTextOptions
  extends Omit<TextOptions, "permissions" | "closefd">, Pick<TemporaryNameOptions, "dir"> {}

/**
 * A file for the current scope, open for reading and writing bytes unless the mode says otherwise. It has no name: nobody else can open
 * it, and on Linux nothing is left of it whatever ends the process; elsewhere its name goes right after it was made. Closed, it is gone. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { temporaryFile } from "@corio/files";
 *
 * await run(async () => {
 *   const file = await temporaryFile("w+");
 *   await file.write("kept for a while");
 *   await file.seek(0);
 *   console.log(await file.read()); // => kept for a while
 * });
 * ```
 */
export function temporaryFile(mode?: BinaryMode, options?: TemporaryBinaryOptions): Awaitable<BinaryFile>;
export function temporaryFile(mode: TextMode, options?: TemporaryTextOptions): Awaitable<TextFile>;
export function temporaryFile(
  mode: TextMode | BinaryMode = "w+b",
  options: TemporaryTextOptions = {},
): Awaitable<TextFile | BinaryFile> {
  return coroutine(temporaryFileStep, mode, options);
}

/** A file without a name for the length of a block: see `temporaryFile`. Gives what the body gives. A cancel point. */
export function withTemporaryFile<R>(body: (file: BinaryFile) => R): Awaitable<Unwrap<R>>;
export function withTemporaryFile<R>(mode: BinaryMode, body: (file: BinaryFile) => R): Awaitable<Unwrap<R>>;
export function withTemporaryFile<R>(mode: TextMode, body: (file: TextFile) => R): Awaitable<Unwrap<R>>;
export function withTemporaryFile<R>(
  mode: BinaryMode,
  options: TemporaryBinaryOptions,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withTemporaryFile<R>(
  mode: TextMode,
  options: TemporaryTextOptions,
  body: (file: TextFile) => R,
): Awaitable<Unwrap<R>>;
export function withTemporaryFile(...input: readonly unknown[]): Awaitable<unknown> {
  return fileBlock(temporaryFileStep as FileStep, input);
}

function* temporaryFileStep(
  mode: TextMode | BinaryMode,
  options: TemporaryTextOptions,
): Coroutine<TextFile | BinaryFile> {
  const append = assertTemporaryMode(mode, options);
  const folder = temporaryFolder(options);
  const paths = temporaryPaths(options);
  const fd = yield* hostCall<number>(
    "open",
    `a temporary file in ${folder}`,
    (done) => makeUnnamed(folder, paths, append, done),
    (late) => fs.close(late, () => {}),
  );
  return fileOver(new ThreadDevice(fd, false), `a temporary file in ${folder}`, mode, options);
}

/** Says what is wrong before anything is made. Gives the flag for the system's open. */
export function assertTemporaryMode(mode: TextMode | BinaryMode, options: TextOptions): number {
  assertOptions(mode, options);
  const parsed = parseMode(mode);
  if (!parsed.writable) {
    throw new TypeError(
      `Cannot make a temporary file with mode ${JSON.stringify(mode)}: it would stay empty`,
    );
  }
  return parsed.append ? fs.constants.O_APPEND : 0;
}

/** Makes a file from a mode and options. */
export type FileStep = (mode: TextMode | BinaryMode, options: object) => Coroutine<unknown>;

/** Runs a body with a file: `([mode, [options,]] body)`. */
export function fileBlock(step: FileStep, input: readonly unknown[]): Awaitable<unknown> {
  const body = input.at(-1) as (file: never) => unknown;
  const mode = (input.length > 1 ? input[0] : "w+b") as TextMode | BinaryMode;
  const options = (input.length > 2 ? input[1] : {}) as object;
  return cancelScope(runBlock, step, mode, options, body);
}

function* runBlock(
  _scope: Scope,
  step: FileStep,
  mode: TextMode | BinaryMode,
  options: object,
  body: (file: never) => unknown,
): Coroutine<unknown> {
  const file = yield* step(mode, options);
  return yield* call(body, file as never);
}
