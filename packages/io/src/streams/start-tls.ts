// startTls: TLS on a connection that is there already.
import { BusyResourceError, cancelScope, type Awaitable, type Coroutine, type Scope } from "corio";
import { coroutine, type HostNetwork, type Transport } from "corio/lowlevel";
import { startTlsOn } from "../network/tls-handshake.ts";
import {
  clientTls,
  serverTls,
  type PreparedTls,
  type TlsOptions,
  type TlsServerOptions,
} from "../network/tls-options.ts";
import type { StreamLink } from "./stream-link.ts";

/** Which end of the handshake this one is. */
export interface TlsRole {
  /** Whether this end is the server of the handshake. Default: whether it has accepted the connection. */
  readonly server?: boolean | undefined;
}

export function startTls(
  link: StreamLink,
  options: true | TlsOptions | TlsServerOptions,
  role: TlsRole,
): Awaitable<void> {
  const { network } = link.origin;
  if (network === null)
    throw new TypeError(`Cannot start TLS on ${link.what}: it is no connection of a network`);
  const { server = link.origin.server } = role;
  const prepared = server
    ? serverTls(options as TlsServerOptions)
    : clientTls(options as true | TlsOptions, link.origin.host);
  return coroutine(upgrade, link, network, prepared);
}

function* upgrade(link: StreamLink, network: HostNetwork, prepared: PreparedTls): Coroutine<void> {
  link.assertWritable();
  if (link.reader.busy)
    throw new BusyResourceError(`Cannot start TLS on ${link.what}: somebody reads from it`);
  const early = link.beginUpgrade();
  try {
    const transport = yield* cancelScope(handshake, link, network, prepared, early);
    // Closed or aborted meanwhile.
    if (transport === undefined) throw link.closedError("write");
    link.replace(transport);
  } catch (error) {
    link.upgradeFailed(error);
    throw error;
  }
}

function* handshake(
  scope: Scope,
  link: StreamLink,
  network: HostNetwork,
  prepared: PreparedTls,
  early: readonly Uint8Array[],
): Coroutine<Transport> {
  link.interruptUpgrade = () => void scope.cancel("the connection was closed");
  yield* flush(link);
  return yield* startTlsOn(network, link.transport, prepared, early);
}

/** Waits until all has gone out: nothing plain may come behind the first bytes of the handshake. */
function* flush(link: StreamLink): Coroutine<void> {
  const { transport, writer } = link;
  link.above = transport.pendingBytes > 0;
  // The next transport gets the limits of the writer.
  transport.setWriteLimits({ high: 0, low: 0 });
  yield* writer.drain();
}
