// Bytes accepted and not yet written: appended at the end, taken off the front as the system reports them written. They are
// always a copy of what the caller gave, so that a write that goes on after its caller was cancelled writes what was meant.
//
// Short texts are gathered as text first: to encode many in one go takes a third of the time. Whoever looks at the bytes finds
// them all encoded.

interface Part {
  readonly memory: Buffer;
  end: number;
}

const smallestBlock = 4096;
const usual = 65_536;
/** A file that is written on and on is written in larger blocks: to hand one over costs much the same, whatever its size. */
const largest = 262_144;
/** So much text is gathered before it is encoded, in UTF-16 units. */
const mostText = 4096;

/** Somewhat more than the limit: what goes beyond it still fits, and all is written in one go. */
function blockFor(limit: number): number {
  return Math.max(limit + (limit >> 2), smallestBlock);
}

export class WriteBuffer {
  /** How many bytes to gather before it is time to write. */
  #limit: number;
  #grows: boolean;
  /** Memory of a part. */
  #block: number;
  #parts: Part[] = [];
  /** The last part, with room in it. */
  #tail: Part | undefined;
  /** How much of the first part is written. */
  #head = 0;
  #length = 0;
  /** Behind all parts: text that is not encoded yet. */
  #text = "";
  #encoding: BufferEncoding = "utf8";
  /** Memory of a part that is written, for the next one. */
  #spare: Buffer | undefined;

  /** @param limit how many bytes to gather before it is time to write; undefined to choose */
  constructor(limit: number | undefined) {
    this.#limit = limit ?? usual;
    this.#grows = limit === undefined;
    this.#block = blockFor(this.#limit);
  }

  get length(): number {
    if (this.#text !== "") this.#encodeText();
    return this.#length;
  }

  get empty(): boolean {
    return this.#length === 0 && this.#text === "";
  }

  /** Whether it is time to write. */
  get full(): boolean {
    return this.length >= this.#limit;
  }

  /** Whether `count` bytes more do not make it time to write. */
  takes(count: number): boolean {
    // As text may be, or else as it is.
    return this.#length + 3 * this.#text.length + count < this.#limit || this.length + count < this.#limit;
  }

  /** From now on every write is due at once. */
  gatherNothing(): void {
    this.#limit = 0;
    this.#grows = false;
  }

  /** It became time to write because so much was gathered, and not because somebody wanted it. */
  ranFull(): void {
    if (!this.#grows || this.#limit >= largest) return;
    this.#limit *= 2;
    this.#block = blockFor(this.#limit);
    this.#spare = undefined;
  }

  append(bytes: Uint8Array): void {
    const size = bytes.length;
    if (size === 0) return;
    if (this.#text !== "") this.#encodeText();
    if (size >= this.#block) this.#push({ memory: Buffer.from(bytes), end: size });
    else {
      const tail = this.#room(size);
      tail.memory.set(bytes, tail.end);
      tail.end += size;
    }
    this.#length += size;
  }

  /** Takes text of which the encoding has every character. */
  appendText(text: string, encoding: BufferEncoding): void {
    if (this.#encoding !== encoding) {
      this.#encodeText();
      this.#encoding = encoding;
    }
    this.#text += text;
    if (this.#text.length >= mostText) this.#encodeText();
  }

  #encodeText(): void {
    const text = this.#text;
    const encoding = this.#encoding;
    this.#text = "";
    const tail = this.#tail;
    // Counted only where it may not fit.
    const size =
      tail !== undefined && tail.memory.length - tail.end >= 3 * text.length
        ? 0
        : Buffer.byteLength(text, encoding);
    if (size >= this.#block) {
      this.#push({ memory: Buffer.from(text, encoding), end: size });
      this.#length += size;
      return;
    }
    const room = this.#room(size);
    const written = room.memory.write(text, room.end, encoding);
    room.end += written;
    this.#length += written;
  }

  /** The first bytes to write; undefined when there are none. */
  front(): Buffer | undefined {
    if (this.#text !== "") this.#encodeText();
    const first = this.#parts[0];
    return first?.memory.subarray(this.#head, first.end);
  }

  /** The system has written `count` bytes of the front. */
  written(count: number): void {
    this.#length -= count;
    this.#head += count;
    const first = this.#parts[0];
    if (first === undefined || this.#head < first.end) return;
    this.#parts.shift();
    if (first === this.#tail) this.#tail = undefined;
    this.#head = 0;
    if (first.memory.length === this.#block) this.#spare = first.memory;
  }

  clear(): void {
    this.#parts = [];
    this.#tail = undefined;
    this.#head = this.#length = 0;
    this.#text = "";
  }

  #push(part: Part): void {
    this.#parts.push(part);
    this.#tail = part;
  }

  /** The part to append `size` bytes to. */
  #room(size: number): Part {
    const last = this.#tail;
    if (last !== undefined && last.memory.length - last.end >= size) return last;
    const part = { memory: this.#spare ?? Buffer.allocUnsafeSlow(this.#block), end: 0 };
    this.#spare = undefined;
    this.#push(part);
    return part;
  }
}
