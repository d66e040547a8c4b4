// What two ends say to each other before a connection is secure: TLS's own messages, in JSON.

import { encode, HANDSHAKE } from "./records.ts";
import { sslError } from "./ssl-error.ts";

/** Numbers of RFC 8446, 4. */
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const FINISHED = 20;

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

export interface ClientHello {
  readonly servername: string | null;
  readonly alpn: readonly string[] | null;
  readonly versions: readonly TlsVersion[];
  readonly session: string | null;
}

export interface ServerHello {
  readonly version: TlsVersion;
  readonly alpn: string | false;
  /** Base64. */
  readonly chain: readonly string[];
  readonly wantsCertificate: boolean;
  readonly reused: boolean;
}

export interface Finished {
  readonly chain: readonly string[];
}

export interface Message {
  readonly type: number;
  readonly content: unknown;
}

export function encodeMessage(type: number, content: ClientHello | ServerHello | Finished): Buffer {
  const text = Buffer.from(JSON.stringify(content));
  const { length } = text;
  return encode(
    HANDSHAKE,
    Buffer.concat([Buffer.of(type, length >> 16, (length >> 8) & 255, length & 255), text]),
  );
}

/** Puts messages together that came in several records. */
export class MessageReader {
  #bytes: Buffer = Buffer.alloc(0);

  push(payload: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, payload]);
  }

  next(): Message | null {
    const bytes = this.#bytes;
    if (bytes.length < 4) return null;
    const end = 4 + bytes.readUIntBE(1, 3);
    if (bytes.length < end) return null;
    this.#bytes = bytes.subarray(end);
    try {
      return { type: bytes[0]!, content: JSON.parse(bytes.toString("utf8", 4, end)) };
    } catch {
      // Of a TLS that is not simulated.
      throw sslError("unexpected message");
    }
  }
}
