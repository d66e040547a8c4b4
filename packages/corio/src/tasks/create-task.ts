// createTask: a task that the run owns, as asyncio has it.

import type { Unwrap } from "../kernel/awaitable.ts";
import type { SpawnOptions } from "../kernel/group-scope.ts";
import { spawnOwned } from "../kernel/run-task.ts";
import { RUN } from "../kernel/scope-flags.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import type { Task } from "../kernel/task.ts";

/**
 * Starts a task that belongs to the run, not to a block: it is cancelled and waited for when the run ends. If it fails and nobody
 * joins it, the failure is reported. Prefer a task group, which can react.
 */
export function createTask<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Task<Unwrap<R>>;
export function createTask<A extends readonly unknown[], R>(
  options: SpawnOptions,
  fn: (...args: A) => R,
  ...args: A
): Task<Unwrap<R>>;
export function createTask(...input: readonly unknown[]): Task<unknown> {
  let scope: ScopeNode = scopeHere();
  while ((scope.flags & RUN) === 0) scope = scope.parent!;
  return spawnOwned(scope, input);
}
