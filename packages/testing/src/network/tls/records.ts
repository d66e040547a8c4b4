// The frames of TLS, with the bytes in them as they are: there is no cryptography on a simulated network.

import { sslError } from "./ssl-error.ts";

export const ALERT = 21;
export const HANDSHAKE = 22;
export const DATA = 23;

const HEADER = 5;
const LARGEST = 16_384;

export interface TlsRecord {
  readonly type: number;
  readonly payload: Buffer;
}

/** What is sent for a payload: as many records as it takes. RFC 8446, 5.1. */
export function encode(type: number, payload: Uint8Array): Buffer {
  const records: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < payload.length; at += LARGEST) {
    const part = payload.subarray(at, at + LARGEST);
    records.push(Buffer.of(type, 3, 3, part.length >> 8, part.length & 255), part);
  }
  return Buffer.concat(records);
}

export class RecordReader {
  #bytes: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): void {
    const more = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#bytes = this.#bytes.length === 0 ? more : Buffer.concat([this.#bytes, more]);
  }

  /** The next record; null until all of it is there. Throws, as OpenSSL does, for what is no TLS. */
  next(): TlsRecord | null {
    const bytes = this.#bytes;
    if (bytes.length < HEADER) return null;
    const type = bytes[0]!;
    if (type < 20 || type > DATA || bytes[1] !== 3) {
      const isHttp = /^(?:GET|POST|HEAD|PUT) ?/.test(bytes.toString("latin1", 0, HEADER));
      throw sslError(isHttp ? "http request" : "wrong version number");
    }
    const length = bytes.readUInt16BE(3);
    if (length > LARGEST + 256) throw sslError("packet length too long");
    if (bytes.length < HEADER + length) return null;
    this.#bytes = bytes.subarray(HEADER + length);
    return { type, payload: bytes.subarray(HEADER, HEADER + length) };
  }
}
