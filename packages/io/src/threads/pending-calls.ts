// The pool's line of calls for which a thread is still starting. Ours, so that it is known which call the pool is at, and that a call can be
// taken back.
import type { ThreadJob } from "./thread-job.ts";

interface Pending {
  /** What the pool made of the call. */
  readonly call: object;
  readonly job: ThreadJob;
}

export class PendingCalls {
  /** The job of the call that the pool is at: it does one thing after the other, and says to none whose it is. */
  current: ThreadJob | null = null;
  #line: Pending[] = [];

  get size(): number {
    return this.#line.length;
  }

  push(call: object): void {
    this.#line.push({ call, job: this.current! });
  }

  unshift(call: object): void {
    this.#line.unshift({ call, job: this.current! });
  }

  shift(): object | null {
    const pending = this.#line.shift();
    this.current = pending?.job ?? null;
    return pending?.call ?? null;
  }

  remove(call: object): void {
    this.#line = this.#line.filter((pending) => pending.call !== call);
  }

  /** Takes the call of a job back: the pool knows nothing of it any more. */
  withdraw(job: ThreadJob): void {
    this.#line = this.#line.filter((pending) => pending.job !== job);
  }
}
