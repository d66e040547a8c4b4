// ClientResponse: status and headers at once, the body when it is asked for. Structurally close to web `Response`.

import type { Awaitable, Coroutine } from "corio";
import { coroutine } from "corio/lowlevel";
import type { ByteSource } from "../byte-source.ts";
import { pullAll } from "../byte-source.ts";
import { decode, decodeInline, parseCodings } from "../content-coding.ts";
import type { InflateLimit } from "../content-coding.ts";
import { decodeText, isJsonType, parseContentType } from "../content-type.ts";
import type { ContentType } from "../content-type.ts";
import { ClientResponseError, ContentTypeError, PayloadTooLargeError } from "../errors.ts";
import type { HeaderMap } from "../headers.ts";
import { StreamReader } from "../stream-reader.ts";
import { DeadlineSource } from "./deadline-source.ts";
import type { Exchange } from "./exchange.ts";

export interface ReadOptions {
  /** Most bytes to take, after decompression. Default the session's `maxSize`. */
  readonly maxSize?: number;
}

/** @internal What a response is made of. */
export interface ResponseParts {
  readonly exchange: Exchange;
  readonly method: string;
  readonly url: string;
  readonly history: readonly ClientResponse[];
  readonly autoDecompress: boolean;
  readonly inflateLimit: InflateLimit;
  readonly maxSize: number;
  /** The total timeout, still running, in loop time. */
  readonly deadline: number | null;
  readonly total: number;
}

/**
 * Belongs to the scope that was current when the request was made: when that closes, a body that is not yet here is cut
 * off with its socket. Read it, `close()` it, or give `get` a body function.
 *
 * Iterate it (`for await`), or pull from `content`, to have the body in pieces: the socket is paused while nobody reads.
 */
export class ClientResponse implements AsyncIterable<Uint8Array>, AsyncDisposable, Disposable {
  readonly #parts: ResponseParts;
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  readonly headers: HeaderMap;
  #contentType: ContentType | null = null;
  #codings: readonly string[] | null = null;
  #content: StreamReader | null = null;
  #body: Buffer | null = null;

  /** @internal */
  constructor(parts: ResponseParts) {
    this.#parts = parts;
    this.status = parts.exchange.status;
    this.reason = parts.exchange.reason;
    this.headers = parts.exchange.headers;
  }

  get method(): string {
    return this.#parts.method;
  }

  /** The URL that answered, after redirects, without credentials. */
  get url(): string {
    return this.#parts.url;
  }

  /** As aiohttp has it: a status below 400. */
  get ok(): boolean {
    return this.status < 400;
  }

  get redirected(): boolean {
    return this.#parts.history.length > 0;
  }

  /** The redirects that led here, the first one first. Their bodies are gone. */
  get history(): readonly ClientResponse[] {
    return this.#parts.history;
  }

  /** The media type, `application/octet-stream` where the server says none. */
  get contentType(): string {
    return this.#type().mediaType;
  }

  get charset(): string | undefined {
    return this.#type().charset;
  }

  /** What the header says: of the body as sent, before decompression. Null when it is not known. */
  get contentLength(): number | null {
    const header = this.headers.get("content-length");
    return header !== null && /^[0-9]+$/.test(header) ? Number(header) : null;
  }

