// Session: what requests share. Its pool of connections, default headers, limits and timeouts.

import type { Awaitable, Coroutine, Unwrap } from "corio";
import { call, shield } from "corio";
import { coroutine } from "corio/lowlevel";
import { createSocketOpener } from "./connection.ts";
import { Connector } from "./connector.ts";
import type { ConnectorStatistics } from "./connector.ts";
import { ResponseOwner } from "./response-owner.ts";
import type { ClientResponse } from "./response.ts";
import { request } from "./send.ts";
import type { SessionCore } from "./send.ts";
import { sessionSettings } from "./session-options.ts";
import type { RequestOptions, SessionOptions } from "./session-options.ts";

const NO_OPTIONS: RequestOptions = {};

/**
 * An HTTP client. One session is meant for many requests: it keeps connections open between them. It opens nothing by
 * itself; tie it to a scope with {@link withSession} or `currentScope().use(new Session())`, or `close()` it.
 *
 * Every method comes in two forms: it gives the response, which then belongs to the current scope; or it is given a body,
 * in either dialect, and closes the response when that ends.
 *
 * @throws {ClientError} of one kind or another, from every request
 */
export class Session implements AsyncDisposable {
  readonly #core: SessionCore;

  constructor(options: SessionOptions = {}) {
    const opener = createSocketOpener(options);
    this.#core = {
      settings: sessionSettings(options),
      connector: new Connector(
        {
          limit: options.limit ?? 100,
          limitPerHost: options.limitPerHost ?? 0,
          keepaliveTimeout: options.keepaliveTimeout ?? 15_000,
          maxHeaderSize: options.maxHeaderSize ?? 16 * 1024,
        },
        opener,
      ),
      owner: new ResponseOwner(),
    };
  }

  /** Any method. A cancel point: cancelled, it closes the socket at once. */
  request(method: string, url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  request<R>(
    method: string,
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  request<R>(
    method: string,
    url: string | URL,
    options: RequestOptions = NO_OPTIONS,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    if (body === undefined) return coroutine(request, this.#core, method, url, options);
    return coroutine(requestWith<R>, this.#core, method, url, options, body);
  }

  get(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  get<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  get<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("GET", url, options, body);
  }

  head(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  head<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  head<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("HEAD", url, options, body);
  }

  options(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  options<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  options<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("OPTIONS", url, options, body);
  }

  delete(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  delete<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  delete<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("DELETE", url, options, body);
  }

  post(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  post<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  post<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("POST", url, options, body);
  }

  put(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  put<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  put<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("PUT", url, options, body);
  }

  patch(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  patch<R>(
    url: string | URL,
    options: RequestOptions,
    body: (response: ClientResponse) => R,
  ): Awaitable<Unwrap<R>>;
  patch<R>(
    url: string | URL,
    options?: RequestOptions,
    body?: (response: ClientResponse) => R,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    return this.#request("PATCH", url, options, body);
  }

  /** True after `close()`. */
  get closed(): boolean {
    return this.#core.connector.closed;
  }

  /** Sockets in use and idle. */
  statistics(): ConnectorStatistics {
    return this.#core.connector.statistics();
  }

  /** Closes every connection and waits until the sockets are gone. Requests under way fail. Idempotent, shielded. */
  close(): Awaitable<void> {
    return coroutine(closeConnector, this.#core.connector);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close() as unknown as Promise<void>;
  }

  #request<R>(
    method: string,
    url: string | URL,
    options: RequestOptions | undefined,
    body: ((response: ClientResponse) => R) | undefined,
  ): Awaitable<ClientResponse | Unwrap<R>> {
    if (body === undefined) return coroutine(request, this.#core, method, url, options ?? NO_OPTIONS);
    return coroutine(requestWith<R>, this.#core, method, url, options ?? NO_OPTIONS, body);
  }
}

/** Opens a session for the length of a body, of either dialect. */
export function withSession<R>(options: SessionOptions, body: (session: Session) => R): Awaitable<Unwrap<R>> {
  return coroutine(runWithSession<R>, options, body);
}

function* runWithSession<R>(options: SessionOptions, body: (session: Session) => R): Coroutine<Unwrap<R>> {
  const session = new Session(options);
  try {
    return yield* call(body, session);
  } finally {
    yield* session.close();
  }
}

function* requestWith<R>(
  core: SessionCore,
  method: string,
  url: string | URL,
  options: RequestOptions,
  body: (response: ClientResponse) => R,
): Coroutine<Unwrap<R>> {
  const response = yield* request(core, method, url, options);
  let ended = false;
  try {
    const result = yield* call(body, response);
    ended = true;
    return result;
  } finally {
    if (ended) response.release();
    else response.close();
  }
}

function* closeConnector(connector: Connector): Coroutine<void> {
  yield* shield(() => connector.close());
}
