// An open file below the public classes: the descriptor, its place, its two buffers, and the order of its operations.
//
// Two rules keep a cancelled operation harmless. First, what the system does is entered into the buffers by the callback itself,
// not by whoever waits: bytes that arrive for a cancelled reader stay in the read buffer, bytes written for a cancelled writer
// leave the write buffer. Second, the turn passes on only when the system is done, although the cancelled caller has left.
import { Semaphore, type Awaitable, type Coroutine } from "corio";
import type { Device } from "./device.ts";
import { FileClosedError, FileError, UnsupportedOperationError } from "./errors.ts";
import { deviceCall, hostCall, slowHostCall, type Done } from "./host-call.ts";
import type { ParsedMode } from "./mode.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { WriteBuffer } from "./write-buffer.ts";

/** The most that is read in one go: a cancelled reader keeps a thread no longer than that takes. */
const largestRead = 16 * 1024 * 1024;

/** What is known of a file when it is opened. */
export interface DescriptorInit {
  readonly path: string;
  readonly mode: ParsedMode;
  /** Whether the place of each operation is told to the system. */
  readonly seekable: boolean;
  /** Position of the first operation. */
  readonly offset: number;
  readonly isatty: boolean;
  /** Size of the buffers; undefined to choose. */
  readonly bufferSize: number | undefined;
  /** Not to be closed: closing only flushes. */
  readonly permanent?: boolean;
}

/** What a file has done so far, and what it holds. */
export interface FileStatistics {
  /** Trips to the system. */
  readonly reads: number;
  readonly writes: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes read ahead, and not yet taken. */
  readonly readAhead: number;
  /** Bytes accepted, and not yet written. */
  readonly unwritten: number;
  /** Operations that wait for their turn. */
  readonly waiting: number;
}

export class Descriptor {
  readonly path: string;
  readonly mode: ParsedMode;
  /** Regular files and block devices have positions; pipes, terminals and sockets have none. */
  readonly seekable: boolean;
  readonly isatty: boolean;
  readonly permanent: boolean;
  readonly reading: ReadBuffer;
  readonly writing: WriteBuffer;
  #unbuffered: boolean;
  /** Position in the file of the first buffered byte, be it read ahead or not yet written. */
  offset: number;
  /** The last flush failed, and its caller knows. */
  failed = false;
  /** Takes the file off the scope that would close it. */
  disown: () => void = () => {};
  #device: Device | null;
  #inFlight = false;
  #left = false;
  #closing = false;
  #reads = 0;
  #writes = 0;
  #bytesRead = 0;
  #bytesWritten = 0;
  readonly #turn = new Semaphore(1);

  constructor(device: Device, init: DescriptorInit) {
    this.#device = device;
    this.path = init.path;
    this.mode = init.mode;
    this.seekable = init.seekable;
    this.isatty = init.isatty;
    this.permanent = init.permanent ?? false;
    this.offset = init.offset;
    this.#unbuffered = init.bufferSize === 0;
    this.reading = new ReadBuffer(init.bufferSize);
    this.writing = new WriteBuffer(init.bufferSize);
  }

  get fd(): number {
    return this.#open.fd;
  }

  get #open(): Device {
    if (this.#device === null || this.#closing) throw new FileClosedError(this.path);
    return this.#device;
  }

  get closed(): boolean {
    return this.#device === null || this.#closing;
  }

  /** A read that nobody waits for any more, in a thread that may never come back. */
  get stuck(): boolean {
    return this.#left && !this.seekable && this.writing.empty;
  }

  /** Whether what the buffers can do may be done at once: it overtakes nobody, and the buffers are there to be used. */
  get idle(): boolean {
    return !this.#turn.locked() && this.#device !== null && !this.#closing && !this.#unbuffered;
  }

  /** Without a buffer: every write goes to the system at once, and nothing is read ahead. */
  get unbuffered(): boolean {
    return this.#unbuffered;
  }

  unbuffer(): void {
    this.#unbuffered = true;
    this.reading.readNothingAhead();
    this.writing.gatherNothing();
  }

  /** Position of the next byte to read or write. */
  get position(): number {
    return this.offset + this.writing.length;
  }

