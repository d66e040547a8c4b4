// What may be sent as a body, made into what undici's dispatcher takes.

import { AsyncLocalStorage } from "node:async_hooks";
import type { Coroutine } from "corio";
import { call } from "corio";
import { InvalidRequestError } from "../errors.ts";

type Piece = string | Uint8Array;

/** `data` of a request. A record is sent as a form; iterables are streamed, one piece at a time, as the socket drains. */
export type RequestData =
  | string
  | Uint8Array
  | ArrayBuffer
  | URLSearchParams
  | Blob
  | Iterable<Piece>
  | AsyncIterable<Piece>
  | Readonly<Record<string, string | number | boolean>>;

export interface RequestBody {
  readonly content: Uint8Array | string | AsyncIterable<Uint8Array>;
  readonly contentType: string | null;
  /** False when the body can be sent only once: no retry, no 307. */
  readonly replayable: boolean;
}

export function jsonBody(value: unknown): RequestBody {
  const content = JSON.stringify(value) as string | undefined;
  if (content === undefined) throw new InvalidRequestError(`Cannot send ${typeof value} as JSON`);
  return { content, contentType: "application/json", replayable: true };
}

export function dataBody(data: RequestData): RequestBody {
  if (typeof data === "string")
    return { content: data, contentType: "text/plain; charset=utf-8", replayable: true };
  if (data instanceof Uint8Array) return bytesBody(data);
  if (data instanceof ArrayBuffer) return bytesBody(new Uint8Array(data));
  if (data instanceof URLSearchParams) return formBody(data);
  if (data instanceof Blob) {
    const content = new StreamedBody(data.stream() as unknown as AsyncIterable<Piece>);
    return { content, contentType: data.type === "" ? null : data.type, replayable: false };
  }
  if (isStream(data))
    return { content: new StreamedBody(data), contentType: "application/octet-stream", replayable: false };
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InvalidRequestError(`Cannot send ${Object.prototype.toString.call(data)} as a body`);
  }
  return formBody(
    new URLSearchParams(Object.entries(data).map(([name, value]): [string, string] => [name, String(value)])),
  );
}

function bytesBody(content: Uint8Array): RequestBody {
  return { content, contentType: "application/octet-stream", replayable: true };
}

function formBody(form: URLSearchParams): RequestBody {
  return { content: form.toString(), contentType: "application/x-www-form-urlencoded", replayable: true };
}

function isStream(data: object): data is Iterable<Piece> | AsyncIterable<Piece> {
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

/**
 * An iterable as undici pulls it. The pulls come from the socket's callbacks, so each is put back into the context the
 * request was made in: an async generator may await corio's operations there, and is cancelled with its scope.
 */
export class StreamedBody implements AsyncIterable<Uint8Array> {
  readonly #data: Iterable<Piece> | AsyncIterable<Piece>;
  #inContext: InContext = (fn) => fn();
  /** What the iterable threw; it is thrown to the caller as it is. */
  error: unknown = undefined;
  failed = false;

  constructor(data: Iterable<Piece> | AsyncIterable<Piece>) {
    this.#data = data;
  }

  /** Ties the body to the scope of the caller. */
  *bind(): Coroutine<void> {
    this.#inContext = yield* call(takeContext);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const data = this.#data;
    const iterator = this.#inContext(() =>
      Symbol.asyncIterator in data ? data[Symbol.asyncIterator]() : data[Symbol.iterator](),
    );
    let done = false;
    try {
      for (;;) {
        // An async function, so that a lazy Awaitable, too, is started inside the context.
        const result = await this.#inContext(async () => iterator.next());
        if (result.done === true) break;
        const piece = result.value;
        yield typeof piece === "string" ? Buffer.from(piece) : checkPiece(piece);
      }
      done = true;
    } catch (error) {
      done = true;
      this.failed = true;
      this.error = error;
      throw error;
    } finally {
      if (!done) await this.#inContext(async () => iterator.return?.());
    }
  }
}

type InContext = <T>(fn: () => T) => T;

// Called through corio, the function runs with the mark of the caller's scope set; the snapshot keeps it.
function takeContext(): InContext {
  return AsyncLocalStorage.snapshot();
}

function checkPiece(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new InvalidRequestError(`A streamed body must yield strings or bytes, not ${typeof piece}`);
}
