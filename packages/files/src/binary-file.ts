// A file of bytes.
import * as fs from "node:fs";
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import {
  closeFile,
  fill,
  flush,
  inTurn,
  startReading,
  startWriting,
  takeBytes,
  type Descriptor,
} from "./descriptor.ts";
import { IncompleteReadError } from "./errors.ts";
import { LineIteration, type Lines } from "./line-iteration.ts";
import { seekBytes, truncateBytes, type Whence } from "./seek.ts";

const newline = 0x0a;

/**
 * A file of bytes, as `open(path, "rb")` gives it. Small reads and writes go through one buffer and cost no trip to the system.
 * Operations queue: two at once never interleave. A cancelled read loses no bytes: the next one gives them. A cancelled write
 * either took nothing or all of it; what it took is written by the next flush, or by `close`.
 */
export class BinaryFile implements AsyncDisposable {
  readonly #file: Descriptor;

  /** @internal */
  constructor(file: Descriptor) {
    this.#file = file;
  }

  /** The path that the file was opened by. */
  get name(): string {
    return this.#file.path;
  }

  get closed(): boolean {
    return this.#file.closed;
  }

  get readable(): boolean {
    return this.#file.mode.readable;
  }

  get writable(): boolean {
    return this.#file.mode.writable;
  }

  /** Whether the file has positions: pipes and terminals have none. */
  get seekable(): boolean {
    return this.#file.seekable;
  }

  /** The mode it was opened in. */
  get mode(): string {
    return this.#file.mode.text;
  }

  /** The descriptor's number, for the system's own interfaces. */
  fileno(): number {
    return this.#file.fd;
  }

