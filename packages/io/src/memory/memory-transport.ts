// Two transports joined in memory: what one writes, the other is given, later and in order, as over a network without faults.
import type { Host, NetworkAddress, Transport, TransportHandlers } from "corio/lowlevel";

const defaultHigh = 64 * 1024;
const defaultLow = 16 * 1024;

/** Makes both ends. */
export function memoryTransports(host: Host): [Transport, Transport] {
  const left = new MemoryTransport(host);
  const right = new MemoryTransport(host);
  left.join(right);
  right.join(left);
  return [left, right];
}

class MemoryTransport implements Transport {
  readonly localAddress: NetworkAddress | null = null;
  readonly remoteAddress: NetworkAddress | null = null;
  readonly underlying: unknown = null;
  pendingBytes = 0;
  readonly #host: Host;
  #peer!: MemoryTransport;
  #handlers: TransportHandlers | null = null;
  /** Written, not yet delivered to the peer. */
  #outgoing: Uint8Array[] = [];
  #high: number = defaultHigh;
  #low: number = defaultLow;
  #above = false;
  #paused = false;
  /** No more is written; the peer is told after what waits. */
  #ending = false;
  /** The peer was told so. */
  #ended = false;
  /** Closes when all is delivered. */
  #closing = false;
  #closed = false;
  #error: Error | null = null;
  #scheduled = false;
  readonly #run = (): void => this.#deliver();

  constructor(host: Host) {
    this.#host = host;
  }

  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  attach(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#peer.#schedule();
    this.#schedule();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ending || this.#closed) return true;
    if (this.#peer.#closed) {
      this.#break(broken("EPIPE", "write"));
      return true;
    }
    // The writer may use its memory again once this has gone out, which here is long before it is read.
    this.#outgoing.push(new Uint8Array(bytes));
    this.pendingBytes += bytes.length;
    this.#schedule();
    if (this.pendingBytes > this.#high) this.#above = true;
    return !this.#above;
  }

  setWriteLimits(limits: { readonly low: number; readonly high: number }): void {
    this.#low = limits.low;
    this.#high = limits.high;
    if (this.pendingBytes > limits.high) this.#above = true;
  }

  end(): void {
    this.#ending = true;
    this.#schedule();
  }

  close(): void {
    this.#closing = this.#ending = true;
    this.#schedule();
  }

  abort(): void {
    if (this.#closed) return;
    this.#break(null);
    if (!this.#peer.#closed) this.#peer.#break(broken("ECONNRESET", "read"));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#peer.#schedule();
  }

  #break(error: Error | null): void {
    this.#error = error;
    this.#closed = true;
    this.#outgoing = [];
    this.pendingBytes = 0;
    this.#schedule();
    // What the peer has for us is lost, and it should know.
    this.#peer.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#host.queueMicrotask(this.#run);
  }

  /** Gives the peer what it takes, and ends what has come to its end. */
  #deliver(): void {
    this.#scheduled = false;
    const peer = this.#peer;
    const handlers = this.#handlers;
    if (this.#closed) {
      this.#handlers = null;
      handlers?.onClose(this.#error);
      return;
    }
    while (this.#outgoing.length > 0 && peer.#takes) {
      const bytes = this.#outgoing.shift()!;
      this.pendingBytes -= bytes.length;
      if (!peer.#closing) peer.#handlers!.onBytes(bytes);
    }
    if (peer.#closed && this.#outgoing.length > 0) {
      this.#break(broken("EPIPE", "write"));
      return;
    }
    if (this.#above && this.pendingBytes <= this.#low) {
      this.#above = false;
      handlers?.onDrain();
    }
    if (!this.#ending || this.#ended || this.#outgoing.length > 0) return;
    if (peer.#handlers === null && !peer.#closed) return;
    this.#ended = true;
    if (!peer.#closing) peer.#handlers?.onEnd();
    if (this.#closing || peer.#ended) this.#break(null);
    if (peer.#ended && !peer.#closed) peer.#break(null);
  }

  get #takes(): boolean {
    return this.#handlers !== null && !this.#paused && !this.#closed;
  }
}

function broken(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
