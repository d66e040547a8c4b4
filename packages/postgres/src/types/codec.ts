// What a type codec is: how values of one PostgreSQL type are read from and written to the wire.

import { DataError } from "../errors.ts";
import type { Chunk } from "../wire/chunk.ts";
import type { MessageWriter } from "../wire/message-writer.ts";

export const TEXT = 0;
export const BINARY = 1;
export type Format = typeof TEXT | typeof BINARY;

export interface Codec {
  /** As the server spells it: for error messages. */
  readonly name: string;
  readonly format: Format;
  /** Reads the value between two offsets. Never called for NULL. Keeps no reference to the chunk. */
  decode(chunk: Chunk, start: number, end: number): unknown;
  /** Writes the value without its length. Never called for null. Throws DataError for what does not fit. */
  encode(writer: MessageWriter, value: unknown): void;
  /** An expression that reads the value in generated code (`v` view, `b` bytes, `o` start, `n` length), if one is faster. */
  readonly inline?: string;
  /** Set when a JavaScript array may be one value of this type, so that nesting says nothing about array dimensions. */
  readonly takesArrays?: boolean;
  /** What separates the elements of a text array of this type, if not a comma. */
  readonly delimiter?: string;
}

/** The error for a value that cannot be of this type: what was wanted, and what came. */
export function mismatch(wanted: string, value: unknown): DataError {
  return new DataError(`expected ${wanted}, got ${describeValue(value)}`);
}

export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case "number":
    case "bigint":
    case "boolean":
      return `the ${typeof value} ${String(value)}`;
    case "object": {
      if (value === null) return "null";
      const name = (value as { constructor?: { name?: string } }).constructor?.name;
      return Array.isArray(value) ? "an array" : `an object${name && name !== "Object" ? ` (${name})` : ""}`;
    }
    default:
      return `a value of type ${typeof value}`;
  }
}

/** A value's bytes that are not as long as the type says mean that the two ends disagree about the type. */
export function wrongLength(name: string, length: number): DataError {
  return new DataError(`the server sent ${length} bytes for a value of type ${name}`);
}
