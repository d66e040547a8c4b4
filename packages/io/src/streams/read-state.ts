// The reading side of a stream: what came and was not read, who waits for it, and when the source is to pause.
import { BusyResourceError } from "corio";
import { QueuedWait, WaitQueue, type WaitTarget } from "corio/lowlevel";
import { ByteQueue } from "./byte-queue.ts";

/** Where the bytes come from, as far as its flow can be controlled. */
export interface FlowSource {
  pause(): void;
  resume(): void;
}

export class ReadState {
  readonly bytes: ByteQueue = new ByteQueue();
  readonly line: WaitQueue<unknown> = new WaitQueue();
  readonly limit: number;
  /** What is read, for messages and dumps. */
  readonly what: string;
  source: FlowSource | null = null;
  paused = false;
  eof = false;
  /** Gives what every later read throws; null for nothing. Asked when somebody reads: few do behind an end, and errors cost their stacks. */
  failure: (() => unknown) | null = null;
  received = 0;

  constructor(limit: number, what: string) {
    this.limit = limit;
    this.what = what;
  }

  feed(chunk: Buffer): void {
    this.received += chunk.length;
    const wait = this.line.peek() as ReadOperation<unknown> | null;
    if (wait === null) {
      this.bytes.push(chunk);
      if (!this.paused && this.bytes.length > 2 * this.limit) this.#pause();
      return;
    }
    if (!wait.offer(chunk)) {
      this.bytes.push(chunk);
      this.serve(wait);
    }
    if (!this.paused && this.line.size === 0 && this.bytes.length > 2 * this.limit) this.#pause();
  }

  /** Whoever waits may copy out what is there for now only. How many bytes it took. */
  lend(memory: Buffer, count: number): number {
    const wait = this.line.peek() as ReadOperation<unknown> | null;
    if (wait === null) return 0;
    const taken = wait.borrow(memory, count);
    this.received += taken;
    return taken;
  }

  end(): void {
    this.eof = true;
    this.serve(this.line.peek() as ReadOperation<unknown> | null);
  }

  fail(failure: () => unknown): void {
    this.failure = failure;
    if (this.line.size > 0) this.line.failAll(failure());
  }

  /** Looks whether what is there is enough for whoever waits. */
  serve(wait: ReadOperation<unknown> | null): void {
    if (wait === null) return;
    let value: unknown;
    try {
      value = wait.take();
    } catch (error) {
      this.line.remove(wait);
      wait.fail(error);
      return;
    }
    if (value === notYet) return;
    this.line.remove(wait);
    wait.settle(value);
  }

  /** Bytes were taken out. */
  taken(): void {
    if (this.paused && this.bytes.length <= this.limit) this.resume();
  }

  #pause(): void {
    if (this.source === null) return;
    this.paused = true;
    this.source.pause();
  }

  resume(): void {
    this.paused = false;
    this.source?.resume();
  }
}

/** What `take` gives when more bytes must come first. */
export const notYet: unique symbol = Symbol("not yet");

/** A read. What it takes, it takes when the bytes come: they are its own from then on, and nobody's before. */
export abstract class ReadOperation<T> extends QueuedWait<unknown> {
  protected readonly reading: ReadState;
  /** The method that was called. */
  abstract readonly name: string;

  constructor(reading: ReadState) {
    super();
    this.reading = reading;
  }

  /** Takes what is asked for out of the buffer; `notYet`, and nothing taken, while more must come. */
  abstract take(): T | typeof notYet;

  /** A chunk for an empty buffer may be taken as it comes. False when it is to be buffered first. */
  offer(_chunk: Buffer): boolean {
    return false;
  }

  /** Takes of the first `count` bytes of memory that is somebody else's. How many it has copied out. */
  borrow(_memory: Buffer, _count: number): number {
    return 0;
  }

  protected attempt(): boolean {
    const { reading } = this;
    const other = reading.line.peek() as ReadOperation<unknown> | null;
    if (other !== null) {
      throw new BusyResourceError(
        `Task ${other.task.name} is reading from ${reading.what} already (${other.name}): ` +
          "one reads at a time. Let one task read, or take turns with a Lock",
      );
    }
    if (reading.failure !== null) throw reading.failure();
    const value = this.take();
    if (value === notYet) {
      // Whoever needs more than the buffer should hold must get it all the same.
      if (reading.paused) reading.resume();
      return false;
    }
    this.value = value;
    return true;
  }

  protected line(): WaitQueue<unknown> {
    return this.reading.line;
  }

  describe(): string {
    return `${this.name}() of ${this.reading.what}`;
  }

  waitsFor(): WaitTarget {
    const { bytes, limit } = this.reading;
    return { kind: "stream", object: this.reading, state: { buffered: bytes.length, limit } };
  }
}
