// StreamReader: bytes as they come from a peer, read in pieces, lines or wholes.
import type { Awaitable } from "corio";
import { asBuffer } from "./as-buffer.ts";
import { StreamIteration } from "./stream-iteration.ts";
import {
  NextChunk,
  NextLine,
  ReadExactly,
  ReadInto,
  ReadLine,
  ReadSome,
  ReadToEnd,
  ReadUntil,
} from "./read-operations.ts";
import { checkLimit } from "./stream-options.ts";
import { ReadState, type FlowSource } from "./read-state.ts";

export type { FlowSource } from "./read-state.ts";

/** What may be said of a reader. */
export interface StreamReaderOptions {
  /**
   * Bytes: the longest that `readUntil`, `readLine` and the lines of an iteration may be, without their end. The source is paused while
   * more than twice as many wait to be read, and goes on when no more than these do. Default 65,536.
   */
  readonly limit?: number | undefined;
  /** What is read, for messages and dumps of tasks: "stdout of ls". */
  readonly what?: string | undefined;
}

/** How a reader stands. */
export interface StreamReaderStatistics {
  /** Bytes that wait to be read. */
  readonly buffered: number;
  /** Bytes that have come, in all. */
  readonly received: number;
  readonly limit: number;
  /** Whether the source is paused, because much waits to be read. */
  readonly paused: boolean;
}

export const defaultLimit: number = 64 * 1024;

/**
 * Reads what a peer sends, as asyncio's StreamReader. One task reads at a time; a second one gets a BusyResourceError that names the
 * first. A cancelled read takes nothing: its bytes are there for the next one.
 *
 * What a read gives is often a view of the chunk in which it came: it keeps that in memory. Copy (`Buffer.from(bytes)`) the little that
 * is to be kept for long.
 *
 * A reader comes with a connection or a process; one made by hand is fed by `feedData` and `feedEof`.
 */
export class StreamReader {
  readonly #reading: ReadState;

  constructor(options: StreamReaderOptions = {}) {
    const { limit = defaultLimit, what = "a stream" } = options;
    checkLimit(limit);
    this.#reading = new ReadState(limit, what);
  }

  /** See `StreamReaderOptions.limit`. */
  get limit(): number {
    return this.#reading.limit;
  }

  /**
   * Some bytes, at most `most`, as soon as any are there; an empty buffer at the end only (and for 0). Without an argument, or with a
   * negative one: everything up to the end, however much. A cancel point.
   */
  read(most: number = -1): Awaitable<Buffer> {
    if (!Number.isInteger(most) && most !== Infinity)
      throw new RangeError(`Cannot read ${String(most)} bytes`);
    const reading = this.#reading;
    return (most < 0 ? new ReadToEnd(reading) : new ReadSome(reading, most)) as unknown as Awaitable<Buffer>;
  }

