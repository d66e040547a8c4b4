// race and any: several things at once, the first one counts. Unlike with promises, the losers are cancelled and waited for.

import { CancelledError, TaskGroupError } from "../errors.ts";
import type { Awaitable, Coroutine, Parked } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { Future } from "../kernel/future.ts";
import { spawnIn, type GroupScope } from "../kernel/group-scope.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import { CLEANUP } from "../kernel/scope-flags.ts";
import type { TaskNode } from "../kernel/task.ts";
import { assertGatherable, UnwrappingBlock, type Gatherable, type Gathered } from "./gather.ts";

/** The items that take part: each once. TypeError when there is nothing that could ever be first. */
function contestants(items: readonly Gatherable[], verb: string): Gatherable[] {
  assertGatherable(items, verb);
  if (items.length === 0) throw new TypeError(`Cannot ${verb} nothing at all: none would ever be first`);
  return Array.from(new Set(items));
}

/** How the first one ended. */
interface Finish {
  readonly ok: boolean;
  readonly value: unknown;
}

class RaceBlock<T> extends UnwrappingBlock<T> {
  protected override value(finish: unknown): T {
    const { ok, value } = finish as Finish;
    if (!ok) throw value;
    return value as T;
  }
}

function* runToFinish(item: Gatherable, finish: Future<Finish>, needsValue: boolean): Coroutine<void> {
  let value: unknown;
  let ok = true;
  try {
    value =
      typeof item === "function" ? yield* call(item) as Iterable<Parked, unknown, unknown> : yield* item;
  } catch (error) {
    // A loser that is stopped has not finished, and one whose clean-up fails is told of as any failure of a group. One that was not
    // told to stop has only come second.
    const told = (scopeHere().flags & CLEANUP) !== 0;
    if (error instanceof CancelledError || needsValue || told) throw error;
    ok = false;
    value = error;
  }
  if (!finish.done()) finish.setResult({ ok, value });
}

function* raceBody(group: GroupScope, items: readonly Gatherable[]): Coroutine<Finish> {
  const finish = new Future<Finish>();
  for (const item of items) spawnIn(group, [runToFinish, item, finish, false]);
  const first = yield* finish.wait();
  group.cancel("another one was first");
  return first;
}

/**
 * Runs everything at once and gives the outcome of whatever ends first, value or error. The others are then cancelled and waited
 * for; a failure of their clean-up is thrown. A wait that had its result in the same turn loses it: race what may be lost, or
 * put it back. TypeError, at the call, when there are none. A cancel point.
 */
export function race<const Items extends readonly [Gatherable, ...Gatherable[]]>(
  items: Items,
): Awaitable<Gathered<Items>[number]> {
  return new RaceBlock<Gathered<Items>[number]>(raceBody as AnyFunction, [contestants(items, "race")]);
}

/** Nobody has a value. */
const NOBODY: Finish = { ok: true, value: undefined };

function* tryForValue(item: Gatherable, contest: Contest): Coroutine<void> {
  try {
    yield* runToFinish(item, contest.finish, true);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    contest.failed(error);
  }
}

class Contest {
  readonly items: readonly Gatherable[];
  readonly errors: unknown[] = [];
  readonly finish: Future<Finish> = new Future<Finish>();

  constructor(items: readonly Gatherable[]) {
    this.items = items;
  }

  failed(error: unknown): void {
    this.errors.push(error);
    if (this.errors.length === this.items.length) this.finish.setResult(NOBODY);
  }
}

class AnyBlock<T> extends RaceBlock<T> {
  readonly #contest: Contest;

  constructor(contest: Contest) {
    super(anyBody as AnyFunction, [contest]);
    this.#contest = contest;
  }

  protected override lost(task: TaskNode): void {
    this.#contest.failed(task.cancelledError());
  }
}

function* anyBody(group: GroupScope, contest: Contest): Coroutine<Finish> {
  for (const item of contest.items) spawnIn(group, [tryForValue, item, contest]);
  const first = yield* contest.finish.wait();
  if (first === NOBODY) {
    const { errors } = contest;
    throw errors.length === 1 ? errors[0] : new TaskGroupError(errors, `All ${errors.length} of them failed`);
  }
  group.cancel("another one was first");
  return first;
}

/**
 * Runs everything at once and gives the first value. Failures count only when all have failed: then a TaskGroupError has them in
 * the order in which they happened (a sole one is thrown as it is). The others are cancelled and waited for. TypeError, at the call,
 * when there are none. A cancel point.
 */
export function any<const Items extends readonly [Gatherable, ...Gatherable[]]>(
  items: Items,
): Awaitable<Gathered<Items>[number]> {
  return new AnyBlock<Gathered<Items>[number]>(new Contest(contestants(items, "try")));
}
