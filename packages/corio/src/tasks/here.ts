// What the running code may ask about itself.

import { InvalidStateError } from "../errors.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import type { Scope } from "../kernel/scope.ts";
import { taskOf, type Task } from "../kernel/task.ts";

/** The innermost scope of the running code. NoRunError outside any run. */
export function currentScope(): Scope {
  return scopeHere();
}

/** The running task. NoRunError outside any run. */
export function currentTask(): Task<unknown> {
  const task = taskOf(scopeHere());
  if (task === null) throw new InvalidStateError("The running code belongs to no task");
  return task;
}

/** The loop's clock: monotonic milliseconds, virtual in tests. NoRunError outside any run. */
export function loopTime(): number {
  return scopeHere().loop.time();
}
