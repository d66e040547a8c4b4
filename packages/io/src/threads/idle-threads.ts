// Threads without a call, and how long they have had none. One timer looks after all of them: one for every call costs as much as much of the
// rest of it.
import { realHost, type HostTimer } from "corio/lowlevel";

export class IdleThreads {
  readonly #timeout: number;
  readonly #end: (threadId: number) => void;
  /** Since when each is idle, the longest first. */
  readonly #since = new Map<number, number>();
  readonly #timer: HostTimer;
  #armed = false;

  /**
   * @param timeout milliseconds; Infinity for never
   * @param end a thread has been idle for so long
   */
  constructor(timeout: number, end: (threadId: number) => void) {
    this.#timeout = timeout;
    this.#end = end;
    this.#timer = realHost.createTimer(() => this.#look());
  }

  /** It has no call any more, or none yet. */
  add(threadId: number): void {
    if (this.#timeout === Infinity) return;
    this.#since.delete(threadId);
    this.#since.set(threadId, realHost.now());
    if (!this.#armed) this.#arm(this.#timeout);
  }

  /** It was given a call, or is gone. */
  delete(threadId: number): void {
    this.#since.delete(threadId);
  }

  /** Looks after none any more. */
  stop(): void {
    this.#since.clear();
  }

  #arm(delay: number): void {
    this.#armed = true;
    this.#timer.arm(delay);
    this.#timer.release();
  }

  #look(): void {
    this.#armed = false;
    const now = realHost.now();
    for (const [threadId, since] of this.#since) {
      const left = since + this.#timeout - now;
      if (left > 0) {
        this.#arm(left);
        return;
      }
      this.#since.delete(threadId);
      this.#end(threadId);
    }
  }
}
