// What is shown of a run that will not end: the tree of its tasks, with all that the inspection knows, where that is loaded.

import { hooks } from "./hooks.ts";
import { TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import type { TaskNode } from "./task.ts";

export function describeRun(root: ScopeNode): string {
  return hooks.describe === null ? taskLines(root, "") : hooks.describe(root);
}

/** Only a line per task: a bundle that has left the inspection out is to stay small. */
function taskLines(scope: ScopeNode, indent: string): string {
  let lines = "";
  if ((scope.flags & TASK) !== 0) {
    const { name, leaf } = scope as TaskNode;
    lines = `${indent}- ${name}: ${(leaf ?? scope.waits?.leaf)?.describe()}\n`;
    indent += "  ";
  }
  for (let child = scope.first; child !== null; child = child.next) lines += taskLines(child, indent);
  return lines;
}
