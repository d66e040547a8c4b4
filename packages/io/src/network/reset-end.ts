// The end of a connection that was in truth reset, where node tells it as one in order.
import type { Socket } from "node:net";

/**
 * Whether a TCP connection, below TLS or not, whose end was read has been reset: then it has no peer any more, which after an end it has, unless
 * this side has ended as well. libuv up to 1.51 (Node 22) takes a reset right behind the last bytes for an end. And where TLS was writing of its own
 * accord (session tickets), node loses the error, which the system tells but once: the next read sees an end.
 */
export function isReset(socket: Socket): boolean {
  const handle = (socket as { _handle?: { getpeername?(out: object): number } | null })._handle;
  return typeof handle?.getpeername === "function" && handle.getpeername({}) !== 0;
}

/** As node tells a reset that it has seen. */
export function resetError(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
}
