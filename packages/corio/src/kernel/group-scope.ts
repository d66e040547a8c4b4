// The scope of a task group: it owns tasks, and collects their failures.

import type { AnyFunction } from "./body.ts";
import { isGenerator, isThenable, type Awaitable, type Coroutine, type Unwrap } from "./awaitable.ts";
import { assertFunction } from "./body.ts";
import { call, coroutine } from "./coroutine-awaitable.ts";
import { Context } from "./context-var.ts";
import { hooks } from "./hooks.ts";
import { cancellationOf, InvalidStateError } from "../errors.ts";
import { Readiness } from "./readiness.ts";
import { CLOSED, EAGER, NO_ARGUMENT, ONE_ARGUMENT } from "./scope-flags.ts";
import { ScopeNode, type Scope } from "./scope.ts";
import { TaskNode, type Task } from "./task.ts";

/** What may be said of a task at its spawn. */
export interface SpawnOptions {
  /** Shown in task trees and errors. */
  name?: string | undefined;
  /** Runs the task in this context itself, not in a copy of the caller's: what it sets is seen there. */
  context?: Context | undefined;
  /**
   * Begins the task at once, within the spawn, up to its first wait; it then goes on as any other. A coroutine that has ended by then
   * is done when the spawn returns, an async function a microtask later. What it throws is its outcome, not the caller's.
   */
  eager?: boolean | undefined;
}

/** The way into a task group. One that is to be cancelled is made with `{ cancellable: true }`: `CancellableTaskGroup`. */
export interface TaskGroup extends Omit<Scope, "cancel" | "deadline"> {
  /** When the group will be cancelled, in loop time; null for never. */
  readonly deadline: number | null;
  /**
   * Starts a function of either dialect as a task of the group, which waits for it and is cancelled by its failure. The task begins in its
   * turn (see `SpawnOptions.eager`); no cancel point. In a cancelled group it still runs to its first wait. InvalidStateError when the group
   * has ended, TypeError for what is no function.
   */
  spawn<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Task<Unwrap<R>>;
  spawn<A extends readonly unknown[], R>(
    options: SpawnOptions,
    fn: (...args: A) => R,
    ...args: A
  ): Task<Unwrap<R>>;
  /**
   * Starts a task and waits until it says that it is ready, by calling its first argument; gives what it says. A failure before
   * that is thrown here, and does not fail the group. A cancel point; cancelled, it cancels the task.
   */
  start<A extends readonly unknown[], V>(
    fn: (ready: Ready<V>, ...args: A) => unknown,
    ...args: A
  ): Awaitable<V>;
}

/** A task group that can be cancelled by hand. Its block then ends quietly, without a value. */
export interface CancellableTaskGroup extends TaskGroup, Pick<Scope, "cancel"> {
  /** Settable: the group is cancelled, quietly, when it passes. */
  deadline: number | null;
}

/** Says that a task is ready, and what its starter is to be given. */
export type Ready<V> = (value: V) => void;

/** The body of a task that is started: what fails before it is ready is its starter's affair, not the group's. */
function* startBody(fn: AnyFunction, readiness: Readiness, args: readonly unknown[]): Coroutine<unknown> {
  const ready: Ready<unknown> = (value) => readiness.ready(value);
  let value: unknown;
  try {
    value = yield* call(fn as (...args: readonly unknown[]) => unknown, ready, ...args);
  } catch (error) {
    if (readiness.answered || cancellationOf(error) !== null) throw error;
    readiness.unready(error);
    return undefined;
  }
  readiness.unready(new InvalidStateError("The task ended without saying that it was ready"));
  return value;
}

function* startIn(group: GroupScope, fn: AnyFunction, args: readonly unknown[]): Coroutine<unknown> {
  if ((group.flags & CLOSED) !== 0) throw ended();
  const readiness = new Readiness();
  const task = spawnIn(group, [{ name: fn.name || "started" }, startBody, fn, readiness, args]);
  readiness.task = task;
  const taskEnded = (): void => {
    // It fails by a stray cancellation, which is the group's affair; the starter may be elsewhere.
    if (!task.ok) readiness.unready(task.cancelled() ? task.cancelledError() : task.ending);
  };
  task.watch({ before: null, after: null, taskEnded });
  try {
    return yield* readiness;
  } catch (error) {
    // Nobody will hear that it is ready.
    if (!task.done() && cancellationOf(error) !== null) task.cancel(error);
    throw error;
  }
}

function ended(): InvalidStateError {
  return new InvalidStateError("Cannot spawn a task: the block of the group has ended");
}

export class GroupScope extends ScopeNode implements CancellableTaskGroup {
  /** Each once, in the order in which they happened. */
  errors: Set<unknown> | null = null;

  spawn<R>(fn: unknown, argument?: unknown): Task<Unwrap<R>> {
    if ((this.flags & CLOSED) !== 0) throw ended();
    // The most frequent calls make no arrays: each of a hundred thousand tasks would keep one until it starts.
    const count = arguments.length;
    if (count <= 2 && typeof fn === "function") {
      const arity = count === 1 ? NO_ARGUMENT : ONE_ARGUMENT;
      return new TaskNode<Unwrap<R>>(this.loop, this, fn as AnyFunction, argument, undefined, arity);
    }
    return spawnIn(this, Array.from(arguments)) as Task<Unwrap<R>>;
  }

  start(fn: AnyFunction, ...args: readonly unknown[]): Awaitable<never> {
    assertFunction(fn, "a task");
    return coroutine(startIn, this as GroupScope, fn, args) as Awaitable<never>;
  }

  override taskEnded(task: ScopeNode): void {
    const child = task as TaskNode;
    if (!child.failed) return;
    this.addError(child.ending);
    this.cancel(child.ending);
  }

  addError(error: unknown): void {
    (this.errors ??= new Set()).add(error);
  }
}

/** What calling a function has given: a mistake where the function is wanted. */
function isStarted(value: object): boolean {
  return isGenerator(value) || isThenable(value);
}

/** Makes a task in a scope from the arguments of `spawn`. */
export function spawnIn(scope: ScopeNode, input: readonly unknown[]): TaskNode {
  const named = typeof input[0] === "object" && input[0] !== null && !isStarted(input[0]);
  const options = named ? (input[0] as SpawnOptions) : undefined;
  const fn = named ? input[1] : input[0];
  assertFunction(fn, "a task");
  const args = input.slice(named ? 2 : 1);
  if (options === undefined) return new TaskNode(scope.loop, scope, fn as AnyFunction, args, undefined, 0);
  const { name, context, eager = false } = options;
  if (context !== undefined && !(context instanceof Context)) {
    throw new TypeError("Cannot run a task in the context: it is no Context (copyContext() makes one)");
  }
  const task = new TaskNode(scope.loop, scope, fn as AnyFunction, args, name, eager ? EAGER : 0);
  if (context !== undefined) task.vars = context;
  if (eager) (hooks.tracer === null ? task : hooks.tracer.ready(task)).run();
  return task;
}