  /**
   * Reads some bytes into memory of the caller's own: as many as are there and as it has room for, as soon as there are any. How many it were; 0
   * at the end only (and for memory of no bytes). Nothing is allocated, which is what much data costs most; leave the memory alone until the
   * read is over. It may be written from with `setWriteBufferLimits({ high: 0 })`. A cancel point.
   */
  readInto(memory: Uint8Array): Awaitable<number> {
    if (!(memory instanceof Uint8Array))
      throw new TypeError(`Cannot read into ${typeof memory}: it takes a Buffer or another Uint8Array`);
    return new ReadInto(this.#reading, asBuffer(memory)) as unknown as Awaitable<number>;
  }

  /** So many bytes. IncompleteReadError, with those there were, if the end comes first. May be more than `limit`. A cancel point. */
  readExactly(count: number): Awaitable<Buffer> {
    if (!Number.isInteger(count) || count < 0)
      throw new RangeError(`Cannot read exactly ${String(count)} bytes`);
    return new ReadExactly(this.#reading, count) as unknown as Awaitable<Buffer>;
  }

  /**
   * A line, with its "\n"; at the end what is left, without one; an empty buffer when nothing is. LimitOverrunError for a line longer than
   * `limit`, of which nothing is read then. A cancel point.
   */
  readLine(): Awaitable<Buffer> {
    return new ReadLine(this.#reading) as unknown as Awaitable<Buffer>;
  }

  /**
   * Everything up to a separator, and with it; of several separators, the one that ends first. IncompleteReadError, with what was left,
   * if the end comes first. LimitOverrunError if more than `limit` bytes stand before the separator; nothing is read then. A cancel point.
   */
  readUntil(separator: string | Uint8Array | readonly (string | Uint8Array)[] = "\n"): Awaitable<Buffer> {
    const list = Array.isArray(separator) ? separator : [separator];
    if (list.length === 0) throw new RangeError("Cannot read until a separator: the list of them is empty");
    let longest = 0;
    const separators = list.map((one: string | Uint8Array) => {
      const bytes = asBuffer(one);
      if (bytes.length === 0) throw new RangeError("Cannot read until a separator of no bytes");
      longest = Math.max(longest, bytes.length);
      return bytes;
    });
    return new ReadUntil(this.#reading, separators, longest) as unknown as Awaitable<Buffer>;
  }

  /** Whether the end has come and everything was read. */
  atEof(): boolean {
    return this.#reading.eof && this.#reading.bytes.length === 0;
  }

  /** Lines, as `readLine` gives them. Stopping early loses nothing: reading goes on behind it. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return new StreamIteration(this.#reading, NextLine) as unknown as AsyncIterableIterator<Buffer>;
  }

  /** The chunks as they come, of whatever size. Stopping early loses nothing. */
  chunks(): AsyncIterableIterator<Buffer> {
    return new StreamIteration(this.#reading, NextChunk) as unknown as AsyncIterableIterator<Buffer>;
  }

  /** How many bytes came, and how many wait to be read. */
  statistics(): StreamReaderStatistics {
    const { bytes, received, limit, paused } = this.#reading;
    return { buffered: bytes.length, received, limit, paused };
  }

  /** For the source: bytes have come. They are handed over, and must not change any more. */
  feedData(bytes: Uint8Array): void {
    if (this.#reading.eof) throw new RangeError(`Cannot feed ${this.#reading.what}: its end was fed before`);
    if (bytes.length > 0) this.#reading.feed(asBuffer(bytes));
  }

  /** @internal For the source: see `TransportHandlers.onLent`. */
  lend(memory: Buffer, count: number): number {
    return this.#reading.lend(memory, count);
  }

  /** For the source: nothing more will come. */
  feedEof(): void {
    this.#reading.end();
  }

  /** For the source: it broke. Whoever reads gets the error, also before bytes that have come. */
  setException(error: unknown): void {
    this.#reading.fail(() => error);
  }

  /** @internal As `setException`, with an error that is made when somebody reads. */
  failWith(failure: () => unknown): void {
    this.#reading.fail(failure);
  }

  /** @internal Whether reads throw. */
  get failed(): boolean {
    return this.#reading.failure !== null;
  }

  /** What `setException` was given; null when nothing was. */
  exception(): unknown {
    return this.#reading.failure?.() ?? null;
  }

  /** @internal Whether somebody waits for bytes. */
  get busy(): boolean {
    return this.#reading.line.size > 0;
  }

  /** @internal Whether the end was fed. */
  get ended(): boolean {
    return this.#reading.eof;
  }

  /** For the source: what is paused when too much waits to be read. asyncio's `set_transport`. */
  setSource(source: FlowSource | null): void {
    const reading = this.#reading;
    reading.source = source;
    reading.paused = false;
  }

  /** @internal Takes out what was not read: it belongs to another layer. */
  takeUnread(): Buffer[] {
    return this.#reading.bytes.takeChunks();
  }
}
