// The simulated network: where a program's connections go when it runs in a simulation, and how a test makes them fail.

import { copyContext, currentScope, InvalidStateError, type Scope } from "corio";
import {
  type ConnectRequest,
  type Host,
  type ListenRequest,
  loopOf,
  type NetworkDone,
  type NetworkListener,
  type ResolvedAddress,
  type Transport,
} from "corio/lowlevel";
import type { RunNetwork } from "../run-network.ts";
import { canonical, familyOf } from "./addresses.ts";
import { type Caller, connect } from "./connect.ts";
import type { SimulatedConnection } from "./connection.ts";
import type { NetworkEvent } from "./event-log.ts";
import { hostHere } from "./here.ts";
import { listen } from "./listen.ts";
import { lookup } from "./lookup.ts";
import { isLookupErrorCode } from "./node-errors.ts";
import {
  checkLink,
  checkNetwork,
  type LinkOptions,
  networkDefaults,
  said,
  type SimulatedNetworkOptions,
} from "./options.ts";
import { NetworkRun } from "./run.ts";
import { SimulatedHost } from "./simulated-host.ts";
import { startTls } from "./tls/start-tls.ts";
import {
  type AddressOptions,
  type Blocked,
  DEFAULT_HOST,
  type LinkSettings,
  type NameOptions,
  World,
} from "./world.ts";

/** One host or several, as objects or by name. */
export type Hosts = string | SimulatedHost | readonly (string | SimulatedHost)[];

/** What may be said of a simulated host. */
export interface HostOptions {
  /** Its IP addresses. Default: one of `10.0.0.0/8` that nobody else has. */
  readonly addresses?: readonly string[] | undefined;
}

/** Which direction of a link is meant. */
export interface LinkDirection {
  /** Only from the first to the second. Default false: both directions. */
  readonly oneWay?: boolean | undefined;
}

/** What happened on a simulated network in a run. */
export interface NetworkStatistics {
  /** Connections of which a program has an end open. */
  readonly open: number;
  readonly listeners: number;
  /** Connects that were begun; they were accepted by a server; they failed. */
  readonly connects: number;
  readonly accepted: number;
  readonly failed: number;
  /** Ends that got ECONNRESET, or ETIMEDOUT. */
  readonly reset: number;
  readonly timedOut: number;
  /** Bytes that programs were given. */
  readonly bytes: number;
  /** Packets that met a partition, a hold, or a host that is down; packets that were lost for good. */
  readonly stopped: number;
  readonly dropped: number;
}

/**
 * A network in memory, for `simulate(program, { network })` and its kin: what a program opens by `@corio/io` is opened here. Time is the
 * run's, chance is the run's seed: the same seed gives the same events. What is set up before a run is there in each run; what is changed
 * during a run ends with it.
 *
 * @example
 * const network = new SimulatedNetwork({ latency: [5, 20] });
 * await simulate(program, { network });
 */
export class SimulatedNetwork implements RunNetwork {
  readonly #options: SimulatedNetworkOptions;
  readonly #setup: World;
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #bodies = new Map<string, Set<Scope>>();
  #run: NetworkRun | null = null;
  /** The run before, for whoever wants to know what was in it. */
  #past: NetworkRun | null = null;

  constructor(options: SimulatedNetworkOptions = {}) {
    checkNetwork(options);
    this.#options = options;
    this.#setup = new World(options);
    this.#setup.host(DEFAULT_HOST);
  }

