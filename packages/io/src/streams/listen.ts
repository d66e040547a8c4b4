// From a server's options to its listeners.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Coroutine } from "corio";
import { suspend, type ListenRequest, type NetworkListener, type ResolvedAddress } from "corio/lowlevel";
import { AddressInUseError, ConnectError, ConnectionRefusedError } from "../errors.ts";
import { connectError } from "../network/connect-errors.ts";
import { resolveHost } from "../network/resolve-host.ts";
import { connectUnix } from "./connect-unix.ts";
import type { Server } from "./server.ts";
import type { ServerOptions, UnixServerOptions } from "./server-options.ts";

/** How often a port is sought that is free on all addresses. */
const tries = 5;

export function* listenTcp(server: Server, options: ServerOptions): Coroutine<void> {
  const addresses = yield* resolveHosts(server, options.host);
  for (let left = tries; ; left--) {
    try {
      yield* listenOnAll(server, options, addresses);
      return;
    } catch (error) {
      // Free on the first address, taken on another.
      const again = options.port === 0 && left > 1 && (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!again) throw error;
    }
  }
}

/** None: every address of the machine. */
function* resolveHosts(server: Server, host: ServerOptions["host"]): Coroutine<readonly ResolvedAddress[]> {
  if (host === undefined) return [];
  const { network } = server.init;
  const found = new Map<string, ResolvedAddress>();
  for (const name of typeof host === "string" ? [host] : host) {
    const addresses = yield* resolveHost((...lookup) => network.lookup(...lookup), name, 0);
    for (const address of addresses) found.set(address.address, address);
  }
  return [...found.values()];
}

function* listenOnAll(
  server: Server,
  options: ServerOptions,
  addresses: readonly ResolvedAddress[],
): Coroutine<void> {
  const { backlog, reusePort } = options;
  const bothFamilies = new Set(addresses.map(({ family }) => family)).size > 1;
  const { ipv6Only = bothFamilies ? true : undefined } = options;
  const begun: NetworkListener[] = [];
  let port = options.port;
  let missing: unknown = null;
  try {
    for (const { address: host } of addresses.length === 0 ? [{ address: undefined }] : addresses) {
      try {
        const listener = yield* listen(server, { at: { host, port }, backlog, reusePort, ipv6Only });
        begun.push(listener);
        if ("port" in listener.address) port = listener.address.port;
      } catch (error) {
        // A name may have addresses that the machine, just now, has not: "localhost" without IPv6.
        if (addresses.length === 1 || (error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
        missing = error;
      }
    }
    if (begun.length === 0) throw missing;
    for (const listener of begun.splice(0)) server.listening(listener);
  } finally {
    for (const listener of begun) listener.close(() => {});
  }
}

export function* listenUnix(server: Server, path: string, options: UnixServerOptions): Coroutine<void> {
  const { backlog, replaceStale = false } = options;
  const request = { at: { path }, backlog };
  try {
    server.listening(yield* listen(server, request));
  } catch (error) {
    if (!replaceStale || !(error instanceof AddressInUseError)) throw error;
    // Another file is nobody's to remove.
    const file = server.init.network.socketFile?.(path) ?? null;
    if (file === null || (yield* isServed(server, path))) throw error;
    file.remove();
    server.listening(yield* listen(server, request));
  }
}

/** Whether somebody listens, or a socket's file is all that is left of its server. */
function* isServed({ init }: Server, path: string): Coroutine<boolean> {
  try {
    const transport = yield* connectUnix(init.network, path);
    transport.abort();
    return true;
  } catch (error) {
    if (error instanceof ConnectionRefusedError) return false;
    throw error;
  }
}

function* listen(
  server: Server,
  request: Omit<ListenRequest, "onConnection" | "onError">,
): Coroutine<NetworkListener> {
  const { network } = server.init;
  try {
    return yield* suspend<NetworkListener>(function aListener(resolve, reject) {
      const whole = { ...request, onConnection: server.take, onError: server.acceptFailed };
      return network.listen(whole, (error, listener) => {
        if (error === null) resolve(listener!);
        else reject(error);
      });
    });
  } catch (error) {
    const { at } = request;
    if ("path" in at) throw folderError(error, at.path) ?? connectError(error, at, "listen on");
    throw connectError(error, { host: at.host ?? "*", port: at.port }, "listen on");
  }
}

/** libuv says of a folder that is not there that it is not permitted. */
function folderError(error: unknown, path: string): ConnectError | null {
  const folder = dirname(path);
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "EACCES" || path.startsWith("\0") || existsSync(folder)) return null;
  const text = `Cannot listen on ${path}: there is no folder ${folder} (ENOENT)`;
  return new ConnectError(text, { code: "ENOENT", address: path, cause: error });
}
