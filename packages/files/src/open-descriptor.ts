// Opening: from a path or a number to something to read from and write to.
//
// The system is asked not to wait (O_NONBLOCK), which it would do only for FIFOs and some devices: a FIFO that nobody opens at its other
// end would keep a thread for ever. Regular files do not care.
import * as fs from "node:fs";
import * as tty from "node:tty";
import { sleep, type Coroutine } from "corio";
import type { DescriptorInit } from "./descriptor.ts";
import { BorrowedDevice, ThreadDevice, type Device } from "./device.ts";
import { FileError, fileError, systemError, UnsupportedOperationError } from "./errors.ts";
import { hostCall } from "./host-call.ts";
import type { ParsedMode } from "./mode.ts";
import { standardDevice } from "./standard-device.ts";
import { streamDevice } from "./stream-device.ts";

/** What a file is made of. */
export interface Opened {
  readonly device: Device;
  readonly facts: Pick<DescriptorInit, "path" | "seekable" | "offset" | "isatty">;
}

// Windows has none.
const { O_NONBLOCK = 0, O_CREAT, O_EXCL, O_TRUNC } = fs.constants as Partial<typeof fs.constants>;

/** Between two looks for a reader of a FIFO, in milliseconds. */
const shortestPause = 1;
const longestPause = 50;

/** `temporary`: the name is known to nobody, and a file that comes too late is removed. */
export function* openPath(
  path: string,
  mode: ParsedMode,
  permissions: number,
  temporary: boolean,
): Coroutine<Opened> {
  const fd = yield* openWithoutWaiting(path, mode, permissions, temporary);
  let stats: fs.Stats;
  let isatty: boolean;
  try {
    // The inode is in memory now: asking for it takes less than handing the question to a thread.
    stats = fs.fstatSync(fd);
    if (stats.isDirectory()) throw isDirectory(path);
    isatty = stats.isCharacterDevice() && tty.isatty(fd);
    if (!stats.isCharacterDevice() || isatty || O_NONBLOCK === 0)
      return openedOn(fd, path, mode, stats, isatty);
  } catch (error) {
    fs.closeSync(fd);
    throw fileError(error, "open", path);
  }
  // A device that has nothing to give now is to be waited for.
  fs.closeSync(fd);
  const flags = mode.flags & ~((O_CREAT ?? 0) | (O_EXCL ?? 0) | (O_TRUNC ?? 0));
  return openedOn(yield* openOnce(path, flags, permissions, false), path, mode, stats, isatty);
}

function openedOn(fd: number, path: string, mode: ParsedMode, stats: fs.Stats, isatty: boolean): Opened {
  const seekable = stats.isFile() || stats.isBlockDevice();
  const streams = stats.isFIFO() || stats.isSocket() || isatty;
  const device = streams ? streamDevice(fd, mode.readable) : new ThreadDevice(fd, seekable && !mode.writable);
  return { device, facts: { path, seekable, offset: seekable && mode.append ? stats.size : 0, isatty } };
}

function* openWithoutWaiting(
  path: string,
  mode: ParsedMode,
  permissions: number,
  temporary: boolean,
): Coroutine<number> {
  for (let pause = shortestPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return yield* openOnce(path, mode.flags | O_NONBLOCK, permissions, temporary);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // A file on lease to another, who has to give it back first.
      if (error.code === "EAGAIN") return yield* openOnce(path, mode.flags, permissions, temporary);
      if (error.code !== "ENXIO" || mode.readable || !(yield* isFifo(path))) throw error;
    }
    // Nobody reads it yet. The system would let its thread wait for that; here nothing is held meanwhile.
    yield* sleep(pause);
  }
}

/** A cancelled open goes on in its thread; what it brings is closed. */
function openOnce(path: string, flags: number, permissions: number, temporary: boolean): Coroutine<number> {
  return hostCall<number>(
    "open",
    path,
    (done) => fs.open(path, flags, permissions, done),
    (fd) => {
      // Only what nobody else can have named meanwhile may be removed so late.
      if (temporary) fs.unlink(path, () => {});
      fs.close(fd, () => {});
    },
  );
}

function* isFifo(path: string): Coroutine<boolean> {
  const stats = yield* hostCall<fs.Stats>("open", path, (done) => fs.stat(path, done));
  return stats.isFIFO();
}

/**
 * Takes a descriptor that was opened elsewhere. Its own position is the system's, which node cannot set: such a file has positions only
 * where that one can be read (Linux), and where no one else moves it.
 */
export function openNumber(fd: number, mode: ParsedMode, closes: boolean): Opened {
  const path = `descriptor ${fd}`;
  const stats = factsOf(fd, path);
  const isatty = tty.isatty(fd);
  const streams = stats.isFIFO() || stats.isSocket() || isatty;
  const offset = closes && fd > 2 && stats.isFile() ? offsetOf(fd) : undefined;
  const facts = { path, seekable: offset !== undefined, offset: offset ?? 0, isatty };
  // The process's own streams are shared, and never closed.
  if (fd <= 2 && (streams || !closes)) return { device: standardDevice(fd), facts };
  if (!closes && streams) {
    throw new UnsupportedOperationError(
      `Cannot open ${path}, a pipe, a socket or a terminal, with closefd: false: to wait for it is to own it`,
    );
  }
  if (!closes) return { device: new BorrowedDevice(fd), facts };
  return { device: streams ? streamDevice(fd, mode.readable) : new ThreadDevice(fd, false), facts };
}

function factsOf(fd: number, path: string): fs.Stats {
  try {
    const stats = fs.fstatSync(fd);
    if (stats.isDirectory()) throw isDirectory(path);
    return stats;
  } catch (error) {
    throw fileError(error, "open", path);
  }
}

/** As the system would say it: it lets a folder be opened for reading. */
function isDirectory(path: string): Error {
  return systemError("EISDIR", "illegal operation on a directory", "open", path);
}

function offsetOf(fd: number): number | undefined {
  try {
    const position = /^pos:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1];
    return position === undefined ? undefined : Number(position);
  } catch {
    return undefined;
  }
}
