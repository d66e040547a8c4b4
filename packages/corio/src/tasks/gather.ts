// gather: several things at once, all of their results.

import { CancelledError, type TaskGroupError } from "../errors.ts";
import {
  isGenerator,
  type Awaitable,
  type Coroutine,
  type Parked,
  type Unwrap,
} from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { call } from "../kernel/coroutine-awaitable.ts";
import { inherited } from "../kernel/delivery.ts";
import { GroupScope, spawnIn } from "../kernel/group-scope.ts";
import { kindOf } from "../kernel/kind-of.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import type { Strand } from "../kernel/strand.ts";
import { TaskNode, type Task } from "../kernel/task.ts";
import { isAwaitable } from "./kinds.ts";
import { GroupBlock } from "./task-group.ts";

/** What `gather` takes: something to wait for, or a function of either dialect to call. */
export type Gatherable = Awaitable<unknown> | (() => unknown);

/** What gathering the items gives, place by place. */
export type Gathered<Items extends readonly Gatherable[]> = {
  -readonly [I in keyof Items]: Items[I] extends Awaitable<infer T>
    ? T
    : Items[I] extends () => infer R
      ? Unwrap<R>
      : never;
};

/** A group whose tasks are asked for what they give: one that is cancelled alone gives nothing. */
class AskingScope extends GroupScope {
  readonly #lost: (task: TaskNode) => void;

  constructor(parent: ScopeNode, strand: Strand, lost: (task: TaskNode) => void) {
    super(parent.loop, parent, strand, 0);
    this.#lost = lost;
  }

  override taskEnded(task: ScopeNode): void {
    super.taskEnded(task);
    const child = task as TaskNode;
    if (child.cancelled() && inherited(this) === null) this.#lost(child);
  }
}

/** A group whose sole error is thrown as it is. */
export abstract class UnwrappingBlock<T> extends GroupBlock<T> {
  protected override open(parent: ScopeNode, strand: Strand): ScopeNode {
    return new AskingScope(parent, strand, (task) => this.lost(task));
  }

  /** A task was cancelled alone. That fails the group, as an item does that joins such a task. */
  protected lost(task: TaskNode): void {
    const group = this.scope as GroupScope;
    const error = task.cancelledError();
    group.addError(error);
    group.cancel(error);
  }

  protected override fails(failed: boolean): boolean {
    if (!super.fails(failed)) return false;
    const { errors } = this.ending as TaskGroupError;
    if (errors.length === 1) this.ending = errors[0];
    return true;
  }
}

class GatherBlock<T> extends UnwrappingBlock<T> {
  protected override value(tasks: unknown): T {
    return (tasks as Task<unknown>[]).map((task) => task.result()) as T;
  }
}

/** Refuses what cannot be run, before anything is. */
export function assertGatherable(items: readonly Gatherable[], verb: string): void {
  if (!Array.isArray(items)) {
    throw new TypeError(
      `Cannot ${verb}: expected an array of Awaitables and functions, got ${kindOf(items)}`,
    );
  }
  for (const [i, item] of items.entries()) {
    if (typeof item === "function" || isAwaitable(item) || isGenerator(item)) continue;
    const hint =
      (item as unknown) instanceof TaskNode ? "of a task, give its join()" : "wrap promises in fromPromise";
    throw new TypeError(`Cannot ${verb} item ${i}: it is neither an Awaitable nor a function (${hint})`);
  }
}

export function* waitForItem(item: Awaitable<unknown>): Coroutine<unknown> {
  return yield* item;
}

/** One task for each item, also for one that stands there twice. */
function spawnEach(
  items: readonly Gatherable[],
  spawn: (item: Gatherable) => Task<unknown>,
): Task<unknown>[] {
  const tasks = new Map<Gatherable, Task<unknown>>();
  return items.map((item) => {
    let task = tasks.get(item);
    if (task === undefined) tasks.set(item, (task = spawn(item)));
    return task;
  });
}

function spawnAll(group: GroupScope, items: readonly Gatherable[]): Task<unknown>[] {
  return spawnEach(items, (item) =>
    typeof item === "function" ? spawnIn(group, [item]) : spawnIn(group, [waitForItem, item]),
  );
}

/**
 * Runs everything at once and gives the results in order, typed place by place. The first failure cancels the rest, and is thrown
 * when they have ended: as it is if it is the only one, else in a TaskGroupError. A `task.join()` among the items is only waited
 * for. The same item given twice runs once. A cancel point.
 */
export function gather<const Items extends readonly Gatherable[]>(items: Items): Awaitable<Gathered<Items>> {
  assertGatherable(items, "gather");
  return new GatherBlock<Gathered<Items>>(spawnAll as AnyFunction, [[...items]]);
}

class SettledBlock<T> extends GatherBlock<T> {
  protected override lost(): void {}

  protected override value(tasks: unknown): T {
    return (tasks as TaskNode[]).map((task) =>
      task.cancelled() ? { status: "rejected", reason: task.cancelledError() } : task.result(),
    ) as T;
  }
}

/** How one of several things ended. */
export type Settled<T> =
  | { readonly status: "fulfilled"; readonly value: T }
  | { readonly status: "rejected"; readonly reason: unknown };

/** What settling the items gives, place by place. */
export type AllSettled<Items extends readonly Gatherable[]> = {
  -readonly [I in keyof Gathered<Items>]: Settled<Gathered<Items>[I]>;
};

function* settle(item: Gatherable): Coroutine<Settled<unknown>> {
  try {
    const value =
      typeof item === "function" ? yield* call(item) as Iterable<Parked, unknown, unknown> : yield* item;
    return { status: "fulfilled", value };
  } catch (reason) {
    // Stopped from outside: then nobody asks how it ended. A joined task that was cancelled is an ordinary failure.
    if (reason instanceof CancelledError) throw reason;
    return { status: "rejected", reason };
  }
}

function settleAll(group: GroupScope, items: readonly Gatherable[]): Task<unknown>[] {
  return spawnEach(items, (item) => spawnIn(group, [settle, item]));
}

/**
 * Runs everything at once and tells how each one ended, in order: asyncio's `gather(return_exceptions=True)`. A failure stops nobody; cancelling
 * the wait cancels all. The same item given twice runs once. A cancel point.
 */
export function allSettled<const Items extends readonly Gatherable[]>(
  items: Items,
): Awaitable<AllSettled<Items>> {
  assertGatherable(items, "settle");
  return new SettledBlock<AllSettled<Items>>(settleAll as AnyFunction, [[...items]]);
}
