// What a program says of TLS, and what node is given for it. All of it is looked at before anything is connected.
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import {
  createSecureContext,
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocketOptions,
} from "node:tls";
import { CertificateError } from "../errors.ts";
import { contextOf, nodeIdentity, optionError, type TlsIdentity } from "./tls-material.ts";

/** What a client and a server say of the handshake. */
export interface TlsHandshakeOptions {
  /** Protocols to agree on (ALPN), the liked ones first: `["h2", "http/1.1"]`. */
  readonly alpnProtocols?: readonly string[] | undefined;
  /** Milliseconds for the handshake; null: no limit. Default 60,000. */
  readonly handshakeTimeout?: number | null | undefined;
  /** Whether a peer whose certificate is not accepted is refused. If not, `getExtraInfo("authorized")` tells. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** TLS as a client. Give the same object for many connections, and what is made of it is made once. */
export interface TlsOptions extends TlsIdentity, TlsHandshakeOptions {
  /**
   * The name to ask for (SNI), which the certificate must be for. Default: the host of the connection. Empty: no name is asked for, and the
   * certificate must be for the host all the same.
   */
  readonly servername?: string | undefined;
  /** Looks at the names in the server's certificate, instead of node's own check: an error refuses it. */
  readonly checkServerIdentity?:
    | ((host: string, certificate: DetailedPeerCertificate) => Error | undefined)
    | undefined;
  /** Certificates, versions and ciphers in one, made by `tls.createSecureContext` of node; the options for them then do not count. */
  readonly secureContext?: SecureContext | undefined;
  /** A session of an earlier connection to the same server: `getExtraInfo("session")`. The handshake is then shorter. */
  readonly session?: Uint8Array | undefined;
}

/** What a server answers a client that asks for a name: an identity, or null for its usual one. */
export type SniAnswer = TlsIdentity | SecureContext | null | undefined;

/** TLS as a server. Give the same object for many connections (`startTls`), and what is made of it is made once. */
export interface TlsServerOptions extends TlsIdentity, TlsHandshakeOptions {
  /** Whether clients are asked for a certificate. With `rejectUnauthorized` (default) they must have one that `ca` has signed. Default false. */
  readonly requestCert?: boolean | undefined;
  /**
   * Chooses the identity for the name that a client asks for (SNI). A function of either dialect: it runs in the connection's task, within
   * `handshakeTimeout`. An error ends the handshake. Give the same objects again for the same names: what is made of them is kept.
   */
  readonly sniCallback?: ((servername: string) => unknown) | undefined;
  /** 48 bytes that the tickets of sessions are encrypted with, to share among processes. Default: random. */
  readonly ticketKeys?: Uint8Array | undefined;
  /** Seconds after which a session may not be taken up again, as TLS counts them. Default 300. */
  readonly sessionTimeout?: number | undefined;
}

/** TLS that is ready to begin: for one connection, or for all of a server. */
export interface PreparedTls {
  readonly server: boolean;
  /** Node's own options. */
  readonly options: ConnectionOptions | TLSSocketOptions;
  /** Milliseconds; null for no limit. */
  readonly handshakeTimeout: number | null;
  /** Whom the handshake is with, for messages; null for a client that has come. */
  readonly peer: string | null;
  readonly sniCallback: ((servername: string) => unknown) | null;
}

const defaultTimeout = 60_000;

/** Prepares a client's TLS. TlsOptionError and TypeError tell what is wrong with the options. */
export function clientTls(options: true | TlsOptions, host: string | null): PreparedTls {
  const given = options === true ? {} : options;
  if (typeof given !== "object" || given === null)
    throw new TypeError(`Cannot prepare TLS: a client takes true or an object, and got ${typeof options}`);
  const { servername: asked = host, checkServerIdentity, session, rejectUnauthorized } = given;
  // With an empty name, node would check the certificate against "localhost".
  const servername = asked === "" ? host : asked;
  if (servername !== null && typeof servername !== "string")
    throw optionError("servername", "it takes the name of a host");
  if (servername === null && rejectUnauthorized !== false && checkServerIdentity === undefined) {
    throw optionError(
      "servername",
      "it is missing: a certificate must be checked against the name of a host",
    );
  }
  if (session !== undefined && !(session instanceof Uint8Array))
    throw optionError("session", "it takes bytes");
  const name = asked === null || asked === "" || isIP(asked) !== 0 ? undefined : asked;
  return {
    server: false,
    peer: servername,
    sniCallback: null,
    handshakeTimeout: timeoutOf(given),
    options: {
      ...nodeIdentity(given),
      ...handshakeOf(given),
      secureContext: given.secureContext ?? contextOf(given),
      // An address is checked, but not asked for (RFC 6066).
      ...(servername === null ? {} : { host: servername }),
      ...(name === undefined ? {} : { servername: name }),
      ...(session === undefined ? {} : { session: Buffer.from(session) }),
      ...(checkServerIdentity === undefined ? {} : { checkServerIdentity: ownCheck(checkServerIdentity) }),
    },
  };
}

/** Called by node in the middle of things: what it throws counts as a refusal. */
function ownCheck(
  check: NonNullable<TlsOptions["checkServerIdentity"]>,
): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (host, certificate) => {
    let error: unknown;
    try {
      error = check(host, certificate as DetailedPeerCertificate);
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined || error === null) return undefined;
    if ((error as NodeJS.ErrnoException).code === "ERR_TLS_CERT_ALTNAME_INVALID") return error as Error;
    const text = error instanceof Error ? error.message : JSON.stringify(error);
    const reason = "ERR_TLS_CHECK_SERVER_IDENTITY";
    return new CertificateError(
      `The TLS handshake with ${host} failed: checkServerIdentity refuses it: ${text}`,
      {
        reason,
        cause: error,
      },
    );
  };
}

