// Connection: a reader and a writer over one transport, and their common end.
import { moveOnAfter, shield, TimeoutError, type Awaitable, type Coroutine } from "corio";
import { coroutine, type NetworkAddress } from "corio/lowlevel";
import type { TlsOptions, TlsServerOptions } from "../network/tls-options.ts";
import { extraInfo, type ExtraInfo } from "./extra-info.ts";
import { startTls, type TlsRole } from "./start-tls.ts";
import type { StreamLink } from "./stream-link.ts";
import type { StreamReader } from "./stream-reader.ts";
import type { StreamWriter } from "./stream-writer.ts";

/** How a connection stands. Bytes, but for `closing`. */
export interface ConnectionStatistics {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes that have come and were not read. */
  readonly unread: number;
  /** Bytes that were written and have not gone out. */
  readonly pending: number;
  readonly closing: boolean;
}

/** Milliseconds that closing waits for what was written to go out. */
export const defaultCloseTimeout: number = 10_000;

/**
 * A connection: TCP, Unix, TLS or in memory. Belongs to the scope that opened it, or to its handler, and is closed when that ends: what was
 * written is sent first; where the scope was cancelled, the connection is aborted.
 */
export class Connection implements AsyncDisposable {
  /** What the peer sends. */
  readonly reader: StreamReader;
  /** What goes to the peer. */
  readonly writer: StreamWriter;
  /** @internal */
  readonly link: StreamLink;
  readonly #closeTimeout: number;

  /** @internal */
  constructor(link: StreamLink, closeTimeout: number = defaultCloseTimeout) {
    this.link = link;
    this.reader = link.reader;
    this.writer = link.writer;
    this.#closeTimeout = closeTimeout;
  }

  /** Our end; null where it has no address. */
  get localAddress(): NetworkAddress | null {
    return this.link.transport.localAddress;
  }

  /** The peer's end; null where it has no address, as the client of a Unix socket. */
  get remoteAddress(): NetworkAddress | null {
    return this.link.transport.remoteAddress;
  }

  /** What the connection tells about itself; null where it does not know. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | null {
    return extraInfo(this.link.transport, name);
  }

  /**
   * Sends what was written, then closes both directions and waits until that is done. Cancellation does not interrupt it, but it is bounded:
   * after `closeTimeout` the connection is aborted, and TimeoutError thrown. ConnectionResetError when it was lost on the way. Closed before,
   * it does nothing. Not a cancel point.
   */
  close(): Awaitable<void> {
    return coroutine(closeConnection, this.link, this.#closeTimeout);
  }

  /** Closes at once, what waits to go out is lost; a peer over TCP is reset. Does not wait. */
  abort(): void {
    this.link.abort();
  }

  /**
   * Puts TLS on the connection: in the role that it has, client or server, unless `server` says otherwise. What was read before stays read;
   * what was not belongs to the handshake. The reader and the writer stay the same. If it fails, the connection is closed. A cancel point;
   * cancelled, the connection is aborted.
   */
  startTls(options: true | TlsOptions | TlsServerOptions, role: TlsRole = {}): Awaitable<void> {
    return startTls(this.link, options, role);
  }

  /** What has gone through it, and what waits. */
  statistics(): ConnectionStatistics {
    const { reader, writer, link } = this;
    const { received, buffered } = reader.statistics();
    const { pending, written } = writer.statistics();
    return {
      bytesRead: received,
      bytesWritten: written,
      unread: buffered,
      pending,
      closing: link.isClosing,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function* closeConnection(link: StreamLink, closeTimeout: number): Coroutine<void> {
  if (link.isClosed) return;
  link.close();
  const { cancelled } = yield* shield(() => moveOnAfter(closeTimeout, () => link.writer.waitClosed()), {
    timeout: Infinity,
  });
  if (!cancelled) return;
  const pending = link.transport.pendingBytes;
  yield* abortAndWait(link);
  throw new TimeoutError(
    `Closing ${link.what}: the peer has not taken what was written within ${closeTimeout} ms ` +
      `(${pending} bytes were left). The connection was aborted`,
  );
}

/** Frees the descriptor, whatever happens. */
export function* abortAndWait(link: StreamLink): Coroutine<void> {
  link.abort();
  if (!link.isClosed) yield* shield(() => link.closed(), { timeout: Infinity });
}

/** The end of a scope: what was written goes out, if it can; a failure to do so is not the scope's. */
export function* releaseConnection(
  link: StreamLink,
  closeTimeout: number,
  cancelled: boolean,
): Coroutine<void> {
  if (link.isClosed) return;
  if (!cancelled) {
    link.close();
    yield* shield(() => moveOnAfter(closeTimeout, () => link.closed()), { timeout: Infinity });
  }
  if (!link.isClosed) yield* abortAndWait(link);
}
