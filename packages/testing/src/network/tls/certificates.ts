// Certificates for tests: real ones (Ed25519, X.509 version 3), made on the spot, which node's own TLS takes as well.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import { canonical } from "../addresses.ts";
import { bits, explicit, implicit, integer, octets, oid, sequence, set, time, utf8, yes } from "./der.ts";

/** A certificate and its key, as the options `cert` and `key` of TLS take them. */
export interface IssuedCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/** What a certificate is to say. */
export interface CertificateOptions {
  /** Whom it is for: DNS names (`*.example.test` too) and IP addresses. */
  readonly names: readonly string[];
  /** Default: the first name. */
  readonly commonName?: string;
  /** Default: 2000-01-01. */
  readonly validFrom?: Date;
  /** Default: 2100-01-01. */
  readonly validTo?: Date;
}

/** Who issues certificates. */
export interface CertificateAuthority {
  /** PEM: what the option `ca` takes, to trust it. */
  readonly certificate: string;
  /** Issues a certificate for names, for servers and for clients. */
  issue(names: readonly string[] | CertificateOptions): IssuedCertificate;
}

const ED25519 = sequence(oid("1.3.101.112"));

interface Subject {
  readonly name: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function makeSubject(commonName: string): Subject {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { name: sequence(set(sequence(oid("2.5.4.3"), utf8(commonName)))), publicKey, privateKey };
}

function publicBytes({ publicKey }: Subject): Buffer {
  return publicKey.export({ type: "spki", format: "der" });
}

function keyIdentifier(subject: Subject): Buffer {
  return createHash("sha256").update(publicBytes(subject)).digest().subarray(0, 20);
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value));
}

/** RFC 5280, 4.1. */
function makeCertificate(
  subject: Subject,
  issuer: Subject,
  { validFrom = new Date("2000-01-01"), validTo = new Date("2100-01-01") }: Partial<CertificateOptions>,
  extensions: readonly Buffer[],
): string {
  // Always of one length, and positive.
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const content = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(serial),
    ED25519,
    issuer.name,
    sequence(time(validFrom), time(validTo)),
    subject.name,
    publicBytes(subject),
    explicit(
      3,
      sequence(
        ...extensions,
        extension("2.5.29.14", false, octets(keyIdentifier(subject))),
        extension("2.5.29.35", false, sequence(implicit(0, keyIdentifier(issuer)))),
      ),
    ),
  );
  return pem("CERTIFICATE", sequence(content, ED25519, bits(sign(null, content, issuer.privateKey))));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function alternativeName(name: string): Buffer {
  if (isIPv4(name)) return implicit(7, Buffer.from(name.split(".").map(Number)));
  if (isIPv6(name))
    return implicit(7, Buffer.from(groupsOf(name).flatMap((group) => [group >> 8, group & 255])));
  return implicit(2, Buffer.from(name));
}

function groupsOf(address: string): number[] {
  const [head = "", tail] = canonical(address).split("::");
  const parse = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((part) => Number.parseInt(part, 16));
  const [before, after] = [parse(head), parse(tail ?? "")];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/** Makes an authority that nobody trusts yet, with a key of its own. For tests only. */
export function certificateAuthority(commonName = "Corio test authority"): CertificateAuthority {
  const issuer = makeSubject(commonName);
  const certificate = makeCertificate(issuer, issuer, {}, [
    extension("2.5.29.19", true, sequence(yes)),
    // Signs certificates and lists of them.
    extension("2.5.29.15", true, bits(Buffer.of(0b0000_0110), 1)),
  ]);
  return {
    certificate,
    issue(wanted) {
      const options: CertificateOptions = "names" in wanted ? wanted : { names: wanted };
      const { names, commonName: own = names[0] ?? "nobody" } = options;
      const subject = makeSubject(own);
      const cert = makeCertificate(subject, issuer, options, [
        extension("2.5.29.19", true, sequence()),
        extension("2.5.29.15", true, bits(Buffer.of(0b1000_0000), 7)),
        extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"))),
        ...(names.length === 0
          ? []
          : [extension("2.5.29.17", false, sequence(...names.map(alternativeName)))]),
      ]);
      return { cert, key: subject.privateKey.export({ type: "pkcs8", format: "pem" }) as string };
    },
  };
}
