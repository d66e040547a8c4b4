// The base of everything that can be waited for: one object is the Awaitable, the leaf iterator and the wait.

import { type CancelledError, InvalidStateError, NoRunError } from "../errors.ts";
import { PARKED, type Awaitable, type Parked } from "./awaitable.ts";
import { markTold } from "./delivery.ts";
import { GuestWait } from "./guest-wait.ts";
import { hooks } from "./hooks.ts";
import { probed } from "./probe.ts";
import { HARD } from "./scope-flags.ts";
import { assertCallbacks, refuse, scopeHere } from "./scope-current.ts";
import { ScopeNode } from "./scope.ts";
import {
  closing,
  current,
  IGNORED,
  IGNORED_LIMIT,
  INTERRUPTED,
  type Interruption,
  type Leaf,
  type Strand,
  type Waiter,
} from "./strand.ts";
import { keep, nothing } from "./kept-shapes.ts";

/** Not begun. */
export const NEW = 0;
/** Begun, no result yet. */
export const PARKED_STATE = 1;
/** Has a value that was not yet taken. */
export const VALUE = 2;
/** Has an error that was not yet thrown. */
export const ERROR = 3;
export const SPENT = 4;
/** `start` is running: a result that comes now is there at once. */
const STARTING = 5;
/** Being probed: see probe.ts. */
export const PROBED = 6;

/** One of its kind, kept alive for its hidden class: decision 12. */
let keptWait: GuestWait | null = null;

/** Throws what is pending in the scope of a coroutine's await, or parks the strand to be closed when it has ignored that too often. */
export function throwPending(strand: Strand, awaitable: object): IteratorYieldResult<Parked> {
  const scope = strand.at;
  const cancellation = scope.pending!;
  hooks.debug?.refused(awaitable, scope);
  if ((scope.flags & HARD) !== 0) {
    if (++strand.ignored > IGNORED_LIMIT) {
      strand.leaf = closing;
      return PARKED;
    }
  } else markTold(scope, cancellation);
  throw cancellation;
}

export function runningStrand(): Strand {
  const strand = current.strand;
  if (strand === null) {
    throw new NoRunError(
      "Cannot `yield*` here: the coroutine is not driven by Corio. Start it with main(), run() or call()",
    );
  }
  return strand;
}

export function awaitedBefore(what: string): InvalidStateError {
  return new InvalidStateError(`Cannot wait twice: ${what} was awaited before`);
}

/**
 * An operation that waits for one thing. A subclass says how the wait begins (`start`, true if it completes at once with
 * `value` set) and how it is undone (`detach`); whatever ends the wait calls `settle` or `fail`.
 */
export abstract class Operation<T> implements Awaitable<T>, Leaf, Iterator<Parked, T, unknown> {
  protected state: number = NEW;
  /** The result or the error, when there is one. */
  protected value: unknown = undefined;
  protected waiter: Waiter | null = null;

  constructor() {
    hooks.debug?.made(this);
  }

  /** Begins the wait. True if the result is there at once. */
  protected abstract start(scope: ScopeNode): boolean;

  /** Undoes the wait: it was interrupted, and nothing will take its result. */
  protected detach(_error: Error): void {}

  abstract describe(): string;

  /** Ends the wait with a value. False when it has ended before: the value is then still the caller's. */
  settle(value: T): boolean {
    return this.#end(VALUE, value);
  }

  /** Ends the wait with an error. */
  fail(error: unknown): boolean {
    return this.#end(ERROR, error);
  }

