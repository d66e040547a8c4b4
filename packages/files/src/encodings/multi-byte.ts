// Encodings of East Asia, as the host's TextDecoder reads them (the Encoding Standard). It cannot write them.
import { TextDecoder } from "node:util";
import { TextCodec, type Span, type TextErrors } from "../text-codec.ts";

/** No character is longer. */
const longest = 4;

export class MultiByte extends TextCodec {
  readonly #strict: TextDecoder;

  constructor(encoding: string, errors: TextErrors) {
    super(encoding, errors);
    this.#strict = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  }

  override completeLength(bytes: Buffer): number {
    let from = 0;
    for (let bad = this.#mistake(bytes, 0); bad !== -1; bad = this.#mistake(bytes, from)) from = bad + 1;
    return from + this.#whole(bytes.subarray(from));
  }

  protected override valid(bytes: Buffer): boolean {
    return this.#text(bytes) !== undefined;
  }

  protected override plain(bytes: Buffer): string {
    return this.#strict.decode(bytes);
  }

  /** A byte that begins no character; what breaks off at the end is one mistake, however many bytes are left. */
  protected override invalid(bytes: Buffer, from: number): Span | undefined {
    const bad = this.#mistake(bytes, from);
    if (bad !== -1) return { start: bad, end: bad + 1 };
    const start = from + this.#whole(bytes.subarray(from));
    return start === bytes.length ? undefined : { start, end: bytes.length };
  }

  #text(bytes: Buffer): string | undefined {
    try {
      return this.#strict.decode(bytes);
    } catch {
      return undefined;
    }
  }

  /** How many of the bytes are whole characters, where only the end can be none. */
  #whole(bytes: Buffer): number {
    let { length } = bytes;
    while (length > 0 && !this.valid(bytes.subarray(0, length))) length--;
    return length;
  }

  /** Whether the bytes are text, up to a character that may be unfinished. */
  #begins(bytes: Buffer): boolean {
    const least = Math.max(0, bytes.length - longest + 1);
    for (let length = bytes.length; length >= least; length--)
      if (this.valid(bytes.subarray(0, length))) return this.#unfinished(bytes.subarray(length));
    return false;
  }

  /** Whether the bytes are the front of a character. */
  #unfinished(bytes: Buffer): boolean {
    if (bytes.length === 0) return true;
    const { encoding } = this;
    try {
      new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
      return true;
    } catch {
      return false;
    }
  }

  /** The first byte, at or behind `from`, that begins no character, nor one that more bytes could finish; -1 for none. */
  #mistake(bytes: Buffer, from: number): number {
    // In growing steps, so that the search costs what lies before the mistake.
    let good = from;
    for (let step = 64; ; step *= 2) {
      const end = Math.min(bytes.length, good + step);
      if (this.#begins(bytes.subarray(good, end))) {
        if (end === bytes.length) return -1;
        good += this.#whole(bytes.subarray(good, end));
        continue;
      }
      let bad = end - good;
      let fine = 0;
      while (bad - fine > 1) {
        const middle = (fine + bad) >> 1;
        if (this.#begins(bytes.subarray(good, good + middle))) fine = middle;
        else bad = middle;
      }
      return good + this.#whole(bytes.subarray(good, good + fine));
    }
  }

  /** What cannot be encoded cannot be measured so: the longest front that gives no more. */
  protected override widthOf(bytes: Buffer, _text: string, count: number): number {
    let fits = 0;
    let exceeds = bytes.length + 1;
    while (exceeds - fits > 1) {
      const middle = (fits + exceeds) >> 1;
      const whole = this.#whole(bytes.subarray(0, middle));
      if (this.plain(bytes.subarray(0, whole)).length <= count) fits = middle;
      else exceeds = middle;
    }
    return this.#whole(bytes.subarray(0, fits));
  }

  protected override width(): number {
    throw this.#readOnly();
  }

  protected override unencodable(): number {
    throw this.#readOnly();
  }

  protected override plainBytes(): Buffer {
    throw this.#readOnly();
  }

  #readOnly(): TypeError {
    return new TypeError(`Cannot write ${this.encoding}: it can only be read`);
  }
}
