// Iterating over the lines of a file: lines that are read ahead are given at once; only a new block of the file is waited for.
import type { Awaitable, Coroutine } from "corio";
import { inTurn, type Descriptor } from "./descriptor.ts";

/** Lines to iterate over. The iteration holds no resource: stopping early loses nothing, and reading goes on behind it.
 * Who calls `next()` by hand must `await` or `yield*` what it gives: not all of it is a promise. */
export interface Lines<T> extends AsyncIterable<T> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}

export class LineIteration<T> implements Lines<T> {
  readonly #file: Descriptor;
  readonly #buffered: (file: Descriptor) => T | undefined;
  readonly #step: (file: Descriptor) => Coroutine<T | undefined>;

  constructor(
    file: Descriptor,
    buffered: (file: Descriptor) => T | undefined,
    step: (file: Descriptor) => Coroutine<T | undefined>,
  ) {
    this.#file = file;
    this.#buffered = buffered;
    this.#step = step;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this as unknown as AsyncIterableIterator<T>;
  }

  /** A plain result where the line is there: `for await` and the runtime's `forEach` take one as it is. */
  next(): IteratorResult<T, undefined> | Awaitable<IteratorResult<T, undefined>> {
    const file = this.#file;
    if (!file.busy && !file.closed) {
      const line = this.#buffered(file);
      if (line !== undefined) return { value: line, done: false };
    }
    return inTurn(file, nextStep, this.#step as (file: Descriptor) => Coroutine<unknown>) as Awaitable<
      IteratorResult<T, undefined>
    >;
  }
}

function* nextStep(
  file: Descriptor,
  step: (file: Descriptor) => Coroutine<unknown>,
): Coroutine<IteratorResult<unknown, undefined>> {
  const value = yield* step(file);
  return value === undefined ? { value: undefined, done: true } : { value, done: false };
}
