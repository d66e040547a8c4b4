// A worker of `map` over items that are there at once, or mostly: it takes the next item when it is free.

import { isGeneratorFunction, isThenable, resume, type Awaitable, type Parked } from "../kernel/awaitable.ts";
import { callBody, driverOf, type AnyFunction } from "../kernel/body.ts";
import { cancelPoint, cancelPointDue } from "../kernel/cancel-point.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import type { NextAhead } from "./item-source.ts";

type Driver = Iterator<unknown, unknown, unknown>;

/** What the workers of one `map` share. */
export interface Assembly {
  readonly items: { next(): NextAhead<unknown> };
  readonly fn: AnyFunction;
  readonly results: unknown[] | null;
  index: number;
  /** Called by a worker that has found its first item: time to start the next one. */
  helper(place: number): void;
}

/** An iterator by hand, not a generator: one level less to resume through for each item, and nothing to make for it. */
export class MapWorker implements Iterator<Parked, void, unknown> {
  readonly #assembly: Assembly;
  readonly #coroutine: ((item: unknown, index: number) => Driver) | null;
  readonly #place: number;
  #driver: Driver | null = null;
  #pausing = false;
  /** Whether the driver waits for the next item. */
  #fetching = false;
  #index = -1;

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
        const result =
          this.#coroutine !== null && !this.#pausing && !this.#fetching
            ? resume(this.#driver)
            : this.#driver.next();
        if (result.done !== true) return result as IteratorResult<Parked, void>;
        this.#driver = null;
        if (this.#fetching) {
          this.#fetching = false;
          if (!this.#begin(result.value as IteratorResult<unknown>)) return { value: undefined, done: true };
          continue;
        }
        if (!this.#pausing) this.#store(result.value);
      }
      if (!this.#pausing && cancelPointDue()) {
        this.#driver = cancelPoint()[Symbol.iterator]();
        this.#pausing = true;
        continue;
      }
      this.#pausing = false;
      if (!this.#take()) return { value: undefined, done: true };
    }
  }

  /** Begins the next item, or to wait for it; false when there is none. */
  #take(): boolean {
    const next = this.#assembly.items.next();
    if (!isThenable(next)) return this.#begin(next as IteratorResult<unknown>);
    this.#driver = (next as Awaitable<IteratorResult<unknown>>)[Symbol.iterator]();
    this.#fetching = true;
    return true;
  }

  #begin(next: IteratorResult<unknown>): boolean {
    const assembly = this.#assembly;
    if (next.done === true) return false;
    const first = this.#index < 0;
    const index = (this.#index = assembly.index++);
    if (first) assembly.helper(this.#place + 1);
    if (this.#coroutine !== null) {
      this.#driver = this.#coroutine(next.value, index);
      return true;
    }
    const scope = scopeHere();
    const result = callBody(assembly.fn, [next.value, index], scope);
    this.#driver = driverOf(result, scope);
    if (this.#driver === null) this.#store(result);
    return true;
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
    this.#driver = null;
    if (!this.#fetching) this.#store(result.value);
    else {
      this.#fetching = false;
      if (!this.#begin(result.value as IteratorResult<unknown>)) return { value: undefined, done: true };
    }
    return this.next();
  }

  return(): IteratorResult<Parked, void> {
    this.#driver?.return?.();
    this.#driver = null;
    return { value: undefined, done: true };
  }
}
