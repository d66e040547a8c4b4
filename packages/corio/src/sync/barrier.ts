// Barrier: a fixed number of tasks wait for one another.

import { BrokenBarrierError } from "../errors.ts";
import type { Awaitable } from "../kernel/awaitable.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";

/**
 * A meeting point of `parties` tasks: each waits until all are there, then all go on, and the barrier is ready for the next
 * round. The last one releases the others in the same step: who comes later belongs to the next round, and nothing that happens
 * to the barrier reaches those who were released.
 */
export class Barrier {
  /** @internal */
  readonly waiters: WaitQueue<number> = new WaitQueue<number>();
  /** How many tasks it takes. */
  readonly parties: number;
  #broken = false;

  /** @param parties how many tasks meet; a whole number, one or more */
  constructor(parties: number) {
    if (!Number.isInteger(parties) || parties < 1)
      throw new RangeError(`Cannot make a barrier of ${parties} parties: it takes one or more`);
    this.parties = parties;
  }

  /**
   * Waits until `parties` tasks wait here. Gives each of a round another number, from 0 to `parties - 1`, in the order in which
   * they came: for the work that one of them is to do. A cancel point; who is cancelled leaves, and the others wait on for
   * somebody else. BrokenBarrierError when the barrier is broken, or reset meanwhile.
   */
  wait(): Awaitable<number> {
    return new BarrierWait(this);
  }

  /** How many wait now for the round to be full. */
  get nWaiting(): number {
    return this.waiters.size;
  }

  /** Whether `abort()` was called, and no `reset()` since. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Makes the barrier as new. Whoever waits gets BrokenBarrierError. */
  reset(): void {
    this.#broken = false;
    this.#failAll("The barrier was reset");
  }

  /** Breaks the barrier: who waits, and who comes before the next `reset()`, gets BrokenBarrierError. */
  abort(): void {
    this.#broken = true;
    this.#failAll("The barrier was aborted");
  }

  /** How many it takes, how many of them wait now, and whether it is broken. */
  statistics(): { parties: number; waiting: number; broken: boolean } {
    return { parties: this.parties, waiting: this.waiters.size, broken: this.#broken };
  }

  /** @internal One more is there: the number of the last one, or null for the others, who wait. */
  arrive(): number | null {
    if (this.#broken) throw new BrokenBarrierError("The barrier is broken");
    const last = this.parties - 1;
    if (this.waiters.size < last) return null;
    for (let index = 0; index < last; index++) this.waiters.serve(index);
    return last;
  }

  #failAll(message: string): void {
    if (this.waiters.size > 0) this.waiters.failAll(new BrokenBarrierError(message));
  }
}

class BarrierWait extends QueuedWait<number> {
  readonly #barrier: Barrier;

  constructor(barrier: Barrier) {
    super();
    this.#barrier = barrier;
  }

  protected attempt(): boolean {
    const index = this.#barrier.arrive();
    this.value = index;
    return index !== null;
  }

  protected line(): WaitQueue<number> {
    return this.#barrier.waiters;
  }

  describe(): string {
    return `a barrier (${this.#barrier.nWaiting} of ${this.#barrier.parties} are there)`;
  }

  waitsFor(): WaitTarget {
    return { kind: "barrier", object: this.#barrier, state: this.#barrier.statistics() };
  }
}
