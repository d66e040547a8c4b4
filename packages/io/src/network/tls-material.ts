// What certificates and keys are given as, and the look at them before anything is connected: an error names the option.
import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { TlsOptionError } from "../errors.ts";

/** Text in PEM form, or its bytes. */
export type Pem = string | Uint8Array;

/** Who one is, and with what one speaks: for clients and servers alike. */
export interface TlsIdentity {
  /** The certificate, followed by those between it and its authority. */
  readonly cert?: Pem | readonly Pem[] | undefined;
  /** The certificate's private key. */
  readonly key?: Pem | readonly Pem[] | undefined;
  /** For a key that is encrypted. */
  readonly passphrase?: string | undefined;
  /** Certificate and key in one, as PKCS #12; instead of `cert` and `key`. */
  readonly pfx?: Uint8Array | undefined;
  /** The certificates of the authorities to trust, instead of those that node brings. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Lists of certificates that were revoked. */
  readonly crl?: Pem | readonly Pem[] | undefined;
  /** The oldest and the newest version to speak. Default "TLSv1.2" and "TLSv1.3". */
  readonly minVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | undefined;
  readonly maxVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | undefined;
  /** Ciphers in OpenSSL's form. */
  readonly ciphers?: string | undefined;
  /** Algorithms of signatures in OpenSSL's form. */
  readonly sigalgs?: string | undefined;
  /** Curves for the agreement of keys in OpenSSL's form. */
  readonly ecdhCurve?: string | undefined;
}

/** Names of `TlsIdentity` that make up a context, in the order in which one that is wrong is looked for. */
const material = [
  "ca",
  "crl",
  "cert",
  "key",
  "pfx",
  "minVersion",
  "maxVersion",
  "ciphers",
  "sigalgs",
  "ecdhCurve",
] as const;

const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** What has been made of an object of options: given again, it is used again. */
const contexts = new WeakMap<object, SecureContext>();

/** The context of an identity. TlsOptionError where something of it cannot be used. */
export function contextOf(identity: TlsIdentity): SecureContext {
  const known = contexts.get(identity);
  if (known !== undefined) return known;
  const options = nodeIdentity(identity);
  checkVersions(identity);
  checkCertificates("ca", identity.ca);
  checkCertificates("cert", identity.cert);
  let context: SecureContext;
  try {
    context = createSecureContext(options);
  } catch (error) {
    throw blame(options, error as Error);
  }
  contexts.set(identity, context);
  return context;
}

/** The options of node that an identity stands for. */
export function nodeIdentity(identity: TlsIdentity): SecureContextOptions {
  const options: Record<string, unknown> = {};
  for (const name of [...material, "passphrase"] as const) {
    const value = identity[name];
    if (value !== undefined) options[name] = Array.isArray(value) ? value.map(bytesOf) : bytesOf(value);
  }
  return options;
}

/** Node takes a Buffer, and any view of bytes in most places only. */
function bytesOf(value: unknown): unknown {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function checkVersions({ minVersion, maxVersion }: TlsIdentity): void {
  for (const [option, version] of Object.entries({ minVersion, maxVersion })) {
    if (version !== undefined && !versions.includes(version)) {
      throw optionError(
        option,
        `there is no version ${JSON.stringify(version)}; it takes ${versions.join(", ")}`,
      );
    }
  }
  if (
    minVersion !== undefined &&
    maxVersion !== undefined &&
    versions.indexOf(minVersion) > versions.indexOf(maxVersion)
  )
    throw optionError("minVersion", `${minVersion} is above maxVersion, ${maxVersion}`);
}

/** Node passes over text without any certificate in it, and would then trust nobody. */
function checkCertificates(option: string, value: Pem | readonly Pem[] | undefined): void {
  if (value === undefined) return;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const pem of list) {
    if (typeof pem !== "string" && !(pem instanceof Uint8Array)) {
      throw optionError(option, `it takes PEM as text or bytes, not ${pem === null ? "null" : typeof pem}`);
    }
    const text = typeof pem === "string" ? pem : Buffer.from(pem).toString("latin1");
    const blocks = text.match(
      /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^]*?-----END [A-Z0-9 ]*CERTIFICATE-----/g,
    );
    if (blocks === null) {
      throw optionError(
        option,
        `there is no certificate in it: PEM begins with "-----BEGIN CERTIFICATE-----"`,
      );
    }
    for (const block of blocks) {
      try {
        void new X509Certificate(block);
      } catch (error) {
        throw optionError(option, "a certificate in it is damaged", error as Error);
      }
    }
  }
}

/** Node's error does not say which option it is about: each is tried by itself. */
function blame(options: SecureContextOptions, error: Error): TlsOptionError {
  for (const name of material) {
    if (!(name in options)) continue;
    const alone: SecureContextOptions = { [name]: options[name] };
    if ((name === "key" || name === "pfx") && options.passphrase !== undefined)
      alone.passphrase = options.passphrase;
    try {
      createSecureContext(alone);
    } catch (cause) {
      return optionError(name, explained(name, cause as Error), cause as Error);
    }
  }
  return optionError("key", explained("key", error), error);
}

function explained(option: string, error: Error): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "ERR_OSSL_X509_KEY_VALUES_MISMATCH") return "it is not the key of the certificate in cert";
  if (
    option === "key" &&
    /BAD_DECRYPT|BAD_PASSWORD|INTERRUPTED|PASSPHRASE|PASSWORD/i.test(code + error.message)
  )
    return "it is encrypted, and passphrase is missing or wrong";
  if (option === "key") return `there is no private key in it that OpenSSL can read (${error.message})`;
  return error.message;
}

export function optionError(option: string, problem: string, cause?: Error): TlsOptionError {
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? "ERR_INVALID_ARG_VALUE";
  return new TlsOptionError(`Cannot use the TLS option ${option}: ${problem}`, { option, reason, cause });
}
