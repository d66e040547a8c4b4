// The error classes of TLS: a part of errors.ts, which has no room for them.

interface TlsErrorInit {
  /** What OpenSSL or node calls it. */
  readonly reason: string;
  readonly cause?: unknown;
}

/** TLS failed, in the handshake or later. What a caller may branch on has a class of its own below. */
export class TlsError extends Error {
  readonly code: string = "ERR_TLS";
  /** What OpenSSL or node calls it: "CERT_HAS_EXPIRED", "ERR_SSL_NO_SHARED_CIPHER" ... */
  readonly reason: string;

  constructor(message: string, init: TlsErrorInit) {
    super(message, { cause: init.cause });
    this.name = new.target.name;
    this.reason = init.reason;
  }
}

/** The peer's certificate was looked at and not accepted. That the peer does not accept ours is a `CertificateRefusedError`. */
export class CertificateError extends TlsError {
  override readonly code: string = "ERR_TLS_CERTIFICATE";
}

/** The time of the peer's certificate, or of one above it, is over. */
export class CertificateExpiredError extends CertificateError {
  override readonly code = "ERR_TLS_CERTIFICATE_EXPIRED";
}

/** The time of the peer's certificate has not begun. Is the clock right? */
export class CertificateNotYetValidError extends CertificateError {
  override readonly code = "ERR_TLS_CERTIFICATE_NOT_YET_VALID";
}

/** Nobody whom we trust has signed the peer's certificate: it is self-signed, or its authority is not among `ca`. */
export class CertificateUntrustedError extends CertificateError {
  override readonly code = "ERR_TLS_CERTIFICATE_UNTRUSTED";
}

/** The certificate is good, but for other hosts. */
export class CertificateHostError extends CertificateError {
  override readonly code = "ERR_TLS_CERTIFICATE_HOST";
}

/** The server wants a certificate of its clients, and this one has shown none. What this client sees is a `CertificateRefusedError`. */
export class CertificateRequiredError extends TlsError {
  override readonly code = "ERR_TLS_CERTIFICATE_REQUIRED";
}

/** The peer does not accept the certificate that we have shown, or wants one where we have shown none. Its alert says so. */
export class CertificateRefusedError extends TlsError {
  override readonly code = "ERR_TLS_CERTIFICATE_REFUSED";
}

/** Both speak TLS, but have nothing in common: no version, no cipher, no protocol for ALPN. */
export class TlsNegotiationError extends TlsError {
  override readonly code = "ERR_TLS_NEGOTIATION";
}

/** What came is not TLS, or not whole: plain text, garbage, a forged record. */
export class TlsProtocolError extends TlsError {
  override readonly code = "ERR_TLS_PROTOCOL";
}

/** The handshake was not over within `handshakeTimeout`. The connection is closed. */
export class TlsHandshakeTimeoutError extends TlsError {
  override readonly code = "ERR_TLS_HANDSHAKE_TIMEOUT";
}

/** The connection ended in the middle of the handshake, and the peer did not say why. */
export class TlsHandshakeClosedError extends TlsError {
  override readonly code = "ERR_TLS_HANDSHAKE_CLOSED";
}

/** An option for TLS cannot be used: text that is no PEM, a key that does not fit its certificate. Nothing was connected. */
export class TlsOptionError extends TlsError {
  override readonly code = "ERR_TLS_OPTION";
  /** The option's name. */
  readonly option: string;

  constructor(message: string, init: TlsErrorInit & { readonly option: string }) {
    super(message, init);
    this.option = init.option;
  }
}
