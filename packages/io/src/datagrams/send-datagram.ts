// Sending one datagram: until the system has taken it, or says why it does not.
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import { ConnectError, DatagramClosedError, MessageTooLongError } from "../errors.ts";
import { connectError, placeText, type Place } from "../network/connect-errors.ts";
import { checkPort, familyOf } from "../network/ip-address.ts";
import type { DatagramEndpoint } from "./datagram-endpoint.ts";

interface To {
  readonly host: string;
  readonly port: number;
}

export function* sendDatagram(endpoint: DatagramEndpoint, data: Buffer, to: To | null): Coroutine<void> {
  if (to !== null) checkAddress(endpoint, to);
  try {
    yield* suspend<void>((resolve, reject) => {
      if (endpoint.closed) throw closedError(endpoint);
      const done = (error: Error | null): void => {
        if (error === null) {
          endpoint.sentBytes(data.length);
          resolve();
        } else reject(error);
      };
      if (to === null) endpoint.socket.send(data, done);
      else endpoint.socket.send(data, to.port, to.host, done);
    });
  } catch (error) {
    throw sendError(endpoint, error, data.length, to ?? endpoint.remoteAddress!);
  }
}

function checkAddress(endpoint: DatagramEndpoint, { host, port }: To): void {
  const { family } = endpoint.localAddress;
  const own = familyOf(host);
  checkPort(port, 1);
  if (own === 0) {
    throw new TypeError(`Cannot send to ${String(host)}: it is not an address. getaddrinfo looks names up`);
  }
  if (own !== family) {
    throw new TypeError(`Cannot send to ${host}: ${endpoint.what} speaks IPv${family}`);
  }
}

function closedError(endpoint: DatagramEndpoint): DatagramClosedError {
  return new DatagramClosedError(`Cannot send on ${endpoint.what}: it is closed`);
}

function sendError(endpoint: DatagramEndpoint, error: unknown, size: number, to: Place): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Closed while the system had it.
  if (code === "ECANCELED" || code === "ERR_SOCKET_DGRAM_NOT_RUNNING") return closedError(endpoint);
  if (code === "EMSGSIZE" && syscall === "send") {
    const text = `Cannot send ${size} bytes to ${placeText(to)}: the datagram is too long (EMSGSIZE)`;
    return new MessageTooLongError(text, { size, cause: error });
  }
  return connectError(error, to, "send to");
}

/** What the system refuses to set. */
export function groupError(error: unknown, action: string, where: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || syscall === undefined) return error;
  const text = `Cannot ${action} on ${where}: the system refuses (${code})`;
  return new ConnectError(text, { code, address: where, cause: error });
}
