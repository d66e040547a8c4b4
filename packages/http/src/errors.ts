// Every error class of the package: what the client throws (the tree is aiohttp's), then what a server handler throws.
// Each has a literal `code`; match on that or on the class, never on the message.

/** Which limit of `timeout` ran out. */
export type TimeoutKind = "total" | "connect" | "sockConnect" | "sockRead";

interface Cause {
  readonly cause?: unknown;
}

function causeOf(options: Cause | undefined): ErrorOptions | undefined {
  return options?.cause === undefined ? undefined : { cause: options.cause };
}

/** Anything that goes wrong with a request made by a {@link Session}. Catch it to catch all of them. */
export class ClientError extends Error {
  readonly code: string = "HTTP_CLIENT";
  constructor(message: string, options?: Cause) {
    super(message, causeOf(options));
    this.name = new.target.name;
  }
}

/** The session was closed before or during the request. The server is not to blame. */
export class SessionClosedError extends ClientError {
  override readonly code: string = "HTTP_SESSION_CLOSED";
}

/** The connection, not the answer, failed. The server may or may not have seen the request. */
export class ClientConnectionError extends ClientError {
  override readonly code: string = "HTTP_CONNECTION";
}

/** The operating system reported the failure; `errno` holds its code (`ECONNRESET`, `EPIPE` ...). */
export class ClientOSError extends ClientConnectionError {
  override readonly code: string = "HTTP_OS";
  readonly errno: string | undefined;
  constructor(message: string, options?: Cause & { errno?: string | undefined }) {
    super(message, options);
    this.errno = options?.errno;
  }
}

/** No connection could be opened: refused, unreachable, reset while connecting. Nothing was sent. */
export class ClientConnectorError extends ClientOSError {
  override readonly code: string = "HTTP_CONNECTOR";
  /** `host:port` that was tried. */
  readonly address: string;
  constructor(message: string, address: string, options?: Cause & { errno?: string | undefined }) {
    super(message, options);
    this.address = address;
  }
}

/** The host name did not resolve. (Resolved but unreachable is {@link ClientConnectorError}.) */
export class ClientConnectorDNSError extends ClientConnectorError {
  override readonly code: string = "HTTP_DNS";
}

/** The TLS handshake failed for another reason than the certificate. */
export class ClientConnectorSSLError extends ClientConnectorError {
  override readonly code: string = "HTTP_TLS";
}

/** The server's certificate was not accepted: wrong name, unknown issuer, expired. */
export class ClientConnectorCertificateError extends ClientConnectorError {
  override readonly code: string = "HTTP_CERTIFICATE";
}

/** The server, once connected, misbehaved on the connection level. */
export class ServerConnectionError extends ClientConnectionError {
  override readonly code: string = "HTTP_SERVER_CONNECTION";
}

/** The server closed the connection before its answer began. (Closed in mid-body is {@link ClientPayloadError}.) */
export class ServerDisconnectedError extends ServerConnectionError {
  override readonly code: string = "HTTP_SERVER_DISCONNECTED";
}

/** One of the limits in `timeout` ran out; `kind` says which, `limit` how long it was, `url` for what. */
export class ServerTimeoutError extends ServerConnectionError {
  override readonly code: string = "HTTP_TIMEOUT";
  readonly kind: TimeoutKind;
  /** Milliseconds. */
  readonly limit: number;
  readonly url: string;
  constructor(kind: TimeoutKind, limit: number, url: string, options?: Cause) {
    super(`${TIMEOUT_TEXT[kind]} within ${limit} ms (timeout.${kind}) for ${url}`, options);
    this.kind = kind;
    this.limit = limit;
    this.url = url;
  }
}

/** No connection in time: waiting for a free place in the pool, or for the handshake. Nothing was sent. */
export class ConnectionTimeoutError extends ServerTimeoutError {
  override readonly code: string = "HTTP_CONNECT_TIMEOUT";
}

/** Connected, but no byte arrived for too long. */
export class SocketTimeoutError extends ServerTimeoutError {
  override readonly code: string = "HTTP_READ_TIMEOUT";
}

const TIMEOUT_TEXT: Readonly<Record<TimeoutKind, string>> = {
  total: "Request was not complete",
  connect: "No connection was available",
  sockConnect: "Socket did not connect",
  sockRead: "No data arrived",
};

