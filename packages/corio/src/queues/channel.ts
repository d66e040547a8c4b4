// Channels: a queue with two kinds of ends, each handed to whom it concerns, so that the end of the items is known.

import { ClosedChannel, WouldBlock } from "../errors.ts";
import type { Awaitable } from "../kernel/awaitable.ts";
import { ChannelCore, isEndOfChannel, Receive, Send, type ChannelStatistics } from "./channel-core.ts";
import { itemsOf } from "./item-iterator.ts";

/** The end of a channel that items go into. It is open until closed; a clone is closed by itself. */
export class SendChannel<T> implements Disposable {
  readonly #core: ChannelCore<T>;
  #closed = false;

  /** @internal */
  constructor(core: ChannelCore<T>) {
    this.#core = core;
    core.openSenders++;
  }

  /**
   * Sends an item, waiting until it has room or a receiver. Cancelled before that, it has not sent it. A cancel point.
   * BrokenChannel when all receive ends are closed, ClosedChannel when this end is, also if it happens meanwhile.
   */
  send(item: T): Awaitable<void> {
    return new Send(this.#core, this, item);
  }

  /** Sends an item, or throws WouldBlock. Never waits. Errors as for `send`. */
  sendNowait(item: T): void {
    if (!this.#core.trySend(this, item))
      throw new WouldBlock("The channel has no room, and nobody waits for an item");
  }

  /** Another send end of the same channel. ClosedChannel when this one is closed. */
  clone(): SendChannel<T> {
    if (this.#closed) throw new ClosedChannel("Cannot clone the send end: it is closed");
    return new SendChannel(this.#core);
  }

  /**
   * Closes this end; a second time does nothing. What waits in its `send` gets ClosedChannel. When it was the last one, receivers
   * get what is left, then EndOfChannel.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#core.closeSender(this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  statistics(): ChannelStatistics {
    return this.#core.statistics();
  }
}

/** The end of a channel that items come out of. It is open until closed; a clone is closed by itself, and shares the items. */
export class ReceiveChannel<T> implements Disposable {
  readonly #core: ChannelCore<T>;
  #closed = false;

  /** @internal */
  constructor(core: ChannelCore<T>) {
    this.#core = core;
    core.openReceivers++;
  }

  /**
   * Takes the oldest item, waiting for one. An item that was handed over is not lost by a cancellation. A cancel point.
   * EndOfChannel when all send ends are closed and nothing is left, ClosedChannel when this end is closed, also meanwhile.
   */
  receive(): Awaitable<T> {
    return new Receive(this.#core, this);
  }

  /** Takes an item, or throws WouldBlock. Never waits. Errors as for `receive`. */
  receiveNowait(): T {
    if (!this.#core.receivable(this)) throw new WouldBlock("The channel is empty, and nobody waits to send");
    return this.#core.take();
  }

  /** Another receive end of the same channel. ClosedChannel when this one is closed. */
  clone(): ReceiveChannel<T> {
    if (this.#closed) throw new ClosedChannel("Cannot clone the receive end: it is closed");
    return new ReceiveChannel(this.#core);
  }

  /**
   * Closes this end; a second time does nothing. What waits in its `receive` gets ClosedChannel. When it was the last one, senders
   * get BrokenChannel, and what is left in the channel is dropped.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#core.closeReceiver(this);
  }

  get closed(): boolean {
    return this.#closed;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Takes items until all send ends are closed and nothing is left. It does not close this end. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return itemsOf(() => this.receive(), isEndOfChannel);
  }

  statistics(): ChannelStatistics {
    return this.#core.statistics();
  }
}

/**
 * Makes a channel: its send end and its receive end. Items come out first in, first out, each once; senders and receivers are
 * served in order, and no newcomer overtakes.
 * @param capacity how many items may wait in the channel; 0 hands each from sender to receiver; Infinity for no bound
 */
export function channel<T>(capacity: number): [send: SendChannel<T>, receive: ReceiveChannel<T>] {
  if (capacity !== Infinity && !(Number.isInteger(capacity) && capacity >= 0)) {
    throw new RangeError(
      `Cannot make a channel of capacity ${capacity}: it takes a whole number, zero or more, or Infinity`,
    );
  }
  const core = new ChannelCore<T>(capacity);
  return [new SendChannel(core), new ReceiveChannel(core)];
}
