// Moving about in a file: seek, tell, truncate, for both kinds of file.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { flush, type Descriptor } from "./descriptor.ts";

/** Where a seek counts from, as in Python: 0 the start, 1 the position, 2 the end. */
export type Whence = 0 | 1 | 2;

/** Moves the position; what was read ahead is kept where the new position lies inside it. */
export function* seekBytes(file: Descriptor, offset: number, whence: Whence): Coroutine<number> {
  file.assertSeekable();
  if (file.writing.length > 0) yield* flush(file);
  const base = whence === 0 ? 0 : whence === 1 ? file.position : fs.fstatSync(file.fd).size;
  const target = base + offset;
  if (!Number.isSafeInteger(target) || target < 0) {
    throw new RangeError(`Cannot seek to ${target} in ${file.path}: positions are whole numbers from 0`);
  }
  const ahead = target - file.offset;
  if (ahead >= 0 && ahead <= file.reading.length) file.reading.skip(ahead);
  else file.reading.clear();
  file.offset = target;
  return target;
}

/** Cuts or extends the file to `size` bytes. The position stays. */
export function* truncateBytes(file: Descriptor, size: number): Coroutine<number> {
  file.assertWritable();
  if (file.writing.length > 0) yield* flush(file);
  file.reading.clear();
  yield* file.host<void>(
    "truncate",
    (fd, done) => fs.ftruncate(fd, size, done as fs.NoParamCallback),
    () => {},
  );
  return size;
}
