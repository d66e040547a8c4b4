// A file of text.
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { syncStep } from "./binary-file.ts";
import { closeFile, flush, inTurn, startWriting, type Descriptor } from "./descriptor.ts";
import { UnsupportedOperationError } from "./errors.ts";
import { LineIteration, type Lines } from "./line-iteration.ts";
import { toFile, type Newline } from "./newline.ts";
import { seekBytes, truncateBytes, type Whence } from "./seek.ts";
import type { TextCodec, TextEncoding, TextErrors } from "./text-codec.ts";
import { TextReader } from "./text-reader.ts";

/**
 * A file of text, as `open(path)` gives it. Reading a line that is decoded already costs no trip to the system; a code point, or a `\r\n`,
 * is never torn. Operations queue: two at once never interleave. A cancelled read loses no text: the next one gives it. A cancelled write
 * either took nothing or all of it; what it took is written by the next flush, or by `close`.
 */
export class TextFile implements AsyncDisposable {
  readonly #file: Descriptor;
  readonly #codec: TextCodec;
  readonly #newline: Newline;
  readonly #lineBuffered: boolean;
  readonly #reader: TextReader;

  /** @internal */
  constructor(
    file: Descriptor,
    codec: TextCodec,
    newline: Newline,
    options: { readonly maxLineLength: number; readonly lineBuffered: boolean },
  ) {
    this.#file = file;
    this.#codec = codec;
    this.#newline = newline;
    this.#lineBuffered = options.lineBuffered;
    this.#reader = new TextReader(file, codec, newline, options.maxLineLength);
  }

  /** The path that the file was opened by. */
  get name(): string {
    return this.#file.path;
  }

  get closed(): boolean {
    return this.#file.closed;
  }

  get readable(): boolean {
    return this.#file.mode.readable;
  }

  get writable(): boolean {
    return this.#file.mode.writable;
  }

  /** Whether the file has positions: pipes and terminals have none. */
  get seekable(): boolean {
    return this.#file.seekable;
  }

  /** The mode it was opened in. */
  get mode(): string {
    return this.#file.mode.text;
  }

  get encoding(): TextEncoding {
    return this.#codec.encoding;
  }

  get errors(): TextErrors {
    return this.#codec.errors;
  }

  /** The descriptor's number, for the system's own interfaces. */
  fileno(): number {
    return this.#file.fd;
  }

