// Which task's code asks.

import { calling } from "../kernel/handle.ts";
import { scopeHereOrNull } from "../kernel/scope-current.ts";
import { current } from "../kernel/strand.ts";
import { taskOf, type TaskNode } from "../kernel/task.ts";

/** Null outside any run, and in a callback of the loop. */
export function runningTask(): TaskNode | null {
  if (calling.handle !== null && current.strand === null) return null;
  const scope = scopeHereOrNull();
  return scope === null ? null : taskOf(scope);
}
