// Calling a body of either dialect in a scope, and turning what it gives into something that a strand can drive.

import type { HostContext } from "../host/port.ts";
import type { CancelledError } from "../errors.ts";
import {
  isAsyncGenerator,
  isGenerator,
  isGeneratorFunction,
  isThenable,
  PARKED,
  type Awaitable,
  type Parked,
} from "./awaitable.ts";
import { assertCallable } from "./kind-of.ts";
import { report } from "./report.ts";
import { HARD } from "./scope-flags.ts";
import { ScopeTimer } from "./scope-timer.ts";
import { ScopeNode, tokenOf } from "./scope.ts";
import { current, IGNORED, type Interruption, type Leaf, type Strand } from "./strand.ts";
import { UninterruptedWait } from "./uninterrupted-wait.ts";
import type { WaitTarget } from "./wait-target.ts";
import { keep } from "./kept-shapes.ts";

export type AnyFunction = (...args: never[]) => unknown;

/** Calls a body in a scope; in the ambient context, which may be handed over. Coroutines need nothing; what may be async code is called with the scope's token. */
export function callBody(
  fn: AnyFunction,
  args: readonly unknown[],
  scope: ScopeNode,
  context: HostContext | null = null,
): unknown {
  if (isGeneratorFunction(fn)) return (fn as (...args: readonly unknown[]) => unknown)(...args);
  return scope.loop.host.runWithToken(tokenOf(scope), fn, args, context);
}

/** What drives the result of a body to its value; null when the result is the value. */
export function driverOf(result: unknown, scope: ScopeNode): Iterator<unknown, unknown, unknown> | null {
  if (isGenerator(result)) return result;
  if (isThenable(result)) {
    const iterable = result as unknown as Partial<Awaitable<unknown>>;
    if (typeof iterable[Symbol.iterator] === "function") return iterable[Symbol.iterator]!();
    kept ??= keep(
      (loop) => new BodyPromise(Promise.resolve(), new ScopeNode(loop, null, null, 0)),
      scope.loop,
    );
    // As for `await`: what is no promise may answer with another, or twice.
    return new BodyPromise(result instanceof Promise ? result : Promise.resolve(result), scope);
  }
  if (isAsyncGenerator(result)) {
    throw new TypeError("Cannot run an async generator as a body: use a function* or an async function");
  }
  return null;
}

export function assertFunction(fn: unknown, what: string): void {
  assertCallable(fn, `run ${what}`);
}

/** Whether it is the wait for an async body that will be abandoned by itself. */
function isToBeJudged(leaf: Leaf | null): boolean {
  return leaf instanceof BodyPromise && !!leaf.graceTimer?.list;
}

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: BodyPromise | null = null;

/**
 * The wait for an async body. It is not interrupted: the body is told at its own waits, which stand in the same scope. When the
 * grace is over and the body neither ends nor waits for anything of ours, it is abandoned, and its scope with it.
 */
class BodyPromise extends UninterruptedWait {
  /** When it is judged, once the grace is over. */
  graceTimer: ScopeTimer | null = null;
  #settled = false;
  #ok = true;
  #value: unknown = undefined;
  /** Who waits; null before it does. */
  #strand: Strand | null = null;
  readonly #promise: PromiseLike<unknown>;
  readonly #scope: ScopeNode;

  constructor(promise: PromiseLike<unknown>, scope: ScopeNode) {
    super();
    this.#promise = promise;
    this.#scope = scope;
  }

  protected advance(): IteratorResult<Parked, unknown> {
    const strand = current.strand!;
    if (this.#strand === null) {
      this.#strand = strand;
      this.#promise.then(
        (value) => this.#settle(true, value),
        (error: unknown) => this.#settle(false, error),
      );
      // Begun when the grace was over already: nobody will come to say so.
      if ((this.#scope.flags & HARD) !== 0) this.force(this.#scope.pending as CancelledError, 0);
    }
    if (this.#settled) {
      if (this.#ok) return { value: this.#value, done: true };
      throw this.#value;
    }
    strand.leaf = this;
    return PARKED;
  }

  return(value?: unknown): IteratorResult<Parked, unknown> {
    this.#settled = true;
    return { value, done: true };
  }

  get foreign(): boolean {
    return true;
  }

  get over(): boolean {
    return this.#settled;
  }

  get failure(): { readonly error: unknown } | undefined {
    return this.#settled && !this.#ok ? { error: this.#value } : undefined;
  }

  override force(cancellation: CancelledError, height: number): Interruption {
    if (this.#settled) return IGNORED;
    // Its waits throw in this turn; what still stands in the next one waits for something foreign, or ignores every throw.
    this.graceTimer = new ScopeTimer(this.#scope, () => this.#judge(cancellation));
    this.#scope.loop.addTimer(this.graceTimer, 1 + height);
    return IGNORED;
  }

  #judge(cancellation: CancelledError): void {
    const scope = this.#scope;
    const { loop } = scope;
    for (let wait = scope.waits; wait !== null; wait = wait.nextWait) {
      if (!wait.standing() && !isToBeJudged(wait.leaf)) continue;
      // In a shielded block, in one that waits for its children, or for what began later: it will be answered.
      loop.addTimer(this.graceTimer!, 10);
      return;
    }
    if (loop.abandonedAt === loop.counters.steps) {
      // Something that this body may wait for was abandoned just now: let that be seen first.
      loop.abandonedAt = -1;
      loop.addTimer(this.graceTimer!, 1);
      return;
    }
    loop.abandonedAt = loop.counters.steps;
    report(
      scope,
      "an async function did not end within the grace after its cancellation and is abandoned",
      cancellation,
      null,
      { code: "ABANDONED" },
    );
    this.#settle(false, cancellation);
  }

  #settle(ok: boolean, value: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#ok = ok;
    this.#value = value;
    if (this.graceTimer !== null) this.#scope.loop.removeTimer(this.graceTimer);
    const strand = this.#strand!;
    if (strand.leaf === this) strand.loop.wake(strand);
  }

  describe(): string {
    return "an async function that waits for something foreign";
  }

  waitsFor(): WaitTarget {
    return { kind: "foreign" };
  }
}
