// How a scope comes to its end: leftovers are ended, children waited for, resources released. The runtime's own work: no
// cancellation interrupts it.

import { cancellationOf, CancelledError, CleanupError, ScopeClosedError } from "../errors.ts";
import { PARKED, type Coroutine, type Parked } from "./awaitable.ts";
import { callBody, driverOf } from "./body.ts";
import { abandonWaits, deliver } from "./delivery.ts";
import { report } from "./report.ts";
import type { Joiner } from "./scope-extra.ts";
import { ENDING, HARD, TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { current, IGNORED, type Interruption, type Leaf, type Strand } from "./strand.ts";

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
  // From here on the scope is in clean-up: what is pending is thrown by the block further out.
  scope.flags |= ENDING;
  if ((scope.flags & HARD) === 0) scope.pending = null;
  endLeftovers(scope, outcome);
  if (scope.first !== null) yield* new JoinChildren(scope);
  const extra = scope.extra;
  if (extra !== null && extra.releases !== null) yield* releaseAll(scope, outcome);
}

/** Async calls that the block made and did not await: they end with it. */
function endLeftovers(scope: ScopeNode, outcome: Outcome): void {
  let floating = scope.waits !== null;
  for (let child = scope.first; child !== null; child = child.next)
    if ((child.flags & TASK) === 0) floating = true;
  if (!floating) return;
  // Beside a failure they are siblings, cancelled like any; beside a value they are a mistake, told as one.
  const error = outcome.ok
    ? new ScopeClosedError(
        "The block ended while a call made in it was still waiting: await the call, or spawn it",
      )
    : (cancellationOf(outcome.ending) ?? CancelledError.of(scope, "the block has failed"));
  if (outcome.ok) report(scope, "a call was still waiting when its block ended", error);
  if (scope.waits !== null) abandonWaits(scope, error);
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

/** The wait for all children of a scope. Nothing interrupts it: the children are told themselves. */
export class JoinChildren implements Leaf, Joiner, Iterator<Parked, void, unknown> {
  readonly #scope: ScopeNode;
  #strand: Strand | null = null;

  constructor(scope: ScopeNode) {
    this.#scope = scope;
  }

  [Symbol.iterator](): Iterator<Parked, void, unknown> {
    return this;
  }

  next(): IteratorResult<Parked, void> {
    const extra = this.#scope.extras();
    if (this.#scope.first === null) {
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

  interrupt(): Interruption {
    return IGNORED;
  }

  force(): Interruption {
    return IGNORED;
  }

  describe(): string {
    return "its children";
  }
}

function* releaseAll(scope: ScopeNode, outcome: Outcome): Coroutine<void> {
  const errors: unknown[] = [];
  const releases = scope.extra!.releases!;
  const taken: (() => unknown)[] = [];
  for (;;) {
    // A release may defer others: those come first.
    for (const entry of releases) taken.push(entry.release);
    releases.clear();
    const release = taken.pop();
    if (release === undefined) break;
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
  if (errors.length === 0) return;
  if (outcome.ok && errors.length === 1) outcome.ending = errors[0];
  else {
    const all = outcome.ok ? errors : [outcome.ending, ...errors];
    outcome.ending = new CleanupError(all, `Releasing a scope's resources failed (${errors.length} of them)`);
  }
  outcome.ok = false;
}
