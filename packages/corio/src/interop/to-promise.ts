// Awaitables as promises, for code that knows nothing else.

import type { Awaitable } from "../kernel/awaitable.ts";

/**
 * Begins a wait now and gives a promise of its outcome, to be handed to foreign code. The wait belongs to the scope of the caller: it
 * is cancelled with it, and ends with the block. A promise cannot be cancelled: who gets it can only drop it, the wait goes on. For
 * waiting, `await` the Awaitable itself. NoRunError, as a rejection, outside any run.
 */
export function toPromise<T>(awaitable: Awaitable<T>): Promise<T> {
  if (typeof (awaitable as Partial<Awaitable<T>> | null)?.then !== "function") {
    throw new TypeError("Cannot make a promise of the value: it is no Awaitable");
  }
  return new Promise((resolve, reject) => {
    awaitable.then(resolve as (value: T) => unknown, reject);
  });
}
