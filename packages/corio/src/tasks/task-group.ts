// taskGroup: a block that owns tasks, and ends when they all have.

import { TaskGroupError, type CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { Block } from "../kernel/block.ts";
import { tellOfEnclosing } from "../kernel/delivery.ts";
import { type CancellableTaskGroup, GroupScope, type TaskGroup } from "../kernel/group-scope.ts";
import { CLEANUP } from "../kernel/scope-flags.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import type { Strand } from "../kernel/strand.ts";
import { keep } from "../kernel/kept-shapes.ts";

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: GroupBlock<unknown> | null = null;

export class GroupBlock<T> extends Block<T> {
  /** Whether the group is part of its task's clean-up: the cancellation behind that is no affair of the group's. */
  #inCleanup = false;

  protected override open(parent: ScopeNode, strand: Strand): ScopeNode {
    return new GroupScope(parent.loop, parent, strand, 0);
  }

  protected override prepare(scope: ScopeNode): void {
    this.#inCleanup = (scope.parent!.flags & CLEANUP) !== 0;
  }

  protected override bodyEnded(scope: ScopeNode): void {
    if (!this.ok) scope.cancel(this.ending);
  }

  protected override failure(error: unknown): unknown {
    const group = this.scope as GroupScope;
    if (error !== null) group.addError(error);
    if (group.errors === null) return null;
    // Also when the body itself made something else of the cancellation that it was told of.
    if (!this.#inCleanup) tellOfEnclosing(group.parent!);
    const errors = [...group.errors];
    return new TaskGroupError(
      errors,
      `${errors.length} of the group's tasks failed: ${firstLine(errors[0])}`,
    );
  }

  /** The group was cancelled through its own `cancel`: a quiet end. */
  protected absorb(_cancellation: CancelledError): T {
    return undefined as T;
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/**
 * Runs a body that may spawn tasks, and waits for them all. The first failure cancels the body and the other tasks; when all
 * have ended, one TaskGroupError carries every error. A cancel point.
 *
 * With `{ cancellable: true }` the group has `cancel()` (and a deadline to set), which ends the block quietly: its value is then
 * undefined, and the type says so.
 */
export function taskGroup<R>(body: (group: TaskGroup) => R): Awaitable<Unwrap<R>>;
export function taskGroup<R>(
  options: { cancellable: true },
  body: (group: CancellableTaskGroup) => R,
): Awaitable<Unwrap<R> | undefined>;
export function taskGroup(...input: readonly unknown[]): Awaitable<unknown> {
  const body = input[input.length - 1];
  assertFunction(body, "a task group");
  kept ??= keep(() => new GroupBlock<unknown>(() => {}, []));
  return new GroupBlock<unknown>(body as AnyFunction, []);
}
