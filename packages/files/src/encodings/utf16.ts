// UTF-16 in either byte order; without one in its name, a byte order mark tells.
import { TextCodec, type Span, type TextErrors } from "../text-codec.ts";

type Order = "le" | "be";

const marks: Readonly<Record<Order, Buffer>> = {
  le: Buffer.from([0xff, 0xfe]),
  be: Buffer.from([0xfe, 0xff]),
};

export class Utf16 extends TextCodec {
  readonly #marked: boolean;
  /** Undefined until the file has told. */
  #order: Order | undefined;

  /** @param order undefined to go by the mark, which is then written too */
  constructor(order: Order | undefined, errors: TextErrors) {
    super(order === undefined ? "utf-16" : `utf-16${order}`, errors);
    this.#marked = order === undefined;
    this.#order = order;
  }

  override get mark(): Buffer | undefined {
    return this.#marked ? marks[this.#order ?? "le"] : undefined;
  }

  override get needsStart(): boolean {
    return this.#order === undefined;
  }

  override begin(bytes: Buffer, last: boolean): number | undefined {
    if (!this.#marked) return 0;
    if (bytes.length < 2 && !last) return undefined;
    const front = bytes.subarray(0, 2);
    const order = front.equals(marks.le) ? "le" : front.equals(marks.be) ? "be" : undefined;
    // Without a mark it is read as most machines write it.
    this.#order = order ?? "le";
    return order === undefined ? 0 : 2;
  }

  #unit(bytes: Buffer, at: number): number {
    return this.#order === "be" ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  }

  override completeLength(bytes: Buffer): number {
    const even = bytes.length & ~1;
    return even > 0 && isHigh(this.#unit(bytes, even - 2)) ? even - 2 : even;
  }

  override lastReturn(bytes: Buffer): number {
    let at = (bytes.length & ~1) - 2;
    while (at >= 0 && this.#unit(bytes, at) !== 0x0d) at -= 2;
    return at;
  }

  protected override get native(): BufferEncoding | undefined {
    return this.#order === "be" ? undefined : "utf16le";
  }

  override decode(bytes: Buffer, path: string, position: number): string {
    const text = bytes.length % 2 === 0 ? this.plain(bytes) : "\uD800";
    return text.isWellFormed() ? text : super.decode(bytes, path, position);
  }

  protected override valid(bytes: Buffer): boolean {
    return bytes.length % 2 === 0 && this.plain(bytes).isWellFormed();
  }

  protected override plain(bytes: Buffer): string {
    return (this.#order === "be" ? Buffer.from(bytes).swap16() : bytes).toString("utf16le");
  }

  protected override invalid(bytes: Buffer, from: number): Span | undefined {
    for (let at = from; at < bytes.length; at += 2) {
      // As Python has it: what breaks off at the end is one mistake, however many bytes are left.
      if (at + 1 === bytes.length) return { start: at, end: bytes.length };
      const unit = this.#unit(bytes, at);
      if (unit < 0xd800 || unit > 0xdfff) continue;
      if (unit >= 0xdc00) return { start: at, end: at + 2 };
      if (at + 4 > bytes.length) return { start: at, end: bytes.length };
      const next = this.#unit(bytes, at + 2);
      if (next < 0xdc00 || next > 0xdfff) return { start: at, end: at + 2 };
      at += 2;
    }
    return undefined;
  }

  protected override get bytewise(): boolean {
    return false;
  }

  protected override width(text: string): number {
    return 2 * text.length;
  }

  protected override unencodable(text: string, from: number): number {
    if (text.isWellFormed()) return -1;
    const lone = /\p{Surrogate}/gu;
    lone.lastIndex = from;
    return lone.exec(text)?.index ?? -1;
  }

  protected override plainBytes(text: string): Buffer {
    const bytes = Buffer.from(text, "utf16le");
    return this.#order === "be" ? bytes.swap16() : bytes;
  }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
