// What can be told of an address without asking anybody.
import { isIP } from "node:net";

/** The family of an address as it is written, 0 for what is none. An IPv6 address may name its zone: `fe80::1%eth0`. */
export function familyOf(host: string): 0 | 4 | 6 {
  return isIP(host) as 0 | 4 | 6;
}

export function checkPort(port: unknown, least: 0 | 1): asserts port is number {
  if (typeof port === "number" && Number.isInteger(port) && port >= least && port <= 65_535) return;
  throw new RangeError(
    `Cannot use ${String(port)} as a port: it takes a whole number from ${least} to 65535`,
  );
}

export function checkHost(host: unknown): asserts host is string {
  if (typeof host !== "string") throw new TypeError(`Cannot use ${typeof host} as a host: it takes text`);
  if (host === "" || host.includes("\0")) {
    throw new TypeError(`Cannot use ${JSON.stringify(host)} as a host: it is no name and no address`);
  }
}

export function checkFamily(family: unknown): asserts family is 0 | 4 | 6 {
  if (family === 0 || family === 4 || family === 6) return;
  throw new RangeError(`Cannot use ${String(family)} as an address family: it takes 4, 6, or 0 for any`);
}
