// The start of a session as a state machine without I/O: it is fed the server's messages and writes the answers. The
// caller sends what was written, and stops when `done` is true.

import { createHash } from "node:crypto";
import { InterfaceError, ProtocolError } from "../errors.ts";
import {
  AUTHENTICATION,
  BACKEND_KEY_DATA,
  BodyReader,
  ERROR_RESPONSE,
  NEGOTIATE_PROTOCOL,
  NOTICE_RESPONSE,
  PARAMETER_STATUS,
  READY_FOR_QUERY,
  readServerMessage,
} from "./backend.ts";
import type { Chunk } from "./chunk.ts";
import { password, saslInitialResponse, saslResponse, startup } from "./frontend.ts";
import type { MessageWriter } from "./message-writer.ts";
import { postgresError } from "./postgres-error.ts";
import { SCRAM_MECHANISM, ScramClient } from "./scram.ts";

export interface HandshakeOptions {
  readonly user: string;
  readonly password: string | undefined;
  readonly protocol: number;
  /** All parameters of the startup message: user, database, server settings. */
  readonly parameters: Iterable<[string, string]>;
}

const OK = 0;
const CLEARTEXT = 3;
const MD5 = 5;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;
const MAX_KEY = 256;

export class Handshake {
  readonly #options: HandshakeOptions;
  readonly #writer: MessageWriter;
  #scram: ScramClient | null = null;
  #authenticated = false;
  #proved = false;

  done = false;
  processId = 0;
  cancelKey: Buffer = Buffer.alloc(0);
  /** What the server answered to, after negotiation. */
  protocol: number;
  /** The server's settings as it reports them. */
  readonly settings: Map<string, string> = new Map();

  constructor(options: HandshakeOptions, writer: MessageWriter) {
    this.#options = options;
    this.#writer = writer;
    this.protocol = options.protocol;
  }

  start(): void {
    startup(this.#writer, this.#options.protocol, this.#options.parameters);
  }

  /** Takes one message. Throws what the server sent as an error, or ProtocolError. */
  receive(type: number, chunk: Chunk, start: number, end: number): void {
    const body = new BodyReader(chunk, start, end);
    switch (type) {
      case AUTHENTICATION:
        this.#authenticate(body);
        break;
      case ERROR_RESPONSE:
        throw postgresError(readServerMessage(body));
      case NEGOTIATE_PROTOCOL:
        // The low half is the newest minor version the server has.
        this.protocol = 0x00030000 | (body.int32() & 0xffff);
        break;
      case NOTICE_RESPONSE:
        break;
      case PARAMETER_STATUS:
        this.settings.set(body.cstring(), body.cstring());
        break;
      case BACKEND_KEY_DATA:
        this.processId = body.int32();
        if (body.remaining > MAX_KEY) throw new ProtocolError("the server's cancel key is too long");
        this.cancelKey = body.bytes(body.remaining);
        break;
      case READY_FOR_QUERY:
        if (!this.#authenticated) throw new ProtocolError("the server is ready before it authenticated us");
        this.done = true;
        break;
      default:
        throw new ProtocolError(`unexpected message 0x${type.toString(16)} while connecting`);
    }
  }

  #authenticate(body: BodyReader): void {
    const kind = body.int32();
    switch (kind) {
      case OK:
        if (this.#scram !== null && !this.#proved) {
          throw new ProtocolError("SCRAM: the server ended the exchange without proving itself");
        }
        this.#authenticated = true;
        return;
      case CLEARTEXT:
        return password(this.#writer, this.#password("password"));
      case MD5:
        return password(this.#writer, md5(this.#options.user, this.#password("md5"), body.bytes(4)));
      case SASL:
        return this.#beginScram(body);
      case SASL_CONTINUE:
        if (this.#scram === null) throw new ProtocolError("SCRAM: a challenge out of order");
        return saslResponse(this.#writer, this.#scram.proof(body.text(body.remaining)));
      case SASL_FINAL:
        if (this.#scram === null) throw new ProtocolError("SCRAM: a signature out of order");
        this.#scram.verify(body.text(body.remaining));
        this.#proved = true;
        return;
      default:
        throw new ProtocolError(`the server asks for an authentication this driver does not have (${kind})`);
    }
  }

  #beginScram(body: BodyReader): void {
    const offered: string[] = [];
    for (let name = body.cstring(); name !== ""; name = body.cstring()) offered.push(name);
    if (!offered.includes(SCRAM_MECHANISM)) {
      throw new ProtocolError(
        `the server offers only ${offered.join(", ")}, this driver has ${SCRAM_MECHANISM}`,
      );
    }
    this.#scram = new ScramClient(this.#password("SCRAM"));
    saslInitialResponse(this.#writer, SCRAM_MECHANISM, this.#scram.first());
  }

  #password(method: string): string {
    const text = this.#options.password;
    if (text === undefined) {
      throw new InterfaceError(
        `the server asks user "${this.#options.user}" for a password (${method}) and none was given`,
      );
    }
    return text;
  }
}

/** `"md5" + md5(md5(password + user) + salt)`. */
export function md5(user: string, text: string, salt: Uint8Array): string {
  const inner = createHash("md5")
    .update(text + user)
    .digest("hex");
  return `md5${createHash("md5").update(inner).update(salt).digest("hex")}`;
}
