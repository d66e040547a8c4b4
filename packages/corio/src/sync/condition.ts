// Condition: tasks wait until something that a lock guards has changed.

import { InvalidStateError } from "../errors.ts";
import { isGenerator, isThenable, type Awaitable, type Coroutine, type Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { cancelPoint } from "../kernel/cancel-point.ts";
import { coroutine } from "../kernel/coroutine-awaitable.ts";
import { kindOf } from "../kernel/kind-of.ts";
import { scopeHere, scopeHereIfKnown } from "../kernel/scope-current.ts";
import { taskOf } from "../kernel/task.ts";
import { WaitQueue } from "../kernel/wait-queue.ts";
import { ConditionWait } from "./condition-wait.ts";
import { holding } from "./hold.ts";
import { Lock } from "./lock.ts";

/** A value that counts as true. */
export type Truthy<V> = V extends false ? never : Exclude<V, 0 | 0n | "" | null | undefined>;

/**
 * A place to wait for a change of what a lock guards. `wait()` gives the lock away while it waits, and has it again when it ends,
 * whichever way. Waiters are notified first come, first served. A waiter may wake although what it waits for is not so (any more):
 * use `waitFor(predicate)`.
 */
export class Condition {
  /** @internal */
  readonly waiters: WaitQueue = new WaitQueue();
  /** The lock that guards the condition. Several conditions may share one. */
  readonly lock: Lock;

  /** @param lock the lock to use; a new one if none is given */
  constructor(lock: Lock = new Lock()) {
    if (!(lock instanceof Lock))
      throw new TypeError(`Cannot make a condition: expected a Lock, got ${kindOf(lock)}`);
    this.lock = lock;
  }

  /** Acquires the lock. A cancel point. */
  acquire(): Awaitable<void> {
    return this.lock.acquire();
  }

  /** Releases the lock. InvalidStateError when the calling task does not hold it. */
  release(): void {
    this.lock.release();
  }

  /** Whether the lock is held, by whomever. */
  locked(): boolean {
    return this.lock.locked();
  }

  /** Runs a body while holding the lock. */
  hold<R>(body: () => R): Awaitable<Unwrap<R>> {
    return holding(this, body as AnyFunction) as Awaitable<Unwrap<R>>;
  }

  /**
   * Gives the lock away, waits for a notification, and takes the lock again. InvalidStateError when the task does not hold the
   * lock. A cancel point; a cancelled wait, too, ends only when it has the lock again, and passes on a notification that it
   * had. (What keeps the lock from it 30 seconds beyond the grace makes it end without.)
   */
  wait(): Awaitable<void> {
    return new ConditionWait(this);
  }

  /**
   * Waits until the predicate gives something truthy, and gives that. The predicate is called at once and after each
   * notification, with the lock held. It must not wait: TypeError. A cancel point, also when it is so at once.
   */
  waitFor<V>(predicate: () => V): Awaitable<Truthy<V>> {
    assertFunction(predicate, "a predicate");
    return coroutine(waitFor<V>, this, predicate) as Awaitable<Truthy<V>>;
  }

  /** Wakes up to `n` waiters, each when it gets the lock. InvalidStateError when the calling task does not hold the lock. */
  notify(n: number = 1): void {
    this.#check("notify");
    if (typeof n !== "number" || Number.isNaN(n))
      throw new TypeError(`Cannot notify ${String(n)} waiters: it takes a number`);
    for (let i = 0; i < n && this.passOn(); i++);
  }

  /** Wakes all who wait now. InvalidStateError when the calling task does not hold the lock. */
  notifyAll(): void {
    this.notify(Infinity);
  }

  /** `waiting` for a notification; who is notified waits for the lock, and is counted there. */
  statistics(): { waiting: number; lock: ReturnType<Lock["statistics"]> } {
    return { waiting: this.waiters.size, lock: this.lock.statistics() };
  }

  /** @internal Moves the first waiter to the lock's line; false when nobody waits. The lock must be held, by whomever. */
  passOn(): boolean {
    const wait = this.waiters.take();
    if (wait === null) return false;
    this.lock.waiters.push(wait);
    return true;
  }

  #check(what: string): void {
    const scope = scopeHereIfKnown();
    const task = scope === null ? this.lock.owner : taskOf(scope);
    if (task === null || this.lock.owner !== task) {
      throw new InvalidStateError(`Cannot ${what}: the task does not hold the condition's lock`);
    }
  }
}

function* waitFor<V>(condition: Condition, predicate: () => V): Coroutine<V> {
  yield* cancelPoint();
  for (;;) {
    if (condition.lock.owner !== taskOf(scopeHere())) {
      throw new InvalidStateError("Cannot wait: the task does not hold the condition's lock");
    }
    const value = predicate();
    if (isThenable(value) || isGenerator(value)) {
      throw new TypeError("Cannot wait for a predicate that waits itself: it must answer at once");
    }
    if (value) return value;
    yield* condition.wait();
  }
}
