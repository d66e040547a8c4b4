// StreamWriter: bytes for a peer, with the wait for a slow one included.
import type { Awaitable } from "corio";
import type { StreamLink } from "./stream-link.ts";
import type { TlsOptions, TlsServerOptions } from "../network/tls-options.ts";
import { extraInfo, type ExtraInfo } from "./extra-info.ts";
import { startTls, type TlsRole } from "./start-tls.ts";
import { asBuffer } from "./as-buffer.ts";
import { Drain, WaitClosed, Write } from "./write-operations.ts";

/** Bytes, or text for which its UTF-8 is written. */
export type Writable = string | Uint8Array;

/** How much may wait to go out before writes wait. */
export interface WriteBufferLimits {
  /** Bytes that wait to go out, above which a write waits. Default 65,536; four times `low` if only that is given. */
  readonly high?: number | undefined;
  /** Bytes at or below which it goes on. Default a quarter of `high`. */
  readonly low?: number | undefined;
}

/** How a writer stands. */
export interface StreamWriterStatistics {
  /** Bytes that wait to go out. */
  readonly pending: number;
  /** Bytes that were taken over, in all. */
  readonly written: number;
  /** Tasks that wait until less waits to go out. */
  readonly waiting: number;
}

const defaultHigh = 64 * 1024;

/**
 * Writes to a peer, as asyncio's StreamWriter, with the backpressure in `write` itself: no `drain` is needed after it. Comes with a
 * connection or a process.
 */
export class StreamWriter {
  readonly #link: StreamLink;
  #high: number = defaultHigh;
  #low: number = defaultHigh / 4;

  /** @internal */
  constructor(link: StreamLink) {
    this.#link = link;
  }

  /**
   * Takes the data, all of it and in one piece, then waits while more than `high` bytes wait to go out. Cancelled in that wait it has been
   * taken all the same: writes never interleave, and none is torn. Bytes are handed over: do not change them afterwards. With a `high` of
   * 0 they are the caller's again when the write has returned, though not when it was cancelled.
   * ConnectionClosedError after `close` or `writeEof`, ConnectionResetError when the peer is gone. A cancel point.
   */
  write(data: Writable): Awaitable<void> {
    return new Write(this.#link, asBuffer(data)) as unknown as Awaitable<void>;
  }

  /** As one `write` of all the pieces, one after the other; line ends are not added. A cancel point. */
  writeLines(pieces: Iterable<Writable>): Awaitable<void> {
    if (typeof (pieces as Iterable<Writable> | undefined)?.[Symbol.iterator] !== "function")
      throw new TypeError(`Cannot write lines: expected pieces of text or bytes, got ${typeof pieces}`);
    const list: Buffer[] = [];
    for (const piece of pieces) list.push(asBuffer(piece));
    return new Write(
      this.#link,
      list.length === 1 ? list[0]! : Buffer.concat(list),
    ) as unknown as Awaitable<void>;
  }

  /** Takes the data if that needs no wait: false, and nothing taken, while more than `high` bytes wait to go out. Throws as `write`. */
  tryWrite(data: Writable): boolean {
    const bytes = asBuffer(data);
    const link = this.#link;
    link.assertWritable();
    if (link.above) return false;
    link.send(bytes);
    return true;
  }

  /** Waits while too much waits to go out. ConnectionResetError when the connection is lost. A cancel point. */
  drain(): Awaitable<void> {
    return new Drain(this.#link) as unknown as Awaitable<void>;
  }

  /** Sends what waits, then tells the peer that no more comes. Reading goes on. A second time does nothing. */
  writeEof(): void {
    this.#link.end();
  }

  /** Whether `writeEof` can be told to the peer while reading goes on. */
  canWriteEof(): boolean {
    return true;
  }

  /** Sends what waits, then closes both directions. Does not wait: `waitClosed` does. Reads that wait, and later ones, fail. */
  close(): void {
    this.#link.close();
  }

  /** Whether it is closed, or about to be, by either side. */
  isClosing(): boolean {
    return this.#link.isClosing;
  }

  /** Waits until all is closed, the descriptor too. ConnectionResetError if the connection was lost. A cancel point. */
  waitClosed(): Awaitable<void> {
    return new WaitClosed(this.#link) as unknown as Awaitable<void>;
  }

  /** Closes at once; what waits to go out is lost. The peer is reset, where the kind of connection can. */
  abort(): void {
    this.#link.abort();
  }

  /** See `Connection.startTls`. A cancel point. */
  startTls(options: true | TlsOptions | TlsServerOptions, role: TlsRole = {}): Awaitable<void> {
    return startTls(this.#link, options, role);
  }

  /** See `Connection.getExtraInfo`. */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | null {
    return extraInfo(this.#link.transport, name);
  }

  /** Sets the marks between which `write` and `drain` wait. `{ high: 0 }`: every write waits until it has gone out. */
  setWriteBufferLimits(limits: WriteBufferLimits): void {
    const { high = limits.low === undefined ? defaultHigh : 4 * limits.low } = limits;
    const { low = Math.floor(high / 4) } = limits;
    if (!(high >= low && low >= 0))
      throw new RangeError(
        `Cannot set the limits: high (${high}) must be at least low (${low}), and low at least 0`,
      );
    this.#high = high;
    this.#low = low;
    this.#link.setLimits(high, low);
  }

  getWriteBufferLimits(): { readonly high: number; readonly low: number } {
    return { high: this.#high, low: this.#low };
  }

  /** Bytes that wait to go out. */
  getWriteBufferSize(): number {
    return this.#link.isClosed ? 0 : this.#link.transport.pendingBytes;
  }

  /** How many bytes were written, how many wait to go out, and who waits for that. */
  statistics(): StreamWriterStatistics {
    return { pending: this.getWriteBufferSize(), written: this.#link.sent, waiting: this.#link.drains.size };
  }
}
