// Tasks that are a driver from the beginning: no function is called to get one.

import type { Coroutine } from "./awaitable.ts";
import { NO_ARGUMENT } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { TaskNode } from "./task.ts";

/** Stands for the body of such a task. */
function* driven(): Coroutine<void> {}

/** Makes a task of what drives itself: one generator less to resume through than a coroutine that waits for it. */
export function spawnDriver(
  scope: ScopeNode,
  driver: Iterator<unknown, unknown, unknown>,
  name: string,
): void {
  new TaskNode(scope.loop, scope, driven, undefined, name, NO_ARGUMENT).gen = driver;
}
