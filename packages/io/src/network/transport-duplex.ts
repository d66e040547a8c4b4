// A Transport as a stream of node's: for what speaks only to those, TLS over something that is no socket.
import { Duplex } from "node:stream";
import type { Transport } from "corio/lowlevel";

export class TransportDuplex extends Duplex {
  /** Whether destroying it is to reset the connection, as with a socket of node's. */
  resetAndClosing: boolean = false;
  readonly #transport: Transport;
  #drained: (() => void) | null = null;
  #closed = false;
  #final = false;

  /** Takes the transport over. `early` was delivered before, and comes first. */
  constructor(transport: Transport, early: readonly Uint8Array[]) {
    super({ allowHalfOpen: true, autoDestroy: true });
    this.#transport = transport;
    for (const bytes of early) this.push(bytes);
    transport.attach({
      onBytes: (bytes) => {
        if (!this.destroyed && !this.push(bytes)) transport.pause();
      },
      onEnd: () => void this.push(null),
      onDrain: () => {
        const drained = this.#drained;
        this.#drained = null;
        drained?.();
      },
      onClose: (error) => {
        this.#closed = true;
        this.destroy(error ?? undefined);
      },
    });
    transport.resume();
  }

  override _read(): void {
    this.#transport.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    // Copied: the stream's owner may use its memory again.
    if (this.#transport.write(Buffer.from(bytes))) done();
    else this.#drained = done;
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#final = true;
    this.#transport.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#closed) {
      // What was written before an end goes out.
      if (this.#final && !this.resetAndClosing && error === null) this.#transport.close();
      else this.#transport.abort();
    }
    this.#drained?.();
    this.#drained = null;
    done(error);
  }
}
