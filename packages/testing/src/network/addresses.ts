// IP addresses as text: what they are, and one spelling for each.

import { isIP } from "node:net";

export type Family = 4 | 6;

/** The family of an address; null for what is none. */
export function familyOf(address: string): Family | null {
  const family = isIP(address);
  return family === 4 || family === 6 ? family : null;
}

/** One spelling for each address, so that they can be compared: `::1` for `0:0:0:0:0:0:0:1`. The text itself where it is no address. */
export function canonical(address: string): string {
  if (familyOf(address) !== 6) return address;
  // A zone names an interface: there is only one.
  const [plain = ""] = address.split("%");
  const url = new URL(`http://[${plain}]/`);
  const text = url.hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text);
  if (mapped === null) return text;
  const high = Number.parseInt(mapped[1]!, 16);
  const low = Number.parseInt(mapped[2]!, 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Whether it stands for all addresses of a host. */
export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/** Whether it is the host that says it. */
export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** An address out of a block that nobody else uses, for the host of this number. */
export function automatic(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/** An address and a port as node prints them in its errors. */
export function withPort(address: string, port: number): string {
  return port > 0 ? `${address}:${port}` : address;
}
