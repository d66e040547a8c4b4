// What can be set on a socket of TCP. Other transports have none of it.
import type { Transport } from "corio/lowlevel";

/** What may be said of a TCP socket. */
export interface SocketTuning {
  /** Small writes go out at once, instead of waiting for the answer to those before (Nagle). Default true. */
  readonly noDelay?: boolean | undefined;
  /**
   * Milliseconds of silence after which the system asks whether the peer is still there; false never does. The system counts whole seconds,
   * up to 32,767: what lies in between is rounded up. Default false.
   */
  readonly keepAlive?: number | false | undefined;
}

interface Tunable {
  setNoDelay?(on: boolean): void;
  setKeepAlive?(on: boolean, delay: number): void;
}

const longest = 32_767_000;

export function checkTuning({ keepAlive }: SocketTuning): void {
  if (keepAlive === undefined || keepAlive === false || (keepAlive > 0 && keepAlive <= longest)) return;
  throw new RangeError(
    `Cannot use ${String(keepAlive)} for keepAlive: it takes milliseconds, up to ${longest}, or false`,
  );
}

/** Transports are made with `noDelay`. */
export function tune(transport: Transport, { noDelay = true, keepAlive = false }: SocketTuning): void {
  const socket = transport.underlying as Tunable;
  if (!noDelay) socket.setNoDelay?.(false);
  // Node rounds down, and leaves the system's two hours where nothing is left.
  if (keepAlive !== false) socket.setKeepAlive?.(true, Math.ceil(keepAlive / 1000) * 1000);
}