  /** Reads `size` characters (UTF-16 units), fewer only at the end; all that is left when missing or negative. A cancel point. */
  read(size = -1): Awaitable<string> {
    return inTurn(this.#file, readStep, this.#reader, size);
  }

  /** Reads the next line with its line end; empty at the end of the file. With a size, no more than that. A cancel point. */
  readLine(size = -1): Awaitable<string> {
    return inTurn(this.#file, readLineStep, this.#reader, size < 0 ? Infinity : size);
  }

  /** Reads all lines that are left; stops after the line that reaches `hint` characters in all. A cancel point. */
  readLines(hint: number = Infinity): Awaitable<string[]> {
    return inTurn(this.#file, readLinesStep, this.#reader, hint);
  }

  /**
   * The lines that are left, with their line ends: `for await`, or `yield* forEach(file.lines(), ...)`. Stopping early loses nothing.
   * A cancel point where it reads from the file, once per buffer.
   */
  lines(): Lines<string> {
    const reader = this.#reader;
    return new LineIteration(
      this.#file,
      (file) => (file.writing.length > 0 ? undefined : reader.bufferedLine()),
      (file) => nextLineStep(file, reader),
    );
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.lines()[Symbol.asyncIterator]();
  }

  /** Writes the text, through the buffer. Gives its length. A cancel point. */
  write(text: string): Awaitable<number> {
    return inTurn(this.#file, writeStep, this, text);
  }

  /** Writes one after the other; adds no line ends. A cancel point. */
  writeLines(lines: Iterable<string>): Awaitable<void> {
    return inTurn(this.#file, writeLinesStep, this, lines);
  }

  /** Moves the position: to 0, to what `tell` gave, or with whence 2 to the end (offset 0). Gives the position. A cancel point. */
  seek(offset: number, whence: Whence = 0): Awaitable<number> {
    return inTurn(this.#file, seekStep, this.#reader, offset, whence);
  }

  /** The position, to come back to with `seek`. Not a count of characters. A cancel point. */
  tell(): Awaitable<number> {
    return inTurn(this.#file, tellStep, this.#reader);
  }

  /** Cuts or extends the file to `size` bytes, the position when missing. Gives the size. A cancel point. */
  truncate(size?: number): Awaitable<number> {
    return inTurn(this.#file, truncateStep, this.#reader, size);
  }

  /** Gives what is buffered to the system. For the disk's own word see `sync`. A cancel point. */
  flush(): Awaitable<void> {
    return inTurn(this.#file, flush);
  }

  /** Flushes, and waits until the disk has it (fsync). A cancel point. */
  sync(): Awaitable<void> {
    return inTurn(this.#file, syncStep);
  }

  /** Flushes and closes; a second call does nothing. Throws what a lost flush would have hidden; the file is closed all the same. */
  close(): Awaitable<void> {
    return coroutine(closeFile, this.#file, true);
  }

  /** @internal What is buffered will not be written: nobody wants the file any more. */
  abandon(): void {
    this.#file.failed = true;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return coroutine(closeFile, this.#file, false) as unknown as PromiseLike<void>;
  }

  /** @internal Takes the text into the buffer; whether it is time to flush. */
  accept(text: string): boolean {
    const file = this.#file;
    file.assertWritable();
    const translated = this.#codec.encodable(toFile(text, this.#newline));
    rewind(file, this.#reader);
    startWriting(file);
    const mark = this.#codec.mark;
    if (mark !== undefined && file.position === 0) file.writing.append(mark);
    file.writing.appendText(translated, this.#codec.bufferEncoding);
    return file.writing.full || (this.#lineBuffered && /[\n\r]/.test(text));
  }
}

/** Text that was decoded ahead and not read is not behind the position: what is written comes right after what was read. */
function rewind(file: Descriptor, reader: TextReader): void {
  if (file.seekable && file.writing.length === 0) {
    const position = reader.position;
    if (position !== file.offset) {
      file.reading.clear();
      file.offset = position;
    }
  }
  reader.clear();
}

function* readStep(_file: Descriptor, reader: TextReader, size: number): Coroutine<string> {
  return yield* reader.read(size);
}

function* readLineStep(_file: Descriptor, reader: TextReader, size: number): Coroutine<string> {
  return yield* reader.readLine(size);
}

function* readLinesStep(_file: Descriptor, reader: TextReader, hint: number): Coroutine<string[]> {
  return yield* reader.readLines(hint);
}

function* nextLineStep(_file: Descriptor, reader: TextReader): Coroutine<string | undefined> {
  const line = yield* reader.readLine(Infinity);
  return line === "" ? undefined : line;
}

function* writeStep(file: Descriptor, text: TextFile, data: string): Coroutine<number> {
  if (text.accept(data)) yield* flush(file);
  return data.length;
}

function* writeLinesStep(file: Descriptor, text: TextFile, lines: Iterable<string>): Coroutine<void> {
  for (const line of lines) if (text.accept(line)) yield* flush(file);
}

function* seekStep(file: Descriptor, reader: TextReader, offset: number, whence: Whence): Coroutine<number> {
  if (whence !== 0 && offset !== 0) {
    throw new UnsupportedOperationError("Cannot seek in text by a distance: characters have no fixed size");
  }
  if (whence === 1) {
    file.assertSeekable();
    return reader.position;
  }
  const position = yield* seekBytes(file, offset, whence);
  reader.clear();
  return position;
}

// oxlint-disable-next-line require-yield
function* tellStep(file: Descriptor, reader: TextReader): Coroutine<number> {
  file.assertSeekable();
  return reader.position;
}

function* truncateStep(file: Descriptor, reader: TextReader, size: number | undefined): Coroutine<number> {
  const target = size ?? reader.position;
  rewind(file, reader);
  return yield* truncateBytes(file, target);
}
