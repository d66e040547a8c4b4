// A callback of the loop that waits for its time.

import { CallbackHandle, type Handle } from "./handle.ts";
import type { TimerList, TimerNode } from "./timer-queue.ts";

/** A callback that waits for its time. */
export interface TimerHandle extends Handle {
  /** The loop time at which it is due, also once it is over. */
  when(): number;
}

/** The timer of a handle: apart from it, since both have a `when`. */
class CallbackTimer implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  readonly #handle: TimerCallback;

  constructor(handle: TimerCallback) {
    this.#handle = handle;
  }

  fire(): void {
    this.#handle.fire();
  }
}

export class TimerCallback extends CallbackHandle implements TimerHandle {
  readonly #timer: CallbackTimer = new CallbackTimer(this);
  #due = false;

  when(): number {
    return this.#timer.when;
  }

  /** Sets its time; a delay that leads to it, where there is one, is cheaper for the timer queue. */
  schedule(when: number, delay: number | null): void {
    this.#timer.when = when;
    if (this.loop.run !== null) this.#arm(delay);
  }

  #arm(delay: number | null): void {
    const { kernel } = this.loop;
    if (delay !== null && delay > 0) {
      kernel.addTimer(this.#timer, delay);
      return;
    }
    kernel.addTimerAt(this.#timer, this.#timer.when);
    // Due already: called in the next turn, in order with others that are, not when the host's timer gets to it.
    if (this.#timer.when <= kernel.time()) kernel.wake({ guest: false, run: () => kernel.fireDue() });
  }

  override resume(): void {
    // What was due when the last run ended is among the postponed ones.
    if (this.#timer.list === null && !this.#due) this.#arm(null);
  }

  override pause(): void {
    if (this.#timer.list !== null) this.loop.kernel.removeTimer(this.#timer);
  }

  fire(): void {
    this.#due = true;
    this.loop.makeReady(this);
  }

  protected override release(): void {
    this.pause();
    super.release();
  }
}
