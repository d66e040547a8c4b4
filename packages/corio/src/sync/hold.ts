// hold: acquire, run a body, release; for everything that can be acquired.

import type { Awaitable, Coroutine, Parked } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { call, coroutine } from "../kernel/coroutine-awaitable.ts";

/** Something that is acquired and released. */
export interface Acquirable {
  acquire(): Awaitable<unknown>;
  release(): void;
}

export function holding(thing: Acquirable, body: AnyFunction): Awaitable<unknown> {
  assertFunction(body, "a body that holds something");
  return coroutine(hold, thing, body);
}

function* hold(thing: Acquirable, body: AnyFunction): Coroutine<unknown> {
  yield* thing.acquire();
  try {
    return yield* call(body as () => unknown) as Iterable<Parked, unknown, unknown>;
  } finally {
    thing.release();
  }
}
