// taskGroup: a block that owns tasks, and ends when they all have.

import { TaskGroupError, type CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { Block } from "../kernel/block.ts";
import { tellOfEnclosing } from "../kernel/delivery.ts";
import { type CancellableTaskGroup, GroupScope, type TaskGroup } from "../kernel/group-scope.ts";
import { kindOf } from "../kernel/kind-of.ts";
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

  protected override fails(failed: boolean): boolean {
    const group = this.scope as GroupScope;
    if (failed) group.addError(this.ending);
    if (group.errors === null) return false;
    // Also when the body itself made something else of the cancellation that it was told of.
    if (!this.#inCleanup) tellOfEnclosing(group.parent!);
    const errors = [...group.errors];
    this.ending = new TaskGroupError(
      errors,
      `${errors.length} of the group's tasks failed: ${inWords(errors[0])}`,
    );
    return true;
  }

  /** The group was cancelled through its own `cancel`: a quiet end. */
  protected absorb(_cancellation: CancelledError): T {
    return undefined as T;
  }
}

/** An error in words. Anything may be thrown, also what makes no string. */
function inWords(error: unknown): string {
  try {
    return String(error);
  } catch {
    return kindOf(error);
  }
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