/** What has been made of a server's options. Sessions go on from one connection to the next only where both have the same. */
const preparedServers = new WeakMap<TlsServerOptions, PreparedTls>();

/** Prepares a server's TLS, once for all connections with these options. */
export function serverTls(options: TlsServerOptions): PreparedTls {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("Cannot prepare TLS: a server takes an object with cert and key at least");
  }
  let prepared = preparedServers.get(options);
  if (prepared === undefined) preparedServers.set(options, (prepared = prepareServer(options)));
  return prepared;
}

function prepareServer(options: TlsServerOptions): PreparedTls {
  const { sniCallback = null, requestCert = false, ticketKeys, sessionTimeout } = options;
  if (sniCallback !== null && typeof sniCallback !== "function")
    throw optionError("sniCallback", "it takes a function of a name");
  const nothing = options.cert === undefined && options.pfx === undefined;
  if (nothing && sniCallback === null)
    throw optionError("cert", "it is missing: a server needs a certificate");
  if (options.cert !== undefined && options.key === undefined) {
    throw optionError("key", "it is missing: a server needs the key of its certificate");
  }
  if (ticketKeys !== undefined && !(ticketKeys instanceof Uint8Array && ticketKeys.length === 48))
    throw optionError("ticketKeys", "it takes 48 bytes");
  // Looked at by itself first: the error then names the option.
  contextOf(options);
  const identity: SecureContextOptions = {
    ...nodeIdentity(options),
    honorCipherOrder: true,
    sessionIdContext: sessionContextOf(options),
    ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys) }),
    ...(sessionTimeout === undefined ? {} : { sessionTimeout }),
  };
  return {
    server: true,
    peer: null,
    sniCallback,
    handshakeTimeout: timeoutOf(options),
    options: {
      ...identity,
      ...handshakeOf(options),
      requestCert,
      secureContext: createSecureContext(identity),
    } as TLSSocketOptions,
  };
}

/** Keeps a session from being taken up by a server that would not have let its client in: at most 32 bytes. */
function sessionContextOf(identity: TlsServerOptions): string {
  const hash = createHash("sha256");
  for (const value of [identity.cert, identity.pfx, identity.ca].flat())
    if (value !== undefined) hash.update(value as Uint8Array);
  return hash.digest("hex").slice(0, 32);
}

/** What `sniCallback` gave, as node takes it. */
export function sniContext(answer: unknown, servername: string): SecureContext | undefined {
  if (answer === null || answer === undefined) return undefined;
  if (typeof answer !== "object") {
    throw new TypeError(`Cannot serve ${servername}: sniCallback gave neither an identity nor null`);
  }
  if ("context" in answer) return answer as SecureContext;
  return contextOf(answer as TlsIdentity);
}

function handshakeOf({ alpnProtocols, rejectUnauthorized = true }: TlsHandshakeOptions): {
  readonly rejectUnauthorized: boolean;
  readonly ALPNProtocols?: string[];
} {
  if (alpnProtocols === undefined) return { rejectUnauthorized };
  const fits = (name: unknown): boolean =>
    typeof name === "string" && name !== "" && Buffer.byteLength(name) <= 255;
  if (!Array.isArray(alpnProtocols) || alpnProtocols.length === 0 || !alpnProtocols.every(fits)) {
    throw optionError("alpnProtocols", "it takes a list of names, each of 1 to 255 bytes");
  }
  return { rejectUnauthorized, ALPNProtocols: [...alpnProtocols] };
}

function timeoutOf({ handshakeTimeout = defaultTimeout }: TlsHandshakeOptions): number | null {
  if (handshakeTimeout === null || handshakeTimeout === Infinity) return null;
  if (!(handshakeTimeout >= 0)) {
    throw new RangeError(
      `Cannot use ${String(handshakeTimeout)} for handshakeTimeout: it takes milliseconds, zero or more, or null`,
    );
  }
  return handshakeTimeout;
}
