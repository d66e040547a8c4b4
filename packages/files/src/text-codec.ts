// Text to bytes and back: the encodings, and what happens to what they do not have.
import { isAscii, isUtf8 } from "node:buffer";
import { DecodeError, EncodeError } from "./errors.ts";

/** `utf-8-sig` is UTF-8 whose byte order mark is removed in reading and written at the start of a file. */
export type TextEncoding = "utf-8" | "utf-8-sig" | "latin1" | "utf-16le";

/** What to do with what cannot be decoded or encoded: throw, put U+FFFD (in writing "?") in its place, or leave it out. */
export type TextErrors = "strict" | "replace" | "ignore";

const mark = Buffer.from([0xef, 0xbb, 0xbf]);
const replacement = Buffer.from([0xef, 0xbf, 0xbd]);

export class TextCodec {
  readonly encoding: TextEncoding;
  readonly errors: TextErrors;
  readonly #name: BufferEncoding;

  constructor(encoding: string, errors: TextErrors) {
    const known = aliases[encoding.toLowerCase().replaceAll("_", "-")];
    if (known === undefined) {
      throw new TypeError(
        `Cannot use the encoding ${JSON.stringify(encoding)}: there are ${Object.values(names).join(", ")}`,
      );
    }
    this.encoding = known;
    this.errors = errors;
    this.#name = known === "utf-8-sig" ? "utf-8" : known;
  }

  /** How buffers call the encoding. */
  get bufferEncoding(): BufferEncoding {
    return this.#name;
  }

  /** How many bytes of the front of `bytes`, at position 0 of a file, are no text. */
  markLength(bytes: Buffer): number {
    return this.encoding === "utf-8-sig" && bytes.subarray(0, 3).equals(mark) ? 3 : 0;
  }

  /** What a file begins with. */
  get mark(): Buffer | undefined {
    return this.encoding === "utf-8-sig" ? mark : undefined;
  }

  /** How many bytes may be decoded now: at the end an unfinished character may stand, which more bytes will finish. */
  completeLength(bytes: Buffer): number {
    if (this.#name === "latin1") return bytes.length;
    return this.#name === "utf-8" ? completeUtf8(bytes) : completeUtf16(bytes);
  }

  /** Where the last carriage return begins. */
  lastReturn(bytes: Buffer): number {
    if (this.#name !== "utf-16le") return bytes.lastIndexOf(0x0d);
    let at = (bytes.length & ~1) - 2;
    while (at >= 0 && bytes.readUInt16LE(at) !== 0x0d) at -= 2;
    return at;
  }

  /** Decodes whole characters. `position` is where the bytes begin, for the error. */
  decode(bytes: Buffer, path: string, position: number): string {
    if (this.#name === "latin1") return bytes.toString("latin1");
    if (this.#name === "utf-8") {
      if (isAscii(bytes)) return bytes.toString("latin1");
      if (isUtf8(bytes)) return bytes.toString("utf8");
      if (this.errors === "strict")
        throw new DecodeError(path, this.encoding, position + firstInvalidUtf8(bytes));
      return this.errors === "replace" ? bytes.toString("utf8") : withoutInvalidUtf8(bytes);
    }
    const text = bytes.toString("utf16le") + (bytes.length % 2 === 1 ? "\uD800" : "");
    if (text.isWellFormed()) return text;
    if (this.errors === "strict")
      throw new DecodeError(path, this.encoding, position + 2 * loneSurrogate(text));
    return this.errors === "replace" ? text.replace(lonely, "\uFFFD") : text.replace(lonely, "");
  }

  /** The text with what the encoding does not have replaced or left out; throws EncodeError when that is to be strict. */
  encodable(text: string): string {
    const bad =
      this.#name === "latin1" ? text.search(beyondLatin1) : text.isWellFormed() ? -1 : loneSurrogate(text);
    if (bad === -1) return text;
    if (this.errors === "strict") throw new EncodeError(this.encoding, bad);
    const pattern = this.#name === "latin1" ? new RegExp(beyondLatin1, "gu") : lonely;
    return text.replace(pattern, this.errors === "replace" ? "?" : "");
  }
}

const names: Readonly<Record<TextEncoding, TextEncoding>> = {
  "utf-8": "utf-8",
  "utf-8-sig": "utf-8-sig",
  latin1: "latin1",
  "utf-16le": "utf-16le",
};

const aliases: Readonly<Record<string, TextEncoding>> = {
  ...names,
  utf8: "utf-8",
  "utf8-sig": "utf-8-sig",
  "latin-1": "latin1",
  "iso-8859-1": "latin1",
  utf16le: "utf-16le",
  "utf-16-le": "utf-16le",
};

const beyondLatin1 = /[\u0100-\u{10ffff}]/u;
const lonely = /\p{Surrogate}/gu;

function loneSurrogate(text: string): number {
  return text.search(/\p{Surrogate}/u);
}

/** An unfinished sequence at the end has a lead byte within the last three, and fewer bytes behind it than it asks for. */
function completeUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function completeUtf16(bytes: Buffer): number {
  const even = bytes.length & ~1;
  if (even === 0) return 0;
  const last = bytes.readUInt16LE(even - 2);
  return last >= 0xd800 && last < 0xdc00 ? even - 2 : even;
}

/** Binary search: a prefix is valid when its complete part is. */
function firstInvalidUtf8(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, completeUtf8(prefix)))) valid = middle;
    else invalid = middle;
  }
  // The offending byte is the last of an invalid prefix; the sequence that it spoils may have begun before it.
  const prefix = bytes.subarray(0, valid);
  return completeUtf8(prefix);
}

/** U+FFFD that the file itself holds stays: only what decoding puts there goes. */
function withoutInvalidUtf8(bytes: Buffer): string {
  const parts: string[] = [];
  for (let from = 0; ;) {
    const at = bytes.indexOf(replacement, from);
    const part = bytes.subarray(from, at === -1 ? bytes.length : at);
    parts.push(part.toString("utf8").replaceAll("\uFFFD", ""));
    if (at === -1) return parts.join("\uFFFD");
    from = at + replacement.length;
  }
}
