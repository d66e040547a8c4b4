// getaddrinfo: the addresses of a host, as the system knows them.
import type { Awaitable, Coroutine } from "corio";
import { cancelPoint, coroutine } from "corio/lowlevel";
import { ADDRCONFIG, ALL, V4MAPPED } from "node:dns";
import { checkFamily, checkHost, checkPort } from "./ip-address.ts";
import { networkHere } from "./network-here.ts";
import { nodeLookup } from "./node-lookup.ts";
import { nodeNetwork } from "./node-network.ts";
import { resolveHost } from "./resolve-host.ts";

/** Where something can be reached. */
export interface AddressInfo {
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
}

/** What to ask the system for. */
export interface GetaddrinfoOptions {
  /** 4 or 6 for addresses of that family only. Default 0: any. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** Flags of the system's look-up: `ADDRCONFIG`, `V4MAPPED`, `ALL` of `node:dns`. A simulated network knows none. Default 0. */
  readonly hints?: number | undefined;
  /** With `null` for the host: the addresses to listen on, not those to connect to. Default false. */
  readonly passive?: boolean | undefined;
}

/**
 * Looks a host up as the system does, in its hosts file, with its name servers: `asyncio.getaddrinfo`. One entry for each address (not
 * one for each kind of socket, as in C), in the order in which they should be tried. `null` is this machine: `::1`, `127.0.0.1`. Ports are
 * numbers; names of services are not looked up. Nothing is kept: that is what a `Resolver` is for.
 *
 * HostNotFoundError for a name that does not exist, HostLookupError where that could not be found out. A cancel point. The system's look-up
 * holds a thread and cannot be stopped: a cancelled wait ends at once, and the answer is ignored. `lookupThreads` says how many may be
 * with the system at a time; one beyond that has not begun, and never does when it is cancelled.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { getaddrinfo } from "@corio/io";
 *
 * await run(function* () {
 *   const [first] = yield* getaddrinfo("localhost", 5432, { family: 4 });
 *   console.log(first); // => { family: 4, address: '127.0.0.1', port: 5432 }
 * });
 * ```
 */
export function getaddrinfo(
  host: string | null,
  port = 0,
  options: GetaddrinfoOptions = {},
): Awaitable<AddressInfo[]> {
  return coroutine(lookUpHost, host, port, options);
}

function* lookUpHost(
  host: string | null,
  port: number,
  { family = 0, hints = 0, passive = false }: GetaddrinfoOptions,
): Coroutine<AddressInfo[]> {
  checkPort(port, 0);
  checkFamily(family);
  if (!Number.isInteger(hints) || (hints & ~(ADDRCONFIG | V4MAPPED | ALL)) !== 0) {
    throw new TypeError(
      `Cannot use the hints ${String(hints)}: they are ADDRCONFIG, V4MAPPED and ALL of node:dns, together or none`,
    );
  }
  if (host === null) {
    yield* cancelPoint();
    const own: AddressInfo[] = [
      { family: 6, address: passive ? "::" : "::1", port },
      { family: 4, address: passive ? "0.0.0.0" : "127.0.0.1", port },
    ];
    return own.filter((entry) => family === 0 || entry.family === family);
  }
  checkHost(host);
  const network = networkHere();
  const lookup: typeof network.lookup =
    hints === 0 || network !== nodeNetwork
      ? (name, wanted, done) => network.lookup(name, wanted, done)
      : (name, wanted, done) => nodeLookup(name, wanted, done, { hints });
  const found = yield* resolveHost(lookup, host, family);
  return found.map((entry) => ({ family: entry.family, address: entry.address, port }));
}
