// The messages a client sends. Each function writes one whole message.

import type { MessageWriter } from "./message-writer.ts";

const QUERY = 0x51;
const PARSE = 0x50;
const DESCRIBE = 0x44;
const EXECUTE = 0x45;
const CLOSE = 0x43;
const SYNC = 0x53;
const TERMINATE = 0x58;
const PASSWORD = 0x70;
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;
const COPY_FAIL = 0x66;

export const BIND = 0x42;

export const PROTOCOL_3_0 = 0x00030000;
export const PROTOCOL_3_2 = 0x00030002;
const SSL_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;

/** The server refuses a message longer than 10,000 bytes here, and the COPY would hang. */
const COPY_FAIL_TEXT = 9900;

export function startup(
  writer: MessageWriter,
  version: number,
  parameters: Iterable<[string, string]>,
): void {
  writer.beginUntyped();
  writer.int32(version);
  for (const [name, value] of parameters) {
    writer.cstring(name);
    writer.cstring(value);
  }
  writer.byte(0);
  writer.end();
}

export function sslRequest(writer: MessageWriter): void {
  writer.beginUntyped();
  writer.int32(SSL_REQUEST);
  writer.end();
}

/** The key is 4 bytes in protocol 3.0 and up to 256 in 3.2. */
export function cancelRequest(writer: MessageWriter, processId: number, key: Uint8Array): void {
  writer.beginUntyped();
  writer.int32(CANCEL_REQUEST);
  writer.int32(processId);
  writer.bytes(key);
  writer.end();
}

export function password(writer: MessageWriter, text: string): void {
  writer.begin(PASSWORD);
  writer.cstring(text);
  writer.end();
}

export function saslInitialResponse(writer: MessageWriter, mechanism: string, text: string): void {
  writer.begin(PASSWORD);
  writer.cstring(mechanism);
  const field = writer.beginField();
  writer.text(text);
  writer.endField(field);
  writer.end();
}

export function saslResponse(writer: MessageWriter, text: string): void {
  writer.begin(PASSWORD);
  writer.text(text);
  writer.end();
}

/** A simple query: any number of statements, results in text. Ends its own flight. */
export function query(writer: MessageWriter, sql: string): void {
  writer.begin(QUERY);
  writer.cstring(sql);
  writer.end();
}

/** @param types OIDs of the parameters, where the server is not to infer them */
export function parse(writer: MessageWriter, name: string, sql: string, types: readonly number[] = []): void {
  writer.begin(PARSE);
  writer.cstring(name);
  writer.cstring(sql);
  writer.int16(types.length);
  for (const oid of types) writer.int32(oid | 0);
  writer.end();
}

export function describeStatement(writer: MessageWriter, name: string): void {
  writer.begin(DESCRIBE);
  writer.byte(0x53);
  writer.cstring(name);
  writer.end();
}

export function describePortal(writer: MessageWriter, name: string): void {
  writer.begin(DESCRIBE);
  writer.byte(0x50);
  writer.cstring(name);
  writer.end();
}

/** @param limit rows to send at most, 0 for all */
export function execute(writer: MessageWriter, portal: string, limit: number): void {
  writer.begin(EXECUTE);
  writer.cstring(portal);
  writer.int32(limit);
  writer.end();
}

export function closeStatement(writer: MessageWriter, name: string): void {
  writer.begin(CLOSE);
  writer.byte(0x53);
  writer.cstring(name);
  writer.end();
}

export function sync(writer: MessageWriter): void {
  writer.begin(SYNC);
  writer.end();
}

export function terminate(writer: MessageWriter): void {
  writer.begin(TERMINATE);
  writer.end();
}

/** Opens a CopyData message; the caller writes its content and calls `writer.end()`. */
export function beginCopyData(writer: MessageWriter): void {
  writer.begin(COPY_DATA);
}

export function copyDone(writer: MessageWriter): void {
  writer.begin(COPY_DONE);
  writer.end();
}

export function copyFail(writer: MessageWriter, reason: string): void {
  writer.begin(COPY_FAIL);
  const bytes = Buffer.from(reason.replaceAll("\0", ""));
  writer.bytes(bytes.subarray(0, COPY_FAIL_TEXT));
  writer.byte(0);
  writer.end();
}
