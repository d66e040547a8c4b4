// Promises as something to wait for that can be cancelled.

import { isThenable, type Awaitable } from "./awaitable.ts";
import { Operation } from "./operation.ts";
import { tokenOf, type ScopeNode } from "./scope.ts";
import type { WaitTarget } from "./wait-target.ts";

/** What becomes of a value that comes too late. */
export interface FromPromiseOptions<T> {
  /** Given the value of a promise that resolved after the wait was cancelled: close what nobody will use. By default it is dropped. */
  onLate?: ((value: T) => void) | undefined;
}

/** A promise, or a function that makes one and stops its work when the signal aborts. */
export type PromiseSource<T> = PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T>);

class PromiseWait<T> extends Operation<T> {
  #controller: AbortController | null = null;
  #interrupted = false;
  readonly #source: PromiseSource<T>;
  readonly #onLate: ((value: T) => void) | undefined;

  constructor(source: PromiseSource<T>, onLate: ((value: T) => void) | undefined) {
    super();
    this.#source = source;
    this.#onLate = onLate;
  }

  protected start(scope: ScopeNode): boolean {
    let promise: PromiseLike<T>;
    if (typeof this.#source === "function") {
      this.#controller = new AbortController();
      const { signal } = this.#controller;
      promise = scope.loop.host.runWithToken(
        tokenOf(scope),
        this.#source as (signal: AbortSignal) => unknown,
        [signal],
      ) as PromiseLike<T>;
      if (!isThenable(promise)) {
        throw new TypeError(
          "Cannot wait for the result: the function given to fromPromise did not return a promise",
        );
      }
    } else promise = this.#source;
    promise.then(
      (value) => {
        if (this.#interrupted) this.#onLate?.(value);
        else this.settle(value);
      },
      (error: unknown) => {
        this.fail(error);
      },
    );
    return false;
  }

  protected override detach(error: Error): void {
    this.#interrupted = true;
    this.#controller?.abort(error);
  }

  describe(): string {
    return "a promise";
  }

  waitsFor(): WaitTarget {
    return { kind: "promise" };
  }
}

/**
 * Waits for a promise. A cancellation ends the wait at once; what the promise does then is its own affair, unless a function is
 * given: its signal aborts, so that the work stops. A value that comes too late goes to `onLate`. A cancel point.
 */
export function fromPromise<T>(source: PromiseSource<T>, options: FromPromiseOptions<T> = {}): Awaitable<T> {
  if (typeof source !== "function" && !isThenable(source)) {
    throw new TypeError("Cannot wait for the value: it is neither a promise nor a function that makes one");
  }
  return new PromiseWait(source, options.onLate);
}
