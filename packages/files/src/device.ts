// What a descriptor does for its file: read, write, close. Here by the threads of node:fs; stream-device.ts waits without a thread
// for what may stay silent.
import * as fs from "node:fs";
import type { Done } from "./host-call.ts";

export interface Device {
  /** The descriptor's number; may throw where there is none. */
  readonly fd: number;
  /** Whether its operations take a thread each, of the budget. */
  readonly threads: boolean;
  /** Reads into `target`, from `position` or, null, from where the system stands. May give what undoes it: then `done` is not called. */
  read(target: Buffer, position: number | null, done: Done<number>): void | (() => void);
  /** Writes some of the bytes, at `position` or, null, where the system stands. */
  write(bytes: Buffer, position: number | null, done: Done<number>): void;
  /** How many bytes there are now. */
  size(): number;
  truncate(size: number, done: Done<void>): void;
  /** Waits for the disk. */
  sync(done: Done<void>): void;
  /** Called once, when the file gives the device up. */
  close(done: Done<void>): void;
}

export class ThreadDevice implements Device {
  readonly threads = true;
  readonly fd: number;
  readonly #reading: boolean;

  /** @param reading only for reading, from what has an end */
  constructor(fd: number, reading: boolean) {
    this.fd = fd;
    this.#reading = reading;
  }

  read(target: Buffer, position: number | null, done: Done<number>): void {
    fs.read(this.fd, target, 0, target.length, position, done);
  }

  write(bytes: Buffer, position: number | null, done: Done<number>): void {
    fs.write(this.fd, bytes, 0, bytes.length, position, done);
  }

  size(): number {
    // The inode is in memory: asking takes less than handing the question to a thread.
    return fs.fstatSync(this.fd).size;
  }

  truncate(size: number, done: Done<void>): void {
    fs.ftruncate(this.fd, size, done as fs.NoParamCallback);
  }

  sync(done: Done<void>): void {
    fs.fsync(this.fd, done as fs.NoParamCallback);
  }

  close(done: Done<void>): void {
    // Nothing is written by such a close, so it does not wait for the disk: a thread would cost more than it takes.
    if (!this.#reading) {
      fs.close(this.fd, done as fs.NoParamCallback);
      return;
    }
    let failure: Error | null = null;
    try {
      fs.closeSync(this.fd);
    } catch (error) {
      failure = error as Error;
    }
    done(failure);
  }
}

/** Somebody else's descriptor: used, and left open. */
export class BorrowedDevice extends ThreadDevice {
  constructor(fd: number) {
    super(fd, false);
  }

  override close(done: Done<void>): void {
    done(null);
  }
}
