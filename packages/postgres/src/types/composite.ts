// Composite types and anonymous records. A composite reads as an object by attribute names, a record (whose columns
// have no names on the wire) as an array.

import { DataError, OutdatedSchemaCache } from "../errors.ts";
import type { Chunk } from "../wire/chunk.ts";
import { BINARY, TEXT, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";
import { setOwn } from "./set-own.ts";
import { asText } from "./texts.ts";

export interface Attribute {
  readonly name: string;
  readonly oid: number;
  readonly codec: Codec;
}

export function compositeOf(attributes: readonly Attribute[], name: string): Codec {
  // The server sends each attribute in its own binary form, also those this driver reads only as text.
  if (attributes.some((attribute) => attribute.codec.format === TEXT)) return asText(name);
  return {
    name,
    format: BINARY,
    takesArrays: true,
    decode(chunk, start, end) {
      const { view } = chunk;
      if (end - start < 4 || view.getInt32(start) !== attributes.length) throw outdated(name);
      const result: Record<string, unknown> = {};
      let position = start + 4;
      for (const attribute of attributes) {
        if (position + 8 > end) throw wrongLength(name, end - start);
        if (view.getUint32(position) !== attribute.oid) throw outdated(name);
        const size = view.getInt32(position + 4);
        position += 8;
        if (position + Math.max(size, 0) > end) throw wrongLength(name, end - start);
        setOwn(
          result,
          attribute.name,
          size < 0 ? null : attribute.codec.decode(chunk, position, position + size),
        );
        if (size > 0) position += size;
      }
      return result;
    },
    encode(writer, value) {
      const values = valuesOf(value, attributes, name);
      writer.int32(attributes.length);
      attributes.forEach((attribute, index) => {
        writer.int32(attribute.oid | 0);
        const item = values[index];
        if (item === null || item === undefined) return writer.int32(-1);
        const field = writer.beginField();
        try {
          attribute.codec.encode(writer, item);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          throw new DataError(`in attribute "${attribute.name}" of ${name}: ${error.message}`, {
            cause: error,
          });
        }
        writer.endField(field);
      });
    },
  };
}

function valuesOf(value: unknown, attributes: readonly Attribute[], name: string): unknown[] {
  if (Array.isArray(value)) {
    if (value.length === attributes.length) return value;
    throw new DataError(`expected ${attributes.length} attributes for ${name}, got ${value.length}`);
  }
  if (typeof value !== "object" || value === null) throw mismatch(`an object or an array for ${name}`, value);
  const known = new Set(attributes.map((attribute) => attribute.name));
  for (const key of Object.keys(value)) {
    if (!known.has(key)) throw new DataError(`${name} has no attribute "${key}"`);
  }
  return attributes.map((attribute) => (value as Record<string, unknown>)[attribute.name]);
}

function outdated(name: string): OutdatedSchemaCache {
  return new OutdatedSchemaCache(
    `the layout of ${name} has changed; what was cached about it is dropped, try again`,
  );
}

/** Anonymous records: each column tells its type. The server cannot take them as parameters. */
export function recordCodec(lookup: (oid: number) => Codec | undefined): Codec {
  return {
    name: "record",
    format: BINARY,
    takesArrays: true,
    decode(chunk: Chunk, start, end) {
      const { view } = chunk;
      const count = view.getInt32(start);
      const result: unknown[] = [];
      let position = start + 4;
      for (let i = 0; i < count; i++) {
        const oid = view.getUint32(position);
        const size = view.getInt32(position + 4);
        position += 8;
        if (position + Math.max(size, 0) > end) throw wrongLength("record", end - start);
        const codec = lookup(oid);
        if (codec === undefined || codec.format === TEXT) {
          throw new DataError(
            `column ${i + 1} of a record has type ${oid}, which cannot be read inside a record: cast it`,
          );
        }
        result.push(size < 0 ? null : codec.decode(chunk, position, position + size));
        if (size > 0) position += size;
      }
      return result;
    },
    encode() {
      throw new DataError("an anonymous record cannot be a parameter: name a composite type");
    },
  };
}
