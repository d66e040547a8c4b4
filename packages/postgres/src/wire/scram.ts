// SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL speaks it, without channel binding. The server must prove that it
// knows the password too: its signature is checked.

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";
import { ProtocolError } from "../errors.ts";

export const SCRAM_MECHANISM = "SCRAM-SHA-256";

/** The work is done on this thread: a server must not be able to ask for minutes of it. PostgreSQL's default is 4096. */
const MAX_ITERATIONS = 300_000;
const NO_CHANNEL_BINDING = "n,,";

export class ScramClient {
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | null = null;

  /** @param nonce only for tests with recorded bytes */
  constructor(password: string, nonce: string = randomBytes(18).toString("base64")) {
    this.#password = saslPrep(password);
    this.#nonce = nonce;
    // The server takes the user from the startup message and ignores the one here.
    this.#firstBare = `n=,r=${nonce}`;
  }

  first(): string {
    return NO_CHANNEL_BINDING + this.#firstBare;
  }

  /** The answer to the server's challenge. */
  proof(challenge: string): string {
    const fields = attributes(challenge);
    const nonce = fields.get("r") ?? "";
    const salt = fields.get("s") ?? "";
    const iterations = Number(fields.get("i"));
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new ProtocolError("SCRAM: the server's nonce does not continue ours");
    }
    if (salt === "" || !/^[A-Za-z0-9+/]+={0,2}$/.test(salt))
      throw new ProtocolError("SCRAM: the salt is not base64");
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new ProtocolError(`SCRAM: ${fields.get("i")} iterations are not between 1 and ${MAX_ITERATIONS}`);
    }

    const salted = pbkdf2Sync(this.#password, Buffer.from(salt, "base64"), iterations, 32, "sha256");
    const clientKey = hmac(salted, "Client Key");
    const storedKey = createHash("sha256").update(clientKey).digest();
    const withoutProof = `c=${Buffer.from(NO_CHANNEL_BINDING).toString("base64")},r=${nonce}`;
    const message = `${this.#firstBare},${challenge},${withoutProof}`;
    const proof = hmac(storedKey, message);
    for (let i = 0; i < proof.length; i++) proof[i]! ^= clientKey[i]!;
    this.#serverSignature = hmac(hmac(salted, "Server Key"), message);
    return `${withoutProof},p=${proof.toString("base64")}`;
  }

  /** Checks the server's last message; throws when the server did not know the password either. */
  verify(final: string): void {
    const fields = attributes(final);
    const error = fields.get("e");
    if (error !== undefined) throw new ProtocolError(`SCRAM: the server says ${error}`);
    const signature = Buffer.from(fields.get("v") ?? "", "base64");
    const expected = this.#serverSignature;
    if (expected === null || signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new ProtocolError("SCRAM: the server's signature is wrong: it does not know the password");
    }
  }
}

function attributes(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(",")) {
    if (part[1] === "=") fields.set(part[0]!, part.slice(2));
  }
  return fields;
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

const DROPPED = inRanges("ad-ad 34f-34f 1806-1806 180b-180d 200b-200d 2060-2060 fe00-fe0f feff-feff");
const SPACES = inRanges("a0-a0 1680-1680 2000-200a 202f-202f 205f-205f 3000-3000");
const PROHIBITED = inRanges("0-1f 7f-9f e000-f8ff fdd0-fdef fff9-ffff");

/** Like the server: normalised where SASLprep can be applied, else as it is. */
function saslPrep(password: string): string {
  let ascii = true;
  let mapped = "";
  for (const character of password) {
    const code = character.codePointAt(0)!;
    if (code > 127) ascii = false;
    if (!DROPPED(code)) mapped += SPACES(code) ? " " : character;
  }
  if (ascii) return password;
  const normal = mapped.normalize("NFKC");
  return Array.from(normal).some((character) => PROHIBITED(character.codePointAt(0)!)) ? password : normal;
}

/** A test for code points, from ranges in hexadecimal. */
function inRanges(text: string): (code: number) => boolean {
  const ranges = text.split(" ").map((range) => range.split("-").map((bound) => Number.parseInt(bound, 16)));
  return (code) => ranges.some(([from, to]) => code >= from! && code <= to!);
}
