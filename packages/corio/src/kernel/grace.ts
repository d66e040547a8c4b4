// The end of the grace: what a cancelled scope still runs when its time for clean-up is over, ends by force, leaves first.

import type { CancelledError } from "../errors.ts";
import type { EventLoop } from "./event-loop.ts";
import { CLOSED, HARD, HARD_ROOT, IN_GRACE, SHIELD } from "./scope-flags.ts";
import { ScopeTimer } from "./scope-timer.ts";
import type { ScopeNode, ScopeWait } from "./scope.ts";
import { forceIn } from "./strand.ts";
import type { TimerNode, TimerList } from "./timer-queue.ts";

/** How long clean-up may take, unless a scope or run says otherwise. */
export const DEFAULT_GRACE = 5000;

export function graceOf(scope: ScopeNode): number {
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    if (s.extra !== null && s.extra.grace !== undefined) return s.extra.grace;
  }
  return DEFAULT_GRACE;
}

/** Milliseconds between looks at the scopes that were cancelled: most end sooner, and need no timer of their own. */
const INTERVAL = 250;

/**
 * The cancelled scopes of a loop whose grace is not nearly over, in order of cancellation. One timer looks from time to time which of
 * them have ended; those whose grace ends before the next look get a timer.
 */
export class GraceSweep implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  readonly #loop: EventLoop;
  /** Of each its scope, when its grace ends, and its place among timers. In one row: who cancels a hundred thousand makes no object for each. */
  #notes: (ScopeNode | number)[] = [];
  /** The notes from here on say how long a grace is. */
  #begun = 0;
  #open = 0;

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  note(scope: ScopeNode, grace: number): void {
    const loop = this.#loop;
    scope.flags |= IN_GRACE;
    this.#notes.push(scope, grace, loop.timers.takeOrder());
    if (this.#open++ === 0) loop.addTimer(this, INTERVAL);
    if (!loop.scheduled) this.begin();
  }

  /** The graces that were noted begin now: to ask the time for each costs as much as to note it. */
  begin(): void {
    const notes = this.#notes as number[];
    for (let now; this.#begun < notes.length; this.#begun += 3)
      notes[this.#begun + 1]! += now ??= this.#loop.time();
  }

  ended(): void {
    if (--this.#open > 0) return;
    this.#notes = [];
    this.#begun = 0;
    this.#loop.removeTimer(this);
  }

  fire(): void {
    this.begin();
    const loop = this.#loop;
    const notes = this.#notes;
    this.#notes = [];
    this.#open = 0;
    const next = loop.time() + INTERVAL;
    for (let i = 0; i < notes.length; i += 3) {
      const scope = notes[i] as ScopeNode;
      const when = notes[i + 1] as number;
      const order = notes[i + 2] as number;
      if ((scope.flags & CLOSED) !== 0) continue;
      if (when > next) {
        this.#notes.push(scope, when, order);
        this.#open++;
        continue;
      }
      scope.flags &= ~IN_GRACE;
      loop.addTimerAt(timerOf(scope), when, -graceOf(scope), order);
    }
    this.#begun = this.#notes.length;
    if (this.#open > 0) loop.addTimer(this, INTERVAL);
  }
}

/** Begins the grace of a scope that was cancelled. */
export function startGrace(scope: ScopeNode): void {
  const grace = graceOf(scope);
  if (grace === Infinity) return;
  if (grace > INTERVAL) {
    scope.loop.graces.note(scope, grace);
    return;
  }
  scope.loop.addTimer(timerOf(scope), grace);
}

function timerOf(scope: ScopeNode): TimerNode {
  return (scope.extras().graceTimer = new ScopeTimer(scope, endGrace));
}

/** A scope whose grace has no timer of its own has ended. */
export function graceEnded(scope: ScopeNode): void {
  scope.flags &= ~IN_GRACE;
  scope.loop.graces.ended();
}

/** Makes every await in the cancelled scope throw from now on, and ends the waits that stand there. */
export function endGrace(scope: ScopeNode): void {
  if ((scope.flags & CLOSED) !== 0) return;
  scope.flags |= HARD_ROOT;
  harden(scope, scope.cancellation!);
}

/** Makes every await in the tree throw, up to shields, and ends the waits that stand there: leaves first. */
export function harden(scope: ScopeNode, cancellation: CancelledError): void {
  const inside = [scope];
  for (let i = 0; i < inside.length; i++) {
    for (let child = inside[i]!.first; child !== null; child = child.next) {
      if ((child.flags & SHIELD) === 0) inside.push(child);
    }
  }
  const heights = new Map<ScopeNode, number>();
  const signalled: AbortController[] = [];
  // Parents stand before their children: backwards is leaves first.
  for (let i = inside.length - 1; i >= 0; i--) {
    const s = inside[i]!;
    const height = heights.get(s) ?? 0;
    if (s.parent !== null) heights.set(s.parent, Math.max(heights.get(s.parent) ?? 0, height + 1));
    if ((s.flags & (HARD | CLOSED)) !== 0) continue;
    s.flags |= HARD;
    s.pending = cancellation;
    if (s.extra !== null && s.extra.controller !== null) signalled.push(s.extra.controller);
    forceWaits(s, cancellation, height);
  }
  // Those of clean-up have not aborted before. Only now: listeners may change the tree.
  for (const controller of signalled) controller.abort(cancellation);
}

function forceWaits(s: ScopeNode, cancellation: CancelledError, height: number): void {
  // Guests first: a coroutine that waits for an async body must see whether the body still waits for something of ours.
  for (let wait = s.waits; wait !== null;) {
    const next: ScopeWait | null = wait.nextWait;
    forceIn(s, wait, cancellation, height);
    wait = next;
  }
  forceIn(s, s.strand, cancellation, height);
}
