// How a scope comes to its end: leftovers are ended, children waited for, resources released. The runtime's own work: no
// cancellation interrupts it.

import { cancellationOf, CleanupError, ScopeClosedError } from "../errors.ts";
import { PARKED, type Coroutine, type Parked } from "./awaitable.ts";
import { callBody, driverOf } from "./body.ts";
import { abandonWaits, deliver, interruptWaits } from "./delivery.ts";
import { hooks, type DebugHooks } from "./hooks.ts";
import { report } from "./report.ts";
import type { Joiner, Release } from "./scope-extra.ts";
import { CLEANUP, ENDING, HARD, TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { current, type Strand } from "./strand.ts";
import { UninterruptedWait } from "./uninterrupted-wait.ts";
import type { WaitTarget } from "./wait-target.ts";

/** How a body ended. */
export interface Outcome {
  ok: boolean;
  ending: unknown;
}

export function needsClosing(scope: ScopeNode): boolean {
  return (
    scope.first !== null ||
    scope.waits !== null ||
    (scope.extra !== null && scope.extra.releases !== null && scope.extra.releases.size > 0)
  );
}

/** Ends what is left in the scope. Release failures change the outcome; nothing is thrown. */
export function* closeDown(scope: ScopeNode, outcome: Outcome): Coroutine<void> {
  const told = (scope.flags & CLEANUP) !== 0;
  // From here on the scope is in clean-up: what is pending is thrown by the block further out.
  scope.flags |= ENDING;
  if ((scope.flags & HARD) === 0) scope.pending = null;
  const floating = hasFloating(scope);
  if (floating && outcome.ok) endFloating(scope);
  else if (floating) stopFloating(scope, told);
  while (scope.first !== null || scope.waits !== null) {
    yield* new JoinChildren(scope);
    // What cleans up goes on in microtasks, and may come back to wait.
    if (floating) yield* new HostTurn(scope);
  }
  const extra = scope.extra;
  if (extra !== null && extra.releases !== null) yield* releaseAll(scope, outcome);
}

/** Whether async calls are left that the block made and did not await. */
function hasFloating(scope: ScopeNode): boolean {
  if (scope.waits !== null) return true;
  for (let child = scope.first; child !== null; child = child.next)
    if ((child.flags & TASK) === 0) return true;
  return false;
}

/** Beside a value they are a mistake, and told as one. */
function endFloating(scope: ScopeNode): void {
  const error = new ScopeClosedError(
    "The block ended while a call made in it was still waiting: await the call, or spawn it",
  );
  const site = hooks.debug === null ? undefined : siteOfWaits(scope, hooks.debug);
  report(scope, "a call was still waiting when its block ended", error, null, {
    code: "FLOATING_CALL",
    ...(site === undefined ? {} : { site }),
  });
  abandonWaits(scope, error);
  eachFloatingBlock(scope, error);
}

/** Where the first of the waits was made, as far as debug mode knows. */
function siteOfWaits(scope: ScopeNode, debug: DebugHooks): string | undefined {
  for (let wait = scope.waits; wait !== null; wait = wait.nextWait) {
    const site = wait.leaf === null ? undefined : debug.siteOf(wait.leaf);
    if (site !== undefined) return site;
  }
  return undefined;
}

/** Beside a failure they are siblings, cancelled like any: told, if they were not, and then left to clean up. */
function stopFloating(scope: ScopeNode, told: boolean): void {
  if (told) return;
  // For its grace; the scope itself is ending, and is not told.
  scope.cancel("the block has failed");
  const cancellation = scope.cancellation!;
  interruptWaits(scope, cancellation);
  eachFloatingBlock(scope, cancellation);
}

function eachFloatingBlock(scope: ScopeNode, error: Error): void {
  for (let child = scope.first; child !== null;) {
    const next: ScopeNode | null = child.next;
    if ((child.flags & TASK) === 0) {
      // A group without a block has nobody to unwind it: cancelled, it closes itself.
      if (child.strand === null) child.cancel(error);
      else deliver(child, error);
    }
    child = next;
  }
}

/** One turn of the host, whatever is cancelled. */
class HostTurn extends UninterruptedWait {
  readonly #scope: ScopeNode;
  #over = false;

  constructor(scope: ScopeNode) {
    super();
    this.#scope = scope;
  }

  get over(): boolean {
    return this.#over;
  }

  protected advance(): IteratorResult<Parked, void> {
    if (this.#over) return { value: undefined, done: true };
    const strand = current.strand!;
    strand.leaf = this;
    this.#scope.loop.host.queueTurn(() => {
      this.#over = true;
      strand.loop.wake(strand);
    });
    return PARKED;
  }

  describe(): string {
    return "calls that clean up";
  }

  waitsFor(): WaitTarget {
    return { kind: "turn" };
  }
}

