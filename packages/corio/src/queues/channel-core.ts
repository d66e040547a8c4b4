// What the ends of a channel share: the items, who waits, and how many ends are open.

import { BrokenChannel, ClosedChannel, EndOfChannel } from "../errors.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { Ring } from "./ring.ts";

/** How a channel stands: the same from both of its ends. */
export interface ChannelStatistics {
  /** Items in the channel; one that was handed over does not count. */
  readonly size: number;
  readonly capacity: number;
  readonly openSenders: number;
  readonly openReceivers: number;
  readonly waitingSenders: number;
  readonly waitingReceivers: number;
}

/** An end, as far as the core asks. */
export interface ChannelEnd {
  readonly closed: boolean;
}

export class ChannelCore<T> {
  readonly capacity: number;
  openSenders = 0;
  openReceivers = 0;
  readonly senders: WaitQueue = new WaitQueue();
  readonly receivers: WaitQueue<T> = new WaitQueue<T>();
  readonly #items = new Ring<T>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Sends the item, or hands it over; false when it must wait. */
  trySend(end: ChannelEnd, item: T): boolean {
    if (end.closed) throw new ClosedChannel("Cannot send: this end of the channel is closed");
    if (this.openReceivers === 0) throw brokenChannel();
    if (this.receivers.serve(item)) return true;
    if (this.#items.size >= this.capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** Whether `take` has something to take. */
  receivable(end: ChannelEnd): boolean {
    if (end.closed) throw new ClosedChannel("Cannot receive: this end of the channel is closed");
    if (this.#items.size > 0 || this.senders.size > 0) return true;
    if (this.openSenders === 0) throw endOfChannel();
    return false;
  }

  /** Takes the oldest item, and lets the first sender put its own in. */
  take(): T {
    const sender = this.senders.take() as Send<T> | null;
    if (sender === null) return this.#items.shift();
    sender.settle();
    if (this.#items.size === 0) return sender.item;
    const item = this.#items.shift();
    this.#items.push(sender.item);
    return item;
  }

  closeSender(end: ChannelEnd): void {
    this.openSenders--;
    failThose(this.senders, end);
    if (this.openSenders === 0 && this.receivers.size > 0) this.receivers.failAll(endOfChannel());
  }

  closeReceiver(end: ChannelEnd): void {
    this.openReceivers--;
    failThose(this.receivers, end);
    if (this.openReceivers > 0) return;
    this.#items.clear();
    if (this.senders.size > 0) this.senders.failAll(brokenChannel());
  }

  statistics(): ChannelStatistics {
    return {
      size: this.#items.size,
      capacity: this.capacity,
      openSenders: this.openSenders,
      openReceivers: this.openReceivers,
      waitingSenders: this.senders.size,
      waitingReceivers: this.receivers.size,
    };
  }
}

function endOfChannel(): EndOfChannel {
  return new EndOfChannel("All send ends of the channel are closed, and nothing is left in it");
}

export function isEndOfChannel(error: unknown): boolean {
  return error instanceof EndOfChannel;
}

function brokenChannel(): BrokenChannel {
  return new BrokenChannel("All receive ends of the channel are closed");
}

/** Fails the waits of one end, which was closed. */
function failThose<V>(line: WaitQueue<V>, end: ChannelEnd): void {
  let wait = line.peek() as (QueuedWait<V> & { end: ChannelEnd }) | null;
  while (wait !== null) {
    const next = wait.after as typeof wait;
    if (wait.end === end) {
      line.remove(wait);
      wait.fail(new ClosedChannel("This end of the channel was closed"));
    }
    wait = next;
  }
}

export class Send<T> extends QueuedWait<void> {
  readonly item: T;
  readonly end: ChannelEnd;
  readonly #core: ChannelCore<T>;

  constructor(core: ChannelCore<T>, end: ChannelEnd, item: T) {
    super();
    this.#core = core;
    this.end = end;
    this.item = item;
  }

  protected attempt(): boolean {
    return this.#core.trySend(this.end, this.item);
  }

  protected line(): WaitQueue {
    return this.#core.senders;
  }

  describe(): string {
    return `room in a channel of capacity ${this.#core.capacity}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "channel", object: this.#core, state: { ...this.#core.statistics() } };
  }
}

export class Receive<T> extends QueuedWait<T> {
  readonly end: ChannelEnd;
  readonly #core: ChannelCore<T>;

  constructor(core: ChannelCore<T>, end: ChannelEnd) {
    super();
    this.#core = core;
    this.end = end;
  }

  protected attempt(): boolean {
    if (!this.#core.receivable(this.end)) return false;
    this.value = this.#core.take();
    return true;
  }

  protected line(): WaitQueue<T> {
    return this.#core.receivers;
  }

  describe(): string {
    return "an item of a channel";
  }

  waitsFor(): WaitTarget {
    return { kind: "channel", object: this.#core, state: { ...this.#core.statistics() } };
  }
}
