// The iteration over what comes out of a queue or channel, in either dialect.

import type { Awaitable, Coroutine } from "../kernel/awaitable.ts";
import { coroutine } from "../kernel/coroutine-awaitable.ts";

/**
 * Its `next()` gives an Awaitable, which `for await` and `forEach` wait for as it is. With a promise in between, a cancellation
 * could come after the item was taken and before it was seen. It holds no resource: leaving early loses nothing.
 */
class ItemIterator<T> {
  readonly #take: () => Awaitable<T>;
  readonly #isEnd: (error: unknown) => boolean;

  constructor(take: () => Awaitable<T>, isEnd: (error: unknown) => boolean) {
    this.#take = take;
    this.#isEnd = isEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Awaitable<IteratorResult<T, undefined>> {
    return coroutine(nextItem<T>, this.#take, this.#isEnd);
  }
}

function* nextItem<T>(
  take: () => Awaitable<T>,
  isEnd: (error: unknown) => boolean,
): Coroutine<IteratorResult<T, undefined>> {
  try {
    return { value: yield* take(), done: false };
  } catch (error) {
    if (isEnd(error)) return { value: undefined, done: true };
    throw error;
  }
}

/** Iterates over what `take` gives, until it throws what `isEnd` knows as the end. */
export function itemsOf<T>(
  take: () => Awaitable<T>,
  isEnd: (error: unknown) => boolean,
): AsyncIterableIterator<T, undefined> {
  return new ItemIterator(take, isEnd) as unknown as AsyncIterableIterator<T, undefined>;
}
