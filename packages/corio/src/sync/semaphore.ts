// Semaphore: at most so many at a time.

import { InvalidStateError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { holding } from "./hold.ts";
import { keep } from "../kernel/kept-shapes.ts";

/** A counter of permits. Waiters get them first come, first served; a newcomer never overtakes. It may grow above its start. */
export class Semaphore {
  /** @internal */
  readonly waiters: WaitQueue = new WaitQueue();
  /** @internal */
  free: number;

  /** @param permits how many may be held at once; a whole number, zero or more, or Infinity */
  constructor(permits: number) {
    if (permits !== Infinity && !(Number.isInteger(permits) && permits >= 0))
      throw new RangeError(
        `Cannot make a semaphore of ${permits} permits: it takes a whole number, zero or more, or Infinity`,
      );
    this.free = permits;
  }

  /** Waits for a permit and takes it. A cancel point; a permit that was handed over is not lost by a cancellation. */
  acquire(): Awaitable<void> {
    kept ??= keep(() => new Acquire(new Semaphore(1)));
    return new Acquire(this);
  }

  /** Takes a permit if one is free; never waits. */
  tryAcquire(): boolean {
    if (this.free <= 0) return false;
    this.free--;
    return true;
  }

  /** Gives a permit to the first waiter, or back. */
  release(): void {
    if (!this.waiters.serve()) this.free++;
  }

  /** Whether `acquire()` would wait. */
  locked(): boolean {
    return this.free <= 0;
  }

  /** Runs a body while holding a permit. */
  hold<R>(body: () => R): Awaitable<Unwrap<R>> {
    return holding(this, body as AnyFunction) as Awaitable<Unwrap<R>>;
  }

  /** The permits that are free, and how many wait for one. */
  statistics(): { free: number; waiting: number } {
    return { free: this.free, waiting: this.waiters.size };
  }
}

/** A semaphore that refuses more releases than acquires. */
export class BoundedSemaphore extends Semaphore {
  readonly #bound: number;

  constructor(permits: number) {
    super(permits);
    this.#bound = permits;
  }

  /** As `Semaphore.release`; InvalidStateError where nobody has a permit to give back. */
  override release(): void {
    if (this.free >= this.#bound) {
      throw new InvalidStateError("Cannot release the semaphore: it was released more often than acquired");
    }
    super.release();
  }
}

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: Acquire | null = null;

class Acquire extends QueuedWait<void> {
  readonly #semaphore: Semaphore;

  constructor(semaphore: Semaphore) {
    super();
    this.#semaphore = semaphore;
  }

  protected attempt(): boolean {
    return this.#semaphore.tryAcquire();
  }

  protected line(): WaitQueue {
    return this.#semaphore.waiters;
  }

  describe(): string {
    return "a semaphore";
  }

  waitsFor(): WaitTarget {
    return { kind: "semaphore", object: this.#semaphore, state: this.#semaphore.statistics() };
  }
}
