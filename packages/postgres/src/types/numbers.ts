// bool, the integers, oid and the floats. Nothing is rounded or cut on the way to the server: 1.5 is no integer, and a
// number that does not fit is refused here.

import { DataError } from "../errors.ts";
import type { Chunk } from "../wire/chunk.ts";
import type { MessageWriter } from "../wire/message-writer.ts";
import { BINARY, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";

export const bool: Codec = {
  name: "bool",
  format: BINARY,
  inline: "b[o] !== 0",
  decode: (chunk, start) => chunk.bytes[start] !== 0,
  encode(writer, value) {
    if (typeof value !== "boolean") throw mismatch("a boolean", value);
    writer.byte(value ? 1 : 0);
  },
};

/** The value as a number within bounds, or an error. */
function integer(value: unknown, name: string, min: number, max: number): number {
  let result: number;
  if (typeof value === "number") result = value;
  else if (typeof value === "bigint") result = Number(value);
  else throw mismatch(`an integer for ${name}`, value);
  if (!Number.isInteger(result)) throw mismatch(`an integer for ${name}`, value);
  if (result < min || result > max) throw new DataError(`${String(value)} is out of range for ${name}`);
  return result;
}

function fixed(name: string, size: number, inline: string, codec: Pick<Codec, "decode" | "encode">): Codec {
  return {
    name,
    format: BINARY,
    inline,
    decode(chunk, start, end) {
      if (end - start !== size) throw wrongLength(name, end - start);
      return codec.decode(chunk, start, end);
    },
    encode: codec.encode,
  };
}

export const int2: Codec = fixed("int2", 2, "v.getInt16(o)", {
  decode: (chunk, start) => chunk.view.getInt16(start),
  encode: (writer, value) => writer.int16(integer(value, "int2", -0x8000, 0x7fff)),
});

export const int4: Codec = fixed("int4", 4, "v.getInt32(o)", {
  decode: (chunk, start) => chunk.view.getInt32(start),
  encode: (writer, value) => writer.int32(integer(value, "int4", -0x80000000, 0x7fffffff)),
});

function unsigned(name: string): Codec {
  return fixed(name, 4, "v.getUint32(o)", {
    decode: (chunk, start) => chunk.view.getUint32(start),
    encode: (writer, value) => writer.int32(integer(value, name, 0, 0xffffffff) | 0),
  });
}
export const oid: Codec = unsigned("oid");
export const xid: Codec = unsigned("xid");
export const cid: Codec = unsigned("cid");

const MIN_INT8 = -(2n ** 63n);
const MAX_INT8 = 2n ** 63n - 1n;

function encodeInt8(writer: MessageWriter, value: unknown): void {
  if (typeof value === "number") {
    if (!Number.isInteger(value)) throw mismatch("an integer for int8", value);
    // Beyond 2^53 a number may already have lost digits: the caller must say a bigint.
    if (!Number.isSafeInteger(value)) {
      throw new DataError(`the number ${value} is beyond ±(2^53 - 1) and may not be exact: pass a bigint`);
    }
    writer.int64FromNumber(value);
  } else if (typeof value === "bigint") {
    if (value < MIN_INT8 || value > MAX_INT8) throw new DataError(`${value} is out of range for int8`);
    writer.int64(value);
  } else {
    throw mismatch("an integer for int8", value);
  }
}

/** Reads as bigint, always: the type of a value must not hang on its size. */
export const int8: Codec = fixed("int8", 8, "v.getBigInt64(o)", {
  decode: (chunk, start) => chunk.view.getBigInt64(start),
  encode: encodeInt8,
});

/** Reads as number, and fails on a value that a number cannot hold exactly (option `int8: "number"`). */
export const int8AsNumber: Codec = {
  name: "int8",
  format: BINARY,
  decode(chunk: Chunk, start: number, end: number): number {
    if (end - start !== 8) throw wrongLength("int8", end - start);
    const value = chunk.view.getInt32(start) * 0x100000000 + chunk.view.getUint32(start + 4);
    if (Number.isSafeInteger(value)) return value;
    throw new DataError(
      `int8 ${chunk.view.getBigInt64(start)} does not fit into a number; use int8: "bigint"`,
    );
  },
  encode: encodeInt8,
};

const MAX_UINT8 = 2n ** 64n - 1n;
/** 64 bits without a sign: full transaction ids. */
export const xid8: Codec = fixed("xid8", 8, "v.getBigUint64(o)", {
  decode: (chunk, start) => chunk.view.getBigUint64(start),
  encode(writer, value) {
    if (typeof value !== "bigint") throw mismatch("a bigint for xid8", value);
    if (value < 0n || value > MAX_UINT8) throw new DataError(`${value} is out of range for xid8`);
    writer.int64(BigInt.asIntN(64, value));
  },
});

function float(value: unknown, name: string): number {
  if (typeof value !== "number") throw mismatch(`a number for ${name}`, value);
  return value;
}

/** Reads as the shortest decimal that gives the same 32 bits: 1.1 comes back as 1.1, not as 1.10000002384. */
export const float4: Codec = fixed("float4", 4, "shortest(v.getFloat32(o))", {
  decode: (chunk, start) => shortest(chunk.view.getFloat32(start)),
  encode(writer, value) {
    const number = float(value, "float4");
    if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) {
      throw new DataError(`${number} is out of range for float4`);
    }
    writer.float32(number);
  },
});

/** The shortest decimal that rounds to this 32-bit float. */
export function shortest(value: number): number {
  // Every integer below 2^24 is a float32 of its own, and its own shortest form.
  if ((Number.isInteger(value) && Math.abs(value) < 0x1000000) || !Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

export const float8: Codec = fixed("float8", 8, "v.getFloat64(o)", {
  decode: (chunk, start) => chunk.view.getFloat64(start),
  encode: (writer, value) => writer.float64(float(value, "float8")),
});
