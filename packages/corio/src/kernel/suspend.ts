// The bridge to callbacks: any host API becomes something to wait for, with a way to undo it.

import type { CancelledError } from "../errors.ts";
import type { Awaitable } from "./awaitable.ts";
import { Operation } from "./operation.ts";
import type { WaitTarget } from "./wait-target.ts";
import { keep } from "./kept-shapes.ts";

/** Begins a wait; may return what undoes it. */
export type SuspendStart<T> = (
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
) => void | ((reason: CancelledError) => void);

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: Suspension<unknown> | null = null;

class Suspension<T> extends Operation<T> {
  #undo: ((reason: CancelledError) => void) | undefined;
  readonly #begin: SuspendStart<T>;

  constructor(begin: SuspendStart<T>) {
    super();
    this.#begin = begin;
  }

  protected start(): boolean {
    const undo = this.#begin(
      (value) => void this.settle(value),
      (error) => void this.fail(error),
    );
    this.#undo = undo ?? undefined;
    return false;
  }

  protected override detach(error: Error): void {
    const undo = this.#undo;
    this.#undo = undefined;
    undo?.(error as CancelledError);
  }

  describe(): string {
    return this.#begin.name === "" ? "a callback" : this.#begin.name;
  }

  waitsFor(): WaitTarget {
    return { kind: "callback" };
  }
}

/**
 * Waits for a callback. `start` is called when the Awaitable is awaited; if it returns a function, that is called once, when the
 * wait is interrupted before `resolve` or `reject` was: it must undo the wait at once (remove the listener, destroy the socket).
 * What comes after that is ignored. A cancel point.
 */
export function suspend<T>(start: SuspendStart<T>): Awaitable<T> {
  kept ??= keep(() => new Suspension<unknown>(() => {}));
  return new Suspension(start);
}