/** The wait for all children of a scope. Nothing interrupts it: the children are told themselves. */
export class JoinChildren extends UninterruptedWait implements Joiner {
  readonly #scope: ScopeNode;
  #strand: Strand | null = null;

  constructor(scope: ScopeNode) {
    super();
    this.#scope = scope;
  }

  /** Its strand was woken, and has not come round yet. */
  get over(): boolean {
    return this.#strand !== null && this.#scope.extra!.joiner !== this;
  }

  protected advance(): IteratorResult<Parked, void> {
    const extra = this.#scope.extras();
    if (this.#scope.first === null && this.#scope.waits === null) {
      extra.joiner = null;
      return { value: undefined, done: true };
    }
    extra.joiner = this;
    this.#strand = current.strand!;
    this.#strand.leaf = this;
    return PARKED;
  }

  childrenGone(): void {
    const strand = this.#strand!;
    if (strand.leaf !== this) return;
    this.#scope.extra!.joiner = null;
    strand.loop.wake(strand);
  }

  describe(): string {
    return "its children";
  }

  waitsFor(): WaitTarget {
    return { kind: "children", holders: childTasks(this.#scope, []) };
  }
}

function childTasks(scope: ScopeNode, found: ScopeNode[]): ScopeNode[] {
  for (let child = scope.first; child !== null; child = child.next) {
    if ((child.flags & TASK) !== 0) found.push(child);
    else childTasks(child, found);
  }
  return found;
}

function* releaseAll(scope: ScopeNode, outcome: Outcome): Coroutine<void> {
  const errors: unknown[] = [];
  const releases = scope.extra!.releases!;
  const taken: Release[] = [];
  try {
    for (;;) {
      // A release may defer others: those come first.
      for (const entry of releases) taken.push(entry);
      releases.clear();
      const entry = taken.pop();
      if (entry === undefined) break;
      const { release } = entry;
      // Taken off by one that was called before it.
      if (release === null) continue;
      try {
        const driver = driverOf(callBody(release, [], scope), scope);
        if (driver !== null) yield* { [Symbol.iterator]: () => driver as Iterator<Parked, unknown, unknown> };
      } catch (error) {
        // A release cut short by the end of the grace is no failure of its own.
        if (cancellationOf(error) === null) errors.push(error);
      }
      // What a release started is over before the next one begins.
      if (scope.first !== null) yield* new JoinChildren(scope);
    }
  } finally {
    // Closed by force, since one of them did not end: whoever did that goes on with the rest.
    const rest = [...taken, ...releases];
    releases.clear();
    for (const entry of rest) releases.add(entry);
    noteFailures(outcome, errors);
  }
}

function noteFailures(outcome: Outcome, errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  if (outcome.ok && errors.length === 1) outcome.ending = errors[0];
  else {
    const all = outcome.ok ? errors : [outcome.ending, ...errors];
    outcome.ending = new CleanupError(all, `Releasing a scope's resources failed (${errors.length} of them)`);
  }
  outcome.ok = false;
}
