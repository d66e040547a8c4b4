// asCompleted: tasks in the order in which they end.

import { QueueShutDown } from "../errors.ts";
import type { Awaitable, Coroutine, Unwrap } from "../kernel/awaitable.ts";
import { coroutine } from "../kernel/coroutine-awaitable.ts";
import { GroupScope, spawnIn } from "../kernel/group-scope.ts";
import { report } from "../kernel/report.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { JoinChildren } from "../kernel/closing.ts";
import type { Task, TaskNode } from "../kernel/task.ts";
import { Queue } from "../queues/queue.ts";
import { shield } from "./shield.ts";
import { assertGatherable, type Gatherable, waitForItem } from "./gather.ts";

/** Owns tasks without a block: closes itself when they are gone, also where nobody ever leaves it. A failure stops nobody. */
class LooseGroup extends GroupScope {
  /** Shut down when none is to come: there may be several who wait. */
  readonly ended: Queue<TaskNode> = new Queue<TaskNode>(Infinity);
  left = false;
  #running = 0;

  begin(items: Iterable<Gatherable>): void {
    for (const item of items) {
      if (typeof item === "function") spawnIn(this, [item]);
      else spawnIn(this, [waitForItem, item]);
      this.#running++;
    }
    if (this.#running === 0) this.ended.shutdown();
  }

  override taskEnded(task: ScopeNode): void {
    const child = task as TaskNode;
    this.#running--;
    if (!this.left) {
      this.ended.putNowait(child);
      if (this.#running === 0) this.ended.shutdown();
    } else if (child.failed)
      report(this, `task ${child.name} failed after its asCompleted was left`, child.ending, null, {
        code: "LATE_FAILURE",
      });
  }

  override childClosed(): void {
    super.childClosed();
    if (this.first === null) this.close();
  }
}

/** What an item of `asCompleted` gives. */
export type ResultOf<I extends Gatherable> =
  I extends Awaitable<infer T> ? T : I extends () => infer R ? Unwrap<R> : never;

class AsCompleted<T> implements AsyncIterableIterator<Task<T>> {
  readonly #items: ReadonlySet<Gatherable>;
  #group: LooseGroup | null = null;

  constructor(items: readonly Gatherable[]) {
    this.#items = new Set(items);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // Typed as the language has it; what is given is an Awaitable, for both dialects.
  next(): Promise<IteratorResult<Task<T>>> {
    return coroutine(() => this.#next()) as unknown as Promise<IteratorResult<Task<T>>>;
  }

  return(): Promise<IteratorResult<Task<T>>> {
    return coroutine(() => this.#leave()) as unknown as Promise<IteratorResult<Task<T>>>;
  }

  *#next(): Coroutine<IteratorResult<Task<T>>> {
    const group = (this.#group ??= this.#start());
    try {
      return { value: (yield* group.ended.get()) as unknown as Task<T>, done: false };
    } catch (error) {
      // A loop does not call return() when next() throws.
      const result = yield* this.#leave();
      if (error instanceof QueueShutDown) return result;
      throw error;
    }
  }

  #start(): LooseGroup {
    const parent = scopeHere();
    const group = new LooseGroup(parent.loop, parent, null, 0);
    group.begin(this.#items);
    return group;
  }

  *#leave(): Coroutine<IteratorReturnResult<undefined>> {
    const group = this.#group;
    if (group !== null && !group.left) {
      group.left = true;
      yield* shield(() => coroutine(endGroup, group), { timeout: Infinity });
    }
    return { value: undefined, done: true };
  }
}

function* endGroup(group: LooseGroup): Coroutine<void> {
  group.cancel("asCompleted was left");
  if (group.first !== null) yield* new JoinChildren(group);
  group.close();
  // Others who wait go on only now: the group may stand in the scope of one of them.
  group.ended.shutdown({ immediate: true });
}

/**
 * Runs everything at once and gives the tasks in the order in which they end: `for await (const task of asCompleted([...]))`, then
 * `task.result()`. A failure stops nobody. Leaving the loop early, or being cancelled in it, cancels the rest and waits for it.
 */
export function asCompleted<const Items extends readonly Gatherable[]>(
  items: Items,
): AsyncIterableIterator<Task<ResultOf<Items[number]>>> {
  assertGatherable(items, "complete");
  return new AsCompleted<ResultOf<Items[number]>>(items);
}
