// Why an established connection is gone, in our words.
import { ConnectionResetError, TlsError } from "../errors.ts";
import { tlsErrorOf } from "../network/tls-errors.ts";

const reasons: Readonly<Record<string, string>> = {
  ECONNRESET: "the peer has reset it",
  EPIPE: "the peer takes no more",
  ECONNABORTED: "the system has aborted it",
  ETIMEDOUT: "the peer was silent for too long",
};

export function lostError(error: Error, what: string): Error {
  const tls = error instanceof TlsError ? error : tlsErrorOf(error);
  if (tls !== null) return tls;
  const { code = "ERR_CONNECTION_LOST" } = error as NodeJS.ErrnoException;
  const reason = reasons[code] ?? error.message;
  const message = `${what.charAt(0).toUpperCase()}${what.slice(1)} is lost: ${reason} (${code})`;
  return new ConnectionResetError(message, { code, cause: error });
}
