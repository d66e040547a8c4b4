// openConnection and withConnection: how a connection begins, and whose it is.
import {
  call,
  cancelScope,
  currentScope,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine, trackResource, type HostNetwork, type Transport } from "corio/lowlevel";
import { connectToHost, checkHostTarget, type HostTarget } from "../network/connect-to-host.ts";
import { networkHere } from "../network/network-here.ts";
import { startTlsOn } from "../network/tls-handshake.ts";
import { clientTls, type PreparedTls, type TlsOptions } from "../network/tls-options.ts";
import { checkSocketPath } from "../network/unix-path.ts";
import { Connection, defaultCloseTimeout, releaseConnection } from "./connection.ts";
import { connectUnix } from "./connect-unix.ts";
import { StreamLink } from "./stream-link.ts";
import { checkStreamOptions, type StreamOptions } from "./stream-options.ts";
import { checkTuning, tune, type SocketTuning } from "./tuning.ts";

/** What may be said of a connection over a Unix socket. */
export interface UnixConnectionOptions extends StreamOptions {
  /** TLS from the start; `true` for the defaults. The host for the certificate is among its options. */
  readonly tls?: true | TlsOptions | undefined;
}

/** A Unix connection's options with its path, for `withConnection`. */
export interface UnixConnectionTarget extends UnixConnectionOptions {
  readonly path: string;
}

/** How to connect, and what of the streams: all but where to. */
export interface ConnectionOptions extends StreamOptions, SocketTuning, Omit<HostTarget, "host" | "port"> {
  /** TLS from the start; `true` for the defaults. */
  readonly tls?: true | TlsOptions | undefined;
}

/** Where to, and how. */
export interface ConnectionTarget extends ConnectionOptions {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/**
 * Connects over TCP, or TLS with `tls`. A name is looked up, and its addresses are raced as RFC 8305 says. The connection belongs to the
 * current scope: closed when that ends, after what was written, and aborted where the scope is cancelled; `close` does so earlier.
 *
 * ConnectError and its kin (ConnectionRefusedError, HostUnreachableError, ConnectTimeoutError ...) when no connection comes about,
 * HostNotFoundError and HostLookupError when the name gives no address, TlsError and its kin when the handshake fails. A cancel point;
 * cancelled, nothing of it is left.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { openConnection, startServer } from "@corio/io";
 *
 * await main(async () => {
 *   const server = await startServer(async ({ writer }) => writer.write("hello\n"), { host: "127.0.0.1", port: 0 });
 *   const { reader } = await openConnection("127.0.0.1", server.port);
 *   console.log(String(await reader.readLine())); // => hello
 * });
 * ```
 */
export function openConnection(target: ConnectionTarget): Awaitable<Connection>;
export function openConnection(
  host: string,
  port: number,
  options?: ConnectionOptions,
): Awaitable<Connection>;
export function openConnection(
  first: ConnectionTarget | string,
  port?: number,
  options?: ConnectionOptions,
): Awaitable<Connection> {
  // What is neither, such as a variable of the environment that is not set, is told as a host that is none.
  const target =
    typeof first === "object" && first !== null ? first : { ...options, host: first, port: port! };
  return coroutine(openTcp, target);
}

/**
 * Connects to a Unix socket. The connection belongs to the current scope, as that of `openConnection`. SocketPathError for a path that is too
 * long (107 bytes), before anything is done; ConnectionRefusedError where nobody listens, or no socket is. A cancel point.
 */
export function openUnixConnection(path: string, options: UnixConnectionOptions = {}): Awaitable<Connection> {
  return coroutine(openUnix, path, options);
}

/**
 * Connects for the length of a block of either dialect: `openConnection`, or for a target with a `path` `openUnixConnection`. The connection is
 * closed when the body has ended. A cancel point.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { withConnection, withServer } from "@corio/io";
 *
 * await main(function* () {
 *   yield* withServer(
 *     function* ({ reader, writer }) {
 *       yield* writer.write(yield* reader.readLine());
 *     },
 *     { host: "127.0.0.1", port: 0 },
 *     function* (server) {
 *       const line = yield* withConnection({ host: "127.0.0.1", port: server.port }, function* ({ reader, writer }) {
 *         yield* writer.write("there and back\n");
 *         return yield* reader.readLine();
 *       });
 *       console.log(String(line)); // => there and back
 *     },
 *   );
 * });
 * ```
 */
export function withConnection<R>(
  target: ConnectionTarget | UnixConnectionTarget,
  body: (connection: Connection) => R,
): Awaitable<Unwrap<R>> {
  return cancelScope(connectionBlock<R>, target, body) as Awaitable<Unwrap<R>>;
}

function* connectionBlock<R>(
  _scope: Scope,
  target: ConnectionTarget | UnixConnectionTarget,
  body: (connection: Connection) => R,
): Coroutine<Unwrap<R>> {
  const connection = yield* "path" in target ? openUnix(target.path, target) : openTcp(target);
  return yield* call(body, connection);
}

function* openTcp(target: ConnectionTarget): Coroutine<Connection> {
  checkHostTarget(target);
  checkTuning(target);
  checkStreamOptions(target);
  const { host } = target;
  const tls = target.tls === undefined ? null : clientTls(target.tls, host);
  const network = networkHere();
  const transport = yield* connectToHost(network, target);
  tune(transport, target);
  return yield* finish(network, transport, tls, host, target);
}

function* openUnix(path: string, options: UnixConnectionOptions): Coroutine<Connection> {
  checkSocketPath(path);
  checkStreamOptions(options);
  const tls = options.tls === undefined ? null : clientTls(options.tls, null);
  const network = networkHere();
  const transport = yield* connectUnix(network, path);
  return yield* finish(network, transport, tls, null, options);
}

function* finish(
  network: HostNetwork,
  bare: Transport,
  tls: PreparedTls | null,
  host: string | null,
  options: StreamOptions,
): Coroutine<Connection> {
  const transport = tls === null ? bare : yield* startTlsOn(network, bare, tls);
  const { closeTimeout = defaultCloseTimeout } = options;
  const link = new StreamLink(transport, { limit: options.limit, origin: { network, server: false, host } });
  own(link, closeTimeout);
  return new Connection(link, closeTimeout);
}

/** Ties a connection to the current scope. */
export function own(link: StreamLink, closeTimeout: number): void {
  const scope = currentScope();
  const disown = scope.defer(() => coroutine(releaseConnection, link, closeTimeout, scope.signal.aborted));
  const untrack = trackResource(link.what);
  link.onClosed = () => {
    disown();
    untrack();
  };
}
