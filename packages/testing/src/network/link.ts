// One direction between two hosts: how long a packet takes, and whether it gets through.

import type { Agenda } from "./agenda.ts";
import type { Channel, Packet } from "./channel.ts";
import type { Transit } from "./options.ts";
import type { LinkState, World } from "./world.ts";

/** After how many milliseconds TCP sends a lost packet again; doubled each time. */
const FIRST_RETRANSMISSION = 200;
const MOST_RETRANSMISSIONS = 8;

export interface LinkRun {
  readonly agenda: Agenda;
  readonly world: World;
  readonly random: () => number;
}

export class Link {
  readonly from: string;
  readonly to: string;
  readonly #run: LinkRun;
  #settings: LinkState;
  /** Sent, and stopped. */
  #waiting: Packet[] = [];
  /** Until when the line is taken by bytes that were sent before. */
  #busyUntil = 0;

  constructor(from: string, to: string, run: LinkRun) {
    this.from = from;
    this.to = to;
    this.#run = run;
    this.#settings = run.world.link(from, to);
  }

  get settings(): LinkState {
    return this.#settings;
  }

  /** What is sent does not get through: as `hold`, for a while; otherwise it may be for ever. */
  get blocked(): "hold" | "partition" | null {
    const { hosts } = this.#run.world;
    const dead = hosts.get(this.from)?.down === true || hosts.get(this.to)?.down === true;
    return dead ? "partition" : this.#settings.blocked;
  }

  send(packet: Packet): void {
    const { agenda } = this.#run;
    const { blocked } = this;
    if (blocked !== null) packet.channel.stoppedAtLink(packet, blocked === "hold");
    else agenda.at(agenda.now() + this.#transit(packet), () => this.#arrive(packet));
  }

  #arrive(packet: Packet): void {
    if (packet.channel.closed) return;
    const { blocked } = this;
    if (blocked !== null) packet.channel.stoppedAtLink(packet, blocked === "hold");
    else packet.channel.arrived(packet);
  }

  /** Until the settings change. */
  keep(packet: Packet): void {
    this.#waiting.push(packet);
  }

  /** The settings have changed, or a host's: what was stopped may go on. */
  changed(): void {
    this.#settings = this.#run.world.link(this.from, this.to);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const packet of waiting) packet.waiter?.goesOn();
    for (const packet of waiting) {
      packet.stopped = false;
      this.send(packet);
    }
  }

  /** Drops what a channel has sent and was stopped. */
  forget(channel: Channel): void {
    if (this.#waiting.length > 0)
      this.#waiting = this.#waiting.filter((packet) => packet.channel !== channel);
  }

  /** Milliseconds that the packet takes. */
  #transit({ bytes }: Packet): number {
    const { latency, jitter, bandwidth, loss } = this.#settings;
    const { agenda, random } = this.#run;
    const now = agenda.now();
    let delay = 0;
    if (typeof latency === "number") delay = latency;
    else if (typeof latency === "function") {
      delay = ask(latency, { from: this.from, to: this.to, bytes, now, random });
    } else delay = latency[0] + random() * (latency[1] - latency[0]);
    if (jitter > 0) delay += random() * jitter;
    if (loss > 0) {
      let pause = FIRST_RETRANSMISSION;
      for (let i = 0; i < MOST_RETRANSMISSIONS && random() < loss; i++) {
        delay += pause;
        pause *= 2;
      }
    }
    if (bandwidth < Infinity) {
      this.#busyUntil = Math.max(this.#busyUntil, now) + (bytes / bandwidth) * 1000;
      delay += this.#busyUntil - now;
    }
    return delay;
  }
}

function ask(latency: (transit: Transit) => number, transit: Transit): number {
  const ms = latency(transit);
  if (ms >= 0 && ms < Infinity) return ms;
  throw new RangeError(
    `The latency from ${transit.from} to ${transit.to} came out as ${String(ms)}: it is milliseconds, zero or more`,
  );
}
