// map and forEach: a function over many items, so many at a time.

import { cancellationOf } from "../errors.ts";
import type { Awaitable, Coroutine, Parked, Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { markTold } from "../kernel/delivery.ts";
import { spawnIn, type GroupScope } from "../kernel/group-scope.ts";
import { spawnDriver } from "../kernel/spawn-driver.ts";
import { Lock } from "../sync/lock.ts";
import { UnwrappingBlock } from "./gather.ts";
import { type ItemSource, sourceOf } from "./item-source.ts";
import { type Assembly, MapWorker } from "./map-worker.ts";
import { keep } from "../kernel/kept-shapes.ts";

/** How `map` runs over its items. */
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
    // One worker starts the next while there are items and places, so that few items do not start many workers.
    if (source.atOnce !== null) yield* drainAtOnce(group, work, source.atOnce, source.array ?? null);
    else yield* drain(group, work, 1);
    complete = true;
  } catch (error) {
    // Users of map see workers, no body: errors stand in the order in which they happened.
    if (cancellationOf(error) !== null) throw error;
    group.addError(error);
    group.cancel(error);
    // This one knows: closing the source is its clean-up, and may wait.
    if (group.cancellation !== null) markTold(group, group.cancellation);
  } finally {
    if (!complete) yield* closeSource(work);
  }
  return work.results;
}

/** Leaves the source early. Whoever waits for its next item was cancelled, but may still be cleaning up there. */
function* closeSource({ source, turn }: Work): Coroutine<void> {
  if (turn.locked()) yield* turn.acquire();
  yield* source.close();
}

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: MapWorker | null = null;

function* drainAtOnce(
  group: GroupScope,
  work: Work,
  items: Assembly["items"],
  array: Assembly["array"],
): Coroutine<void> {
  const { fn, results, concurrency } = work;
  const assembly: Assembly = {
    array,
    items,
    fn: fn as AnyFunction,
    results,
    index: 0,
    helper(place) {
      if (place > concurrency) return;
      spawnDriver(group, new MapWorker(assembly, place), `worker-${place}`);
    },
  };
  kept ??= keep(
    () =>
      new MapWorker(
        { array: null, items: [].values(), fn: () => {}, results: null, index: 0, helper() {} },
        1,
      ),
  );
  yield* new MapWorker(assembly, 1);
}

/** Of what comes in time, the workers take turns to wait for the next item. */
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
  concurrency: number | undefined,
  results: unknown[] | null,
): Awaitable<T> {
  if (typeof fn !== "function")
    throw new TypeError("Cannot run over the items: the second argument is not a function");
  if (concurrency === undefined || !(concurrency >= 1)) {
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
  return start(
    items,
    fn as AnyFunction,
    (options as Partial<ConcurrencyOptions> | undefined)?.concurrency,
    [],
  );
}

/** As `map`, without results and one item at a time unless told otherwise: the `for await` of coroutines. A cancel point. */
export function forEach<I>(
  items: Iterable<I> | AsyncIterable<I>,
  fn: (item: I, index: number) => unknown,
  options: { concurrency?: number | undefined } = {},
): Awaitable<void> {
  return start(items, fn as AnyFunction, options.concurrency ?? 1, null);
}
