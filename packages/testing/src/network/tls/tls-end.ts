// What TLS has come to at one end, with the members of node's TLSSocket that tell of it.

import type { X509Certificate } from "node:crypto";
import type { SimulatedConnection } from "../connection.ts";

export interface TlsFacts {
  readonly connection: SimulatedConnection;
  readonly authorized: boolean;
  readonly authorizationError: string | null;
  readonly alpnProtocol: string | false;
  readonly servername: string | false;
  readonly version: "TLSv1.2" | "TLSv1.3";
  readonly own: X509Certificate | null;
  readonly peer: X509Certificate | null;
  readonly session: Buffer | null;
  readonly reused: boolean;
}

/** The `underlying` of a connection under simulated TLS. */
export class SimulatedTls {
  readonly connection: SimulatedConnection;
  readonly encrypted = true;
  readonly authorized: boolean;
  readonly authorizationError: string | null;
  readonly alpnProtocol: string | false;
  readonly servername: string | false;
  readonly #facts: TlsFacts;

  /** @internal */
  constructor(facts: TlsFacts) {
    this.#facts = facts;
    this.connection = facts.connection;
    this.authorized = facts.authorized;
    this.authorizationError = facts.authorizationError;
    this.alpnProtocol = facts.alpnProtocol;
    this.servername = facts.servername;
  }

  getProtocol(): "TLSv1.2" | "TLSv1.3" {
    return this.#facts.version;
  }

  getCipher(): { readonly name: string; readonly standardName: string; readonly version: string } {
    const { version } = this.#facts;
    return version === "TLSv1.3"
      ? { name: "TLS_AES_256_GCM_SHA384", standardName: "TLS_AES_256_GCM_SHA384", version }
      : {
          name: "ECDHE-ECDSA-AES256-GCM-SHA384",
          standardName: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          version,
        };
  }

  /** In node's old form; an empty object when the other end showed none. */
  getPeerCertificate(_detailed?: boolean): object {
    return this.#facts.peer?.toLegacyObject() ?? {};
  }

  getCertificate(): object {
    return this.#facts.own?.toLegacyObject() ?? {};
  }

  getPeerX509Certificate(): X509Certificate | undefined {
    return this.#facts.peer ?? undefined;
  }

  getX509Certificate(): X509Certificate | undefined {
    return this.#facts.own ?? undefined;
  }

  /** For the option `session` of a later connection. */
  getSession(): Buffer | undefined {
    return this.#facts.session ?? undefined;
  }

  isSessionReused(): boolean {
    return this.#facts.reused;
  }

  getEphemeralKeyInfo(): object {
    return {};
  }
}
