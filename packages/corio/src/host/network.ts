// The network as the runtime's packages see it: what makes connections, and what moves their bytes. The machine's own is in
// `@corio/io`; a host may bring another (`Host.network`), which is how a program runs on a simulated one.

/** One end of a connection. */
export type NetworkAddress =
  | { readonly host: string; readonly port: number; readonly family: 4 | 6 }
  | { readonly path: string };

/** Whom a transport tells what happens to it. */
export interface TransportHandlers {
  /** Bytes from the peer, never none. The chunk is handed over: it will not be reused. */
  onBytes(bytes: Uint8Array): void;
  /**
   * Bytes from the peer that are there for the time of this call only: `count` of them, at the beginning of the memory. Whoever waits for them
   * with memory of its own copies them out. Gives how many were taken; the others come by `onBytes`. Not every transport asks.
   */
  onLent?(memory: Uint8Array, count: number): number;
  /** The peer sends no more. Our own direction stays open. */
  onEnd(): void;
  /** What waits to go out has become little again, after `write` said that it was much. */
  onDrain(): void;
  /** Called once, when both directions are closed and the descriptor is free. The error says why, if not in order. */
  onClose(error: Error | null): void;
}

/** Moves the bytes of one connection. No method throws or waits. */
export interface Transport {
  readonly localAddress: NetworkAddress | null;
  readonly remoteAddress: NetworkAddress | null;
  /** What carries it, for `getExtraInfo`: a socket of node's, if it is one. */
  readonly underlying: unknown;
  /** Begins to deliver. Called once; what came before is kept until then. */
  attach(handlers: TransportHandlers): void;
  /** Takes the bytes over: they may change again when nothing waits to go out. False when what waits to go out is above the high-water mark: `onDrain` comes. */
  write(bytes: Uint8Array): boolean;
  /** Bytes that wait to go out. */
  readonly pendingBytes: number;
  /** Bytes: `write` says false above `high`, `onDrain` comes at or below `low`; also when more than `high` waits now. */
  setWriteLimits(limits: { readonly low: number; readonly high: number }): void;
  /** Sends what waits, then tells the peer that no more comes. */
  end(): void;
  /** Sends what waits, then closes both directions without waiting for the peer's end. What still comes is not delivered. */
  close(): void;
  /** Closes both directions at once; what waits is lost. The peer is reset where the kind of connection can. */
  abort(): void;
  /** Stops and resumes the reading. */
  pause(): void;
  resume(): void;
}

/** Where to connect to, and from. */
export interface ConnectRequest {
  /** An address of the network, not a name; or the path of a Unix socket. */
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
  /** The address to bind before connecting. */
  readonly from?: { readonly host?: string | undefined; readonly port?: number | undefined } | undefined;
}

/** Where to listen, and whom to tell of what comes. */
export interface ListenRequest {
  /** Port 0: any that is free. No host: all addresses. */
  readonly at: { readonly host?: string | undefined; readonly port: number } | { readonly path: string };
  readonly backlog?: number | undefined;
  readonly reusePort?: boolean | undefined;
  readonly ipv6Only?: boolean | undefined;
  /** A connection has come. */
  onConnection(transport: Transport): void;
  /** The listener broke down by itself, after it had begun. */
  onError(error: Error): void;
}

/** A place that is listened at. */
export interface NetworkListener {
  readonly address: NetworkAddress;
  /** Takes no more connections; those that were taken stay. */
  close(done: () => void): void;
}

/** One IP address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Called once, unless what was begun has been undone before. */
export type NetworkDone<T> = (error: Error | null, result: T | null) => void;

/**
 * Each method begins something and returns what undoes it: after that `done` is not called, and what had been acquired is
 * released. Errors are the machine's own, with their `code` (ECONNREFUSED, ENOTFOUND ...).
 */
export interface HostNetwork {
  /** The addresses of a name, in the order in which they should be tried. `family` 0 is any. */
  lookup(name: string, family: 0 | 4 | 6, done: NetworkDone<readonly ResolvedAddress[]>): () => void;
  connect(request: ConnectRequest, done: NetworkDone<Transport>): () => void;
  listen(request: ListenRequest, done: NetworkDone<NetworkListener>): () => void;
  /** The file of a Unix socket, which a server that has died leaves behind; null where there is none, or another one. */
  socketFile?(path: string): { remove(): void } | null;
  /**
   * Puts TLS on a connection. The transport given is used up; the result takes its place. `options` are node's own
   * (`tls.connect`'s for a client, `tls.createSecureContext`'s and `TLSSocket`'s for a server). `early`: bytes that the transport has
   * delivered already, and that belong to the handshake.
   */
  startTls(
    transport: Transport,
    request: {
      readonly server: boolean;
      readonly options: object;
      readonly early?: readonly Uint8Array[] | undefined;
    },
    done: NetworkDone<Transport>,
  ): () => void;
}
