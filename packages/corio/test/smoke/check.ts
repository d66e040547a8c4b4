// The smallest test tools there can be: they run on every host, and in a page.

import { currentScope, type Awaitable, type Coroutine, type Scope } from "corio";
import { realHost } from "corio/lowlevel";

export type Steps<T> = Generator<unknown, T, unknown>;

/** What a check needs of its host. */
export type Need = "async context";

export interface Check {
  readonly name: string;
  readonly needs: Need | null;
  readonly body: () => unknown;
}

/** Whether async functions are followed into the run that they are in. Browsers cannot do it. */
export const followsAsyncCode: boolean = realHost.captureContext() !== null;

/** A way of writing bodies. */
export interface Dialect {
  readonly name: string;
  readonly needs: Need | null;
  /** Makes a body of this dialect. */
  readonly fn: <A extends unknown[], T>(body: (...args: A) => Steps<T>) => (...args: A) => Coroutine<T>;
  /** Waits, in a body of this dialect. */
  readonly wait: <T>(awaitable: Awaitable<T>) => Steps<T>;
}

async function drive(steps: Steps<unknown>, scope: Scope | null): Promise<unknown> {
  let result = steps.next();
  while (result.done !== true) {
    const awaitable = result.value as Awaitable<unknown>;
    let value: unknown;
    try {
      value = await (scope === null ? awaitable : scope.wait(awaitable));
    } catch (error) {
      result = steps.throw(error);
      continue;
    }
    result = steps.next(value);
  }
  return result.value;
}

function* asked<T>(awaitable: Awaitable<T>): Steps<T> {
  // oxlint-disable-next-line corio/no-yield-awaitable
  return (yield awaitable) as T;
}

type AnyBody = (...args: unknown[]) => Steps<unknown>;

export const dialects: readonly Dialect[] = [
  {
    name: "coroutines",
    needs: null,
    fn: (body) => body as never,
    wait: <T>(awaitable: Awaitable<T>) => awaitable as unknown as Steps<T>,
  },
  {
    name: "async functions",
    needs: "async context",
    fn: (body) => ((...args: unknown[]) => drive((body as unknown as AnyBody)(...args), null)) as never,
    wait: asked,
  },
  {
    name: "async functions with scope.wait",
    needs: null,
    // Called in a step, it can ask for its scope; after its first await it could not.
    fn: (body) =>
      ((...args: unknown[]) => drive((body as unknown as AnyBody)(...args), currentScope())) as never,
    wait: asked,
  },
];

/** What a wait threw. */
export function* caught(steps: Steps<unknown>): Steps<unknown> {
  try {
    yield* steps;
  } catch (error) {
    return error;
  }
  throw new Error("expected the wait to throw");
}

/** What a promise, or a run outside any other, was rejected with. */
export async function rejection(promise: Pick<Awaitable<unknown>, "then">): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected the promise to be rejected");
}

/** Compares by what JSON makes of them. */
export function equal(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`expected ${should}, got ${is}`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected ${what}`);
}

export function instance<E extends Error>(error: unknown, type: abstract new (...args: never[]) => E): E {
  if (!(error instanceof type)) throw new Error(`expected ${type.name}, got ${String(error)}`);
  return error;
}
