// What kind of thing a value is, for code that takes several.

import {
  isGenerator,
  isGeneratorFunction,
  isThenable,
  type Awaitable,
  type Coroutine,
} from "../kernel/awaitable.ts";

/** Whether the value is a coroutine: what calling a `function*` gives. */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  return isGenerator(value);
}

/** Whether calling the function gives a coroutine. False for async functions, and for plain ones that give a coroutine. */
export function isCoroutineFunction(value: unknown): value is (...args: never[]) => Coroutine<unknown> {
  return isGeneratorFunction(value);
}

/** Whether the value can be waited for in both dialects. False for promises, coroutines and tasks. */
export function isAwaitable(value: unknown): value is Awaitable<unknown> {
  return isThenable(value) && typeof (value as Partial<Awaitable<unknown>>)[Symbol.iterator] === "function";
}
