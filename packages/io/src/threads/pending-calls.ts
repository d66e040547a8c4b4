// The pool's lines of calls that no thread has yet. Ours, so that it is known which call the pool is at, that a call can be taken back, and
// that one which has no token yet lies ready: the thread whose call has ended is given it at once, in the pool's own turn.
import type { ThreadJob } from "./thread-job.ts";

interface Pending {
  /** What the pool made of the call. */
  readonly call: object;
  readonly job: ThreadJob;
}

export class PendingCalls {
  /** The job of the call that the pool is at: it does one thing after the other, and says to none whose it is. */
  current: ThreadJob | null = null;
  /** What the pool is handed now: a call for any thread that is idle, or one to lie ready. */
  handed: "now" | "ahead" | null = null;
  /** They have their tokens: their threads are starting. */
  #line: Pending[] = [];
  /** They have none yet. */
  #ahead: Pending[] = [];

  /** Calls that lie ready. */
  get ahead(): number {
    return this.#ahead.length;
  }

  /** What the pool asks before it does anything. */
  get size(): number {
    // It looks for an idle thread only where nobody is in line, and for one that lies ready not at all.
    if (this.handed === "ahead") return 1;
    return this.#line.length + (this.handed === "now" ? 0 : this.#ahead.length);
  }

  push(call: object): void {
    const job = this.current!;
    (job.hasToken ? this.#line : this.#ahead).push({ call, job });
  }

  unshift(call: object): void {
    const job = this.current!;
    (job.hasToken ? this.#line : this.#ahead).unshift({ call, job });
  }

  shift(): object | null {
    const pending = this.#line.shift() ?? this.#ahead.shift();
    this.current = pending?.job ?? null;
    return pending?.call ?? null;
  }

  remove(call: object): void {
    this.#keep((pending) => pending.call !== call);
  }

  /** Takes the call of a job back: the pool knows nothing of it any more. */
  withdraw(job: ThreadJob): void {
    this.#keep((pending) => pending.job !== job);
  }

  #keep(which: (pending: Pending) => boolean): void {
    this.#line = this.#line.filter(which);
    this.#ahead = this.#ahead.filter(which);
  }
}
