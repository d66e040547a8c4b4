// A worker of `map` over items that are there at once, or mostly: it takes the next item when it is free.

import { isGeneratorFunction, isThenable, resume, type Awaitable, type Parked } from "../kernel/awaitable.ts";
import type { Host, HostContext } from "../host/port.ts";
import { driverOf, type AnyFunction } from "../kernel/body.ts";
import { cancelPoint, cancelPointDue } from "../kernel/cancel-point.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import { tokenOf, type ScopeNode } from "../kernel/scope.ts";
import type { NextAhead } from "./item-source.ts";

type Driver = Iterator<unknown, unknown, unknown>;

/** What the workers of one `map` share. */
export interface Assembly {
  /** Items that are an array: taken by their index, without an object for each. */
  array: readonly unknown[] | null;
  readonly items: { next(): NextAhead<unknown> };
  readonly fn: AnyFunction;
  readonly results: unknown[] | null;
  index: number;
  /** Called by a worker that has found its first item: time to start the next one. */
  helper(place: number): void;
}

/** What a worker does, and so what its driver drives. */
const IDLE = 0;
/** An item, in the function: a coroutine. */
const RUNNING = 1;
/** An item, in a function of any other kind. */
const CALLED = 2;
/** It waits for the next item. */
const FETCHING = 3;
/** It passes a cancel point between two items that are there at once. */
const PAUSING = 4;

function callFunction(worker: MapWorker): void {
  worker.call();
}

/** As for every body that may be async, but once for all items of a worker: they have one scope. */
function insideOf(scope: ScopeNode): HostContext | null {
  const { host } = scope.loop;
  return host.runWithToken(tokenOf(scope), () => host.captureContext(), []) as HostContext | null;
}

/** Whether a context stays as it was captured, whatever an item sets in it by hand. Not where each capture makes another object (node 22). */
function contextsStay(host: Host): boolean {
  const one = host.captureContext();
  return one === host.captureContext();
}

const none: readonly unknown[] = [];

const ended: IteratorReturnResult<void> = { value: undefined, done: true };

/** An iterator by hand, not a generator: one level less to resume through for each item, and nothing to make for it. */
export class MapWorker implements Iterator<Parked, void, unknown> {
  readonly #assembly: Assembly;
  readonly #coroutine: ((item: unknown, index: number) => Driver) | null;
  readonly #place: number;
  #driver: Driver | null = null;
  #doing: number = IDLE;
  /** Whether the item has waited: that was paid for. */
  #waited = false;
  #index = -1;
  /** The worker's scope, as async code knows it. */
  #inside: HostContext | null = null;
  /** Whether it is the same for all items. */
  #stays = true;
  /** The item, then what the function gave for it. */
  #value: unknown = undefined;

  constructor(assembly: Assembly, place: number) {
    this.#assembly = assembly;
    this.#place = place;
    this.#coroutine = isGeneratorFunction(assembly.fn)
      ? (assembly.fn as (item: unknown, index: number) => Driver)
      : null;
  }

  [Symbol.iterator](): Iterator<Parked, void, unknown> {
    return this;
  }

  next(): IteratorResult<Parked, void> {
    for (;;) {
      if (this.#driver !== null) {
        const result = this.#doing === RUNNING ? resume(this.#driver) : this.#driver.next();
        if (result.done !== true) {
          this.#waited = true;
          return result as IteratorResult<Parked, void>;
        }
        if (!this.#over(result.value)) return ended;
        continue;
      }
      if (this.#doing !== PAUSING && cancelPointDue(this.#waited)) {
        this.#driver = cancelPoint()[Symbol.iterator]();
        this.#doing = PAUSING;
        continue;
      }
      this.#waited = false;
      this.#doing = IDLE;
      if (!this.#take()) return ended;
    }
  }

  /** The driver is at its end; false when that is the worker's. */
  #over(value: unknown): boolean {
    this.#driver = null;
    if (this.#doing === FETCHING) return this.#fetched(value as IteratorResult<unknown>);
    if (this.#doing !== PAUSING) this.#store(value);
    return true;
  }

  /** Begins the next item, or to wait for it; false when there is none. */
  #take(): boolean {
    const assembly = this.#assembly;
    const { array } = assembly;
    if (array !== null) {
      const { index } = assembly;
      if (index < array.length) return this.#begin(array[index]);
      // As an iterator of it: at its end for good.
      assembly.array = none;
      return false;
    }
    const next = assembly.items.next();
    if (!isThenable(next)) return this.#fetched(next as IteratorResult<unknown>);
    this.#driver = (next as Awaitable<IteratorResult<unknown>>)[Symbol.iterator]();
    this.#doing = FETCHING;
    return true;
  }

  #fetched(next: IteratorResult<unknown>): boolean {
    return next.done !== true && this.#begin(next.value);
  }

  #begin(item: unknown): boolean {
    const assembly = this.#assembly;
    const first = this.#index < 0;
    const index = (this.#index = assembly.index++);
    if (first) assembly.helper(this.#place + 1);
    if (this.#coroutine !== null) {
      this.#doing = RUNNING;
      this.#driver = this.#coroutine(item, index);
      return true;
    }
    this.#doing = CALLED;
    const scope = scopeHere();
    const { host } = scope.loop;
    if (this.#inside === null) {
      this.#inside = insideOf(scope);
      this.#stays = contextsStay(host);
    } else if (!this.#stays) this.#inside = insideOf(scope);
    this.#value = item;
    host.runInContext<MapWorker>(this.#inside, callFunction, this);
    const result = this.#value;
    this.#value = undefined;
    this.#driver = driverOf(result, scope);
    if (this.#driver === null) this.#store(result);
    return true;
  }

  /** @internal */
  call(): void {
    const fn = this.#assembly.fn as (item: unknown, index: number) => unknown;
    this.#value = fn(this.#value, this.#index);
  }

  #store(value: unknown): void {
    const { results } = this.#assembly;
    if (results !== null) results[this.#index] = value;
  }

  /** Into the function, which has yielded what is no wait. */
  throw(error: unknown): IteratorResult<Parked, void> {
    if (this.#driver?.throw === undefined) throw error;
    const result = this.#driver.throw(error);
    if (result.done !== true) return result as IteratorResult<Parked, void>;
    return this.#over(result.value) ? this.next() : ended;
  }

  return(): IteratorResult<Parked, void> {
    this.#driver?.return?.();
    this.#driver = null;
    return ended;
  }
}
