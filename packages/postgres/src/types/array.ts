// Arrays of any type and depth, binary where the element is binary, else PostgreSQL's array text. Lower bounds other
// than 1 are not kept: a JavaScript array starts at 0.

import { DataError } from "../errors.ts";
import type { Chunk } from "../wire/chunk.ts";
import type { MessageWriter } from "../wire/message-writer.ts";
import { BINARY, TEXT, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { MAX_DIMENSIONS, dimensionsOf } from "./array-shape.ts";
import { formatArrayText, parseArrayText } from "./array-text.ts";

export function arrayOf(element: Codec, elementOid: number, name: string = `${element.name}[]`): Codec {
  if (element.format === TEXT) {
    return {
      name,
      format: TEXT,
      takesArrays: true,
      decode: (chunk, start, end) => parseArrayText(chunk.bytes.toString("utf8", start, end), element),
      encode: (writer, value) => writer.text(formatArrayText(checked(value, element), element)),
    };
  }
  return {
    name,
    format: BINARY,
    takesArrays: true,
    decode: (chunk, start, end) => decodeArray(chunk, start, end, element),
    encode: (writer, value) => encodeArray(writer, checked(value, element), element, elementOid),
  };
}

function checked(value: unknown, element: Codec): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && element.name !== "bytea") {
    return Array.from(value as unknown as ArrayLike<unknown>);
  }
  if (value instanceof Set) return [...value];
  throw mismatch(`an array of ${element.name}`, value);
}

function decodeArray(chunk: Chunk, start: number, end: number, element: Codec): unknown[] {
  const { view } = chunk;
  if (end - start < 12) throw wrongLength(`${element.name}[]`, end - start);
  const dimensions = view.getInt32(start);
  if (dimensions === 0) return [];
  if (dimensions < 0 || dimensions > MAX_DIMENSIONS || end - start < 12 + dimensions * 8) {
    throw new DataError(`the server sent an array of ${dimensions} dimensions`);
  }
  const lengths: number[] = [];
  for (let i = 0; i < dimensions; i++) lengths.push(view.getInt32(start + 12 + i * 8));
  const cursor = { position: start + 12 + dimensions * 8, end };
  return decodeDimension(chunk, cursor, lengths, 0, element);
}

interface Cursor {
  position: number;
  readonly end: number;
}

function decodeDimension(
  chunk: Chunk,
  at: Cursor,
  lengths: number[],
  depth: number,
  element: Codec,
): unknown[] {
  const length = lengths[depth]!;
  // Each element takes at least four bytes: a longer claim is a lie and must not allocate.
  if (length < 0 || length > (at.end - at.position) / 4)
    throw new DataError("the server sent an array cut short");
  const result: unknown[] = Array.from({ length });
  if (depth < lengths.length - 1) {
    for (let i = 0; i < length; i++) result[i] = decodeDimension(chunk, at, lengths, depth + 1, element);
    return result;
  }
  const view = chunk.view;
  let position = at.position;
  for (let i = 0; i < length; i++) {
    const size = view.getInt32(position);
    position += 4;
    if (size < 0) {
      result[i] = null;
      continue;
    }
    if (position + size > at.end) throw new DataError("the server sent an array cut short");
    result[i] = element.decode(chunk, position, position + size);
    position += size;
  }
  at.position = position;
  return result;
}

function encodeArray(
  writer: MessageWriter,
  value: readonly unknown[],
  element: Codec,
  elementOid: number,
): void {
  const lengths = dimensionsOf(value, element);
  writer.int32(lengths.length);
  writer.int32(0);
  writer.int32(elementOid | 0);
  for (const length of lengths) {
    writer.int32(length);
    writer.int32(1);
  }
  if (lengths.length > 0) encodeDimension(writer, value, lengths.length - 1, element);
}

function encodeDimension(
  writer: MessageWriter,
  value: readonly unknown[],
  depth: number,
  element: Codec,
): void {
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (depth > 0) {
      encodeDimension(writer, item as readonly unknown[], depth - 1, element);
    } else if (item === null || item === undefined) {
      writer.int32(-1);
    } else {
      const field = writer.beginField();
      try {
        element.encode(writer, item);
      } catch (error) {
        throw inElement(error, i);
      }
      writer.endField(field);
    }
  }
}

function inElement(error: unknown, index: number): unknown {
  return error instanceof DataError
    ? new DataError(`in array element #${index}: ${error.message}`, { cause: error })
    : error;
}
