// temporaryDirectory: a folder that goes with all that was put into it.
import * as fs from "node:fs";
import {
  call,
  cancelScope,
  currentScope,
  shield,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine } from "corio/lowlevel";
import { FileError } from "../errors.ts";
import { hostCall } from "../host-call.ts";
import { removeTree } from "../remove-tree.ts";
import { removeAtExit } from "./exit-removal.ts";
import {
  makeUnguessable,
  temporaryFolder,
  temporaryPaths,
  type Made,
  type TemporaryNameOptions,
} from "./unguessable-name.ts";

export interface TemporaryDirectoryOptions extends TemporaryNameOptions {
  /** Whether it is no failure when something in it cannot be removed. Default false. */
  readonly ignoreCleanupErrors?: boolean;
}

/** A folder of one's own, as `temporaryDirectory` gives it. */
export class TemporaryDirectory implements AsyncDisposable {
  readonly path: string;
  readonly #ignoreErrors: boolean;
  readonly #kept: () => void;
  readonly #disown: () => void;
  #removed = false;

  /** @internal */
  constructor(path: string, ignoreErrors: boolean) {
    this.path = path;
    this.#ignoreErrors = ignoreErrors;
    this.#kept = removeAtExit(path);
    this.#disown = currentScope().defer(() => this.cleanup());
  }

  /** Its path, by Python's word for it. */
  get name(): string {
    return this.path;
  }

  /** Removes it now, with all that is in it; not interrupted. A second call does nothing. */
  cleanup(): Awaitable<void> {
    return coroutine(cleanupStep, this);
  }

  /** The same as `cleanup`. */
  close(): Awaitable<void> {
    return this.cleanup();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.cleanup() as unknown as PromiseLike<void>;
  }

  toString(): string {
    return this.path;
  }

  /** @internal */
  *remove(): Coroutine<void> {
    if (this.#removed) return;
    this.#removed = true;
    this.#disown();
    try {
      yield* removeTree(this.path, { missingOk: true, force: true });
      this.#kept();
    } catch (error) {
      // What could not be removed is tried again by another call, and when the process ends.
      this.#removed = false;
      if (!this.#ignoreErrors || !(error instanceof FileError)) throw error;
    }
  }
}

/**
 * A new folder for the current scope, which removes it at its end with all that is in it, however that end comes; `cleanup` does so earlier. Its name
 * cannot be foreseen, and it is open to its owner only. Folders in it that were made read-only go too, and links are removed,
 * not followed. For what ends the process, see `namedTemporaryFile`. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { exists, temporaryDirectory, writeText } from "@corio/files";
 *
 * let path = "";
 * await run(async () => {
 *   path = (await temporaryDirectory()).path;
 *   await writeText(`${path}/notes.txt`, "for now");
 * });
 * await run(async () => console.log(await exists(path))); // => false
 * ```
 */
export function temporaryDirectory(options: TemporaryDirectoryOptions = {}): Awaitable<TemporaryDirectory> {
  return coroutine(temporaryDirectoryStep, options);
}

/** A new folder for the length of a block, which is given its path: see `temporaryDirectory`. Gives what the body gives. A cancel point. */
export function withTemporaryDirectory<R>(body: (path: string) => R): Awaitable<Unwrap<R>>;
export function withTemporaryDirectory<R>(
  options: TemporaryDirectoryOptions,
  body: (path: string) => R,
): Awaitable<Unwrap<R>>;
export function withTemporaryDirectory(
  ...input: [body: (path: string) => unknown] | [TemporaryDirectoryOptions, (path: string) => unknown]
): Awaitable<unknown> {
  const [options, body] = input.length === 1 ? [{}, input[0]] : input;
  return cancelScope(directoryBlock, options, body);
}

function* directoryBlock(
  _scope: Scope,
  options: TemporaryDirectoryOptions,
  body: (path: string) => unknown,
): Coroutine<unknown> {
  const folder = yield* temporaryDirectoryStep(options);
  return yield* call(body, folder.path);
}

function* temporaryDirectoryStep(options: TemporaryDirectoryOptions): Coroutine<TemporaryDirectory> {
  const paths = temporaryPaths(options);
  const { path } = yield* hostCall<Made<void>>(
    "mkdir",
    `a temporary folder in ${temporaryFolder(options)}`,
    (done) =>
      makeUnguessable<void>(paths, (name, made) => fs.mkdir(name, 0o700, made as fs.NoParamCallback), done),
    (late) => fs.rmdir(late.path, () => {}),
  );
  return new TemporaryDirectory(path, options.ignoreCleanupErrors ?? false);
}

function* cleanupStep(folder: TemporaryDirectory): Coroutine<void> {
  yield* shield(() => coroutine(() => folder.remove()));
}
