// A strand: one generator being driven. A coroutine task is one; so is a coroutine that an async function awaits.

import type { HostContext } from "../host/port.ts";
import { BadYieldError, type CancelledError } from "../errors.ts";
import { resume } from "./awaitable.ts";
import type { EventLoop } from "./event-loop.ts";
import type { Runnable } from "./ready-queue.ts";
import type { ScopeNode } from "./scope.ts";
import type { WaitTarget } from "./wait-target.ts";

/** What came of asking a wait to give way to an error. */
export const IGNORED = 0;
/** The wait ends with the error; its strand is to be woken. */
export const INTERRUPTED = 1;
/** The wait goes on and will throw the error itself when it is over. */
export const RECORDED = 2;
export type Interruption = typeof IGNORED | typeof INTERRUPTED | typeof RECORDED;

/** Where a strand is parked: the innermost iterator of its `yield*` chain. */
export interface Leaf {
  /** Asks the wait to end with an error. A wait that already has its result ignores it: value wins. */
  interrupt(error: Error): Interruption;
  /** The grace is over: the wait must end now. `height` counts the scopes below: what is further in ends first. */
  force(error: CancelledError, height: number): Interruption;
  /** Set where nothing of the runtime's will answer: an async function's promise. */
  readonly foreign?: boolean;
  /** What is waited for, in words. */
  describe(): string;
  /** Set when the wait is over, and its strand only waits for its turn. */
  readonly over?: boolean;
  /** Set where the wait is over, and by an error. */
  readonly failure?: { readonly error: unknown } | undefined;
  /** Calls `resume`, which resumes the strand, and parks it again at the same place, whatever has happened: see probe.ts. */
  probe?(resume: () => void): void;
  /** What is waited for, as data. */
  waitsFor?(): WaitTarget;
}

/** Whom a settled operation wakes. */
export interface Waiter extends Runnable {
  readonly loop: EventLoop;
  /** The innermost scope that waits. */
  readonly at: ScopeNode;
}

/** One that shows what it waits for; null while it runs. */
export interface ParkedWaiter extends Waiter {
  readonly leaf: Leaf | null;
}

export interface Strand extends ParkedWaiter {
  gen: Iterator<unknown, unknown, unknown> | null;
  /** The innermost scope that the strand is in. */
  at: ScopeNode;
  leaf: Leaf | null;
  context: HostContext | null;
  /** Throws that were ignored after the grace was over; past the limit the strand is closed. */
  ignored: number;
  /** Whether `gen` is what a generator function gave. */
  readonly native: boolean;
  finish(ok: boolean, value: unknown): void;
}

/** Interrupts who waits, if it waits in this very scope; whether the error will be seen. */
export function interruptIn(scope: ScopeNode, waiter: ParkedWaiter | null, error: Error): boolean {
  return waiter?.at === scope && waiter.leaf !== null && wake(waiter, waiter.leaf.interrupt(error));
}

/** As `interruptIn`, when the grace is over. */
export function forceIn(
  scope: ScopeNode,
  waiter: ParkedWaiter | null,
  error: CancelledError,
  height: number,
): boolean {
  return waiter?.at === scope && waiter.leaf !== null && wake(waiter, waiter.leaf.force(error, height));
}

function wake(waiter: Waiter, outcome: Interruption): boolean {
  if (outcome === INTERRUPTED) waiter.loop.wake(waiter);
  return outcome !== IGNORED;
}

/** The strand whose step is running. Null outside steps: then async context tells the scope. */
export const current: { strand: Strand | null } = { strand: null };

/** How often a body may ignore the end of its grace before it is closed by force, or abandoned. */
export const IGNORED_LIMIT = 100;

/** What a strand that is to be closed is parked on: the block whose grace ended closes its body when it sees this. */
export const closing: Leaf = deafLeaf("being closed");

const turn: Leaf = deafLeaf("a turn");

function deafLeaf(words: string): Leaf {
  return { interrupt: () => IGNORED, force: () => IGNORED, describe: () => words };
}

/**
 * Pays for what has ended at once. False when the slice is used up: the strand is then parked until its turn comes again. What is
 * cancelled meanwhile is pending when it does.
 */
export function pay(strand: Strand): boolean {
  if (strand.loop.spend()) return true;
  strand.leaf = turn;
  strand.loop.wake(strand);
  return false;
}

/** An async body is its strand's leaf and driver in one: its error need not be thrown, at a microsecond, to be caught by the step. */
function handedOver(strand: Strand): boolean {
  const { leaf } = strand;
  if (leaf === null || (leaf as unknown) !== strand.gen || leaf.failure === undefined) return false;
  strand.leaf = null;
  strand.finish(false, leaf.failure.error);
  return true;
}

/** Runs a strand to its next wait or its end. To be called in the strand's context. */
export function step(strand: Strand): void {
  if (!strand.native && handedOver(strand)) return;
  const outer = current.strand;
  current.strand = strand;
  strand.leaf = null;
  let result: IteratorResult<unknown, unknown>;
  try {
    result = strand.native ? resume(strand.gen!) : strand.gen!.next();
    // A bare `yield` parks on nothing: nothing would ever wake it.
    for (let i = 0; result.done !== true && strand.leaf === null; i++) {
      const error = new BadYieldError(
        "Cannot wait for what was yielded: wait with `yield*`, not with `yield`",
      );
      const gen = strand.gen as Generator;
      // An async generator's answer is a promise, always; and a body may never learn.
      if (typeof gen.throw !== "function" || result.done === undefined || i > IGNORED_LIMIT) throw error;
      result = gen.throw(error);
    }
    if (strand.leaf === closing) {
      closeBody(strand.gen!);
      // Ended by the cancellation whose grace is over, not by a value.
      throw strand.at.pending;
    }
  } catch (error) {
    current.strand = outer;
    strand.finish(false, error);
    return;
  }
  current.strand = outer;
  if (result.done === true) strand.finish(true, result.value);
}

/**
 * Closes a body that goes on after its grace: `return()`, again and again with nothing in between, since a `finally` that
 * awaits or continues un-does one. A body that survives that is abandoned. Either way it is over when this returns.
 */
export function closeBody(gen: Iterator<unknown, unknown, unknown>): IteratorReturnResult<unknown> {
  for (let i = 0; i < IGNORED_LIMIT; i++) {
    const result = gen.return?.(undefined) ?? { value: undefined, done: true as const };
    if (result.done === true) break;
  }
  return { value: undefined, done: true };
}
