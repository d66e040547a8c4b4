// A pipe, a socket or a terminal as a device: node's own streams tell when there is something, so that silence keeps no thread, and a
// read that is cancelled leaves nothing behind.
import * as fs from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import * as tty from "node:tty";
import { realHost } from "corio/lowlevel";
import type { Device } from "./device.ts";
import type { Done } from "./host-call.ts";

interface Holding {
  ref?(): void;
  unref?(): void;
}

export class StreamDevice implements Device {
  readonly threads = false;
  readonly fd: number;
  readonly #input: () => Readable;
  readonly #output: () => Writable;
  readonly #owned: boolean;

  /** @param owned whether closing the device closes the streams. They are asked for when they are needed. */
  constructor(fd: number, input: () => Readable, output: () => Writable, owned: boolean) {
    this.fd = fd;
    this.#input = input;
    this.#output = output;
    this.#owned = owned;
  }

  read(target: Buffer, _position: number | null, done: Done<number>): void | (() => void) {
    const stream = this.#input();
    let over = false;
    const end = (error: Error | null, count: number): void => {
      if (over) return;
      leave();
      done(error, count);
    };
    const look = (): void => {
      if (over) return;
      const size = Math.min(stream.readableLength, target.length);
      const chunk = stream.read(size === 0 ? undefined : size) as Buffer | null;
      if (chunk !== null) end(null, give(stream, chunk, target));
      else if (stream.errored !== null) end(systemLike(stream.errored), 0);
      else if (stream.readableEnded || stream.destroyed) end(null, 0);
    };
    const leave = (): void => {
      over = true;
      stream.off("readable", look).off("end", look).off("close", look).off("error", look);
      if (isListenedTo(stream)) return;
      // What nobody waits for keeps no process alive, and is left to others: to a program that is started on the same terminal, say.
      (stream as Holding).unref?.();
      // Behind the tick in which node begins to read ahead.
      realHost.afterMicrotasks!(() => stopReading(stream));
    };
    (stream as Holding).ref?.();
    stream.on("readable", look).on("end", look).on("close", look).on("error", look);
    look();
    return leave;
  }

  write(bytes: Buffer, _position: number | null, done: Done<number>): void {
    const stream = this.#output();
    const ignore = (): void => {};
    // The callback brings the error; the event must not become an exception of nobody's.
    stream.once("error", ignore);
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) {
        stream.off("error", ignore);
        done(null, bytes.length);
      } else done(systemLike(error), 0);
    });
  }

  /** It has no size to go by. */
  size(): number {
    return 0;
  }

  truncate(size: number, done: Done<void>): void {
    fs.ftruncate(this.fd, size, done as fs.NoParamCallback);
  }

  sync(done: Done<void>): void {
    fs.fsync(this.fd, done as fs.NoParamCallback);
  }

  close(done: Done<void>): void {
    if (!this.#owned) {
      done(null);
      return;
    }
    const stream = this.#input();
    if (stream.closed) {
      done(null);
      return;
    }
    stream.once("close", () => done(null));
    stream.once("error", () => {});
    stream.destroy();
  }
}

function isListenedTo(stream: Readable): boolean {
  return stream.listenerCount("data") + stream.listenerCount("readable") > 0;
}

/** The inside of a stream that reads from a handle of the system's. */
interface Reading {
  readonly _handle?: { reading?: boolean; readStop?(): unknown } | null;
  readonly _readableState?: { reading: boolean };
}

/** Node reads ahead, also while nobody asks for anything. The next `read` of the stream begins anew. */
function stopReading(stream: Readable): void {
  if (isListenedTo(stream)) return;
  const { _handle: handle, _readableState: state } = stream as unknown as Reading;
  if (handle?.reading !== true || handle.readStop === undefined || state === undefined) return;
  handle.reading = false;
  state.reading = false;
  handle.readStop();
}

/** What the streams say of their own, as the system would: the other side is gone, and was so before. */
function systemLike(error: Error): Error {
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return error;
  return Object.assign(new Error("EPIPE: broken pipe, write", { cause: error }), {
    code: "EPIPE",
    syscall: "write",
  });
}

/** Puts the chunk into the target; what is too much goes back. */
function give(stream: Readable, chunk: Buffer, target: Buffer): number {
  const count = chunk.copy(target);
  if (count < chunk.length) stream.unshift(chunk.subarray(count));
  return count;
}

/** Takes a descriptor over that is a pipe, a socket or a terminal. */
export function streamDevice(fd: number, readable: boolean): StreamDevice {
  const stream = tty.isatty(fd)
    ? readable
      ? new tty.ReadStream(fd, { allowHalfOpen: true })
      : new tty.WriteStream(fd)
    : // Said to be open both ways, so that it does not close itself at the end of the one there is.
      new Socket({ fd, readable: true, writable: true, allowHalfOpen: true, manualStart: true } as never);
  stream.unref();
  // Failures are told to whoever reads or writes.
  stream.on("error", () => {});
  return new StreamDevice(
    fd,
    () => stream,
    () => stream,
    true,
  );
}
