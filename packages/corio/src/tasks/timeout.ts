// Deadlines for blocks: timeout throws, moveOnAfter goes on.

import { TimeoutError, type CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { Block } from "../kernel/block.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { assertTime, setDeadline, setTimeoutOf } from "../kernel/deadline.ts";
import { EXPIRED } from "../kernel/scope-flags.ts";
import type { Scope, ScopeNode } from "../kernel/scope.ts";

class TimeoutBlock<T> extends Block<T> {
  readonly #time: number | null;
  readonly #absolute: boolean;
  /** The deadline as it was set first. */
  #deadline: number | null = null;

  constructor(time: number | null, absolute: boolean, body: AnyFunction, args: readonly unknown[]) {
    assertFunction(body, "a timeout");
    assertTime("timeout", time);
    super(body, args);
    this.#time = time;
    this.#absolute = absolute;
  }

  protected override prepare(scope: ScopeNode): void {
    if (this.#absolute) setDeadline(scope, this.#time);
    else setTimeoutOf(scope, this.#time);
    this.#deadline = scope.deadline;
  }

  // Cancelled by hand there is no value either, and the block promised one.
  protected absorb(cause: CancelledError): T {
    const { deadline, flags } = this.scope!;
    const isTold = this.#absolute || deadline !== this.#deadline;
    const limit = isTold ? `deadline ${String(deadline)}` : `${String(this.#time)} ms`;
    const what =
      (flags & EXPIRED) !== 0 ? `did not end within its time (${limit})` : "was cancelled before its time";
    throw new TimeoutError(`The block ${what}`, { cause });
  }
}

/** How a `moveOnAfter` block ended. */
export type MoveOn<T> = { cancelled: false; value: T } | { cancelled: true; value: undefined };

class MoveOnBlock<T> extends TimeoutBlock<MoveOn<T>> {
  protected override value(result: unknown): MoveOn<T> {
    return { cancelled: false, value: result as T };
  }

  protected override absorb(): MoveOn<T> {
    return { cancelled: true, value: undefined };
  }
}

/**
 * Runs a body with a time limit in milliseconds (Infinity or null: none). When the time is over, the body is cancelled, and when
 * it has unwound the block throws TimeoutError. A body that returns a value all the same has returned it. A cancel point.
 */
export function timeout<A extends readonly unknown[], R>(
  ms: number | null,
  body: (scope: Scope, ...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>> {
  return new TimeoutBlock<Unwrap<R>>(ms, false, body as AnyFunction, args);
}

/** As `timeout`, with a deadline in loop time (see `loopTime()`). */
export function timeoutAt<A extends readonly unknown[], R>(
  when: number | null,
  body: (scope: Scope, ...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>> {
  return new TimeoutBlock<Unwrap<R>>(when, true, body as AnyFunction, args);
}

/** As `timeout`, but expiry is no error: the block gives `{ cancelled: true }` then, and `{ cancelled: false, value }` otherwise. */
export function moveOnAfter<A extends readonly unknown[], R>(
  ms: number | null,
  body: (scope: Scope, ...args: A) => R,
  ...args: A
): Awaitable<MoveOn<Unwrap<R>>> {
  return new MoveOnBlock<Unwrap<R>>(ms, false, body as AnyFunction, args);
}
