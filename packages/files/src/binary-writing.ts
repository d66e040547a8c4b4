// What can be written to a file of bytes, and where.
import type { Coroutine } from "corio";
import { checkPlace } from "./binary-reading.ts";
import { flush, flushFull, startWriting, type Descriptor } from "./descriptor.ts";
import { UnsupportedOperationError } from "./errors.ts";
import { inTurn, type FileOperation } from "./file-call.ts";
import { moveTo, seekBytes, syncFile, truncateBytes, type Whence } from "./seek.ts";

type Operation<A, B, T> = FileOperation<Descriptor, A, B, T>;

export const write: Operation<Uint8Array, undefined, number> = {
  name: "write",
  ready: (file, data) => file.mode.writable && data instanceof Uint8Array && file.writing.takes(data.length),
  now: accept,
  later: writeStep,
};

/** Takes the bytes into the buffer. */
function accept(file: Descriptor, data: Uint8Array): number {
  file.assertWritable();
  // To write nothing moves nothing, not even to the end of what is appended to.
  if (data.length > 0) {
    startWriting(file);
    file.writing.append(data);
  }
  return data.length;
}

function* writeStep(file: Descriptor, data: Uint8Array): Coroutine<number> {
  if (!(data instanceof Uint8Array)) {
    throw new TypeError(`Cannot write ${typeof data} to a file of bytes: it takes a Uint8Array`);
  }
  accept(file, data);
  if (file.writing.full) yield* flushFull(file);
  return data.length;
}

export const writeLines: Operation<Iterable<Uint8Array>, undefined, void> = inTurn(
  "writeLines",
  writeLinesStep,
);

function* writeLinesStep(file: Descriptor, lines: Iterable<Uint8Array>): Coroutine<void> {
  for (const line of lines) yield* writeStep(file, line);
}

export const writeAt: Operation<Uint8Array, number, number> = inTurn("writeAt", writeAtStep);

function* writeAtStep(file: Descriptor, data: Uint8Array, position: number): Coroutine<number> {
  checkPlace(position);
  file.assertWritable();
  file.assertSeekable();
  if (file.mode.append)
    throw new UnsupportedOperationError(
      `Cannot write at a position of ${file.path}: it is open for appending`,
    );
  if (!file.writing.empty) yield* flush(file);
  file.reading.clear();
  // A copy: the system may still be reading it when the caller was cancelled and uses the memory for something else.
  const bytes = Buffer.from(data);
  for (let done = 0; done < bytes.length;) {
    done += yield* file.write(bytes.subarray(done), position + done, () => {});
  }
  return bytes.length;
}

export const seek: Operation<number, Whence, number> = {
  name: "seek",
  ready: (file, offset, whence) =>
    whence === 0 && offset >= 0 && Number.isSafeInteger(offset) && file.seekable && file.writing.empty,
  now: (file, offset) => {
    moveTo(file, offset);
    return offset;
  },
  later: seekBytes,
};

export const tell: Operation<undefined, undefined, number> = {
  name: "tell",
  ready: (file) => file.seekable,
  now: (file) => file.position,
  later: tellStep,
};

// oxlint-disable-next-line require-yield
function* tellStep(file: Descriptor): Coroutine<number> {
  file.assertSeekable();
  return file.position;
}

export const truncate: Operation<number | undefined, undefined, number> = inTurn("truncate", truncateStep);

function* truncateStep(file: Descriptor, size: number | undefined): Coroutine<number> {
  return yield* truncateBytes(file, size ?? file.position);
}

export const flushing: Operation<undefined, undefined, void> = {
  name: "flush",
  ready: (file) => file.writing.empty,
  now: () => {},
  later: flush,
};

export const sync: Operation<undefined, undefined, void> = inTurn("sync", syncFile);