  get #world(): World {
    return this.#run?.world ?? this.#setup;
  }

  /**
   * A host of the network, made where there is none of this name. Its name can be looked up. `"localhost"` is the one on which code runs
   * that was put on no other.
   */
  host(name: string, options: HostOptions = {}): SimulatedHost {
    this.#world.host(name, options.addresses);
    let host = this.#hosts.get(name);
    if (host === undefined) {
      const network = this;
      const owner = {
        get world() {
          return network.#world;
        },
        get run() {
          return network.#run;
        },
        bodies: this.#bodies,
      };
      this.#hosts.set(name, (host = new SimulatedHost(name, owner)));
    }
    return host;
  }

  /** All hosts. */
  get hosts(): readonly SimulatedHost[] {
    return [...this.#world.hosts.keys()].map((name) => this.host(name));
  }

  /** Says what becomes of looking up a name: which addresses (or hosts) it has, how long it takes, how it fails. */
  name(name: string, options: NameOptions | readonly string[]): void {
    const changes: NameOptions = Array.isArray(options) ? { addresses: options } : (options as NameOptions);
    for (const entry of changes.addresses ?? []) if (familyOf(entry) === null) this.#world.existing(entry);
    const { error = null, delay } = changes;
    if (error !== null && !isLookupErrorCode(error)) {
      throw new RangeError(`Cannot let ${name} fail with ${String(error)}: looking up fails otherwise`);
    }
    if (delay !== undefined) checkDelay(delay);
    this.#world.names.set(name, { ...this.#world.names.get(name), ...said(changes) });
    this.#note(`name ${name}: ${JSON.stringify(changes)}`);
  }

  /** Says what becomes of connects to an address, whoever has it: refused, never answered, unreachable, or answered late. */
  address(address: string, options: AddressOptions): void {
    const text = canonical(address);
    if (familyOf(text) === null) throw new TypeError(`"${address}" is no IP address`);
    if (options.delay !== undefined) checkDelay(options.delay);
    this.#world.addresses.set(text, { ...this.#world.addresses.get(text), ...said(options) });
    this.#note(`address ${text}: ${JSON.stringify(options)}`);
  }

  /** Sets how the way between hosts is: of packets that are sent from now on. */
  link(a: Hosts, b: Hosts, options: LinkOptions, { oneWay = false }: LinkDirection = {}): void {
    checkLink(options);
    const changes = said(options);
    this.#setLinks(a, b, oneWay, () => changes);
    this.#note(`link ${this.#names(a)} ${oneWay ? ">" : "-"} ${this.#names(b)}: ${describeLink(changes)}`);
  }

  /**
   * Lets nothing through between hosts (all others, where only one side is said). TCP sends again what was lost: connections go on after
   * `heal`, unless that takes longer than the `retransmissionTimeout`; connects fail after the `connectTimeout`.
   */
  partition(a: Hosts, b?: Hosts, { oneWay = false }: LinkDirection = {}): void {
    this.#note(`partition ${this.#names(a)} ${oneWay ? ">" : "|"} ${this.#names(b ?? this.#othersThan(a))}`);
    this.#setLinks(a, b ?? this.#othersThan(a), oneWay, () => ({ blocked: "partition" }));
  }

  /** Ends partitions: between these, of one with all others, or all there are. */
  heal(a?: Hosts, b?: Hosts): void {
    this.#unblock("partition", "heal", a, b);
  }

  /** Keeps back what is sent between hosts, until `release`. Nobody takes that for a failure, however long it is. */
  hold(a: Hosts, b?: Hosts, { oneWay = false }: LinkDirection = {}): void {
    this.#note(`hold ${this.#names(a)} ${oneWay ? ">" : "-"} ${this.#names(b ?? this.#othersThan(a))}`);
    this.#setLinks(a, b ?? this.#othersThan(a), oneWay, () => ({ blocked: "hold" }));
  }

  /** Lets go what `hold` kept back. */
  release(a?: Hosts, b?: Hosts): void {
    this.#unblock("hold", "release", a, b);
  }

  /** Connections of which a program has an end open (after a run: had, at its end), the oldest first; between two hosts only, where they are said. */
  connections(a?: Hosts, b?: Hosts): readonly SimulatedConnection[] {
    const all = [...(this.#latest()?.connections ?? [])].filter(({ held }) => held);
    if (a === undefined) return all;
    const [left, right] = [this.#list(a), b === undefined ? null : this.#list(b)];
    const joins = (from: string, to: string): boolean =>
      left.includes(from) && (right === null || right.includes(to));
    return all.filter(
      ({ client, server }) => joins(client.host, server.host) || joins(server.host, client.host),
    );
  }

  /** What has happened in this run, or in the last one, oldest first. */
  get events(): readonly NetworkEvent[] {
    return this.#latest()?.log.events ?? [];
  }

  /** The events as text, a line for each. The same seed gives the same text. */
  log(last?: number): string {
    return this.#latest()?.log.format(last) ?? "";
  }

  statistics(): NetworkStatistics {
    const run = this.#latest();
    const zero = {
      begun: 0,
      accepted: 0,
      failed: 0,
      reset: 0,
      timedOut: 0,
      bytes: 0,
      stopped: 0,
      dropped: 0,
    };
    const { begun, ...rest } = run?.counters ?? zero;
    return { open: this.connections().length, listeners: run?.listeners.size ?? 0, connects: begun, ...rest };
  }

  /** For programs, as the four below it: see `HostNetwork`. */
  lookup(name: string, family: 0 | 4 | 6, done: NetworkDone<readonly ResolvedAddress[]>): () => void {
    return lookup(this.#running(), callerHere(), name, family, done);
  }

  connect(request: ConnectRequest, done: NetworkDone<Transport>): () => void {
    return connect(this.#running(), callerHere(), request, done);
  }

  listen(request: ListenRequest, done: NetworkDone<NetworkListener>): () => void {
    return listen(this.#running(), callerHere(), request, done);
  }

  socketFile(path: string): { remove(): void } | null {
    const ports = this.#running().portsOf(callerHere().host);
    return ports.atPath(path) === undefined ? null : { remove: () => ports.unlink(path) };
  }

  startTls(
    transport: Transport,
    request: { readonly server: boolean; readonly options: object; readonly early?: readonly Uint8Array[] },
    done: NetworkDone<Transport>,
  ): () => void {
    return startTls(this.#running(), transport, request, done);
  }

  /** @internal */
  begin({ host, seed, fail }: Parameters<RunNetwork["begin"]>[0]): void {
    if (this.#run !== null) {
      throw new InvalidStateError("Cannot simulate on this network: another simulation runs on it");
    }
    const settings = {
      ...networkDefaults,
      ...said(this.#options),
      host,
      fail,
      seed: this.#options.seed ?? seed,
    };
    this.#run = new NetworkRun(this.#setup.copy(), settings);
  }

  /** @internal */
  end(): readonly string[] {
    const run = this.#running();
    const open = run.open();
    run.agenda.close();
    this.#past = run;
    this.#run = null;
    this.#bodies.clear();
    return open;
  }

  /** @internal */
  describe(): string {
    return this.log(EVENTS_SHOWN);
  }

  #running(): NetworkRun {
    if (this.#run === null) {
      throw new InvalidStateError(
        "Cannot use the simulated network here: simulate(program, { network }) runs a program on it",
      );
    }
    return this.#run;
  }

  #latest(): NetworkRun | null {
    return this.#run ?? this.#past;
  }

  #list(hosts: Hosts): string[] {
    const list = typeof hosts === "string" || hosts instanceof SimulatedHost ? [hosts] : hosts;
    return list.map((host) => this.#world.existing(String(host)).name);
  }

  #names(hosts: Hosts): string {
    return this.#list(hosts).join(",");
  }

  #othersThan(hosts: Hosts): string[] {
    const list = this.#list(hosts);
    return [...this.#world.hosts.keys()].filter((name) => !list.includes(name));
  }

  #setLinks(
    a: Hosts,
    b: Hosts,
    oneWay: boolean,
    change: (before: Blocked) => Partial<LinkSettings> | null,
  ): void {
    const world = this.#world;
    const set = (from: string, to: string): void => {
      const changes = change(world.link(from, to).blocked);
      if (changes !== null) world.setLink(from, to, changes);
    };
    for (const from of this.#list(a)) {
      for (const to of this.#list(b)) {
        set(from, to);
        if (!oneWay) set(to, from);
      }
    }
    this.#run?.changed();
  }

  #unblock(how: Blocked, what: string, a: Hosts | undefined, b: Hosts | undefined): void {
    const all = [...this.#world.hosts.keys()];
    const left = a ?? all;
    const right = b ?? (a === undefined ? all : this.#othersThan(a));
    this.#note(a === undefined ? `${what} all` : `${what} ${this.#names(left)} - ${this.#names(right)}`);
    this.#setLinks(left, right, false, (before) => (before === how ? { blocked: null } : null));
  }

  #note(detail: string): void {
    this.#run?.log.note("fault", { detail });
  }
}

/** How many of the last events a failure shows. */
const EVENTS_SHOWN = 40;

function callerHere(): Caller {
  return { host: hostHere.get(), context: copyContext() };
}

function checkDelay(delay: number): void {
  if (delay >= 0 && delay < Infinity) return;
  throw new RangeError(`Cannot delay by ${String(delay)}: it takes milliseconds, zero or more`);
}

function describeLink(options: LinkOptions): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${typeof value === "function" ? "by a function" : String(value)}`)
    .join(", ");
}

/** The simulated network that the running code is on. InvalidStateError where it runs on none. */
export function simulatedNetwork(): SimulatedNetwork {
  const { network } = loopOf(currentScope()).host as Host;
  if (network instanceof SimulatedNetwork) return network;
  throw new InvalidStateError(
    "There is no simulated network here: simulate(program, { network }) runs a program on one",
  );
}
