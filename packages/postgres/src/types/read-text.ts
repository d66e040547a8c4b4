// Reads UTF-8 text. Most texts in results are short, ASCII, and repeat: these are made without a call into the host,
// and the same ones share one string.

import type { Chunk } from "../wire/chunk.ts";

const SLOTS = 4096;
const LONGEST_INTERNED = 32;
const interned: (string | undefined)[] = Array.from({ length: SLOTS });

type Bytes = Buffer & { utf8Slice(start: number, end: number): string };
const fromCharCode = String.fromCharCode;

export function readText(chunk: Chunk, start: number, end: number): string {
  const length = end - start;
  const b = chunk.bytes;
  if (length > LONGEST_INTERNED) return (b as Bytes).utf8Slice(start, end);
  if (length === 0) return "";
  let all = 0;
  let hash = length;
  for (let i = start; i < end; i++) {
    const unit = b[i]!;
    all |= unit;
    hash = (Math.imul(hash, 31) + unit) | 0;
  }
  if (all > 127) return (b as Bytes).utf8Slice(start, end);
  if (length <= 8) return short(b, start, length);
  const slot = hash & (SLOTS - 1);
  const known = interned[slot];
  if (known !== undefined && known.length === length && same(known, b, start)) return known;
  return (interned[slot] = (b as Bytes).utf8Slice(start, end));
}

function same(text: string, b: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== b[start + i]) return false;
  return true;
}

// A fixed number of arguments is what makes fromCharCode fast.
function short(b: Buffer, o: number, length: number): string {
  switch (length) {
    case 1:
      return fromCharCode(b[o]!);
    case 2:
      return fromCharCode(b[o]!, b[o + 1]!);
    case 3:
      return fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!);
    case 4:
      return fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!);
    case 5:
      return fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!);
    case 6:
      return fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!);
    case 7:
      return fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!);
    default:
      return fromCharCode(b[o]!, b[o + 1]!, b[o + 2]!, b[o + 3]!, b[o + 4]!, b[o + 5]!, b[o + 6]!, b[o + 7]!);
  }
}
