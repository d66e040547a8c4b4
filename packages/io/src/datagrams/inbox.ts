// What has come and was not taken: a bounded queue of datagrams, and of errors that the system tells in between.
import { QueuedWait, WaitQueue, type WaitTarget } from "corio/lowlevel";
import { DatagramClosedError } from "../errors.ts";
import type { Datagram } from "./datagram-endpoint.ts";

type Entry = Datagram | Error;

export class Inbox {
  /** Messages kept at most. */
  readonly size: number;
  readonly what: string;
  readonly receivers: WaitQueue<Datagram> = new WaitQueue();
  closed = false;
  #entries: Entry[] = [];
  #head = 0;

  constructor(size: number, what: string) {
    this.size = size;
    this.what = what;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** Hands an entry to who waits first, or keeps it. False when there is no room. */
  put(entry: Entry): boolean {
    const wait = this.receivers.take();
    if (wait !== null) {
      if (entry instanceof Error) wait.fail(entry);
      else wait.settle(entry);
      return true;
    }
    if (this.length >= this.size) return false;
    this.#entries.push(entry);
    return true;
  }

  /** The oldest entry; undefined when there is none. Throws it if it is an error. */
  take(): Datagram | undefined {
    if (this.length === 0) return undefined;
    const entry = this.#entries[this.#head]!;
    this.#entries[this.#head++] = undefined as never;
    if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    if (entry instanceof Error) throw entry;
    return entry;
  }

  /** Forgets all, and ends the waits. */
  close(): void {
    this.closed = true;
    this.#entries = [];
    this.#head = 0;
    for (let wait = this.receivers.take(); wait !== null; wait = this.receivers.take())
      (wait as Receive).end();
  }

  closedError(action: string): DatagramClosedError {
    return new DatagramClosedError(`Cannot ${action} on ${this.what}: it is closed`);
  }
}

/** A wait for the next datagram. */
export class Receive extends QueuedWait<Datagram> {
  protected readonly inbox: Inbox;

  constructor(inbox: Inbox) {
    super();
    this.inbox = inbox;
  }

  protected attempt(): boolean {
    if (this.inbox.closed) throw this.inbox.closedError("receive");
    const datagram = this.inbox.take();
    if (datagram === undefined) return false;
    this.value = datagram;
    return true;
  }

  protected line(): WaitQueue<Datagram> {
    return this.inbox.receivers;
  }

  /** The endpoint was closed. */
  end(): void {
    this.fail(this.inbox.closedError("receive"));
  }

  describe(): string {
    return `a datagram for ${this.inbox.what}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "datagram", object: this.inbox };
  }
}

type Item = IteratorResult<Datagram, undefined>;

/** A step of an iteration, which ends in order when the endpoint is closed. */
export class NextDatagram extends Receive {
  protected override attempt(): boolean {
    if (this.inbox.closed) {
      this.value = { done: true, value: undefined } satisfies Item;
      return true;
    }
    if (!super.attempt()) return false;
    this.value = { done: false, value: this.value as Datagram } satisfies Item;
    return true;
  }

  override settle(datagram: Datagram): boolean {
    return super.settle({ done: false, value: datagram } as unknown as Datagram);
  }

  override end(): void {
    super.settle({ done: true, value: undefined } as unknown as Datagram);
  }
}
