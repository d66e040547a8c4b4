// namedTemporaryFile: a file that others can open by its name, until it goes.
import * as fs from "node:fs";
import { currentScope, type Awaitable, type Coroutine, type Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import type { BinaryFile } from "../binary-file.ts";
import { ThreadDevice } from "../device.ts";
import { hostCall, type Done } from "../host-call.ts";
import type { BinaryMode, TextMode } from "../mode.ts";
import { fileOver } from "../open-file.ts";
import type { TextFile } from "../text-file.ts";
import { removeAtExit } from "./exit-removal.ts";
import {
  assertTemporaryMode,
  fileBlock,
  type FileStep,
  type TemporaryBinaryOptions,
  type TemporaryTextOptions,
} from "./temporary-file.ts";
import {
  makeNamed,
  temporaryFolder,
  temporaryPaths,
  type Made,
  type TemporaryNameOptions,
} from "./unguessable-name.ts";

interface NamedOptions extends TemporaryNameOptions {
  /** When its name goes: with `close` (the default), at the end of the scope, closed or not, or never. */
  readonly remove?: "close" | "scope" | "never";
}

export interface NamedTemporaryBinaryOptions extends TemporaryBinaryOptions, NamedOptions {}

export interface NamedTemporaryTextOptions extends TemporaryTextOptions, NamedOptions {}

/**
 * As `temporaryFile`, with a name (`file.name`) by which others can open it: unforeseeable, and readable by its owner only. It is removed when
 * the file is closed, at the latest with the scope, and also when the process ends by `process.exit`, by an exception that nobody catches, or under
 * `main` by SIGINT or SIGTERM. A process that is killed outright (SIGKILL), or by a signal that nobody handles, leaves it behind. A cancel point.
 */
export function namedTemporaryFile(
  mode?: BinaryMode,
  options?: NamedTemporaryBinaryOptions,
): Awaitable<BinaryFile>;
export function namedTemporaryFile(mode: TextMode, options?: NamedTemporaryTextOptions): Awaitable<TextFile>;
export function namedTemporaryFile(
  mode: TextMode | BinaryMode = "w+b",
  options: NamedTemporaryTextOptions = {},
): Awaitable<TextFile | BinaryFile> {
  return coroutine(namedTemporaryFileStep, mode, options);
}

/** A file with a name for the length of a block: see `namedTemporaryFile`. Gives what the body gives. A cancel point. */
export function withNamedTemporaryFile<R>(body: (file: BinaryFile) => R): Awaitable<Unwrap<R>>;
export function withNamedTemporaryFile<R>(
  mode: BinaryMode,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withNamedTemporaryFile<R>(mode: TextMode, body: (file: TextFile) => R): Awaitable<Unwrap<R>>;
export function withNamedTemporaryFile<R>(
  mode: BinaryMode,
  options: NamedTemporaryBinaryOptions,
  body: (file: BinaryFile) => R,
): Awaitable<Unwrap<R>>;
export function withNamedTemporaryFile<R>(
  mode: TextMode,
  options: NamedTemporaryTextOptions,
  body: (file: TextFile) => R,
): Awaitable<Unwrap<R>>;
export function withNamedTemporaryFile(...input: readonly unknown[]): Awaitable<unknown> {
  return fileBlock(namedTemporaryFileStep as FileStep, input);
}

function* namedTemporaryFileStep(
  mode: TextMode | BinaryMode,
  options: NamedTemporaryTextOptions,
): Coroutine<TextFile | BinaryFile> {
  const append = assertTemporaryMode(mode, options);
  const paths = temporaryPaths(options);
  const { remove = "close" } = options;
  if (!["close", "scope", "never"].includes(remove)) {
    throw new TypeError(
      `Cannot remove the file at ${JSON.stringify(remove)}: expected "close", "scope" or "never"`,
    );
  }
  const { path, value: fd } = yield* hostCall<Made<number>>(
    "open",
    `a temporary file in ${temporaryFolder(options)}`,
    (done) => makeNamed(paths, append, done),
    (late) => fs.unlink(late.path, () => fs.close(late.value, () => {})),
  );
  const name = remove === "never" ? null : new Name(path);
  // Released in reverse order: the file is closed first.
  if (remove === "scope") currentScope().defer(() => coroutine(removeStep, name!));
  const device = remove === "close" ? new NamedDevice(fd, name!) : new ThreadDevice(fd, false);
  return fileOver(device, path, mode, options);
}

/** A name that is going to be removed. */
class Name {
  readonly path: string;
  readonly #kept: () => void;

  constructor(path: string) {
    this.path = path;
    this.#kept = removeAtExit(path);
  }

  remove(done: Done<void>): void {
    fs.unlink(this.path, (error) => {
      this.#kept();
      // Somebody has removed it, or moved it elsewhere: it is theirs.
      done(error?.code === "ENOENT" ? null : error);
    });
  }
}

class NamedDevice extends ThreadDevice {
  readonly #name: Name;

  constructor(fd: number, name: Name) {
    super(fd, false);
    this.#name = name;
  }

  override close(done: Done<void>): void {
    super.close((closing) => this.#name.remove((removal) => done(closing ?? removal)));
  }
}

function* removeStep(name: Name): Coroutine<void> {
  yield* hostCall<void>("remove", name.path, (done) => name.remove(done));
}
