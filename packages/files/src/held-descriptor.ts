// A descriptor that stays open for as long as the system uses it. Its number may be another file's the moment it is closed: an operation that
// a cancelled caller has left behind must not meet that one.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { hostCall, type Done } from "./host-call.ts";

export class HeldDescriptor {
  readonly fd: number;
  #uses = 0;
  #closing = false;
  #closed = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** The system begins to use it. */
  take(): void {
    this.#uses++;
  }

  /** The system has ended one use. */
  giveBack(): void {
    this.#uses--;
    if (this.#closing) this.close();
  }

  /** Waits for an operation on it. */
  *call<T>(
    operation: string,
    path: string,
    start: (fd: number, done: Done<T>) => void,
    destination?: string,
  ): Coroutine<T> {
    const begin = (done: Done<T>): void => {
      this.take();
      start(this.fd, (error, value) => {
        done(error, value);
        this.giveBack();
      });
    };
    return yield* hostCall<T>(operation, path, begin, undefined, destination);
  }

  /** Closes it, after what is in flight, without a word about what was written. It does not wait for the disk. */
  close(): void {
    this.#closing = true;
    if (this.#uses > 0 || this.#closed) return;
    this.#closed = true;
    fs.closeSync(this.fd);
  }

  /** Closes what was written: some systems say only now that there was no room. Only when nothing is in flight. */
  *closeWritten(path: string): Coroutine<void> {
    yield* hostCall<void>("close", path, (done) => {
      this.#closed = true;
      fs.close(this.fd, done as fs.NoParamCallback);
    });
  }
}
