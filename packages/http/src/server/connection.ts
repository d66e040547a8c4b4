// One client connection: its requests are handled one after the other, in order, however fast they come in.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ClientDisconnectedError } from "../errors.ts";
import type { OnDisconnect } from "./application.ts";
import { PIPELINE_LIMIT } from "./server-options.ts";

interface Incoming {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/** The task of the request that is being handled. */
export interface Handling {
  cancel(reason?: unknown): boolean;
}

export class ServerConnection {
  readonly socket: Socket;
  readonly #start: (connection: ServerConnection, message: IncomingMessage, response: ServerResponse) => void;
  #waiting: Incoming[] = [];
  #busy = false;
  #handling: Handling | null = null;
  #onDisconnect: OnDisconnect = "cancel";
  #paused = false;

  constructor(
    socket: Socket,
    start: (connection: ServerConnection, message: IncomingMessage, response: ServerResponse) => void,
  ) {
    this.socket = socket;
    this.#start = start;
  }

  get busy(): boolean {
    return this.#busy;
  }

  receive(message: IncomingMessage, response: ServerResponse): void {
    if (!this.#busy) {
      this.#busy = true;
      this.#start(this, message, response);
      return;
    }
    this.#waiting.push({ message, response });
    if (this.#waiting.length >= PIPELINE_LIMIT && !this.#paused) {
      this.#paused = true;
      this.socket.pause();
    }
  }

  /** Names what is cancelled when the client goes. */
  handledBy(handling: Handling, onDisconnect: OnDisconnect): void {
    this.#handling = handling;
    this.#onDisconnect = onDisconnect;
  }

  /** The request is over: takes the next one. False when there is none. */
  next(): boolean {
    this.#handling = null;
    const incoming = this.socket.destroyed ? undefined : this.#waiting.shift();
    if (incoming === undefined) {
      this.#busy = false;
      return false;
    }
    if (this.#paused && this.#waiting.length < PIPELINE_LIMIT) {
      this.#paused = false;
      this.socket.resume();
    }
    this.#start(this, incoming.message, incoming.response);
    return true;
  }

  /** The client is gone. */
  closed(): void {
    this.#waiting = [];
    if (this.#onDisconnect === "cancel") this.#handling?.cancel(new ClientDisconnectedError());
  }

  /** Ends the request that is being handled, whatever its route says. */
  cancel(reason: unknown): void {
    this.#handling?.cancel(reason);
  }
}
