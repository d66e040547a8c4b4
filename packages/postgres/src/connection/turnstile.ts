// Who may write to the connection. Most operations only need their flight to be written whole and may be under way
// together; some (COPY, executeMany, simple queries, a cancel) need the connection for themselves. First come, first served.

import { suspend } from "corio/lowlevel";
import type { Awaitable } from "corio";

interface Waiter {
  readonly alone: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Turnstile {
  #inside = 0;
  #alone = false;
  /** While above 0 nobody is let in. */
  #barred = 0;
  #closed: Error | null = null;
  readonly #waiters: Waiter[] = [];

  /** Goes in together with others, if that is possible at once. */
  tryEnter(): boolean {
    if (this.#alone || this.#barred > 0 || this.#waiters.length > 0 || this.#closed !== null) return false;
    this.#inside++;
    return true;
  }

  /** Goes in and keeps others out, if nobody is inside or waits. */
  tryEnterAlone(): boolean {
    if (this.#inside > 0 || !this.tryEnter()) return false;
    this.#alone = true;
    return true;
  }

  /** Waits to go in. With `alone`, until nobody else is inside, and keeps others out until `leave`. A cancel point. */
  enter(alone: boolean): Awaitable<void> {
    return suspend<void>((resolve, reject) => {
      if (this.#closed !== null) return reject(this.#closed);
      const waiter: Waiter = { alone, resolve, reject };
      this.#waiters.push(waiter);
      this.#serve();
      return () => {
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
        this.#serve();
      };
    });
  }

  leave(): void {
    this.#inside--;
    this.#alone = false;
    this.#serve();
  }

  bar(): void {
    this.#barred++;
  }

  unbar(): void {
    this.#barred--;
    this.#serve();
  }

  /** Lets nobody in any more. Those who wait get the error. */
  close(error: Error): void {
    this.#closed ??= error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  #serve(): void {
    while (this.#waiters.length > 0 && !this.#alone && this.#barred === 0) {
      const first = this.#waiters[0]!;
      if (first.alone && this.#inside > 0) return;
      this.#waiters.shift();
      this.#inside++;
      this.#alone = first.alone;
      first.resolve();
    }
  }
}
