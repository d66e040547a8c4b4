// Iterating over the lines of a file: lines that are read ahead are given at once; only a new block of the file is waited for.
import type { Coroutine } from "corio";
import { coroutine, ItemsAhead, type NextAhead } from "corio/lowlevel";
import { turn, type Descriptor } from "./descriptor.ts";

/** Lines to iterate over. The iteration holds no resource: stopping early loses nothing, and reading goes on behind it.
 * Who calls `next()` by hand must `await` or `yield*` what it gives: not all of it is a promise. */
export interface Lines<T> extends AsyncIterable<T> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}

export class LineIteration<S, T> extends ItemsAhead<T> implements Lines<T> {
  readonly #file: Descriptor;
  readonly #subject: S;
  readonly #buffered: (subject: S) => T | undefined;
  readonly #step: (subject: S) => Coroutine<T | undefined>;

  /** @param buffered gives the next line if it need not be waited for; `step` waits for it, undefined when there is none */
  constructor(
    file: Descriptor,
    subject: S,
    buffered: (subject: S) => T | undefined,
    step: (subject: S) => Coroutine<T | undefined>,
  ) {
    super();
    this.#file = file;
    this.#subject = subject;
    this.#buffered = buffered;
    this.#step = step;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this as unknown as AsyncIterableIterator<T>;
  }

  /** A plain result where the line is there: `for await` and the runtime's `forEach` take one as it is. */
  next(): NextAhead<T> {
    if (this.#file.idle) {
      const line = this.#buffered(this.#subject);
      if (line !== undefined) return { value: line, done: false };
    }
    return coroutine(nextInTurn<S, T>, this.#file, this.#subject, this.#step);
  }
}

function* nextInTurn<S, T>(
  file: Descriptor,
  subject: S,
  step: (subject: S) => Coroutine<T | undefined>,
): Coroutine<IteratorResult<T, undefined>> {
  const value = yield* turn(file, step, subject, undefined, undefined);
  return value === undefined ? { value: undefined, done: true } : { value, done: false };
}
