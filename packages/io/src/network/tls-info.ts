// What an encrypted connection tells about itself: asyncio's `get_extra_info`, typed.
import type { CipherNameAndProtocol, DetailedPeerCertificate, EphemeralKeyInfo, TLSSocket } from "node:tls";

/** What `getExtraInfo` knows of a connection with TLS, also after its end. Without TLS each of them is null. */
export interface TlsInfo {
  /** Name, standard name and version of the cipher in use. */
  readonly cipher: CipherNameAndProtocol;
  /** "TLSv1.3" ... */
  readonly tlsVersion: string;
  /**
   * The peer's certificate with those above it; null when it has shown none, as a server does where a session is taken up again, and when
   * the connection has ended before anybody asked.
   */
  readonly peerCertificate: DetailedPeerCertificate;
  /** What ALPN has chosen; null for none. */
  readonly alpnProtocol: string;
  /** The name that the client asked for (SNI); null for none. */
  readonly servername: string;
  /** Whether the handshake was shortened by a session from before. */
  readonly sessionReused: boolean;
  /** The session to give to a later connection's `session`. With TLS 1.3 the server sends it after the handshake: ask late. Clients only. */
  readonly session: Buffer;
  /** Whether the peer's certificate was accepted; false where `rejectUnauthorized: false` let it pass, or where none was shown. */
  readonly authorized: boolean;
  /** Why it was not accepted: "CERT_HAS_EXPIRED" ... */
  readonly authorizationError: string;
  /** How the key was agreed on. Clients only; node 22 does not know it of TLS 1.3. */
  readonly ephemeralKey: EphemeralKeyInfo;
}

export type TlsInfoName = keyof TlsInfo;

/** What all encrypted ends have, node's and the simulated network's. */
interface SecureEnd {
  readonly encrypted?: boolean;
  readonly authorized?: boolean;
  readonly authorizationError?: unknown;
  readonly alpnProtocol?: string | false | null;
  readonly servername?: string | false | null;
  getCipher?(): CipherNameAndProtocol | undefined;
  getProtocol?(): string | null;
  getPeerCertificate?(detailed: true): DetailedPeerCertificate | undefined;
  getSession?(): Buffer | undefined;
  isSessionReused?(): boolean;
  getEphemeralKeyInfo?(): EphemeralKeyInfo | object | null;
}

const sessions = new WeakMap<object, Buffer>();

/** Keeps the newest session that the server sends. */
export function noteSessions(socket: {
  on(event: "session", listener: (session: Buffer) => void): unknown;
}): void {
  socket.on("session", (session) => void sessions.set(socket, session));
}

/** What the handshake came to: node tells nothing more of a socket that is closed. */
type Handshake = { -readonly [K in keyof TlsInfo]?: TlsInfo[K] | null };

const handshakes = new WeakMap<object, Handshake>();

/** Keeps what the handshake came to, but for the certificate: to take it apart costs a good part of a handshake. */
export function noteHandshake(secure: TLSSocket): void {
  const known: Handshake = {};
  for (const name of ["cipher", "tlsVersion", "sessionReused", "ephemeralKey"] as const)
    note(known, secure, name);
  handshakes.set(secure, known);
}

function note<K extends TlsInfoName>(known: Handshake, end: SecureEnd, name: K): TlsInfo[K] | null {
  const told: TlsInfo[K] | null = tellers[name](end) ?? null;
  if (told !== null) known[name] = told;
  return told;
}

const tellers: { readonly [K in keyof TlsInfo]: (end: SecureEnd) => TlsInfo[K] | null | undefined } = {
  cipher: (end) => end.getCipher?.(),
  tlsVersion: (end) => end.getProtocol?.(),
  peerCertificate: (end) => notEmpty(end.getPeerCertificate?.(true)),
  alpnProtocol: (end) => end.alpnProtocol || null,
  servername: (end) => end.servername || null,
  sessionReused: (end) => end.isSessionReused?.(),
  session: (end) => sessions.get(end) ?? end.getSession?.(),
  authorized: (end) => end.authorized,
  authorizationError: (end) => reasonText(end.authorizationError),
  ephemeralKey: (end) => notEmpty(end.getEphemeralKeyInfo?.() as EphemeralKeyInfo | null | undefined),
};

/** Of what carries a connection: one of its facts; null without TLS, and for a fact that there is not. */
export function tlsInfo<K extends TlsInfoName>(underlying: unknown, name: K): TlsInfo[K] | null {
  // A name that is none, as JavaScript may give it, is one that nothing is known of: as in asyncio.
  if (!isSecure(underlying) || !Object.hasOwn(tellers, name)) return null;
  const known = handshakes.get(underlying);
  if (known === undefined) return tellers[name](underlying) ?? null;
  return note(known, underlying, name) ?? (known[name] as TlsInfo[K] | undefined) ?? null;
}

function isSecure(underlying: unknown): underlying is SecureEnd {
  return (
    typeof underlying === "object" &&
    underlying !== null &&
    typeof (underlying as SecureEnd).getCipher === "function"
  );
}

/** Node gives an empty object where there is nothing. */
function notEmpty<T extends object>(value: T | null | undefined): T | null {
  return value === null || value === undefined || Object.keys(value).length === 0 ? null : value;
}

function reasonText(reason: unknown): string | null {
  if (reason instanceof Error) return (reason as NodeJS.ErrnoException).code ?? reason.message;
  return typeof reason === "string" && reason !== "" ? reason : null;
}