/** Makes the timeout error that fits the kind. */
export function timeoutError(
  kind: TimeoutKind,
  limit: number,
  url: string,
  cause?: unknown,
): ServerTimeoutError {
  const Class =
    kind === "total" ? ServerTimeoutError : kind === "sockRead" ? SocketTimeoutError : ConnectionTimeoutError;
  return new Class(kind, limit, url, { cause });
}

/** The body broke off, does not decode, or cannot be sent again. The headers were fine. */
export class ClientPayloadError extends ClientError {
  override readonly code: string = "HTTP_PAYLOAD";
}

/** The stream ended before the asked for bytes had come; `partial` is what there was. */
export class IncompleteReadError extends ClientPayloadError {
  override readonly code: string = "HTTP_INCOMPLETE_READ";
  readonly partial: Buffer;
  constructor(partial: Buffer, expected: string) {
    super(`Stream ended after ${partial.byteLength} bytes, expected ${expected}`);
    this.partial = partial;
  }
}

/** A body is longer than the `maxSize` it was read with; `limit` is in bytes. */
export class PayloadTooLargeError extends ClientPayloadError {
  override readonly code: string = "HTTP_PAYLOAD_TOO_LARGE";
  readonly limit: number;
  constructor(message: string, limit: number, options?: Cause) {
    super(message, options);
    this.limit = limit;
  }
}

/** A compressed body inflates beyond the allowed ratio: most likely a decompression bomb. */
export class DecompressionLimitError extends PayloadTooLargeError {
  override readonly code: string = "HTTP_DECOMPRESSION_LIMIT";
}

/** What is known of a response when an error about it is made. */
export interface ResponseInfo {
  readonly status: number;
  readonly reason: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
}

/** The answer itself is the failure: a status of 400 or more with `raiseForStatus`. */
export class ClientResponseError extends ClientError {
  override readonly code: string = "HTTP_RESPONSE";
  readonly status: number;
  readonly reason: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
  constructor(message: string, info: ResponseInfo, options?: Cause) {
    super(message, options);
    this.status = info.status;
    this.reason = info.reason;
    this.method = info.method;
    this.url = info.url;
    this.headers = info.headers;
  }
}

/** The body is not of the type that was asked for (`json()` of a page). */
export class ContentTypeError extends ClientResponseError {
  override readonly code: string = "HTTP_CONTENT_TYPE";
}

/** The chain of redirects is longer than `maxRedirects`. */
export class TooManyRedirects extends ClientResponseError {
  override readonly code: string = "HTTP_TOO_MANY_REDIRECTS";
}

/** The server's bytes are not HTTP/1.1, or break a limit on headers. */
export class ServerProtocolError extends ServerConnectionError {
  override readonly code: string = "HTTP_PROTOCOL";
}

/** The URL given by the caller cannot be used. Nothing was sent. */
export class InvalidURL extends ClientError {
  override readonly code: string = "HTTP_INVALID_URL";
  readonly url: string;
  constructor(message: string, url: string, options?: Cause) {
    super(message, options);
    this.url = url;
  }
}

/** The URL is well formed, but neither `http:` nor `https:`. */
export class NonHttpUrlError extends InvalidURL {
  override readonly code: string = "HTTP_NON_HTTP_URL";
}

/** A redirect points to something that is no URL. */
export class InvalidUrlRedirectError extends InvalidURL {
  override readonly code: string = "HTTP_INVALID_REDIRECT";
}

/** A redirect points to another scheme (`file:`, `data:` ...). It is never followed. */
export class NonHttpUrlRedirectError extends InvalidUrlRedirectError {
  override readonly code: string = "HTTP_NON_HTTP_REDIRECT";
}

/** The request cannot be written as asked: a bad method, header name or value. Nothing was sent. */
export class InvalidRequestError extends ClientError {
  override readonly code: string = "HTTP_INVALID_REQUEST";
}

// ---- server -------------------------------------------------------------------------------------------------------

export interface HttpErrorOptions extends Cause {
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A response that a handler throws. The message is sent to the client as plain text; the cause is not.
 * Any other error becomes a bare 500.
 */
export class HttpError extends Error {
  readonly code: string = "HTTP_ERROR";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message?: string, options?: HttpErrorOptions) {
    super(message ?? `HTTP ${status}`, causeOf(options));
    this.name = new.target.name;
    this.status = status;
    this.headers = options?.headers ?? {};
  }
}

