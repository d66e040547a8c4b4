// Response: what a handler gives back, and how other values become one.

import type { HttpError } from "../errors.ts";
import { HttpRedirect, InvalidResponseError } from "../errors.ts";
import { HeaderMap } from "../headers.ts";
import type { HeadersInit } from "../headers.ts";
import type { BodyWriter } from "./body-writer.ts";

type Piece = string | Uint8Array;

/** Whole, or streamed: an iterable is sent piece by piece as the client reads; a function is given a writer. */
export type ResponseBody =
  | string
  | Uint8Array
  | Iterable<Piece>
  | AsyncIterable<Piece>
  | ((writer: BodyWriter) => unknown)
  | null;

export interface ResponseInit {
  /** Default 200. */
  readonly status?: number;
  readonly reason?: string;
  readonly headers?: HeadersInit;
}

export class Response {
  status: number;
  reason: string | undefined;
  body: ResponseBody;
  readonly headers: HeaderMap;

  constructor(body: ResponseBody = null, init: ResponseInit = {}) {
    this.status = init.status ?? 200;
    this.reason = init.reason;
    this.body = body;
    this.headers = HeaderMap.from(init.headers);
    if (body !== null && !this.headers.has("content-type")) {
      this.headers.set("content-type", typeof body === "string" ? TEXT : BYTES);
    }
  }

  get ok(): boolean {
    return this.status < 400;
  }
}

const TEXT = "text/plain; charset=utf-8";
const BYTES = "application/octet-stream";

/** A response of a value as JSON. */
export function json(value: unknown, init?: ResponseInit): Response {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new InvalidResponseError(`Cannot send ${typeof value} as JSON`);
  return withType(text, "application/json", init);
}

export function text(body: string, init?: ResponseInit): Response {
  return withType(body, TEXT, init);
}

export function html(body: string, init?: ResponseInit): Response {
  return withType(body, "text/html; charset=utf-8", init);
}

/** A redirect to give back; throw {@link HttpRedirect} where returning is not at hand. */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 302): Response {
  return errorResponse(new HttpRedirect(location, status));
}

function withType(body: string, type: string, init: ResponseInit | undefined): Response {
  const response = new Response(null, init);
  response.body = body;
  if (!response.headers.has("content-type")) response.headers.set("content-type", type);
  return response;
}

export function errorResponse(error: HttpError): Response {
  return text(`${error.message}\n`, { status: error.status, headers: error.headers });
}

/**
 * What a handler returned, as a Response: text, bytes, a stream (an iterator or async iterable), a web `Response`; null is
 * 204; everything else, arrays included, goes out as JSON.
 * @throws {InvalidResponseError} for undefined: most likely a forgotten return
 */
export function toResponse(value: unknown): Response {
  if (value instanceof Response) return value;
  switch (typeof value) {
    case "string":
      return text(value);
    case "undefined":
      throw new InvalidResponseError(
        "Handler returned undefined: a forgotten return? (null is an empty response)",
      );
    case "function":
    case "symbol":
      throw new InvalidResponseError(`Cannot send a ${typeof value} as a response`);
    case "object":
      return fromObject(value);
    default:
      return json(value);
  }
}

function fromObject(value: object | null): Response {
  if (value === null) return new Response(null, { status: 204 });
  if (value instanceof Uint8Array) return new Response(value);
  if (value instanceof globalThis.Response) return fromWeb(value);
  if (Symbol.asyncIterator in value) return new Response(value as AsyncIterable<Piece>);
  // Iterators stream; arrays, sets and the like are data.
  if (Symbol.iterator in value && "next" in value) return new Response(value as Iterable<Piece>);
  return json(value);
}

function fromWeb(web: globalThis.Response): Response {
  const { body } = web;
  return new Response(body as unknown as AsyncIterable<Piece> | null, {
    status: web.status,
    ...(web.statusText === "" ? {} : { reason: web.statusText }),
    headers: web.headers,
  });
}
