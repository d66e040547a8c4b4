// Encodings of one byte to a character, whose lower half is ASCII.
import { isAscii } from "node:buffer";
import { TextCodec, type Span, type TextErrors } from "../text-codec.ts";

/** What the bytes from 0x80 on stand for; "" for those that stand for nothing. */
export type UpperHalf = readonly string[];

export class SingleByte extends TextCodec {
  readonly #units: Uint16Array;
  readonly #defined: Uint8Array;
  readonly #bytes: ReadonlyMap<number, number>;

  constructor(encoding: string, upper: UpperHalf, errors: TextErrors) {
    super(encoding, errors);
    this.#units = Uint16Array.from({ length: 256 }, (_, byte) =>
      byte < 0x80 ? byte : (upper[byte - 0x80]?.charCodeAt(0) ?? 0),
    );
    this.#defined = Uint8Array.from({ length: 256 }, (_, byte) =>
      byte < 0x80 || (upper[byte - 0x80] ?? "") !== "" ? 1 : 0,
    );
    this.#bytes = new Map(
      upper.flatMap((character, index) =>
        character === "" ? [] : [[character.charCodeAt(0), index + 0x80] as const],
      ),
    );
  }

  override completeLength(bytes: Buffer): number {
    return bytes.length;
  }

  protected override valid(bytes: Buffer): boolean {
    return isAscii(bytes) || this.invalid(bytes, 0) === undefined;
  }

  protected override plain(bytes: Buffer): string {
    if (isAscii(bytes)) return bytes.toString("latin1");
    const units = new Uint16Array(bytes.length);
    for (let at = 0; at < bytes.length; at++) units[at] = this.#units[bytes[at] as number] as number;
    return Buffer.from(units.buffer).toString("utf16le");
  }

  protected override invalid(bytes: Buffer, from: number): Span | undefined {
    for (let at = from; at < bytes.length; at++)
      if (this.#defined[bytes[at] as number] === 0) return { start: at, end: at + 1 };
    return undefined;
  }

  protected override width(text: string): number {
    return text.length;
  }

  protected override unencodable(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80 && !this.#bytes.has(unit)) return at;
    }
    return -1;
  }

  protected override plainBytes(text: string): Buffer {
    const bytes = Buffer.allocUnsafe(text.length);
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      bytes[at] = unit < 0x80 ? unit : (this.#bytes.get(unit) as number);
    }
    return bytes;
  }
}

/** All bytes are text, and node knows how. */
export class Latin1 extends TextCodec {
  constructor(errors: TextErrors) {
    super("latin1", errors);
  }

  override completeLength(bytes: Buffer): number {
    return bytes.length;
  }

  protected override get native(): BufferEncoding {
    return "latin1";
  }

  protected override valid(): boolean {
    return true;
  }

  protected override plain(bytes: Buffer): string {
    return bytes.toString("latin1");
  }

  protected override invalid(): Span | undefined {
    return undefined;
  }

  protected override width(text: string): number {
    return text.length;
  }

  protected override unencodable(text: string, from: number): number {
    const beyond = /[^\0-\xff]/g;
    beyond.lastIndex = from;
    return beyond.exec(text)?.index ?? -1;
  }

  protected override plainBytes(text: string): Buffer {
    return Buffer.from(text, "latin1");
  }
}
