// A Transport over a socket of node's: TCP, Unix, TLS, and the pipes of child processes.
import type { Socket } from "node:net";
import { realHost, type NetworkAddress, type Transport, type TransportHandlers } from "corio/lowlevel";
import { DirectReads } from "./direct-reads.ts";
import { atEndOfTurn, hostTurn } from "./host-turn.ts";
import { shortWaits } from "./short-waits.ts";
import { isReset, resetError } from "./reset-end.ts";

export interface SocketFacts {
  readonly local?: NetworkAddress | null;
  readonly remote?: NetworkAddress | null;
  /** What is below, whose connection it is, and which can reset it: TCP below TLS. */
  readonly lower?: Resettable | undefined;
  /** To read past the stream of the socket, where that can be: nobody else listens to it, and it stops when it is told to pause, which TLS does not. */
  readonly direct?: boolean | undefined;
  /**
   * Whether it is TCP, below TLS or not. Default: whether it is a plain socket with an address of the network, which one that was reset before
   * anybody looked has not.
   */
  readonly tcp?: boolean | undefined;
  /** Closes both directions when what waits has gone out, where the socket alone would do it wrong. */
  readonly close?: (() => void) | undefined;
}

/** asyncio's, which are node's too. */
const defaultHigh = 64 * 1024;
const defaultLow = 16 * 1024;

const nothing = new Uint8Array(0);

/** Bytes: larger writes never wait for others to go out together with. */
const small = 4096;

/** Makes a transport of a connected socket. From then on it is the transport's: nobody else may listen to it, or end it. */
export function socketTransport(socket: Socket, facts: SocketFacts = {}): Transport {
  return new SocketTransport(socket, facts);
}

/**
 * Takes the socket out of a transport, which falls silent: no handler is called any more. `early` is what nobody had taken yet.
 * null when the transport is not one of node's sockets.
 */
export function releaseSocket(transport: Transport): { socket: Socket; early: readonly Uint8Array[] } | null {
  return transport instanceof SocketTransport ? transport.release() : null;
}

class SocketTransport implements Transport {
  readonly localAddress: NetworkAddress | null;
  readonly remoteAddress: NetworkAddress | null;
  readonly #socket: Socket;
  readonly #lower: Resettable | undefined;
  readonly #direct: boolean;
  readonly #tcp: boolean;
  readonly #closeSocket: (() => void) | undefined;
  #handlers: TransportHandlers | null = null;
  #reads: DirectReads | null = null;
  #error: Error | null = null;
  #closed = false;
  /** Told to close: what still comes is nobody's. */
  #closing = false;
  #ended = false;
  /** `write` has said that it is much. */
  #above = false;
  /** The turn in which something small was written last. */
  #turn = -1;
  /** Small writes wait for the end of the turn. */
  #gathers = false;
  #high: number = defaultHigh;
  #low: number = defaultLow;

