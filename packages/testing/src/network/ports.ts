// The ports and paths of one host: who listens where, and what is free.

import { familyOf, isWildcard } from "./addresses.ts";
import type { SimulatedListener } from "./listener.ts";

const FIRST_EPHEMERAL = 49_152;
const LAST = 65_535;

export interface Bind {
  readonly address: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly ipv6Only: boolean;
}

export class Ports {
  readonly #listeners: { readonly bind: Bind; readonly listener: SimulatedListener }[] = [];
  /** Ports of outgoing connections, and how many have each. */
  readonly #outgoing = new Map<number, number>();
  /** Paths of Unix sockets; null where a file is left whose listener is gone. */
  readonly #paths = new Map<string, SimulatedListener | null>();
  #next = FIRST_EPHEMERAL;

  /** A port that nobody has; null when there is none. */
  free(): number | null {
    for (let tries = 0; tries <= LAST - FIRST_EPHEMERAL; tries++) {
      const port = this.#next;
      this.#next = port === LAST ? FIRST_EPHEMERAL : port + 1;
      if (!this.#outgoing.has(port) && !this.#listeners.some(({ bind }) => bind.port === port)) return port;
    }
    return null;
  }

  /** Whether somebody listens there already, or is connected from there. */
  taken(wanted: Bind): boolean {
    if (this.#listeners.some(({ bind }) => conflict(bind, wanted))) return true;
    return this.#outgoing.has(wanted.port);
  }

  listen(bind: Bind, listener: SimulatedListener): void {
    this.#listeners.push({ bind, listener });
  }

  connectFrom(port: number): void {
    this.#outgoing.set(port, (this.#outgoing.get(port) ?? 0) + 1);
  }

  disconnect(port: number): void {
    const left = (this.#outgoing.get(port) ?? 0) - 1;
    if (left > 0) this.#outgoing.set(port, left);
    else this.#outgoing.delete(port);
  }

  /** Who listens for connections to an address: the most particular ones. Several share a port. */
  at(address: string, port: number): SimulatedListener[] {
    const family = familyOf(address);
    const fit = (fits: (bind: Bind) => boolean): SimulatedListener[] =>
      this.#listeners.flatMap(({ bind, listener }) => (bind.port === port && fits(bind) ? [listener] : []));
    const exact = fit((bind) => bind.address === address);
    if (exact.length > 0) return exact;
    const same = fit((bind) => isWildcard(bind.address) && familyOf(bind.address) === family);
    return same.length > 0 ? same : fit((bind) => bind.address === "::" && !bind.ipv6Only);
  }

  /** Who listens at a path; null where only the file is there, undefined where nothing is. */
  atPath(path: string): SimulatedListener | null | undefined {
    return this.#paths.get(path);
  }

  /** Removes the file of a Unix socket. */
  unlink(path: string): void {
    this.#paths.delete(path);
  }

  listenAtPath(path: string, listener: SimulatedListener): void {
    this.#paths.set(path, listener);
  }

  close(listener: SimulatedListener): void {
    const index = this.#listeners.findIndex((entry) => entry.listener === listener);
    if (index >= 0) this.#listeners.splice(index, 1);
    for (const [path, other] of this.#paths) if (other === listener) this.#paths.delete(path);
  }

  /** The host has crashed: nobody listens any more, but the files of Unix sockets are still there. */
  crash(): SimulatedListener[] {
    const listeners = this.#listeners.splice(0).map(({ listener }) => listener);
    for (const [path, listener] of this.#paths) {
      if (listener !== null) listeners.push(listener);
      this.#paths.set(path, null);
    }
    this.#outgoing.clear();
    return listeners;
  }
}

function conflict(a: Bind, b: Bind): boolean {
  if (a.port !== b.port || (a.reusePort && b.reusePort)) return false;
  if (a.address === b.address) return true;
  const [familyA, familyB] = [familyOf(a.address), familyOf(b.address)];
  // `::` takes connections of both families, unless told otherwise.
  const dual = (bind: Bind): boolean => bind.address === "::" && !bind.ipv6Only;
  if (familyA !== familyB) return dual(a) || dual(b);
  return isWildcard(a.address) || isWildcard(b.address);
}
