// What a connection tells about itself, by asyncio's names.
import type { NetworkAddress, Transport } from "corio/lowlevel";
import { tlsInfo, type TlsInfo, type TlsInfoName } from "../network/tls-info.ts";

/** The names that `getExtraInfo` knows, and what they give. Those of TLS give null without it. */
export interface ExtraInfo extends TlsInfo {
  readonly peername: NetworkAddress | null;
  readonly sockname: NetworkAddress | null;
  /** What carries the connection: a `net.Socket` or `tls.TLSSocket` of node's. Not to be read from, written to or closed. */
  readonly socket: unknown;
}

export function extraInfo<K extends keyof ExtraInfo>(transport: Transport, name: K): ExtraInfo[K] | null {
  const known: keyof ExtraInfo = name;
  switch (known) {
    case "peername":
      return transport.remoteAddress as ExtraInfo[K] | null;
    case "sockname":
      return transport.localAddress as ExtraInfo[K] | null;
    case "socket":
      return transport.underlying as ExtraInfo[K];
    default:
      return tlsInfo(transport.underlying, known satisfies TlsInfoName) as ExtraInfo[K] | null;
  }
}
