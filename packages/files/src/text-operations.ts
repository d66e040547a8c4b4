// What can be asked of a file of text.
import type { Coroutine } from "corio";
import { checkSize } from "./binary-reading.ts";
import { flush, flushFull, startWriting, type Descriptor } from "./descriptor.ts";
import { UnsupportedOperationError } from "./errors.ts";
import { inTurn, type FileOperation } from "./file-call.ts";
import { toFile, type Newline } from "./newline.ts";
import { checkSeek, moveTo, seekBytes, truncateBytes, type Whence } from "./seek.ts";
import type { TextCodec } from "./text-codec.ts";
import type { TextReader } from "./text-reader.ts";

/** A file as text: the descriptor, how its bytes are read and written, and what is decoded ahead. */
export interface Text {
  readonly file: Descriptor;
  readonly codec: TextCodec;
  readonly newline: Newline;
  /** Whether each line that is written goes to the system at once. */
  readonly lineBuffered: boolean;
  readonly reader: TextReader;
}

type Operation<A, B, T> = FileOperation<Text, A, B, T>;

/** Whether what is decoded ahead may be taken. */
function readsOn({ file }: Text): boolean {
  return file.writing.empty;
}

export const read: Operation<number, undefined, string> = {
  name: "read",
  ready: (text, size) => size > 0 && Number.isInteger(size) && readsOn(text) && text.reader.holds(size),
  now: (text, size) => text.reader.take(size),
  later: readStep,
};

function* readStep({ reader }: Text, size: number): Coroutine<string> {
  checkSize(size);
  return yield* reader.read(size);
}

export const readLine: Operation<number, undefined, string> = {
  name: "readLine",
  ready: (text, size) => size < 0 && readsOn(text) && text.reader.findLine(),
  now: (text) => text.reader.takeLine(),
  later: readLineStep,
};

function* readLineStep({ reader }: Text, size: number): Coroutine<string> {
  checkSize(size);
  return yield* reader.readLine(size < 0 ? Infinity : size);
}

export const readLines: Operation<number, undefined, string[]> = inTurn("readLines", readLinesStep);

function* readLinesStep({ reader }: Text, hint: number): Coroutine<string[]> {
  return yield* reader.readLines(hint > 0 ? hint : Infinity);
}

/** The next line if all of it is decoded. */
export function bufferedLine(text: Text): string | undefined {
  return readsOn(text) && text.reader.findLine() ? text.reader.takeLine() : undefined;
}

export function* nextLine({ reader }: Text): Coroutine<string | undefined> {
  const line = yield* reader.readLine(Infinity);
  return line === "" ? undefined : line;
}

export const write: Operation<string, undefined, number> = {
  name: "write",
  // No unit takes more than six bytes (as an escape), and no mark more than four.
  ready: ({ file, lineBuffered }, data) =>
    typeof data === "string" &&
    file.mode.writable &&
    !lineBuffered &&
    file.writing.takes(6 * data.length + 4),
  now: (text, data) => {
    accept(text, data);
    return data.length;
  },
  later: writeStep,
};

/** Takes the text into the buffer: all of it, or nothing. */
function accept({ file, codec, newline, reader }: Text, data: string): void {
  if (typeof data !== "string") {
    throw new TypeError(`Cannot write ${typeof data} to a file of text: it takes a string`);
  }
  file.assertWritable();
  // To write nothing moves nothing, not even to the end of what is appended to.
  if (data === "") return;
  // What was decoded ahead and not read is not behind the position: what is written comes right after what was read.
  if (file.seekable) reader.settle();
  startWriting(file);
  const { mark } = codec;
  if (mark !== undefined && file.position === 0) {
    // Encoded first: with an error nothing is written, not even the mark.
    const bytes = codec.encode(toFile(data, newline));
    file.writing.append(mark);
    file.writing.append(bytes);
  } else codec.append(toFile(data, newline), file.writing);
}

function* writeStep(text: Text, data: string): Coroutine<number> {
  accept(text, data);
  if (text.file.writing.full) yield* flushFull(text.file);
  else if (text.lineBuffered && /[\n\r]/.test(data)) yield* flush(text.file);
  return data.length;
}

export const writeLines: Operation<Iterable<string>, undefined, void> = inTurn("writeLines", writeLinesStep);

function* writeLinesStep(text: Text, lines: Iterable<string>): Coroutine<void> {
  for (const line of lines) yield* writeStep(text, line);
}

export const seek: Operation<number, Whence, number> = {
  name: "seek",
  ready: ({ file }, offset, whence) =>
    whence === 0 && offset >= 0 && Number.isSafeInteger(offset) && file.seekable && file.writing.empty,
  now: ({ file, reader }, offset) => {
    reader.clear();
    moveTo(file, offset);
    return offset;
  },
  later: seekStep,
};

function* seekStep({ file, reader }: Text, offset: number, whence: Whence): Coroutine<number> {
  checkSeek(file, offset, whence);
  if (whence !== 0 && offset !== 0) {
    throw new UnsupportedOperationError("Cannot seek in text by a distance: characters have no fixed size");
  }
  reader.settle();
  return yield* seekBytes(file, offset, whence);
}

export const tell: Operation<undefined, undefined, number> = {
  name: "tell",
  ready: ({ file }) => file.seekable,
  now: ({ reader }) => reader.position,
  later: tellStep,
};

// oxlint-disable-next-line require-yield
function* tellStep({ file, reader }: Text): Coroutine<number> {
  file.assertSeekable();
  return reader.position;
}

export const truncate: Operation<number | undefined, undefined, number> = inTurn("truncate", truncateStep);

function* truncateStep({ file, reader }: Text, size: number | undefined): Coroutine<number> {
  file.assertWritable();
  const target = size ?? reader.position;
  reader.settle();
  return yield* truncateBytes(file, target);
}
