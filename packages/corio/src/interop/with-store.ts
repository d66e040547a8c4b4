// withStore: a body with a store of an AsyncLocalStorage, in either dialect.

import type { Awaitable, Coroutine, Parked, Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, callBody, driverOf, type AnyFunction } from "../kernel/body.ts";
import { coroutine } from "../kernel/coroutine-awaitable.ts";
import { current } from "../kernel/strand.ts";

/** An AsyncLocalStorage, or what is like one. */
export interface StoreHolder<S> {
  run<A extends unknown[], R>(store: S, fn: (...args: A) => R, ...args: A): R;
}

type Driver = Iterator<unknown, unknown, unknown>;

/**
 * Drives a body, each of its steps inside `holder.run`. A generator knows no async context of its own: it sees that of whoever
 * resumes it, and here that is always this.
 */
class StoreDriver implements Iterator<unknown, unknown, unknown> {
  readonly #holder: StoreHolder<unknown>;
  readonly #store: unknown;
  readonly #body: AnyFunction;
  readonly #args: readonly unknown[];
  #begun = false;
  #driver: Driver | null = null;

  constructor(holder: StoreHolder<unknown>, store: unknown, body: AnyFunction, args: readonly unknown[]) {
    this.#holder = holder;
    this.#store = store;
    this.#body = body;
    this.#args = args;
  }

  next(): IteratorResult<unknown, unknown> {
    return this.#holder.run(this.#store, resume, this as StoreDriver);
  }

  throw(error: unknown): IteratorResult<unknown, unknown> {
    return this.#holder.run(this.#store, throwInto, this.#driver, error);
  }

  return(value?: unknown): IteratorResult<unknown, unknown> {
    if (this.#driver?.return === undefined) return { value, done: true };
    return this.#holder.run(this.#store, close, this.#driver, value);
  }

  resume(): IteratorResult<unknown, unknown> {
    if (!this.#begun) {
      this.#begun = true;
      const scope = current.strand!.at;
      const result = callBody(this.#body, this.#args, scope);
      this.#driver = driverOf(result, scope);
      if (this.#driver === null) return { value: result, done: true };
    }
    return this.#driver!.next();
  }
}

function resume(driver: StoreDriver): IteratorResult<unknown, unknown> {
  return driver.resume();
}

function throwInto(driver: Driver | null, error: unknown): IteratorResult<unknown, unknown> {
  if (driver?.throw === undefined) throw error;
  return driver.throw(error);
}

function close(driver: Driver, value: unknown): IteratorResult<unknown, unknown> {
  return driver.return!(value);
}

function* runWithStore(driver: StoreDriver): Coroutine<unknown> {
  return yield* { [Symbol.iterator]: () => driver as Iterator<Parked, unknown, unknown> };
}

/**
 * Runs a body of either dialect with a store of an AsyncLocalStorage: seen in every step of the body, in all that it calls and in the
 * tasks that it spawns, and nowhere else. `storage.run(store, function*)` cannot do that: it only makes the coroutine. It opens no scope,
 * like `call`. A cancel point where the body waits.
 */
export function withStore<S, A extends readonly unknown[], R>(
  storage: StoreHolder<S>,
  store: S,
  body: (...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>> {
  if (typeof (storage as Partial<StoreHolder<S>> | null)?.run !== "function") {
    throw new TypeError(
      "Cannot run with a store: the first argument is no AsyncLocalStorage, it has no run()",
    );
  }
  assertFunction(body, "a body with a store");
  const driver = new StoreDriver(storage as StoreHolder<unknown>, store, body as AnyFunction, args);
  return coroutine(runWithStore, driver) as Awaitable<Unwrap<R>>;
}