  #end(state: number, value: unknown): boolean {
    const before = this.state;
    if (before !== PARKED_STATE && before !== STARTING) return false;
    this.state = state;
    this.value = value;
    if (before === PARKED_STATE) {
      const waiter = this.waiter!;
      waiter.loop.wake(waiter);
    }
    return true;
  }

  /** Starts the wait: PARKED_STATE, VALUE or ERROR. */
  #start(scope: ScopeNode): number {
    this.state = STARTING;
    try {
      if (this.start(scope)) this.state = VALUE;
      else if (this.state === STARTING) this.state = PARKED_STATE;
    } catch (error) {
      this.state = ERROR;
      this.value = error;
    }
    return this.state;
  }

  interrupt(error: Error): Interruption {
    if (this.state !== PARKED_STATE) return IGNORED;
    this.state = ERROR;
    this.value = error;
    try {
      this.detach(error);
    } catch (failure) {
      // An undo that fails must not stop the cancellation on its way to others: it is seen here, in its stead.
      this.value = failure;
    }
    return INTERRUPTED;
  }

  force(error: CancelledError, _height: number): Interruption {
    return this.interrupt(error);
  }

  /** Whether it was awaited. */
  get begun(): boolean {
    return this.state !== NEW;
  }

  get over(): boolean {
    return this.state === VALUE || this.state === ERROR;
  }

  probe(resume: () => void): void {
    const { state } = this;
    this.state = PROBED;
    try {
      resume();
    } finally {
      this.state = state;
    }
  }

  [Symbol.iterator](): Iterator<Parked, T, unknown> {
    return this;
  }

  next(): IteratorResult<Parked, T> {
    switch (this.state) {
      case NEW:
        return this.#begin();
      case VALUE:
        // Its own waiter has been woken, and takes it: a result is nobody else's.
        if (this.waiter !== current.strand) break;
        this.state = SPENT;
        return { value: this.value as T, done: true };
      case ERROR:
        if (this.waiter !== current.strand) break;
        this.state = SPENT;
        throw this.value;
      case PARKED_STATE:
        // Somebody else's wait: who joined it here would never be woken.
        if (this.waiter !== current.strand) break;
        // Woken for another reason: the wait goes on.
        current.strand!.leaf = this;
        return PARKED;
      case PROBED:
        return probed(this);
    }
    throw awaitedBefore(this.describe());
  }

  return(value?: unknown): IteratorResult<Parked, T> {
    if (this.state === PARKED_STATE) this.detach(new InvalidStateError("The coroutine was closed"));
    this.state = SPENT;
    return { value: value as T, done: true };
  }

  #begin(): IteratorResult<Parked, T> {
    const strand = runningStrand();
    const scope = strand.at;
    if (scope.pending !== null) return throwPending(strand, this);
    this.waiter = strand;
    const state = this.#start(scope);
    if (state !== PARKED_STATE) {
      if (strand.loop.spend()) {
        this.state = SPENT;
        if (state === ERROR) throw this.value;
        return { value: this.value as T, done: true };
      }
      // The slice is used up: the result is kept, the host gets its turn.
      strand.loop.wake(strand);
    }
    strand.leaf = this;
    return PARKED;
  }

  then(resolve: (value: T) => unknown, reject: (error: unknown) => unknown): void {
    assertCallbacks(resolve, reject);
    let scope: ScopeNode;
    try {
      scope = scopeHere();
      if (this.state !== NEW) throw awaitedBefore(this.describe());
    } catch (error) {
      refuse(reject, error);
      return;
    }
    const cancellation = scope.pending;
    if (cancellation !== null) {
      hooks.debug?.refused(this, scope);
      if ((scope.flags & HARD) === 0) markTold(scope, cancellation);
      else if (++scope.extras().ignored > IGNORED_LIMIT) return;
      this.state = ERROR;
      this.value = cancellation;
    } else if (this.#start(scope) === PARKED_STATE) {
      scope.addWait(this.#wait(scope, resolve, reject));
      hooks.tracer?.parked(scope, this);
      return;
    }
    const { loop } = scope;
    if (loop.spend()) {
      loop.noteGuest();
      this.deliverTo(resolve as (value: unknown) => unknown, reject);
    } else loop.wake(this.#wait(scope, resolve, reject));
  }

  #wait(scope: ScopeNode, resolve: (value: T) => unknown, reject: (error: unknown) => unknown): GuestWait {
    keptWait ??= keep(
      (loop) => new GuestWait(null as never, new ScopeNode(loop, null, null, 0), nothing, nothing),
      scope.loop,
    );
    const wait = new GuestWait(
      this as Operation<unknown>,
      scope,
      resolve as (value: unknown) => unknown,
      reject,
    );
    this.waiter = wait;
    return wait;
  }

  /** @internal Hands the result to a promise. */
  deliverTo(resolve: (value: unknown) => unknown, reject: (error: unknown) => unknown): void {
    const failed = this.state === ERROR;
    this.state = SPENT;
    if (failed) reject(this.value);
    else resolve(this.value);
  }
}
