// Writing a streamed body: each write waits until the client has taken enough of what went before.

import type { ServerResponse } from "node:http";
import type { Awaitable, Coroutine } from "corio";
import { checkpoint } from "corio";
import { coroutine, suspend } from "corio/lowlevel";
import { ClientDisconnectedError, InvalidResponseError } from "../errors.ts";

export class BodyWriter {
  readonly #response: ServerResponse;
  // What Content-Length allows; null when the body is chunked.
  readonly #length: number | null;
  #written = 0;

  /** @internal */
  constructor(response: ServerResponse, length: number | null) {
    this.#response = response;
    this.#length = length;
  }

  get bytesWritten(): number {
    return this.#written;
  }

  /** Sends a piece, and waits while the client is behind. A cancel point. @throws {ClientDisconnectedError} */
  write(chunk: string | Uint8Array): Awaitable<void> {
    return coroutine(writeChunk, this, chunk);
  }

  /** @internal */
  *writeChunk(chunk: string | Uint8Array): Coroutine<void> {
    const response = this.#response;
    if (response.destroyed || response.socket?.destroyed === true) throw new ClientDisconnectedError();
    const size = typeof chunk === "string" ? Buffer.byteLength(chunk) : chunk.byteLength;
    // An empty chunk would end a chunked body.
    if (size === 0) return yield* checkpoint();
    this.#written += size;
    if (this.#length !== null && this.#written > this.#length) {
      throw new InvalidResponseError(`Body is longer than its Content-Length of ${this.#length}`);
    }
    if (response.write(chunk)) yield* checkpoint();
    else yield* drained(response);
  }

  /** @internal */
  finish(): void {
    if (this.#length !== null && this.#written < this.#length) {
      throw new InvalidResponseError(`Body ended after ${this.#written} of ${this.#length} bytes`);
    }
    this.#response.end();
  }
}

function* writeChunk(writer: BodyWriter, chunk: string | Uint8Array): Coroutine<void> {
  yield* writer.writeChunk(chunk);
}

function drained(response: ServerResponse): Awaitable<void> {
  return suspend<void>((resolve, reject) => {
    const onDrain = (): void => {
      forget();
      resolve();
    };
    const onClose = (): void => {
      forget();
      reject(new ClientDisconnectedError());
    };
    const forget = (): void => {
      response.off("drain", onDrain);
      response.off("close", onClose);
    };
    response.on("drain", onDrain);
    response.on("close", onClose);
    return forget;
  });
}
