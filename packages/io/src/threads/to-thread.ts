// toThread and runInExecutor: a call in a thread, as asyncio has it.
import type { Awaitable, Coroutine, Unwrap } from "corio";
import { coroutine } from "corio/lowlevel";
import { checkExecutor, getDefaultExecutor } from "./default-executor.ts";
import type { Executor, SubmitOptions } from "./executor.ts";
import { recordOf, type AnyFunction, type Site } from "./function-record.ts";
import { runCall } from "./run-call.ts";
import { checkCall, coreOf, ThreadExecutor } from "./thread-executor.ts";

/** How a call is made, and where. */
export interface ToThreadOptions extends SubmitOptions {
  /** Default: the run's own. */
  readonly executor?: Executor | undefined;
}

/**
 * Calls a function in another thread, with copies of the arguments, and waits for what it gives. The function is sent as it reads, and
 * then may use nothing from outside, or it is one of `threadFunction` or `moduleFunction`. Functions of both dialects; those that wait run in
 * a run of their own there.
 *
 * It throws what the function throws; ThreadFunctionError when the call cannot be sent or its result not come back; WorkerCrashedError
 * when the thread dies. Cancelled, it ends the thread, and goes on when that is gone, unless `onCancel` says otherwise. A cancel point.
 *
 * @example
 * ```ts
 * import { run } from "corio";
 * import { toThread } from "@corio/io";
 *
 * await run(async () => {
 *   const words = await toThread((text: string) => text.split(/\s+/).length, "as long as it takes");
 *   console.log(words); // => 5
 * });
 * ```
 */
export function toThread<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>>;
export function toThread<A extends readonly unknown[], R>(
  options: ToThreadOptions,
  fn: (...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>>;
export function toThread(first: unknown, ...rest: readonly unknown[]): Awaitable<unknown> {
  if (typeof first === "function") return send(null, first as AnyFunction, rest, NO_OPTIONS, toThread);
  const { executor = null, ...options } = (first ?? {}) as ToThreadOptions;
  return send(executor, rest[0] as AnyFunction, rest.slice(1), options, toThread);
}

/** The same in an executor of one's own, or with null in the run's. As asyncio's `loop.run_in_executor`. A cancel point. */
export function runInExecutor<A extends readonly unknown[], R>(
  executor: Executor | null,
  fn: (...args: A) => R,
  ...args: A
): Awaitable<Unwrap<R>> {
  return send(executor, fn as AnyFunction, args, NO_OPTIONS, runInExecutor) as Awaitable<Unwrap<R>>;
}

const NO_OPTIONS: SubmitOptions = {};

function send(
  executor: Executor | null,
  fn: AnyFunction,
  args: readonly unknown[],
  options: SubmitOptions,
  from: (...args: never[]) => unknown,
): Awaitable<unknown> {
  checkCall(fn, options);
  if (executor !== null && !(executor instanceof ThreadExecutor))
    checkExecutor(executor, "call a function in the value");
  return coroutine(sendCall, executor, fn, args, options, recordOf(fn).note(from));
}

/** The coroutine of the call. The executor is looked for when the call is awaited: it is the run's. */
function sendCall(
  executor: Executor | null,
  fn: AnyFunction,
  args: readonly unknown[],
  options: SubmitOptions,
  site: Site | null,
): Coroutine<unknown> {
  const chosen = executor ?? getDefaultExecutor();
  if (chosen instanceof ThreadExecutor) return runCall(coreOf(chosen), fn, args, options, site);
  return submitTo(chosen, fn as (...args: readonly unknown[]) => unknown, args, options);
}

function* submitTo(
  executor: Executor,
  fn: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  options: SubmitOptions,
): Coroutine<unknown> {
  return yield* executor.submit(fn, args, options);
}
