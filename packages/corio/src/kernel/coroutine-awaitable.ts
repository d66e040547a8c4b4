// An Awaitable made of a generator function: how library code is written once for both dialects.

import { PARKED, type Awaitable, type Coroutine, type Parked, type Unwrap } from "./awaitable.ts";
import { assertFunction, callBody, driverOf, type AnyFunction } from "./body.ts";
import { startGuestStrand } from "./guest-strand.ts";
import { hooks } from "./hooks.ts";
import { awaitedBefore, runningStrand } from "./operation.ts";
import { pay } from "./strand.ts";
import { keep } from "./kept-shapes.ts";

/** One of each kind, kept alive for its hidden class: decision 12. */
let keptAwaitable: CoroutineAwaitable<readonly unknown[], unknown> | null = null;
let keptDriver: CallDriver | null = null;

class CoroutineAwaitable<A extends readonly unknown[], T> implements Awaitable<T> {
  #fn: ((...args: A) => Coroutine<T>) | null;
  readonly #args: A;

  /** Whether it was awaited. */
  get begun(): boolean {
    return this.#fn === null;
  }

  describe(): string {
    const called = this.#fn === (enterCall as unknown) ? (this.#args[0] as AnyFunction) : this.#fn;
    return `a call of ${called?.name || "a function"}`;
  }

  constructor(fn: (...args: A) => Coroutine<T>, args: A) {
    this.#fn = fn;
    this.#args = args;
    hooks.debug?.made(this);
  }

  [Symbol.iterator](): Iterator<Parked, T, unknown> {
    const fn = this.#fn;
    if (fn === null) throw awaitedBefore("the call");
    this.#fn = null;
    return fn(...this.#args);
  }

  then(resolve: (value: T) => unknown, reject: (error: unknown) => unknown): void {
    startGuestStrand(this, resolve as (value: unknown) => unknown, reject);
  }
}

/**
 * Makes an Awaitable of a generator function and its arguments. The function is called when the Awaitable is awaited, and
 * runs in the scope of whoever awaits it. It must be a coroutine: for a function of unknown dialect see `call`.
 */
export function coroutine<A extends readonly unknown[], T>(
  fn: (...args: A) => Coroutine<T>,
  ...args: A
): Awaitable<T> {
  keptAwaitable ??= keep(() => new CoroutineAwaitable<readonly unknown[], unknown>(enterCall as never, []));
  return new CoroutineAwaitable(fn, args);
}

/**
 * Runs a function of either dialect, from either dialect: the bridge between them. Lazy, like every Awaitable. It opens no scope:
 * what the function waits for belongs to the scope of the caller.
 */
export function call<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>> {
  assertFunction(fn, "a call");
  return new CoroutineAwaitable(enterCall as unknown as (fn: AnyFunction, args: A) => Coroutine<Unwrap<R>>, [
    fn as AnyFunction,
    args,
  ]);
}

function enterCall(fn: AnyFunction, args: readonly unknown[]): CallDriver {
  keptDriver ??= keep(() => new CallDriver(() => {}, []));
  return new CallDriver(fn, args);
}

/** Calls the function at its first step, not before: an Awaitable is lazy. */
class CallDriver implements Iterator<unknown, unknown, unknown> {
  readonly #fn: AnyFunction;
  readonly #args: readonly unknown[];
  #begun = false;
  /** What it has ended with at once, when the slice was used up. */
  #kept: IteratorResult<unknown, unknown> | null = null;
  #driver: Iterator<unknown, unknown, unknown> | null = null;

  constructor(fn: AnyFunction, args: readonly unknown[]) {
    this.#fn = fn;
    this.#args = args;
  }

  next(): IteratorResult<unknown, unknown> {
    if (!this.#begun) {
      this.#begun = true;
      const strand = runningStrand();
      const scope = strand.at;
      const result = callBody(this.#fn, this.#args, scope);
      this.#driver = driverOf(result, scope);
      const first = this.#driver === null ? { value: result, done: true } : this.#driver.next();
      if (first.done !== true || pay(strand)) return first;
      this.#kept = first;
      return PARKED;
    }
    return this.#kept ?? this.#driver!.next();
  }

  throw(error: unknown): IteratorResult<unknown, unknown> {
    if (this.#driver?.throw === undefined) throw error;
    return this.#driver.throw(error);
  }

  return(value?: unknown): IteratorResult<unknown, unknown> {
    return this.#driver?.return?.(value) ?? { value, done: true };
  }
}
