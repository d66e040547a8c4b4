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
  // Not by recursion: a tree may be as deep as a program likes.
  const left = (root instanceof TaskNode ? [root] : tasksOf(root).toReversed()).map((task) => ({
    task,
    depth: 0,
  }));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { task, depth } = next;
    const shield = (task.flags & SHIELD) !== 0 ? " (shielded)" : "";
    lines.push(`${"  ".repeat(depth)}- ${task.name}: ${whereabouts(task, placeOf)}${shield}`);
    for (const child of tasksOf(task).toReversed()) left.push({ task: child, depth: depth + 1 });
  }
  return lines.join("\n");
}
