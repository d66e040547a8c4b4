// staggeredRace: attempts that start one after another until one succeeds, as happy eyeballs connect.

import { cancellationOf } from "../errors.ts";
import type { Awaitable, Coroutine, Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { Future } from "../kernel/future.ts";
import { spawnIn, type GroupScope } from "../kernel/group-scope.ts";
import { kindOf } from "../kernel/kind-of.ts";
import { GroupBlock } from "./task-group.ts";
import { moveOnAfter } from "./timeout.ts";

/** When `staggeredRace` starts the next attempt. */
export interface StaggeredRaceOptions<T> {
  /**
   * Milliseconds from the start of an attempt to that of the next one, which also starts when this one fails. null or Infinity:
   * only then.
   */
  delay: number | null;
  /** Given the value of an attempt that succeeded although another was first: close what nobody will use. By default it is dropped. */
  onLate?: ((value: T, index: number) => void) | undefined;
}

/** How a staggered race ended. `errors` has a place for each attempt that was started; null where there is no error. */
export type StaggeredRace<T> =
  | { readonly index: number; readonly value: T; readonly errors: readonly unknown[] }
  | { readonly index: null; readonly value: undefined; readonly errors: readonly unknown[] };

interface Contest {
  readonly attempts: readonly (() => unknown)[];
  readonly delay: number | null;
  readonly onLate: ((value: unknown, index: number) => void) | undefined;
  readonly errors: unknown[];
  winner: { readonly index: number; readonly value: unknown } | null;
}

class StaggeredBlock<T> extends GroupBlock<StaggeredRace<T>> {
  readonly #contest: Contest;

  constructor(contest: Contest) {
    super(runContest as AnyFunction, [contest]);
    this.#contest = contest;
  }

  protected override value(): StaggeredRace<T> {
    const { winner, errors } = this.#contest;
    if (winner === null) return { index: null, value: undefined, errors };
    return { index: winner.index, value: winner.value as T, errors };
  }

  /** The winner cancels the group, and with it the body that may still wait to start others. */
  protected override absorb(): StaggeredRace<T> {
    return this.value();
  }
}

function* runContest(group: GroupScope, contest: Contest): Coroutine<void> {
  const last = contest.attempts.length - 1;
  for (let index = 0; index <= last; index++) {
    const failed = new Future<void>();
    contest.errors.push(null);
    spawnIn(group, [{ name: `attempt-${index + 1}` }, attempt, group, contest, index, failed]);
    if (index < last) yield* moveOnAfter(contest.delay, waitFor, failed);
  }
}

function* waitFor(_scope: unknown, failed: Future<void>): Coroutine<void> {
  yield* failed.wait();
}

function* attempt(group: GroupScope, contest: Contest, index: number, failed: Future<void>): Coroutine<void> {
  let value: unknown;
  try {
    value = yield* call(contest.attempts[index]!) as Iterable<never, unknown, unknown>;
  } catch (error) {
    const cancellation = cancellationOf(error);
    contest.errors[index] = cancellation ?? error;
    // Also where it was cancelled alone: then it is the next one's turn.
    failed.setResult();
    if (cancellation !== null) throw error;
    return;
  }
  if (contest.winner !== null) {
    contest.onLate?.(value, index);
    return;
  }
  contest.winner = { index, value };
  group.cancel("another attempt was first");
}

/**
 * Calls functions of either dialect one after another, each `delay` milliseconds after the one before, or as soon as that one has
 * failed, until one of them succeeds: asyncio's `staggered_race`. The others are then cancelled and waited for. Failures are no
 * errors but told, also when all fail. A cancel point; cancelled, it cancels what it has started.
 */
export function staggeredRace<F extends () => unknown>(
  attempts: Iterable<F>,
  options: StaggeredRaceOptions<Unwrap<ReturnType<F>>>,
): Awaitable<StaggeredRace<Unwrap<ReturnType<F>>>> {
  const { delay, onLate } = (options ?? {}) as StaggeredRaceOptions<Unwrap<ReturnType<F>>>;
  if (typeof (attempts as Iterable<F> | undefined)?.[Symbol.iterator] !== "function")
    throw new TypeError(
      `Cannot run a staggered race: expected an array of functions, got ${kindOf(attempts)}`,
    );
  const list = [...attempts];
  for (const fn of list) assertFunction(fn, "a staggered race");
  if (delay !== null && !(delay >= 0)) {
    throw new RangeError(`Cannot stagger by ${String(delay)}: it takes milliseconds, zero or more, or null`);
  }
  return new StaggeredBlock<Unwrap<ReturnType<F>>>({
    attempts: list,
    delay,
    onLate: onLate as ((value: unknown, index: number) => void) | undefined,
    errors: [],
    winner: null,
  });
}
