// How a server listens, and what it allows.

import type { ServerOptions as TlsOptions } from "node:https";

export interface ServeOptions {
  /** Default 8080; 0 lets the system choose, see `server.port`. */
  readonly port?: number | undefined;
  /** Default: all interfaces. */
  readonly host?: string | undefined;
  /** A Unix socket or named pipe in place of host and port. */
  readonly path?: string | undefined;
  readonly backlog?: number | undefined;
  /** Several processes on one port, where the system can. */
  readonly reusePort?: boolean | undefined;
  /** Serve https: `key`, `cert` and the like, as for `node:https`. */
  readonly tls?: TlsOptions | undefined;
  /** How long requests under way may go on after the server was told to close, in ms. Default 60 s. */
  readonly grace?: number | undefined;
  /** How long a connection may be idle between requests, in ms. Default 75 s. */
  readonly keepaliveTimeout?: number | undefined;
  /** For the head of a request to arrive, in ms. Default 10 s. */
  readonly headersTimeout?: number | undefined;
  /** For a whole request to arrive, in ms; 0 for no limit. Default 300 s. */
  readonly requestTimeout?: number | undefined;
  /** Most bytes of request line and headers. Default 16 KiB. */
  readonly maxHeaderSize?: number | undefined;
  /** Most header fields. Default 128. */
  readonly maxHeaders?: number | undefined;
}

export interface ServerLimits {
  readonly grace: number;
  readonly maxHeaders: number;
}

/** Past this many requests waiting on one connection nothing more is read from it. */
export const PIPELINE_LIMIT = 16;
