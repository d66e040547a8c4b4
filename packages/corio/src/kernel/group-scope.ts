// The scope of a task group: it owns tasks, and collects their failures.

import type { AnyFunction } from "./body.ts";
import type { Unwrap } from "./awaitable.ts";
import { assertFunction } from "./body.ts";
import { InvalidStateError } from "../errors.ts";
import { CLOSED } from "./scope-flags.ts";
import { ScopeNode, type Scope } from "./scope.ts";
import { TaskNode, type Task } from "./task.ts";

/** What may be said of a task at its spawn. */
export interface SpawnOptions {
  /** Shown in task trees and errors. */
  name?: string;
}

/** The way into a task group. */
export interface TaskGroup extends Scope {
  /** Starts a task that the group owns: it begins with the next turn, and the group's block waits for it. */
  spawn<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Task<Unwrap<R>>;
  spawn<A extends readonly unknown[], R>(
    options: SpawnOptions,
    fn: (...args: A) => R,
    ...args: A
  ): Task<Unwrap<R>>;
}

export class GroupScope extends ScopeNode implements TaskGroup {
  errors: unknown[] | null = null;

  spawn<R>(...input: readonly unknown[]): Task<Unwrap<R>> {
    if ((this.flags & CLOSED) !== 0) {
      throw new InvalidStateError("Cannot spawn a task: the block of the group has ended");
    }
    return spawnIn(this, input) as Task<Unwrap<R>>;
  }

  override taskEnded(task: ScopeNode): void {
    const child = task as TaskNode;
    if (!child.failed) return;
    this.addError(child.ending);
    this.cancel(child.ending);
  }

  addError(error: unknown): void {
    this.errors ??= [];
    if (!this.errors.includes(error)) this.errors.push(error);
  }
}

/** Makes a task in a scope from the arguments of `spawn`. */
export function spawnIn(scope: ScopeNode, input: readonly unknown[]): TaskNode {
  const named = typeof input[0] === "object" && input[0] !== null;
  const options = named ? (input[0] as SpawnOptions) : undefined;
  const fn = named ? input[1] : input[0];
  assertFunction(fn, "a task");
  return new TaskNode(scope.loop, scope, fn as AnyFunction, input.slice(named ? 2 : 1), options?.name, 0);
}
