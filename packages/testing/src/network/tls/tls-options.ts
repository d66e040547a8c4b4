// The options of node's TLS that count on a simulated network.

import type { PeerCertificate, SecureContext } from "node:tls";
import type { CertificateSources } from "./verify.ts";
import type { TlsVersion } from "./messages.ts";

export interface TlsOptions extends CertificateSources {
  readonly ca?: unknown;
  readonly servername?: string | undefined;
  readonly host?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  readonly requestCert?: boolean | undefined;
  readonly ALPNProtocols?: unknown;
  readonly ALPNCallback?:
    | ((offer: { servername: string; protocols: string[] }) => string | undefined)
    | undefined;
  readonly SNICallback?:
    | ((servername: string, done: (error: Error | null, context?: SecureContext) => void) => void)
    | undefined;
  readonly checkServerIdentity?:
    | ((name: string, certificate: PeerCertificate) => Error | undefined)
    | undefined;
  readonly minVersion?: string | undefined;
  readonly maxVersion?: string | undefined;
  readonly session?: Uint8Array | undefined;
}

/** The names in `ALPNProtocols`: a list, or bytes as on the wire. */
export function protocolsOf(option: unknown): string[] | null {
  if (option === undefined || option === null) return null;
  const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  if (Array.isArray(option)) {
    return option.map((entry: unknown) => (typeof entry === "string" ? entry : decode(entry as Uint8Array)));
  }
  const wire = option as Uint8Array;
  const names: string[] = [];
  for (let at = 0; at < wire.length; at += 1 + wire[at]!)
    names.push(decode(wire.subarray(at + 1, at + 1 + wire[at]!)));
  return names;
}

/** Those that are neither too old nor too new, the newest first. */
export function versionsOf({ minVersion = "TLSv1.2", maxVersion = "TLSv1.3" }: TlsOptions): TlsVersion[] {
  return (["TLSv1.3", "TLSv1.2"] as const).filter(
    (version) => version >= minVersion && version <= maxVersion,
  );
}
