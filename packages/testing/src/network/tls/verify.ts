// Whether a certificate is to be trusted, and whether it is for the name that was asked for.

import { X509Certificate } from "node:crypto";
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContext } from "node:tls";
import { codedError } from "./ssl-error.ts";

const BLOCK =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

type Pem = string | Uint8Array;

/** The certificates in an option `cert` or `ca`: PEM, one or several in each, or DER. */
export function parseCertificates(option: unknown): X509Certificate[] {
  if (option === undefined || option === null) return [];
  return (Array.isArray(option) ? option : [option]).flatMap((entry: Pem) => {
    const text = typeof entry === "string" ? entry : Buffer.from(entry).toString("latin1");
    const blocks = text.match(BLOCK);
    return blocks === null
      ? [new X509Certificate(entry as string)]
      : blocks.map((block) => new X509Certificate(block));
  });
}

export interface CertificateSources {
  readonly cert?: unknown;
  readonly pfx?: unknown;
  readonly secureContext?: SecureContext | undefined;
}

/** The chain that an end shows, its own certificate first; empty when it has none. */
export function ownChain(options: CertificateSources): X509Certificate[] {
  const { cert, pfx, secureContext } = options;
  if (cert !== undefined && cert !== null) return parseCertificates(cert);
  // What node has read already, it shows in this way only.
  const context = secureContext ?? (pfx === undefined ? undefined : createSecureContext(options as object));
  const native = context?.context as { getCertificate?(): Buffer | null } | undefined;
  const der = native?.getCertificate?.() ?? null;
  return der === null ? [] : [new X509Certificate(der)];
}

/** Why a chain is not to be trusted, with OpenSSL's code; null when it is. */
export function distrust(
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  now: Date,
): Error | null {
  const [leaf] = chain;
  if (leaf === undefined) return codedError("UNABLE_TO_GET_ISSUER_CERT", "unable to get issuer certificate");
  const issued = (certificate: X509Certificate, by: X509Certificate): boolean =>
    certificate.checkIssued(by) && certificate.verify(by.publicKey);
  let current = leaf;
  for (let i = 0; ; i++) {
    if (trusted.some((one) => one.fingerprint256 === current.fingerprint256 || issued(current, one))) break;
    const next = chain.find((one) => one !== current && issued(current, one));
    if (next !== undefined && i < chain.length) {
      current = next;
      continue;
    }
    if (!issued(current, current)) {
      return codedError("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate");
    }
    return current === leaf
      ? codedError("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate")
      : codedError("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain");
  }
  if (new Date(leaf.validTo) < now) return codedError("CERT_HAS_EXPIRED", "certificate has expired");
  if (new Date(leaf.validFrom) > now) return codedError("CERT_NOT_YET_VALID", "certificate is not yet valid");
  return null;
}

/** Node's own check, or the program's. */
export function wrongName(
  leaf: X509Certificate,
  name: string,
  check: ((name: string, certificate: PeerCertificate) => Error | undefined) | undefined,
): Error | null {
  return (check ?? checkServerIdentity)(name, leaf.toLegacyObject() as PeerCertificate) ?? null;
}
