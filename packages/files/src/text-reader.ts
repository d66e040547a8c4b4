// Decoded text ahead of the reader: the front of the read buffer as text, from which lines are cut off, and any place in which can be
// told as a position in bytes.
//
// The bytes of the text stay in the read buffer until the text is left behind: a line that goes on behind it is decoded again, from
// its start and with more bytes. So there is one piece of text, which ends between characters and never between \r and \n, and
// nothing is taken before all that was asked for is there: a read that is cancelled while more comes has lost nothing.
import type { Coroutine } from "corio";
import { fillTo, fillToEnd } from "./binary-reading.ts";
import { fill, startReading, type Descriptor } from "./descriptor.ts";
import { DecodeError, LineTooLongError } from "./errors.ts";
import {
  fromFile,
  lineEnd,
  LineEnds,
  sourceLength,
  waitsForMore,
  type LineEnd,
  type Newline,
} from "./newline.ts";
import type { TextCodec } from "./text-codec.ts";

/** So much is decoded in one go: young objects of that size are cheap, and a line that is kept keeps no more alive. */
const piece = 65_536;

export class TextReader {
  readonly #file: Descriptor;
  readonly #codec: TextCodec;
  readonly #newline: Newline;
  readonly #maxLineLength: number;
  /** Whether a line ends at `\n` and nowhere else: most do, and are found faster. */
  readonly #plain: boolean;
  readonly #ends: LineEnds;
  /** The text as the reader sees it. */
  #text = "";
  /** How much of it is taken. */
  #at = 0;
  /** Where the line ends that was found last. */
  #found = 0;
  /** The text as the file has it: with its own line ends. */
  #source = "";
  /** How many bytes it comes from: the first ones of the read buffer. */
  #size = 0;

  constructor(file: Descriptor, codec: TextCodec, newline: Newline, maxLineLength: number) {
    this.#file = file;
    this.#codec = codec;
    this.#newline = newline;
    this.#maxLineLength = maxLineLength;
    this.#plain = newline === null || newline === "\n";
    this.#ends = new LineEnds(newline);
  }

  /** Where the reader is, in bytes. */
  get position(): number {
    return this.#size === 0 ? this.#file.position : this.#file.offset + this.#bytesTaken();
  }

  /** The kinds of line end that were met so far. */
  get newlines(): readonly LineEnd[] {
    return this.#ends.met;
  }

  /** Forgets the text ahead; the caller sets the position. */
  clear(): void {
    this.#text = this.#source = "";
    this.#at = this.#size = 0;
  }

