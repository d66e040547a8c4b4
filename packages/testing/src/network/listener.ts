// Somebody who waits for connections on a simulated network.

import type { Context } from "corio";
import type { ListenRequest, NetworkAddress, NetworkListener } from "corio/lowlevel";
import type { SimulatedConnection } from "./connection.ts";
import type { Planned } from "./agenda.ts";
import type { NetworkRun } from "./run.ts";

const DEFAULT_BACKLOG = 511;

export class SimulatedListener implements NetworkListener {
  readonly address: NetworkAddress;
  /** For the log: `server:80`. */
  readonly name: string;
  readonly host: string;
  readonly context: Context;
  closed = false;
  readonly #run: NetworkRun;
  readonly #request: ListenRequest;
  /** Established, and not yet given to the program. */
  readonly #waiting: Map<SimulatedConnection, Planned> = new Map();

  constructor(
    run: NetworkRun,
    request: ListenRequest,
    at: { address: NetworkAddress; name: string; host: string; context: Context },
  ) {
    this.#run = run;
    this.#request = request;
    this.address = at.address;
    this.name = at.name;
    this.host = at.host;
    this.context = at.context;
  }

  /** Whether as many connections as may be wait to be accepted. */
  get full(): boolean {
    return this.#waiting.size >= Math.max(1, this.#request.backlog ?? DEFAULT_BACKLOG);
  }

  /** A client asks for a connection: it has a place in the queue from now on. */
  admit(connection: SimulatedConnection): void {
    connection.serverEnd.context = this.context;
    const { agenda, settings } = this.#run;
    // The client's last word may never come.
    const expiry = agenda.at(agenda.now() + settings.connectTimeout, () => {
      this.#waiting.delete(connection);
      connection.serverEnd.finish(null);
    });
    this.#waiting.set(connection, expiry);
  }

  /** The client is gone before the program knew of it. */
  withdraw(connection: SimulatedConnection): void {
    this.#run.agenda.cancel(this.#waiting.get(connection) ?? null);
    this.#waiting.delete(connection);
  }

  /** The connection is established. */
  accept(connection: SimulatedConnection): void {
    this.#run.agenda.cancel(this.#waiting.get(connection) ?? null);
    this.#run.whenThawed(this.host, () => {
      if (!this.#waiting.delete(connection)) return;
      const { serverEnd, clientEnd } = connection;
      this.#run.log.note("accept", {
        connection: connection.id,
        from: clientEnd.place.name,
        to: this.name,
      });
      serverEnd.owned = true;
      this.#run.counters.accepted++;
      this.context.run(() => this.#request.onConnection(serverEnd));
    });
  }

  close(done: () => void): void {
    if (!this.closed) {
      this.#end();
      this.#run.portsOf(this.host).close(this);
      for (const connection of this.#takeWaiting()) connection.serverEnd.abort();
    }
    this.#run.agenda.soon(() => this.context.run(done));
  }

  /** The host has crashed. */
  vanish(): void {
    if (this.closed) return;
    this.#end();
    for (const connection of this.#takeWaiting()) connection.serverEnd.finish(null);
  }

  #takeWaiting(): SimulatedConnection[] {
    const waiting = [...this.#waiting.keys()];
    for (const connection of waiting) this.withdraw(connection);
    return waiting;
  }

  #end(): void {
    this.closed = true;
    this.#run.listeners.delete(this);
    this.#run.log.note("unlisten", { from: this.name });
  }
}
