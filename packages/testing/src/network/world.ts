// What a simulated network consists of: hosts, names, addresses and links, as plain settings. What is changed in a run is changed in
// a copy, so that each run begins with the same world.

import { automatic, canonical, familyOf } from "./addresses.ts";
import type { LookupErrorCode } from "./node-errors.ts";
import { linkDefaults, said, type LinkOptions, type Settled } from "./options.ts";

/** On which host code runs that was put on none. */
export const DEFAULT_HOST = "localhost";

export interface HostSettings {
  readonly name: string;
  addresses: readonly string[];
  /** Crashed, and not booted again. */
  down: boolean;
  /** Its programs get nothing from the network. */
  frozen: boolean;
}

/** What a name is looked up to, and how. */
export interface NameOptions {
  /** Addresses, or names of hosts, in the order in which they are to be tried. */
  readonly addresses?: readonly string[] | undefined;
  /** Milliseconds that looking it up takes. */
  readonly delay?: number | undefined;
  /** How looking it up fails; null: it does not. */
  readonly error?: LookupErrorCode | null | undefined;
}

/** What becomes of connects to an address: refused at once, never answered, or told by a router that nobody is there. */
export type AddressFault = "refuse" | "black-hole" | "unreachable";

/** What becomes of connects to an address. */
export interface AddressOptions {
  readonly fault?: AddressFault | null | undefined;
  /** Milliseconds by which each connect is answered later. */
  readonly delay?: number | undefined;
}

export type Blocked = "partition" | "hold" | null;

/** One direction, as far as it was set. */
export interface LinkSettings extends Partial<Settled<LinkOptions>> {
  readonly blocked: Blocked;
}

/** One direction, with the defaults for what was not. */
export type LinkState = Settled<LinkOptions> & LinkSettings;

export class World {
  readonly hosts: Map<string, HostSettings> = new Map();
  readonly names: Map<string, NameOptions> = new Map();
  readonly addresses: Map<string, AddressOptions> = new Map();
  readonly #links = new Map<string, LinkSettings>();
  readonly #defaults: Partial<Settled<LinkOptions>>;

  constructor(defaults: LinkOptions) {
    this.#defaults = said(defaults);
  }

  copy(): World {
    const copy = new World(this.#defaults);
    for (const [name, host] of this.hosts) copy.hosts.set(name, { ...host });
    for (const [name, options] of this.names) copy.names.set(name, options);
    for (const [address, options] of this.addresses) copy.addresses.set(address, options);
    for (const [key, link] of this.#links) copy.#links.set(key, link);
    return copy;
  }

  /** Makes the host where there is none. */
  host(name: string, addresses?: readonly string[]): HostSettings {
    let host = this.hosts.get(name);
    if (host !== undefined && addresses === undefined) return host;
    const own = (addresses ?? [this.#freeAddress()]).map(canonical);
    for (const address of own) {
      if (familyOf(address) === null) {
        throw new TypeError(`Cannot give ${name} the address ${address}: it is no IP address`);
      }
      const owner = this.ownerOf(address);
      if (owner !== null && owner !== host) {
        throw new RangeError(`Cannot give ${name} the address ${address}: it is ${owner.name}'s`);
      }
    }
    if (host === undefined) {
      host = { name, addresses: own, down: false, frozen: false };
      this.hosts.set(name, host);
    } else host.addresses = own;
    return host;
  }

  #freeAddress(): string {
    let number = this.hosts.size + 1;
    while (this.ownerOf(automatic(number)) !== null) number++;
    return automatic(number);
  }

  existing(name: string): HostSettings {
    const host = this.hosts.get(name);
    if (host === undefined) throw new RangeError(`There is no host "${name}" on the simulated network`);
    return host;
  }

  ownerOf(address: string): HostSettings | null {
    for (const host of this.hosts.values()) if (host.addresses.includes(address)) return host;
    return null;
  }

  link(from: string, to: string): LinkState {
    const settings = this.#links.get(keyOf(from, to));
    return { ...linkDefaults, ...this.#defaults, blocked: null, ...settings };
  }

  setLink(from: string, to: string, changes: Partial<LinkSettings>): void {
    const key = keyOf(from, to);
    const before = this.#links.get(key) ?? { blocked: null };
    this.#links.set(key, { ...before, ...changes });
  }
}

function keyOf(from: string, to: string): string {
  return `${from}\n${to}`;
}