  /** Reads `size` bytes, fewer only at the end; all that is left when `size` is missing or negative. A cancel point. */
  read(size = -1): Awaitable<Buffer> {
    return inTurn(this.#file, readStep, size);
  }

  /** Reads what is there, `size` bytes at most, with one trip to the system at most. A cancel point. */
  read1(size = -1): Awaitable<Buffer> {
    return inTurn(this.#file, readSomeStep, size);
  }

  /** Reads into `target` until it is full or the file ends. Gives the number of bytes. A cancel point. */
  readInto(target: Uint8Array): Awaitable<number> {
    return inTurn(this.#file, readIntoStep, target);
  }

  /** Reads `size` bytes or throws IncompleteReadError. A cancel point. */
  readExactly(size: number): Awaitable<Buffer> {
    return inTurn(this.#file, readExactlyStep, size);
  }

  /** Reads up to and with the next `\n`; empty at the end of the file. With a size, no more bytes than that. A cancel point. */
  readLine(size = -1): Awaitable<Buffer> {
    return inTurn(this.#file, readLineStep, size);
  }

  /** Reads all lines that are left; stops after the line that reaches `hint` bytes in all. A cancel point. */
  readLines(hint: number = Infinity): Awaitable<Buffer[]> {
    return inTurn(this.#file, readLinesStep, hint);
  }

  /** The next bytes without taking them: what is read ahead, or the next block. Empty at the end. A cancel point. */
  peek(): Awaitable<Buffer> {
    return inTurn(this.#file, peekStep);
  }

  /** Reads at a position of the file; the file's own position stays. Fewer than `size` bytes only at the end. A cancel point. */
  readAt(position: number, size: number): Awaitable<Buffer> {
    return inTurn(this.#file, readAtStep, position, size);
  }

  /** The lines that are left: `for await`, or `yield* forEach(file.lines(), ...)`. Stopping early loses nothing. */
  lines(): Lines<Buffer> {
    return new LineIteration(this.#file, bufferedLine, nextLineStep);
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this.lines()[Symbol.asyncIterator]();
  }

  /** Writes the bytes, through the buffer. Gives their number. A cancel point. */
  write(data: Uint8Array): Awaitable<number> {
    return inTurn(this.#file, writeStep, data);
  }

  /** Writes one after the other; adds no line ends. A cancel point. */
  writeLines(lines: Iterable<Uint8Array>): Awaitable<void> {
    return inTurn(this.#file, writeLinesStep, lines);
  }

  /** Writes at a position of the file, unbuffered; the file's own position stays. Interrupted, it may be done in part. */
  writeAt(data: Uint8Array, position: number): Awaitable<number> {
    return inTurn(this.#file, writeAtStep, data, position);
  }

  /** Moves the position and gives it. From the start (0), the position (1) or the end (2). A cancel point. */
  seek(offset: number, whence: Whence = 0): Awaitable<number> {
    return inTurn(this.#file, seekBytes, offset, whence);
  }

  /** The position, in bytes. A cancel point. */
  tell(): Awaitable<number> {
    return inTurn(this.#file, tellStep);
  }

  /** Cuts or extends the file to `size` bytes, the position when missing. Gives the size. A cancel point. */
  truncate(size?: number): Awaitable<number> {
    return inTurn(this.#file, truncateStep, size);
  }

  /** Gives what is buffered to the system. For the disk's own word see `sync`. A cancel point. */
  flush(): Awaitable<void> {
    return inTurn(this.#file, flush);
  }

  /** Flushes, and waits until the disk has it (fsync). A cancel point. */
  sync(): Awaitable<void> {
    return inTurn(this.#file, syncStep);
  }

  /** Flushes and closes; a second call does nothing. Throws what a lost flush would have hidden; the file is closed all the same. */
  close(): Awaitable<void> {
    return coroutine(closeFile, this.#file, true);
  }

  /** @internal What is buffered will not be written: nobody wants the file any more. */
  abandon(): void {
    this.#file.failed = true;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return coroutine(closeFile, this.#file, false) as unknown as PromiseLike<void>;
  }
}

function* readStep(file: Descriptor, size: number): Coroutine<Buffer> {
  yield* startReading(file);
  if (size < 0) yield* fillToEnd(file);
  else while (file.reading.length < size && (yield* fill(file, size)) > 0);
  return takeBytes(file, size < 0 ? file.reading.length : Math.min(size, file.reading.length));
}

/** Reads ahead until the file ends. */
export function* fillToEnd(file: Descriptor): Coroutine<void> {
  if (file.seekable) {
    // One trip where the size is known; a file that grows or lies about it (/proc) takes the loop.
    const left = fs.fstatSync(file.fd).size - file.offset;
    if (left > file.reading.length) file.reading.reserve(left);
  }
  while (!atKnownEnd(file) && (yield* fill(file, Infinity)) > 0);
}

function atKnownEnd(file: Descriptor): boolean {
  if (!file.seekable || file.reading.length === 0) return false;
  const { size } = fs.fstatSync(file.fd);
  return size > 0 && file.offset + file.reading.length === size;
}

function* readSomeStep(file: Descriptor, size: number): Coroutine<Buffer> {
  yield* startReading(file);
  if (file.reading.length === 0 && size !== 0) yield* fill(file, size < 0 ? 0 : size);
  return takeBytes(file, size < 0 ? file.reading.length : Math.min(size, file.reading.length));
}

function* readIntoStep(file: Descriptor, target: Uint8Array): Coroutine<number> {
  yield* startReading(file);
  while (file.reading.length < target.length && (yield* fill(file, target.length)) > 0);
  const count = Math.min(target.length, file.reading.length);
  target.set(file.reading.view().subarray(0, count));
  file.reading.skip(count);
  file.offset += count;
  return count;
}

function* readExactlyStep(file: Descriptor, size: number): Coroutine<Buffer> {
  const bytes = yield* readStep(file, Math.max(0, size));
  if (bytes.length < size) throw new IncompleteReadError(bytes, size);
  return bytes;
}

/** The next line if all of it is read ahead. */
function bufferedLine(file: Descriptor): Buffer | undefined {
  if (file.writing.length > 0) return undefined;
  const at = file.reading.indexOf(newline);
  return at === -1 ? undefined : takeBytes(file, at + 1);
}

function* nextLineStep(file: Descriptor): Coroutine<Buffer | undefined> {
  const line = yield* readLineStep(file, -1);
  return line.length === 0 ? undefined : line;
}

function* readLineStep(file: Descriptor, size: number): Coroutine<Buffer> {
  yield* startReading(file);
  const limit = size < 0 ? Infinity : size;
  let searched = 0;
  for (;;) {
    const held = file.reading.length;
    const at = held === searched ? -1 : file.reading.indexOf(newline, searched);
    if (at !== -1) return takeBytes(file, Math.min(at + 1, limit));
    if (held >= limit) return takeBytes(file, limit);
    searched = held;
    if ((yield* fill(file, 2 * held)) === 0) return takeBytes(file, file.reading.length);
  }
}

/** Finds the end of the lines first and takes them at once: a read that is cancelled in between loses none. */
function* readLinesStep(file: Descriptor, hint: number): Coroutine<Buffer[]> {
  yield* startReading(file);
  if (hint === Infinity) yield* fillToEnd(file);
  const ends: number[] = [];
  for (let from = 0; from < hint;) {
    let at = file.reading.indexOf(newline, from);
    for (let searched = from; at === -1; at = file.reading.indexOf(newline, searched)) {
      searched = file.reading.length;
      if ((yield* fill(file, 2 * searched)) === 0) break;
    }
    from = at === -1 ? file.reading.length : at + 1;
    if (from > (ends.at(-1) ?? 0)) ends.push(from);
    if (at === -1) break;
  }
  const bytes = takeBytes(file, ends.at(-1) ?? 0);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function* peekStep(file: Descriptor): Coroutine<Buffer> {
  yield* startReading(file);
  if (file.reading.length === 0) yield* fill(file, 0);
  return Buffer.from(file.reading.view());
}

function* readAtStep(file: Descriptor, position: number, size: number): Coroutine<Buffer> {
  yield* startReading(file);
  file.assertSeekable();
  const target = Buffer.allocUnsafe(size);
  let held = 0;
  while (held < size) {
    const from = held;
    const count = yield* file.host<number>(
      "read",
      (fd, done) => fs.read(fd, target, from, size - from, position + from, done),
      () => {},
    );
    if (count === 0) break;
    held += count;
  }
  return target.subarray(0, held);
}

function* writeStep(file: Descriptor, data: Uint8Array): Coroutine<number> {
  startWriting(file);
  file.writing.append(data);
  if (file.writing.full || file.unbuffered) yield* flush(file);
  return data.length;
}

function* writeLinesStep(file: Descriptor, lines: Iterable<Uint8Array>): Coroutine<void> {
  for (const line of lines) yield* writeStep(file, line);
}

function* writeAtStep(file: Descriptor, data: Uint8Array, position: number): Coroutine<number> {
  startWriting(file);
  file.assertSeekable();
  if (file.writing.length > 0) yield* flush(file);
  // A copy: the system may still be reading it when the caller was cancelled and uses the memory for something else.
  const bytes = Buffer.from(data);
  for (let done = 0; done < bytes.length;) {
    const from = done;
    done += yield* file.host<number>(
      "write",
      (fd, end) => fs.write(fd, bytes, from, bytes.length - from, position + from, end),
      () => {},
    );
  }
  return bytes.length;
}

function* tellStep(file: Descriptor): Coroutine<number> {
  file.assertSeekable();
  return file.position;
}

function* truncateStep(file: Descriptor, size: number | undefined): Coroutine<number> {
  return yield* truncateBytes(file, size ?? file.position);
}

export function* syncStep(file: Descriptor): Coroutine<void> {
  if (file.writing.length > 0) yield* flush(file);
  yield* file.host<void>(
    "sync",
    (fd, done) => fs.fsync(fd, done as fs.NoParamCallback),
    () => {},
  );
}
