// The body of a request as a source of bytes: node's IncomingMessage, pulled.

import type { IncomingMessage } from "node:http";
import type { Coroutine } from "corio";
import { InvalidStateError } from "corio";
import { suspend } from "corio/lowlevel";
import type { ByteSource } from "../byte-source.ts";
import { ClientDisconnectedError } from "../errors.ts";

export class IncomingSource implements ByteSource {
  readonly #message: IncomingMessage;
  #listening = false;
  #ended: boolean;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.#ended = !hasBody(message);
  }

  *pull(): Coroutine<Uint8Array | null> {
    const message = this.#message;
    for (;;) {
      if (this.#ended) return null;
      this.#listen();
      const chunk = message.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (message.readableEnded) this.#ended = true;
      else if (this.#error !== null)
        throw new ClientDisconnectedError("Client closed the connection within its request", {
          cause: this.#error,
        });
      else if (message.destroyed) throw new ClientDisconnectedError();
      else yield* suspend<void>(this.#wait);
    }
  }

  close(): void {
    this.#ended = true;
    // What is left is read and dropped by node when the response is finished.
  }

  readonly #wait = (resolve: () => void): (() => void) => {
    if (this.#wake !== null) throw new InvalidStateError("Request body is being read already");
    this.#wake = resolve;
    return () => {
      this.#wake = null;
    };
  };

  readonly #notify = (): void => {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  };

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#message.on("readable", this.#notify);
    this.#message.on("end", this.#notify);
    this.#message.on("close", this.#notify);
    this.#message.on("error", (error: Error) => {
      this.#error = error;
      this.#notify();
    });
  }
}

/** Whether the headers announce a body. */
export function hasBody(message: IncomingMessage): boolean {
  const length = message.headers["content-length"];
  return message.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}
