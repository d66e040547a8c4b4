// Iterating over a stream: each step is one read.
import type { Awaitable } from "corio";
import type { ReadOperation, ReadState } from "./read-state.ts";

type Item = IteratorResult<Buffer, undefined>;
type ItemRead = new (reading: ReadState) => ReadOperation<Item>;

/** For `for await` and the runtime's `forEach`. It holds no resource: who leaves early has nothing to close. */
export class StreamIteration {
  readonly #reading: ReadState;
  readonly #read: ItemRead;

  constructor(reading: ReadState, read: ItemRead) {
    this.#reading = reading;
    this.#read = read;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Awaitable<Item> {
    return new this.#read(this.#reading) as unknown as Awaitable<Item>;
  }
}
