// One request and its response on one connection: undici's callbacks on one side, pulls of a coroutine on the other.
// The connection goes back to the pool as soon as the last byte is in, read or not.

import type { IncomingHttpHeaders } from "node:http";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import type { Dispatcher } from "undici";
import type { ByteSource } from "../byte-source.ts";
import { concat } from "../byte-source.ts";
import {
  ClientConnectionError,
  ClientPayloadError,
  PayloadTooLargeError,
  ServerProtocolError,
} from "../errors.ts";
import { HeaderMap } from "../headers.ts";
import type { HeaderRecord } from "../headers.ts";
import type { Connection } from "./connection.ts";
import { mapExchangeError } from "./map-error.ts";

// Above the first the socket is paused, below the second it runs again.
const HIGH_WATER = 64 * 1024;
const LOW_WATER = 16 * 1024;

/** Where the connection goes when the exchange is over. */
export interface ConnectionPool {
  release(connection: Connection, reusable: boolean): void;
}

export interface ExchangeOptions {
  readonly url: string;
  readonly maxHeaders: number;
  /** Inactivity limit, 0 for none. */
  readonly sockRead: number;
}

export class Exchange implements Dispatcher.DispatchHandler, ByteSource {
  status = 0;
  reason = "";
  headers: HeaderMap = HeaderMap.wrap({});
  /** True once any byte of an answer has come: from then on the request may not be repeated. */
  answered = false;

  readonly #options: ExchangeOptions;
  readonly #pool: ConnectionPool;
  #connection: Connection | null;
  #controller: Dispatcher.DispatchController | null = null;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #complete = false;
  #error: unknown = undefined;
  #failed = false;
  #wake: (() => void) | null = null;
  // Bytes a whole-body read still accepts; null while chunks are pulled one by one.
  #collectLimit: number | null = null;
  #onDone: (() => void) | null = null;

  constructor(connection: Connection, pool: ConnectionPool, options: ExchangeOptions) {
    this.#connection = connection;
    this.#pool = pool;
    this.#options = options;
  }

  /** True when the whole body is here, or will never be. */
  get done(): boolean {
    return this.#complete || this.#failed;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Called once when the exchange no longer holds a connection. */
  whenDone(callback: () => void): void {
    if (this.done) callback();
    else this.#onDone = callback;
  }

  /** Sends the request and waits for the head of the response. Cancelled, it closes the socket. */
  *start(request: Dispatcher.DispatchOptions): Coroutine<void> {
    this.#connection?.dispatch(request, this);
    if (this.status === 0 && !this.#failed) yield* suspend<void>(this.#waitForHead);
    if (this.#failed) throw this.#error;
  }

  *pull(): Coroutine<Uint8Array | null> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#buffered -= chunk.byteLength;
        if (this.#buffered <= LOW_WATER) this.#resume();
        return chunk;
      }
      if (this.#failed) throw this.#error;
      if (this.#complete) return null;
      yield* this.#wait();
    }
  }

  /** Everything that is left, without a wake-up per chunk. */
  *collect(maxSize: number): Coroutine<Buffer> {
    if (!this.done && this.#buffered <= maxSize) {
      this.#collectLimit = maxSize;
      this.#resume();
      try {
        while (!this.done) yield* this.#wait();
      } finally {
        this.#collectLimit = null;
      }
    }
    if (this.#failed) throw this.#error;
    if (this.#buffered > maxSize) {
      const error = tooLarge(maxSize, this.#options.url);
      this.abort(error);
      throw error;
    }
    const body = concat(this.#chunks, this.#buffered);
    this.#chunks = [];
    this.#buffered = 0;
    return body;
  }

  /** Lets what is left of a short body pass by, so that the connection can be used again; cuts a long one off. */
  discard(maxSize: number): void {
    this.#chunks = [];
    this.#buffered = 0;
    if (this.done) return;
    this.#collectLimit = maxSize;
    this.#resume();
  }

  close(): void {
    this.abort(new ClientConnectionError(`Response of ${this.#options.url} was closed`));
  }

  /** Closes the socket at once, unless the exchange is over. Readers get `error`. */
  abort(error: unknown): void {
    if (!this.#fail(error)) return;
    this.#chunks = [];
    this.#buffered = 0;
  }

  // ---- undici's handler ----

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failed) controller.abort(asError(this.#error));
  }

  onResponseStarted(): void {
    this.answered = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    reason?: string,
  ): void {
    if (status < 200 || this.#failed) return;
    const fields = Array.isArray(controller.rawHeaders) ? controller.rawHeaders.length / 2 : 0;
    if (fields > this.#options.maxHeaders) {
      this.#fail(
        new ServerProtocolError(`Response of ${this.#options.url} has ${fields} headers (maxHeaders)`),
      );
      return;
    }
    this.answered = true;
    this.reason = reason ?? "";
    this.headers = HeaderMap.wrap(headers as HeaderRecord);
    this.status = status;
    this.#notify();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#failed) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.byteLength;
    if (this.#collectLimit !== null) {
      if (this.#buffered > this.#collectLimit) this.#fail(tooLarge(this.#collectLimit, this.#options.url));
      return;
    }
    if (this.#buffered > HIGH_WATER) controller.pause();
    this.#notify();
  }

  onResponseEnd(): void {
    if (this.#failed) return;
    this.#complete = true;
    this.#finish(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#fail(
      mapExchangeError(error, {
        url: this.#options.url,
        headersSeen: this.status !== 0,
        sockRead: this.#options.sockRead,
      }),
    );
  }

  // ---- state ----

  #fail(error: unknown): boolean {
    if (this.done) return false;
    this.#failed = true;
    this.#error = error;
    this.#finish(false);
    return true;
  }

  #finish(reusable: boolean): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#controller = null;
    if (connection !== null) this.#pool.release(connection, reusable);
    const onDone = this.#onDone;
    this.#onDone = null;
    onDone?.();
    this.#notify();
  }

  #resume(): void {
    if (this.#controller?.paused === true) this.#controller.resume();
  }

  *#wait(): Coroutine<void> {
    if (this.#wake !== null) throw new ClientPayloadError("Body is being read already");
    yield* suspend<void>((resolve) => {
      this.#wake = resolve;
      // The body is still there for another read; the scope that owns the response closes it.
      return () => {
        this.#wake = null;
      };
    });
  }

  readonly #waitForHead = (resolve: () => void): (() => void) => {
    this.#wake = resolve;
    return () => {
      this.#wake = null;
      this.abort(new ClientConnectionError(`Request to ${this.#options.url} was cancelled`));
    };
  };

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

function tooLarge(limit: number, url: string): PayloadTooLargeError {
  return new PayloadTooLargeError(`Response body of ${url} is larger than ${limit} bytes (maxSize)`, limit);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new ClientConnectionError("Request was cancelled");
}
