// wait: for tasks that somebody else owns.

import { isGenerator, type Awaitable, type Coroutine, type Unwrap } from "../kernel/awaitable.ts";
import { coroutine } from "../kernel/coroutine-awaitable.ts";
import { kindOf } from "../kernel/kind-of.ts";
import { Operation } from "../kernel/operation.ts";
import { reportUnobserved } from "../kernel/run-task.ts";
import { AWAITED, RUN } from "../kernel/scope-flags.ts";
import { TaskNode, type Task, type TaskWatch } from "../kernel/task.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { isAwaitable } from "./kinds.ts";
import { moveOnAfter, timeout } from "./timeout.ts";

/** When `wait` returns. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

const RETURN_WHEN: ReadonlySet<unknown> = new Set(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]);

/** How long `wait` waits, and for how many of the tasks. */
export interface WaitOptions {
  /** Milliseconds; Infinity or null for no limit. Expiry is no error, and cancels nothing. */
  timeout?: number | null | undefined;
  /** Default ALL_COMPLETED. FIRST_EXCEPTION does not count cancelled tasks. */
  returnWhen?: ReturnWhen | undefined;
}

/** One task that a `wait` looks at. */
class Watch implements TaskWatch {
  before: TaskWatch | null = null;
  after: TaskWatch | null = null;
  readonly task: TaskNode;
  readonly #wait: TasksWait;

  constructor(wait: TasksWait, task: TaskNode) {
    this.#wait = wait;
    this.task = task;
  }

  taskEnded(): void {
    this.#wait.taskEnded(this.task);
  }
}

class TasksWait extends Operation<void> {
  readonly #tasks: readonly TaskNode[];
  readonly #returnWhen: ReturnWhen;
  #watches: Watch[] = [];
  #running = 0;
  /** Tasks that failed while it waited: its caller will be told, so they are not reported meanwhile. */
  readonly failed: TaskNode[] = [];

  constructor(tasks: readonly TaskNode[], returnWhen: ReturnWhen) {
    super();
    this.#tasks = tasks;
    this.#returnWhen = returnWhen;
  }

  protected start(): boolean {
    let enough = false;
    for (const task of this.#tasks) {
      if (!task.done()) this.#running++;
      else if (this.#isEnough(task)) enough = true;
    }
    if (enough || this.#running === 0) return true;
    for (const task of this.#tasks) {
      if (task.done()) continue;
      const watch = new Watch(this, task);
      this.#watches.push(watch);
      task.watch(watch);
    }
    return false;
  }

  taskEnded(task: TaskNode): void {
    if (task.failed && !task.observed) {
      task.flags |= AWAITED;
      this.failed.push(task);
    }
    this.#running--;
    if (this.#running > 0 && !this.#isEnough(task)) return;
    this.detach();
    this.settle();
  }

  protected override detach(): void {
    if (this.#running > 0)
      for (const watch of this.#watches) if (!watch.task.done()) watch.task.unwatch(watch);
    this.#watches = [];
  }

  /** Whether this one's end is what was waited for. */
  #isEnough(task: TaskNode): boolean {
    if (this.#returnWhen === "FIRST_COMPLETED") return true;
    return this.#returnWhen === "FIRST_EXCEPTION" && task.failed;
  }

  describe(): string {
    return `tasks ${this.#tasks.map((task) => task.name).join(", ")}`;
  }

  waitsFor(): WaitTarget {
    const holders = this.#tasks.filter((task) => !task.done());
    return { kind: "tasks", holders, any: this.#returnWhen !== "ALL_COMPLETED" };
  }
}

/** @param tasks nobody else's: it becomes one of the two sets that are given back */
function* waitForTasks<T extends Task<unknown>>(
  tasks: Set<T>,
  options: WaitOptions,
): Coroutine<{ done: Set<T>; pending: Set<T> }> {
  const nodes = [...tasks] as unknown as TaskNode[];
  const operation = new TasksWait(nodes, options.returnWhen ?? "ALL_COMPLETED");
  try {
    yield* moveOnAfter(options.timeout ?? null, waitUntil, operation);
  } finally {
    for (const task of operation.failed) handOn(task);
  }
  return partition(tasks);
}

/** The fewer move to a set of their own: who waits for a hundred thousand makes no second set of them. */
function partition<T extends Task<unknown>>(tasks: Set<T>): { done: Set<T>; pending: Set<T> } {
  let ended = 0;
  for (const task of tasks) if (task.done()) ended++;
  const mostEnded = 2 * ended > tasks.size;
  const others = new Set<T>();
  for (const task of tasks) {
    if (task.done() === mostEnded) continue;
    others.add(task);
    tasks.delete(task);
  }
  return mostEnded ? { done: tasks, pending: others } : { done: others, pending: tasks };
}

/** From here on a failure is its caller's to look at, or else reported as any. */
function handOn(task: TaskNode): void {
  task.flags &= ~AWAITED;
  if ((task.parent!.flags & RUN) !== 0) reportUnobserved(task);
}

function* waitUntil(_scope: unknown, operation: Operation<void>): Coroutine<void> {
  yield* operation;
}

/**
 * Waits for tasks and tells which have ended. It owns none of them: neither expiry nor cancellation touches them, and it throws none
 * of their errors. A cancel point.
 */
export function wait<T extends Task<unknown>>(
  tasks: Iterable<T>,
  options: WaitOptions = {},
): Awaitable<{ done: Set<T>; pending: Set<T> }> {
  if (typeof (tasks as Iterable<T> | undefined)?.[Symbol.iterator] !== "function")
    throw new TypeError(`Cannot wait: expected an array or a set of tasks, got ${kindOf(tasks)}`);
  const set = new Set(tasks);
  if (set.size === 0) throw new TypeError("Cannot wait for no tasks at all");
  for (const task of set) {
    if (!(task instanceof TaskNode)) {
      throw new TypeError(
        "Cannot wait: expected tasks (for functions and Awaitables see gather, race and any)",
      );
    }
  }
  const { returnWhen = "ALL_COMPLETED" } = options;
  if (!RETURN_WHEN.has(returnWhen)) {
    throw new TypeError(
      `Cannot wait until ${String(returnWhen)}: it takes one of ${[...RETURN_WHEN].join(", ")}`,
    );
  }
  return coroutine(waitForTasks<T>, set, options);
}

/** Waits for one thing with a time limit: `timeout` for a single Awaitable. A cancel point. */
export function waitFor<T>(awaitable: Awaitable<T>, ms: number | null): Awaitable<Unwrap<Awaitable<T>>> {
  if (!isAwaitable(awaitable) && !isGenerator(awaitable)) {
    const hint =
      (awaitable as unknown) instanceof TaskNode ? "give the task's join()" : "timeout() runs a function";
    throw new TypeError(
      `Cannot wait: expected an Awaitable, got ${kindOf(awaitable)} (${hint}, fromPromise() wraps a promise)`,
    );
  }
  return timeout(ms, () => awaitable);
}
