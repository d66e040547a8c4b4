// Bytes accepted and not yet written: appended at the end, taken off the front as the system reports them written. They are
// always a copy of what the caller gave, so that a write that goes on after its caller was cancelled writes what was meant.

interface Part {
  readonly memory: Buffer;
  end: number;
}

export class WriteBuffer {
  readonly #capacity: number;
  #parts: Part[] = [];
  /** How much of the first part is written. */
  #head = 0;
  #length = 0;
  /** Memory of a part that is written, for the next one. */
  #spare: Buffer | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether it is time to write. */
  get full(): boolean {
    return this.#length >= this.#capacity;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length >= this.#capacity) {
      this.#parts.push({ memory: Buffer.from(bytes), end: bytes.length });
    } else {
      const tail = this.#tail(bytes.length);
      tail.memory.set(bytes, tail.end);
      tail.end += bytes.length;
    }
    this.#length += bytes.length;
  }

  /** Encodes the text in place. Gives the number of bytes. */
  appendText(text: string, encoding: BufferEncoding): number {
    const most = text.length * 3;
    let written: number;
    if (most >= this.#capacity) {
      const memory = Buffer.from(text, encoding);
      written = memory.length;
      this.#parts.push({ memory, end: written });
    } else {
      const tail = this.#tail(most);
      written = tail.memory.write(text, tail.end, encoding);
      tail.end += written;
    }
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
    this.#head = 0;
    if (first.memory.length === this.#capacity) this.#spare = first.memory;
  }

  /** The part to append `size` bytes to. */
  #tail(size: number): Part {
    const last = this.#parts.at(-1);
    if (last !== undefined && last.memory.length - last.end >= size) return last;
    const part = { memory: this.#spare ?? Buffer.allocUnsafeSlow(this.#capacity), end: 0 };
    this.#spare = undefined;
    this.#parts.push(part);
    return part;
  }
}
