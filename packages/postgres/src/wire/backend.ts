// The messages a server sends: their type bytes, and the parsers of those that have more than a number in them.
// Everything read is checked against the end of its message: a lying server gets a ProtocolError, never a wrong read.

import { ProtocolError } from "../errors.ts";
import type { ServerMessage } from "../errors.ts";
import type { Chunk } from "./chunk.ts";

export const AUTHENTICATION = 0x52;
export const BACKEND_KEY_DATA = 0x4b;
export const BIND_COMPLETE = 0x32;
export const CLOSE_COMPLETE = 0x33;
export const COMMAND_COMPLETE = 0x43;
export const COPY_DATA = 0x64;
export const COPY_DONE = 0x63;
export const COPY_IN_RESPONSE = 0x47;
export const COPY_OUT_RESPONSE = 0x48;
export const DATA_ROW = 0x44;
export const EMPTY_QUERY = 0x49;
export const ERROR_RESPONSE = 0x45;
export const NEGOTIATE_PROTOCOL = 0x76;
export const NO_DATA = 0x6e;
export const NOTICE_RESPONSE = 0x4e;
export const NOTIFICATION = 0x41;
export const PARAMETER_DESCRIPTION = 0x74;
export const PARAMETER_STATUS = 0x53;
export const PARSE_COMPLETE = 0x31;
export const PORTAL_SUSPENDED = 0x73;
export const READY_FOR_QUERY = 0x5a;
export const ROW_DESCRIPTION = 0x54;

/** Reads a message body in order, never past its end. */
export class BodyReader {
  readonly #chunk: Chunk;
  readonly #end: number;
  position: number;

  constructor(chunk: Chunk, start: number, end: number) {
    this.#chunk = chunk;
    this.position = start;
    this.#end = end;
  }

  get remaining(): number {
    return this.#end - this.position;
  }

  byte(): number {
    return this.#chunk.view.getUint8(this.#skip(1));
  }

  int16(): number {
    return this.#chunk.view.getInt16(this.#skip(2));
  }

  uint16(): number {
    return this.#chunk.view.getUint16(this.#skip(2));
  }

  int32(): number {
    return this.#chunk.view.getInt32(this.#skip(4));
  }

  uint32(): number {
    return this.#chunk.view.getUint32(this.#skip(4));
  }

  cstring(): string {
    const start = this.position;
    const zero = this.#chunk.bytes.indexOf(0, start);
    if (zero < 0 || zero >= this.#end) throw new ProtocolError("text without an end in a server message");
    this.position = zero + 1;
    return this.#chunk.bytes.toString("utf8", start, zero);
  }

  /** A copy of the next bytes. */
  bytes(count: number): Buffer {
    const start = this.#skip(count);
    return Buffer.from(this.#chunk.bytes.subarray(start, start + count));
  }

  text(count: number): string {
    const start = this.#skip(count);
    return this.#chunk.bytes.toString("utf8", start, start + count);
  }

  #skip(count: number): number {
    const at = this.position;
    if (count < 0 || at + count > this.#end)
      throw new ProtocolError("a server message is shorter than it says");
    this.position = at + count;
    return at;
  }
}

/** A column of a result, as RowDescription tells it. */
export interface ColumnDescription {
  readonly name: string;
  readonly tableOid: number;
  readonly columnNumber: number;
  readonly typeOid: number;
  readonly typeModifier: number;
}

export function readRowDescription(body: BodyReader): ColumnDescription[] {
  const count = body.uint16();
  const columns: ColumnDescription[] = [];
  for (let i = 0; i < count; i++) {
    const name = body.cstring();
    const tableOid = body.uint32();
    const columnNumber = body.int16();
    const typeOid = body.uint32();
    body.int16();
    const typeModifier = body.int32();
    body.int16();
    columns.push({ name, tableOid, columnNumber, typeOid, typeModifier });
  }
  return columns;
}

export function readParameterDescription(body: BodyReader): number[] {
  const count = body.uint16();
  const oids: number[] = [];
  for (let i = 0; i < count; i++) oids.push(body.uint32());
  return oids;
}

const fieldNames: Readonly<Record<string, keyof ServerMessage>> = {
  V: "severity",
  C: "sqlstate",
  M: "message",
  D: "detail",
  H: "hint",
  P: "position",
  p: "internalPosition",
  q: "internalQuery",
  W: "where",
  s: "schemaName",
  t: "tableName",
  c: "columnName",
  d: "dataTypeName",
  n: "constraintName",
  F: "serverSourceFilename",
  L: "serverSourceLine",
  R: "serverSourceFunction",
};

/** The fields of ErrorResponse and NoticeResponse. */
export function readServerMessage(body: BodyReader): ServerMessage {
  const fields: Record<string, string | number> = {
    severity: "ERROR",
    sqlstate: "XX000",
    message: "unknown error",
  };
  let localised: string | undefined;
  for (let code = body.byte(); code !== 0; code = body.byte()) {
    const value = body.cstring();
    const letter = String.fromCharCode(code);
    if (letter === "S") localised = value;
    const name = fieldNames[letter];
    if (name !== undefined) fields[name] = name.toLowerCase().endsWith("position") ? Number(value) : value;
    if (letter === "V") localised = undefined;
  }
  // Servers before 9.6 send the severity only in their own language.
  if (localised !== undefined && fields.severity === "ERROR") fields.severity = localised;
  return fields as unknown as ServerMessage;
}

export interface Notification {
  readonly processId: number;
  readonly channel: string;
  readonly payload: string;
}

export function readNotification(body: BodyReader): Notification {
  return { processId: body.int32(), channel: body.cstring(), payload: body.cstring() };
}
