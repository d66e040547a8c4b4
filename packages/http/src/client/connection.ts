// One open socket with undici's HTTP/1.1 client on it. Opening and closing are here; who uses it is the connector's.

import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Awaitable } from "corio";
import { suspend } from "corio/lowlevel";
import { Client, buildConnector } from "undici";
import type { Dispatcher } from "undici";
import { ClientConnectionError } from "../errors.ts";
import { mapConnectError } from "./map-error.ts";

export interface SocketOptions {
  /** Passed to `tls.connect`. */
  readonly tls?: ConnectionOptions | undefined;
  /** A Unix socket or named pipe to use instead of the URL's host. */
  readonly socketPath?: string | undefined;
  readonly localAddress?: string | undefined;
}

export interface ConnectionOptionsInternal {
  readonly keepaliveTimeout: number;
  readonly maxHeaderSize: number;
}

export type SocketOpener = (origin: URL) => Awaitable<Socket>;

/** The socket was closed before the request was written: it is safe to send on another, whatever the method. */
export class NotSentError extends ClientConnectionError {
  override readonly code: string = "HTTP_NOT_SENT";
}

// A pooled socket outlives the request that opened it: its callbacks must not hold that request's context.
const inRootContext: <T>(fn: () => T) => T = AsyncLocalStorage.snapshot();

type Connect = (
  target: buildConnector.Options,
  callback: (error: Error | null, socket?: Socket | null) => void,
) => Socket;

/** Sockets of one session share the cache of TLS sessions, so one opener is made per session. */
export function createSocketOpener(options: SocketOptions): SocketOpener {
  const build = { ...options.tls, allowH2: false, timeout: 0, socketPath: options.socketPath ?? null };
  // It returns the socket that it is connecting, though its type does not say so.
  const connect = buildConnector(build as buildConnector.BuildOptions) as unknown as Connect;

  return (origin) =>
    suspend<Socket>((resolve, reject) => {
      const hostname = origin.hostname.startsWith("[") ? origin.hostname.slice(1, -1) : origin.hostname;
      const target = {
        hostname,
        host: origin.host,
        protocol: origin.protocol,
        port: origin.port,
        localAddress: options.localAddress ?? null,
      };
      const socket = inRootContext(() =>
        connect(target, (error, connected) => {
          if (connected) resolve(connected);
          else reject(mapConnectError(error ?? new Error("no socket"), options.socketPath ?? origin.host));
        }),
      );
      return () => {
        socket.destroy();
      };
    });
}

export class Connection {
  readonly origin: string;
  readonly socket: Socket;
  readonly #client: Client;
  /** Requests that were dispatched on it. */
  served = 0;

  constructor(origin: string, socket: Socket, options: ConnectionOptionsInternal) {
    this.origin = origin;
    this.socket = socket;
    let used = false;
    this.#client = new Client(origin, {
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: options.keepaliveTimeout,
      maxHeaderSize: options.maxHeaderSize,
      connect: (_target, deliver) => {
        // undici asks a second time when the socket closed with a request still unwritten.
        const again = used;
        used = true;
        // It does not expect the answer within the call.
        void Promise.resolve().then(() =>
          again
            ? deliver(new NotSentError("Pooled connection closed before use"), null)
            : deliver(null, socket),
        );
      },
    });
  }

  get usable(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.served += 1;
    this.#client.dispatch(options, handler);
  }

  /** Closes the socket now. A request that is under way fails. */
  destroy(): void {
    // With an error, or undici would not tell an iterable that it was feeding the socket from.
    this.socket.destroy(new Error("Connection was closed by the session"));
    this.#client.destroy(null, noop);
  }
}

function noop(): void {}
