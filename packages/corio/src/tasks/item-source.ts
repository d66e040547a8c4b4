// One way to take items from what is iterable, at once or asynchronously.

import { cancellationOf } from "../errors.ts";
import { isAsyncGenerator, isThenable, type Awaitable, type Coroutine } from "../kernel/awaitable.ts";
import { callBody } from "../kernel/body.ts";
import { scopeHere as currentNode } from "../kernel/scope-current.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { fromPromise } from "../kernel/from-promise.ts";
import { kindOf } from "../kernel/kind-of.ts";
import { GeneratorSource } from "./generator-source.ts";

/** What the `next` of an iterator gives that mostly has its items at hand: a plain result, or one that must be waited for. */
export type NextAhead<I> = IteratorResult<I> | Awaitable<IteratorResult<I>>;

/**
 * An async iterator of library code that mostly has its items at hand. `forEach` and `map` then take them without a wait for each. It may be
 * asked again before it has answered, answers in the order of the questions, and holds nothing that must be closed.
 */
export abstract class ItemsAhead<I> {
  /** A plain result when the item is there, otherwise something to wait for. */
  abstract next(): NextAhead<I>;
}

export interface ItemSource<I> {
  /** The iterator, where its items are there at once, or mostly: it can be asked without a turn. */
  readonly atOnce: { next(): NextAhead<I> } | null;
  /** What it iterates over, where that is an array like any other. */
  readonly array?: readonly I[] | null;
  next(): Coroutine<IteratorResult<I>>;
  /** Leaves early. */
  close(): Coroutine<void>;
}

/** An iterator that, as a loop does it, is neither asked again nor closed when it has come to its end or thrown. */
class Once<I> {
  over = false;
  readonly #iterator: Iterator<I>;

  constructor(iterator: Iterator<I>) {
    this.#iterator = iterator;
  }

  next(): IteratorResult<I> {
    if (this.over) return { value: undefined, done: true };
    this.over = true;
    const result = checked(this.#iterator.next());
    this.over = result.done === true;
    return result;
  }

  close(): void {
    if (!this.over) this.#iterator.return?.();
  }
}

/** Refuses what is no answer: taken for an item, it would be followed by others without end. */
function checked<T>(result: T): T {
  if (typeof result === "object" && result !== null) return result;
  throw new TypeError(`Cannot take an item: next() of the iterator gave ${kindOf(result)}, not an object`);
}

class SyncSource<I> implements ItemSource<I> {
  readonly atOnce: Once<I>;
  readonly array: readonly I[] | null;

  constructor(iterator: Iterator<I>, array: readonly I[] | null) {
    this.atOnce = new Once(iterator);
    this.array = array;
  }

  // oxlint-disable-next-line require-yield
  *next(): Coroutine<IteratorResult<I>> {
    return this.atOnce.next();
  }

  // oxlint-disable-next-line require-yield
  *close(): Coroutine<void> {
    this.atOnce.close();
  }
}

class AheadSource<I> implements ItemSource<I> {
  readonly atOnce: ItemsAhead<I>;

  constructor(items: ItemsAhead<I>) {
    this.atOnce = items;
  }

  *next(): Coroutine<IteratorResult<I>> {
    const next = this.atOnce.next();
    return isThenable(next) ? yield* next as Awaitable<IteratorResult<I>> : (next as IteratorResult<I>);
  }

  // oxlint-disable-next-line require-yield
  *close(): Coroutine<void> {}
}

class AsyncSource<I> implements ItemSource<I> {
  readonly atOnce = null;
  /** As of `Once`. */
  #over = false;
  readonly #iterator: AsyncIterator<I>;

  constructor(iterator: AsyncIterator<I>) {
    this.#iterator = iterator;
  }

  *next(): Coroutine<IteratorResult<I>> {
    if (this.#over) return { value: undefined, done: true };
    try {
      const result = checked(yield* this.#ask());
      this.#over = result.done === true;
      return result;
    } catch (error) {
      // One that is still at it when the wait is cancelled is to be closed.
      this.#over = cancellationOf(error) === null;
      throw error;
    }
  }

  *#ask(): Coroutine<IteratorResult<I>> {
    // What is buffered comes at once, what is ours is waited for here: only a promise needs a bridge.
    const scope = currentNode();
    const result = callBody(takeNext, [this.#iterator], scope) as
      | IteratorResult<I>
      | Awaitable<IteratorResult<I>>;
    if (!isThenable(result)) return result as IteratorResult<I>;
    if (typeof (result as Awaitable<unknown>)[Symbol.iterator] === "function") {
      return yield* result as Awaitable<IteratorResult<I>>;
    }
    return yield* fromPromise(result as unknown as PromiseLike<IteratorResult<I>>);
  }

  *close(): Coroutine<void> {
    const iterator = this.#iterator;
    if (!this.#over && iterator.return !== undefined) yield* call(() => iterator.return!());
  }
}

function takeNext(iterator: AsyncIterator<unknown>): unknown {
  return iterator.next();
}

const arrayIterator: unknown = Array.prototype[Symbol.iterator];

export function sourceOf<I>(items: Iterable<I> | AsyncIterable<I>): ItemSource<I> {
  const async = (items as Partial<AsyncIterable<I>>)?.[Symbol.asyncIterator];
  if (typeof async === "function") {
    const iterator = async.call(items);
    if ((iterator as unknown) instanceof ItemsAhead)
      return new AheadSource(iterator as unknown as ItemsAhead<I>);
    return isAsyncGenerator(iterator)
      ? new GeneratorSource(iterator as AsyncGenerator<I>)
      : new AsyncSource(iterator);
  }
  const sync = (items as Partial<Iterable<I>>)?.[Symbol.iterator];
  if (typeof sync === "function") {
    const usual = sync === arrayIterator && Array.isArray(items);
    return new SyncSource(sync.call(items), usual ? (items as readonly I[]) : null);
  }
  throw new TypeError("Cannot run over the items: they are not iterable");
}