/** 400: the request cannot be understood. */
export class HttpBadRequest extends HttpError {
  override readonly code: string = "HTTP_400";
  constructor(message: string = "Bad Request", options?: HttpErrorOptions) {
    super(400, message, options);
  }
}

/** 401: who are you? (Known but not allowed is 403.) */
export class HttpUnauthorized extends HttpError {
  override readonly code: string = "HTTP_401";
  constructor(message: string = "Unauthorized", options?: HttpErrorOptions) {
    super(401, message, options);
  }
}

/** 403: known, and not allowed. */
export class HttpForbidden extends HttpError {
  override readonly code: string = "HTTP_403";
  constructor(message: string = "Forbidden", options?: HttpErrorOptions) {
    super(403, message, options);
  }
}

/** 404: no such path. */
export class HttpNotFound extends HttpError {
  override readonly code: string = "HTTP_404";
  constructor(message: string = "Not Found", options?: HttpErrorOptions) {
    super(404, message, options);
  }
}

/** 405: the path exists, for other methods; `allowed` goes out as `Allow`. */
export class HttpMethodNotAllowed extends HttpError {
  override readonly code: string = "HTTP_405";
  readonly allowed: readonly string[];
  constructor(
    allowed: readonly string[],
    message: string = "Method Not Allowed",
    options?: HttpErrorOptions,
  ) {
    super(405, message, { ...options, headers: { ...options?.headers, Allow: allowed.join(", ") } });
    this.allowed = allowed;
  }
}

/** 409: the request does not fit the present state. */
export class HttpConflict extends HttpError {
  override readonly code: string = "HTTP_409";
  constructor(message: string = "Conflict", options?: HttpErrorOptions) {
    super(409, message, options);
  }
}

/** 413: the request's body is longer than it may be. */
export class HttpRequestEntityTooLarge extends HttpError {
  override readonly code: string = "HTTP_413";
  readonly limit: number;
  constructor(limit: number, options?: HttpErrorOptions) {
    super(413, `Request body is larger than ${limit} bytes`, options);
    this.limit = limit;
  }
}

/** 503: come back later. */
export class HttpServiceUnavailable extends HttpError {
  override readonly code: string = "HTTP_503";
  constructor(message: string = "Service Unavailable", options?: HttpErrorOptions) {
    super(503, message, options);
  }
}

/** A redirect, thrown. `location` is percent-encoded where needed; line breaks in it are refused. */
export class HttpRedirect extends HttpError {
  override readonly code: string = "HTTP_REDIRECT";
  readonly location: string;
  constructor(location: string, status: 301 | 302 | 303 | 307 | 308 = 302) {
    super(status, `Redirecting to ${location}`, { headers: { Location: encodeLocation(location) } });
    this.location = location;
  }
}

// Encodes what may not stand in a header or a URL (spaces, quotes, line breaks, everything beyond ASCII) and leaves
// percent escapes that are already there alone.
function encodeLocation(location: string): string {
  return location.replace(/[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/gu, (char) =>
    /\p{Cs}/u.test(char) ? "%EF%BF%BD" : encodeURIComponent(char),
  );
}

/** A handler returned nothing, or something that is no response. A defect of the handler; the client sees a 500. */
export class InvalidResponseError extends Error {
  readonly code: string = "HTTP_INVALID_RESPONSE";
  constructor(message: string) {
    super(message);
    this.name = "InvalidResponseError";
  }
}

/** A route pattern cannot be read, or is already taken. Thrown while the application is built. */
export class InvalidRouteError extends Error {
  readonly code: string = "HTTP_INVALID_ROUTE";
  constructor(message: string) {
    super(message);
    this.name = "InvalidRouteError";
  }
}

/** The client went away while the handler was still reading from it or writing to it. */
export class ClientDisconnectedError extends Error {
  readonly code: string = "HTTP_CLIENT_DISCONNECTED";
  constructor(message: string = "Client closed the connection", options?: Cause) {
    super(message, causeOf(options));
    this.name = "ClientDisconnectedError";
  }
}
