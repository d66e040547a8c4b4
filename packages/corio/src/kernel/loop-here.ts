// Which event loop, in the sense of a program, the running code is in: that of the outermost run around it.

import type { RunLoop } from "./run-loop.ts";
import type { RunTask } from "./run-task.ts";
import { scopeHere } from "./scope-current.ts";
import type { ScopeNode } from "./scope.ts";

/** The task of the outermost run. */
export function rootOf(scope: ScopeNode): RunTask {
  let root = scope;
  while (root.parent !== null) root = root.parent;
  return root as RunTask;
}

/** The loop of the running code. NoRunError outside any run. */
export function runLoopHere(): RunLoop {
  return rootOf(scopeHere()).runLoop;
}
