// What a value is, in a word or two: for messages about one that is not what was wanted.

import { isAsyncGenerator, isGenerator, isThenable } from "./awaitable.ts";

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (isGenerator(value) || isAsyncGenerator(value)) return "what it gives when called";
  if (isThenable(value)) return "a promise or an Awaitable";
  return typeof value;
}
