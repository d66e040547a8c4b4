// One request of a session, from its options to the response: redirects, the retry on a stale connection, ownership.

import type { Coroutine, Scope } from "corio";
import { CancelledError, currentScope, moveOnAfter } from "corio";
import type { Dispatcher } from "undici";
import {
  ClientOSError,
  ClientPayloadError,
  InvalidRequestError,
  ServerDisconnectedError,
  SessionClosedError,
  TooManyRedirects,
  timeoutError,
} from "../errors.ts";
import { HeaderMap } from "../headers.ts";
import { NotSentError } from "./connection.ts";
import type { Connector } from "./connector.ts";
import { Exchange } from "./exchange.ts";
import { redirectMethod, redirectTarget, stripBodyHeaders, stripSensitive } from "./redirect.ts";
import { StreamedBody, dataBody, jsonBody } from "./request-body.ts";
import type { RequestBody } from "./request-body.ts";
import { basicAuth, resolveUrl, splitUrl } from "./request-url.ts";
import type { RequestUrl } from "./request-url.ts";
import type { ResponseOwner } from "./response-owner.ts";
import { ClientResponse } from "./response.ts";
import { mergeInflateLimit, mergeTimeout } from "./session-options.ts";
import type { ClientTimeout, RequestOptions, SessionSettings } from "./session-options.ts";

/** What of a session a request needs. */
export interface SessionCore {
  readonly settings: SessionSettings;
  readonly connector: Connector;
  readonly owner: ResponseOwner;
}

