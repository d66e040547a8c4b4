// What is shown of a run that will not end: its tree of tasks, with the places where they wait, and rings of tasks.

import { framesOf } from "../kernel/probe.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { formatFrame } from "../kernel/stack.ts";
import type { TaskNode } from "../kernel/task.ts";
import { formatTaskTree } from "../kernel/task-tree.ts";
import { waitsOf } from "../kernel/task-waits.ts";
import { findDeadlocks } from "./deadlock.ts";
import { madeFrames } from "./records.ts";

/** Where the program waits: known of coroutines, and in debug mode of async functions. */
function placeOf(task: TaskNode): string {
  const frames = waitsOf(task).flatMap(({ leaf, strand }) =>
    (strand === null ? madeFrames(leaf) : framesOf(strand)).slice(0, 1),
  );
  return frames.length === 0 ? "" : `, at ${frames.map(formatFrame).join(", ")}`;
}

export function describeRun(root: ScopeNode): string {
  const rings = findDeadlocks([root]).map(({ text }) => `Deadlock: ${text}`);
  return [formatTaskTree(root, placeOf), ...rings].join("\n");
}
