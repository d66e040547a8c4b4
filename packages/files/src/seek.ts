// Moving about in a file, and what else is asked of it as a whole, for both kinds of file.
import type { Coroutine } from "corio";
import { flush, type Descriptor } from "./descriptor.ts";

/** Where a seek counts from, as in Python: 0 the start, 1 the position, 2 the end. */
export type Whence = 0 | 1 | 2;

/** Refuses what can be no seek in the file. */
export function checkSeek(file: Descriptor, offset: number, whence: Whence): void {
  file.assertSeekable();
  if (whence !== 0 && whence !== 1 && whence !== 2) {
    throw new RangeError(`Cannot seek from ${String(whence)}: it is 0 (start), 1 (position) or 2 (end)`);
  }
  if (!Number.isSafeInteger(offset) || (whence === 0 && offset < 0)) throw noPlace(file, offset);
}

function noPlace(file: Descriptor, target: number): RangeError {
  return new RangeError(`Cannot seek to ${target} in ${file.path}: positions are whole numbers from 0`);
}

/** Moves the position; what was read ahead is kept where the new position lies inside it. */
export function* seekBytes(file: Descriptor, offset: number, whence: Whence): Coroutine<number> {
  checkSeek(file, offset, whence);
  if (!file.writing.empty) yield* flush(file);
  const base = whence === 0 ? 0 : whence === 1 ? file.position : file.size();
  const target = base + offset;
  if (!Number.isSafeInteger(target) || target < 0) throw noPlace(file, target);
  moveTo(file, target);
  return target;
}

/** Sets the position. Nothing may wait to be written. */
export function moveTo(file: Descriptor, target: number): void {
  const ahead = target - file.offset;
  if (ahead >= 0 && ahead <= file.reading.length) file.reading.skip(ahead);
  else file.reading.clear();
  file.offset = target;
}

/** Cuts or extends the file to `size` bytes. The position stays. */
export function* truncateBytes(file: Descriptor, size: number): Coroutine<number> {
  file.assertWritable();
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RangeError(`Cannot truncate ${file.path} to ${size} bytes: it takes a whole number from 0`);
  }
  if (!file.writing.empty) yield* flush(file);
  file.reading.clear();
  yield* file.host("truncate", false, (device, done) => device.truncate(size, done));
  return size;
}

export function* syncFile(file: Descriptor): Coroutine<void> {
  if (!file.writing.empty) yield* flush(file);
  yield* file.host("sync", true, (device, done) => device.sync(done));
}
