// gather: several things at once, all of their results.

import { TaskGroupError } from "../errors.ts";
import type { Awaitable, Coroutine, Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { spawnIn, type GroupScope } from "../kernel/group-scope.ts";
import type { Task } from "../kernel/task.ts";
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

/** A group whose sole error is thrown as it is. */
export abstract class UnwrappingBlock<T> extends GroupBlock<T> {
  protected override failure(error: unknown): unknown {
    const failure = super.failure(error);
    return failure instanceof TaskGroupError && failure.errors.length === 1 ? failure.errors[0] : failure;
  }
}

class GatherBlock<T> extends UnwrappingBlock<T> {
  protected override value(tasks: unknown): T {
    return (tasks as Task<unknown>[]).map((task) => task.result()) as T;
  }
}

function* waitForItem(item: Awaitable<unknown>): Coroutine<unknown> {
  return yield* item;
}

function spawnAll(group: GroupScope, items: readonly Gatherable[]): Task<unknown>[] {
  const tasks = new Map<Gatherable, Task<unknown>>();
  return items.map((item) => {
    let task = tasks.get(item);
    if (task === undefined) {
      task = typeof item === "function" ? spawnIn(group, [item]) : spawnIn(group, [waitForItem, item]);
      tasks.set(item, task);
    }
    return task;
  });
}

/**
 * Runs everything at once and gives the results in order, typed place by place. The first failure cancels the rest, and is thrown
 * when they have ended: as it is if it is the only one, else in a TaskGroupError. A `task.join()` among the items is only waited
 * for. The same item given twice runs once. A cancel point.
 */
export function gather<const Items extends readonly Gatherable[]>(items: Items): Awaitable<Gathered<Items>> {
  for (const [i, item] of items.entries()) {
    if (
      typeof item !== "function" &&
      typeof (item as Partial<Awaitable<unknown>>)?.[Symbol.iterator] !== "function"
    ) {
      throw new TypeError(
        `Cannot gather item ${i}: it is neither an Awaitable nor a function (wrap promises in fromPromise)`,
      );
    }
  }
  return new GatherBlock<Gathered<Items>>(spawnAll as AnyFunction, [[...items]]);
}