  /** The body as a stream of bytes, to be read once. */
  get content(): StreamReader {
    return (this.#content ??= new StreamReader(this.#source()));
  }

  /** True when nothing of the response is left on a socket. */
  get closed(): boolean {
    return this.#parts.exchange.done;
  }

  /** The whole body. May be called again. @throws {PayloadTooLargeError} A cancel point. */
  read(options?: ReadOptions): Awaitable<Buffer> {
    return coroutine(readBody, this, options?.maxSize ?? this.#parts.maxSize);
  }

  /** As {@link read}: the name web `Response` has for it. */
  bytes(options?: ReadOptions): Awaitable<Buffer> {
    return this.read(options);
  }

  /** The body as text, in the given charset, else the one in Content-Type, else UTF-8. A cancel point. */
  text(options?: ReadOptions & { readonly encoding?: string }): Awaitable<string> {
    return coroutine(readText, this, options?.maxSize ?? this.#parts.maxSize, options?.encoding);
  }

  /**
   * The body, parsed. A cancel point.
   * @throws {ContentTypeError} unless the type is JSON, or starts with `contentType`; null accepts every type
   * @throws {SyntaxError} when it does not parse
   */
  json<T = unknown>(options?: ReadOptions & { readonly contentType?: string | null }): Awaitable<T> {
    const { maxSize = this.#parts.maxSize, contentType } = options ?? {};
    return coroutine(readJson<T>, this, maxSize, contentType);
  }

  /** @throws {ClientResponseError} for a status of 400 and above; the response is closed then */
  raiseForStatus(): void {
    if (this.ok) return;
    this.close();
    throw new ClientResponseError(`${this.status} ${this.reason} for ${this.method} ${this.url}`, this);
  }

  /** Cuts an unfinished body off, with its socket. What was read as a whole stays readable. */
  close(): void {
    if (this.#content !== null) this.#content.close();
    else this.#parts.exchange.close();
  }

  /** Gives the response up: a short rest of the body is let through so that the connection can serve again. */
  release(): void {
    if (this.#content !== null) this.#content.close();
    else this.#parts.exchange.discard(DISCARD_LIMIT);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.content[Symbol.asyncIterator]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** @internal */
  *readBody(maxSize: number): Coroutine<Buffer> {
    if (this.#body !== null) return this.#body;
    const { exchange, deadline } = this.#parts;
    if (this.#content !== null || deadline !== null) {
      return (this.#body = yield* pullAll(this.content, maxSize, bodyTooLarge));
    }
    const codings = this.#contentCodings();
    if (codings.length === 0) return (this.#body = yield* exchange.collect(maxSize));
    // A compressed body that is here already and short needs no stream.
    if (exchange.complete) {
      const raw = yield* exchange.collect(Infinity);
      const inline = decodeInline(raw, codings, this.#parts.inflateLimit);
      if (inline === null) {
        this.#content = new StreamReader(decode(new BufferSource(raw), codings, this.#parts.inflateLimit));
      } else if (inline.byteLength > maxSize) throw bodyTooLarge(maxSize);
      else return (this.#body = inline);
    }
    return (this.#body = yield* pullAll(this.content, maxSize, bodyTooLarge));
  }

  #type(): ContentType {
    return (this.#contentType ??= parseContentType(this.headers.get("content-type")));
  }

  #contentCodings(): readonly string[] {
    if (!this.#parts.autoDecompress) return [];
    return (this.#codings ??= parseCodings(this.headers.get("content-encoding")));
  }

  #source(): ByteSource {
    const { exchange, deadline, total, url, inflateLimit } = this.#parts;
    const raw = deadline === null ? exchange : new DeadlineSource(exchange, deadline, total, url);
    return decode(raw, this.#contentCodings(), inflateLimit);
  }
}

const DISCARD_LIMIT = 64 * 1024;

class BufferSource implements ByteSource {
  #bytes: Uint8Array | null;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.byteLength === 0 ? null : bytes;
  }
  *pull(): Coroutine<Uint8Array | null> {
    const bytes = this.#bytes;
    this.#bytes = null;
    return bytes;
  }
  close(): void {
    this.#bytes = null;
  }
}

function* readBody(response: ClientResponse, maxSize: number): Coroutine<Buffer> {
  return yield* response.readBody(maxSize);
}

function* readText(
  response: ClientResponse,
  maxSize: number,
  encoding: string | undefined,
): Coroutine<string> {
  return decodeText(yield* response.readBody(maxSize), encoding ?? response.charset);
}

function* readJson<T>(
  response: ClientResponse,
  maxSize: number,
  type: string | null | undefined,
): Coroutine<T> {
  const { contentType } = response;
  const accepted =
    type === null || (type === undefined ? isJsonType(contentType) : contentType.startsWith(type));
  if (!accepted) {
    throw new ContentTypeError(
      `Body of ${response.url} is ${contentType}, not JSON (json({ contentType: null }))`,
      response,
    );
  }
  return JSON.parse(decodeText(yield* response.readBody(maxSize), response.charset)) as T;
}

function bodyTooLarge(limit: number): Error {
  return new PayloadTooLargeError(`Response body is larger than ${limit} bytes (maxSize)`, limit);
}
