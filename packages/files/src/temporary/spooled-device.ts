// The bytes of a spooled file: in memory while they are few, then in a file without a name.
import * as fs from "node:fs";
import { ThreadDevice, type Device } from "../device.ts";
import { FileClosedError, UnsupportedOperationError } from "../errors.ts";
import type { Done } from "../host-call.ts";

export class SpooledDevice implements Device {
  readonly #maxSize: number;
  /** Opens the file on the disk. */
  readonly #open: (done: Done<number>) => void;
  #memory: Buffer = Buffer.alloc(0);
  #size = 0;
  #disk: ThreadDevice | null = null;
  #moving = false;
  #closed = false;
  /** What came while the bytes were on their way to the disk. */
  #waiting: (() => void)[] = [];

  constructor(maxSize: number, open: (done: Done<number>) => void) {
    this.#maxSize = maxSize;
    this.#open = open;
  }

  get fd(): number {
    if (this.#disk === null) {
      throw new UnsupportedOperationError(
        "Cannot give a descriptor: the file is in memory. Call rollover() first",
      );
    }
    return this.#disk.fd;
  }

  get threads(): boolean {
    return this.#disk !== null;
  }

  /** Whether the bytes are on the disk. */
  get rolled(): boolean {
    return this.#disk !== null;
  }

  size(): number {
    return this.#disk === null ? this.#size : this.#disk.size();
  }

  read(target: Buffer, position: number | null, done: Done<number>): void {
    this.#when(done, (disk) => {
      if (disk !== null) return disk.read(target, position, done);
      const from = position ?? this.#size;
      const count = Math.max(0, Math.min(target.length, this.#size - from));
      if (count > 0) this.#memory.copy(target, 0, from, from + count);
      done(null, count);
    });
  }

  write(bytes: Buffer, position: number | null, done: Done<number>): void {
    this.#when(done, (disk) => {
      if (disk !== null) return disk.write(bytes, position, done);
      const at = position ?? this.#size;
      if (at + bytes.length > this.#maxSize) return this.#move(done, () => this.write(bytes, position, done));
      this.#reserve(at + bytes.length);
      bytes.copy(this.#memory, at);
      this.#size = Math.max(this.#size, at + bytes.length);
      done(null, bytes.length);
    });
  }

  truncate(size: number, done: Done<void>): void {
    this.#when(done, (disk) => {
      if (disk !== null) return disk.truncate(size, done);
      if (size > this.#maxSize) return this.#move(done, () => this.truncate(size, done));
      this.#reserve(size);
      // What is cut off must not come back when the file grows again.
      this.#memory.fill(0, size);
      this.#size = size;
      done(null);
    });
  }

  sync(done: Done<void>): void {
    this.#when(done, (disk) => (disk === null ? done(null) : disk.sync(done)));
  }

  /** Moves the bytes to the disk, if they are not there. */
  rollover(done: Done<void>): void {
    this.#when(done, (disk) => (disk === null ? this.#move(done, () => done(null)) : done(null)));
  }

  close(done: Done<void>): void {
    this.#closed = true;
    const close = (): void => {
      this.#memory = Buffer.alloc(0);
      if (this.#disk === null) done(null);
      else this.#disk.close(done);
    };
    if (this.#moving) this.#waiting.push(close);
    else close();
  }

  /** Does it now, or when the bytes have arrived where they are going. */
  #when(done: Done<never>, step: (disk: ThreadDevice | null) => void): void {
    if (this.#closed)
      done(new FileClosedError("<temporary>", "The temporary file is closed"), undefined as never);
    else if (this.#moving) this.#waiting.push(() => this.#when(done, step));
    else step(this.#disk);
  }

  #move(failed: Done<never>, next: () => void): void {
    this.#moving = true;
    const landed = (error: Error | null, fd: number): void => {
      this.#moving = false;
      if (error === null) {
        this.#disk = new ThreadDevice(fd, false);
        this.#memory = Buffer.alloc(0);
      }
      const waiting = this.#waiting;
      this.#waiting = [];
      if (error === null) next();
      else failed(error, undefined as never);
      for (const step of waiting) step();
    };
    this.#open((error, fd) => {
      if (error !== null) return landed(error, -1);
      writeAll(fd, this.#memory.subarray(0, this.#size), 0, (failure) => {
        if (failure === null) return landed(null, fd);
        // The bytes are in memory still: nothing is lost, and another try may succeed.
        fs.close(fd, () => landed(failure, -1));
      });
    });
  }

  #reserve(size: number): void {
    if (size <= this.#memory.length) return;
    const larger = Buffer.alloc(Math.min(this.#maxSize, Math.max(size, 2 * this.#memory.length, 4096)));
    this.#memory.copy(larger, 0, 0, this.#size);
    this.#memory = larger;
  }
}

function writeAll(fd: number, bytes: Buffer, position: number, done: (error: Error | null) => void): void {
  if (bytes.length === 0) return done(null);
  fs.write(fd, bytes, 0, bytes.length, position, (error, written) => {
    if (error !== null) done(error);
    else writeAll(fd, bytes.subarray(written), position + written, done);
  });
}
