// The machine's own network, through node:net.
import { lstatSync, unlinkSync } from "node:fs";
import * as net from "node:net";
import {
  realHost,
  type ConnectRequest,
  type HostNetwork,
  type ListenRequest,
  type NetworkAddress,
  type NetworkDone,
  type NetworkListener,
  type Transport,
} from "corio/lowlevel";
import { nodeLookup } from "./node-lookup.ts";
import { startNodeTls } from "./node-tls.ts";
import { socketTransport } from "./socket-transport.ts";

export const nodeNetwork: HostNetwork = {
  lookup: (name, family, done) => nodeLookup(name, family, done),
  connect,
  listen,
  socketFile,
  startTls: (transport, request, done) => startNodeTls(transport, request, done),
};

const ignore = (): void => {};

function connect(request: ConnectRequest, done: NetworkDone<Transport>): () => void {
  const { to, from } = request;
  const kind = "path" in to ? { remote: { path: to.path } } : { tcp: true };
  let undone = false;
  let socket: net.Socket;
  try {
    socket = net.connect({
      ...to,
      ...(from?.host === undefined ? {} : { localAddress: from.host }),
      ...(from?.port === undefined ? {} : { localPort: from.port }),
      allowHalfOpen: true,
      noDelay: true,
    } as net.NetConnectOpts);
  } catch (error) {
    realHost.queueMicrotask(() => {
      if (!undone) done(error as Error, null);
    });
    return () => {
      undone = true;
    };
  }
  const failed = (error: Error): void => {
    socket.off("connect", connected);
    done(error, null);
  };
  const connected = (): void => {
    // Nothing is read before somebody listens.
    socket.pause();
    const transport = socketTransport(socket, { direct: true, ...kind });
    socket.off("error", failed);
    done(null, transport);
  };
  socket.once("error", failed);
  socket.once("connect", connected);
  return () => {
    socket.off("connect", connected);
    socket.off("error", failed);
    socket.on("error", ignore);
    socket.destroy();
  };
}

function listen(request: ListenRequest, done: NetworkDone<NetworkListener>): () => void {
  const { at, backlog, reusePort, ipv6Only } = request;
  const kind = "path" in at ? { local: { path: at.path } } : { tcp: true };
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
    request.onConnection(socketTransport(socket, { direct: true, ...kind })),
  );
  const failed = (error: Error): void => {
    server.off("listening", listening);
    done(error, null);
  };
  const listening = (): void => {
    server.off("error", failed);
    server.on("error", (error) => request.onError(error));
    done(null, {
      address: listenAddress(server.address()),
      close(closed) {
        // The descriptor is free when this returns; node's own callback comes when the connections have ended as well.
        server.close();
        realHost.queueMicrotask(closed);
      },
    });
  };
  server.once("error", failed);
  server.once("listening", listening);
  server.listen({
    ...at,
    ...(backlog === undefined ? {} : { backlog }),
    ...(reusePort === undefined ? {} : { reusePort }),
    ...(ipv6Only === undefined ? {} : { ipv6Only }),
  });
  return () => {
    server.off("error", failed);
    server.off("listening", listening);
    server.on("error", ignore);
    server.close();
  };
}

function socketFile(path: string): { remove(): void } | null {
  // An abstract name has no file, and goes with its server.
  if (path.startsWith("\0") || lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return null;
  return { remove: () => unlinkSync(path) };
}

function listenAddress(address: net.AddressInfo | string | null): NetworkAddress {
  if (typeof address === "string") return { path: address };
  const { address: host, port, family } = address!;
  return { host, port, family: family === "IPv6" ? 6 : 4 };
}
