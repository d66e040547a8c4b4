// Bytes read ahead: filled at the end by the system, taken from the front by the reader.

const none: Buffer = Buffer.alloc(0);

const usual = 65_536;
/** A file that is read on and on is read in larger blocks: fewer trips for the same bytes. */
const largest = 262_144;

export class ReadBuffer {
  #base: number;
  #grows: boolean;
  /** How many bytes to read ahead. */
  #capacity: number;
  #bytes: Buffer = none;
  #start = 0;
  #end = 0;
  #offered = 0;

  /** @param capacity how many bytes to read ahead; undefined to choose by what is asked for */
  constructor(capacity: number | undefined) {
    this.#base = this.#capacity = capacity ?? usual;
    this.#grows = capacity === undefined;
  }

  /** From now on nothing more is read than is asked for. What is held is given first. */
  readNothingAhead(): void {
    this.#base = this.#capacity = 0;
    this.#grows = false;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Free space to read into, so that the buffer could hold `want` bytes in the end; at least one byte of it. */
  space(want: number): Buffer {
    const held = this.length;
    const needed = Math.max(Math.min(want, Math.max(held * 2, usual)), this.#capacity, held + 1);
    if (this.#bytes.length - this.#start < needed) {
      const target = this.#bytes.length < needed ? Buffer.allocUnsafeSlow(needed) : this.#bytes;
      this.#bytes.copy(target, 0, this.#start, this.#end);
      this.#bytes = target;
      this.#start = 0;
      this.#end = held;
    }
    // Without a buffer not a byte more than asked for: others may read on where this one stops.
    const end = this.#capacity === 0 ? this.#start + needed : this.#bytes.length;
    const space = this.#bytes.subarray(this.#end, end);
    this.#offered = space.length;
    return space;
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
    if (this.#grows && count === this.#offered && this.#capacity < largest) this.#capacity *= 2;
  }

  /** The bytes held; valid until the next change. */
  view(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The first bytes held, `count` at most; valid until the next change. */
  front(count: number): Buffer {
    return this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + count));
  }

  /** Where the byte stands, counted from the first one held, at or behind `from`; -1 when it is not there. */
  indexOf(byte: number, from = 0): number {
    const at = this.#bytes.indexOf(byte, this.#start + from);
    return at === -1 || at >= this.#end ? -1 : at - this.#start;
  }

  /** Takes the first `count` bytes; they are the caller's. */
  take(count: number): Buffer {
    const bytes = this.#bytes;
    const from = this.#start;
    if (count === this.length && count > this.#capacity) {
      // A large read grew the buffer for itself: handing it over saves the copy, and gives the memory back.
      this.#bytes = none;
      this.#start = this.#end = 0;
      return bytes.subarray(from, from + count);
    }
    this.skip(count);
    return Buffer.from(bytes.subarray(from, from + count));
  }

  skip(count: number): void {
    this.#start += count;
    if (this.#start !== this.#end) return;
    this.#start = this.#end = 0;
    // What one long line made it grow to is given back.
    if (this.#bytes.length > largest && this.#bytes.length > this.#capacity) this.#bytes = none;
  }

  /** Forgets what is held: the place has changed, and reading on begins anew. */
  clear(): void {
    this.#start = this.#end = 0;
    if (this.#capacity > this.#base) {
      this.#capacity = this.#base;
      if (this.#bytes.length > this.#base) this.#bytes = none;
    }
  }
}
