// A peer of bare node:net: what our side is tested against. Nothing of it is ours.
import * as net from "node:net";
import { once } from "node:events";

/** A server whose connections a test handles itself. Must be closed by `close`. */
export class BareServer {
  readonly server: net.Server;
  readonly sockets = new Set<net.Socket>();
  #waiting: ((socket: net.Socket) => void)[] = [];
  #ready: net.Socket[] = [];

  private constructor(server: net.Server) {
    this.server = server;
    server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#ready.push(socket);
      else waiting(socket);
    });
  }

  static async listen(
    options: net.ServerOpts = {},
    where: net.ListenOptions = { port: 0, host: "127.0.0.1" },
  ): Promise<BareServer> {
    const server = net.createServer({ allowHalfOpen: true, ...options });
    const bare = new BareServer(server);
    server.listen(where);
    await once(server, "listening");
    return bare;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** The next connection. */
  accepted(): Promise<net.Socket> {
    const socket = this.#ready.shift();
    if (socket !== undefined) return Promise.resolve(socket);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, "close");
  }
}

/** A client; its data is collected. */
export async function bareClient(where: net.NetConnectOpts): Promise<net.Socket> {
  const socket = net.connect({ allowHalfOpen: true, ...where });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Whether it was reset, though it has read an end: so libuv up to 1.51 (Node 22) tells a reset right behind the last bytes. */
function isReset(socket: net.Socket): boolean {
  const handle = (socket as { _handle?: { getpeername?(out: object): number } | null })._handle;
  return !socket.writableEnded && typeof handle?.getpeername === "function" && handle.getpeername({}) !== 0;
}

/** Everything up to the end; rejects with what broke it. */
export function readAll(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    if (socket.errored !== null) reject(socket.errored);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("end", () => {
      if (isReset(socket))
        socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
      else resolve(Buffer.concat(chunks).toString());
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed without an end")));
    socket.resume();
  });
}
