// What the running code may ask about itself.

import { InvalidStateError } from "../errors.ts";
import { calling } from "../kernel/handle.ts";
import { rootOf, runLoopHere } from "../kernel/loop-here.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import type { Scope } from "../kernel/scope.ts";
import { current } from "../kernel/strand.ts";
import { allTasksBelow } from "../kernel/task-waits.ts";
import { taskOf, type Task } from "../kernel/task.ts";
import { eventLoopOf, type EventLoop } from "./event-loop.ts";

/** The innermost scope of the running code. NoRunError outside any run. */
export function currentScope(): Scope {
  return scopeHere();
}

/** The running task. NoRunError outside any run, InvalidStateError in a callback of the loop: it belongs to no task. */
export function currentTask(): Task<unknown> {
  const inCallback = calling.handle !== null && current.strand === null;
  const task = inCallback ? null : taskOf(scopeHere());
  if (task === null) throw new InvalidStateError("The running code belongs to no task");
  return task;
}

/** The loop's clock: monotonic milliseconds, virtual in tests. NoRunError outside any run. */
export function loopTime(): number {
  return scopeHere().loop.time();
}

/** The event loop of the running code: one for a run and all that is in it. NoRunError outside any run. */
export function getRunningLoop(): EventLoop {
  return eventLoopOf(runLoopHere());
}

/** All tasks of the running event loop that have not ended, the current one and the run's own included. NoRunError outside any run. */
export function allTasks(): Set<Task<unknown>> {
  return new Set(allTasksBelow(rootOf(scopeHere())).filter((task) => !task.done()));
}
