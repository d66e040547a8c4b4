// Between a transport and the reader and writer that programs hold: hands bytes in, tells of losses, knows who closed what.
import { CancelledError, type Awaitable } from "corio";
import { WaitQueue, type HostNetwork, type Transport, type TransportHandlers } from "corio/lowlevel";
import { ConnectionClosedError } from "../errors.ts";
import { placeText } from "../network/connect-errors.ts";
import { asBuffer } from "./as-buffer.ts";
import { lostError } from "./lost-error.ts";
import { StreamReader } from "./stream-reader.ts";
import { StreamWriter } from "./stream-writer.ts";
import { type WaitClosed, WaitEnd } from "./write-operations.ts";

export interface StreamLinkOptions {
  /** See `StreamReaderOptions.limit`. */
  readonly limit?: number | undefined;
  /** For messages and dumps of tasks: "the connection to 10.0.0.1:80", "stdin of cat". */
  readonly what?: string | undefined;
  /** Where the transport comes from: what `startTls` must know. */
  readonly origin?: StreamOrigin | undefined;
}

export interface StreamOrigin {
  /** null where there is none, as for a process's pipes. */
  readonly network: HostNetwork | null;
  /** Whether this end has accepted the connection. */
  readonly server: boolean;
  /** The name that was connected to. */
  readonly host: string | null;
}

const nowhere: StreamOrigin = { network: null, server: false, host: null };

const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });

const open = 0;
/** Told to close by this side; what waits goes out. */
const closing = 1;
/** Told to end at once. */
const aborted = 2;
const closed = 3;

export class StreamLink implements TransportHandlers {
  readonly what: string;
  readonly origin: StreamOrigin;
  readonly reader: StreamReader;
  readonly writer: StreamWriter;
  /** Who waits for what is written to go out. */
  readonly drains: WaitQueue<unknown> = new WaitQueue();
  /** Who waits for the end. */
  readonly closes: WaitQueue<unknown> = new WaitQueue();
  transport: Transport;
  /** Why the connection was lost. */
  lost: Error | null = null;
  /** More waits to go out than the high-water mark allows. */
  above = false;
  /** `writeEof` was called. */
  ended = false;
  /** The transport is being replaced. */
  upgrading = false;
  interruptUpgrade: (() => void) | null = null;
  sent = 0;
  /** Takes the stream off the scope that would close it, and off the books of debug mode. */
  onClosed: (() => void) | null = null;
  #unwritable: Error | null = null;
  #state = open;
  #limits: { readonly high: number; readonly low: number } | null = null;

  constructor(transport: Transport, options: StreamLinkOptions = {}) {
    const { limit, what = describe(transport), origin = nowhere } = options;
    this.origin = origin;
    this.what = what;
    this.transport = transport;
    this.reader = new StreamReader(limit === undefined ? { what } : { what, limit });
    this.reader.setSource(transport);
    this.writer = new StreamWriter(this);
    transport.attach(this);
  }

  /** This side has closed it, or it is lost. */
  get isClosing(): boolean {
    return this.#state !== open;
  }

  /** Nothing is left of it. */
  get isClosed(): boolean {
    return this.#state === closed;
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#state === open) this.reader.feedData(bytes);
  }

  onLent(memory: Uint8Array, count: number): number {
    return this.#state === open ? this.reader.lend(asBuffer(memory), count) : 0;
  }

