// retry: again, later and later.

import { cancellationOf } from "../errors.ts";
import type { Awaitable, Coroutine, Parked, Unwrap } from "../kernel/awaitable.ts";
import { assertFunction } from "../kernel/body.ts";
import { call, coroutine } from "../kernel/coroutine-awaitable.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import { sleep } from "../kernel/sleep.ts";

/** How often `retry` tries, when, and what for. Times are milliseconds. */
export interface RetryOptions {
  /** How many attempts at most, the first one included. Default 3. */
  attempts?: number | undefined;
  /** Milliseconds before the second attempt. Default 100. */
  delay?: number | undefined;
  /** By what the delay grows each time. Default 2. */
  factor?: number | undefined;
  /** The longest delay. Default 30 000. */
  maxDelay?: number | undefined;
  /** How much of a delay is drawn at random, from 0 to 1, so that many do not come back at once. Default 0.5. */
  jitter?: number | undefined;
  /** Whether an error is worth another attempt. Default: every error is. A cancellation never is. */
  when?: ((error: unknown, attempt: number) => boolean) | undefined;
  /**
   * Called before the delay, in either dialect, with the error, the number of the attempt that failed, and the delay in
   * milliseconds: to log it, or to mend something. What it throws ends the retry.
   */
  onRetry?: ((error: unknown, attempt: number, delay: number) => unknown) | undefined;
}

function* attempt<R>(fn: (attempt: number) => R, options: RetryOptions): Coroutine<Unwrap<R>> {
  const { attempts = 3, delay = 100, factor = 2, maxDelay = 30_000, jitter = 0.5, when, onRetry } = options;
  for (let n = 1; ; n++) {
    try {
      return yield* call(fn, n);
    } catch (error) {
      if (cancellationOf(error) !== null || n >= attempts || when?.(error, n) === false) throw error;
      // No delay stays none, also when the factor has grown beyond all numbers.
      const full = Math.min(maxDelay, delay * factor ** (n - 1) || 0);
      const actual = full * (1 - jitter * scopeHere().loop.host.random());
      if (onRetry !== undefined) yield* call(onRetry, error, n, actual) as Iterable<Parked, unknown, unknown>;
      yield* sleep(actual);
    }
  }
}

/**
 * Calls a function of either dialect until it succeeds, with growing delays between the attempts; the last error is thrown. It is
 * given the number of the attempt, from 1. The delays are drawn from the host's random numbers, so that a seed replays them. A
 * cancel point.
 */
export function retry<R>(fn: (attempt: number) => R, options: RetryOptions = {}): Awaitable<Unwrap<R>> {
  assertFunction(fn, "a retry");
  const { attempts = 3, jitter = 0.5, when, onRetry } = options;
  if (when !== undefined) assertFunction(when, "the `when` of a retry");
  if (onRetry !== undefined) assertFunction(onRetry, "the `onRetry` of a retry");
  if (typeof attempts !== "number" || !(attempts >= 1))
    throw new RangeError(`Cannot retry with ${attempts} attempts: it takes 1 or more`);
  for (const name of ["delay", "factor", "maxDelay"] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 0)) {
      throw new RangeError(`Cannot retry with a ${name} of ${String(value)}: it takes zero or more`);
    }
  }
  if (!(jitter >= 0 && jitter <= 1))
    throw new RangeError(`Cannot retry with a jitter of ${jitter}: it takes 0 to 1`);
  return coroutine(attempt<R>, fn, options);
}
