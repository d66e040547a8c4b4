// Writes the Bind message: the arguments of a statement, each by the codec of its parameter's type.

import { DataError, InterfaceError } from "../errors.ts";
import type { DecodedColumn } from "../rows/row-decoder.ts";
import { BINARY } from "../types/codec.ts";
import type { Codec } from "../types/codec.ts";
import { BIND } from "../wire/frontend.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import type { StatementShape } from "./statement-cache.ts";

/** Portal name (none), statement, formats of the arguments, their count: the same in every Bind of the statement. */
export function bindPrefix(statement: string, parameters: readonly Codec[]): Uint8Array {
  const writer = new MessageWriter();
  writer.cstring("");
  writer.cstring(statement);
  writeFormats(writer, parameters);
  writer.int16(parameters.length);
  return Uint8Array.from(writer.take());
}

export function bindSuffix(columns: readonly DecodedColumn[]): Uint8Array {
  const writer = new MessageWriter();
  writeFormats(
    writer,
    columns.map((column) => column.codec),
  );
  return Uint8Array.from(writer.take());
}

/** One code stands for all when they are the same. */
function writeFormats(writer: MessageWriter, codecs: readonly Codec[]): void {
  if (codecs.every((codec) => codec.format === BINARY)) {
    writer.int16(1);
    writer.int16(BINARY);
    return;
  }
  writer.int16(codecs.length);
  for (const codec of codecs) writer.int16(codec.format);
}

type BindShape = Pick<StatementShape, "parameters" | "bindPrefix" | "bindSuffix">;

export function checkArgumentCount(shape: StatementShape, args: readonly unknown[]): void {
  const [wanted, given] = [shape.parameters.length, args.length];
  if (wanted === given) return;
  const hint =
    given === 1 && Array.isArray(args[0]) ? " (pass the arguments one by one, not as an array)" : "";
  throw new InterfaceError(
    `the statement takes ${wanted} argument${wanted === 1 ? "" : "s"}, ${given} given${hint}`,
  );
}

/** Throws DataError naming the argument that does not fit. The writer then holds a broken message: rewind it. */
export function bind(writer: MessageWriter, shape: BindShape, args: readonly unknown[]): void {
  writer.begin(BIND);
  writer.bytes(shape.bindPrefix);
  const parameters = shape.parameters;
  for (let i = 0; i < parameters.length; i++) {
    const value = args[i];
    if (value === null || value === undefined) {
      writer.int32(-1);
      continue;
    }
    const field = writer.beginField();
    try {
      parameters[i]!.encode(writer, value);
    } catch (error) {
      throw inArgument(error, i);
    }
    writer.endField(field);
  }
  writer.bytes(shape.bindSuffix);
  writer.end();
}

function inArgument(error: unknown, index: number): unknown {
  if (!(error instanceof DataError)) return error;
  return new DataError(`argument $${index + 1}: ${error.message}`, { cause: error });
}
