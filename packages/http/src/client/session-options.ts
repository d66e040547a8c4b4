// The options of a session and of a request, and what they are when not given.

import type { ConnectionOptions } from "node:tls";
import type { InflateLimit } from "../content-coding.ts";
import { ACCEPT_ENCODING, DEFAULT_INFLATE_LIMIT } from "../content-coding.ts";
import { HeaderMap } from "../headers.ts";
import type { HeadersInit } from "../headers.ts";
import type { RequestData } from "./request-body.ts";
import type { Credentials, Params } from "./request-url.ts";
import { basicAuth } from "./request-url.ts";

/** Limits in milliseconds; null is none. Each has its own error, see `TimeoutKind`. */
export interface ClientTimeout {
  /** The whole request, redirects and reading of the body included. Default null: it would end long downloads. */
  readonly total: number | null;
  /** A free place in the pool and an open connection. Default null. */
  readonly connect: number | null;
  /** Opening one socket, TLS handshake included. Default 30 s. */
  readonly sockConnect: number | null;
  /** Between two arrivals of bytes, while they are waited for. Default 60 s. Looked at about once a second. */
  readonly sockRead: number | null;
}

export const DEFAULT_TIMEOUT: ClientTimeout = {
  total: null,
  connect: null,
  sockConnect: 30_000,
  sockRead: 60_000,
};

interface CommonOptions {
  /** A number is `{ total }`. What is left out keeps its value. */
  readonly timeout?: number | Partial<ClientTimeout> | undefined;
  /** HTTP Basic credentials. */
  readonly auth?: Credentials | undefined;
  /** Undo Content-Encoding. Default true. */
  readonly autoDecompress?: boolean | undefined;
  /** When undoing it is refused as a decompression bomb. */
  readonly inflateLimit?: Partial<InflateLimit> | undefined;
  /** Default 10. */
  readonly maxRedirects?: number | undefined;
  /** Throw ClientResponseError for a status of 400 and above. Default false. */
  readonly raiseForStatus?: boolean | undefined;
  /** Most bytes that `read()`, `text()` and `json()` take. Default Infinity. */
  readonly maxSize?: number | undefined;
}

export interface SessionOptions extends CommonOptions {
  /** What relative request URLs are resolved against. */
  readonly baseUrl?: string | URL | undefined;
  /** Sent with every request. */
  readonly headers?: HeadersInit | undefined;
  /** Most sockets at once; further requests wait, first come, first served. Default 100, 0 for no limit. */
  readonly limit?: number | undefined;
  /** Most sockets per scheme, host and port. Default 0, no limit. */
  readonly limitPerHost?: number | undefined;
  /** How long an idle connection is kept, in ms, where the server does not say. Default 15 s. */
  readonly keepaliveTimeout?: number | undefined;
  /** Send an idempotent request once more when a kept connection turns out to be dead. Default true. */
  readonly retryStale?: boolean | undefined;
  /** Further headers that must not follow a redirect to another origin. */
  readonly sensitiveHeaders?: readonly string[] | undefined;
  /** Most bytes of response headers. Default 16 KiB. */
  readonly maxHeaderSize?: number | undefined;
  /** Most response header fields. Default 128. */
  readonly maxHeaders?: number | undefined;
  /** For https: `ca`, `cert`, `key`, `rejectUnauthorized` ..., as for `tls.connect`. */
  readonly tls?: ConnectionOptions | undefined;
  /** A Unix socket or named pipe to connect to, whatever the URL's host. */
  readonly socketPath?: string | undefined;
  readonly localAddress?: string | undefined;
}

export interface RequestOptions extends CommonOptions {
  /** Added to the URL's query. */
  readonly params?: Params | undefined;
  readonly headers?: HeadersInit | undefined;
  /** Sent as JSON. Not together with `data`. */
  readonly json?: unknown;
  readonly data?: RequestData | undefined;
  /** Default true. */
  readonly allowRedirects?: boolean | undefined;
}

/** A session's options with every default in place. */
export interface SessionSettings {
  readonly baseUrl: string | undefined;
  readonly headers: HeaderMap;
  /** The same as the flat list that is written when a request adds none. */
  readonly flatHeaders: readonly string[];
  readonly timeout: ClientTimeout;
  readonly autoDecompress: boolean;
  readonly inflateLimit: InflateLimit;
  readonly maxRedirects: number;
  readonly raiseForStatus: boolean;
  readonly maxSize: number;
  readonly maxHeaders: number;
  readonly retryStale: boolean;
  readonly sensitiveHeaders: ReadonlySet<string>;
}

export function sessionSettings(options: SessionOptions): SessionSettings {
  const headers = HeaderMap.from({ "user-agent": "corio-http", accept: "*/*" });
  if (options.autoDecompress !== false) headers.set("accept-encoding", ACCEPT_ENCODING);
  if (options.auth !== undefined) headers.set("authorization", basicAuth(options.auth));
  if (options.headers !== undefined) headers.merge(options.headers);
  return {
    baseUrl: options.baseUrl === undefined ? undefined : String(options.baseUrl),
    headers,
    flatHeaders: headers.toFlat(),
    timeout: mergeTimeout(DEFAULT_TIMEOUT, options.timeout),
    autoDecompress: options.autoDecompress ?? true,
    inflateLimit: mergeInflateLimit(DEFAULT_INFLATE_LIMIT, options.inflateLimit),
    maxRedirects: options.maxRedirects ?? 10,
    raiseForStatus: options.raiseForStatus ?? false,
    maxSize: options.maxSize ?? Infinity,
    maxHeaders: options.maxHeaders ?? 128,
    retryStale: options.retryStale ?? true,
    sensitiveHeaders: new Set(options.sensitiveHeaders?.map((name) => name.toLowerCase())),
  };
}

export function mergeTimeout(
  base: ClientTimeout,
  over: number | Partial<ClientTimeout> | undefined,
): ClientTimeout {
  if (over === undefined) return base;
  return typeof over === "number" ? { ...base, total: over } : { ...base, ...over };
}

export function mergeInflateLimit(base: InflateLimit, over: Partial<InflateLimit> | undefined): InflateLimit {
  return over === undefined ? base : { ...base, ...over };
}
