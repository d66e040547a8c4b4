// Bytes accepted and not yet written: appended at the end, taken off the front as the system reports them written. They are
// always a copy of what the caller gave, so that a write that goes on after its caller was cancelled writes what was meant.

interface Part {
  readonly memory: Buffer;
  end: number;
}

const smallestBlock = 4096;
const usual = 65_536;
/** A file that is written on and on is written in larger blocks: to hand one over costs much the same, whatever its size. */
const largest = 262_144;

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
  /** Memory of a part that is written, for the next one. */
  #spare: Buffer | undefined;

  /** @param limit how many bytes to gather before it is time to write; undefined to choose */
  constructor(limit: number | undefined) {
    this.#limit = limit ?? usual;
    this.#grows = limit === undefined;
    this.#block = blockFor(this.#limit);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether it is time to write. */
  get full(): boolean {
    return this.#length >= this.#limit;
  }

  /** Whether `count` bytes more do not make it time to write. */
  takes(count: number): boolean {
    return this.#length + count < this.#limit;
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
    if (size >= this.#block) this.#push({ memory: Buffer.from(bytes), end: size });
    else {
      const tail = this.#room(size);
      tail.memory.set(bytes, tail.end);
      tail.end += size;
    }
    this.#length += size;
  }

  /** Encodes the text in place. Gives the number of bytes. */
  appendText(text: string, encoding: BufferEncoding): number {
    const most = text.length * 3;
    if (most >= this.#block) {
      const bytes = Buffer.from(text, encoding);
      this.#push({ memory: bytes, end: bytes.length });
      this.#length += bytes.length;
      return bytes.length;
    }
    const tail = this.#room(most);
    const written = tail.memory.write(text, tail.end, encoding);
    tail.end += written;
    this.#length += written;
    return written;
  }

  /** The first bytes to write; undefined when there are none. */
  front(): Buffer | undefined {
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
