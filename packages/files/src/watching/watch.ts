// watch: what happens to files and folders, as it happens.
import * as fs from "node:fs";
import { resolve } from "node:path";
import {
  call,
  cancelScope,
  currentScope,
  Semaphore,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine } from "corio/lowlevel";
import type { FileError } from "../errors.ts";
import { pathText, type FilePath } from "../file-path.ts";
import type { Entry } from "../folders.ts";
import { fitsWay, parsePattern, startPlaces } from "../glob/segments.ts";
import { hostCall } from "../host-call.ts";
import { WatchEngine } from "./engine.ts";
import type { WatchEvent } from "./events.ts";

export interface WatchOptions {
  /** Whether folders in it are watched too, those that come later as well. Default false: what is right in it, and nothing below. */
  readonly recursive?: boolean;
  /**
   * Milliseconds without news after which what happened is told as one: a file that was made, written and written again is then made. What never
   * stops is told after ten times that. Default 0: at once.
   */
  readonly debounce?: number;
  /** What to leave out, with all that is below it: patterns as for `glob`, in which a dot needs no mention, or a function. */
  readonly ignore?: string | readonly string[] | ((entry: Entry) => boolean);
  /** Given what cannot be looked at; by default that is thrown. */
  readonly onError?: (error: FileError) => void;
}

/** How a watch stands. */
export interface WatchStatistics {
  /** Folders that the system watches. */
  readonly folders: number;
  /** Files, folders and links that are known. */
  readonly entries: number;
  /** Names and folders that are to be looked at. */
  readonly marks: number;
  /** Events that were found and not yet asked for. */
  readonly pending: number;
  /** How often the system may have lost something. */
  readonly overflows: number;
}

/** A watch, as `watch` gives it: to be iterated over by `for await` or `forEach`. Stopping early loses nothing. */
export class Watcher implements AsyncIterable<WatchEvent>, AsyncDisposable {
  /** The path that is watched. */
  readonly path: string;
  readonly #engine: WatchEngine;
  readonly #turn = new Semaphore(1);
  readonly #disown: () => void;

  /** @internal */
  constructor(path: string, engine: WatchEngine) {
    this.path = path;
    this.#engine = engine;
    this.#disown = currentScope().defer(() => this.#end());
  }

  get closed(): boolean {
    return this.#engine.closed;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<WatchEvent> {
    return this as unknown as AsyncIterableIterator<WatchEvent>;
  }

  /** The next event; `done` when the watch was closed. Cancelled, none is lost. A cancel point. */
  next(): Awaitable<IteratorResult<WatchEvent, undefined>> {
    return coroutine(nextStep, this.#engine, this.#turn);
  }

  /** Ends the watch; whoever waits for an event is told so. */
  close(): Awaitable<void> {
    return call(() => {
      this.#disown();
      this.#end();
    });
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.close() as unknown as PromiseLike<void>;
  }

  statistics(): WatchStatistics {
    const { top, marks, pending, overflows } = this.#engine;
    let folders = 0;
    let entries = 0;
    for (const folder of top.all()) {
      if (folder.watcher !== null) folders++;
      entries += folder.entries.size;
    }
    return { folders, entries, marks: marks.size, pending, overflows };
  }

  #end(): void {
    this.#engine.close();
  }
}

/**
 * Watches a file or a folder for the current scope, from the moment that this returns: nothing that happens later is missed. Events are `created`,
 * `changed`, `removed`, `renamed` and `overflow`, see `WatchEvent`; each tells what is different from what was told before, so that somebody who is
 * slow is told the outcome, not every step. A file that is replaced, as many editors do, has `changed`; one that is gone may come back, and so may a
 * folder. Symbolic links below the path are not followed.
 *
 * It stands on the system's own watch (node's fs.watch), and closes its gaps: folders that come are watched and read, so that files that were in them
 * before are told; new names are paired with old ones; and when more happens at once than the system keeps, that is told, and everything is compared
 * anew. It remembers an entry for every file that it watches, and on Linux takes one of the user's watches for every folder:
 * WatchLimitError when there are no more.
 *
 * FileNotFoundError when nothing is there; later, when the folder that holds what is watched is gone. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { watch, withTemporaryDirectory, writeText } from "@corio/files";
 *
 * await run(() =>
 *   withTemporaryDirectory(async (folder) => {
 *     const watcher = await watch(folder, { recursive: true });
 *     await writeText(`${folder}/news.txt`, "");
 *     for await (const event of watcher) {
 *       console.log(event.type, event.path === `${folder}/news.txt`); // => created true
 *       break;
 *     }
 *   }),
 * );
 * ```
 */
export function watch(path: FilePath, options: WatchOptions = {}): Awaitable<Watcher> {
  return coroutine(watchStep, pathText(path), options);
}

/** Watches for the length of a block: see `watch`. Gives what the body gives. A cancel point. */
export function withWatch<R>(path: FilePath, body: (watcher: Watcher) => R): Awaitable<Unwrap<R>>;
export function withWatch<R>(
  path: FilePath,
  options: WatchOptions,
  body: (watcher: Watcher) => R,
): Awaitable<Unwrap<R>>;
export function withWatch(
  path: FilePath,
  ...rest: [body: (watcher: Watcher) => unknown] | [WatchOptions, (watcher: Watcher) => unknown]
): Awaitable<unknown> {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
  return cancelScope(watchBlock, pathText(path), options, body);
}

function* watchBlock(
  _scope: Scope,
  path: string,
  options: WatchOptions,
  body: (watcher: Watcher) => unknown,
): Coroutine<unknown> {
  const watcher = yield* watchStep(path, options);
  return yield* call(body, watcher);
}

function* watchStep(path: string, options: WatchOptions): Coroutine<Watcher> {
  const { recursive = false, debounce = 0, onError } = options;
  if (!(debounce >= 0 && debounce < Infinity)) {
    throw new RangeError(`Cannot wait ${debounce} ms for silence: debounce takes 0 or more`);
  }
  const ignores = ignoring(options.ignore);
  // What a link leads to is watched, where it is now.
  const place = yield* hostCall<string>("watch", path, (done) => fs.realpath(resolve(path), done));
  const engine = new WatchEngine({ path, place, recursive, debounce, ignores, onError });
  let started = false;
  try {
    yield* engine.start();
    started = true;
  } finally {
    if (!started) engine.close();
  }
  return new Watcher(path, engine);
}

function ignoring(
  ignore: WatchOptions["ignore"],
): ((names: readonly string[], entry: Entry) => boolean) | undefined {
  if (ignore === undefined) return undefined;
  if (typeof ignore === "function") return (_names, entry) => ignore(entry);
  const patterns = typeof ignore === "string" ? [ignore] : ignore;
  const start = startPlaces(patterns.flatMap((one) => parsePattern(one, true)).map((one) => one.first));
  return (names, entry) => fitsWay(start, names, entry);
}

function* nextStep(engine: WatchEngine, turn: Semaphore): Coroutine<IteratorResult<WatchEvent, undefined>> {
  yield* turn.acquire();
  try {
    yield* engine.work();
    const event = engine.take();
    return event === undefined ? { value: undefined, done: true } : { value: event, done: false };
  } finally {
    turn.release();
  }
}
