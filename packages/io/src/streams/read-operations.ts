// The reads of a StreamReader, each an operation of its own.
import { IncompleteReadError, LimitOverrunError } from "../errors.ts";
import { none } from "./byte-queue.ts";
import { notYet, ReadOperation, type ReadState } from "./read-state.ts";

/** Some bytes, at most so many. */
export class ReadSome extends ReadOperation<Buffer> {
  readonly #most: number;

  constructor(reading: ReadState, most: number) {
    super(reading);
    this.#most = most;
  }

  get name(): string {
    return "read";
  }

  override offer(chunk: Buffer): boolean {
    if (chunk.length > this.#most) return false;
    this.reading.line.remove(this);
    this.settle(chunk);
    return true;
  }

  take(): Buffer | typeof notYet {
    const { reading } = this;
    if (this.#most === 0) return none;
    if (reading.bytes.length === 0) return reading.eof ? none : notYet;
    const taken = reading.bytes.takeSome(this.#most);
    reading.taken();
    return taken;
  }
}

/** Some bytes, into memory that was given. */
export class ReadInto extends ReadOperation<number> {
  readonly #target: Buffer;

  constructor(reading: ReadState, target: Buffer) {
    super(reading);
    this.#target = target;
  }

  get name(): string {
    return "readInto";
  }

  override offer(chunk: Buffer): boolean {
    return chunk.length <= this.#target.length && this.borrow(chunk, chunk.length) > 0;
  }

  /** Nothing is buffered while it waits. */
  override borrow(memory: Buffer, count: number): number {
    const taken = memory.copy(this.#target, 0, 0, count);
    this.reading.line.remove(this);
    this.settle(taken);
    return taken;
  }

  take(): number | typeof notYet {
    const { reading } = this;
    if (reading.bytes.length === 0 && this.#target.length > 0) return reading.eof ? 0 : notYet;
    const taken = reading.bytes.takeInto(this.#target);
    reading.taken();
    return taken;
  }
}

/** Everything up to the end. */
export class ReadToEnd extends ReadOperation<Buffer> {
  get name(): string {
    return "read";
  }

  take(): Buffer | typeof notYet {
    const { bytes, eof } = this.reading;
    return eof ? bytes.take(bytes.length) : notYet;
  }
}

export class ReadExactly extends ReadOperation<Buffer> {
  readonly #count: number;

  constructor(reading: ReadState, count: number) {
    super(reading);
    this.#count = count;
  }

  get name(): string {
    return "readExactly";
  }

  override offer(chunk: Buffer): boolean {
    if (chunk.length !== this.#count || this.reading.bytes.length > 0) return false;
    this.reading.line.remove(this);
    this.settle(chunk);
    return true;
  }

  take(): Buffer | typeof notYet {
    const { reading } = this;
    const { bytes } = reading;
    if (bytes.length >= this.#count) {
      const taken = bytes.take(this.#count);
      reading.taken();
      return taken;
    }
    if (!reading.eof) return notYet;
    throw new IncompleteReadError(bytes.take(bytes.length), this.#count);
  }
}

/** Up to and with the separator that ends first. */
abstract class Until<T> extends ReadOperation<T> {
  readonly #separators: readonly Buffer[];
  readonly #longest: number;
  /** Where a separator may still begin. */
  #from = 0;

  constructor(reading: ReadState, separators: readonly Buffer[], longest: number) {
    super(reading);
    this.#separators = separators;
    this.#longest = longest;
  }

  protected abstract found(bytes: Buffer): T;
  protected abstract ended(rest: Buffer): T;

  take(): T | typeof notYet {
    const { reading } = this;
    const { bytes, limit } = reading;
    let start = -1;
    let end = Infinity;
    for (const separator of this.#separators) {
      const at = bytes.indexOf(separator, this.#from);
      if (at === -1 || at + separator.length >= end) continue;
      start = at;
      end = at + separator.length;
    }
    if (start === -1) {
      const from = Math.max(0, bytes.length + 1 - this.#longest);
      if (from > limit) {
        throw new LimitOverrunError(
          `Cannot find the end of what ${this.name} wants within the limit of ${limit} bytes`,
          from,
        );
      }
      if (!reading.eof) {
        this.#from = from;
        return notYet;
      }
      return this.ended(bytes.take(bytes.length));
    }
    if (start > limit) {
      throw new LimitOverrunError(
        `What ${this.name} wants has ${start} bytes before its end, more than the limit of ${limit}`,
        start,
      );
    }
    const taken = bytes.take(end);
    reading.taken();
    return this.found(taken);
  }
}

export class ReadUntil extends Until<Buffer> {
  get name(): string {
    return "readUntil";
  }

  protected found(bytes: Buffer): Buffer {
    return bytes;
  }

  protected ended(rest: Buffer): Buffer {
    throw new IncompleteReadError(rest, null);
  }
}

const newline: readonly Buffer[] = [Buffer.from("\n")];

export class ReadLine extends Until<Buffer> {
  constructor(reading: ReadState) {
    super(reading, newline, 1);
  }

  get name(): string {
    return "readLine";
  }

  protected found(bytes: Buffer): Buffer {
    return bytes;
  }

  protected ended(rest: Buffer): Buffer {
    return rest;
  }
}

type Item = IteratorResult<Buffer, undefined>;

const over: Item = { value: undefined, done: true };

/** The next line of an iteration. */
export class NextLine extends Until<Item> {
  constructor(reading: ReadState) {
    super(reading, newline, 1);
  }

  get name(): string {
    return "the iteration over lines";
  }

  protected found(bytes: Buffer): Item {
    return { value: bytes, done: false };
  }

  protected ended(rest: Buffer): Item {
    return rest.length === 0 ? over : { value: rest, done: false };
  }
}

/** The next chunk of an iteration. */
export class NextChunk extends ReadOperation<Item> {
  get name(): string {
    return "the iteration over chunks";
  }

  take(): Item | typeof notYet {
    const { reading } = this;
    if (reading.bytes.length === 0) return reading.eof ? over : notYet;
    const value = reading.bytes.takeSome(Infinity);
    reading.taken();
    return { value, done: false };
  }
}
