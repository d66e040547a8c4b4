// A future: a result that somebody will set, and that any number of tasks may wait for.

import { InvalidStateError } from "../errors.ts";
import type { Awaitable } from "./awaitable.ts";
import { QueuedWait, WaitQueue } from "./wait-queue.ts";

const PENDING = 0;
const VALUE = 1;
const ERROR = 2;

/**
 * asyncio's Future, shared and owned by nobody: cancelling a waiter never touches it. Not awaitable itself, `wait()` is, so that
 * it can be returned from an async function as it is.
 */
export class Future<T> {
  /** @internal */
  readonly waiters: WaitQueue<T> = new WaitQueue<T>();
  #state = PENDING;
  #value: unknown = undefined;

  /** Waits for the result. A cancel point. */
  wait(): Awaitable<T> {
    return new FutureWait<T>(this);
  }

  /** Gives the result to all who wait. InvalidStateError when there is one. */
  setResult(value: T): void {
    this.#set(VALUE, value);
    while (this.waiters.serve(value));
  }

  /** Fails all who wait. InvalidStateError when there is a result. */
  setException(error: unknown): void {
    this.#set(ERROR, error);
    this.waiters.failAll(error);
  }

  done(): boolean {
    return this.#state !== PENDING;
  }

  /** The value, or throws the error; InvalidStateError when there is none yet. */
  result(): T {
    if (this.#state === PENDING) throw new InvalidStateError("The future has no result yet");
    if (this.#state === ERROR) throw this.#value;
    return this.#value as T;
  }

  /** The error, or null when there is none; InvalidStateError when there is no result yet. */
  exception(): unknown {
    if (this.#state === PENDING) throw new InvalidStateError("The future has no result yet");
    return this.#state === ERROR ? this.#value : null;
  }

  #set(state: number, value: unknown): void {
    if (this.#state !== PENDING) throw new InvalidStateError("The future has a result already");
    this.#state = state;
    this.#value = value;
  }
}

class FutureWait<T> extends QueuedWait<T> {
  readonly #future: Future<T>;

  constructor(future: Future<T>) {
    super();
    this.#future = future;
  }

  protected attempt(): boolean {
    if (!this.#future.done()) return false;
    this.value = this.#future.result();
    return true;
  }

  protected line(): WaitQueue<T> {
    return this.#future.waiters;
  }

  describe(): string {
    return "a future";
  }
}
