// Decoded text ahead of the reader: bytes become chunks of text, lines are cut off the front, and any place in the text can be
// told as a position in bytes.
//
// A chunk ends between characters and never between \r and \n. Nothing is taken before all that was asked for is there: a read
// that is cancelled while more comes has lost nothing.
import type { Coroutine } from "corio";
import { fillToEnd } from "./binary-file.ts";
import { fill, startReading, takeBytes, type Descriptor } from "./descriptor.ts";
import { DecodeError, LineTooLongError } from "./errors.ts";
import { fromFile, lineEnd, sourceLength, waitsForMore, type Newline } from "./newline.ts";
import type { TextCodec } from "./text-codec.ts";

interface Chunk {
  /** As the reader sees it. */
  readonly text: string;
  /** How much of it is taken. */
  at: number;
  /** As the file has it: with its own line ends. */
  readonly source: string;
  /** Where its bytes begin. */
  readonly position: number;
  /** Its bytes, where encoding the source would give others: invalid ones were replaced or left out. */
  readonly bytes: Buffer | undefined;
}

export class TextReader {
  readonly #file: Descriptor;
  readonly #codec: TextCodec;
  readonly #newline: Newline;
  readonly #maxLineLength: number;
  readonly #chunks: Chunk[] = [];

  constructor(file: Descriptor, codec: TextCodec, newline: Newline, maxLineLength: number) {
    this.#file = file;
    this.#codec = codec;
    this.#newline = newline;
    this.#maxLineLength = maxLineLength;
  }

  /** Where the reader is, in bytes. */
  get position(): number {
    const chunk = this.#chunks[0];
    return chunk === undefined ? this.#file.position : chunk.position + this.#bytesBefore(chunk);
  }

  /** Forgets the text ahead; the caller sets the position. */
  clear(): void {
    this.#chunks.length = 0;
  }

