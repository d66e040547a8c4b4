// StreamReader: pulls bytes out of a body, in chunks, lines or exact lengths. Nothing is read ahead of the pulls beyond
// one buffer, so a slow reader slows the sender.

import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import type { ByteSource } from "./byte-source.ts";
import { concat, pullAll } from "./byte-source.ts";
import { IncompleteReadError, PayloadTooLargeError } from "./errors.ts";

const DEFAULT_LINE_LIMIT = 64 * 1024;

/**
 * Every method is a cancel point. One reader at a time; the methods may be mixed.
 *
 * @example
 *     for await (const chunk of reader) ...              // async functions
 *     while ((chunk = yield* reader.readChunk())) ...    // coroutines
 */
export class StreamReader implements AsyncIterable<Uint8Array> {
  readonly #source: ByteSource;
  // What a line or exact read took from the source but did not use.
  #rest: Uint8Array | null = null;
  #atEnd = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** True once the end was seen by a read. */
  atEof(): boolean {
    return this.#atEnd && this.#rest === null;
  }

  /** The next bytes as they came, in any length; null at the end. */
  readChunk(): Awaitable<Uint8Array | null> {
    return coroutine(pullFrom, this);
  }

  /** At most `size` bytes, at least one; empty at the end. */
  read(size: number): Awaitable<Buffer> {
    return coroutine(readSome, this, size);
  }

  /** Everything that is left. @throws {PayloadTooLargeError} beyond `maxSize` bytes. */
  readAll(options?: { maxSize?: number }): Awaitable<Buffer> {
    return coroutine(readRest, this, options?.maxSize ?? Infinity);
  }

  /** Exactly `size` bytes. @throws {IncompleteReadError} */
  readExactly(size: number): Awaitable<Buffer> {
    return coroutine(readExactly, this, size);
  }

  /**
   * Up to and including `separator`. At the end of the stream, what is left (empty when nothing is).
   * @throws {PayloadTooLargeError} when no separator comes within `limit` bytes (64 KiB)
   */
  readUntil(separator: string | Uint8Array, options?: { limit?: number }): Awaitable<Buffer> {
    return coroutine(readUntil, this, Buffer.from(separator), options?.limit ?? DEFAULT_LINE_LIMIT);
  }

  /** A line with its `\n`; empty at the end. */
  readLine(options?: { limit?: number }): Awaitable<Buffer> {
    return this.readUntil("\n", options);
  }

  /** Gives bytes back; the next read sees them first. */
  unread(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#rest = this.#rest === null ? bytes : Buffer.concat([bytes, this.#rest]);
  }

  /** @internal */
  *pull(): Coroutine<Uint8Array | null> {
    const rest = this.#rest;
    if (rest !== null) {
      this.#rest = null;
      return rest;
    }
    if (this.#atEnd) return null;
    const chunk = yield* this.#source.pull();
    if (chunk === null) this.#atEnd = true;
    return chunk;
  }

  /** Stops the delivery; later reads fail or see the end. */
  close(): void {
    this.#rest = null;
    this.#source.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return new ChunkIterator(this);
  }
}

// `for await` awaits what next() returns, so an Awaitable serves as the promise that the type asks for.
class ChunkIterator implements AsyncIterator<Uint8Array> {
  readonly #reader: StreamReader;
  constructor(reader: StreamReader) {
    this.#reader = reader;
  }
  next(): Promise<IteratorResult<Uint8Array>> {
    return coroutine(nextResult, this.#reader) as unknown as Promise<IteratorResult<Uint8Array>>;
  }
  return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#reader.atEof()) this.#reader.close();
    return Promise.resolve({ done: true, value: undefined });
  }
}

function* nextResult(reader: StreamReader): Coroutine<IteratorResult<Uint8Array>> {
  const value = yield* reader.pull();
  return value === null ? { done: true, value: undefined } : { done: false, value };
}

function* pullFrom(reader: StreamReader): Coroutine<Uint8Array | null> {
  return yield* reader.pull();
}

function* readSome(reader: StreamReader, size: number): Coroutine<Buffer> {
  const chunk = yield* reader.pull();
  if (chunk === null) return Buffer.alloc(0);
  if (chunk.byteLength > size) reader.unread(chunk.subarray(size));
  return asBuffer(chunk.subarray(0, size));
}

function* readRest(reader: StreamReader, maxSize: number): Coroutine<Buffer> {
  return yield* pullAll(reader, maxSize, bodyTooLarge);
}

function* readExactly(reader: StreamReader, size: number): Coroutine<Buffer> {
  const chunks: Uint8Array[] = [];
  let have = 0;
  while (have < size) {
    const chunk = yield* reader.pull();
    if (chunk === null) throw new IncompleteReadError(concat(chunks, have), `${size} bytes`);
    const wanted = size - have;
    if (chunk.byteLength > wanted) reader.unread(chunk.subarray(wanted));
    const part = chunk.subarray(0, wanted);
    chunks.push(part);
    have += part.byteLength;
  }
  return concat(chunks, have);
}

function* readUntil(reader: StreamReader, separator: Buffer, limit: number): Coroutine<Buffer> {
  let buffer: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = yield* reader.pull();
    if (chunk === null) return buffer;
    // A separator may straddle two chunks: look again at the last bytes of the old part.
    const from = Math.max(0, buffer.byteLength - separator.byteLength + 1);
    buffer = buffer.byteLength === 0 ? asBuffer(chunk) : Buffer.concat([buffer, chunk]);
    const at = buffer.indexOf(separator, from);
    const end = at < 0 ? buffer.byteLength : at + separator.byteLength;
    if (end > limit) {
      reader.unread(buffer);
      throw new PayloadTooLargeError(`No separator within ${limit} bytes`, limit);
    }
    if (at >= 0) {
      reader.unread(buffer.subarray(end));
      return buffer.subarray(0, end);
    }
  }
}

function bodyTooLarge(limit: number): Error {
  return new PayloadTooLargeError(`Body is larger than ${limit} bytes`, limit);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