interface Outgoing {
  method: string;
  url: RequestUrl;
  /** Null while the session's headers go out unchanged. */
  headers: HeaderMap | null;
  body: RequestBody | null;
  timeout: ClientTimeout;
  options: RequestOptions;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
// The redirect's own body is of no interest: a short one is let through, to keep the connection.
const REDIRECT_BODY_LIMIT = 64 * 1024;

export function* request(
  core: SessionCore,
  method: string,
  input: string | URL,
  options: RequestOptions,
): Coroutine<ClientResponse> {
  const outgoing = prepare(core.settings, method, input, options);
  if (outgoing.body?.content instanceof StreamedBody) yield* outgoing.body.content.bind();
  const owner = currentScope();
  const { total } = outgoing.timeout;
  if (total === null) return yield* follow(core, outgoing, owner, null);
  const { href } = outgoing.url;
  const outcome = yield* moveOnAfter(total, followWithin, core, outgoing, owner);
  if (outcome.cancelled) throw timeoutError("total", total, href);
  return outcome.value;
}

function followWithin(
  scope: Scope,
  core: SessionCore,
  outgoing: Outgoing,
  owner: Scope,
): Coroutine<ClientResponse> {
  return follow(core, outgoing, owner, scope.deadline);
}

function prepare(
  settings: SessionSettings,
  method: string,
  input: string | URL,
  options: RequestOptions,
): Outgoing {
  const url = resolveUrl(input, settings.baseUrl, options.params);
  if (options.json !== undefined && options.data !== undefined) {
    throw new InvalidRequestError("Cannot send both json and data");
  }
  const body =
    options.json !== undefined
      ? jsonBody(options.json)
      : options.data !== undefined
        ? dataBody(options.data)
        : null;
  const credentials = options.auth ?? url.credentials;
  let headers: HeaderMap | null = null;
  const type = body?.contentType ?? null;
  if (options.headers !== undefined || credentials !== null || type !== null) {
    headers = HeaderMap.from(settings.headers);
    if (credentials !== null) headers.set("authorization", basicAuth(credentials));
    if (options.headers !== undefined) headers.merge(options.headers);
    if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
  }
  const timeout = mergeTimeout(settings.timeout, options.timeout);
  return { method: method.toUpperCase(), url, headers, body, timeout, options };
}

/** Sends, and follows redirects to the last response. */
function* follow(
  core: SessionCore,
  outgoing: Outgoing,
  owner: Scope,
  deadline: number | null,
): Coroutine<ClientResponse> {
  const { settings } = core;
  const { options } = outgoing;
  const history: ClientResponse[] = [];
  const maxRedirects = options.maxRedirects ?? settings.maxRedirects;
  for (;;) {
    const exchange = yield* send(core, outgoing);
    const response = new ClientResponse({
      exchange,
      method: outgoing.method,
      url: outgoing.url.href,
      history,
      autoDecompress: options.autoDecompress ?? settings.autoDecompress,
      inflateLimit: mergeInflateLimit(settings.inflateLimit, options.inflateLimit),
      maxSize: options.maxSize ?? settings.maxSize,
      deadline,
      total: outgoing.timeout.total ?? 0,
    });
    try {
      const target =
        options.allowRedirects === false
          ? null
          : redirectTarget(exchange.status, exchange.headers, outgoing.url.href);
      if (target === null) {
        if (options.raiseForStatus ?? settings.raiseForStatus) response.raiseForStatus();
        if (!exchange.done) exchange.whenDone(core.owner.own(owner, response));
        return response;
      }
      history.push(response);
      if (history.length > maxRedirects) {
        throw new TooManyRedirects(
          `More than ${maxRedirects} redirects (maxRedirects), last to ${target.href}`,
          response,
        );
      }
      redirect(settings, outgoing, exchange.status, target);
    } catch (error) {
      exchange.close();
      throw error;
    }
    exchange.discard(REDIRECT_BODY_LIMIT);
  }
}

/** Turns the request into the one that the redirect asks for. */
function redirect(settings: SessionSettings, outgoing: Outgoing, status: number, target: URL): void {
  const url = splitUrl(target);
  const method = redirectMethod(status, outgoing.method);
  const headers = outgoing.headers ?? HeaderMap.from(settings.headers);
  outgoing.headers = headers;
  if (method !== outgoing.method) {
    outgoing.body = null;
    stripBodyHeaders(headers);
  } else if (outgoing.body !== null && !outgoing.body.replayable) {
    throw new ClientPayloadError(
      `Cannot follow redirect to ${url.href}: the streamed body cannot be sent again`,
    );
  }
  if (url.origin !== outgoing.url.origin) stripSensitive(headers, settings.sensitiveHeaders);
  if (url.credentials !== null) headers.set("authorization", basicAuth(url.credentials));
  outgoing.method = method;
  outgoing.url = url;
}

/** One request on one connection; on a second one where the first was dead before the server saw anything of it. */
function* send(core: SessionCore, outgoing: Outgoing): Coroutine<Exchange> {
  const { connector, settings } = core;
  const { timeout, url } = outgoing;
  let retry = settings.retryStale && IDEMPOTENT.has(outgoing.method) && (outgoing.body?.replayable ?? true);
  let fresh = false;
  for (;;) {
    const connection = yield* connector.acquire(url, { ...timeout, fresh });
    const exchange = new Exchange(connection, connector, {
      url: url.href,
      maxHeaders: settings.maxHeaders,
      sockRead: timeout.sockRead ?? 0,
    });
    // Only on a kept connection may a disconnect mean no more than "was idle too long".
    const reused = connection.served > 0;
    try {
      yield* exchange.start(dispatchOptions(settings, outgoing));
      return exchange;
    } catch (error) {
      exchange.abort(error);
      const content = outgoing.body?.content;
      if (content instanceof StreamedBody && content.failed) throw content.error;
      if (error instanceof CancelledError) throw error;
      if (connector.closed)
        throw new SessionClosedError("Session was closed during the request", { cause: error });
      if (error instanceof NotSentError) {
        if (!reused)
          throw new ServerDisconnectedError(`Server closed the connection at once: ${url.href}`, {
            cause: error,
          });
      } else {
        const stale =
          error instanceof ServerDisconnectedError || (error instanceof ClientOSError && isReset(error));
        if (!retry || !reused || !stale || exchange.answered) throw error;
        retry = false;
      }
      fresh = true;
    }
  }
}

function isReset(error: ClientOSError): boolean {
  return error.errno === "ECONNRESET" || error.errno === "EPIPE";
}

function dispatchOptions(settings: SessionSettings, outgoing: Outgoing): Dispatcher.DispatchOptions {
  const { url, method, timeout } = outgoing;
  const sockRead = timeout.sockRead ?? 0;
  return {
    origin: url.origin,
    path: url.target,
    method,
    headers: (outgoing.headers?.toFlat() ?? settings.flatHeaders) as string[],
    // undici takes async iterables, though its types do not say so.
    body: (outgoing.body?.content ?? null) as Uint8Array | null,
    headersTimeout: sockRead,
    bodyTimeout: sockRead,
  };
}
