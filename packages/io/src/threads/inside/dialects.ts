// Functions of either dialect in a thread: those that wait run inside a run of their own.
import type * as corio from "corio";
import type { CurrentCall } from "./current-call.ts";
import type { Callable } from "./find-function.ts";

const plainPrototype = Object.getPrototypeOf(() => {}) as object;

/** Whether it is a function that computes; async functions and coroutines need a run from their beginning. */
export function isPlain(fn: Callable): boolean {
  return Object.getPrototypeOf(fn) === plainPrototype;
}

let runtime: Promise<typeof corio> | undefined;

/** Calls the body inside a run of its own, which the caller's cancellation cancels. */
export async function runInside(call: CurrentCall, body: () => unknown): Promise<unknown> {
  const { run } = await (runtime ??= import("corio"));
  return await run(body, { signal: call.signal });
}

/** The promise of what a plain function gave, where that is not yet the value; null where it is. */
export function resultOf(call: CurrentCall, value: unknown): Promise<unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  const { then, [Symbol.toStringTag]: tag } = value as { then?: unknown; [Symbol.toStringTag]?: unknown };
  const isAwaitable = typeof then === "function" && Symbol.iterator in value;
  if (isAwaitable || tag === "Generator" || tag === "AsyncGenerator") return runInside(call, () => value);
  return typeof then === "function" ? Promise.resolve(value) : null;
}
