// A file of bytes.
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import * as reading from "./binary-reading.ts";
import * as writing from "./binary-writing.ts";
import { closeFile, nothing } from "./close-file.ts";
import { flush, type Descriptor, type FileStatistics } from "./descriptor.ts";
import { UnsupportedOperationError } from "./errors.ts";
import { FileCall, inTurn, type FileOperation } from "./file-call.ts";
import { LineIteration, type Lines } from "./line-iteration.ts";
import type { Whence } from "./seek.ts";

/**
 * A file of bytes, as `open(path, "rb")` gives it. Small reads and writes go through one buffer and cost no trip to the system.
 * Operations queue: two at once never interleave. A cancelled read loses no bytes: the next one gives them. A cancelled write
 * either took nothing or all of it; what it took is written once, by the next flush, or by `close`.
 *
 * Opened with `buffering: 0` it is a raw file: what is written goes to the system at once, and nothing is read ahead, so that a read sees
 * what is there now. (From pipes and terminals node may read a little more by itself, while somebody waits.) Unlike Python's, it reads and writes whole sizes.
 */
export class BinaryFile implements AsyncDisposable {
  #file: Descriptor;
  #detached = false;

  /** @internal */
  constructor(file: Descriptor) {
    this.#file = file;
  }

  get #open(): Descriptor {
    if (this.#detached) throw new UnsupportedOperationError(`The file ${this.#file.path} was detached`);
    return this.#file;
  }

  /** The path that the file was opened by; of a descriptor that was opened elsewhere, its number. */
  get name(): string {
    return this.#open.path;
  }

  get closed(): boolean {
    return this.#open.closed;
  }

  get readable(): boolean {
    return this.#open.mode.readable;
  }

  get writable(): boolean {
    return this.#open.mode.writable;
  }

  /** Whether the file has positions: pipes and terminals have none. */
  get seekable(): boolean {
    return this.#open.seekable;
  }

  /** The mode it was opened in. */
  get mode(): string {
    return this.#open.mode.text;
  }

  /** Whether every write goes to the system at once and nothing is read ahead. */
  get raw(): boolean {
    return this.#open.unbuffered;
  }

  /** The descriptor's number, for the system's own interfaces. */
  fileno(): number {
    return this.#open.fd;
  }

  /** Whether it is a terminal. */
  isatty(): boolean {
    this.#open.assertOpen();
    return this.#file.isatty;
  }

  /** Reads `size` bytes, fewer only at the end; all that is left when `size` is missing or negative. A cancel point. */
  read(size = -1): Awaitable<Buffer> {
    return this.#call(reading.read, size, undefined);
  }

  /** Reads all that is left. A cancel point. */
  readAll(): Awaitable<Buffer> {
    return this.#call(reading.read, -1, undefined);
  }

  /** Reads what is there, `size` bytes at most, with one trip to the system at most. A cancel point. */
  read1(size = -1): Awaitable<Buffer> {
    return this.#call(reading.read1, size, undefined);
  }

  /** Reads into `target` until it is full or the file ends. Gives the number of bytes. A cancel point. */
  readInto(target: Uint8Array): Awaitable<number> {
    return this.#call(reading.readInto, target, undefined);
  }

  /** Reads `size` bytes or throws IncompleteReadError. A cancel point. */
  readExactly(size: number): Awaitable<Buffer> {
    return this.#call(reading.readExactly, size, undefined);
  }

  /** Reads up to and with the next `\n`; empty at the end of the file. With a size, no more bytes than that. A cancel point. */
  readLine(size = -1): Awaitable<Buffer> {
    return this.#call(reading.readLine, size, undefined);
  }

  /** Reads all lines that are left; with a hint only up to the line with which they are more than `hint` bytes. A cancel point. */
  readLines(hint: number = Infinity): Awaitable<Buffer[]> {
    return this.#call(reading.readLines, hint, undefined);
  }

