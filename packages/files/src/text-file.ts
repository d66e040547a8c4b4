// A file of text.
import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import { BinaryFile } from "./binary-file.ts";
import { flushing, sync } from "./binary-writing.ts";
import { closeFile, nothing } from "./close-file.ts";
import { flush, type Descriptor, type FileStatistics } from "./descriptor.ts";
import { UnsupportedOperationError } from "./errors.ts";
import { FileCall, inTurn, type FileOperation } from "./file-call.ts";
import { LineIteration, type Lines } from "./line-iteration.ts";
import type { LineEnd, Newline } from "./newline.ts";
import type { Whence } from "./seek.ts";
import type { TextCodec, TextErrors } from "./text-codec.ts";
import * as operations from "./text-operations.ts";
import type { Text } from "./text-operations.ts";
import { TextReader } from "./text-reader.ts";

/**
 * A file of text, as `open(path)` gives it. Reading a line that is decoded already costs no trip to the system; a code point, or a `\r\n`,
 * is never torn. Operations queue: two at once never interleave. A cancelled read loses no text: the next one gives it. A cancelled write
 * either took nothing or all of it; what it took is written once, by the next flush, or by `close`.
 */
export class TextFile implements AsyncDisposable {
  readonly #text: Text;
  #detached = false;

  /** @internal */
  constructor(
    file: Descriptor,
    codec: TextCodec,
    newline: Newline,
    options: { readonly maxLineLength: number; readonly lineBuffered: boolean },
  ) {
    const { maxLineLength, lineBuffered } = options;
    const reader = new TextReader(file, codec, newline, maxLineLength);
    this.#text = { file, codec, newline, lineBuffered, reader };
  }

  get #open(): Text {
    if (this.#detached) throw new UnsupportedOperationError(`The file ${this.#text.file.path} was detached`);
    return this.#text;
  }

  /** The path that the file was opened by; of a descriptor that was opened elsewhere, its number. */
  get name(): string {
    return this.#open.file.path;
  }

  get closed(): boolean {
    return this.#open.file.closed;
  }

  get readable(): boolean {
    return this.#open.file.mode.readable;
  }

  get writable(): boolean {
    return this.#open.file.mode.writable;
  }

  /** Whether the file has positions: pipes and terminals have none. */
  get seekable(): boolean {
    return this.#open.file.seekable;
  }

  /** The mode it was opened in. */
  get mode(): string {
    return this.#open.file.mode.text;
  }

  /** The encoding by its usual name. */
  get encoding(): string {
    return this.#open.codec.encoding;
  }

  get errors(): TextErrors {
    return this.#open.codec.errors;
  }

  /** The kinds of line end met in what was decoded so far; none where `newline` says which it is. */
  get newlines(): readonly LineEnd[] {
    return this.#open.reader.newlines;
  }

  /** The descriptor's number, for the system's own interfaces. */
  fileno(): number {
    return this.#open.file.fd;
  }

  /** Whether it is a terminal. */
  isatty(): boolean {
    const { file } = this.#open;
    file.assertOpen();
    return file.isatty;
  }

  /** Reads `size` characters (UTF-16 units), fewer only at the end; all that is left when missing or negative. A cancel point. */
  read(size = -1): Awaitable<string> {
    return this.#call(operations.read, size, undefined);
  }

  /** Reads all that is left. A cancel point. */
  readAll(): Awaitable<string> {
    return this.#call(operations.read, -1, undefined);
  }

  /** Reads the next line with its line end; empty at the end of the file. With a size, no more than that. A cancel point. */
  readLine(size = -1): Awaitable<string> {
    return this.#call(operations.readLine, size, undefined);
  }

  /** Reads all lines that are left; with a hint only up to the line with which they are more than `hint` characters. A cancel point. */
  readLines(hint: number = Infinity): Awaitable<string[]> {
    return this.#call(operations.readLines, hint, undefined);
  }

  /**
   * The lines that are left, with their line ends: `for await`, or `yield* forEach(file.lines(), ...)`. Stopping early loses nothing.
   * A cancel point where it reads from the file, once per buffer.
   */
  lines(): Lines<string> {
    const text = this.#open;
    return new LineIteration(text.file, text, operations.bufferedLine, operations.nextLine);
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.lines()[Symbol.asyncIterator]();
  }

  /** Writes the text, through the buffer. Gives its length. A cancel point. */
  write(text: string): Awaitable<number> {
    return this.#call(operations.write, text, undefined);
  }

  /** Writes one after the other; adds no line ends. A cancel point. */
  writeLines(lines: Iterable<string>): Awaitable<void> {
    return this.#call(operations.writeLines, lines, undefined);
  }

  /** Moves the position: to 0, to what `tell` gave, or with whence 2 to the end (offset 0). Gives the position. A cancel point. */
  seek(offset: number, whence: Whence = 0): Awaitable<number> {
    return this.#call(operations.seek, offset, whence);
  }

  /** The position, to come back to with `seek`. Not a count of characters. A cancel point. */
  tell(): Awaitable<number> {
    return this.#call(operations.tell, undefined, undefined);
  }

  /** Cuts or extends the file to `size` bytes, the position when missing. Gives the size. A cancel point. */
  truncate(size?: number): Awaitable<number> {
    return this.#call(operations.truncate, size, undefined);
  }

  /** Gives what is buffered to the system. For the disk's own word see `sync`. A cancel point. */
  flush(): Awaitable<void> {
    return this.#below(flushing);
  }

  /** Flushes, and waits until the disk has it (fsync). A cancel point. */
  sync(): Awaitable<void> {
    return this.#below(sync);
  }

  /** Flushes and closes; a second call does nothing. Throws what a lost flush would have hidden; the file is closed all the same. */
  close(): Awaitable<void> {
    return coroutine(closeFile, this.#open.file, true);
  }

  /** Flushes, and gives the file of bytes below, at the same position. This object is of no use then. A cancel point. */
  detach(): Awaitable<BinaryFile> {
    return this.#call(detaching, () => (this.#detached = true), undefined);
  }

  /** What the file has done so far, and what it holds. */
  statistics(): FileStatistics {
    return this.#open.file.statistics();
  }

  /** @internal What is buffered will not be written: nobody wants the file any more. */
  abandon(): void {
    this.#text.file.failed = true;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    const closing = this.#detached ? coroutine(nothing) : coroutine(closeFile, this.#text.file, false);
    return closing as unknown as PromiseLike<void>;
  }

  #call<A, B, T>(operation: FileOperation<Text, A, B, T>, a: A, b: B): Awaitable<T> {
    const text = this.#open;
    return new FileCall(text.file, operation, text, a, b);
  }

  #below(operation: FileOperation<Descriptor, undefined, undefined, void>): Awaitable<void> {
    const { file } = this.#open;
    return new FileCall(file, operation, file, undefined, undefined);
  }
}

const detaching: FileOperation<Text, () => void, undefined, BinaryFile> = inTurn("detach", detachStep);

function* detachStep({ file, reader }: Text, detached: () => void): Coroutine<BinaryFile> {
  yield* flush(file);
  reader.settle();
  detached();
  return new BinaryFile(file);
}
