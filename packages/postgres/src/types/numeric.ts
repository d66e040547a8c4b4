// numeric: exact decimals as strings that keep their scale ("1.10"), with NaN and the infinities. On the wire it is a
// row of digits in base 10,000.

import { DataError } from "../errors.ts";
import type { Chunk } from "../wire/chunk.ts";
import type { MessageWriter } from "../wire/message-writer.ts";
import { BINARY, mismatch, wrongLength } from "./codec.ts";
import type { Codec } from "./codec.ts";

const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
const NAN = 0xc000;
const INFINITY = 0xd000;
const MINUS_INFINITY = 0xf000;
const MAX_SCALE = 16383;
const MAX_WEIGHT = 0x7fff;

export const numeric: Codec = {
  name: "numeric",
  format: BINARY,
  decode: decodeNumeric,
  encode(writer, value) {
    if (typeof value === "string") return encodeNumeric(writer, value.trim());
    if (typeof value === "bigint" || typeof value === "number") return encodeNumeric(writer, String(value));
    throw mismatch("a string, a number or a bigint for numeric", value);
  },
};

function decodeNumeric(chunk: Chunk, start: number, end: number): string {
  const view = chunk.view;
  if (end - start < 8) throw wrongLength("numeric", end - start);
  const count = view.getUint16(start);
  const weight = view.getInt16(start + 2);
  const sign = view.getUint16(start + 4);
  const scale = view.getUint16(start + 6);
  if (sign === NAN) return "NaN";
  if (sign === INFINITY) return "Infinity";
  if (sign === MINUS_INFINITY) return "-Infinity";
  if (end - start !== 8 + count * 2) throw wrongLength("numeric", end - start);

  const digit = (index: number): number => {
    return index >= 0 && index < count ? view.getUint16(start + 8 + index * 2) : 0;
  };
  let text = weight < 0 ? "0" : String(digit(0));
  for (let i = 1; i <= weight; i++) text += String(digit(i)).padStart(4, "0");
  if (scale > 0) {
    let fraction = "";
    for (let i = weight + 1; fraction.length < scale; i++) fraction += String(digit(i)).padStart(4, "0");
    text += `.${fraction.slice(0, scale)}`;
  }
  return sign === NEGATIVE ? `-${text}` : text;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

function encodeNumeric(writer: MessageWriter, text: string): void {
  if (/^nan$/i.test(text)) return special(writer, NAN);
  if (/^\+?inf(inity)?$/i.test(text)) return special(writer, INFINITY);
  if (/^-inf(inity)?$/i.test(text)) return special(writer, MINUS_INFINITY);
  const match = DECIMAL.exec(text);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole.length + fraction.length === 0) throw mismatch("a decimal number", text);

  // The decimal point moves by the exponent; then both sides are cut into groups of four digits, counted from it.
  const exponent = Number(match[4] ?? 0);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const scale = Math.max(0, fraction.length - exponent);
  if (scale > MAX_SCALE || point > (MAX_WEIGHT + 1) * 4)
    throw new DataError("value overflows numeric format");
  const lead = ((-point % 4) + 4) % 4;
  let padded = "0".repeat(lead) + digits;
  padded += "0".repeat((4 - (padded.length % 4)) % 4);
  let weight = (point + lead) / 4 - 1;
  let first = 0;
  let last = padded.length;
  while (first < last && padded.startsWith("0000", first)) {
    first += 4;
    weight--;
  }
  while (last > first && padded.startsWith("0000", last - 4)) last -= 4;
  const count = (last - first) / 4;
  if (weight < -0x8000 || weight > MAX_WEIGHT) throw new DataError("value overflows numeric format");

  writer.int16(count);
  writer.int16(count === 0 ? 0 : weight);
  writer.int16(match[1] === "-" && count > 0 ? NEGATIVE : POSITIVE);
  writer.int16(scale);
  for (let i = first; i < last; i += 4) writer.int16(Number(padded.slice(i, i + 4)));
}

function special(writer: MessageWriter, sign: number): void {
  writer.int16(0);
  writer.int16(0);
  writer.int16(sign - 0x10000);
  writer.int16(0);
}
