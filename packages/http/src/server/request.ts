// Request: what a handler sees. A view of node's IncomingMessage; everything beyond method and path is made when asked for.

import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { Awaitable, Coroutine, Scope } from "corio";
import { coroutine } from "corio/lowlevel";
import { pullAll } from "../byte-source.ts";
import { decodeText, parseContentType } from "../content-type.ts";
import type { ContentType } from "../content-type.ts";
import { HttpBadRequest, HttpRequestEntityTooLarge } from "../errors.ts";
import { HeaderMap } from "../headers.ts";
import { StreamReader } from "../stream-reader.ts";
import { IncomingSource, hasBody } from "./incoming-source.ts";
import { decodedPath } from "./request-path.ts";
import type { RequestPath } from "./request-path.ts";

export interface BodyOptions {
  /** Most bytes to take. Default the application's `clientMaxSize`. */
  readonly maxSize?: number;
}

/** @internal */
export interface RequestParts {
  readonly message: IncomingMessage;
  readonly path: RequestPath;
  readonly scope: Scope;
  readonly clientMaxSize: number;
}

/** `P` are the parameters of the route's pattern. */
export class Request<P = Readonly<Record<string, string>>> {
  readonly #parts: RequestParts;
  /** Upper case. */
  readonly method: string;
  /** The route's parameters, percent-decoded. */
  params: P;
  #headers: HeaderMap | null = null;
  #query: URLSearchParams | null = null;
  #contentType: ContentType | null = null;
  #content: StreamReader | null = null;
  #body: Buffer | null = null;
  #state: Map<unknown, unknown> | null = null;

  /** @internal */
  constructor(parts: RequestParts, params: P) {
    this.#parts = parts;
    this.method = parts.message.method ?? "GET";
    this.params = params;
  }

  /** Absolute, put together from the Host header: do not trust its host more than that. */
  get url(): string {
    const { raw, query } = this.#parts.path;
    return `${this.scheme}://${this.host}${raw}${query === "" ? "" : `?${query}`}`;
  }

  /** Percent-decoded, the way the router saw it; an encoded slash stays encoded. */
  get path(): string {
    return decodedPath(this.#parts.path);
  }

  /** As it was sent. */
  get rawPath(): string {
    return this.#parts.path.raw;
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.#parts.path.query));
  }

  get headers(): HeaderMap {
    return (this.#headers ??= HeaderMap.wrap(this.#parts.message.headers));
  }

  get scheme(): "http" | "https" {
    return (this.#parts.message.socket as TLSSocket).encrypted === true ? "https" : "http";
  }

  /** The Host header, checked for form only. */
  get host(): string {
    return this.#parts.message.headers.host ?? "localhost";
  }

  /** The address of the peer: of the proxy, where there is one. */
  get remote(): string | undefined {
    return this.#parts.message.socket.remoteAddress;
  }

  get httpVersion(): string {
    return this.#parts.message.httpVersion;
  }

  get contentType(): string {
    return this.#type().mediaType;
  }

  get charset(): string | undefined {
    return this.#type().charset;
  }

  /** Null when the length is not known in advance. */
  get contentLength(): number | null {
    const length = this.#parts.message.headers["content-length"];
    return length === undefined ? null : Number(length);
  }

  get bodyExists(): boolean {
    return hasBody(this.#parts.message);
  }

  /** The scope of the request: cancelled when the client goes away (unless shielded), closed when the response is out. */
  get scope(): Scope {
    return this.#parts.scope;
  }

  /** For what middleware hands on to handlers. */
  get state(): Map<unknown, unknown> {
    return (this.#state ??= new Map());
  }

  /** The body as a stream. Not bounded by `clientMaxSize`; while nobody reads, the client is slowed down. */
  get content(): StreamReader {
    return (this.#content ??= new StreamReader(new IncomingSource(this.#parts.message)));
  }

  /** The whole body. May be called again. A cancel point. @throws {HttpRequestEntityTooLarge} beyond the limit */
  read(options?: BodyOptions): Awaitable<Buffer> {
    return coroutine(readBody, this, options?.maxSize ?? this.#parts.clientMaxSize);
  }

  /** The body as text, in its own charset, else UTF-8. A cancel point. */
  text(options?: BodyOptions): Awaitable<string> {
    return coroutine(readText, this, options?.maxSize ?? this.#parts.clientMaxSize);
  }

  /** The body, parsed, whatever its type is said to be. A cancel point. @throws {HttpBadRequest} when it is no JSON */
  json<T = unknown>(options?: BodyOptions): Awaitable<T> {
    return coroutine(readJson<T>, this, options?.maxSize ?? this.#parts.clientMaxSize);
  }

  /** @internal */
  *readBody(maxSize: number): Coroutine<Buffer> {
    if (this.#body !== null) return this.#body;
    const announced = this.contentLength;
    if (announced !== null && announced > maxSize) throw new HttpRequestEntityTooLarge(maxSize);
    return (this.#body = yield* pullAll(
      this.content,
      maxSize,
      (limit) => new HttpRequestEntityTooLarge(limit),
    ));
  }

  #type(): ContentType {
    return (this.#contentType ??= parseContentType(this.#parts.message.headers["content-type"] ?? null));
  }
}

function* readBody(request: Request<unknown>, maxSize: number): Coroutine<Buffer> {
  return yield* request.readBody(maxSize);
}

function* readText(request: Request<unknown>, maxSize: number): Coroutine<string> {
  return decodeText(yield* request.readBody(maxSize), request.charset);
}

function* readJson<T>(request: Request<unknown>, maxSize: number): Coroutine<T> {
  const text = yield* readText(request, maxSize);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new HttpBadRequest("Body is not JSON", { cause });
  }
}
