// The program's own standard streams as transports. They lead to what the whole process shares, node's `process.stdin` and so on: a
// transport takes part in it for a while, and leaves it as it was.
import type { Readable, Writable } from "node:stream";
import type { Host, Transport, TransportHandlers } from "corio/lowlevel";

/** Reads from `process.stdin`. Paused or closed, it does not keep the process alive. */
export class StandardInput implements Transport {
  readonly localAddress = null;
  readonly remoteAddress = null;
  readonly underlying: Readable;
  readonly pendingBytes = 0;
  #handlers: TransportHandlers | null = null;
  readonly #kept: readonly Uint8Array[];
  #over = false;

  /** @param kept what comes first */
  constructor(stream: Readable, kept: readonly Uint8Array[]) {
    this.underlying = stream;
    this.#kept = kept;
  }

  attach(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    const stream = this.underlying;
    for (const bytes of this.#kept) handlers.onBytes(bytes);
    if (stream.readableEnded || stream.destroyed) {
      // Somebody has read it to its end.
      handlers.onEnd();
      return;
    }
    stream.on("data", this.#onData);
    stream.on("end", this.#onEnd);
    stream.on("error", this.#onError);
    stream.resume();
  }

  write(): boolean {
    return true;
  }

  setWriteLimits(): void {}

  end(): void {}

  close(): void {
    this.#release(null);
  }

  abort(): void {
    this.#release(null);
  }

  pause(): void {
    this.underlying.pause();
  }

  resume(): void {
    if (!this.#over) this.underlying.resume();
  }

  #release(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    const stream = this.underlying;
    stream.off("data", this.#onData);
    stream.off("end", this.#onEnd);
    stream.off("error", this.#onError);
    stream.pause();
    this.#handlers!.onClose(error);
  }

  readonly #onData = (bytes: Buffer | string): void => {
    // Text where somebody has set an encoding.
    this.#handlers!.onBytes(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  };

  readonly #onEnd = (): void => this.#handlers!.onEnd();

  readonly #onError = (error: Error): void => this.#release(error);
}

/** Writes to `process.stdout` or `process.stderr`, which stay open. */
export class StandardOutput implements Transport {
  readonly localAddress = null;
  readonly remoteAddress = null;
  readonly underlying: Writable;
  #handlers: TransportHandlers | null = null;
  readonly #host: Host;
  readonly #quiet: boolean;
  #pending = 0;
  #writes = 0;
  #high = 64 * 1024;
  #low = 16 * 1024;
  #above = false;
  /** Told to close when all is written. */
  #closing = false;
  #over = false;
  #left = false;
  /** What is written is dropped: nobody reads it. */
  #deaf = false;

  /** @param quiet that nobody reads it any more is no error */
  constructor(stream: Writable, host: Host, quiet: boolean) {
    this.underlying = stream;
    this.#host = host;
    this.#quiet = quiet;
  }

  get pendingBytes(): number {
    return this.#pending;
  }

  attach(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    // An error is told by the write that it is about; unheard here as well, it would end the process.
    hearErrors(this.underlying);
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closing || this.#over || this.#deaf) return true;
    this.#pending += bytes.length;
    this.#writes++;
    this.#above ||= this.#pending > this.#high;
    this.underlying.write(bytes, (error) => this.#written(bytes.length, error ?? null));
    return !this.#above;
  }

  setWriteLimits(limits: { readonly low: number; readonly high: number }): void {
    this.#high = limits.high;
    this.#low = limits.low;
  }

  end(): void {
    this.close();
  }

  close(): void {
    this.#closing = true;
    if (this.#writes === 0) this.#finish(null);
  }

  abort(): void {
    this.#finish(null);
  }

  pause(): void {}

  resume(): void {}

  #written(length: number, error: Error | null): void {
    this.#pending -= length;
    this.#writes--;
    if (error !== null && this.#quiet && (error as NodeJS.ErrnoException).code === "EPIPE") this.#deaf = true;
    else if (error !== null) this.#finish(error);
    if (this.#above && this.#pending <= this.#low) {
      this.#above = false;
      if (!this.#over) this.#handlers!.onDrain();
    }
    if (this.#writes > 0) return;
    if (this.#closing) this.#finish(null);
    if (this.#over) this.#leave();
  }

  #finish(error: Error | null): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#writes === 0 && error === null) this.#leave();
    this.#handlers!.onClose(error);
  }

  /** The stream tells of a failed write once more, within this turn. */
  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#host.queueTurn(() => hearErrorsNoMore(this.underlying));
  }
}

/** How many transports hear the errors of a stream: all by one listener, as node warns of more than ten. */
const hearing = new WeakMap<Writable, number>();

function hearErrors(stream: Writable): void {
  const count = hearing.get(stream) ?? 0;
  hearing.set(stream, count + 1);
  if (count === 0) stream.on("error", unheard);
}

function hearErrorsNoMore(stream: Writable): void {
  const count = hearing.get(stream)! - 1;
  hearing.set(stream, count);
  if (count === 0) stream.off("error", unheard);
}

function unheard(): void {}
