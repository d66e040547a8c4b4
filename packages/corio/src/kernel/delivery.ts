// How a cancellation travels through the tree of scopes.
//
// A cancellation is told once to each task inside. It is pushed down when it happens: a wait parked in a scope is interrupted,
// a scope whose task is not parked gets it as `pending`, and the next await there throws it. So an await reads one field.
// When a task is told, its scopes up to the cancelled one are marked CLEANUP: what unwinds there is not told again, and scopes
// opened there start without anything pending. An enclosing cancellation that came meanwhile is pending further out, and is
// thrown when the inner block closes.

import { CancelledError } from "../errors.ts";
import { CLEANUP, ENDING, HARD, SHIELD, TASK, UNTOLD } from "./scope-flags.ts";
import type { ScopeNode, ScopeWait } from "./scope.ts";
import { interruptIn } from "./strand.ts";

export function abandonWaits(scope: ScopeNode, error: Error): void {
  for (let wait = scope.waits; wait !== null;) {
    const next: ScopeWait | null = wait.nextWait;
    scope.removeWait(wait);
    // What has its result keeps it: value wins.
    interruptIn(scope, wait, error);
    wait = next;
  }
}

/** Whether `outer` is the scope itself or encloses it. */
export function encloses(outer: object, scope: ScopeNode | null): boolean {
  for (let s = scope; s !== null; s = s.parent) if (s === outer) return true;
  return false;
}

/** Marks that the task is told, from a scope where it waits up to the cancelled scope or the edge of the task. */
export function markTold(scope: ScopeNode, told: Error): void {
  const root = told instanceof CancelledError ? told.scope : null;
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    if ((s.flags & HARD) !== 0) return;
    s.flags |= CLEANUP;
    s.pending = null;
    if (s === root || (s.flags & TASK) !== 0) return;
  }
}

/** A block replaced an enclosing scope's cancellation by an error of its own: the task is to be told again, from this scope on. */
export function tellAgain(scope: ScopeNode, cancellation: CancelledError): void {
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    s.flags &= ~CLEANUP;
    s.pending = cancellation;
    if (s === cancellation.scope || (s.flags & TASK) !== 0) return;
  }
}

/** As `tellAgain`, when the task was told of an enclosing cancellation; nothing otherwise. */
export function tellOfEnclosing(scope: ScopeNode): void {
  if ((scope.flags & CLEANUP) === 0) return;
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    if (s.cancellation === null || (s.flags & UNTOLD) !== 0) continue;
    tellAgain(scope, s.cancellation);
    return;
  }
}

/** The cancellation that a task spawned into this scope must be told of at its first await, if any. */
export function inherited(scope: ScopeNode): Error | null {
  for (let s = scope; ;) {
    if (s.pending !== null) return s.pending;
    if (s.cancellation !== null) return s.cancellation;
    const parent = s.parent;
    if (parent === null || (s.flags & SHIELD) !== 0) return null;
    // Opened by a task that had been told: part of its clean-up.
    if ((parent.flags & (CLEANUP | ENDING)) !== 0 && (s.flags & (CLEANUP | TASK)) === 0) return null;
    s = parent;
  }
}

const toldScopes: ScopeNode[] = [];
const signalled: AbortController[] = [];

/** Pushes an error down a tree: parked waits are interrupted, scopes of tasks that are not parked get a cancellation as pending. */
export function deliver(root: ScopeNode, error: Error): void {
  const told = toldScopes.length;
  let s = root;
  for (;;) {
    if (visit(s, root, error) && s.first !== null) {
      s = s.first;
      continue;
    }
    while (s !== root && s.next === null) s = s.parent!;
    if (s === root) break;
    s = s.next!;
  }
  // Only now: the marks steer the walk, and listeners of signals may change the tree.
  while (toldScopes.length > told) markTold(toldScopes.pop()!, error);
  if (signalled.length > 0) for (const controller of signalled.splice(0)) controller.abort(error);
}

function visit(s: ScopeNode, root: ScopeNode, error: Error): boolean {
  if (s !== root) {
    if ((s.flags & SHIELD) !== 0) return false;
    if ((s.parent!.flags & (CLEANUP | ENDING)) !== 0 && (s.flags & (CLEANUP | TASK)) === 0) return false;
  }
  if ((s.flags & (CLEANUP | ENDING | HARD)) !== 0) return true;
  if (s.extra !== null && s.extra.controller !== null) signalled.push(s.extra.controller);
  if (interruptWaits(s, error)) toldScopes.push(s);
  else if (error instanceof CancelledError) {
    // The outermost wins: what is pending from further in gives way.
    if (s.pending === null || encloses(error.scope, (s.pending as CancelledError).scope as ScopeNode))
      s.pending = error;
  }
  return true;
}

/** Interrupts every wait that stands in this very scope; whether one will see the error. */
export function interruptWaits(s: ScopeNode, error: Error): boolean {
  let told = interruptIn(s, s.strand, error);
  for (let wait = s.waits; wait !== null;) {
    const next: ScopeWait | null = wait.nextWait;
    if (interruptIn(s, wait, error)) told = true;
    wait = next;
  }
  return told;
}