  onEnd(): void {
    if (this.#state === open) this.reader.feedEof();
  }

  onDrain(): void {
    this.above = false;
    while (this.drains.serve(undefined));
  }

  onClose(error: Error | null): void {
    if (this.#state === closed) return;
    const before = this.#state;
    this.#state = closed;
    this.above = false;
    if (error !== null && before !== aborted) this.lost = lostError(error, this.what);
    const { lost } = this;
    if (lost !== null) this.#failReader(() => lost);
    else if (before === open) this.reader.feedEof();
    // It has gone by itself, without a word: who writes did not say that nothing more comes.
    if (lost === null && before === open && !this.ended) this.#unwritable = lostError(gone, this.what);
    const unwritable = lost ?? this.#unwritable;
    if (unwritable !== null) this.drains.failAll(unwritable);
    else if (before === aborted) this.#failDrains();
    else while (this.drains.serve(undefined));
    for (let wait = this.closes.take(); wait !== null; wait = this.closes.take())
      (wait as WaitClosed).end(lost);
    this.onClosed?.();
    this.onClosed = null;
  }

  /** Takes bytes over. Whether little waits to go out. */
  send(bytes: Buffer): boolean {
    this.sent += bytes.length;
    if (bytes.length > 0 && !this.transport.write(bytes)) this.above = true;
    return !this.above;
  }

  /** Throws where nothing can be written any more. */
  assertWritable(): void {
    if (this.lost !== null) throw this.lost;
    if (this.#unwritable !== null) throw this.#unwritable;
    if (this.#state !== open || this.ended || this.upgrading) throw this.closedError("write");
  }

  end(): void {
    if (this.ended || this.#state !== open) return;
    if (this.upgrading) throw this.closedError("write");
    this.ended = true;
    this.transport.end();
  }

  /** Sends what waits, then closes. Reads end at once. */
  close(): void {
    if (this.#state !== open) return;
    if (this.upgrading) {
      this.abort();
      return;
    }
    this.#state = closing;
    this.#failReader(this.#unreadable);
    this.transport.close();
  }

  abort(): void {
    if (this.#state === aborted || this.#state === closed) return;
    this.#state = aborted;
    this.above = false;
    this.#failReader(this.#unreadable);
    this.#failDrains();
    if (this.upgrading) this.interruptUpgrade?.();
    else this.transport.abort();
  }

  setLimits(high: number, low: number): void {
    this.#limits = { high, low };
    if (this.isClosing || this.upgrading) return;
    this.transport.setWriteLimits(this.#limits);
    if (!this.ended && this.transport.pendingBytes > high) this.above = true;
  }

  /** The transport is about to be used up: nobody reads from it or writes to it any more. Gives what came and was not read. */
  beginUpgrade(): readonly Buffer[] {
    this.upgrading = true;
    this.transport.pause();
    this.reader.setSource(null);
    return this.reader.takeUnread();
  }

  /** The transport is used up, and nothing has taken its place. */
  upgradeFailed(error: unknown): void {
    this.upgrading = false;
    this.interruptUpgrade = null;
    // It may not have come to the handshake.
    this.transport.abort();
    const own = this.#state === aborted || error instanceof CancelledError;
    if (own) {
      this.#state = aborted;
      this.#failReader(this.#unreadable);
    }
    this.onClose(own ? null : (error as Error));
  }

  /** Waits for the end, whatever it is. */
  closed(): Awaitable<void> {
    return new WaitEnd(this) as unknown as Awaitable<void>;
  }

  /** Another transport takes the place of the one that was used up. */
  replace(transport: Transport): void {
    this.transport = transport;
    this.upgrading = false;
    this.interruptUpgrade = null;
    if (this.#limits !== null) transport.setWriteLimits(this.#limits);
    if (this.#state === open) this.reader.setSource(transport);
    transport.attach(this);
    if (this.#state === aborted) transport.abort();
  }

  closedError(action: "read" | "write"): ConnectionClosedError {
    const way = action === "read" ? "read from" : "write to";
    if (this.upgrading && this.#state === open)
      return new ConnectionClosedError(`Cannot ${way} ${this.what}: TLS is being started on it`);
    if (action === "write" && this.ended && this.#state === open)
      return new ConnectionClosedError(`Cannot write to ${this.what}: writeEof() was called`);
    return new ConnectionClosedError(`Cannot ${way} ${this.what}: it is closed`);
  }

  /** What had come to its end stays readable. */
  #failReader(failure: () => Error): void {
    const { reader } = this;
    reader.setSource(null);
    if (!reader.ended && !reader.failed) reader.failWith(failure);
  }

  readonly #unreadable = (): Error => this.closedError("read");

  #failDrains(): void {
    if (this.drains.size > 0) this.drains.failAll(this.closedError("write"));
  }
}

function describe({ remoteAddress, localAddress }: Transport): string {
  if (remoteAddress !== null) return `the connection to ${placeText(remoteAddress)}`;
  return localAddress === null ? "a stream" : `a connection at ${placeText(localAddress)}`;
}
