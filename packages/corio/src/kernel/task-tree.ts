// The tree of tasks in words: who runs, and where each waits.

import { CLEANUP, SHIELD } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { TaskNode } from "./task.ts";
import { tasksOf, waitsOf } from "./task-waits.ts";

function whereabouts(task: TaskNode, placeOf: (task: TaskNode) => string): string {
  const waits = waitsOf(task);
  if (waits.length === 0) return "running";
  const state = (task.flags & CLEANUP) !== 0 ? "cleaning up, waiting" : "waiting";
  const texts = new Set(waits.map(({ leaf }) => leaf.describe()));
  return `${state} for ${[...texts].join(", ")}${placeOf(task)}`;
}

/** One line per task, indented by ownership. */
export function formatTaskTree(root: ScopeNode, placeOf: (task: TaskNode) => string = () => ""): string {
  const lines: string[] = [];
  const visit = (task: TaskNode, depth: number): void => {
    const shield = (task.flags & SHIELD) !== 0 ? " (shielded)" : "";
    lines.push(`${"  ".repeat(depth)}- ${task.name}: ${whereabouts(task, placeOf)}${shield}`);
    for (const child of tasksOf(task)) visit(child, depth + 1);
  };
  if (root instanceof TaskNode) visit(root, 0);
  else for (const child of tasksOf(root)) visit(child, 0);
  return lines.join("\n");
}
