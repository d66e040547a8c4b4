// A simulated connection under TLS: the bytes go in records over the connection that it took over.

import type { NetworkAddress, TransportHandlers } from "corio/lowlevel";
import type { SimulatedConnection } from "../connection.ts";
import type { Replaceable } from "../endpoint.ts";
import { ALERT, DATA, encode, type RecordReader, type TlsRecord } from "./records.ts";
import { alertError, CLOSE_NOTIFY, sslError } from "./ssl-error.ts";
import type { SimulatedTls } from "./tls-end.ts";

export class TlsTransport implements Replaceable, TransportHandlers {
  readonly underlying: SimulatedTls;
  readonly #inner: Replaceable;
  readonly #records: RecordReader;
  #handlers: TransportHandlers | null = null;
  #paused = false;
  #ending = false;
  #innerEnded = false;
  #endTold = false;
  /** Why it was broken here. */
  #broken: Error | null = null;
  #lastWord: { readonly error: Error | null } | null = null;
  #closed = false;

  constructor(inner: Replaceable, records: RecordReader, underlying: SimulatedTls) {
    this.#inner = inner;
    this.#records = records;
    this.underlying = underlying;
    inner.takeOver(this);
    // Until somebody takes what comes.
    inner.pause();
  }

  get connection(): SimulatedConnection {
    return this.#inner.connection;
  }

  get localName(): string {
    return this.#inner.localName;
  }

  get localAddress(): NetworkAddress | null {
    return this.#inner.localAddress;
  }

  get remoteAddress(): NetworkAddress | null {
    return this.#inner.remoteAddress;
  }

  get pendingBytes(): number {
    return this.#inner.pendingBytes;
  }

  attach(handlers: TransportHandlers): void {
    if (this.#handlers === null) this.takeOver(handlers);
  }

  takeOver(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#paused = true;
    this.resume();
    if (this.#lastWord !== null) this.soon(() => this.#tellClosed());
  }

  soon(what: () => void): void {
    this.#inner.soon(what);
  }

  linger(): void {
    this.end();
    this.#inner.linger();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ending || this.#closed || bytes.length === 0) return true;
    return this.#inner.write(encode(DATA, bytes));
  }

  setWriteLimits(limits: { readonly low: number; readonly high: number }): void {
    this.#inner.setWriteLimits(limits);
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#inner.write(encode(ALERT, Buffer.of(1, CLOSE_NOTIFY)));
    this.#inner.end();
  }

  close(): void {
    if (!this.#ending) this.#inner.write(encode(ALERT, Buffer.of(1, CLOSE_NOTIFY)));
    this.#ending = true;
    this.#inner.close();
  }

  abort(): void {
    this.#ending = true;
    this.#inner.abort();
  }

  pause(): void {
    this.#paused = true;
    this.#inner.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#inner.resume();
    this.soon(() => this.#give());
  }

  onBytes(bytes: Uint8Array): void {
    this.#records.push(bytes);
    this.#give();
  }

  onEnd(): void {
    this.#innerEnded = true;
    this.#give();
  }

  onDrain(): void {
    this.#handlers?.onDrain();
  }

  onClose(error: Error | null): void {
    this.#closed = true;
    this.#lastWord = { error: this.#broken ?? error };
    if (this.#handlers !== null) this.#tellClosed();
  }

  #give(): void {
    while (this.#handlers !== null && !this.#paused && !this.#closed) {
      const record = this.#next();
      if (record === null) break;
      const { type, payload } = record;
      if (type === DATA) {
        if (payload.length > 0) this.#handlers.onBytes(payload);
      } else if (type === ALERT && payload[1] === CLOSE_NOTIFY) this.#tellEnd();
      else this.#break(type === ALERT ? alertError(payload[1] ?? 0) : sslError("unexpected message"));
    }
    // Where the other end forgot to say so.
    if (this.#innerEnded && !this.#paused && !this.#closed && this.#broken === null) this.#tellEnd();
  }

  #next(): TlsRecord | null {
    if (this.#broken !== null) return null;
    try {
      return this.#records.next();
    } catch (error) {
      this.#break(error as Error);
      return null;
    }
  }

  #break(error: Error): void {
    this.#broken = error;
    this.abort();
  }

  #tellEnd(): void {
    if (this.#endTold || this.#handlers === null) return;
    this.#endTold = true;
    this.#handlers.onEnd();
  }

  #tellClosed(): void {
    const word = this.#lastWord;
    this.#lastWord = null;
    if (word !== null) this.#handlers!.onClose(word.error);
  }
}
