// Text to bytes and back: what every encoding must be able to do, and what happens to what it does not have.
import { DecodeError, EncodeError } from "./errors.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/**
 * What to do with what cannot be decoded or encoded, by Python's names: throw ("strict"); put U+FFFD, in writing "?", in its place
 * ("replace"); leave it out ("ignore"); keep each such byte as a lone surrogate, which is written as that byte again ("surrogateescape");
 * show it as `\xff`, a character as `\u20ac` ("backslashreplace").
 */
export type TextErrors = "strict" | "replace" | "ignore" | "surrogateescape" | "backslashreplace";

/** Bytes that are no text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export abstract class TextCodec {
  /** The encoding's usual name. */
  readonly encoding: string;
  readonly errors: TextErrors;

  constructor(encoding: string, errors: TextErrors) {
    this.encoding = encoding;
    this.errors = errors;
  }

  /** What a file begins with when it is written. */
  get mark(): Buffer | undefined {
    return undefined;
  }

  /** Whether the first bytes of the file must be seen before anything else of it can be read. */
  get needsStart(): boolean {
    return false;
  }

  /** Looks at how a file begins. Gives how many of the bytes are no text; undefined when there are too few to tell. */
  begin(_bytes: Buffer, _last: boolean): number | undefined {
    return 0;
  }

  /** How many bytes may be decoded now: at the end an unfinished character may stand, which more bytes will finish. */
  abstract completeLength(bytes: Buffer): number;

  /** Where the last carriage return begins. */
  lastReturn(bytes: Buffer): number {
    return bytes.lastIndexOf(0x0d);
  }

  /** Whether all of the bytes are text. */
  protected abstract valid(bytes: Buffer): boolean;

  /** Decodes bytes that are all text. */
  protected abstract plain(bytes: Buffer): string;

  /** The next bytes, at or behind `from`, that are no text. */
  protected abstract invalid(bytes: Buffer, from: number): Span | undefined;

  /** How many bytes a text takes that the encoding has. */
  protected abstract width(text: string): number;

  /** Index of the first character, at or behind `from`, that the encoding does not have; -1 if it has all. */
  protected abstract unencodable(text: string, from: number): number;

  /** Encodes text that the encoding has. */
  protected abstract plainBytes(text: string): Buffer;

  /** How buffers call the encoding, if they have it: they then encode in place. */
  protected get native(): BufferEncoding | undefined {
    return undefined;
  }

  /** Decodes whole characters. `position` is where the bytes begin, for the error. */
  decode(bytes: Buffer, path: string, position: number): string {
    if (this.valid(bytes)) return this.plain(bytes);
    let text = "";
    let from = 0;
    for (let bad = this.invalid(bytes, 0); bad !== undefined; bad = this.invalid(bytes, from)) {
      if (this.errors === "strict") throw new DecodeError(path, this.encoding, position + bad.start);
      text += this.plain(bytes.subarray(from, bad.start)) + this.substitute(bytes, bad, path, position);
      from = bad.end;
    }
    return text + this.plain(bytes.subarray(from));
  }

  /** What stands in the text for bytes that are none. */
  protected substitute(bytes: Buffer, bad: Span, path: string, position: number): string {
    if (this.errors === "ignore") return "";
    if (this.errors === "replace") return "\uFFFD";
    let text = "";
    for (let at = bad.start; at < bad.end; at++) {
      const byte = bytes[at] as number;
      if (this.errors === "backslashreplace") text += `\\x${byte.toString(16).padStart(2, "0")}`;
      else if (byte >= 0x80) text += String.fromCharCode(0xdc00 + byte);
      else throw new DecodeError(path, this.encoding, position + bad.start);
    }
    return text;
  }

  /** Whether each byte of what is no text is a mistake of its own. */
  protected get bytewise(): boolean {
    return true;
  }

  /** How many bytes the first `count` UTF-16 units come from, of bytes that are all text. */
  protected widthOf(_bytes: Buffer, text: string, count: number): number {
    return this.width(text.slice(0, count));
  }

  /** How many bytes the first `count` UTF-16 units come from, of what `decode` makes of the bytes; inside of an escape: up to it. */
  sizeOf(bytes: Buffer, text: string, count: number): number {
    if (count === text.length) return bytes.length;
    if (this.valid(bytes)) return this.widthOf(bytes, text, count);
    let seen = 0;
    let from = 0;
    for (let bad = this.invalid(bytes, 0); bad !== undefined; bad = this.invalid(bytes, from)) {
      const good = this.plain(bytes.subarray(from, bad.start));
      if (seen + good.length >= count)
        return from + this.widthOf(bytes.subarray(from, bad.start), good, count - seen);
      seen += good.length;
      const { length } = this.substitute(bytes, bad, "", 0);
      if (seen + length > count) {
        const within = this.bytewise ? ((count - seen) * (bad.end - bad.start)) / length : 0;
        return bad.start + Math.floor(within);
      }
      seen += length;
      from = bad.end;
    }
    const rest = bytes.subarray(from);
    return from + this.widthOf(rest, this.plain(rest), count - seen);
  }

  /** Whether what `decode` gives may be parted at `count` units: not within a pair, nor within an escape. */
  partable(bytes: Buffer, text: string, count: number): boolean {
    const last = text.charCodeAt(count - 1);
    if (last >= 0xd800 && last < 0xdc00 && count < text.length) return false;
    if (this.errors !== "backslashreplace" || this.valid(bytes)) return true;
    return this.decode(bytes.subarray(0, this.sizeOf(bytes, text, count)), "", 0).length === count;
  }

  /** The text as bytes. EncodeError where the encoding does not have it and `errors` does not help. */
  encode(text: string): Buffer {
    let bad = this.unencodable(text, 0);
    if (bad === -1) return this.plainBytes(text);
    const parts: Buffer[] = [];
    let from = 0;
    for (; bad !== -1; bad = this.unencodable(text, from)) {
      parts.push(this.plainBytes(text.slice(from, bad)));
      const character = text.codePointAt(bad) as number;
      parts.push(this.#instead(character, bad));
      from = bad + (character > 0xffff ? 2 : 1);
    }
    parts.push(this.plainBytes(text.slice(from)));
    return Buffer.concat(parts);
  }

  #instead(character: number, index: number): Buffer {
    switch (this.errors) {
      case "replace":
        return this.plainBytes("?");
      case "ignore":
        return Buffer.alloc(0);
      case "surrogateescape":
        if (character >= 0xdc80 && character <= 0xdcff) return Buffer.from([character - 0xdc00]);
        break;
      case "backslashreplace": {
        const [letter, digits] = character > 0xffff ? ["U", 8] : character > 0xff ? ["u", 4] : ["x", 2];
        return this.plainBytes(`\\${letter}${character.toString(16).padStart(digits as number, "0")}`);
      }
      case "strict":
    }
    throw new EncodeError(this.encoding, index);
  }

  /** Encodes the text into the buffer: all of it, or nothing and an EncodeError. */
  append(text: string, buffer: WriteBuffer): void {
    const { native } = this;
    if (native !== undefined && this.unencodable(text, 0) === -1) buffer.appendText(text, native);
    else buffer.append(this.encode(text));
  }
}
