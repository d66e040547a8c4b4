// cancelScope: a block that can be cancelled by hand.

import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { Block } from "../kernel/block.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import type { Scope } from "../kernel/scope.ts";

class CancelBlock<T> extends Block<T | undefined> {
  protected absorb(): undefined {
    return undefined;
  }
}

/** Runs a body in a scope of its own. `scope.cancel()` ends the block, quietly: its value is then undefined. A cancel point. */
export function cancelScope<A extends readonly unknown[], R>(
  body: (scope: Scope, ...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R> | undefined> {
  assertFunction(body, "a cancel scope");
  return new CancelBlock<Unwrap<R>>(body as AnyFunction, args);
}
