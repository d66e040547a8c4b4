// Where a task waits: the leaf of its strand, and the waits of its async code. Tasks below are not it.

import { encloses } from "./delivery.ts";
import { TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import type { Leaf, Strand } from "./strand.ts";
import { TaskNode } from "./task.ts";

/** One place where a task waits. */
export interface ParkedWait {
  readonly leaf: Leaf;
  /** The innermost scope around the wait. */
  readonly scope: ScopeNode;
  /** The coroutine that waits; null for an async function. */
  readonly strand: Strand | null;
}

/** All places where the task waits; several when it runs async functions side by side. Empty while it runs, or has not begun. */
export function waitsOf(task: TaskNode): ParkedWait[] {
  const found: ParkedWait[] = [];
  if (task.leaf !== null) found.push({ leaf: task.leaf, scope: task.at, strand: task });
  collect(task, found);
  return found.filter((wait, i) => wait.leaf.foreign !== true || !isSeenFurtherIn(wait, i, found));
}

function collect(scope: ScopeNode, found: ParkedWait[]): void {
  for (let wait = scope.waits; wait !== null; wait = wait.nextWait) {
    const { leaf, strand } = wait;
    if (leaf !== null) found.push({ leaf, scope: strand?.at ?? scope, strand });
  }
  for (let child = scope.first; child !== null; child = child.next)
    if ((child.flags & TASK) === 0) collect(child, found);
}

/** An async function waits where its own waits stand; with none, for something that the runtime does not know. */
function isSeenFurtherIn(wait: ParkedWait, index: number, all: readonly ParkedWait[]): boolean {
  return all.some((other, i) => {
    if (i === index || !encloses(wait.scope, other.scope)) return false;
    return other.leaf.foreign !== true || other.scope !== wait.scope || i > index;
  });
}

/** The tasks of a scope and of the blocks in it, without theirs. */
export function tasksOf(scope: ScopeNode, found: TaskNode[] = []): TaskNode[] {
  for (let child = scope.first; child !== null; child = child.next) {
    if (child instanceof TaskNode) found.push(child);
    else tasksOf(child, found);
  }
  return found;
}

/** The task, if the root is one, and all below it: parents before their children. */
export function allTasksBelow(root: ScopeNode): TaskNode[] {
  const all = root instanceof TaskNode ? [root] : tasksOf(root);
  // Grows while it is walked.
  for (const task of all) tasksOf(task, all);
  return all;
}
