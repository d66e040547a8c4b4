// Cancels an operation at its n-th wait: the way to try every place where a cancellation can come.
import { cancelScope, type Awaitable, type Coroutine, type Scope } from "corio";

export interface Attempt<T> {
  /** Whether there was an n-th wait. */
  readonly reached: boolean;
  /** What it gave all the same: value wins. */
  readonly value: T | undefined;
}

/** Runs what `start` gives and cancels it when it parks for the n-th time, counted from 1. */
export function* cancelAtWait<T>(n: number, start: () => Awaitable<T>): Coroutine<Attempt<T>> {
  let reached = false;
  const value = yield* cancelScope(function* (scope: Scope): Coroutine<T> {
    const steps = start()[Symbol.iterator]();
    let waits = 0;
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      waits++;
      if (waits === n) {
        reached = true;
        // The wait stands when this step of the loop is over.
        queueMicrotask(() => scope.cancel(`at wait ${n}`));
      }
      yield step.value;
    }
  });
  return { reached, value };
}
