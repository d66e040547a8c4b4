// Resolver: look-ups that are remembered for a while and shared while they are under way.
import { Resolver as Cares } from "node:dns";
import { currentScope, type Awaitable, type Coroutine } from "corio";
import {
  cancelPoint,
  coroutine,
  loopOf,
  type Host,
  type NetworkDone,
  type ResolvedAddress,
} from "corio/lowlevel";
import { HostNotFoundError, ResolverClosedError } from "../errors.ts";
import { dnsQuery, type DnsAnswer } from "./dns-query.ts";
import { Flight, type Landing } from "./flight.ts";
import { checkFamily, checkHost } from "./ip-address.ts";
import { hostNotFound, lookupError } from "./lookup-errors.ts";
import { NameCache, type NameAnswer } from "./name-cache.ts";
import { networkHere } from "./network-here.ts";
import { literalAddress, usable } from "./resolve-host.ts";

/** How a resolver asks, and how much it remembers, and for how long. */
export interface ResolverOptions {
  /**
   * "system": getaddrinfo, with the hosts file and all that the machine is set up for; each look-up holds a thread. "dns": asks name servers
   * directly, takes no thread, and a cancelled question is really withdrawn. A simulated network answers both. Default "system".
   */
  readonly via?: "system" | "dns" | undefined;
  /** Names kept at most; what was not asked for longest goes first. 0 keeps none: look-ups are only shared. Default 1000. */
  readonly maxEntries?: number | undefined;
  /** Milliseconds that an answer is kept; shorter where a name server says so (the system does not tell). Default 10,000. */
  readonly maxAge?: number | undefined;
  /** Milliseconds that it is remembered that a name does not exist. Look-ups that failed otherwise are not remembered. Default 1000. */
  readonly negativeMaxAge?: number | undefined;
  /** For "dns": addresses of name servers, `"192.0.2.1"` or `"[2001:db8::1]:5353"`. Default: those that the system uses. */
  readonly servers?: readonly string[] | undefined;
  /** For "dns": milliseconds to wait for a server's answer, and how often to ask. Default 5000 and 2. */
  readonly timeout?: number | undefined;
  readonly tries?: number | undefined;
}

/** How a resolver's cache does. */
export interface ResolverStatistics {
  /** Names that are remembered. */
  readonly entries: number;
  /** Look-ups under way. */
  readonly pending: number;
  /** Answered from what is remembered. */
  readonly hits: number;
  /** Asked of the system or a name server. */
  readonly misses: number;
  /** Joined to a look-up that was under way. */
  readonly shared: number;
  /** Look-ups that gave no address. */
  readonly failures: number;
  /** Forgotten before their time, for want of room. */
  readonly evictions: number;
}

/** Addresses of localhost (RFC 6761): nobody is asked for them. */
const own: readonly ResolvedAddress[] = [
  { address: "::1", family: 6 },
  { address: "127.0.0.1", family: 4 },
];

/**
 * Remembers look-ups within bounds of number and age, and asks only once for a name that several tasks want at the same time. A task that is
 * cancelled leaves without disturbing the others; when the last one has left, the look-up is undone. Long-lived: made once, in or outside a
 * run, and given to `openConnection`. What it remembers is for one clock and one network: in a simulation it begins anew.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { Resolver } from "@corio/io";
 *
 * const resolver = new Resolver({ maxAge: 60_000 });
 * await run(function* () {
 *   yield* resolver.lookup("localhost");
 *   yield* resolver.lookup("localhost");
 *   console.log(resolver.statistics().misses); // => 1
 * });
 * ```
 */
