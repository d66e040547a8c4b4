// What a server is started with.
import { checkHost } from "../network/ip-address.ts";
import type { TlsServerOptions } from "../network/tls-options.ts";
import type { Connection } from "./connection.ts";
import { checkStreamOptions, type StreamOptions } from "./stream-options.ts";
import type { SocketTuning } from "./tuning.ts";

/** Serves one connection, in either dialect, in a task of its own. The connection is closed when it ends. */
export type ConnectionHandler = (connection: Connection) => unknown;

/** What may be said of any server, over TCP or a Unix socket. */
export interface CommonServerOptions extends StreamOptions {
  /** TLS from the start. The handshake is part of the connection's own task: a slow one holds up nobody. */
  readonly tls?: TlsServerOptions | undefined;
  /** Connections that the system holds until they are accepted. Default 511; the system may have a lower bound. */
  readonly backlog?: number | undefined;
  /** Connections served at a time. One more is reset at once, before its handler begins, and counted as refused. Default: no bound. */
  readonly maxConnections?: number | undefined;
  /**
   * Milliseconds that handlers have to end by themselves when the server is stopped, by the end of its scope or of `serveForever`. Those
   * that have not are cancelled. Default 250: enough for what is on its way, not for work that takes its time.
   */
  readonly grace?: number | undefined;
  /**
   * Told when a handler fails, also by the loss of its connection. Default: a failure is reported, as a task's that nobody joins; a loss,
   * which is the peer's affair, is only counted. The connection is closed in any case, and no other one is touched.
   */
  readonly onError?: ((error: unknown, connection: Connection) => void) | undefined;
  /** Told when a TLS handshake fails: mostly the client's affair. Default: it is only counted. */
  readonly onHandshakeError?: ((error: unknown) => void) | undefined;
}

/** Where a server listens, and how. */
export interface ServerOptions extends CommonServerOptions, SocketTuning {
  /** An address or a name of this machine, or several: all their addresses are listened on. Default: every address of the machine. */
  readonly host?: string | readonly string[] | undefined;
  /** 0 for any that is free: `server.port` tells which. */
  readonly port: number;
  /** Lets other sockets, of this or other processes, listen on the same port: the system shares the connections out. */
  readonly reusePort?: boolean | undefined;
  /** On an IPv6 address, do not take IPv4 connections as well. Default: false, but true where both families are listened on. */
  readonly ipv6Only?: boolean | undefined;
}

/** What may be said of a server on a Unix socket. */
export interface UnixServerOptions extends CommonServerOptions {
  /** Removes a socket file that a server before has left behind, and nobody listens on. Default false: AddressInUseError. */
  readonly replaceStale?: boolean | undefined;
}

/** A Unix server's options with its path, for `withServer`. */
export interface UnixServerTarget extends UnixServerOptions {
  readonly path: string;
}

/** Throws for a host that is none. An empty one must not come to mean every address of the machine. */
export function checkServerHost({ host }: ServerOptions): void {
  if (host === undefined) return;
  const hosts = typeof host === "string" ? [host] : host;
  if (!Array.isArray(hosts))
    throw new TypeError(`Cannot use ${typeof host} as a host: it takes text, or a list`);
  if (hosts.length === 0) throw new RangeError("Cannot start a server: its list of hosts is empty");
  for (const each of hosts) checkHost(each);
}

export function checkServerOptions(handler: unknown, options: CommonServerOptions): void {
  if (typeof handler !== "function")
    throw new TypeError("Cannot start a server: the handler is not a function");
  if (typeof options !== "object" || options === null)
    throw new TypeError(`Cannot start a server: expected its options, got ${String(options)}`);
  checkStreamOptions(options);
  const { onError, onHandshakeError } = options;
  for (const [name, callback] of Object.entries({ onError, onHandshakeError })) {
    if (callback !== undefined && typeof callback !== "function")
      throw new TypeError(`Cannot use ${String(callback)} for ${name}: it takes a function`);
  }
  const { grace = 0, maxConnections = 1, backlog = 1 } = options;
  if (!(grace >= 0))
    throw new RangeError(`Cannot use ${String(grace)} for grace: it takes milliseconds, zero or more`);
  if (!(maxConnections >= 1))
    throw new RangeError(`Cannot use ${String(maxConnections)} for maxConnections: it takes 1 or more`);
  if (!(Number.isInteger(backlog) && backlog >= 1))
    throw new RangeError(`Cannot use ${String(backlog)} for backlog: it takes a whole number, 1 or more`);
}
