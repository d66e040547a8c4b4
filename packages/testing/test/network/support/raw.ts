// Programs at the seam: transports and listeners as the network gives them, with everything noted that comes.

import { type Awaitable, Event, type Scope } from "corio";
import {
  type ConnectRequest,
  type HostNetwork,
  type ListenRequest,
  loopOf,
  type NetworkAddress,
  type NetworkListener,
  type ResolvedAddress,
  suspend,
  type Transport,
} from "corio/lowlevel";
import { simulate, type SimulateOptions } from "@corio/testing";
import { SimulatedNetwork, simulatedNetwork, type SimulatedNetworkOptions } from "@corio/testing/network";

export const bytes = (text: string): Uint8Array => Buffer.from(text);

/** A transport with handlers that note what comes. */
export class Peer {
  readonly transport: Transport;
  /** "bytes abc", "end", "drain", "close", "close ECONNRESET", in order. */
  readonly log: string[] = [];
  readonly times: number[] = [];
  readonly chunks: string[] = [];
  closed = false;
  error: (Error & { code?: string }) | null = null;
  /** Set while one of the transport's methods runs: nothing may be told meanwhile. */
  #inCall = false;
  #changed = new Event();

  constructor(transport: Transport, attached = true) {
    this.transport = transport;
    if (attached) this.attach();
  }

  attach(): void {
    this.#call(() =>
      this.transport.attach({
        onBytes: (chunk) => {
          const text = Buffer.from(chunk).toString("latin1");
          this.chunks.push(text);
          this.#note(`bytes ${text}`);
        },
        onEnd: () => this.#note("end"),
        onDrain: () => this.#note("drain"),
        onClose: (error) => {
          if (this.closed) throw new Error("closed twice");
          this.closed = true;
          this.error = error;
          this.#note(error === null ? "close" : `close ${(error as { code?: string }).code}`);
        },
      }),
    );
  }

  get text(): string {
    return this.chunks.join("");
  }

  write(text: string): boolean {
    return this.#call(() => this.transport.write(bytes(text)));
  }

  end(): void {
    this.#call(() => this.transport.end());
  }

  close(): void {
    this.#call(() => this.transport.close());
  }

  abort(): void {
    this.#call(() => this.transport.abort());
  }

  pause(): void {
    this.#call(() => this.transport.pause());
  }

  resume(): void {
    this.#call(() => this.transport.resume());
  }

  /** Waits until something is so. */
  async until(fits: (peer: this) => boolean): Promise<this> {
    while (!fits(this)) {
      this.#changed = new Event();
      await this.#changed.wait();
    }
    return this;
  }

  read(text: string): Promise<this> {
    return this.until((peer) => peer.text.endsWith(text));
  }

  #call<T>(method: () => T): T {
    this.#inCall = true;
    try {
      return method();
    } finally {
      this.#inCall = false;
    }
  }

  #note(what: string): void {
    if (this.#inCall) throw new Error(`"${what}" was told inside a call`);
    if (this.closed && !what.startsWith("close")) throw new Error(`"${what}" after the close`);
    this.log.push(what);
    this.times.push(clock());
    this.#changed.set();
  }
}

/** The clock, also where no task runs. */
let clock: () => number = () => 0;
export function lookup(
  name: string,
  family: 0 | 4 | 6 = 0,
  network: HostNetwork = simulatedNetwork(),
): Awaitable<readonly ResolvedAddress[]> {
  return suspend((resolve, reject) =>
    network.lookup(name, family, (error, found) => (error === null ? resolve(found!) : reject(error))),
  );
}

export function connect(to: ConnectRequest["to"], from?: ConnectRequest["from"]): Awaitable<Transport> {
  return suspend((resolve, reject) =>
    simulatedNetwork().connect({ to, from }, (error, transport) =>
      error === null ? resolve(transport!) : reject(error),
    ),
  );
}

/** A listener that keeps what comes. */
export class Door {
  readonly peers: Peer[] = [];
  listener!: NetworkListener;
  readonly #came: Event[] = [];

  get address(): NetworkAddress {
    return this.listener.address;
  }

  get port(): number {
    return (this.address as { port: number }).port;
  }

  take(peer: Peer): void {
    this.peers.push(peer);
    for (const event of this.#came.splice(0)) event.set();
  }

  /** Waits for the connection of this number, from 1. */
  async peer(number = 1): Promise<Peer> {
    while (this.peers.length < number) {
      const event = new Event();
      this.#came.push(event);
      await event.wait();
    }
    return this.peers[number - 1]!;
  }

  close(): Awaitable<void> {
    return suspend<void>((resolve) => this.listener.close(() => resolve()));
  }
}

export async function listen(
  at: ListenRequest["at"],
  options: Partial<ListenRequest> = {},
  attached = true,
): Promise<Door> {
  const door = new Door();
  door.listener = await suspend<NetworkListener>((resolve, reject) =>
    simulatedNetwork().listen(
      {
        at,
        onConnection: (transport) => door.take(new Peer(transport, attached)),
        onError: (error) => {
          throw error;
        },
        ...options,
      },
      (error, listener) => (error === null ? resolve(listener!) : reject(error)),
    ),
  );
  return door;
}

export interface Pair {
  readonly client: Peer;
  readonly server: Peer;
  readonly door: Door;
}

/** A connection from host "client" to host "server", port 80, or over a path. */
export async function pair(attached = true): Promise<Pair> {
  const network = simulatedNetwork();
  const door = (await network.host("server").run(() => listen({ port: 80 }, {}, attached)))!;
  const [{ address } = { address: "" }] = await lookup("server");
  const transport = await network.host("client").run(() => connect({ host: address, port: 80 }));
  const client = new Peer(transport!, attached);
  return { client, server: await door.peer(), door };
}

/** The error that a promise ends with. */
export async function failure(
  promise: PromiseLike<unknown> | Awaitable<unknown>,
): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { code?: string };
  }
  throw new Error("expected a failure");
}

export interface OnNetwork extends SimulatedNetworkOptions {
  /** What to do before the run. */
  readonly setup?: (network: SimulatedNetwork) => void;
  readonly run?: SimulateOptions;
}

/** Runs a program on a network with the hosts "client" and "server"; everything open is aborted at its end. */
export async function on<T>(
  options: OnNetwork,
  program: (network: SimulatedNetwork, scope: Scope) => Promise<T>,
): Promise<{ value: T; network: SimulatedNetwork }> {
  const { setup, run = {}, ...rest } = options;
  const network = new SimulatedNetwork({ lookupDelay: 0, latency: 10, ...rest });
  network.host("client");
  network.host("server");
  setup?.(network);
  const value = await simulate(
    async (scope) => {
      const { host } = loopOf(scope);
      clock = () => host.now();
      return program(network, scope);
    },
    { leaks: true, ...run, network },
  );
  return { value: value as T, network };
}