export class Resolver implements Disposable {
  readonly #options: {
    readonly [Name in Exclude<keyof ResolverOptions, "servers">]-?: NonNullable<ResolverOptions[Name]>;
  } & { readonly servers: readonly string[] | null };
  readonly #cache: NameCache;
  readonly #flights = new Map<string, Flight<DnsAnswer>>();
  #host: Host | null = null;
  #closed = false;
  #hits = 0;
  #misses = 0;
  #shared = 0;
  #failures = 0;

  constructor(options: ResolverOptions = {}) {
    const {
      via = "system",
      maxEntries = 1000,
      maxAge = 10_000,
      negativeMaxAge = 1000,
      servers = null,
      timeout = 5000,
      tries = 2,
    } = options;
    if (via !== "system" && via !== "dns") {
      throw new TypeError(`Cannot resolve via ${String(via)}: it takes "system" or "dns"`);
    }
    if (servers !== null && via !== "dns") {
      throw new TypeError(
        'Cannot use the servers: the system asks its own. Name servers are asked with via: "dns"',
      );
    }
    for (const [name, value] of Object.entries({ maxEntries, maxAge, negativeMaxAge })) {
      if (!(value >= 0)) throw new RangeError(`Cannot use ${value} for ${name}: it takes zero or more`);
    }
    for (const [name, value] of Object.entries({ timeout, tries })) {
      if (!(Number.isInteger(value) && value >= 1)) {
        throw new RangeError(`Cannot use ${value} for ${name}: it takes a whole number, 1 or more`);
      }
    }
    checkServers(servers ?? []);
    this.#options = { via, maxEntries, maxAge, negativeMaxAge, servers, timeout, tries };
    this.#cache = new NameCache(maxEntries);
  }

  /**
   * The addresses of a host, at least one, in the order in which they should be tried. HostNotFoundError, HostLookupError;
   * ResolverClosedError after `close`. A cancel point.
   */
  lookup(host: string, options: { readonly family?: 0 | 4 | 6 } = {}): Awaitable<readonly ResolvedAddress[]> {
    return coroutine(lookUp, this, host, options.family ?? 0);
  }

  /** Forgets a host, or all. What is under way goes on. */
  clear(host?: string): void {
    if (host === undefined) this.#cache.clear();
    else for (const family of [0, 4, 6] as const) this.#cache.delete(keyOf(host, family));
  }

  /** Forgets all and ends the look-ups that are under way: who waits for one gets a ResolverClosedError. */
  close(): void {
    this.#closed = true;
    this.#cache.clear();
    for (const flight of [...this.#flights.values()]) flight.fail(closedError());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** What is remembered, and how often that was enough. */
  statistics(): ResolverStatistics {
    return {
      entries: this.#cache.size,
      pending: this.#flights.size,
      hits: this.#hits,
      misses: this.#misses,
      shared: this.#shared,
      failures: this.#failures,
      evictions: this.#cache.evictions,
    };
  }

  /** @internal What is remembered of the name, or the look-up to wait for. */
  ask(host: string, family: 0 | 4 | 6): NameAnswer | Flight<DnsAnswer> {
    if (this.#closed) throw closedError();
    const clock = loopOf(currentScope()).host;
    if (clock !== this.#host) {
      this.#host = clock;
      this.#cache.clear();
      this.#flights.clear();
    }
    const key = keyOf(host, family);
    const known = this.#cache.get(key, clock.now());
    if (known !== null) {
      this.#hits++;
      return known;
    }
    const under = this.#flights.get(key);
    if (under !== undefined) {
      this.#shared++;
      return under;
    }
    const flight = new Flight<DnsAnswer>(
      (done) => {
        this.#misses++;
        this.#flights.set(key, flight);
        return this.#begin(host, family, done);
      },
      (landing) => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        if (landing !== null) this.#landed(clock, key, landing);
      },
    );
    return flight;
  }

  #begin(host: string, family: 0 | 4 | 6, done: NetworkDone<DnsAnswer>): () => void {
    if (this.#options.via === "dns" && this.#host!.network === undefined) {
      return dnsQuery(host, family, this.#options, done);
    }
    return networkHere().lookup(host, family, (error, addresses) => {
      done(error, error === null ? { addresses: addresses ?? [], lifetime: Infinity } : null);
    });
  }

  #landed(clock: Host, key: string, { error, value }: Landing<DnsAnswer>): void {
    if (this.#closed) return;
    if (error !== null || value.addresses.length === 0) this.#failures++;
    if (clock !== this.#host) return;
    const { maxAge, negativeMaxAge } = this.#options;
    if (error === null && value.addresses.length > 0) {
      const age = Math.min(maxAge, value.lifetime);
      if (age > 0) this.#cache.set(key, value.addresses, clock.now() + age);
      return;
    }
    const code = error === null ? "ENODATA" : sureCode(error);
    if (code !== null && negativeMaxAge > 0) this.#cache.set(key, { code }, clock.now() + negativeMaxAge);
  }

  /** @internal Addresses that need no look-up. */
  literal(host: string, family: 0 | 4 | 6): readonly ResolvedAddress[] | null {
    if (this.#options.via === "dns" && /^(?:.*\.)?localhost\.?$/i.test(host)) {
      return own.filter((entry) => family === 0 || entry.family === family);
    }
    return literalAddress(host, family);
  }
}

function* lookUp(resolver: Resolver, host: string, family: 0 | 4 | 6): Coroutine<readonly ResolvedAddress[]> {
  checkHost(host);
  checkFamily(family);
  const literal = resolver.literal(host, family);
  const answer = literal ?? resolver.ask(host, family);
  if (!(answer instanceof Flight)) {
    yield* cancelPoint();
    if ("code" in answer) throw hostNotFound(host, answer.code);
    return answer;
  }
  const { error, value } = yield* answer.wait(`a look-up of ${host}`);
  // Each who waited gets an error of its own: one object thrown in many places would tell of one of them.
  if (error instanceof ResolverClosedError) throw closedError();
  if (error !== null) throw lookupError(error, host);
  return usable(value.addresses, host);
}

function keyOf(host: string, family: 0 | 4 | 6): string {
  return `${family} ${host.toLowerCase()}`;
}

/** Throws for what is given as a resolver and is none. */
export function checkResolver(resolver: unknown): void {
  if (resolver === undefined || resolver instanceof Resolver) return;
  throw new TypeError(`Cannot look up by this ${typeof resolver}: it takes a Resolver`);
}

function checkServers(servers: readonly string[]): void {
  if (!Array.isArray(servers))
    throw new TypeError(`Cannot use ${typeof servers} for servers: it takes a list of addresses`);
  try {
    new Cares().setServers(servers);
  } catch (error) {
    throw new TypeError(
      `Cannot use the servers ${servers.join(", ")}: name servers are given by their addresses`,
      {
        cause: error,
      },
    );
  }
}

/** The code of a failure that says for sure that there is nothing. */
function sureCode(error: Error): string | null {
  const told = lookupError(error, "");
  return told instanceof HostNotFoundError ? told.code : null;
}

function closedError(): ResolverClosedError {
  return new ResolverClosedError("Cannot look up the name: the resolver was closed");
}
