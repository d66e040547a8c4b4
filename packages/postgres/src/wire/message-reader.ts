// Cuts a stream of bytes, however it was split, into protocol messages. Messages that lie whole in one chunk are read
// in place; only one that crosses a border is copied.

import { ProtocolError } from "../errors.ts";
import { chunkOf } from "./chunk.ts";
import type { Chunk } from "./chunk.ts";

/** Called for each message: its type byte and where its body lies. The chunk is never reused. */
export type OnMessage = (type: number, chunk: Chunk, start: number, end: number) => void;

const HEADER = 5;
/** PostgreSQL itself cannot make a longer one. */
const MAX_LENGTH = 0x3fffffff;

export class MessageReader {
  readonly #onMessage: OnMessage;
  /** The message that crosses a border: header bytes first, then (once the length is known) a buffer of its size. */
  #partial: Buffer | null = null;
  #filled = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  /** True between messages: no byte of an unfinished one is held. */
  get atBorder(): boolean {
    return this.#partial === null;
  }

  /** Takes the next bytes of the stream. Throws ProtocolError when they cannot be messages; the stream is then lost. */
  feed(bytes: Uint8Array): void {
    let position = 0;
    const size = bytes.length;
    while (this.#partial !== null && position < size) position = this.#fill(bytes, position);
    if (position === size) return;

    const chunk = chunkOf(bytes);
    const view = chunk.view;
    while (size - position >= HEADER) {
      const length = view.getInt32(position + 1);
      checkHeader(length, bytes[position]!);
      const end = position + 1 + length;
      if (end > size) break;
      this.#onMessage(bytes[position]!, chunk, position + HEADER, end);
      position = end;
    }
    if (position < size) this.#keep(bytes, position);
  }

  #keep(bytes: Uint8Array, position: number): void {
    const rest = bytes.length - position;
    let size = HEADER;
    if (rest >= HEADER)
      size = 1 + new DataView(bytes.buffer, bytes.byteOffset + position, HEADER).getInt32(1);
    // A length is only a claim until the bytes come: grow towards a long message instead of trusting it.
    const buffer = Buffer.allocUnsafe(Math.min(size, Math.max(rest, 1 << 20)));
    buffer.set(bytes.subarray(position));
    this.#partial = buffer;
    this.#filled = rest;
  }

  #fill(bytes: Uint8Array, position: number): number {
    let buffer = this.#partial!;
    const wanted = this.#filled < HEADER ? HEADER : 1 + buffer.readInt32BE(1);
    const taken = Math.min(wanted - this.#filled, bytes.length - position);
    if (this.#filled + taken > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(wanted, Math.max(this.#filled + taken, buffer.length * 2)));
      buffer.copy(larger, 0, 0, this.#filled);
      this.#partial = buffer = larger;
    }
    buffer.set(bytes.subarray(position, position + taken), this.#filled);
    this.#filled += taken;
    if (this.#filled >= HEADER) {
      const length = buffer.readInt32BE(1);
      checkHeader(length, buffer[0]!);
      if (this.#filled === 1 + length) {
        this.#partial = null;
        this.#filled = 0;
        const whole = chunkOf(buffer.subarray(0, 1 + length));
        this.#onMessage(whole.bytes[0]!, whole, HEADER, 1 + length);
      }
    }
    return position + taken;
  }
}

/** The types that a server sends. Anything else is not PostgreSQL, and its claimed length is not waited for. */
const known = new Uint8Array(256);
for (const type of "123ACDEGHIKNRSTVWZcdnstv") known[type.charCodeAt(0)] = 1;

function checkHeader(length: number, type: number): void {
  if (length >= 4 && length <= MAX_LENGTH && known[type] === 1) return;
  const name = type > 32 && type < 127 ? `'${String.fromCharCode(type)}'` : `0x${type.toString(16)}`;
  throw new ProtocolError(
    `the server does not speak PostgreSQL's protocol: message ${name} of ${length} bytes`,
  );
}
