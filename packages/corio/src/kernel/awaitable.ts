// What both dialects wait on, and how a body of either dialect is told apart.

declare const parkedBrand: unique symbol;

/** What a coroutine yields to the runtime while it waits. Opaque: only Corio makes and sees it. */
export interface Parked {
  readonly [parkedBrand]: true;
}

/** A coroutine: what a `function*` body returns. Paused and resumed by the event loop, interruptible at every `yield*`. */
export type Coroutine<T> = Generator<Parked, T, unknown>;

/**
 * Something to wait for: `await` it in an async function, `yield*` it in a coroutine. Lazy: nothing happens until then, and
 * it runs once. Every await is a cancel point. Not a promise: it has no `catch` or `finally`, and is not started by being made.
 */
export interface Awaitable<T> {
  then(resolve: (value: T) => unknown, reject: (error: unknown) => unknown): void;
  [Symbol.iterator](): Iterator<Parked, T, unknown>;
}

/** What a body gives when it is done: a coroutine's return value, or what an async function resolves to. */
export type Unwrap<R> = R extends Generator<infer _Y, infer T, infer _N> ? T : Awaited<R>;

/** A body of either dialect. */
export type Body<A extends readonly unknown[], R> = (...args: A) => R;

/** Made by a real generator, so that V8 sees one shape of result through a whole `yield*` chain. */
export const PARKED: IteratorYieldResult<Parked> = (function* (): Coroutine<void> {
  yield undefined as unknown as Parked;
})().next() as IteratorYieldResult<Parked>;

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

/** Whether calling the function gives a generator. By brand: a `next` method proves nothing. */
export function isGeneratorFunction(fn: unknown): boolean {
  return typeof fn === "function" && GeneratorFunction === Object.getPrototypeOf(fn);
}

// oxlint-disable-next-line typescript/unbound-method -- called on generators below
const generatorNext = (GeneratorFunction as { prototype: Generator }).prototype.next as (
  this: object,
) => IteratorResult<unknown, unknown>;

/**
 * Resumes what a generator function gave. As `generator.next()`, but the engine notes nothing of the object: each generator function
 * has a hidden class for its objects, and code compiled for one is thrown away when the function goes (decision 12).
 */
export function resume(generator: object): IteratorResult<unknown, unknown> {
  return generatorNext.call(generator);
}

export function isGenerator(value: unknown): value is Coroutine<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Generator"
  );
}

export function isAsyncGenerator(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "AsyncGenerator"
  );
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
