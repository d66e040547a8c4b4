// Which task a scope is in.

import { TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import type { TaskNode } from "./task.ts";

/** The task that a scope is in. */
export function taskOf(scope: ScopeNode | null): TaskNode | null {
  for (let s = scope; s !== null; s = s.parent) if ((s.flags & TASK) !== 0) return s as TaskNode;
  return null;
}
