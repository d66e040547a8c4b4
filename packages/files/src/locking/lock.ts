// lock: one at a time, across processes.
import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  call,
  cancelScope,
  currentScope,
  currentTask,
  InvalidStateError,
  Semaphore,
  type Awaitable,
  type Coroutine,
  type Parked,
  type Scope,
  type Task,
  type Unwrap,
} from "corio";
import { coroutine } from "corio/lowlevel";
import { FileNotFoundError, UnsupportedOperationError } from "../errors.ts";
import { pathText, type FilePath } from "../file-path.ts";
import { hostCall } from "../host-call.ts";
import { takeTicket, type Ticket } from "./lock-folder.ts";
import { refuseShared } from "./network-file-systems.ts";

export interface LockOptions {
  /** Whether others that say so too may hold it at the same time: for readers. Default false. */
  readonly shared?: boolean;
}

export interface FileLockStatistics {
  readonly released: boolean;
  /** How many of those who wait come right after this one, in all processes. */
  readonly waiting: number;
}

/** A lock that is held, as `await lock(path)` gives it. */
export class FileLock implements AsyncDisposable {
  /** The path that is locked, without links. */
  readonly path: string;
  readonly shared: boolean;
  readonly #ticket: Ticket;
  readonly #disown: () => void;
  readonly #gone: () => void;
  #released = false;

  /** @internal */
  constructor(path: string, ticket: Ticket, gone: () => void) {
    this.path = path;
    this.shared = ticket.shared;
    this.#ticket = ticket;
    this.#gone = gone;
    this.#disown = currentScope().defer(() => this.release());
  }

  get released(): boolean {
    return this.#released;
  }

  /** Lets the next one have it; not interrupted. A second call does nothing. */
  release(): Awaitable<void> {
    return coroutine(releaseStep, this);
  }

  /** The same as `release`. */
  close(): Awaitable<void> {
    return this.release();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.release() as unknown as PromiseLike<void>;
  }

