// From a host and a port to a connection: names, families, local addresses, and the time that all of it may take.
import { moveOnAfter, type Coroutine } from "corio";
import type { HostNetwork, ResolvedAddress, Transport } from "corio/lowlevel";
import { AddressNotAvailableError, ConnectTimeoutError } from "../errors.ts";
import { placeText } from "./connect-errors.ts";
import { connectFirst, interleave, type Attempt } from "./happy-eyeballs.ts";
import { checkFamily, checkHost, checkPort } from "./ip-address.ts";
import { resolveHost } from "./resolve-host.ts";
import { checkResolver, type Resolver } from "./resolver.ts";

/** Where to connect to over TCP, from where, and with how much patience. */
export interface HostTarget {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** 4 or 6 to use only addresses of that family. Default 0: any. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** The address to bind before connecting, a name or an address of this machine; as an object with a port, too. */
  readonly localAddress?:
    | string
    | { readonly host?: string | undefined; readonly port?: number | undefined }
    | undefined;
  /**
   * Happy eyeballs (RFC 8305): milliseconds from one attempt to the next, while the earlier ones go on. null: the next address is tried
   * when the one before has failed, as asyncio does unless told otherwise. Default 250.
   */
  readonly happyEyeballsDelay?: number | null | undefined;
  /** Milliseconds for the look-up and the connecting together. Default null: as long as the system takes. */
  readonly connectTimeout?: number | null | undefined;
  /** Looks the name up, and remembers it. Default: the system is asked each time. */
  readonly resolver?: Resolver | undefined;
}

/** Throws what is wrong with a target, before anything has been done. */
export function checkHostTarget(target: HostTarget): void {
  const { host, port, family = 0, happyEyeballsDelay = 250, connectTimeout = null } = target;
  checkHost(host);
  checkPort(port, 1);
  checkFamily(family);
  checkResolver(target.resolver);
  const { host: localHost, port: localPort } = localOf(target);
  if (localHost !== undefined) checkHost(localHost);
  if (localPort !== undefined) checkPort(localPort, 0);
  if (happyEyeballsDelay !== null && !(happyEyeballsDelay >= 0)) {
    throw new RangeError(
      `Cannot use ${String(happyEyeballsDelay)} for happyEyeballsDelay: it takes milliseconds, zero or more, or null`,
    );
  }
  if (connectTimeout !== null && !(connectTimeout >= 0)) {
    throw new RangeError(
      `Cannot use ${String(connectTimeout)} for connectTimeout: it takes milliseconds, zero or more, or null`,
    );
  }
}

/**
 * Connects. HostNotFoundError and HostLookupError when the name gives no address, ConnectError and its kin when no address answers,
 * ConnectTimeoutError. A cancel point; cancelled, nothing of the attempts is left. The transport is the caller's to close.
 */
export function* connectToHost(network: HostNetwork, target: HostTarget): Coroutine<Transport> {
  checkHostTarget(target);
  const { connectTimeout = null } = target;
  if (connectTimeout === null || connectTimeout === Infinity) return yield* connect(network, target);
  const { cancelled, value } = yield* moveOnAfter(connectTimeout, () => connect(network, target));
  if (!cancelled) return value;
  const address = placeText(target);
  throw new ConnectTimeoutError(`Cannot connect to ${address}: nobody answers within ${connectTimeout} ms`, {
    code: "ETIMEDOUT",
    address,
  });
}

function* connect(network: HostNetwork, target: HostTarget): Coroutine<Transport> {
  const { host, port, family = 0, resolver, happyEyeballsDelay = 250 } = target;
  const local = localOf(target);
  const lookup: HostNetwork["lookup"] = (name, wanted, done) => network.lookup(name, wanted, done);
  const addresses =
    resolver === undefined
      ? yield* resolveHost(lookup, host, family)
      : yield* resolver.lookup(host, { family });
  const locals = local.host === undefined ? null : yield* resolveHost(lookup, local.host, 0);
  const attempts = pairs(interleave(addresses), locals, port, local.port);
  if (attempts.length === 0) {
    const address = placeText(target);
    throw new AddressNotAvailableError(
      `Cannot connect to ${address} from ${local.host}: they have no address of the same family (EADDRNOTAVAIL)`,
      { code: "EADDRNOTAVAIL", address },
    );
  }
  return yield* connectFirst(network, attempts, happyEyeballsDelay, target);
}

/** What to try, in order. Each address is tried from the first local one of its family. */
function pairs(
  addresses: readonly ResolvedAddress[],
  locals: readonly ResolvedAddress[] | null,
  port: number,
  localPort: number | undefined,
): Attempt[] {
  return addresses.flatMap(({ address, family }): Attempt[] => {
    const to = { host: address, port };
    if (locals === null) return [{ to, from: localPort === undefined ? undefined : { port: localPort } }];
    const from = locals.find((entry) => entry.family === family);
    return from === undefined ? [] : [{ to, from: { host: from.address, port: localPort } }];
  });
}

function localOf({ localAddress }: HostTarget): {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
} {
  return typeof localAddress === "string" ? { host: localAddress } : (localAddress ?? {});
}
