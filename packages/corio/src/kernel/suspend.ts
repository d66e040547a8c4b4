// The bridge to callbacks: any host API becomes something to wait for, with a way to undo it.

import type { CancelledError } from "../errors.ts";
import type { Awaitable } from "./awaitable.ts";
import { Operation } from "./operation.ts";

/** Begins a wait; may return what undoes it. */
export type SuspendStart<T> = (
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
) => void | ((reason: CancelledError) => void);

class Suspension<T> extends Operation<T> {
  #starting = true;
  #early: 0 | 1 | 2 = 0;
  #undo: ((reason: CancelledError) => void) | undefined;
  readonly #start: SuspendStart<T>;

  constructor(start: SuspendStart<T>) {
    super();
    this.#start = start;
  }

  protected start(): boolean {
    const undo = this.#start(
      (value) => this.#end(1, value),
      (error) => this.#end(2, error),
    );
    this.#starting = false;
    if (this.#early === 2) throw this.value;
    if (this.#early === 1) return true;
    this.#undo = undo ?? undefined;
    return false;
  }

  #end(how: 1 | 2, value: unknown): void {
    if (this.#starting) {
      if (this.#early !== 0) return;
      this.#early = how;
      this.value = value;
    } else if (how === 1) this.settle(value as T);
    else this.fail(value);
  }

  protected override detach(error: Error): void {
    const undo = this.#undo;
    this.#undo = undefined;
    undo?.(error as CancelledError);
  }

  describe(): string {
    return this.#start.name === "" ? "a callback" : this.#start.name;
  }
}

/**
 * Waits for a callback. `start` is called when the Awaitable is awaited; if it returns a function, that is called once, when the
 * wait is interrupted before `resolve` or `reject` was: it must undo the wait at once (remove the listener, destroy the socket).
 * What comes after that is ignored. A cancel point.
 */
export function suspend<T>(start: SuspendStart<T>): Awaitable<T> {
  return new Suspension(start);
}
