// shield: a block that outer cancellation does not reach, for a limited time.

import type { CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { Block } from "../kernel/block.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { deliver } from "../kernel/delivery.ts";
import { harden } from "../kernel/grace.ts";
import { HARD, SHIELD } from "../kernel/scope-flags.ts";
import { ScopeNode, type Scope } from "../kernel/scope.ts";
import type { Strand } from "../kernel/strand.ts";
import type { TimerList, TimerNode } from "../kernel/timer-queue.ts";

const DEFAULT_LIMIT = 30_000;

/** How long a shield holds. */
export interface ShieldOptions {
  /** Milliseconds after which outer cancellation is let in. Default 30 000; Infinity for never. */
  timeout?: number | undefined;
}

class ShieldBlock<T> extends Block<T> implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  readonly #limit: number;

  constructor(body: AnyFunction, limit: number) {
    super(body, []);
    this.#limit = limit;
  }

  protected override get shielded(): boolean {
    return true;
  }

  protected override open(parent: ScopeNode, strand: Strand): ScopeNode {
    return new ScopeNode(parent.loop, parent, strand, SHIELD);
  }

  protected override prepare(scope: ScopeNode): void {
    if (this.#limit !== Infinity) scope.loop.addTimer(this, this.#limit);
  }

  /** The limit is over: what is cancelled outside counts inside too. */
  fire(): void {
    const scope = this.scope!;
    const parent = scope.parent!;
    scope.flags &= ~SHIELD;
    if (parent.pending === null) return;
    if ((parent.flags & HARD) !== 0) harden(scope, parent.pending as CancelledError);
    else deliver(scope, parent.pending);
  }

  protected override finished(scope: ScopeNode): void {
    if (this.list !== null) scope.loop.removeTimer(this);
  }

  protected absorb(cancellation: CancelledError): T {
    // Only `scope.cancel()` from inside comes here: there is no value to give.
    throw cancellation;
  }
}

/**
 * Runs a body that cancellation from outside does not interrupt: for clean-up that must be done. It is bounded: after `timeout`
 * milliseconds the shield is lifted. A cancellation that came meanwhile is thrown at the next await after the block.
 * Not a cancel point.
 */
export function shield<R>(body: (scope: Scope) => R, options: ShieldOptions = {}): Awaitable<Unwrap<R>> {
  assertFunction(body, "a shield");
  const { timeout = DEFAULT_LIMIT } = options;
  if (typeof timeout !== "number" || Number.isNaN(timeout)) {
    throw new TypeError(`Cannot shield for ${String(timeout)}: it takes milliseconds, or Infinity for ever`);
  }
  return new ShieldBlock<Unwrap<R>>(body as AnyFunction, timeout);
}
