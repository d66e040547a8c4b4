// What an endpoint for datagrams is made with, and the look at it before anything is done.
import { DatagramUnsupportedError } from "../errors.ts";
import { checkFamily, checkHost, checkPort } from "../network/ip-address.ts";
import { checkResolver, type Resolver } from "../network/resolver.ts";
import type { Datagram } from "./datagram-endpoint.ts";

/** Where an endpoint is bound, whom it talks to, and how the socket is set up. */
export interface DatagramOptions {
  /** The address to bind. No host: all addresses of this machine. Port 0, or none: any that is free. */
  readonly local?: { readonly host?: string | undefined; readonly port?: number | undefined } | undefined;
  /** The only peer: `send` sends to it, and what others send is not received. Default: none, for `sendTo`. */
  readonly remote?: { readonly host: string; readonly port: number } | undefined;
  /** 4 or 6. Default: that of the addresses; 4 where there are none. An endpoint speaks one family only. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** Datagrams kept until they are received. One more is dropped, counted, and told to `onDrop`. Default 1024. */
  readonly inbox?: number | undefined;
  /** Told of each datagram that is dropped for want of room. Called at once, in the middle of things: only note it. */
  readonly onDrop?: ((datagram: Datagram) => void) | undefined;
  /** Permits sending to broadcast addresses. Default false. */
  readonly broadcast?: boolean | undefined;
  /** Lets several endpoints bind the same address, as groups of multicast need it: each gets all that is sent to the group. Default false. */
  readonly reuseAddress?: boolean | undefined;
  /** Lets several endpoints, of this or other processes, bind the same port: the system shares the datagrams out. Default false. */
  readonly reusePort?: boolean | undefined;
  /** On `::`, do not take IPv4 as well. Default false. */
  readonly ipv6Only?: boolean | undefined;
  /** Routers that a datagram may pass, 1 to 255. Default: the system's, mostly 64. */
  readonly ttl?: number | undefined;
  /** The same for groups, 0 to 255. Default 1: the own network. */
  readonly multicastTtl?: number | undefined;
  /** Whether what is sent to a group comes to this machine's members, too. Default true. */
  readonly multicastLoopback?: boolean | undefined;
  /** The address of the interface that sends to groups; for IPv6 as `"::%eth0"`. Default: the system's choice. */
  readonly multicastInterface?: string | undefined;
  /** Bytes of the system's own buffers. Default: the system's. */
  readonly receiveBufferSize?: number | undefined;
  readonly sendBufferSize?: number | undefined;
  /** Looks names up. Default: the system is asked. */
  readonly resolver?: Resolver | undefined;
}

export function checkDatagramOptions(options: DatagramOptions): void {
  const { local, remote, family = 0, inbox = 1024, onDrop } = options;
  for (const place of [local, remote]) {
    if (place === undefined) continue;
    if (typeof place !== "object" || place === null)
      throw new TypeError(`Cannot use ${String(place)} for an end of datagrams: it takes { host, port }`);
    if ("path" in place) {
      throw new DatagramUnsupportedError(
        "Cannot make an endpoint for datagrams at a path: node has no Unix datagram sockets. Use startUnixServer, or UDP on 127.0.0.1",
      );
    }
    if (place.host !== undefined) checkHost(place.host);
    if (place.port !== undefined) checkPort(place.port, place === remote ? 1 : 0);
  }
  if (remote !== undefined) {
    checkHost(remote.host);
    checkPort(remote.port, 1);
  }
  checkFamily(family);
  checkResolver(options.resolver);
  if (!(inbox >= 1)) throw new RangeError(`Cannot use ${String(inbox)} for inbox: it takes 1 or more`);
  if (onDrop !== undefined && typeof onDrop !== "function")
    throw new TypeError("Cannot use onDrop: it is not a function");
  checkRange("ttl", options.ttl, 1);
  checkRange("multicastTtl", options.multicastTtl, 0);
  for (const name of ["receiveBufferSize", "sendBufferSize"] as const) {
    const size = options[name];
    if (size !== undefined && !(Number.isInteger(size) && size >= 1))
      throw new RangeError(`Cannot use ${String(size)} for ${name}: it takes bytes, 1 or more`);
  }
}

export function checkRange(name: string, value: number | undefined, least: 0 | 1): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= 255)) return;
  throw new RangeError(
    `Cannot use ${String(value)} for ${name}: it takes a whole number from ${least} to 255`,
  );
}
