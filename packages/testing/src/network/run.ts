// What a simulated network is in one run: its clock, its chance, its links, and everything that is open.

import type { Host } from "corio/lowlevel";
import { NETWORK_STREAM, seededRandom } from "../seeded-random.ts";
import { Agenda } from "./agenda.ts";
import { Channel, type ChannelOwner } from "./channel.ts";
import type { SimulatedConnection } from "./connection.ts";
import { EventLog } from "./event-log.ts";
import { Link } from "./link.ts";
import type { SimulatedListener } from "./listener.ts";
import { Ports } from "./ports.ts";
import type { World } from "./world.ts";

export interface RunSettings {
  readonly host: Host;
  readonly seed: number;
  readonly connectTimeout: number;
  readonly retransmissionTimeout: number;
  readonly lookupDelay: number;
  readonly eventLimit: number;
  /** Takes what was thrown where nobody else could. */
  readonly fail: (error: unknown) => void;
}

export interface Counters {
  begun: number;
  accepted: number;
  failed: number;
  reset: number;
  timedOut: number;
  bytes: number;
  stopped: number;
  dropped: number;
}

export class NetworkRun {
  readonly world: World;
  readonly settings: RunSettings;
  readonly agenda: Agenda;
  readonly random: () => number;
  readonly log: EventLog;
  readonly counters: Counters = {
    begun: 0,
    accepted: 0,
    failed: 0,
    reset: 0,
    timedOut: 0,
    bytes: 0,
    stopped: 0,
    dropped: 0,
  };
  readonly connections: Set<SimulatedConnection> = new Set();
  readonly listeners: Set<SimulatedListener> = new Set();
  readonly #links = new Map<string, Link>();
  readonly #ports = new Map<string, Ports>();
  /** What frozen hosts will be told. */
  readonly #untold: { readonly host: string; readonly tell: () => void }[] = [];

  constructor(world: World, settings: RunSettings) {
    this.world = world;
    this.settings = settings;
    this.agenda = new Agenda(settings.host, settings.fail);
    this.random = seededRandom(settings.seed, NETWORK_STREAM);
    this.log = new EventLog(() => settings.host.now(), settings.eventLimit);
  }

  link(from: string, to: string): Link {
    const key = `${from}\n${to}`;
    let link = this.#links.get(key);
    if (link === undefined) this.#links.set(key, (link = new Link(from, to, this)));
    return link;
  }

  channel(from: string, to: string, owner: ChannelOwner): Channel {
    const { agenda } = this;
    const { retransmissionTimeout } = this.settings;
    return new Channel(this.link(from, to), { agenda, retransmissionTimeout }, owner);
  }

  portsOf(host: string): Ports {
    let ports = this.#ports.get(host);
    if (ports === undefined) this.#ports.set(host, (ports = new Ports()));
    return ports;
  }

  /** Links, or hosts, have other settings now: what was stopped may go on. */
  changed(): void {
    for (const link of this.#links.values()) link.changed();
  }

  isFrozen(host: string): boolean {
    return this.world.hosts.get(host)?.frozen === true;
  }

  /** Tells something to a program, or keeps it until its host goes on. */
  whenThawed(host: string, tell: () => void): void {
    if (this.isFrozen(host)) this.#untold.push({ host, tell });
    else tell();
  }

  thawed(host: string): void {
    for (const { clientEnd, serverEnd } of this.connections) {
      for (const end of [clientEnd, serverEnd]) if (end.place.host === host) end.wake();
    }
    const now = this.#untold.filter((entry) => entry.host === host);
    this.#untold.splice(0, Infinity, ...this.#untold.filter((entry) => entry.host !== host));
    for (const { tell } of now) this.agenda.soon(() => this.whenThawed(host, tell));
  }

  crashed(host: string): void {
    for (const listener of this.portsOf(host).crash()) listener.vanish();
    for (const { clientEnd, serverEnd } of this.connections) {
      for (const end of [clientEnd, serverEnd]) if (end.place.host === host) end.fail("ENETDOWN");
    }
  }

  /** What programs have opened and not closed, in words. */
  open(): string[] {
    const left = [...this.listeners].map((listener) => `a listener at ${listener.name}`);
    for (const connection of this.connections) {
      for (const [end, side] of [
        [connection.clientEnd, "client"],
        [connection.serverEnd, "server"],
      ] as const) {
        if (end.owned && !end.closed) left.push(`the ${side}'s end of connection ${connection.toString()}`);
      }
    }
    return left;
  }
}
