// From undici's and node's errors to ours. Nothing of undici's own classes leaves the package but as `cause`.

import {
  ClientConnectionError,
  ClientConnectorCertificateError,
  ClientConnectorDNSError,
  ClientConnectorError,
  ClientConnectorSSLError,
  ClientError,
  ClientOSError,
  ClientPayloadError,
  InvalidRequestError,
  ServerDisconnectedError,
  ServerProtocolError,
  timeoutError,
} from "../errors.ts";

export interface ErrorContext {
  readonly url: string;
  /** True once the head of the response has been read. */
  readonly headersSeen: boolean;
  /** The inactivity limit that was set, for the message. */
  readonly sockRead: number;
}

const TRUNCATED: ReadonlySet<string> = new Set([
  "UND_ERR_SOCKET",
  "UND_ERR_DESTROYED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
]);

export function mapExchangeError(error: unknown, context: ErrorContext): unknown {
  if (error instanceof ClientError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const options = { cause: error };
  switch (code) {
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return timeoutError("sockRead", context.sockRead, context.url, error);
    case "UND_ERR_INVALID_ARG":
    case "UND_ERR_NOT_SUPPORTED":
    case "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH":
      return new InvalidRequestError(`Cannot send request to ${context.url}: ${error.message}`, options);
    case "UND_ERR_HEADERS_OVERFLOW":
      return new ServerProtocolError(
        `Response headers of ${context.url} are larger than maxHeaderSize`,
        options,
      );
  }
  // undici's parser errors have their code in the message, or none.
  const unparsable = error.name === "HTTPParserError" || code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH";
  if (context.headersSeen && (unparsable || TRUNCATED.has(code))) {
    return new ClientPayloadError(`Response body of ${context.url} is incomplete: ${error.message}`, options);
  }
  if (unparsable || (code === "UND_ERR_SOCKET" && error.message.startsWith("bad "))) {
    return new ServerProtocolError(`Response of ${context.url} is not HTTP/1.1: ${error.message}`, options);
  }
  if (code === "UND_ERR_SOCKET") {
    return new ServerDisconnectedError(
      `Server closed the connection before it answered ${context.url}`,
      options,
    );
  }
  if ("errno" in error || "syscall" in error) {
    return new ClientOSError(`Connection of ${context.url} failed: ${error.message}`, {
      ...options,
      errno: code,
    });
  }
  return new ClientConnectionError(`Request to ${context.url} failed: ${error.message}`, options);
}

export function mapConnectError(error: Error, address: string): ClientConnectorError {
  const code = codeOf(error);
  const options = { cause: error, errno: code === "" ? undefined : code };
  const text = `Cannot connect to ${address}: ${messageOf(error)}`;
  if (code === "ENOTFOUND" || code.startsWith("EAI_"))
    return new ClientConnectorDNSError(text, address, options);
  if (isCertificateCode(code)) return new ClientConnectorCertificateError(text, address, options);
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_")) {
    return new ClientConnectorSSLError(text, address, options);
  }
  return new ClientConnectorError(text, address, options);
}

function isCertificateCode(code: string): boolean {
  return (
    code === "ERR_TLS_CERT_ALTNAME_INVALID" ||
    code.startsWith("CERT_") ||
    code.includes("SELF_SIGNED") ||
    code.startsWith("UNABLE_TO_")
  );
}

// Where every address of a host failed, node gives an AggregateError with an empty message.
function messageOf(error: Error): string {
  if (error.message !== "" || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one as Error).message).join("; ");
}

function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === "string" ? code : "";
}
