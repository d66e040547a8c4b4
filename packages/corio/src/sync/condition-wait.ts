// The wait for a condition: two lines, one behind the other. First the condition's, then the lock's.

import { InvalidStateError, type CancelledError } from "../errors.ts";
import { CLOSED, ENDING } from "../kernel/scope-flags.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { IGNORED, RECORDED, type Interruption } from "../kernel/strand.ts";
import { taskOf } from "../kernel/task.ts";
import type { TimerList, TimerNode } from "../kernel/timer-queue.ts";
import { QueuedWait, type WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { lockTarget, type Lock } from "./lock.ts";

/** How long after the end of the grace a cancelled wait still stands for the lock: as long as a shield would let it. */
const REACQUIRE_LIMIT = 30_000;

/** The side of a condition that a wait needs. */
export interface Notifier {
  readonly waiters: WaitQueue;
  readonly lock: Lock;
  passOn(): boolean;
}

/**
 * One wait for both lines, so that a notified waiter has no step between them in which something could be lost: a notification
 * moves it into the lock's line, the lock's release ends it. Cancelled, it goes to the lock's line too, to end with the error.
 */
export class ConditionWait extends QueuedWait<void> {
  readonly #condition: Notifier;
  #scope: ScopeNode | null = null;
  /** What the wait will throw when it has the lock. */
  #error: Error | null = null;
  #limit: ReacquireLimit | null = null;

  constructor(condition: Notifier) {
    super();
    this.#condition = condition;
  }

  protected override start(scope: ScopeNode): boolean {
    this.#scope = scope;
    return super.start(scope);
  }

  protected attempt(scope: ScopeNode): boolean {
    const { lock } = this.#condition;
    if (lock.owner !== taskOf(scope))
      throw new InvalidStateError("Cannot wait: the task does not hold the condition's lock");
    lock.handOver();
    return false;
  }

  protected line(): WaitQueue {
    return this.#condition.waiters;
  }

  /** The lock was handed over. */
  override settle(value: void): boolean {
    this.#limit?.stop();
    return this.#error === null ? super.settle(value) : this.fail(this.#error);
  }

  override interrupt(error: Error): Interruption {
    const { lock } = this.#condition;
    if (this.queue === null) return IGNORED;
    // Never awaited by its block, which is over: whoever made the call could not release the lock any more.
    if ((this.#scope!.flags & (ENDING | CLOSED)) !== 0) return super.interrupt(error);
    if (this.#notified) this.#condition.passOn();
    if (this.queue !== lock.waiters) {
      if (lock.owner === null) {
        lock.owner = this.task;
        return super.interrupt(error);
      }
      this.queue.remove(this);
      lock.waiters.push(this);
    }
    this.#error = error;
    return RECORDED;
  }

  override force(error: CancelledError): Interruption {
    const outcome = this.interrupt(error);
    if (outcome === RECORDED) this.#limit ??= new ReacquireLimit(this, this.#scope!);
    return outcome;
  }

  protected override detach(error: Error): void {
    const notified = this.#notified;
    this.#limit?.stop();
    super.detach(error);
    if (notified) this.#condition.passOn();
  }

  /** The lock could not be had in time: the wait ends without. */
  giveUp(): void {
    this.queue!.remove(this);
    this.fail(this.#error);
  }

  get #notified(): boolean {
    return this.queue === this.#condition.lock.waiters && this.#error === null;
  }

  describe(): string {
    const { lock } = this.#condition;
    if (this.queue !== lock.waiters) return "a condition";
    return `a condition's lock held by ${lock.owner?.name ?? "nobody"}`;
  }

  waitsFor(): WaitTarget {
    const { lock, waiters } = this.#condition;
    if (this.queue === lock.waiters) return lockTarget(lock);
    return { kind: "condition", object: this.#condition, state: { waiting: waiters.size } };
  }
}

class ReacquireLimit implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  readonly #wait: ConditionWait;
  readonly #scope: ScopeNode;

  constructor(wait: ConditionWait, scope: ScopeNode) {
    this.#wait = wait;
    this.#scope = scope;
    scope.loop.addTimer(this, REACQUIRE_LIMIT);
  }

  fire(): void {
    this.#wait.giveUp();
  }

  stop(): void {
    if (this.list !== null) this.#scope.loop.removeTimer(this);
  }
}
