// The tree of tasks in words: who runs, and where each waits.

import { CLEANUP, SHIELD } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { TaskNode } from "./task.ts";

function whereabouts(task: TaskNode): string {
  const waits: string[] = [];
  const { leaf } = task;
  if (leaf !== null && leaf.foreign !== true) waits.push(leaf.describe());
  collect(task, waits);
  // An async function waits where its own waits stand; with none, for something that the runtime does not know.
  if (leaf !== null && waits.length === 0) waits.push(leaf.describe());
  const state = (task.flags & CLEANUP) !== 0 ? "cleaning up, waiting" : "waiting";
  return waits.length === 0 ? "running" : `${state} for ${[...new Set(waits)].join(", ")}`;
}

function collect(scope: ScopeNode, waits: string[]): void {
  for (let wait = scope.waits; wait !== null; wait = wait.nextWait)
    if (wait.standing()) waits.push(wait.describe());
  for (let child = scope.first; child !== null; child = child.next)
    if (!(child instanceof TaskNode)) collect(child, waits);
}

function childTasks(scope: ScopeNode, found: TaskNode[]): TaskNode[] {
  for (let child = scope.first; child !== null; child = child.next) {
    if (child instanceof TaskNode) found.push(child);
    else childTasks(child, found);
  }
  return found;
}

/** One line per task, indented by ownership. */
export function formatTaskTree(root: ScopeNode): string {
  const lines: string[] = [];
  const visit = (task: TaskNode, depth: number): void => {
    const shield = (task.flags & SHIELD) !== 0 ? " (shielded)" : "";
    lines.push(`${"  ".repeat(depth)}- ${task.name}: ${whereabouts(task)}${shield}`);
    for (const child of childTasks(task, [])) visit(child, depth + 1);
  };
  if (root instanceof TaskNode) visit(root, 0);
  else for (const child of childTasks(root, [])) visit(child, 0);
  return lines.join("\n");
}
