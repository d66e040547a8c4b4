// Ranges and multiranges of any element type.

import { DataError } from "../errors.ts";
import { BINARY, TEXT, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { asText } from "./texts.ts";

const EMPTY = 0x01;
const LOWER_INCLUSIVE = 0x02;
const UPPER_INCLUSIVE = 0x04;
const LOWER_UNBOUNDED = 0x08;
const UPPER_UNBOUNDED = 0x10;

export interface RangeOptions {
  readonly lowerInclusive?: boolean;
  readonly upperInclusive?: boolean;
  readonly isEmpty?: boolean;
}

/** A range of values. A bound of null means none on that side. Like PostgreSQL's own: `[lower, upper)` unless said. */
export class Range<T = unknown> {
  readonly lower: T | null;
  readonly upper: T | null;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  readonly isEmpty: boolean;

  constructor(lower: T | null = null, upper: T | null = null, options: RangeOptions = {}) {
    this.isEmpty = options.isEmpty ?? false;
    this.lower = this.isEmpty ? null : lower;
    this.upper = this.isEmpty ? null : upper;
    this.lowerInclusive = this.lower !== null && (options.lowerInclusive ?? true);
    this.upperInclusive = this.upper !== null && (options.upperInclusive ?? false);
  }

  static empty<T = never>(): Range<T> {
    return new Range<T>(null, null, { isEmpty: true });
  }

  toString(): string {
    if (this.isEmpty) return "empty";
    const [open, close] = [this.lowerInclusive ? "[" : "(", this.upperInclusive ? "]" : ")"];
    return `${open}${String(this.lower ?? "")},${String(this.upper ?? "")}${close}`;
  }
}

export function rangeOf(element: Codec, name: string): Codec {
  // Without a binary form of the bounds there is none of the range.
  if (element.format === TEXT) return asText(name);
  return {
    name,
    format: BINARY,
    decode(chunk, start, end) {
      const { view } = chunk;
      if (end === start) throw wrongLength(name, 0);
      const flags = view.getUint8(start);
      if (flags & EMPTY) return Range.empty();
      let position = start + 1;
      const bound = (): unknown => {
        const size = view.getInt32(position);
        const from = position + 4;
        if (size < 0 || from + size > end) throw wrongLength(name, end - start);
        position = from + size;
        return element.decode(chunk, from, position);
      };
      const lower = flags & LOWER_UNBOUNDED ? null : bound();
      const upper = flags & UPPER_UNBOUNDED ? null : bound();
      return new Range(lower, upper, {
        lowerInclusive: (flags & LOWER_INCLUSIVE) !== 0,
        upperInclusive: (flags & UPPER_INCLUSIVE) !== 0,
      });
    },
    encode(writer, value) {
      if (!(value instanceof Range)) throw mismatch(`a Range for ${name}`, value);
      if (value.isEmpty) return writer.byte(EMPTY);
      let flags = 0;
      if (value.lower === null) flags |= LOWER_UNBOUNDED;
      else if (value.lowerInclusive) flags |= LOWER_INCLUSIVE;
      if (value.upper === null) flags |= UPPER_UNBOUNDED;
      else if (value.upperInclusive) flags |= UPPER_INCLUSIVE;
      writer.byte(flags);
      for (const bound of [value.lower, value.upper]) {
        if (bound === null) continue;
        const field = writer.beginField();
        element.encode(writer, bound);
        writer.endField(field);
      }
    },
  };
}

/** A multirange is an array of its ranges, in order and apart. */
export function multirangeOf(range: Codec, name: string): Codec {
  if (range.format === TEXT) return asText(name);
  return {
    name,
    format: BINARY,
    takesArrays: true,
    decode(chunk, start, end) {
      const count = chunk.view.getInt32(start);
      if (count < 0 || count > (end - start) / 5) throw wrongLength(name, end - start);
      const result: unknown[] = [];
      let position = start + 4;
      for (let i = 0; i < count; i++) {
        const size = chunk.view.getInt32(position);
        position += 4;
        if (size < 0 || position + size > end) throw wrongLength(name, end - start);
        result.push(range.decode(chunk, position, position + size));
        position += size;
      }
      return result;
    },
    encode(writer, value) {
      if (!Array.isArray(value)) throw mismatch(`an array of Ranges for ${name}`, value);
      writer.int32(value.length);
      value.forEach((item, index) => {
        if (item === null || item === undefined)
          throw new DataError(`element #${index} of a multirange is null`);
        const field = writer.beginField();
        range.encode(writer, item);
        writer.endField(field);
      });
    },
  };
}
