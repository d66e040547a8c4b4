// A Transport over a connected stream of node:net or node:tls.

import type { Socket } from "node:net";
import type { Transport, TransportHandlers } from "./transport.ts";

export class SocketTransport implements Transport {
  readonly #socket: Socket;
  #error: Error | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    // From here on an error never reaches the process: it is told with the close that follows it.
    socket.on("error", (error) => {
      this.#error ??= error;
    });
  }

  attach(handlers: TransportHandlers): void {
    const socket = this.#socket;
    socket.on("data", (bytes: Buffer) => handlers.onBytes(bytes));
    socket.on("drain", () => handlers.onDrain());
    // The server never half-closes: its end is the end.
    socket.on("end", () => socket.destroy());
    if (socket.closed) handlers.onClose(this.#error);
    else socket.once("close", () => handlers.onClose(this.#error));
    socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.destroyed ? true : this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
