// The certificates of test/fixtures/tls: made by make.ts there, valid until 2120 but for those that are not meant to be.
import { readFileSync } from "node:fs";

function fixture(file: string): Buffer {
  return readFileSync(new URL(`../fixtures/tls/${file}`, import.meta.url));
}

export interface Identity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

function identity(name: string): Identity {
  return { cert: fixture(`${name}.pem`), key: fixture(`${name}.key`) };
}

/** Has signed all but `selfSigned`. */
export const authority: Buffer = fixture("authority.pem");
/** For localhost, corio.test, *.wild.test, 127.0.0.1 and ::1, as are `expired`, `future`, `selfSigned` and `chained`. */
export const serverIdentity: Identity = identity("server");
/** With an intermediate authority in between, which it sends. */
export const chained: Identity = identity("chained");
/** For other.test. */
export const otherIdentity: Identity = identity("other");
export const expired: Identity = identity("expired");
export const future: Identity = identity("future");
export const selfSigned: Identity = identity("self-signed");
export const clientIdentity: Identity = identity("client");
export const expiredClient: Identity = identity("client-expired");
/** The passphrase of both is "secret". */
export const encryptedKey: Buffer = fixture("server-encrypted.key");
export const pfx: Buffer = fixture("server.pfx");
