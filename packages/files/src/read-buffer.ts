// Bytes read ahead: filled at the end by the system, taken from the front by the reader.

const none: Buffer = Buffer.alloc(0);

export class ReadBuffer {
  readonly #capacity: number;
  #bytes: Buffer = none;
  #start = 0;
  #end = 0;

  /** @param capacity how many bytes to read ahead */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Free space to read into, so that the buffer could hold `want` bytes in the end; at least one byte of it. */
  space(want: number): Buffer {
    const held = this.length;
    const needed = Math.max(Math.min(want, Math.max(held * 2, 65_536)), this.#capacity, held + 1);
    if (this.#bytes.length - this.#start < needed) {
      const target = this.#bytes.length < needed ? Buffer.allocUnsafeSlow(needed) : this.#bytes;
      this.#bytes.copy(target, 0, this.#start, this.#end);
      this.#bytes = target;
      this.#start = 0;
      this.#end = held;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** Room for `want` bytes at once, where it is known that so many will come. */
  reserve(want: number): void {
    if (this.#bytes.length - this.#start >= want) return;
    const target = Buffer.allocUnsafeSlow(want);
    const held = this.#bytes.copy(target, 0, this.#start, this.#end);
    this.#bytes = target;
    this.#start = 0;
    this.#end = held;
  }

  /** The system has put `count` bytes into the space. */
  filled(count: number): void {
    this.#end += count;
  }

  /** The bytes held; valid until the next change. */
  view(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Where the byte stands, counted from the first one held, at or behind `from`; -1 when it is not there. */
  indexOf(byte: number, from = 0): number {
    const at = this.#bytes.indexOf(byte, this.#start + from);
    return at === -1 || at >= this.#end ? -1 : at - this.#start;
  }

  /** Takes the first `count` bytes; they are the caller's. */
  take(count: number): Buffer {
    const from = this.#start;
    const whole = count === this.length && count > this.#capacity;
    this.skip(count);
    if (whole) {
      // A large read grew the buffer for itself: handing it over saves the copy, and gives the memory back.
      const taken = this.#bytes.subarray(from, from + count);
      this.#bytes = none;
      this.#start = this.#end = 0;
      return taken;
    }
    return Buffer.from(this.#bytes.subarray(from, from + count));
  }

  skip(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  clear(): void {
    this.#start = this.#end = 0;
  }
}
