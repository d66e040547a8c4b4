// Lock: one owner at a time.

import { InvalidStateError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { scopeHereIfKnown } from "../kernel/scope-current.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { taskOf, type Task } from "../kernel/task.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { holding } from "./hold.ts";
import { keep } from "../kernel/kept-shapes.ts";

/** A mutual exclusion lock, owned by the task that acquired it. First come, first served. Not re-entrant. */
export class Lock {
  /** @internal */
  readonly waiters: WaitQueue = new WaitQueue();
  /** @internal */
  owner: Task<unknown> | null = null;

  /** Waits until the lock is free and takes it. A cancel point; what was acquired is not lost by a cancellation. */
  acquire(): Awaitable<void> {
    kept ??= keep(() => new Acquire(new Lock()));
    return new Acquire(this);
  }

  /**
   * Gives the lock to the first waiter. InvalidStateError when the calling task does not hold it; in browsers, where async functions
   * cannot be told apart, when nobody does.
   */
  release(): void {
    const scope = scopeHereIfKnown();
    if (this.owner === null) throw new InvalidStateError("Cannot release the lock: it is not held");
    const task = scope === null ? this.owner : taskOf(scope);
    if (this.owner !== task) {
      throw new InvalidStateError(
        `Cannot release the lock: task ${this.owner.name} holds it, not task ${task?.name}`,
      );
    }
    this.handOver();
  }

  /** Whether somebody holds it; true also between a hand-off and the step of its new owner. */
  locked(): boolean {
    return this.owner !== null;
  }

  /** Runs a body while holding the lock. */
  hold<R>(body: () => R): Awaitable<Unwrap<R>> {
    return holding(this, body as AnyFunction) as Awaitable<Unwrap<R>>;
  }

  /** @internal Gives the lock to the first waiter, whoever calls. */
  handOver(): void {
    const next = this.waiters.take();
    this.owner = next === null ? null : next.task;
    next?.settle();
  }

  /** Who holds it, and how many wait for it. */
  statistics(): { owner: Task<unknown> | null; waiting: number } {
    return { owner: this.owner, waiting: this.waiters.size };
  }
}

/** @internal What a wait for the lock waits for. */
export function lockTarget(lock: Lock): WaitTarget {
  const { owner, waiting } = lock.statistics();
  return { kind: "lock", object: lock, holders: owner === null ? [] : [owner], state: { waiting } };
}

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: Acquire | null = null;

class Acquire extends QueuedWait<void> {
  readonly #lock: Lock;

  constructor(lock: Lock) {
    super();
    this.#lock = lock;
  }

  protected attempt(scope: ScopeNode): boolean {
    const lock = this.#lock;
    const task = taskOf(scope)!;
    if (lock.owner === null) {
      lock.owner = task;
      return true;
    }
    if (lock.owner === task)
      throw new InvalidStateError("Cannot acquire the lock: the task holds it already");
    return false;
  }

  protected line(): WaitQueue {
    return this.#lock.waiters;
  }

  describe(): string {
    return `a lock held by ${this.#lock.owner?.name ?? "nobody"}`;
  }

  waitsFor(): WaitTarget {
    return lockTarget(this.#lock);
  }
}
