// ByteSource: the seam between what delivers bytes (a socket's body, a decompressor) and what reads them (StreamReader).

import type { Coroutine } from "corio";

export interface ByteSource {
  /** The next chunk, never empty; null at the end. One pull at a time. */
  pull(): Coroutine<Uint8Array | null>;
  /** Stops the delivery. Idempotent; what was not read is lost. */
  close(): void;
}

/** Reads a source to its end. `tooLarge` makes the error for the first byte beyond `maxSize`. */
export function* pullAll(
  source: ByteSource,
  maxSize: number,
  tooLarge: (limit: number) => Error,
): Coroutine<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = yield* source.pull();
    if (chunk === null) break;
    size += chunk.byteLength;
    if (size > maxSize) {
      source.close();
      throw tooLarge(maxSize);
    }
    chunks.push(chunk);
  }
  return concat(chunks, size);
}

/** One buffer of many; a single chunk is not copied. */
export function concat(chunks: readonly Uint8Array[], size: number): Buffer {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) {
    return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  }
  return Buffer.concat(chunks, size);
}