  assertOpen(): void {
    void this.#open;
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

  /** Its size now. */
  size(): number {
    return this.#open.size();
  }

  statistics(): FileStatistics {
    return {
      reads: this.#reads,
      writes: this.#writes,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten,
      readAhead: this.reading.length,
      unwritten: this.writing.length,
      waiting: this.#turn.statistics().waiting,
    };
  }

  enter(): Awaitable<void> {
    return this.#turn.acquire();
  }

  leave(): void {
    if (this.#inFlight) this.#left = true;
    else this.#turn.release();
  }

  /** Gives the device up, once: whoever gets it closes it. */
  surrender(): Device {
    const device = this.#open;
    this.#device = null;
    this.disown();
    return device;
  }

  /** Closes without waiting, after what is in flight: for the end of all patience. */
  drop(): void {
    const device = this.#device;
    this.#closing = true;
    if (device === null || (this.#inFlight && device.threads)) return;
    this.#device = null;
    this.disown();
    device.close(() => {});
  }

  /** Reads once into `target`, at `position` or, null, where the system stands. What comes counts also for a reader that has left. */
  read(target: Buffer, position: number | null, entered: (count: number) => void): Coroutine<number> {
    const device = this.#open;
    return this.#call<number>(
      "read",
      (done) => device.read(target, position, done),
      (count) => {
        this.#reads++;
        this.#bytesRead += count;
        entered(count);
      },
    );
  }

  /** Writes once, as `read`. */
  write(bytes: Buffer, position: number | null, entered: (count: number) => void): Coroutine<number> {
    const device = this.#open;
    return this.#call<number>(
      "write",
      (done) => device.write(bytes, position, done),
      (count) => {
        this.#writes++;
        this.#bytesWritten += count;
        entered(count);
      },
    );
  }

  /** Asks the device for something else. */
  host(operation: string, slow: boolean, start: (device: Device, done: Done<void>) => void): Coroutine<void> {
    const device = this.#open;
    const begin = this.#tracked<void>(
      (done) => start(device, done),
      () => {},
    );
    const call = !device.threads ? deviceCall<void> : slow ? slowHostCall<void> : hostCall<void>;
    return call(operation, this.path, begin as (done: Done<void>) => void);
  }

  /** Closes the device. It is given up when that begins: one whose caller is stopped before is still there to be dropped. */
  closeDevice(): Coroutine<void> {
    const begin = (done: Done<void>): void => this.surrender().close(done);
    return (this.#open.threads ? hostCall<void> : deviceCall<void>)("close", this.path, begin);
  }

  #call<T>(
    operation: string,
    start: (done: Done<T>) => void | (() => void),
    entered: (value: T) => void,
  ): Coroutine<T> {
    const call = this.#open.threads ? hostCall<T> : deviceCall<T>;
    return call(operation, this.path, this.#tracked(start, entered));
  }

  /** Keeps the turn while the system works, and tells the buffers what it has done. Only in one's turn. */
  #tracked<T>(
    start: (done: Done<T>) => void | (() => void),
    entered: (value: T) => void,
  ): (done: Done<T>) => void | (() => void) {
    return (done) => {
      // It may have stood in the budget's line until somebody lost patience: its number may be another file's by now.
      this.assertOpen();
      this.#inFlight = true;
      const undo = start((error, value) => {
        this.#landed();
        if (error === null) entered(value);
        if (this.#closing) this.drop();
        done(error, value);
      });
      if (undo === undefined) return undefined;
      return () => {
        undo();
        this.#landed();
      };
    };
  }

  #landed(): void {
    this.#inFlight = false;
    if (!this.#left) return;
    this.#left = false;
    this.#turn.release();
  }
}

/** Runs `step` in the file's turn: operations of one file happen one after the other, in the order they were awaited. */
export function* turn<S, A, B, T>(
  file: Descriptor,
  step: (subject: S, a: A, b: B) => Coroutine<T>,
  subject: S,
  a: A,
  b: B,
): Coroutine<T> {
  yield* file.enter();
  try {
    file.assertOpen();
    // Whoever goes without a buffer wants what is there now.
    if (file.unbuffered && file.seekable) file.reading.clear();
    return yield* step(subject, a, b);
  } finally {
    file.leave();
  }
}

/** Reads more into the buffer, towards `want` bytes. Gives how many came; 0 at the end of the file. */
export function* fill(file: Descriptor, want: number): Coroutine<number> {
  const space = file.reading.space(want);
  const target = space.length > largestRead ? space.subarray(0, largestRead) : space;
  const position = file.seekable ? file.offset + file.reading.length : null;
  return yield* file.read(target, position, (count) => file.reading.filled(count));
}

/** Writes what is buffered. What fails stays buffered. */
export function* flush(file: Descriptor): Coroutine<void> {
  for (let front = file.writing.front(); front !== undefined; front = file.writing.front()) {
    const position = file.seekable && !file.mode.append ? file.offset : null;
    try {
      yield* file.write(front, position, (count) => {
        file.writing.written(count);
        file.offset += count;
        file.failed = false;
      });
    } catch (error) {
      if (error instanceof FileError) {
        file.failed = true;
        // Without a buffer nothing is kept for another try: it would grow for as long as nobody takes it.
        if (file.unbuffered) file.writing.clear();
      }
      throw error;
    }
  }
  // Others may append as well: only the system knows where the end is now.
  if (file.mode.append && file.seekable && !file.closed) file.offset = file.size();
}

/** Writes when so much is gathered that it is time to. */
export function* flushFull(file: Descriptor): Coroutine<void> {
  yield* flush(file);
  file.writing.ranFull();
}

/** Makes ready to read at the position: nothing may wait to be written. */
export function* startReading(file: Descriptor): Coroutine<void> {
  file.assertReadable();
  if (!file.writing.empty) yield* flush(file);
}

/** Makes ready to write at the position: what was read ahead lies behind it. */
export function startWriting(file: Descriptor): void {
  if (!file.seekable) return;
  file.reading.clear();
  // Wherever it stood: what is appended goes to the end.
  if (file.mode.append && file.writing.empty) file.offset = file.size();
}

/** Takes bytes off the read buffer and moves the position behind them. */
export function takeBytes(file: Descriptor, count: number): Buffer {
  file.offset += count;
  return file.reading.take(count);
}