  /** `size` characters, fewer only at the end; all that is left when negative. A surrogate pair is not torn. */
  *read(size: number): Coroutine<string> {
    yield* startReading(this.#file);
    if (size < 0) {
      yield* fillToEnd(this.#file);
      while (yield* this.#more());
      return this.#take(this.#available());
    }
    while (this.#available() < size && (yield* this.#more()));
    return this.#takePairs(Math.min(size, this.#available()));
  }

  /** The next line with its end; at most `limit` characters of it; empty at the end of the file. */
  *readLine(limit: number): Coroutine<string> {
    yield* startReading(this.#file);
    let before = 0;
    for (let index = 0; ; index++) {
      if (index === this.#chunks.length && !(yield* this.#more()))
        return this.#takePairs(Math.min(before, limit));
      const chunk = this.#chunks[index] as Chunk;
      const end = lineEnd(chunk.text, chunk.at, this.#newline);
      const length = before + (end === -1 ? chunk.text.length : end) - chunk.at;
      if (length > this.#maxLineLength && limit > this.#maxLineLength) {
        const most = this.#maxLineLength;
        throw new LineTooLongError(`A line of ${this.#file.path} is longer than ${most} characters`);
      }
      if (end !== -1 || length >= limit) return this.#takePairs(Math.min(length, limit));
      before = length;
    }
  }

  /** The next line, if it is decoded already. */
  bufferedLine(): string | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    const end = lineEnd(chunk.text, chunk.at, this.#newline);
    return end === -1 || end - chunk.at > this.#maxLineLength ? undefined : this.#take(end - chunk.at);
  }

  /** All lines that are left, up to the one that reaches `hint` characters in all. */
  *readLines(hint: number): Coroutine<string[]> {
    yield* startReading(this.#file);
    if (hint === Infinity) {
      yield* fillToEnd(this.#file);
      while (yield* this.#more());
    } else {
      // Until a line ends behind the hint, which is where a search from there finds an end.
      while (this.#linesEnd(hint) === -1 && (yield* this.#more()));
    }
    const lines: string[] = [];
    for (let total = 0; total < hint && this.#available() > 0;) {
      const line = this.bufferedLine() ?? (yield* this.readLine(Infinity));
      lines.push(line);
      total += line.length;
    }
    return lines;
  }

  #linesEnd(hint: number): number {
    let before = 0;
    for (const chunk of this.#chunks) {
      const from = Math.max(chunk.at, chunk.at + hint - before - 1);
      if (from < chunk.text.length && lineEnd(chunk.text, from, this.#newline) !== -1) return before;
      before += chunk.text.length - chunk.at;
    }
    return -1;
  }

  #available(): number {
    let total = 0;
    for (const chunk of this.#chunks) total += chunk.text.length - chunk.at;
    return total;
  }

  /** As `#take`, one more where a surrogate pair would be torn. Chunks end between characters, so the other half is there. */
  #takePairs(count: number): string {
    const text = this.#take(count);
    const last = text.charCodeAt(text.length - 1);
    return last >= 0xd800 && last < 0xdc00 && this.#available() > 0 ? text + this.#take(1) : text;
  }

  #take(count: number): string {
    let taken = "";
    for (let left = count; left > 0;) {
      const chunk = this.#chunks[0] as Chunk;
      const end = Math.min(chunk.text.length, chunk.at + left);
      left -= end - chunk.at;
      taken += chunk.text.slice(chunk.at, end);
      chunk.at = end;
      if (end === chunk.text.length) this.#chunks.shift();
    }
    return taken;
  }

  /** Gets one more chunk; false at the end of the file. */
  *#more(): Coroutine<boolean> {
    const file = this.#file;
    for (;;) {
      if (file.reading.length > 0 && this.#decode(false)) return true;
      if ((yield* fill(file, 0)) > 0) continue;
      return file.reading.length > 0 && this.#decode(true);
    }
  }

  /** Turns the bytes that are there into a chunk; false if there is no whole character among them. `last`: no more will come. */
  #decode(last: boolean): boolean {
    const file = this.#file;
    const codec = this.#codec;
    const view = file.reading.view();
    if (file.offset === 0) {
      const mark = codec.mark;
      if (mark !== undefined && !last && view.length < mark.length) return false;
      if (codec.markLength(view) > 0) takeBytes(file, codec.markLength(view));
      if (file.reading.length === 0) return false;
    }
    let bytes = file.reading.view();
    if (!last) bytes = bytes.subarray(0, codec.completeLength(bytes));
    let source = "";
    try {
      source = codec.decode(bytes, file.path, file.offset);
    } catch (error) {
      if (!(error instanceof DecodeError) || error.position === file.offset) throw error;
      // What stands before the invalid bytes is read first; the error comes when it is their turn.
      bytes = bytes.subarray(0, error.position - file.offset);
      source = codec.decode(bytes, file.path, file.offset);
    }
    if (!last && source.endsWith("\r") && waitsForMore(this.#newline)) {
      // Bytes that are left out may stand behind it.
      bytes = bytes.subarray(0, codec.lastReturn(bytes));
      source = source.slice(0, -1);
    }
    const exact =
      codec.errors === "strict" || Buffer.byteLength(source, codec.bufferEncoding) === bytes.length;
    const position = file.offset;
    const kept = exact ? undefined : Buffer.from(bytes);
    file.offset += bytes.length;
    file.reading.skip(bytes.length);
    if (source === "") return false;
    this.#chunks.push({ text: fromFile(source, this.#newline), at: 0, source, position, bytes: kept });
    return true;
  }

  #bytesBefore(chunk: Chunk): number {
    const characters = sourceLength(chunk.source, chunk.at, this.#newline);
    const bytes = chunk.bytes;
    if (bytes === undefined) {
      return Buffer.byteLength(chunk.source.slice(0, characters), this.#codec.bufferEncoding);
    }
    // Decoding a longer front never gives fewer characters: search for the longest that gives no more than these.
    let fits = 0;
    let exceeds = bytes.length + 1;
    while (exceeds - fits > 1) {
      const middle = (fits + exceeds) >> 1;
      if (this.#codec.decode(bytes.subarray(0, middle), "", 0).length <= characters) fits = middle;
      else exceeds = middle;
    }
    // Where invalid bytes are left out, a torn character gives nothing as well: it belongs to what follows.
    return this.#codec.errors === "ignore" ? this.#codec.completeLength(bytes.subarray(0, fits)) : fits;
  }
}
