// What OpenSSL and node say when TLS fails, in the classes that callers see.
import {
  CertificateError,
  CertificateExpiredError,
  CertificateHostError,
  CertificateNotYetValidError,
  CertificateRefusedError,
  CertificateRequiredError,
  CertificateUntrustedError,
  TlsError,
  TlsHandshakeClosedError,
  TlsNegotiationError,
  TlsProtocolError,
} from "../errors.ts";

type TlsErrorClass = new (...args: ConstructorParameters<typeof TlsError>) => TlsError;

interface Kind {
  readonly class: TlsErrorClass;
  readonly says: string;
}

const untrusted: Kind = {
  class: CertificateUntrustedError,
  says: "no trusted authority has signed the peer's certificate",
};
const refused: Kind = { class: CertificateRefusedError, says: "the peer does not accept our certificate" };
const protocol: Kind = { class: TlsProtocolError, says: "what the peer sends is not TLS, or is damaged" };
const nothingInCommon: Kind = {
  class: TlsNegotiationError,
  says: "the peers have no version, cipher or protocol in common",
};

/** Verdicts on a certificate (X509_V_ERR_...), as node names them. */
const verdicts: Readonly<Record<string, Kind>> = {
  CERT_HAS_EXPIRED: { class: CertificateExpiredError, says: "the peer's certificate has expired" },
  CERT_NOT_YET_VALID: { class: CertificateNotYetValidError, says: "the peer's certificate is not yet valid" },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  INVALID_CA: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    class: CertificateHostError,
    says: "the peer's certificate is for another host",
  },
};

/** Other verdicts, which nobody branches on. */
const otherVerdict =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|OUT_OF_MEM$)/;

/** Reasons of OpenSSL, without ERR_SSL_. The first that fits counts. */
const reasons: readonly (readonly [RegExp, Kind])[] = [
  [
    /^PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    { class: CertificateRequiredError, says: "the client shows no certificate" },
  ],
  [
    /ALERT_(?:NO_CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/,
    refused,
  ],
  [
    /ALERT_(?:PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_APPLICATION_PROTOCOL|INAPPROPRIATE_FALLBACK|UNRECOGNIZED_NAME|NO_RENEGOTIATION|EXPORT_RESTRICTION)/,
    nothingInCommon,
  ],
  [
    /^(?:NO_SHARED_|NO_SUITABLE_|NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_|UNSUPPORTED_PROTOCOL|VERSION_TOO_)/,
    nothingInCommon,
  ],
  [
    /^(?:WRONG_SSL_VERSION|INAPPROPRIATE_FALLBACK|DH_KEY_TOO_SMALL|EE_KEY_TOO_SMALL|NO_APPLICATION_PROTOCOL)/,
    nothingInCommon,
  ],
  [/ALERT_(?:INTERNAL_ERROR|USER_CANCELL?ED)/, { class: TlsError, says: "the peer gives up" }],
  [
    /^(?:HTTP_REQUEST|HTTPS_PROXY_REQUEST)/,
    { class: TlsProtocolError, says: "the peer speaks HTTP without TLS" },
  ],
  [
    /ALERT_(?:UNEXPECTED_MESSAGE|DECODE_ERROR|DECRYPT_ERROR|DECRYPTION_FAILED|RECORD_OVERFLOW|BAD_RECORD_MAC|ILLEGAL_PARAMETER)/,
    { class: TlsProtocolError, says: "the peer says that what we send is damaged" },
  ],
  [
    /(?:WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|PACKET_LENGTH|LENGTH_MISMATCH|BAD_|DECRYPTION_FAILED|DECRYPT_ERROR|UNEXPECTED_|INVALID_|DATA_BETWEEN|TOO_LONG|TOO_SHORT|RECORD_|EXCESSIVE_|CCS_RECEIVED_EARLY|NOT_ON_RECORD_BOUNDARY|DIGEST_CHECK_FAILED|MISSING_)/,
    protocol,
  ],
];

/** Of a failure of node's or OpenSSL's: what it is called. null where it is not TLS that failed. */
function reasonOf(error: Error): string | null {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") return null;
  if (
    code in verdicts ||
    code.startsWith("ERR_SSL_") ||
    code.startsWith("ERR_TLS_") ||
    otherVerdict.test(code)
  ) {
    return code;
  }
  // Met while writing, node gives OpenSSL's line as the text of an EPROTO: "...:SSL routines:<function>:<reason>:..."
  const told = /SSL routines:[^:]*:([^:\n]+)/.exec(error.message)?.[1];
  if (told !== undefined) return `ERR_SSL_${told.trim().toUpperCase().replaceAll(/\W+/g, "_")}`;
  return null;
}

function kindOf(reason: string): Kind {
  const verdict = verdicts[reason];
  if (verdict !== undefined) return verdict;
  if (otherVerdict.test(reason))
    return { class: CertificateError, says: "the peer's certificate is not accepted" };
  const text = reason.replace(/^ERR_(?:SSL|TLS)_/, "");
  return reasons.find(([pattern]) => pattern.test(text))?.[1] ?? { class: TlsError, says: "TLS failed" };
}

/**
 * Turns a failure of TLS into the error that callers see; null for one that is not TLS's, a reset connection for example. `what` was being
 * done: "the handshake with example.org".
 */
export function tlsErrorOf(error: Error, what = "The encrypted connection"): TlsError | null {
  if (error instanceof TlsError) return error;
  const reason = reasonOf(error);
  if (reason === null) return null;
  const kind = kindOf(reason);
  const detail = kind.class === CertificateHostError ? `: ${error.message}` : "";
  return new kind.class(`${what} failed: ${kind.says} (${reason})${detail}`, { reason, cause: error });
}

/** What a handshake failed of. */
export function handshakeError(error: Error, what: string): TlsError {
  const known = tlsErrorOf(error, what);
  if (known !== null) return known;
  const { code: reason = "EOF" } = error as NodeJS.ErrnoException;
  const text = `${what} failed: the connection ended in the middle of it (${reason})`;
  return new TlsHandshakeClosedError(text, { reason, cause: error });
}