  /** Puts the file's own position where the reader is. */
  settle(): void {
    if (this.#size === 0) return;
    const taken = this.#bytesTaken();
    this.clear();
    this.#drop(taken);
  }

  /** Whether so much text is decoded, and may be parted there. */
  holds(size: number): boolean {
    const end = this.#at + size;
    return end <= this.#text.length && this.#partable(end);
  }

  take(size: number): string {
    const at = this.#at;
    this.#at += size;
    return this.#text.slice(at, this.#at);
  }

  /** Whether all of the next line is decoded: `takeLine` gives it then. */
  findLine(): boolean {
    const at = this.#at;
    const end = this.#plain ? this.#text.indexOf("\n", at) + 1 : lineEnd(this.#text, at, this.#newline);
    this.#found = end;
    return end > 0 && end - at <= this.#maxLineLength;
  }

  /** Takes the line that was found. */
  takeLine(): string {
    const at = this.#at;
    this.#at = this.#found;
    return this.#text.slice(at, this.#found);
  }

  /** `size` characters, fewer only at the end; all that is left when negative. A surrogate pair is not torn. */
  *read(size: number): Coroutine<string> {
    yield* startReading(this.#file);
    if (size < 0) {
      yield* this.#all();
      const text = this.take(this.#available);
      this.settle();
      return text;
    }
    if (size - this.#available > piece) yield* fillTo(this.#file, size);
    while (this.#available < size && (yield* this.#more(size)));
    return this.#takeWhole(size);
  }

  /** The next line with its end; at most `limit` characters of it; empty at the end of the file. */
  *readLine(limit: number): Coroutine<string> {
    yield* startReading(this.#file);
    const most = this.#maxLineLength;
    let searched = 0;
    for (;;) {
      const end = lineEnd(this.#text, this.#at + searched, this.#newline);
      const length = end === -1 ? this.#available : end - this.#at;
      if (length > most && limit > most) {
        throw new LineTooLongError(this.#file.path, most);
      }
      if (end !== -1 || length >= limit || !(yield* this.#more(0)))
        return this.#takeWhole(Math.min(length, limit));
      // What was searched is searched no more, but for a line end that may have been cut in two.
      searched = Math.max(0, length - 1);
    }
  }

  /** All lines that are left, up to the one with which they are more than `hint` characters. */
  *readLines(hint: number): Coroutine<string[]> {
    yield* startReading(this.#file);
    if (hint === Infinity) yield* this.#all();
    // Until a line ends behind the hint.
    else while (!this.#lineEndsBehind(hint) && (yield* this.#more(hint)));
    const start = this.#at;
    const lines: string[] = [];
    while (this.#at - start <= hint && this.#available > 0) {
      if (!this.findLine()) {
        if (this.#found > 0 || this.#available > this.#maxLineLength) {
          this.#at = start;
          throw new LineTooLongError(this.#file.path, this.#maxLineLength);
        }
        this.#found = this.#text.length;
      }
      lines.push(this.takeLine());
    }
    if (this.#available === 0) this.settle();
    return lines;
  }

  #lineEndsBehind(hint: number): boolean {
    const from = this.#at + hint;
    return from < this.#text.length && lineEnd(this.#text, from, this.#newline) !== -1;
  }

  get #available(): number {
    return this.#text.length - this.#at;
  }

  /** Takes `size` characters of what there is, and what belongs to the last of them. */
  #takeWhole(size: number): string {
    let count = Math.min(size, this.#available);
    while (count < this.#available && !this.#partable(this.#at + count)) count++;
    return this.take(count);
  }

  /** Whether the text may be parted there. */
  #partable(end: number): boolean {
    if (end === this.#text.length || end === 0) return true;
    const last = this.#text.charCodeAt(end - 1);
    if (last >= 0xd800 && last < 0xdc00) return false;
    if (this.#codec.errors !== "backslashreplace") return true;
    const count = sourceLength(this.#source, end, this.#newline);
    return this.#codec.partable(this.#file.reading.front(this.#size), this.#source, count);
  }

  /** Decodes further, towards `want` characters; false at the end of the file. */
  *#more(want: number): Coroutine<boolean> {
    const file = this.#file;
    yield* this.#readStart();
    const had = this.#leave();
    while (!this.#decode(Math.max(piece, 2 * had, want), had, false)) {
      if ((yield* fill(file, Math.max(2 * had, Math.min(want, piece)))) === 0)
        return this.#decode(Infinity, had, true);
    }
    return true;
  }

  /** Decodes all that is left. */
  *#all(): Coroutine<void> {
    yield* this.#readStart();
    yield* fillToEnd(this.#file);
    // Once, unless something stands there that is no text: then what is before it, and the error.
    while (this.#decode(Infinity, this.#leave(), true) && this.#size < this.#file.reading.length);
  }

  /** Leaves behind what is taken. Gives how many bytes the rest of the text comes from. */
  #leave(): number {
    const taken = this.#bytesTaken();
    const rest = this.#size - taken;
    this.clear();
    this.#drop(taken);
    return rest;
  }

  /**
   * Turns the first bytes of the buffer, `count` at most, into the text. Whether they are more than `had`, which were text before.
   * `last`: no more will come behind those that are there.
   */
  #decode(count: number, had: number, last: boolean): boolean {
    const { reading } = this.#file;
    while (reading.length > (last ? 0 : had)) {
      const mark = this.#file.offset === 0 ? this.#codec.begin(reading.front(4), last) : 0;
      if (mark === undefined) return false;
      this.#drop(mark);
      const size = this.#decodeFront(count, had, last);
      if (size === 0) return false;
      if (this.#source !== "") return size > had;
      // Bytes that are left out.
      this.clear();
      this.#drop(size);
    }
    return false;
  }

  /** Gives how many bytes are text now; none when more must come first. */
  #decodeFront(count: number, had: number, last: boolean): number {
    const file = this.#file;
    const codec = this.#codec;
    let bytes = file.reading.front(count);
    if (!last) bytes = bytes.subarray(0, codec.completeLength(bytes));
    let source: string;
    try {
      source = codec.decode(bytes, file.path, file.offset);
    } catch (error) {
      if (!(error instanceof DecodeError) || error.position - file.offset <= had) throw error;
      // What stands before the invalid bytes is read first; the error comes when it is their turn.
      bytes = bytes.subarray(0, error.position - file.offset);
      source = codec.decode(bytes, file.path, file.offset);
    }
    if (!last && source.endsWith("\r") && waitsForMore(this.#newline)) {
      // Bytes that are left out may stand behind it.
      bytes = bytes.subarray(0, codec.lastReturn(bytes));
      source = source.slice(0, -1);
    }
    if (!last && bytes.length <= had) return 0;
    this.#source = source;
    this.#size = bytes.length;
    this.#text = fromFile(source, this.#newline);
    this.#ends.note(source);
    return bytes.length;
  }

  /** Looks at the first bytes of the file where they say how the others are to be read, and were not seen. */
  *#readStart(): Coroutine<void> {
    if (!this.#codec.needsStart || this.#file.offset === 0 || !this.#file.seekable) return;
    const start = Buffer.alloc(4);
    const count = yield* this.#file.read(start, 0, () => {});
    this.#codec.begin(start.subarray(0, count), true);
  }

  /** How many bytes what is taken of the text comes from. */
  #bytesTaken(): number {
    if (this.#at === 0) return 0;
    if (this.#at === this.#text.length) return this.#size;
    const count = sourceLength(this.#source, this.#at, this.#newline);
    // As many units as bytes: each stands for one, unless some stand for more.
    if (this.#source.length === this.#size && this.#codec.errors !== "backslashreplace") return count;
    return this.#codec.sizeOf(this.#file.reading.front(this.#size), this.#source, count);
  }

  #drop(count: number): void {
    this.#file.offset += count;
    this.#file.reading.skip(count);
  }
}
