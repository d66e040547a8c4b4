// What one end of a connection sends: it waits while too much is under way or unread.

import type { Channel } from "./channel.ts";

/** The other end. */
export interface Receiver {
  arrives(bytes: Uint8Array): void;
  endArrives(): void;
}

export class Outflow {
  /** Bytes that wait to go out. */
  pendingBytes = 0;
  /** Whether all is sent, and no more will be. */
  ended = false;
  readonly #channel: Channel;
  readonly #receiver: Receiver;
  readonly #onDrain: () => void;
  readonly #pending: Uint8Array[] = [];
  /** Sent, and not yet taken by the other end's program. */
  #outstanding = 0;
  /** Once it is full, only word from the other end opens it again. */
  #window: "open" | "full" | "opening" = "open";
  /** What to do when all is sent; null while more may be written. */
  #atEnd: (() => void) | null = null;
  #low = 16_384;
  #high = 65_536;
  #tellsDrain = false;

  /** `onDrain` is called once each time when little waits again after much had. */
  constructor(channel: Channel, receiver: Receiver, onDrain: () => void) {
    this.#channel = channel;
    this.#receiver = receiver;
    this.#onDrain = onDrain;
  }

  setLimits(low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    if (this.pendingBytes > high) this.#tellsDrain = true;
    this.#checkDrain();
  }

  /** False when much waits now. */
  write(bytes: Uint8Array): boolean {
    if (this.#atEnd !== null) return true;
    if (bytes.length > 0) {
      // The writer may use its memory again once this has gone out, which is before it arrives.
      this.#pending.push(new Uint8Array(bytes));
      this.pendingBytes += bytes.length;
      this.#pump();
    }
    if (this.pendingBytes <= this.#high) return true;
    this.#tellsDrain = true;
    return false;
  }

  /** Sends the end behind what waits. */
  end(): void {
    this.flush(() => this.#channel.send(0, () => this.#receiver.endArrives()));
  }

  /** Takes no more, and calls the function once, when all that waits is sent. */
  flush(then: () => void): void {
    if (this.ended) return;
    this.#atEnd = then;
    this.#pump();
  }

  /** The other end's program took so many bytes; `back` is the way on which word of it comes. */
  taken(bytes: number, back: Channel): void {
    this.#outstanding -= bytes;
    if (this.#window !== "full") return;
    this.#window = "opening";
    const opened = (): void => {
      this.#window = "open";
      this.#pump();
      this.#checkDrain();
    };
    back.send(0, opened, this.#channel);
  }

  #pump(): void {
    const { window } = this.#channel.link.settings;
    while (this.pendingBytes > 0) {
      if (this.#window === "open" && this.#outstanding >= window) this.#window = "full";
      if (this.#window !== "open") return;
      const chunk = this.#takeAtMost(window - this.#outstanding);
      this.#outstanding += chunk.length;
      this.#channel.send(chunk.length, () => this.#receiver.arrives(chunk));
    }
    if (this.#atEnd === null || this.ended) return;
    this.ended = true;
    this.#atEnd();
  }

  #takeAtMost(most: number): Uint8Array {
    const first = this.#pending[0]!;
    if (first.length <= most) {
      this.#pending.shift();
      this.pendingBytes -= first.length;
      return first;
    }
    this.#pending[0] = first.subarray(most);
    this.pendingBytes -= most;
    return first.subarray(0, most);
  }

  #checkDrain(): void {
    if (!this.#tellsDrain || this.pendingBytes > this.#low) return;
    this.#tellsDrain = false;
    this.#onDrain();
  }

  /** What waits is lost. */
  clear(): void {
    this.#pending.length = 0;
    this.pendingBytes = 0;
    this.ended = true;
    this.#atEnd = () => {};
    this.#tellsDrain = false;
  }
}
