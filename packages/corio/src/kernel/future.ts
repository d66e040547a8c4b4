// A future: a result that somebody will set, and that any number of tasks may wait for.

import { FutureCancelledError, InvalidStateError } from "../errors.ts";
import type { Awaitable } from "./awaitable.ts";
import type { AnyFunction } from "./body.ts";
import { DoneCallbacks, type CallbackOptions } from "./done-callbacks.ts";
import { QueuedWait, WaitQueue } from "./wait-queue.ts";
import type { WaitTarget } from "./wait-target.ts";

const PENDING = 0;
const VALUE = 1;
const ERROR = 2;
const CANCELLED = 3;

/**
 * asyncio's Future, shared and owned by nobody: cancelling a waiter never touches it. Not awaitable itself, `wait()` is, so that
 * it can be returned from an async function as it is.
 */
export class Future<T> {
  /** @internal */
  readonly waiters: WaitQueue<T> = new WaitQueue<T>();
  #state = PENDING;
  #value: unknown = undefined;
  #callbacks: DoneCallbacks | null = null;

  /** Waits for the result. A cancel point. */
  wait(): Awaitable<T> {
    return new FutureWait<T>(this);
  }

  /** Gives the result to all who wait. InvalidStateError when there is one. */
  setResult(value: T): void {
    this.#set(VALUE, value);
    while (this.waiters.serve(value));
    this.#callbacks?.schedule();
  }

  /** Fails all who wait. InvalidStateError when there is a result. */
  setException(error: unknown): void {
    this.#set(ERROR, error);
    this.waiters.failAll(error);
    this.#callbacks?.schedule();
  }

  /**
   * Says that no result will come: who waits gets FutureCancelledError, with the reason as its cause. It takes effect at once. False when there
   * is a result, or it was cancelled before. That a waiter is cancelled never does this: a future is owned by nobody.
   */
  cancel(reason?: unknown): boolean {
    if (this.#state !== PENDING) return false;
    const text = reasonText(reason);
    const error = new FutureCancelledError(
      `The future was cancelled${text}`,
      reason === undefined ? {} : { cause: reason },
    );
    this.#set(CANCELLED, error);
    this.waiters.failAll(error);
    this.#callbacks?.schedule();
    return true;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state === CANCELLED;
  }

  /**
   * Has a plain function called with the future when it is done (or soon, if it is): through the ready queue, in order, in a copy of
   * the caller's context. It belongs to the loop of the caller: a run that ends takes its callbacks along. NoRunError outside any run.
   */
  addDoneCallback(callback: (future: Future<T>) => unknown, options: CallbackOptions = {}): void {
    this.#callbacks ??= new DoneCallbacks(this);
    this.#callbacks.add(callback as AnyFunction, options, this.done());
  }

  /** Takes a callback off, as often as it was added; how often that was. */
  removeDoneCallback(callback: (future: Future<T>) => unknown): number {
    return this.#callbacks?.remove(callback) ?? 0;
  }

  /** Whether it has a result or an error, or was cancelled. */
  done(): boolean {
    return this.#state !== PENDING;
  }

  /** The value, or throws the error, or FutureCancelledError; InvalidStateError when there is none yet. */
  result(): T {
    if (this.#state === PENDING) throw new InvalidStateError("The future has no result yet");
    if (this.#state !== VALUE) throw this.#value;
    return this.#value as T;
  }

  /** The error, or null when there is none; throws FutureCancelledError when it was cancelled, InvalidStateError when there is no result yet. */
  exception(): unknown {
    if (this.#state === PENDING) throw new InvalidStateError("The future has no result yet");
    if (this.#state === CANCELLED) throw this.#value;
    return this.#state === ERROR ? this.#value : null;
  }

  #set(state: number, value: unknown): void {
    if (this.#state !== PENDING) throw new InvalidStateError("The future has a result already");
    this.#state = state;
    this.#value = value;
  }
}

function reasonText(reason: unknown): string {
  if (reason instanceof Error) return `: ${reason.message}`;
  return typeof reason === "string" ? `: ${reason}` : "";
}

/** Whether the value is a future. A task is none: it has an owner. */
export function isFuture(value: unknown): value is Future<unknown> {
  return value instanceof Future;
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

  waitsFor(): WaitTarget {
    return { kind: "future", object: this.#future };
  }
}
