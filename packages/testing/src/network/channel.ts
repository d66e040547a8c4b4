// One direction of one connection: packets arrive in the order in which they were sent, however long each one takes.

import type { Agenda, Planned } from "./agenda.ts";
import type { Link } from "./link.ts";

/** Something on its way: bytes, the end of them, a request to connect, an answer. */
export interface Packet {
  readonly channel: Channel;
  readonly bytes: number;
  /** Whose sender gives up when it does not get through; null: it is sent once, and nobody will know. */
  readonly waiter: Channel | null;
  /** Whether it stands before a link that lets nothing through. */
  stopped: boolean;
  /** Whether it has come to the other end, and only waits for what was sent before. */
  here: boolean;
  arrive(): void;
}

export interface ChannelOwner {
  /** What was sent has not got through for too long. */
  timedOut(): void;
  /** A packet was stopped on its way, or lost for good. */
  notes(type: "stop" | "drop", bytes: number): void;
}

export class Channel {
  /** What is still under way is forgotten, and no more is taken. */
  closed = false;
  readonly link: Link;
  readonly #run: { readonly agenda: Agenda; readonly retransmissionTimeout: number };
  readonly #owner: ChannelOwner;
  #queue: Packet[] = [];
  #blackHole = false;
  #stalled: Planned | null = null;

  constructor(
    link: Link,
    run: { readonly agenda: Agenda; readonly retransmissionTimeout: number },
    owner: ChannelOwner,
  ) {
    this.link = link;
    this.#run = run;
    this.#owner = owner;
  }

  /**
   * Sends something of so many bytes; `arrive` is called when it and all before it have come. `waiter`: the channel whose sender
   * waits for it, if it is not this one.
   */
  send(bytes: number, arrive: () => void, waiter: Channel = this): void {
    this.#send({ channel: this, bytes, waiter, stopped: false, here: false, arrive });
  }

  /** Sends the last thing ever, once. What was stopped on its way before is lost: nobody sends it again. */
  sendLast(arrive: () => void): void {
    this.givesUp();
    this.#send({ channel: this, bytes: 0, waiter: null, stopped: false, here: false, arrive });
  }

  /** The sender sends nothing again: what was stopped on its way is lost. */
  givesUp(): void {
    this.goesOn();
    this.link.forget(this);
    this.#queue = this.#queue.filter((packet) => !packet.stopped);
  }

  #send(packet: Packet): void {
    if (this.closed) return;
    this.#queue.push(packet);
    if (this.#blackHole) this.#lose(packet);
    else this.link.send(packet);
  }

  /** From now on, nothing arrives, and the sender does not know. `unsent`: it has more to send. */
  blackHole(unsent: boolean): void {
    if (this.closed || this.#blackHole) return;
    this.#blackHole = true;
    this.link.forget(this);
    for (const packet of this.#queue) this.#lose(packet);
    if (unsent) this.stall();
  }

  #lose(packet: Packet): void {
    this.#owner.notes("drop", packet.bytes);
    packet.waiter?.stall();
  }

  /** The link lets nothing through. `held`: for a while only, which nobody takes for a failure. */
  stoppedAtLink(packet: Packet, held: boolean): void {
    if (packet.waiter === null && !held) {
      this.#queue = this.#queue.filter((other) => other !== packet);
      this.#owner.notes("drop", 0);
      return;
    }
    packet.stopped = true;
    this.#owner.notes("stop", packet.bytes);
    this.link.keep(packet);
    if (!held) packet.waiter?.stall();
  }

  /** What was sent does not get through: the sender gives up when that lasts. */
  stall(): void {
    if (this.closed) return;
    const { agenda, retransmissionTimeout } = this.#run;
    this.#stalled ??= agenda.at(agenda.now() + retransmissionTimeout, () => {
      this.#stalled = null;
      this.#owner.timedOut();
    });
  }

  /** What was stopped is sent again. */
  goesOn(): void {
    this.#run.agenda.cancel(this.#stalled);
    this.#stalled = null;
  }

  arrived(packet: Packet): void {
    if (this.#blackHole) return;
    packet.here = true;
    while (this.#queue[0]?.here === true && !this.closed) this.#queue.shift()!.arrive();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.goesOn();
    this.link.forget(this);
    this.#queue = [];
  }
}
