// Turns DataRow messages into rows. For each shape of result a function is generated that reads its columns one after
// the other; where the host forbids eval, closures do the same, slower.

import { ProtocolError } from "../errors.ts";
import { isOrdinary, setOwn } from "../types/set-own.ts";
import type { Codec } from "../types/codec.ts";
import { shortest } from "../types/numbers.ts";
import { readText } from "../types/read-text.ts";
import { copyBytes } from "../types/texts.ts";
import type { Chunk } from "../wire/chunk.ts";
import { rowPrototype } from "./row.ts";
import type { Row, RowConstructor } from "./row.ts";

/** Reads the row whose message body lies between the two offsets. */
export type RowDecoder = (chunk: Chunk, start: number, end: number) => Row;

export interface DecodedColumn {
  readonly name: string;
  readonly codec: Codec;
}

let evalAllowed: boolean | undefined;

function canEval(): boolean {
  if (evalAllowed === undefined) {
    try {
      // oxlint-disable-next-line typescript/no-implied-eval -- asks whether it is allowed
      evalAllowed = new Function("return true")() as boolean;
    } catch {
      evalAllowed = false;
    }
  }
  return evalAllowed;
}

/** @param generate false for closures; only tests say it */
export function rowDecoder(columns: readonly DecodedColumn[], generate: boolean = canEval()): RowDecoder {
  return generate ? generatedDecoder(columns) : closureDecoder(columns);
}

function wrongRow(): ProtocolError {
  return new ProtocolError("a row does not have the columns that were described");
}

/** The values of columns whose name a later column has too. */
const shadowed = new WeakMap<Row, unknown[]>();

function shadowedValue(row: Row, index: number): unknown {
  return shadowed.get(row)?.[index];
}

function hasDuplicates(columns: readonly DecodedColumn[]): boolean {
  return new Set(columns.map((column) => column.name)).size < columns.length;
}

function generatedDecoder(columns: readonly DecodedColumn[]): RowDecoder {
  const names = columns.map((column) => column.name);
  const values = columns.map((_, index) => `c${index}`).join(", ");
  const assign = columns.map(({ name }, index) => {
    const key = JSON.stringify(name);
    return isOrdinary(name) ? `this[${key}] = c${index};` : `setOwn(this, ${key}, c${index});`;
  });
  if (hasDuplicates(columns)) assign.push(`shadowed.set(this, [${values}]);`);
  const reads = columns.map(({ codec }, index) => {
    const read = codec.inline ?? `d${index}.decode(c, o, o + n)`;
    return `n = v.getInt32(o); o += 4; let c${index} = null; if (n >= 0) { c${index} = ${read}; o += n; }`;
  });
  const codecs = columns.map((column, index) => `const d${index} = codecs[${index}];`);
  const source = `"use strict";
${codecs.join("\n")}
const Row = class Row { constructor(${values}) {
${assign.join("\n")}
} };
Object.setPrototypeOf(Row.prototype, prototype);
return function decodeRow(c, o, end) {
const v = c.view, b = c.bytes;
if (v.getUint16(o) !== ${columns.length}) throw wrongRow();
o += 2;
let n = 0;
${reads.join("\n")}
if (o !== end) throw wrongRow();
return new Row(${values});
};`;
  const parameters = ["codecs", "prototype", "shadowed", "setOwn", "wrongRow", "text", "bytea", "shortest"];
  // oxlint-disable-next-line typescript/no-implied-eval -- made of the names of columns, all of them quoted
  const make = new Function(...parameters, source) as (...args: unknown[]) => RowDecoder;
  const prototype = rowPrototype(names, shadowedValue);
  return make(
    columns.map((column) => column.codec),
    prototype,
    shadowed,
    setOwn,
    wrongRow,
    readText,
    copyBytes,
    shortest,
  );
}

function closureDecoder(columns: readonly DecodedColumn[]): RowDecoder {
  const prototype = rowPrototype(
    columns.map((column) => column.name),
    shadowedValue,
  );
  const duplicates = hasDuplicates(columns);
  const Class = class Row {
    constructor(...values: unknown[]) {
      columns.forEach(({ name }, index) => setOwn(this, name, values[index]));
      if (duplicates) shadowed.set(this as object as never, values);
    }
  } as unknown as RowConstructor;
  Object.setPrototypeOf(Class.prototype as object, prototype);
  return (chunk, start, end) => {
    const { view } = chunk;
    if (view.getUint16(start) !== columns.length) throw wrongRow();
    let position = start + 2;
    const values: unknown[] = [];
    for (const { codec } of columns) {
      const size = view.getInt32(position);
      position += 4;
      values.push(size < 0 ? null : codec.decode(chunk, position, position + size));
      if (size > 0) position += size;
    }
    if (position !== end) throw wrongRow();
    return new Class(...values);
  };
}

/** The first column of a row, or undefined when it has none. */
export function firstValue(column: DecodedColumn | undefined, chunk: Chunk, start: number): unknown {
  if (column === undefined || chunk.view.getUint16(start) === 0) return undefined;
  const size = chunk.view.getInt32(start + 2);
  return size < 0 ? null : column.codec.decode(chunk, start + 6, start + 6 + size);
}
