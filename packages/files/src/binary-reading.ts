// What can be read from a file of bytes.
import type { Coroutine } from "corio";
import { fill, startReading, takeBytes, type Descriptor } from "./descriptor.ts";
import { IncompleteReadError } from "./errors.ts";
import { inTurn, type FileOperation } from "./file-call.ts";

const newline = 0x0a;

/** A size as callers give it: a whole number, or negative for all there is. */
export function checkSize(size: number): void {
  if (!Number.isInteger(size) && size !== Infinity && size !== -Infinity)
    throw new RangeError(`Cannot read ${size} bytes: it takes a whole number, or a negative one for all`);
}

/** Whether that many bytes are read ahead, and nothing stands in the way of taking them. */
function holds(file: Descriptor, size: number): boolean {
  return size >= 0 && file.reading.length >= size && file.mode.readable && file.writing.empty;
}

type Reading<A, T> = FileOperation<Descriptor, A, undefined, T>;

export const read: Reading<number, Buffer> = {
  name: "read",
  ready: (file, size) => Number.isInteger(size) && holds(file, size),
  now: takeBytes,
  later: readStep,
};

function* readStep(file: Descriptor, size: number): Coroutine<Buffer> {
  checkSize(size);
  yield* startReading(file);
  if (size < 0) yield* fillToEnd(file);
  else yield* fillTo(file, size);
  return takeBytes(file, size < 0 ? file.reading.length : Math.min(size, file.reading.length));
}

/** Reads ahead until there are so many bytes, or the file ends. */
export function* fillTo(file: Descriptor, size: number): Coroutine<void> {
  const { reading } = file;
  // One trip where it is known that so many will come.
  if (size - reading.length > 65_536 && file.seekable) reading.reserve(Math.min(size, leftOf(file)));
  while (reading.length < size && (yield* fill(file, size)) > 0);
}

/** How many bytes the file has from the position on, as far as its size tells. */
function leftOf(file: Descriptor): number {
  return Math.max(0, file.size() - file.offset);
}

/** Reads ahead until the file ends. */
export function* fillToEnd(file: Descriptor): Coroutine<void> {
  // One trip where the size is known; a file that grows or lies about it (/proc) takes the loop.
  if (file.seekable) file.reading.reserve(leftOf(file));
  while (!atKnownEnd(file) && (yield* fill(file, Infinity)) > 0);
}

function atKnownEnd(file: Descriptor): boolean {
  if (!file.seekable || file.reading.length === 0) return false;
  const size = file.size();
  return size > 0 && file.offset + file.reading.length === size;
}

export const read1: Reading<number, Buffer> = {
  name: "read1",
  ready: (file, size) => file.reading.length > 0 && holds(file, 0) && Number.isInteger(size),
  now: takeSome,
  later: readSomeStep,
};

function takeSome(file: Descriptor, size: number): Buffer {
  return takeBytes(file, size < 0 ? file.reading.length : Math.min(size, file.reading.length));
}

function* readSomeStep(file: Descriptor, size: number): Coroutine<Buffer> {
  checkSize(size);
  yield* startReading(file);
  if (file.reading.length === 0 && size !== 0) yield* fill(file, size < 0 ? 65_536 : size);
  return takeSome(file, size);
}

export const readInto: Reading<Uint8Array, number> = {
  name: "readInto",
  ready: (file, target) => holds(file, target.length),
  now: takeInto,
  later: readIntoStep,
};

function takeInto(file: Descriptor, target: Uint8Array): number {
  const bytes = file.reading.front(target.length);
  target.set(bytes);
  const count = bytes.length;
  file.reading.skip(count);
  file.offset += count;
  return count;
}

function* readIntoStep(file: Descriptor, target: Uint8Array): Coroutine<number> {
  yield* startReading(file);
  yield* fillTo(file, target.length);
  return takeInto(file, target);
}

export const readExactly: Reading<number, Buffer> = {
  name: "readExactly",
  ready: (file, size) => Number.isInteger(size) && holds(file, size),
  now: takeBytes,
  later: readExactlyStep,
};

function* readExactlyStep(file: Descriptor, size: number): Coroutine<Buffer> {
  if (!(size >= 0)) throw new RangeError(`Cannot read exactly ${size} bytes: it takes a whole number from 0`);
  const bytes = yield* readStep(file, size);
  if (bytes.length < size) throw new IncompleteReadError(file.path, bytes, size);
  return bytes;
}

