// Puts a Response on the wire.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Awaitable, Coroutine } from "corio";
import { call, shield } from "corio";
import { suspend } from "corio/lowlevel";
import { ClientDisconnectedError, InvalidResponseError } from "../errors.ts";
import { BodyWriter } from "./body-writer.ts";
import { linger, restOf } from "./linger.ts";
import type { Response } from "./response.ts";

// What is still unsent beyond this is waited for: the request is not over, and no other is taken from its connection.
const UNSENT_LIMIT = 16 * 1024;

/** Sends the response and waits until the client has taken it. A cancel point. */
export function* respond(
  message: IncomingMessage,
  target: ServerResponse,
  response: Response,
): Coroutine<void> {
  const { method } = message;
  const { headers, body, status } = response;
  headers.delete("transfer-encoding");
  const rest = restOf(message);
  if (rest === "long") headers.set("connection", "close");
  const bodiless = status === 204 || status === 304 || status < 200;
  if (typeof body === "string" || body instanceof Uint8Array) {
    const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
    if (bodiless) headers.delete("content-length");
    else headers.set("content-length", String(bytes.byteLength));
    writeHead(target, response);
    if (rest === "long") {
      // The client has the whole response, and time to see it, before the connection is closed.
      if (!bodiless && method !== "HEAD") target.write(bytes);
      else target.flushHeaders();
      yield* linger(message);
      target.end();
    } else if (bodiless || method === "HEAD") target.end();
    else target.end(bytes);
  } else if (body === null || bodiless || method === "HEAD") {
    if (bodiless && status !== 304) headers.delete("content-length");
    else if (body === null && !headers.has("content-length") && method !== "HEAD" && !bodiless)
      headers.set("content-length", "0");
    writeHead(target, response);
    target.end();
  } else {
    const length = declaredLength(response);
    writeHead(target, response);
    const writer = new BodyWriter(target, length);
    if (typeof body === "function") yield* call(body, writer);
    else yield* writeAll(writer, body);
    writer.finish();
  }
  // Bytes that a handler began to read and left would block the connection.
  if (rest === "short") message.resume();
  if (target.writableLength > UNSENT_LIMIT) yield* finished(target);
}

function writeHead(target: ServerResponse, response: Response): void {
  const flat = response.headers.toFlat();
  if (response.reason === undefined) target.writeHead(response.status, flat);
  else target.writeHead(response.status, response.reason, flat);
}

function declaredLength(response: Response): number | null {
  const header = response.headers.get("content-length");
  if (header === null) return null;
  if (!/^[0-9]{1,15}$/.test(header))
    throw new InvalidResponseError(`Content-Length is not a length: ${header}`);
  return Number(header);
}

type Piece = string | Uint8Array;

function* writeAll(writer: BodyWriter, body: Iterable<Piece> | AsyncIterable<Piece>): Coroutine<void> {
  const iterator = Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
  let done = false;
  try {
    for (;;) {
      const result = yield* call(nextOf, iterator);
      if (result.done === true) break;
      yield* writer.writeChunk(result.value);
    }
    done = true;
  } finally {
    // An iterator that failed is closed by itself; one that was left is told.
    if (!done && iterator.return !== undefined) yield* shield(() => iterator.return?.());
  }
}

type PieceIterator = Iterator<Piece> | AsyncIterator<Piece>;

function nextOf(iterator: PieceIterator): IteratorResult<Piece> | PromiseLike<IteratorResult<Piece>> {
  return iterator.next();
}

function finished(target: ServerResponse): Awaitable<void> {
  return suspend<void>((resolve, reject) => {
    const onFinish = (): void => {
      forget();
      resolve();
    };
    const onClose = (): void => {
      forget();
      reject(new ClientDisconnectedError());
    };
    const forget = (): void => {
      target.off("finish", onFinish);
      target.off("close", onClose);
    };
    target.on("finish", onFinish);
    target.on("close", onClose);
    return forget;
  });
}