  /** The next bytes without taking them: what is read ahead, or the next block. Empty at the end. A cancel point. */
  peek(): Awaitable<Buffer> {
    return this.#call(reading.peek, undefined, undefined);
  }

  /** Reads at a position of the file; the file's own position stays. Fewer than `size` bytes only at the end. A cancel point. */
  readAt(position: number, size: number): Awaitable<Buffer> {
    return this.#call(reading.readAt, position, size);
  }

  /** The lines that are left: `for await`, or `yield* forEach(file.lines(), ...)`. Stopping early loses nothing. */
  lines(): Lines<Buffer> {
    const file = this.#open;
    return new LineIteration(file, file, reading.bufferedLine, reading.nextLine);
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this.lines()[Symbol.asyncIterator]();
  }

  /** Writes the bytes, through the buffer. Gives their number. A cancel point. */
  write(data: Uint8Array): Awaitable<number> {
    return this.#call(writing.write, data, undefined);
  }

  /** Writes one after the other; adds no line ends. A cancel point. */
  writeLines(lines: Iterable<Uint8Array>): Awaitable<void> {
    return this.#call(writing.writeLines, lines, undefined);
  }

  /** Writes at a position of the file, unbuffered; the file's own position stays. Interrupted, it may be done in part. A cancel point. */
  writeAt(data: Uint8Array, position: number): Awaitable<number> {
    return this.#call(writing.writeAt, data, position);
  }

  /** Moves the position and gives it. From the start (0), the position (1) or the end (2). A cancel point. */
  seek(offset: number, whence: Whence = 0): Awaitable<number> {
    return this.#call(writing.seek, offset, whence);
  }

  /** The position, in bytes. A cancel point. */
  tell(): Awaitable<number> {
    return this.#call(writing.tell, undefined, undefined);
  }

  /** Cuts or extends the file to `size` bytes, the position when missing. Gives the size. A cancel point. */
  truncate(size?: number): Awaitable<number> {
    return this.#call(writing.truncate, size, undefined);
  }

  /** Gives what is buffered to the system. For the disk's own word see `sync`. A cancel point. */
  flush(): Awaitable<void> {
    return this.#call(writing.flushing, undefined, undefined);
  }

  /** Flushes, and waits until the disk has it (fsync). A cancel point. */
  sync(): Awaitable<void> {
    return this.#call(writing.sync, undefined, undefined);
  }

  /** Flushes and closes; a second call does nothing. Throws what a lost flush would have hidden; the file is closed all the same. */
  close(): Awaitable<void> {
    return coroutine(closeFile, this.#open, true);
  }

  /**
   * Flushes, and gives the raw file below: the same descriptor, at the same position, without a buffer; bytes that were read ahead and
   * cannot be read again come first. This object is of no use then. A raw file has nothing below it. A cancel point.
   */
  detach(): Awaitable<BinaryFile> {
    return this.#call(detaching, () => (this.#detached = true), undefined);
  }

  /** What the file has done so far, and what it holds. */
  statistics(): FileStatistics {
    return this.#open.statistics();
  }

  /** @internal What is buffered will not be written: nobody wants the file any more. */
  abandon(): void {
    this.#file.failed = true;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    const closing = this.#detached ? coroutine(nothing) : coroutine(closeFile, this.#file, false);
    return closing as unknown as PromiseLike<void>;
  }

  #call<A, B, T>(operation: FileOperation<Descriptor, A, B, T>, a: A, b: B): Awaitable<T> {
    const file = this.#open;
    return new FileCall(file, operation, file, a, b);
  }
}

const detaching: FileOperation<Descriptor, () => void, undefined, BinaryFile> = inTurn("detach", detachStep);

function* detachStep(file: Descriptor, detached: () => void): Coroutine<BinaryFile> {
  if (file.unbuffered) {
    throw new UnsupportedOperationError(`The file ${file.path} is raw: there is nothing below it to detach`);
  }
  yield* flush(file);
  detached();
  file.unbuffer();
  return new BinaryFile(file);
}