  constructor(socket: Socket, facts: SocketFacts) {
    this.#socket = socket;
    this.#lower = facts.lower;
    this.#direct = facts.direct === true;
    this.#closeSocket = facts.close;
    this.localAddress = facts.local ?? address(socket.localAddress, socket.localPort, socket.localFamily);
    this.remoteAddress =
      facts.remote ?? address(socket.remoteAddress, socket.remotePort, socket.remoteFamily);
    const { remoteAddress } = this;
    this.#tcp = facts.tcp ?? (remoteAddress !== null && "port" in remoteAddress && !("encrypted" in socket));
    // From here on an error never reaches the process: it is told with the close that follows it.
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  get underlying(): unknown {
    return this.#socket;
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  attach(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    const socket = this.#socket;
    if (this.#closed || socket.closed) {
      // Lost before anybody looked.
      realHost.queueMicrotask(() => handlers.onClose(this.#error));
      return;
    }
    socket.on("end", this.#onEnd);
    if (this.#direct)
      this.#reads = DirectReads.begin(socket, { onLent: this.#onLent, onBytes: this.#onData });
    if (this.#reads === null) socket.on("data", this.#onData);
    // The end may come before anybody looks: with the last bytes of a handshake, for one.
    if (socket.readableEnded) realHost.queueMicrotask(this.#onEnd);
    socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (this.#closing || this.#ended || socket.destroyed) return true;
    if (bytes.length > small) this.#letOut();
    else this.#gather();
    // Only a write that may be much asks to be told of its end: node then spends a tick on it.
    if (!this.#above && socket.writableLength + bytes.length <= this.#high) {
      socket.write(bytes);
      return true;
    }
    this.#letOut();
    socket.write(bytes, this.#onWritten);
    if (!this.#above && socket.writableLength > this.#high) this.#above = true;
    return !this.#above;
  }

  /** The first small write of a turn goes at once; those behind it wait for the end of the turn, and go together. */
  #gather(): void {
    if (this.#gathers) return;
    const turn = hostTurn();
    if (this.#turn !== turn) {
      this.#turn = turn;
      if (this.#reads !== null) shortWaits.sent();
      return;
    }
    this.#gathers = true;
    this.#socket.cork();
    atEndOfTurn(this.#letOut);
  }

  setWriteLimits(limits: { readonly low: number; readonly high: number }): void {
    this.#low = limits.low;
    this.#high = limits.high;
    const socket = this.#socket;
    if (this.#above || socket.writableLength <= limits.high || this.#ended || socket.destroyed) return;
    this.#above = true;
    // What waits did not ask to be told: an empty write behind it does.
    socket.write(nothing, this.#onWritten);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.end();
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#ended = true;
    if (this.#closeSocket !== undefined) {
      this.#closeSocket();
      return;
    }
    this.#socket.pause();
    this.#socket.destroySoon();
  }

  abort(): void {
    this.#closing = true;
    this.#ended = true;
    const socket = this.#socket;
    // A reset without a FIN before it, which `resetAndDestroy` would send; once the shutdown has begun the system takes none.
    const shuttingDown = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished;
    if (!socket.destroyed && !shuttingDown && this.#isTcp)
      (this.#lower ?? (socket as Resettable)).resetAndClosing = true;
    socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#closing) this.#socket.resume();
  }

  release(): { socket: Socket; early: readonly Uint8Array[] } {
    const socket = this.#socket;
    this.#letOut();
    this.#closing = true;
    this.#handlers = null;
    this.#reads?.end();
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    socket.off("error", this.#onError);
    socket.pause();
    return { socket, early: [] };
  }

  get #isTcp(): boolean {
    return this.#lower !== undefined || this.#tcp;
  }

  readonly #onData = (bytes: Buffer): void => {
    if (!this.#closing) this.#handlers!.onBytes(bytes);
  };

  readonly #onLent = (memory: Buffer, count: number): number =>
    this.#closing ? count : (this.#handlers!.onLent?.(memory, count) ?? 0);

  readonly #onEnd = (): void => {
    const socket = this.#socket;
    if (this.#closing || socket.destroyed) return;
    if (!this.#ended && this.#tcp && isReset(socket)) socket.destroy(resetError());
    else this.#handlers!.onEnd();
  };

  readonly #letOut = (): void => {
    if (!this.#gathers) return;
    this.#gathers = false;
    this.#socket.uncork();
  };

  readonly #onWritten = (error?: Error | null): void => {
    // A write that has failed is told with the close.
    if (error !== undefined && error !== null) return;
    if (!this.#above || this.#socket.writableLength > this.#low) return;
    this.#above = false;
    this.#handlers?.onDrain();
  };

  readonly #onError = (error: Error): void => {
    this.#error ??= error;
    // TLS tells of a damaged record, or of a late alert, and would then end as if in order.
    if (!this.#socket.destroyed) this.#socket.destroy(error);
  };

  readonly #onClose = (): void => {
    this.#closed = true;
    this.#handlers?.onClose(this.#error);
  };
}

/** What node's `resetAndDestroy` sets. */
export interface Resettable {
  resetAndClosing?: boolean;
}

function address(
  host: string | undefined,
  port: number | undefined,
  family: string | undefined,
): NetworkAddress | null {
  if (host === undefined || port === undefined) return null;
  return { host, port, family: family === "IPv6" ? 6 : 4 };
}
