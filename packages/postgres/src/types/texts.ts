// Types whose values are strings or bytes: text and its relatives, uuid, bytea, json, and all types that the driver
// passes as PostgreSQL's own text.

import { DataError } from "../errors.ts";
import type { Chunk } from "../wire/chunk.ts";
import type { MessageWriter } from "../wire/message-writer.ts";
import { BINARY, TEXT, mismatch, wrongLength } from "./codec.ts";
import type { Codec, Format } from "./codec.ts";
import { readText } from "./read-text.ts";

function encodeString(writer: MessageWriter, value: unknown): void {
  if (typeof value !== "string") throw mismatch("a string", value);
  writer.text(value);
}

function stringCodec(name: string, format: Format, delimiter?: string): Codec {
  const codec: Codec = { name, format, inline: "text(c, o, o + n)", decode: readText, encode: encodeString };
  return delimiter === undefined ? codec : { ...codec, delimiter };
}

/** A type whose binary form is its text. */
export function textual(name: string): Codec {
  return stringCodec(name, BINARY);
}

/** A type that goes over the wire in PostgreSQL's text format, and is a string here. */
export function asText(name: string, delimiter?: string): Codec {
  return stringCodec(name, TEXT, delimiter);
}

/** "char": one byte; beyond ASCII in the server's own notation (`\351`). */
export const char: Codec = asText('"char"');

/** Nothing: what functions without a result return. */
export const voidCodec: Codec = {
  name: "void",
  format: BINARY,
  decode: () => undefined,
  encode() {},
};

/** A copy: it does not keep the received chunk alive, and nobody writes into it later. */
export const bytea: Codec = {
  name: "bytea",
  format: BINARY,
  inline: "bytea(b, o, o + n)",
  decode: (chunk, start, end) => copyBytes(chunk.bytes, start, end),
  encode(writer, value) {
    if (value instanceof Uint8Array) writer.bytes(value);
    else if (ArrayBuffer.isView(value))
      writer.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (value instanceof ArrayBuffer) writer.bytes(new Uint8Array(value));
    else throw mismatch("bytes (Uint8Array)", value);
  },
};

export function copyBytes(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}

/** JSON text that is sent as it is, instead of being encoded once more. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Marks a string as JSON text for a json or jsonb parameter. Without it a string is a JSON string; `jsonText("null")`
 * is the way to store the JSON value null, since null itself is SQL's NULL.
 */
export function jsonText(text: string): JsonText {
  return new JsonText(text);
}

function stringify(value: unknown, name: string): string {
  if (value instanceof JsonText) return value.text;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new DataError(`a value cannot be written as ${name}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (text === undefined) throw mismatch(`a value for ${name}`, value);
  return text;
}

function parseJson(chunk: Chunk, start: number, end: number): unknown {
  return JSON.parse(readText(chunk, start, end));
}

/** Any value is written by JSON.stringify, arrays and strings too. */
export const json: Codec = {
  name: "json",
  format: BINARY,
  takesArrays: true,
  decode: parseJson,
  encode: (writer, value) => writer.text(stringify(value, "json")),
};

const VERSION = 1;

function checkVersion(chunk: Chunk, start: number, end: number, name: string): void {
  if (start === end || chunk.bytes[start] !== VERSION)
    throw new DataError(`unknown version of ${name} on the wire`);
}

export const jsonb: Codec = {
  name: "jsonb",
  format: BINARY,
  takesArrays: true,
  decode(chunk, start, end) {
    checkVersion(chunk, start, end, "jsonb");
    return parseJson(chunk, start + 1, end);
  },
  encode(writer, value) {
    writer.byte(VERSION);
    writer.text(stringify(value, "jsonb"));
  },
};

export const jsonpath: Codec = {
  name: "jsonpath",
  format: BINARY,
  decode(chunk, start, end) {
    checkVersion(chunk, start, end, "jsonpath");
    return readText(chunk, start + 1, end);
  },
  encode(writer, value) {
    writer.byte(VERSION);
    encodeString(writer, value);
  },
};

const UUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

export const uuid: Codec = {
  name: "uuid",
  format: BINARY,
  decode(chunk, start, end) {
    if (end - start !== 16) throw wrongLength("uuid", end - start);
    const hex = chunk.bytes.toString("hex", start, end);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  },
  encode(writer, value) {
    const match = typeof value === "string" ? UUID.exec(value) : null;
    if (match === null) throw mismatch("a UUID string", value);
    writer.bytes(Buffer.from(match.slice(1).join(""), "hex"));
  },
};
