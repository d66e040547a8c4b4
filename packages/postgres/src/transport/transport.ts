// The port between the protocol and whatever carries its bytes: a socket, TLS, or an embedded server.

import type { Coroutine } from "corio";

export interface TransportHandlers {
  /** Bytes from the server. The chunk is handed over: it will not be reused. */
  onBytes(bytes: Uint8Array): void;
  /** There is room again after `write` said that there was none. */
  onDrain(): void;
  /** Called once, when the transport is closed for good, by whichever side. The error says why, if not in order. */
  onClose(error: Error | null): void;
}

export interface Transport {
  /** Begins to deliver. Called once; what arrived before is kept until then. */
  attach(handlers: TransportHandlers): void;
  /** Takes the bytes over. False when what is waiting to go out has become much: wait for `onDrain`. */
  write(bytes: Uint8Array): boolean;
  /** Sends what is waiting, then closes. */
  end(): void;
  /** Closes at once; what is waiting is lost. */
  destroy(): void;
  /** Stops and resumes the reading. */
  pause(): void;
  resume(): void;
}

/** Where a server is and how to get to it. */
export interface Connector {
  /** For messages: never holds a password. */
  readonly description: string;
  /** True for a server inside this process: it has no startup, no cancel and one session. */
  readonly embedded: boolean;
  open(): Coroutine<Transport>;
  /** Asks the server, over a connection of its own, to cancel what a session is doing. Ends when the server has taken it. */
  cancel(processId: number, key: Uint8Array): Coroutine<void>;
}