  statistics(): FileLockStatistics {
    return { released: this.#released, waiting: this.#released ? 0 : this.#ticket.waiting };
  }

  /** @internal */
  *giveBack(): Coroutine<void> {
    if (this.#released) return;
    this.#released = true;
    this.#disown();
    this.#gone();
    yield* this.#ticket.giveBack();
  }
}

function* releaseStep(held: FileLock): Coroutine<void> {
  yield* held.giveBack();
}

/** A wish for a lock. Awaited, it waits for it; its methods are other ways to ask. One of them is used, once. */
export interface LockRequest extends Awaitable<FileLock> {
  /** Runs a body while holding the lock. Gives what the body gives. A cancel point. */
  hold<R>(body: (held: FileLock) => R): Awaitable<Unwrap<R>>;
  /** Takes the lock if it is to be had now, for the current scope; null when it is not. A cancel point. */
  tryAcquire(): Awaitable<FileLock | null>;
}

/**
 * An advisory lock for what a path names: one at a time may hold it, in all processes of this machine, and in this one; with `shared`, one writer or any
 * number of readers. It keeps out who asks for it, and nobody else: any program can still use the file. What is locked need not be there; the lock is a
 * folder beside it (`<path>.lock`), gone when nobody holds or wants it.
 *
 * `await lock(path)` holds it until the scope ends, or `release` is called; `lock(path).hold(body)` for the length of a body. Tasks of a process get
 * it in the order in which they asked, processes about so. For a limit to the waiting use `timeout`. It is not re-entrant: a task that asks again
 * for what it holds gets InvalidStateError.
 *
 * A holder that is killed loses it at once, since what stands for it is a socket, and the system closes that. One that is merely stopped, or busy, keeps it. For
 * that reason it is refused with UnsupportedOperationError on file systems that may be shared between machines, and on Windows. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { lock, readText, withTemporaryDirectory, writeText } from "@corio/files";
 *
 * await run(() =>
 *   withTemporaryDirectory(async (folder) => {
 *     const path = `${folder}/counter`;
 *     await lock(path).hold(async () => {
 *       await writeText(path, "1");
 *       console.log(await lock(`${folder}/other`, { shared: true }).hold(() => readText(path))); // => 1
 *     });
 *   }),
 * );
 * ```
 */
export function lock(path: FilePath, options: LockOptions = {}): LockRequest {
  const name = pathText(path);
  if (process.platform === "win32") {
    throw new UnsupportedOperationError(`Cannot lock ${name}: there are no sockets in folders on Windows`);
  }
  return new Request(name, options.shared ?? false);
}

class Request implements LockRequest {
  readonly #path: string;
  readonly #shared: boolean;
  #asked: Awaitable<unknown> | null = null;

  constructor(path: string, shared: boolean) {
    this.#path = path;
    this.#shared = shared;
  }

  [Symbol.iterator](): Iterator<Parked, FileLock, unknown> {
    return this.#acquire()[Symbol.iterator]();
  }

  then(resolve: (value: FileLock) => unknown, reject: (error: unknown) => unknown): void {
    this.#acquire().then(resolve, reject);
  }

  hold<R>(body: (held: FileLock) => R): Awaitable<Unwrap<R>> {
    return this.#once(cancelScope(holdBlock, this.#path, this.#shared, body)) as Awaitable<Unwrap<R>>;
  }

  tryAcquire(): Awaitable<FileLock | null> {
    return this.#once(coroutine(acquireStep, this.#path, this.#shared, false));
  }

  /** One awaitable, however often it is asked for: it says itself that it runs once. */
  #acquire(): Awaitable<FileLock> {
    this.#asked ??= coroutine(acquireStep, this.#path, this.#shared, true);
    return this.#asked as Awaitable<FileLock>;
  }

  #once<T>(awaitable: Awaitable<T>): Awaitable<T> {
    if (this.#asked !== null)
      throw new InvalidStateError("Cannot ask twice: one wish for a lock is one lock");
    this.#asked = awaitable;
    return awaitable;
  }
}

function* holdBlock(
  _scope: Scope,
  path: string,
  shared: boolean,
  body: (held: FileLock) => unknown,
): Coroutine<unknown> {
  const held = yield* acquireStep(path, shared, true);
  return yield* call(body, held!);
}

/** A lock as this process knows it: one of its tasks at a time stands in the line of all processes, the others behind it. */
interface Place {
  readonly turn: Semaphore;
  /** Who holds it here. */
  readonly holders: Set<{ readonly task: Task<unknown>; readonly shared: boolean }>;
  users: number;
}

const places = new Map<string, Place>();

function* acquireStep(path: string, shared: boolean, wait: boolean): Coroutine<FileLock | null> {
  const target = yield* targetInTurn(path);
  const place = enterPlace(target);
  try {
    refuseAgain(place, target, shared);
    if (!wait && place.turn.locked()) return null;
    yield* place.turn.acquire();
    try {
      yield* refuseShared(dirname(target));
      const ticket = yield* takeTicket(`${target}.lock`, shared, wait);
      return ticket === null ? null : heldLock(target, place, ticket);
    } finally {
      place.turn.release();
    }
  } finally {
    leavePlace(target, place);
  }
}

function heldLock(target: string, place: Place, ticket: Ticket): FileLock {
  const holder = { task: currentTask(), shared: ticket.shared };
  place.users++;
  place.holders.add(holder);
  return new FileLock(target, ticket, () => {
    place.holders.delete(holder);
    leavePlace(target, place);
  });
}

function enterPlace(target: string): Place {
  let place = places.get(target);
  if (place === undefined) {
    place = { turn: new Semaphore(1), holders: new Set(), users: 0 };
    places.set(target, place);
  }
  place.users++;
  return place;
}

function leavePlace(target: string, place: Place): void {
  if (--place.users === 0) places.delete(target);
}

/** It would wait for itself, for ever. */
function refuseAgain(place: Place, target: string, shared: boolean): void {
  const task = currentTask();
  for (const holder of place.holders) {
    if (holder.task !== task || (holder.shared && shared)) continue;
    throw new InvalidStateError(`Cannot lock ${target}: the task holds it already`);
  }
}

/**
 * The system answers in any order, but who asks first for a path stands first in the line: the look-ups of one path go one after the
 * other, and whoever has its answer goes on to the line at once.
 */
function* targetInTurn(path: string): Coroutine<string> {
  const asked = resolve(path);
  const place = enterPlace(`look-up of ${asked}`);
  try {
    yield* place.turn.acquire();
    try {
      return yield* realTarget(path);
    } finally {
      place.turn.release();
    }
  } finally {
    leavePlace(`look-up of ${asked}`, place);
  }
}

/** The same lock for every way that leads to a file; for one that is not there, for every way to its folder. */
function* realTarget(path: string): Coroutine<string> {
  try {
    return yield* realPath(path);
  } catch (error) {
    if (!(error instanceof FileNotFoundError)) throw error;
  }
  return join(yield* realPath(dirname(path)), basename(path));
}

function* realPath(path: string): Coroutine<string> {
  return yield* hostCall<string>("lock", path, (done) => fs.realpath(path, done));
}
