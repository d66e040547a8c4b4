// The executor of a run: what toThread uses when it is told no other. Made when first needed, gone at the end of the run.
import { currentScope, moveOnAfter, type Awaitable, type Coroutine, type Scope } from "corio";
import { coroutine, rootOf } from "corio/lowlevel";
import type { Executor } from "./executor.ts";
import { ThreadExecutor } from "./thread-executor.ts";

const executors = new WeakMap<Scope, Executor>();

/** The executor that the run uses where no other is named: one for all of it. NoRunError outside any run. */
export function getDefaultExecutor(): Executor {
  const root = rootOf(currentScope());
  const known = executors.get(root);
  if (known !== undefined) return known;
  // What is released after the executor may need threads all the same: it gets another.
  root.defer(() => void executors.delete(root));
  const executor = new ThreadExecutor({ name: "the default executor", scope: root });
  executors.set(root, executor);
  return executor;
}

/** Has the run use this executor where no other is named. It stays whose it was. TypeError for what is no executor; NoRunError outside any run. */
export function setDefaultExecutor(executor: Executor): void {
  checkExecutor(executor, "use the value as the default executor");
  executors.set(rootOf(currentScope()), executor);
}

/** Refuses what is no executor. */
export function checkExecutor(executor: unknown, what: string): void {
  const { submit, close, abort, statistics } = (executor ?? {}) as Partial<Executor>;
  if ([submit, close, abort, statistics].every((method) => typeof method === "function")) return;
  throw new TypeError(`Cannot ${what}: it is no executor`);
}

/**
 * Has the run's default executor take no further calls, and waits until those that it has are over; for `timeout` milliseconds at most: then
 * they are ended. The end of the run does as much, and does not wait for calls. A cancel point.
 */
export function shutdownDefaultExecutor(timeout: number = Infinity): Awaitable<void> {
  if (!(timeout >= 0)) throw new RangeError(`Cannot wait ${timeout} ms: it takes milliseconds, zero or more`);
  return coroutine(shutDown, timeout);
}

function* shutDown(timeout: number): Coroutine<void> {
  const executor = getDefaultExecutor();
  const { cancelled } = yield* moveOnAfter(timeout, () => executor.close());
  if (!cancelled) return;
  executor.abort(`it was shut down, and the calls were not over within ${timeout} ms`);
  yield* executor.close();
}
