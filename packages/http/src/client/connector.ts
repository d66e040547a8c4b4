// The pool: how many sockets may be in use, in all and per host, who waits for one, and which idle one is used again.

import type { Coroutine } from "corio";
import { Semaphore, moveOnAfter } from "corio";
import { suspend } from "corio/lowlevel";
import { SessionClosedError, timeoutError } from "../errors.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptionsInternal, SocketOpener } from "./connection.ts";
import type { RequestUrl } from "./request-url.ts";

export interface ConnectorOptions extends ConnectionOptionsInternal {
  /** Sockets in all; 0 is no limit. */
  readonly limit: number;
  /** Sockets per scheme, host and port; 0 is no limit. */
  readonly limitPerHost: number;
}

export interface AcquireOptions {
  readonly connect: number | null;
  readonly sockConnect: number | null;
  /** Do not take an idle connection. */
  readonly fresh: boolean;
}

export interface ConnectorStatistics {
  readonly inUse: number;
  readonly idle: number;
}

interface HostSlots {
  readonly semaphore: Semaphore;
  /** Requests that hold a place or wait for one; the entry goes when it is 0, so that hosts do not pile up. */
  users: number;
}

/** Waiters are served first come, first served: per host first, then for the total. A waiter may be cancelled. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #open: SocketOpener;
  readonly #total: Semaphore | null;
  readonly #hosts = new Map<string, HostSlots>();
  // Idle connections by origin, the most recently used last.
  readonly #idle = new Map<string, Connection[]>();
  readonly #all = new Set<Connection>();
  #inUse = 0;
  #opening = 0;
  #closed = false;
  #onEmpty: (() => void) | null = null;

  constructor(options: ConnectorOptions, open: SocketOpener) {
    this.#options = options;
    this.#open = open;
    this.#total = options.limit > 0 ? new Semaphore(options.limit) : null;
  }

  get closed(): boolean {
    return this.#closed;
  }

  statistics(): ConnectorStatistics {
    return { inUse: this.#inUse, idle: this.#all.size - this.#inUse };
  }

  /** Waits for a place and a connection. The caller owes a `release`. */
  *acquire(url: RequestUrl, options: AcquireOptions): Coroutine<Connection> {
    if (this.#closed) throw new SessionClosedError("Session is closed");
    if (options.connect === null || this.#atOnce(url.origin, options))
      return yield* this.#acquire(url, options);
    const limit = options.connect;
    const outcome = yield* moveOnAfter(limit, () => this.#acquire(url, options));
    if (outcome.value === undefined) throw timeoutError("connect", limit, url.href);
    return outcome.value;
  }

  /** Gives the place back; the connection is kept for the next request when it can be used again. */
  release(connection: Connection, reusable: boolean): void {
    this.#leave(connection.origin);
    if (!reusable || this.#closed || !connection.usable) {
      connection.destroy();
      return;
    }
    const stack = this.#idle.get(connection.origin);
    if (stack === undefined) this.#idle.set(connection.origin, [connection]);
    else stack.push(connection);
  }

  /** Destroys every connection, in use or not, and waits until the sockets are closed. Waiters fail. */
  *close(): Coroutine<void> {
    this.#closed = true;
    this.#idle.clear();
    for (const connection of this.#all) connection.destroy();
    if (this.#all.size === 0) return;
    yield* suspend<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #atOnce(origin: string, options: AcquireOptions): boolean {
    if (options.fresh || this.#total?.locked() === true) return false;
    if (this.#hosts.get(origin)?.semaphore.locked() === true) return false;
    return this.#idle.has(origin);
  }

  *#acquire(url: RequestUrl, options: AcquireOptions): Coroutine<Connection> {
    yield* this.#enter(url.origin);
    try {
      const connection =
        (options.fresh ? null : this.#takeIdle(url.origin)) ?? (yield* this.#connect(url, options));
      if (this.#closed) {
        connection.destroy();
        throw new SessionClosedError("Session is closed");
      }
      return connection;
    } catch (error) {
      this.#leave(url.origin);
      throw error;
    }
  }

  *#enter(origin: string): Coroutine<void> {
    if (this.#options.limitPerHost > 0) yield* this.#enterHost(origin);
    if (this.#total !== null) {
      try {
        if (!this.#total.tryAcquire()) yield* this.#total.acquire();
      } catch (error) {
        this.#leaveHost(origin);
        throw error;
      }
    }
    this.#inUse += 1;
  }

  *#enterHost(origin: string): Coroutine<void> {
    let slots = this.#hosts.get(origin);
    if (slots === undefined) {
      slots = { semaphore: new Semaphore(this.#options.limitPerHost), users: 0 };
      this.#hosts.set(origin, slots);
    }
    slots.users += 1;
    try {
      if (!slots.semaphore.tryAcquire()) yield* slots.semaphore.acquire();
    } catch (error) {
      this.#forgetUser(origin, slots);
      throw error;
    }
  }

  #leave(origin: string): void {
    this.#inUse -= 1;
    this.#total?.release();
    this.#leaveHost(origin);
  }

  #leaveHost(origin: string): void {
    const slots = this.#hosts.get(origin);
    if (slots === undefined) return;
    slots.semaphore.release();
    this.#forgetUser(origin, slots);
  }

  #forgetUser(origin: string, slots: HostSlots): void {
    slots.users -= 1;
    if (slots.users === 0) this.#hosts.delete(origin);
  }

  #takeIdle(origin: string): Connection | null {
    const stack = this.#idle.get(origin);
    if (stack === undefined) return null;
    let connection = stack.pop();
    while (connection !== undefined && !connection.usable) connection = stack.pop();
    if (stack.length === 0) this.#idle.delete(origin);
    return connection ?? null;
  }

  *#connect(url: RequestUrl, options: AcquireOptions): Coroutine<Connection> {
    this.#makeRoom();
    this.#opening += 1;
    try {
      const socket =
        options.sockConnect === null
          ? yield* this.#open(new URL(url.origin))
          : (yield* moveOnAfter(options.sockConnect, () => this.#open(new URL(url.origin)))).value;
      if (socket === undefined) throw timeoutError("sockConnect", options.sockConnect ?? 0, url.href);
      const connection = new Connection(url.origin, socket, this.#options);
      if (!socket.closed) {
        this.#all.add(connection);
        socket.once("close", () => this.#forget(connection));
      }
      return connection;
    } finally {
      this.#opening -= 1;
    }
  }

  // Idle sockets count against the limit, too: the one that is unused longest gives way.
  #makeRoom(): void {
    if (this.#total === null || this.#all.size + this.#opening < this.#options.limit) return;
    for (const [origin, stack] of this.#idle) {
      stack.shift()?.destroy();
      if (stack.length === 0) this.#idle.delete(origin);
      return;
    }
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    const stack = this.#idle.get(connection.origin);
    const index = stack?.indexOf(connection) ?? -1;
    if (stack !== undefined && index >= 0) {
      stack.splice(index, 1);
      if (stack.length === 0) this.#idle.delete(connection.origin);
    }
    if (this.#all.size === 0) this.#onEmpty?.();
  }
}
