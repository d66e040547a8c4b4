// The one wait queue on which every lock, queue and pool stands.
//
// Waiters are served first come, first served, by hand-off: whoever serves a waiter gives it the thing itself, so that no newcomer
// can take it in between. Leaving (by cancellation) costs O(1). A waiter that was served keeps what it got, even if it is
// cancelled before it runs: value wins. So there is no wake-up to lose, and nothing to pass on.

import { Operation } from "./operation.ts";
import type { ScopeNode } from "./scope.ts";
import { taskOf, type Task } from "./task.ts";

/**
 * Those who wait for one thing, first come, first served: what every lock and queue stands on. Serving hands over, so that nobody overtakes;
 * who is cancelled leaves at once, in O(1).
 */
export class WaitQueue<T = void> {
  #first: QueuedWait<T> | null = null;
  #last: QueuedWait<T> | null = null;
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Serves the first waiter, if there is one: it wakes with the value. Whether somebody was served. */
  serve(value: T): boolean {
    const wait = this.take();
    return wait !== null && wait.settle(value);
  }

  /** Takes the first waiter off the queue; the caller must settle or fail it at once. */
  take(): QueuedWait<T> | null {
    const first = this.#first;
    if (first !== null) this.remove(first);
    return first;
  }

  /** Fails all waiters with the error. */
  failAll(error: unknown): void {
    for (let wait = this.take(); wait !== null; wait = this.take()) wait.fail(error);
  }

  /** The first waiter, left in its place. */
  peek(): QueuedWait<T> | null {
    return this.#first;
  }

  /** @internal */
  push(wait: QueuedWait<T>): void {
    wait.queue = this;
    wait.before = this.#last;
    if (this.#last === null) this.#first = wait;
    else this.#last.after = wait;
    this.#last = wait;
    this.#size++;
  }

  /** @internal */
  remove(wait: QueuedWait<T>): void {
    if (wait.queue !== this) return;
    if (wait.before === null) this.#first = wait.after;
    else wait.before.after = wait.after;
    if (wait.after === null) this.#last = wait.before;
    else wait.after.before = wait.before;
    wait.before = wait.after = null;
    wait.queue = null;
    this.#size--;
  }
}

/**
 * A wait in a WaitQueue. A subclass says what may be had at once (`attempt`); only when it cannot, and nobody stands before it,
 * does it queue.
 */
export abstract class QueuedWait<T> extends Operation<T> {
  before: QueuedWait<T> | null = null;
  after: QueuedWait<T> | null = null;
  queue: WaitQueue<T> | null = null;

  /** Takes the thing now, into `value`, for whoever waits in the scope; false to wait for it. Called once, synchronously. */
  protected abstract attempt(scope: ScopeNode): boolean;

  /** The queue to stand in. */
  protected abstract line(): WaitQueue<T>;

  /** Something changed because this waiter left. */
  protected left(): void {}

  /** The task that waits, once it does. */
  get task(): Task<unknown> {
    return taskOf(this.waiter!.at)!;
  }

  protected start(scope: ScopeNode): boolean {
    if (this.attempt(scope)) return true;
    this.line().push(this);
    return false;
  }

  protected override detach(_error: Error): void {
    this.queue?.remove(this);
    this.left();
  }
}