export const readLine: Reading<number, Buffer> = {
  name: "readLine",
  ready: (file, size) => size < 0 && holds(file, 1) && file.reading.indexOf(newline) !== -1,
  now: (file) => takeBytes(file, file.reading.indexOf(newline) + 1),
  later: readLineStep,
};

function* readLineStep(file: Descriptor, size: number): Coroutine<Buffer> {
  checkSize(size);
  yield* startReading(file);
  const limit = size < 0 ? Infinity : size;
  let searched = 0;
  for (;;) {
    const held = file.reading.length;
    const at = held === searched ? -1 : file.reading.indexOf(newline, searched);
    if (at !== -1) return takeBytes(file, Math.min(at + 1, limit));
    if (held >= limit) return takeBytes(file, limit);
    searched = held;
    if ((yield* fill(file, more(file))) === 0) return takeBytes(file, file.reading.length);
  }
}

/** How far to read on for a line whose end has not come yet. */
function more(file: Descriptor): number {
  // Without a buffer, what others are to read on from must not be read ahead: byte by byte, where the place is the system's.
  return file.unbuffered && !file.seekable
    ? file.reading.length + 1
    : Math.max(4096, 2 * file.reading.length);
}

/** The next line if all of it is read ahead. */
export function bufferedLine(file: Descriptor): Buffer | undefined {
  if (!holds(file, 1)) return undefined;
  const at = file.reading.indexOf(newline);
  return at === -1 ? undefined : takeBytes(file, at + 1);
}

export function* nextLine(file: Descriptor): Coroutine<Buffer | undefined> {
  const line = yield* readLineStep(file, -1);
  return line.length === 0 ? undefined : line;
}

export const readLines: Reading<number, Buffer[]> = inTurn("readLines", readLinesStep);

/** Finds the end of the lines first and takes them at once: a read that is cancelled in between loses none. */
function* readLinesStep(file: Descriptor, size: number): Coroutine<Buffer[]> {
  const hint = size > 0 ? size : Infinity;
  yield* startReading(file);
  if (hint === Infinity) yield* fillToEnd(file);
  const ends: number[] = [];
  for (let from = 0; from <= hint;) {
    let at = file.reading.indexOf(newline, from);
    for (let searched = from; at === -1; at = file.reading.indexOf(newline, searched)) {
      searched = file.reading.length;
      if ((yield* fill(file, more(file))) === 0) break;
    }
    from = at === -1 ? file.reading.length : at + 1;
    if (from > (ends.at(-1) ?? 0)) ends.push(from);
    if (at === -1) break;
  }
  const bytes = takeBytes(file, ends.at(-1) ?? 0);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

export const peek: Reading<undefined, Buffer> = {
  name: "peek",
  ready: (file) => file.reading.length > 0 && holds(file, 0),
  now: (file) => Buffer.from(file.reading.view()),
  later: peekStep,
};

function* peekStep(file: Descriptor): Coroutine<Buffer> {
  yield* startReading(file);
  if (file.reading.length === 0) yield* fill(file, 0);
  return Buffer.from(file.reading.view());
}

export const readAt: FileOperation<Descriptor, number, number, Buffer> = inTurn("readAt", readAtStep);

function* readAtStep(file: Descriptor, position: number, size: number): Coroutine<Buffer> {
  checkPlace(position);
  if (!Number.isInteger(size) || size < 0)
    throw new RangeError(`Cannot read ${size} bytes: it takes a whole number from 0`);
  yield* startReading(file);
  file.assertSeekable();
  // No more memory than the file can fill; one that says that it is empty may lie (/proc), and is believed as far as it gives.
  const told = file.size();
  let target = Buffer.allocUnsafe(Math.min(size, told > 0 ? Math.max(0, told - position) : 65_536));
  let held = 0;
  while (held < target.length) {
    const count = yield* file.read(target.subarray(held), position + held, () => {});
    if (count === 0) break;
    held += count;
    if (told === 0 && held === target.length && held < size)
      target = Buffer.concat([target], Math.min(size, 2 * held));
  }
  return target.subarray(0, held);
}

/** A position as callers give it. */
export function checkPlace(position: number): void {
  if (!Number.isSafeInteger(position) || position < 0)
    throw new RangeError(`Cannot use the position ${position}: positions are whole numbers from 0`);
}
