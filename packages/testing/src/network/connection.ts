// A connection on a simulated network, as a test sees it: who talks to whom, and ways to spoil it.

import { Endpoint, type EndpointPlace } from "./endpoint.ts";
import type { NetworkRun } from "./run.ts";

/** In which direction bytes get lost. */
export type Direction = "both" | "to client" | "to server";

/** One end, in words. */
export interface ConnectionEnd {
  /** The name of the host. */
  readonly host: string;
  /** With the port, or the path: `client:49152`. */
  readonly name: string;
  /** Whether it is closed, whatever the other end thinks. */
  readonly closed: boolean;
}

/**
 * A connection. A program finds its own as the `underlying` of its transport (`getExtraInfo("socket")`), a test all that are open in
 * `network.connections`.
 */
export class SimulatedConnection {
  /** Counted from 1 in each run. */
  readonly id: number;
  readonly unix: boolean;
  /** @internal */
  onClosed: (() => void) | null = null;
  readonly #clientEnd: Endpoint;
  readonly #serverEnd: Endpoint;
  readonly #run: NetworkRun;
  #bytes = 0;
  #bytesToCut = Infinity;

  /** @internal */
  constructor(run: NetworkRun, client: EndpointPlace, server: EndpointPlace, unix: boolean) {
    this.#run = run;
    this.id = ++run.counters.begun;
    this.unix = unix;
    this.#clientEnd = new Endpoint(run, this, client, server.host);
    this.#serverEnd = new Endpoint(run, this, server, client.host);
    this.#clientEnd.join(this.#serverEnd);
    this.#serverEnd.join(this.#clientEnd);
    this.#bytesToCut = run.link(client.host, server.host).settings.cutAfter;
    run.connections.add(this);
  }

  /** @internal */
  get clientEnd(): Endpoint {
    return this.#clientEnd;
  }

  /** @internal */
  get serverEnd(): Endpoint {
    return this.#serverEnd;
  }

  get client(): ConnectionEnd {
    return describe(this.clientEnd);
  }

  get server(): ConnectionEnd {
    return describe(this.serverEnd);
  }

  /** Bytes that programs were given, both directions together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @internal Whether a program has an end of it that is not closed. */
  get held(): boolean {
    return [this.clientEnd, this.serverEnd].some(({ owned, closed }) => owned && !closed);
  }

  /** Whether both ends are closed. */
  get closed(): boolean {
    return this.clientEnd.closed && this.serverEnd.closed;
  }

  /** Breaks the connection now: both ends get ECONNRESET, what was under way is lost. */
  cut(): void {
    if (this.closed) return;
    this.#run.log.note("fault", { connection: this.id, detail: `cut ${this.toString()}` });
    this.#break();
  }

  /** Breaks it as soon as programs were given so many more bytes, both directions together. */
  cutAfter(bytes: number): void {
    if (!(bytes >= 1))
      throw new RangeError(`Cannot cut a connection after ${bytes} bytes: it takes one or more`);
    this.#bytesToCut = this.#bytes + Math.ceil(bytes);
  }

  /**
   * From now on what is sent gets lost, and nobody is told: as when the other machine has lost its power, or a router has forgotten the
   * connection. Who sends gets ETIMEDOUT when the network's `retransmissionTimeout` is over; who only waits, waits for ever.
   */
  blackHole(direction: Direction = "both"): void {
    this.#run.log.note("fault", {
      connection: this.id,
      detail: `black hole ${direction}: ${this.toString()}`,
    });
    if (direction !== "to client") this.clientEnd.loses();
    if (direction !== "to server") this.serverEnd.loses();
  }

  toString(): string {
    return `#${this.id} ${this.clientEnd.place.name} > ${this.serverEnd.place.name}`;
  }

  /** @internal */
  limit(bytes: Uint8Array): Uint8Array {
    const rest = this.#bytesToCut - this.#bytes;
    return rest < bytes.length ? bytes.subarray(0, rest) : bytes;
  }

  /** @internal */
  delivered(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#bytesToCut || this.closed) return;
    this.#run.log.note("fault", {
      connection: this.id,
      detail: `cut ${this.toString()} after ${this.#bytes} bytes`,
    });
    this.#break();
  }

  /** @internal */
  closedOne(): void {
    if (!this.closed) return;
    this.forget();
  }

  /** @internal */
  forget(): void {
    this.clientEnd.channel.close();
    this.serverEnd.channel.close();
    this.#run.connections.delete(this);
    this.onClosed?.();
    this.onClosed = null;
  }

  #break(): void {
    this.clientEnd.reset();
    this.serverEnd.reset();
  }
}

function describe({ place: { host, name }, closed }: Endpoint): ConnectionEnd {
  return { host, name, closed };
}
