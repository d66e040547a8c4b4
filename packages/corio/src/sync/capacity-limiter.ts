// CapacityLimiter: a semaphore that knows who holds what, and whose size can change.

import { InvalidStateError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { scopeHere } from "../kernel/scope-current.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { taskOf } from "../kernel/task.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { holding } from "./hold.ts";
import { keep } from "../kernel/kept-shapes.ts";

/**
 * So many at a time, each in the name of a borrower: the task that asks, or an object that is given (a connection, a request).
 * A borrower holds one token at most, and only it gives that back. First come, first served; a newcomer never overtakes.
 */
export class CapacityLimiter {
  /** @internal */
  readonly waiters: WaitQueue = new WaitQueue();
  readonly #borrowers = new Set<object>();
  readonly #pending = new Set<object>();
  #total: number;

  /** @param total how many tokens there are; a whole number, zero or more, or Infinity */
  constructor(total: number) {
    this.#total = checkedTotal(total);
  }

  /** How many tokens there are. It may be set at any time: waiters get new ones at once; what is lent beyond it stays lent. */
  get total(): number {
    return this.#total;
  }

  set total(total: number) {
    this.#total = checkedTotal(total);
    this.#grant();
  }

  /** How many tokens are lent. */
  get borrowed(): number {
    return this.#borrowers.size;
  }

  /** How many tokens are left; less than zero when `total` was lowered below what is lent. */
  get available(): number {
    return this.#total - this.#borrowers.size;
  }

  /** Whether `acquire()` would wait. */
  locked(): boolean {
    return this.available <= 0;
  }

  /**
   * Waits for a token and takes it, for the calling task or the given borrower. A cancel point; a token that was handed over is
   * not lost by a cancellation. InvalidStateError when the borrower has one, or waits for one, already.
   */
  acquire(borrower?: object): Awaitable<void> {
    kept ??= keep(() => new Acquire(new CapacityLimiter(1), undefined));
    return new Acquire(this, borrower);
  }

  /** Takes a token if one is free; never waits. InvalidStateError when the borrower has one, or waits for one, already. */
  tryAcquire(borrower: object = taskHere()): boolean {
    if (this.#borrowers.has(borrower) || this.#pending.has(borrower)) {
      throw new InvalidStateError(
        "Cannot acquire from the limiter: the borrower has a token, or waits for one, already",
      );
    }
    if (this.available <= 0) return false;
    this.#borrowers.add(borrower);
    return true;
  }

  /** Gives the borrower's token to the first waiter, or back. InvalidStateError when the borrower has none. */
  release(borrower: object = taskHere()): void {
    if (!this.#borrowers.delete(borrower)) {
      throw new InvalidStateError("Cannot release to the limiter: the borrower has no token");
    }
    this.#grant();
  }

  /** Runs a body while the calling task, or the given borrower, has a token. */
  hold<R>(body: () => R, borrower?: object): Awaitable<Unwrap<R>> {
    const held = { acquire: () => this.acquire(borrower), release: () => this.release(borrower) };
    return holding(held, body as AnyFunction) as Awaitable<Unwrap<R>>;
  }

  /** The tokens, who has them, and how many wait for one. */
  statistics(): { total: number; borrowed: number; borrowers: readonly object[]; waiting: number } {
    return {
      total: this.#total,
      borrowed: this.#borrowers.size,
      borrowers: Array.from(this.#borrowers),
      waiting: this.waiters.size,
    };
  }

  /** @internal */
  queued(borrower: object): void {
    this.#pending.add(borrower);
  }

  /** @internal */
  unqueued(borrower: object): void {
    this.#pending.delete(borrower);
  }

  #grant(): void {
    while (this.available > 0) {
      const next = this.waiters.take() as Acquire | null;
      if (next === null) return;
      this.#pending.delete(next.borrower);
      this.#borrowers.add(next.borrower);
      next.settle();
    }
  }
}

function checkedTotal(total: number): number {
  if (total !== Infinity && !(Number.isInteger(total) && total >= 0))
    throw new RangeError(
      `Cannot give a limiter ${total} tokens: it takes a whole number, zero or more, or Infinity`,
    );
  return total;
}

function taskHere(): object {
  const task = taskOf(scopeHere());
  if (task === null) throw new InvalidStateError("The running code belongs to no task: give the borrower");
  return task;
}

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: Acquire | null = null;

class Acquire extends QueuedWait<void> {
  readonly #limiter: CapacityLimiter;
  /** As it was given; the task that waits, if none was. */
  #borrower: object | undefined;

  constructor(limiter: CapacityLimiter, borrower: object | undefined) {
    super();
    this.#limiter = limiter;
    this.#borrower = borrower;
  }

  get borrower(): object {
    return this.#borrower!;
  }

  protected attempt(scope: ScopeNode): boolean {
    this.#borrower ??= taskOf(scope)!;
    if (this.#limiter.tryAcquire(this.borrower)) return true;
    this.#limiter.queued(this.borrower);
    return false;
  }

  protected line(): WaitQueue {
    return this.#limiter.waiters;
  }

  protected override left(): void {
    this.#limiter.unqueued(this.borrower);
  }

  describe(): string {
    return `a limiter (${this.#limiter.borrowed} of ${this.#limiter.total} tokens are lent)`;
  }

  waitsFor(): WaitTarget {
    const { borrowers, ...state } = this.#limiter.statistics();
    return { kind: "limiter", object: this.#limiter, holders: borrowers, any: true, state };
  }
}
