// Bytes that came and were not read: a list of chunks, searched and cut where they lie. What is taken is a view of the chunk that it
// came in; bytes are copied only where what is asked for lies in several.

/** Chunks of at most this size are copied together where they lie unread behind others: a peer that sends byte by byte costs no more than one
 * that does not, neither in memory nor in searching. */
const tiny = 256;

/** Bytes of the blocks in which they come to lie. */
const blockSize = 2048;

/** Chunks of this size and more are handed over as they are, not copied together with their neighbours. */
const large = 16 * 1024;

export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  /** Index of the first chunk that still has bytes. */
  #head = 0;
  /** How many bytes of the first chunk are taken. */
  #start = 0;
  /** The block whose first bytes are the last chunk; null where that came from elsewhere. */
  #block: Buffer | null = null;
  length = 0;

  push(chunk: Buffer): void {
    if (chunk.length <= tiny && this.length > 0) this.#gather(chunk);
    else {
      this.#chunks.push(chunk);
      this.#block = null;
    }
    this.length += chunk.length;
  }

  /** What is behind the last chunk in its block has been given to nobody. */
  #gather(chunk: Buffer): void {
    const chunks = this.#chunks;
    const filled = this.#block === null ? blockSize : chunks.at(-1)!.length;
    if (filled + chunk.length <= blockSize) {
      chunk.copy(this.#block!, filled);
      chunks[chunks.length - 1] = this.#block!.subarray(0, filled + chunk.length);
      return;
    }
    const block = Buffer.allocUnsafe(blockSize);
    chunk.copy(block);
    chunks.push(block.subarray(0, chunk.length));
    this.#block = block;
  }

  /** Takes some bytes, at most `most`, without waiting for more than there are. There must be some. */
  takeSome(most: number): Buffer {
    const first = this.#chunks[this.#head]!;
    const rest = first.length - this.#start;
    if (rest >= most) return this.take(most);
    if (rest >= large || rest === this.length) return this.take(rest);
    let count = rest;
    for (let i = this.#head + 1; i < this.#chunks.length && count < most; i++) {
      const next = this.#chunks[i]!.length;
      if (next >= large) break;
      count += next;
    }
    return this.take(Math.min(count, most));
  }

  /** Takes the first `count` bytes, which must be there. */
  take(count: number): Buffer {
    if (count === 0) return none;
    const first = this.#chunks[this.#head]!;
    const from = this.#start;
    const end = from + count;
    if (end < first.length) {
      this.#start = end;
      this.length -= count;
      return first.subarray(from, end);
    }
    if (end === first.length) {
      this.length -= count;
      this.#drop();
      return from === 0 ? first : first.subarray(from);
    }
    const taken = Buffer.allocUnsafe(count);
    this.takeInto(taken);
    return taken;
  }

  /** Copies the first bytes into the target, as many as there are and it has room for. How many it were. */
  takeInto(target: Buffer): number {
    let filled = 0;
    while (filled < target.length && this.length > 0) {
      const chunk = this.#chunks[this.#head]!;
      const part = Math.min(chunk.length - this.#start, target.length - filled);
      chunk.copy(target, filled, this.#start, this.#start + part);
      filled += part;
      this.length -= part;
      if (this.#start + part === chunk.length) this.#drop();
      else this.#start += part;
    }
    return filled;
  }

  /** Takes everything, chunk by chunk. */
  takeChunks(): Buffer[] {
    const taken: Buffer[] = [];
    while (this.length > 0) taken.push(this.take(this.#chunks[this.#head]!.length - this.#start));
    return taken;
  }

  /** Where the bytes begin, at or behind `from`; -1 when they are not there. Positions count from the first byte held. */
  indexOf(wanted: Buffer, from: number): number {
    const overlap = wanted.length - 1;
    let position = -this.#start;
    for (let i = this.#head; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i]!;
      const end = position + chunk.length;
      if (from < end) {
        const start = Math.max(from, i === this.#head ? 0 : position);
        const inside =
          overlap === 0
            ? chunk.indexOf(wanted[0]!, start - position)
            : chunk.indexOf(wanted, start - position);
        if (inside !== -1) return position + inside;
        if (overlap > 0 && end < this.length) {
          // It may lie across the border.
          const windowStart = Math.max(start, end - overlap);
          const across = this.#copy(windowStart, Math.min(end + overlap, this.length)).indexOf(wanted);
          if (across !== -1) return windowStart + across;
        }
      }
      position = end;
    }
    return -1;
  }

  #copy(from: number, to: number): Buffer {
    const copied = Buffer.allocUnsafe(to - from);
    let position = -this.#start;
    for (let i = this.#head; i < this.#chunks.length && position < to; i++) {
      const chunk = this.#chunks[i]!;
      const end = position + chunk.length;
      if (end > from) {
        const start = Math.max(from, position);
        chunk.copy(copied, start - from, start - position, Math.min(end, to) - position);
      }
      position = end;
    }
    return copied;
  }

  /** Forgets the first chunk. */
  #drop(): void {
    this.#start = 0;
    if (this.length === 0) {
      this.#chunks.length = this.#head = 0;
      this.#block = null;
      return;
    }
    this.#chunks[this.#head++] = none;
    if (this.#head > 64 && this.#head * 2 > this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

export const none: Buffer = Buffer.alloc(0);
