// What a value is, in a word or two: for messages about one that is not what was wanted.

import { isAsyncGenerator, isGenerator, isThenable } from "./awaitable.ts";

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (isGenerator(value) || isAsyncGenerator(value)) return "what it gives when called";
  if (isThenable(value)) return "a promise or an Awaitable";
  return typeof value;
}

/** Refuses what is not a function; `what` is what cannot be done with it. */
export function assertCallable(fn: unknown, what: string): void {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot ${what}: expected a function, got ${kindOf(fn)}`);
  }
}
