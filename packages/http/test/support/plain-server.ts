// Servers made of node's own parts, so that the client is not tested against our server alone.

import http from "node:http";
import net from "node:net";
import type { AddressInfo, Socket } from "node:net";

export interface PlainServer {
  readonly port: number;
  readonly url: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections open now. */
  readonly open: number;
  close(): Promise<void>;
}

class Listening implements PlainServer {
  readonly #server: net.Server;
  readonly #sockets = new Set<Socket>();
  accepted = 0;

  constructor(server: net.Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.accepted += 1;
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get open(): number {
    return this.#sockets.size;
  }
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function listen<S extends net.Server>(server: S): Promise<PlainServer> {
  const listening = new Listening(server);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(listening)));
}

export function httpServer(handler: http.RequestListener): Promise<PlainServer> {
  return listen(http.createServer(handler));
}

/** A server that sees bytes: the handler is called with every connection. */
export function rawServer(onConnection: (socket: Socket, count: number) => void): Promise<PlainServer> {
  let count = 0;
  return listen(net.createServer((socket) => onConnection(socket, ++count)));
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = await rawServer(() => {});
  const { port } = server;
  await server.close();
  return port;
}

/** Resolves when the condition holds; looks again after every turn of the event loop. The test's own timeout bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
