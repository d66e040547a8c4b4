// map and forEach: a function over many items, so many at a time.

import { cancellationOf } from "../errors.ts";
import type { Awaitable, Coroutine, Parked, Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { cancelPoint } from "../kernel/cancel-point.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { spawnIn, type GroupScope } from "../kernel/group-scope.ts";
import { Lock } from "../sync/lock.ts";
import { UnwrappingBlock } from "./gather.ts";
import { type ItemSource, sourceOf } from "./item-source.ts";

export interface ConcurrencyOptions {
  /** How many items may be under way at once; say Infinity for no bound. */
  concurrency: number;
}

interface Work {
  readonly source: ItemSource<unknown>;
  readonly turn: Lock;
  readonly fn: (item: unknown, index: number) => unknown;
  readonly concurrency: number;
  readonly results: unknown[] | null;
  index: number;
}

class MapBlock<T> extends UnwrappingBlock<T> {}

function* runWorkers(group: GroupScope, work: Work): Coroutine<unknown> {
  const { source } = work;
  let complete = false;
  try {
    if (work.concurrency === 1) yield* drainAlone(work);
    // One worker starts the next while there are items and places, so that few items do not start many workers.
    else yield* drain(group, work, 1);
    complete = true;
  } catch (error) {
    // Users of map see workers, no body: errors stand in the order in which they happened.
    if (cancellationOf(error) !== null) throw error;
    group.addError(error);
    group.cancel(error);
  } finally {
    if (!complete) yield* source.close();
  }
  return work.results;
}

/** One item at a time: no other worker to take turns with. */
function* drainAlone(work: Work): Coroutine<void> {
  for (;;) {
    yield* cancelPoint();
    const next = yield* work.source.next();
    if (next.done === true) return;
    const index = work.index++;
    const result = yield* call(work.fn, next.value, index) as Iterable<Parked, unknown, unknown>;
    if (work.results !== null) work.results[index] = result;
  }
}

function* drain(group: GroupScope, work: Work, place: number): Coroutine<void> {
  let helped = place >= work.concurrency;
  for (;;) {
    yield* work.turn.acquire();
    let next: IteratorResult<unknown>;
    try {
      next = yield* work.source.next();
    } finally {
      work.turn.release();
    }
    if (next.done === true) return;
    const index = work.index++;
    if (!helped) {
      helped = true;
      spawnIn(group, [{ name: `worker-${place + 1}` }, drain, group, work, place + 1]);
    }
    const result = yield* call(work.fn, next.value, index) as Iterable<Parked, unknown, unknown>;
    if (work.results !== null) work.results[index] = result;
  }
}

function start<T>(
  items: Iterable<unknown> | AsyncIterable<unknown>,
  fn: AnyFunction,
  concurrency: number,
  results: unknown[] | null,
): Awaitable<T> {
  if (typeof fn !== "function")
    throw new TypeError("Cannot run over the items: the second argument is not a function");
  if (!(concurrency >= 1)) {
    throw new RangeError(`Cannot run ${concurrency} items at once: concurrency takes 1 or more, or Infinity`);
  }
  const work = { source: sourceOf(items), turn: new Lock(), fn, concurrency, results, index: 0 };
  return new MapBlock<T>(runWorkers as AnyFunction, [work]);
}

/**
 * Calls a function of either dialect for each item, at most `concurrency` at a time, and gives the results in the items' order.
 * Items are taken one by one, as places become free; an async iterable is closed when it is left early. The first failure cancels
 * the rest; a sole error is thrown as it is. A cancel point.
 */
export function map<I, R>(
  items: Iterable<I> | AsyncIterable<I>,
  fn: (item: I, index: number) => R,
  options: ConcurrencyOptions,
): Awaitable<Unwrap<R>[]> {
  return start(items, fn as AnyFunction, options.concurrency, []);
}

/** As `map`, without results and one item at a time unless told otherwise: the `for await` of coroutines. A cancel point. */
export function forEach<I>(
  items: Iterable<I> | AsyncIterable<I>,
  fn: (item: I, index: number) => unknown,
  options: Partial<ConcurrencyOptions> = {},
): Awaitable<void> {
  return start(items, fn as AnyFunction, options.concurrency ?? 1, null);
}
