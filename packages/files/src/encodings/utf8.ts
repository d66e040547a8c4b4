// UTF-8, with a byte order mark or without.
import { isAscii, isUtf8 } from "node:buffer";
import { TextCodec, type Span, type TextErrors } from "../text-codec.ts";

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

export class Utf8 extends TextCodec {
  readonly #signed: boolean;

  /** @param signed whether a mark is removed in reading, and written at the start of a file */
  constructor(signed: boolean, errors: TextErrors) {
    super(signed ? "utf-8-sig" : "utf-8", errors);
    this.#signed = signed;
  }

  override get mark(): Buffer | undefined {
    return this.#signed ? mark : undefined;
  }

  override begin(bytes: Buffer, last: boolean): number | undefined {
    if (!this.#signed) return 0;
    if (bytes.length < 3 && !last && mark.subarray(0, bytes.length).equals(bytes)) return undefined;
    return bytes.subarray(0, 3).equals(mark) ? 3 : 0;
  }

  /** An unfinished sequence at the end has a lead byte within the last three, and fewer bytes behind it than it asks for. */
  override completeLength(bytes: Buffer): number {
    const { length } = bytes;
    for (let back = 1; back <= Math.min(3, length); back++) {
      const byte = bytes[length - back] as number;
      if (byte < 0x80) return length;
      if (byte < 0xc0) continue;
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? length - back : length;
    }
    return length;
  }

  protected override get native(): BufferEncoding {
    return "utf8";
  }

  protected override valid(bytes: Buffer): boolean {
    return isUtf8(bytes);
  }

  protected override plain(bytes: Buffer): string {
    return isAscii(bytes) ? bytes.toString("latin1") : bytes.toString("utf8");
  }

  override decode(bytes: Buffer, path: string, position: number): string {
    if (isAscii(bytes)) return bytes.toString("latin1");
    // Node replaces just what Python does.
    if (this.errors === "replace" || isUtf8(bytes)) return bytes.toString("utf8");
    return super.decode(bytes, path, position);
  }

  protected override invalid(bytes: Buffer, from: number): Span | undefined {
    for (let at = from; at < bytes.length;) {
      const lead = bytes[at] as number;
      if (lead < 0x80) {
        at++;
        continue;
      }
      const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
      let end = at + 1;
      // The second byte of some is bound more narrowly: no surrogates, nothing said longer than need be.
      let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      for (; end < at + size; end++) {
        const byte = bytes[end];
        if (byte === undefined || byte < low || byte > high) break;
        low = 0x80;
        high = 0xbf;
      }
      if (size === 0 || end < at + size) return { start: at, end };
      at = end;
    }
    return undefined;
  }

  protected override width(text: string): number {
    return Buffer.byteLength(text, "utf8");
  }

  protected override unencodable(text: string, from: number): number {
    if (text.isWellFormed()) return -1;
    const lone = /\p{Surrogate}/gu;
    lone.lastIndex = from;
    return lone.exec(text)?.index ?? -1;
  }

  protected override plainBytes(text: string): Buffer {
    return Buffer.from(text, "utf8");
  }
}
