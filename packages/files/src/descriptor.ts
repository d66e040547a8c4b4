// An open file below the public classes: the descriptor, its place, its two buffers, and the order of its operations.
//
// Two rules keep a cancelled operation harmless. First, what the system does is entered into the buffers by the callback itself,
// not by whoever waits: bytes that arrive for a cancelled reader stay in the read buffer, bytes written for a cancelled writer
// leave the write buffer. Second, the turn passes on only when the system is done, although the cancelled caller has left.
import * as fs from "node:fs";
import { Semaphore, shield, type Awaitable, type Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { FileClosedError, FileError, UnsupportedOperationError } from "./errors.ts";
import { hostCall, type Done } from "./host-call.ts";
import type { ParsedMode } from "./mode.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { WriteBuffer } from "./write-buffer.ts";

/** The most that is read in one go: a cancelled reader keeps a thread no longer than that takes. */
const largestRead = 16 * 1024 * 1024;

export class Descriptor {
  readonly path: string;
  readonly mode: ParsedMode;
  /** Regular files and block devices have positions; pipes, terminals and sockets have none. */
  readonly seekable: boolean;
  readonly reading: ReadBuffer;
  readonly writing: WriteBuffer;
  /** Opened with `buffering: 0`: every write goes to the system at once. */
  readonly unbuffered: boolean;
  /** Position in the file of the first buffered byte, be it read ahead or not yet written. */
  offset = 0;
  /** The last flush failed, and its caller knows. */
  failed = false;
  /** Takes the file off the scope that would close it. */
  disown: () => void = () => {};
  #fd: number;
  #inFlight = false;
  #left = false;
  #closing = false;
  readonly #turn = new Semaphore(1);

  constructor(fd: number, path: string, mode: ParsedMode, stats: fs.Stats, bufferSize: number) {
    this.#fd = fd;
    this.path = path;
    this.mode = mode;
    this.seekable = stats.isFile() || stats.isBlockDevice();
    this.reading = new ReadBuffer(bufferSize);
    this.writing = new WriteBuffer(Math.max(bufferSize, 4096));
    this.unbuffered = bufferSize === 0;
    if (mode.append && this.seekable) this.offset = stats.size;
  }

  get fd(): number {
    if (this.closed) throw new FileClosedError(`The file ${this.path} is closed`);
    return this.#fd;
  }

  get closed(): boolean {
    return this.#fd === -1 || this.#closing;
  }

  /** A read that nobody waits for any more, from what may stay silent for ever: a pipe, a terminal. */
  get stuck(): boolean {
    return this.#left && !this.seekable && this.writing.length === 0;
  }

  /** Whether an operation is under way or waits: a shortcut past the turn would overtake it. */
  get busy(): boolean {
    return this.#turn.locked();
  }

  /** Position of the next byte to read or write. */
  get position(): number {
    return this.offset + this.writing.length;
  }

  assertReadable(): void {
    if (!this.mode.readable)
      throw new UnsupportedOperationError(`The file ${this.path} is not open for reading`);
  }

  assertWritable(): void {
    if (!this.mode.writable)
      throw new UnsupportedOperationError(`The file ${this.path} is not open for writing`);
  }

  assertSeekable(): void {
    if (!this.seekable) throw new UnsupportedOperationError(`The file ${this.path} has no positions`);
  }

  enter(): Awaitable<void> {
    return this.#turn.acquire();
  }

  leave(): void {
    if (this.#inFlight) this.#left = true;
    else this.#turn.release();
  }

  /** Gives the descriptor up, once: whoever gets it closes it. */
  surrender(): number {
    const fd = this.#fd;
    this.#fd = -1;
    this.disown();
    return fd;
  }

  /** Closes without waiting, after what is in flight: for the end of all patience. */
  drop(): void {
    this.#closing = true;
    if (!this.#inFlight && this.#fd !== -1) fs.close(this.surrender(), () => {});
  }

  /** Runs an operation of the system on the descriptor. Only in one's turn. */
  *host<T>(
    operation: string,
    start: (fd: number, done: Done<T>) => void,
    entered: (value: T) => void,
  ): Coroutine<T> {
    return yield* hostCall<T>(operation, this.path, (done) => {
      this.#inFlight = true;
      start(this.#fd, (error, value) => {
        this.#inFlight = false;
        if (error === null) entered(value);
        if (this.#closing) this.drop();
        if (this.#left) {
          this.#left = false;
          this.#turn.release();
        }
        done(error, value);
      });
    });
  }
}

/** Runs `step` in the file's turn: operations of one file happen one after the other, in the order they were awaited. */
export function inTurn<A extends readonly unknown[], T>(
  descriptor: Descriptor,
  step: (descriptor: Descriptor, ...args: A) => Coroutine<T>,
  ...args: A
): Awaitable<T> {
  return coroutine(turn as typeof turn<A, T>, descriptor, step, args);
}

function* turn<A extends readonly unknown[], T>(
  descriptor: Descriptor,
  step: (descriptor: Descriptor, ...args: A) => Coroutine<T>,
  args: A,
): Coroutine<T> {
  yield* descriptor.enter();
  try {
    void descriptor.fd;
    return yield* step(descriptor, ...args);
  } finally {
    descriptor.leave();
  }
}

/** Reads more into the buffer, towards `want` bytes. Gives how many came; 0 at the end of the file. */
export function* fill(file: Descriptor, want: number): Coroutine<number> {
  const space = file.reading.space(want);
  const length = Math.min(space.length, largestRead);
  const position = file.seekable ? file.offset + file.reading.length : null;
  return yield* file.host<number>(
    "read",
    (fd, done) => fs.read(fd, space, 0, length, position, done),
    (count) => file.reading.filled(count),
  );
}

/** Writes what is buffered. What fails stays buffered. */
export function* flush(file: Descriptor): Coroutine<void> {
  for (let front = file.writing.front(); front !== undefined; front = file.writing.front()) {
    const bytes = front;
    const position = file.seekable && !file.mode.append ? file.offset : null;
    try {
      yield* file.host<number>(
        "write",
        (fd, done) => fs.write(fd, bytes, 0, bytes.length, position, done),
        (count) => {
          file.writing.written(count);
          file.offset += count;
          file.failed = false;
        },
      );
    } catch (error) {
      if (error instanceof FileError) file.failed = true;
      throw error;
    }
  }
  // Others may append as well: only the system knows where the end is now.
  if (file.mode.append && file.seekable && !file.closed) file.offset = fs.fstatSync(file.fd).size;
}

/** Makes ready to read at the position: nothing may wait to be written. */
export function* startReading(file: Descriptor): Coroutine<void> {
  file.assertReadable();
  if (file.writing.length > 0) yield* flush(file);
}

/** Makes ready to write at the position: what was read ahead lies behind it. */
export function startWriting(file: Descriptor): void {
  file.assertWritable();
  if (file.seekable) file.reading.clear();
}

/** Takes bytes off the read buffer and moves the position behind them. */
export function takeBytes(file: Descriptor, count: number): Buffer {
  file.offset += count;
  return file.reading.take(count);
}

function closeDescriptor(file: Descriptor, fd: number, done: Done<void>): void {
  // Nothing is written by this close, so it does not wait for the disk: a thread would cost more than it takes.
  if (file.seekable && !file.mode.writable) {
    let failure: Error | null = null;
    try {
      fs.closeSync(fd);
    } catch (error) {
      failure = error as Error;
    }
    done(failure);
  } else fs.close(fd, done as fs.NoParamCallback);
}

function* closeStep(file: Descriptor, retry: boolean): Coroutine<void> {
  yield* file.enter();
  try {
    if (file.closed) return;
    try {
      if (file.writing.length > 0 && (retry || !file.failed)) yield* flush(file);
    } finally {
      yield* file.host<void>(
        "close",
        (_fd, done) => closeDescriptor(file, file.surrender(), done),
        () => {},
      );
    }
  } finally {
    if (!file.closed) file.drop();
    file.leave();
  }
}

/** Flushes and closes, once; not interrupted. `retry` says whether to try again what has failed and been reported before. */
export function* closeFile(file: Descriptor, retry: boolean): Coroutine<void> {
  if (file.closed) return;
  if (file.stuck) return file.drop();
  try {
    yield* shield(() => coroutine(closeStep, file, retry));
  } finally {
    if (!file.closed) file.drop();
  }
}
