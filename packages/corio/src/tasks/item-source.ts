// One way to take items from what is iterable, at once or asynchronously.

import type { Coroutine } from "../kernel/awaitable.ts";
import { fromPromise } from "../kernel/from-promise.ts";

export interface ItemSource<I> {
  next(): Coroutine<IteratorResult<I>>;
  /** Leaves early. */
  close(): Coroutine<void>;
}

class SyncSource<I> implements ItemSource<I> {
  readonly #iterator: Iterator<I>;

  constructor(iterator: Iterator<I>) {
    this.#iterator = iterator;
  }

  // oxlint-disable-next-line require-yield
  *next(): Coroutine<IteratorResult<I>> {
    return this.#iterator.next();
  }

  // oxlint-disable-next-line require-yield
  *close(): Coroutine<void> {
    this.#iterator.return?.();
  }
}

class AsyncSource<I> implements ItemSource<I> {
  readonly #iterator: AsyncIterator<I>;

  constructor(iterator: AsyncIterator<I>) {
    this.#iterator = iterator;
  }

  *next(): Coroutine<IteratorResult<I>> {
    return yield* fromPromise(() => this.#iterator.next());
  }

  *close(): Coroutine<void> {
    if (this.#iterator.return !== undefined) yield* fromPromise(() => this.#iterator.return!());
  }
}

export function sourceOf<I>(items: Iterable<I> | AsyncIterable<I>): ItemSource<I> {
  const async = (items as Partial<AsyncIterable<I>>)?.[Symbol.asyncIterator];
  if (typeof async === "function") return new AsyncSource(async.call(items));
  const sync = (items as Partial<Iterable<I>>)?.[Symbol.iterator];
  if (typeof sync === "function") return new SyncSource(sync.call(items));
  throw new TypeError("Cannot run over the items: they are not iterable");
}
