// The bytes of one open file into another, piece by piece: so that it can be told how far it is, and stopped. Several pieces are under way at
// a time, one being read while another is written, which makes up for the way through our memory.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import type { HeldDescriptor } from "../held-descriptor.ts";
import { slowHostCall, type Done } from "../host-call.ts";

const pieceSize = 1024 * 1024;
const atATime = 3;
/** How much goes to the system in one wait: between two of them a cancellation and the progress have their chance. */
const waveSize = 32 * pieceSize;

export interface ContentCopyInit {
  readonly from: HeldDescriptor;
  readonly to: HeldDescriptor;
  readonly size: number;
  /** Whether the file has holes, which are not to be filled. */
  readonly sparse: boolean;
  readonly sourcePath: string;
  readonly targetPath: string;
}

export class ContentCopy {
  readonly #init: ContentCopyInit;
  readonly #buffers: Buffer[] = [];
  /** Where the next piece begins. */
  #next = 0;
  /** How much of the source was seen. */
  copied = 0;
  #ended = false;
  #skipped = false;
  #wanted = true;

  constructor(init: ContentCopyInit) {
    this.#init = init;
  }

  *run(tell: (copied: number) => void): Coroutine<void> {
    const { sourcePath, targetPath } = this.#init;
    try {
      while (!this.#ended) {
        yield* slowHostCall<void>("copy", sourcePath, (done) => this.#wave(done), undefined, targetPath);
        tell(this.copied);
      }
    } finally {
      this.#wanted = false;
    }
    if (this.#skipped) yield* this.#setSize();
  }

  #wave(done: Done<void>): void {
    const { from, to, size } = this.#init;
    const end = this.#next + waveSize;
    // Without a size (/proc) pieces come as they please, one after the other.
    const workers = size === 0 ? 1 : Math.min(atATime, Math.ceil(size / pieceSize));
    let running = workers;
    let failure: Error | null = null;
    from.take();
    to.take();
    const finished = (error: Error | null): void => {
      failure ??= error;
      if (error !== null) this.#wanted = false;
      if (--running > 0) return;
      done(failure);
      from.giveBack();
      to.giveBack();
    };
    for (let worker = 0; worker < workers; worker++) {
      this.#buffers[worker] ??= Buffer.allocUnsafeSlow(Math.min(pieceSize, size || pieceSize));
      this.#work(this.#buffers[worker]!, end, finished);
    }
  }

  /** Copies pieces until the wave is over. */
  #work(buffer: Buffer, end: number, finished: (error: Error | null) => void): void {
    const { from, to, size, sparse } = this.#init;
    const start = this.#next;
    const taken = size > 0 && start >= size;
    if (this.#ended || taken || !this.#wanted || start >= end) return finished(null);
    // A file without a size tells only by what comes how far it is.
    if (size > 0) this.#next += buffer.length;
    const write = (held: number): void => {
      this.copied += held;
      if (sparse && isZero(buffer.subarray(0, held))) {
        this.#skipped = true;
        return this.#work(buffer, end, finished);
      }
      writeAll(to.fd, buffer.subarray(0, held), start, (error) => {
        if (error !== null) finished(error);
        else this.#work(buffer, end, finished);
      });
    };
    const fill = (held: number): void => {
      fs.read(from.fd, buffer, held, buffer.length - held, start + held, (error, count) => {
        if (error !== null) return finished(error);
        const total = held + count;
        const last = count === 0 || (size > 0 && start + total >= size);
        if (last) this.#ended = true;
        if (size === 0) this.#next += count;
        if (total === 0) finished(null);
        else if (last || total === buffer.length || size === 0) write(total);
        else fill(total);
      });
    };
    fill(0);
  }

  /** What lies behind the last byte that was written is a hole as well. */
  *#setSize(): Coroutine<void> {
    const { to, targetPath } = this.#init;
    yield* slowHostCall<void>("copy", targetPath, (done) => {
      to.take();
      fs.ftruncate(to.fd, this.copied, (error) => {
        done(error);
        to.giveBack();
      });
    });
  }
}

function writeAll(fd: number, bytes: Buffer, position: number, done: (error: Error | null) => void): void {
  fs.write(fd, bytes, 0, bytes.length, position, (error, written) => {
    if (error !== null || written === bytes.length) done(error);
    else writeAll(fd, bytes.subarray(written), position + written, done);
  });
}

const zeros = Buffer.alloc(64 * 1024);

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (!part.equals(part.length === zeros.length ? zeros : zeros.subarray(0, part.length))) return false;
  }
  return true;
}
