// createDatagramEndpoint: how an endpoint for datagrams begins, and whose it is.
import {
  call,
  cancelScope,
  currentScope,
  getRunningLoop,
  type Awaitable,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine, loopOf, suspend, trackResource, type ResolvedAddress } from "corio/lowlevel";
import { createSocket, type Socket } from "node:dgram";
import { AddressNotAvailableError, DatagramUnsupportedError } from "../errors.ts";
import { connectError, placeText } from "../network/connect-errors.ts";
import { nodeLookup } from "../network/node-lookup.ts";
import { resolveHost } from "../network/resolve-host.ts";
import { type DatagramAddress, DatagramEndpoint } from "./datagram-endpoint.ts";
import { checkDatagramOptions, type DatagramOptions } from "./datagram-options.ts";
import { groupError } from "./send-datagram.ts";

/**
 * Makes an endpoint for datagrams over UDP, bound to a local address. It belongs to the current scope, which closes it. AddressInUseError,
 * AddressNotAvailableError, HostNotFoundError for names. Node has no Unix datagram sockets, and a simulated network has no datagrams:
 * DatagramUnsupportedError. A cancel point; cancelled, nothing is left.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { createDatagramEndpoint } from "@corio/io";
 *
 * await run(function* () {
 *   const server = yield* createDatagramEndpoint({ local: { host: "127.0.0.1" } });
 *   const client = yield* createDatagramEndpoint({ remote: server.localAddress });
 *   yield* client.send("ping");
 *   const { data, address } = yield* server.receive();
 *   yield* server.sendTo(`${data} pong`, address);
 *   console.log(String((yield* client.receive()).data)); // => ping pong
 * });
 * ```
 */
export function createDatagramEndpoint(options: DatagramOptions = {}): Awaitable<DatagramEndpoint> {
  return coroutine(create, options);
}

/** Makes an endpoint for the length of a block of either dialect: closed when the body has ended. A cancel point. */
export function withDatagramEndpoint<R>(
  options: DatagramOptions,
  body: (endpoint: DatagramEndpoint) => R,
): Awaitable<Unwrap<R>> {
  return cancelScope(block<R>, options, body) as Awaitable<Unwrap<R>>;
}

function* block<R>(
  _scope: Scope,
  options: DatagramOptions,
  body: (endpoint: DatagramEndpoint) => R,
): Coroutine<Unwrap<R>> {
  return yield* call(body, yield* create(options));
}

function* create(options: DatagramOptions): Coroutine<DatagramEndpoint> {
  checkDatagramOptions(options);
  const scope = currentScope();
  if (loopOf(scope).host.network !== undefined) {
    throw new DatagramUnsupportedError(
      "Cannot make an endpoint for datagrams: the simulated network has none",
    );
  }
  const loop = getRunningLoop();
  const { local, remote } = yield* addressesOf(options);
  const socket = createSocket({
    type: local.family === 6 ? "udp6" : "udp4",
    reuseAddr: options.reuseAddress ?? false,
    reusePort: options.reusePort ?? false,
    ipv6Only: options.ipv6Only ?? false,
    // All are addresses by now.
    lookup: (host, _options, done) => done(null, host, local.family),
    ...(options.receiveBufferSize === undefined ? {} : { recvBufferSize: options.receiveBufferSize }),
    ...(options.sendBufferSize === undefined ? {} : { sendBufferSize: options.sendBufferSize }),
  });
  try {
    yield* bind(socket, local);
    // First: a broadcast address must be permitted before it can be connected to.
    configure(socket, options);
    if (remote !== null) yield* connect(socket, remote);
    const bound = socket.address();
    const endpoint = new DatagramEndpoint({
      socket,
      localAddress: { host: bound.address, port: bound.port, family: local.family },
      remoteAddress: remote,
      inbox: options.inbox ?? 1024,
      onDrop: options.onDrop,
      onError: (error) =>
        void loop.callSoon(() => {
          throw error;
        }),
    });
    const disown = scope.defer(() => endpoint.close());
    const untrack = trackResource(endpoint.what);
    endpoint.onClosed = () => {
      disown();
      untrack();
    };
    return endpoint;
  } catch (error) {
    closeQuietly(socket);
    throw error;
  }
}

/** One family for both ends. */
function* addressesOf({ local = {}, remote, family = 0, resolver }: DatagramOptions): Coroutine<{
  readonly local: DatagramAddress;
  readonly remote: DatagramAddress | null;
}> {
  function* resolve(host: string): Coroutine<readonly ResolvedAddress[]> {
    if (resolver !== undefined) return yield* resolver.lookup(host, { family });
    return yield* resolveHost(nodeLookup, host, family);
  }
  const locals = local.host === undefined ? null : yield* resolve(local.host);
  const remotes = remote === undefined ? null : yield* resolve(remote.host);
  const { port = 0 } = local;
  const own = (of: 4 | 6): string | undefined =>
    locals === null ? (of === 6 ? "::" : "0.0.0.0") : locals.find((entry) => entry.family === of)?.address;
  if (remotes === null) {
    const chosen = locals?.[0]?.family ?? (family === 6 ? 6 : 4);
    return { local: { host: own(chosen)!, port, family: chosen }, remote: null };
  }
  for (const { address, family: of } of remotes) {
    const host = own(of);
    if (host === undefined) continue;
    return { local: { host, port, family: of }, remote: { host: address, port: remote!.port, family: of } };
  }
  const address = placeText(remote!);
  throw new AddressNotAvailableError(
    `Cannot send to ${address} from ${local.host}: they have no address of the same family (EADDRNOTAVAIL)`,
    { code: "EADDRNOTAVAIL", address },
  );
}

function* bind(socket: Socket, { host, port }: DatagramAddress): Coroutine<void> {
  try {
    yield* suspend<void>((resolve, reject) => {
      socket.once("error", reject);
      // Not shared with other workers of node's cluster.
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw connectError(error, { host, port }, "bind");
  }
}

function* connect(socket: Socket, { host, port }: DatagramAddress): Coroutine<void> {
  try {
    yield* suspend<void>((resolve, reject) => {
      // Given an error where it fails, which node's types do not say.
      const done = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      socket.connect(port, host, done);
    });
  } catch (error) {
    throw connectError(error, { host, port });
  }
}

function configure(socket: Socket, options: DatagramOptions): void {
  const { broadcast, ttl, multicastTtl, multicastLoopback, multicastInterface } = options;
  try {
    if (broadcast !== undefined) socket.setBroadcast(broadcast);
    if (ttl !== undefined) socket.setTTL(ttl);
    if (multicastTtl !== undefined) socket.setMulticastTTL(multicastTtl);
    if (multicastLoopback !== undefined) socket.setMulticastLoopback(multicastLoopback);
    if (multicastInterface !== undefined) socket.setMulticastInterface(multicastInterface);
  } catch (error) {
    throw groupError(error, "set the options", "an endpoint for datagrams");
  }
}

/** Also one that is just being bound. */
function closeQuietly(socket: Socket): void {
  socket.on("error", () => {});
  try {
    socket.close();
  } catch {
    // It was not open.
  }
}
