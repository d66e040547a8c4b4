// startServer, startUnixServer and withServer: how a server begins, and whose it is.
import {
  call,
  cancelScope,
  createTask,
  currentScope,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine, trackResource } from "corio/lowlevel";
import { checkPort } from "../network/ip-address.ts";
import { networkHere } from "../network/network-here.ts";
import { serverTls } from "../network/tls-options.ts";
import { checkSocketPath } from "../network/unix-path.ts";
import { listenTcp, listenUnix } from "./listen.ts";
import { runServer, Server } from "./server.ts";
import {
  checkServerHost,
  checkServerOptions,
  type ConnectionHandler,
  type ServerOptions,
  type UnixServerOptions,
  type UnixServerTarget,
} from "./server-options.ts";
import { checkTuning } from "./tuning.ts";

/**
 * Listens on a port, and runs the handler, of either dialect, for each connection that comes: a task each, in a group of the server's own. The
 * connection is closed when its handler ends, after what was written; a handler that fails is reported, and no other one notices.
 *
 * The server belongs to the current scope. When that ends, it takes no more connections, its handlers have `grace` to end, those that have
 * not are cancelled, and only then the scope closes. `close` and `serveForever` end it earlier.
 *
 * AddressInUseError and AddressNotAvailableError when it cannot listen there. A cancel point; cancelled, nothing of it is left.
 *
 * @example
 * ```ts
 * import { main } from "corio";
 * import { openConnection, startServer } from "@corio/io";
 *
 * await main(async () => {
 *   const server = await startServer(
 *     async ({ reader, writer }) => {
 *       for await (const line of reader) await writer.write(String(line).toUpperCase());
 *     },
 *     { host: "127.0.0.1", port: 0 },
 *   );
 *   const { reader, writer } = await openConnection("127.0.0.1", server.port);
 *   await writer.write("echo\n");
 *   console.log(String(await reader.readLine())); // => ECHO
 * });
 * ```
 */
export function startServer(handler: ConnectionHandler, options: ServerOptions): Awaitable<Server> {
  return coroutine(serveTcp, handler, options);
}

/**
 * Listens on a Unix socket, as `startServer` on a port. The socket's file is removed when the server is closed. SocketPathError for a path
 * that is too long (107 bytes), before anything is done; AddressInUseError where a file is, also one that a server has left behind (see
 * `replaceStale`). A cancel point.
 */
export function startUnixServer(
  handler: ConnectionHandler,
  path: string,
  options: UnixServerOptions = {},
): Awaitable<Server> {
  return coroutine(serveUnix, handler, path, options);
}

/**
 * Serves for the length of a block of either dialect: `startServer`, or for options with a `path` `startUnixServer`. When the body has ended,
 * the server is stopped as at the end of any scope. A cancel point.
 */
export function withServer<R>(
  handler: ConnectionHandler,
  options: ServerOptions | UnixServerTarget,
  body: (server: Server) => R,
): Awaitable<Unwrap<R>> {
  return cancelScope(serverBlock<R>, handler, options, body) as Awaitable<Unwrap<R>>;
}

function* serverBlock<R>(
  _scope: Scope,
  handler: ConnectionHandler,
  options: ServerOptions | UnixServerTarget,
  body: (server: Server) => R,
): Coroutine<Unwrap<R>> {
  checkServerOptions(handler, options);
  const server = yield* "path" in options
    ? serveUnix(handler, options.path, options)
    : serveTcp(handler, options);
  return yield* call(body, server);
}

function* serveTcp(handler: ConnectionHandler, options: ServerOptions): Coroutine<Server> {
  checkServerOptions(handler, options);
  checkTuning(options);
  checkServerHost(options);
  checkPort(options.port, 0);
  const tls = options.tls === undefined ? null : serverTls(options.tls);
  const server = new Server({ handler, options, network: networkHere(), tls });
  return yield* begin(server, listenTcp(server, options));
}

function* serveUnix(handler: ConnectionHandler, path: string, options: UnixServerOptions): Coroutine<Server> {
  checkServerOptions(handler, options);
  checkSocketPath(path);
  const tls = options.tls === undefined ? null : serverTls(options.tls);
  const server = new Server({ handler, options, network: networkHere(), tls });
  return yield* begin(server, listenUnix(server, path, options));
}

function* begin(server: Server, listening: Coroutine<void>): Coroutine<Server> {
  try {
    yield* listening;
  } catch (error) {
    // One of several addresses may have had connections by then.
    server.finished();
    throw error;
  }
  createTask({ name: "server" }, runServer, server);
  const disown = currentScope().defer(() => server.stop());
  const untrack = trackResource("a server");
  server.disown = () => {
    disown();
    untrack();
  };
  return server;
}
