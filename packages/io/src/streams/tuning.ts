// What can be set on a socket of TCP. Other transports have none of it.
import type { Transport } from "corio/lowlevel";

/** What may be said of a TCP socket. */
export interface SocketTuning {
  /** Small writes go out at once, instead of waiting for the answer to those before (Nagle). Default true. */
  readonly noDelay?: boolean | undefined;
  /** Milliseconds of silence after which the system asks whether the peer is still there; false never does. Default false. */
  readonly keepAlive?: number | false | undefined;
}

interface Tunable {
  setNoDelay?(on: boolean): void;
  setKeepAlive?(on: boolean, delay: number): void;
}

export function checkTuning({ keepAlive }: SocketTuning): void {
  if (keepAlive === undefined || keepAlive === false || keepAlive > 0) return;
  throw new RangeError(`Cannot use ${String(keepAlive)} for keepAlive: it takes milliseconds, or false`);
}

/** Transports are made with `noDelay`. */
export function tune(transport: Transport, { noDelay = true, keepAlive = false }: SocketTuning): void {
  const socket = transport.underlying as Tunable;
  if (!noDelay) socket.setNoDelay?.(false);
  if (keepAlive !== false) socket.setKeepAlive?.(true, keepAlive);
}
