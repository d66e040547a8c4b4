// Builds protocol messages straight into one growing buffer. What was taken to be sent is never written again, so a
// socket may keep it as long as it likes; the rest of the buffer goes on being used.

import { DataError } from "../errors.ts";

const BLOCK = 64 * 1024;

/** Faster than `write(value, "utf8")`, and in Bun and Deno too; the type declarations do not know it. */
type Bytes = Buffer & { utf8Write(value: string, offset: number): number };

export class MessageWriter {
  #bytes: Bytes;
  #view: DataView;
  /** Where the bytes not yet taken begin. */
  #start = 0;
  #position = 0;
  /** Where the length of the open message stands. */
  #frame = 0;

  constructor() {
    this.#bytes = Buffer.allocUnsafeSlow(BLOCK) as Bytes;
    this.#view = viewOf(this.#bytes);
  }

  /** Bytes written and not yet taken. */
  get size(): number {
    return this.#position - this.#start;
  }

  /** Gives the bytes written since the last call; they belong to the caller. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(this.#start, this.#position);
    this.#start = this.#position;
    return bytes;
  }

  /** Drops everything written after `size` was what it was given here: a message that could not be encoded. */
  rewind(size: number): void {
    this.#position = this.#start + size;
  }

  begin(type: number): void {
    this.#reserve(5);
    this.#bytes[this.#position] = type;
    this.#frame = this.#position + 1 - this.#start;
    this.#position += 5;
  }

  /** A message without a type byte: startup, SSL and cancel requests. */
  beginUntyped(): void {
    this.#reserve(4);
    this.#frame = this.#position - this.#start;
    this.#position += 4;
  }

  end(): void {
    const at = this.#start + this.#frame;
    this.#view.setInt32(at, this.#position - at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = value;
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#position, value);
    this.#position += 2;
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#position, value);
    this.#position += 4;
  }

  int64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.#position, value);
    this.#position += 8;
  }

  /** A whole number beyond 32 bits, exact to 2^53, without making a bigint. */
  int64FromNumber(value: number): void {
    this.#reserve(8);
    this.#view.setInt32(this.#position, Math.floor(value / 0x100000000));
    this.#view.setUint32(this.#position + 4, value >>> 0);
    this.#position += 8;
  }

  float32(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#position, value);
    this.#position += 4;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#position, value);
    this.#position += 8;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
  }

  /** Text as UTF-8. Refuses what the server would: NUL and unpaired surrogates. */
  text(value: string): void {
    const length = value.length;
    this.#reserve(length * 3);
    const bytes = this.#bytes;
    let position = this.#position;
    let index = 0;
    // Most texts are short and ASCII, where this loop is faster than the call into the host.
    if (length <= 48) {
      for (; index < length; index++) {
        const unit = value.charCodeAt(index);
        if (unit === 0 || unit > 127) break;
        bytes[position++] = unit;
      }
      this.#position = position;
      if (index === length) return;
      this.#position -= index;
    }
    if (value.includes("\0"))
      throw new DataError("text contains a NUL character, which PostgreSQL cannot store");
    if (!value.isWellFormed())
      throw new DataError("text contains an unpaired surrogate, which is not valid UTF-8");
    this.#position += bytes.utf8Write(value, this.#position);
  }

  /** Text followed by a zero byte. */
  cstring(value: string): void {
    this.text(value);
    this.byte(0);
  }

  /** Opens a field: a 32-bit length that `endField` fills in. Fields nest. */
  beginField(): number {
    this.#reserve(4);
    const mark = this.#position - this.#start;
    this.#position += 4;
    return mark;
  }

  endField(mark: number): void {
    const at = this.#start + mark;
    this.#view.setInt32(at, this.#position - at - 4);
  }

  #reserve(count: number): void {
    if (this.#position + count > this.#bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const used = this.#position - this.#start;
    const bytes = Buffer.allocUnsafeSlow(Math.max(BLOCK, (used + count) * 2)) as Bytes;
    this.#bytes.copy(bytes, 0, this.#start, this.#position);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#start = 0;
    this.#position = used;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
