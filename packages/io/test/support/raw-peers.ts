// Peers that speak whatever a test says, byte by byte, by node's own sockets.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { call, currentScope, fromPromise, type Awaitable, type Coroutine } from "corio";

export interface RawServer {
  readonly port: number;
  /** Those that have come, in order. */
  readonly sockets: readonly Socket[];
}

/** Listens on 127.0.0.1 until the scope ends; what is left of its connections is destroyed then. */
export function rawServer(onSocket: (socket: Socket) => void = () => {}): Awaitable<RawServer> {
  return call(startRaw, onSocket);
}

function* startRaw(onSocket: (socket: Socket) => void): Coroutine<RawServer> {
  const sockets: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  yield* fromPromise(once(server, "listening"));
  currentScope().defer(() => {
    for (const socket of sockets) socket.destroy();
    return fromPromise(new Promise((resolve) => server.close(resolve)));
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** A plain connection; destroyed when the scope ends. */
export function rawClient(port: number): Awaitable<Socket> {
  return call(connectRaw, port);
}

function* connectRaw(port: number): Coroutine<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  yield* fromPromise(once(socket, "connect"));
  currentScope().defer(() => void socket.destroy());
  return socket;
}

/** Waits until the other side has ended the connection, in whatever way. */
export function leftAlone(socket: Socket): Awaitable<void> {
  return fromPromise(
    new Promise<void>((resolve) => {
      if (socket.readableEnded || socket.destroyed) resolve();
      socket.once("end", resolve);
      socket.once("close", () => resolve());
      socket.resume();
    }),
  );
}

/** Passes bytes on in both directions through functions that may change them; `null` drops them. */
export interface Meddler {
  toServer?(bytes: Buffer): Buffer | null;
  toClient?(bytes: Buffer): Buffer | null;
}

/** A connection between two others that may be meddled with at any time. Gives the port to connect to. */
export function meddlingProxy(target: number, meddler: Meddler): Awaitable<RawServer> {
  return rawServer((client) => {
    const server = connect({ port: target, host: "127.0.0.1" });
    server.on("error", () => client.destroy());
    client.on("data", (bytes: Buffer) => {
      const passed = meddler.toServer === undefined ? bytes : meddler.toServer(bytes);
      if (passed !== null) server.write(passed);
    });
    server.on("data", (bytes: Buffer) => {
      const passed = meddler.toClient === undefined ? bytes : meddler.toClient(bytes);
      if (passed !== null) client.write(passed);
    });
    client.on("end", () => server.end());
    server.on("end", () => client.end());
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  });
}
