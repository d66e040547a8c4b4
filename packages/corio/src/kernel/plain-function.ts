// Functions that are called and over: what takes one cannot wait for a coroutine or an async function.

import { isGeneratorFunction } from "./awaitable.ts";
import { assertCallable } from "./kind-of.ts";

const AsyncFunction = Object.getPrototypeOf(async () => {}) as object;

/** Whether the function is an async one. By brand: a plain function that gives a promise is none. */
export function isAsyncFunction(fn: unknown): boolean {
  return typeof fn === "function" && Object.getPrototypeOf(fn) === AsyncFunction;
}

/** Refuses what is not a function, and functions of which only the first part would run. */
export function assertPlainFunction(fn: unknown, what: string, instead: string): void {
  assertCallable(fn, what);
  if (!isGeneratorFunction(fn) && !isAsyncFunction(fn)) return;
  const kind = isGeneratorFunction(fn) ? "a coroutine" : "an async function";
  throw new TypeError(
    `Cannot ${what}: ${(fn as { name: string }).name || "the function"} is ${kind}; ${instead}`,
  );
}
