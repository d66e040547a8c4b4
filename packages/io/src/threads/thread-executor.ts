// ThreadExecutor: calls in worker threads of this process.
import { availableParallelism } from "node:os";
import {
  call,
  cancelScope,
  currentScope,
  NoRunError,
  run,
  type Awaitable,
  CapacityLimiter,
  type Coroutine,
  type Scope,
  type Unwrap,
} from "corio";
import { coroutine, trackResource } from "corio/lowlevel";
import type { Executor, ExecutorStatistics, OnCancel, SubmitOptions } from "./executor.ts";
import { ExecutorCore } from "./executor-core.ts";
import { recordOf, type AnyFunction } from "./function-record.ts";
import { runCall } from "./run-call.ts";

/** Limits of each thread, as node has them. */
export interface ThreadResourceLimits {
  /** Megabytes of the heap's main part. */
  readonly maxOldGenerationSizeMb?: number | undefined;
  /** Megabytes for what was made just now. */
  readonly maxYoungGenerationSizeMb?: number | undefined;
  /** Megabytes for compiled code. */
  readonly codeRangeSizeMb?: number | undefined;
  /** Megabytes of stack. Default 4. */
  readonly stackSizeMb?: number | undefined;
}

/** How many threads an executor has, what they are given, and when they end. */
export interface ThreadExecutorOptions {
  /** How many threads there are at most. Default: as many as the machine runs at once (`os.availableParallelism()`). */
  readonly workers?: number | undefined;
  /** Takes the place of `workers`: shared by several executors, it bounds them together. */
  readonly limiter?: CapacityLimiter | undefined;
  /** Milliseconds after which a thread without work is ended; Infinity for never. Default 30,000. */
  readonly idleTimeout?: number | undefined;
  /** Shown in errors, dumps and statistics. Default "threads". */
  readonly name?: string | undefined;
  /** A thread that takes more memory than this is ended: WorkerCrashedError. */
  readonly resourceLimits?: ThreadResourceLimits | undefined;
  /** What becomes of running calls whose callers are cancelled. Default "terminate". */
  readonly onCancel?: OnCancel | undefined;
  /** The environment of the threads. Default: a copy of the process's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Node's own options for the threads. Default: the process's. */
  readonly execArgv?: readonly string[] | undefined;
  /** Whose it is; null for nobody's. Default: the scope that it is made in, if it is made in one. */
  readonly scope?: Scope | null | undefined;
}

/** The inside of an executor, for this package. */
export let coreOf: (executor: ThreadExecutor) => ExecutorCore;

/**
 * Runs calls in threads. Threads start when there are calls for them, and end when they have been idle for long; idle ones do not keep the
 * process alive. Made in a run, it belongs to the scope that it is made in: when that ends, it takes no more calls, those that it still
 * has fail with ExecutorClosedError, and its threads are gone. Made outside any run, it lasts until it is closed.
 */
export class ThreadExecutor implements Executor, AsyncDisposable {
  static {
    coreOf = (executor) => executor.#core;
  }

  readonly #core: ExecutorCore;
  readonly #disown: () => void;
  readonly #untrack: () => void;

  constructor(options: ThreadExecutorOptions = {}) {
    const { name = "threads", onCancel = "terminate", idleTimeout = 30_000 } = options;
    const { workers = availableParallelism(), resourceLimits, env, execArgv } = options;
    if (options.limiter === undefined && !(Number.isInteger(workers) && workers > 0)) {
      throw new RangeError(
        `Cannot make an executor of ${workers} threads: it takes a whole number, one or more`,
      );
    }
    if (!(idleTimeout >= 0)) {
      throw new RangeError(
        `Cannot end threads after ${idleTimeout} idle ms: it takes milliseconds, zero or more`,
      );
    }
    checkOnCancel(onCancel);
    for (const [what, value] of Object.entries({ resourceLimits, env })) {
      if (value !== undefined && (typeof value !== "object" || value === null))
        throw new TypeError(`Cannot use ${String(value)} for ${what}: it takes an object`);
    }
    if (execArgv !== undefined && !Array.isArray(execArgv))
      throw new TypeError(`Cannot use ${typeof execArgv} for execArgv: it takes a list of arguments`);
    const { scope = scopeHere() } = options;
    if (scope !== null && typeof scope?.defer !== "function")
      throw new TypeError(`Cannot tie the executor to this ${typeof scope}: it takes a scope, or null`);
    if (options.limiter !== undefined) checkLimiter(options.limiter);
    this.#core = new ExecutorCore({
      name,
      onCancel,
      workers,
      limiter: options.limiter,
      idleTimeout,
      resourceLimits,
      env: env === undefined ? undefined : { ...env },
      execArgv: execArgv === undefined ? undefined : [...execArgv],
    });
    this.#disown = scope === null ? () => {} : scope.defer(() => this.#release());
    this.#untrack = trackResource(`the executor ${name}`);
  }

  get name(): string {
    return this.#core.name;
  }

  /** Bounds how many calls are in threads at once. Its `total` may be set at any time. */
  get limiter(): CapacityLimiter {
    return this.#core.limiter;
  }

  /** Whether it takes no calls any more. */
  get closed(): boolean {
    return this.#core.closing;
  }

  /**
   * Calls the function in a thread, with copies of the arguments. Throws what it throws; ThreadFunctionError when the call cannot be sent or
   * its result not come back, WorkerCrashedError when the thread dies, ExecutorClosedError when this is closed. A cancel point.
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options: SubmitOptions = {},
  ): Awaitable<Unwrap<R>> {
    checkCall(fn, options);
    const site = recordOf(fn as AnyFunction).note();
    return coroutine(runCall, this.#core, fn as AnyFunction, args, options, site) as Awaitable<Unwrap<R>>;
  }

  /** Takes no further calls, waits until those that it has are over, and ends the threads. A second time waits too. A cancel point. */
  close(): Awaitable<void> {
    return coroutine(closeExecutor, this.#core, this.#disown, this.#untrack);
  }

  /** Ends the threads now. Calls that somebody waits for fail with ExecutorClosedError. `close` then waits until the threads are gone. */
  abort(reason: string = "it was aborted"): void {
    this.#core.abort(reason);
  }

  /** As `close`, also outside any run. */
  async [Symbol.asyncDispose](): Promise<void> {
    await run(() => this.close());
  }

  /** How many calls wait, run and are over, and how busy the threads are. */
  statistics(): ExecutorStatistics {
    return this.#core.statistics();
  }

  /** The end of the scope: nobody can wait for anything any more. */
  #release(): Awaitable<void> {
    this.#core.abort("the scope that it belongs to has ended");
    return this.close();
  }
}

function* closeExecutor(core: ExecutorCore, disown: () => void, untrack: () => void): Coroutine<void> {
  yield* core.close();
  disown();
  untrack();
}

/** Refuses what cannot be a call. */
export function checkCall(fn: unknown, { onCancel, limiter, functions }: SubmitOptions): void {
  if (typeof fn !== "function") {
    throw new TypeError(
      `Cannot call it in a thread: expected a function, got ${fn === null ? "null" : typeof fn}`,
    );
  }
  if (onCancel !== undefined) checkOnCancel(onCancel);
  if (limiter !== undefined) checkLimiter(limiter);
  if (functions !== undefined && (typeof functions !== "object" || functions === null))
    throw new TypeError(`Cannot offer ${String(functions)} to a thread: it takes an object of functions`);
}

function checkLimiter(limiter: unknown): void {
  if (limiter instanceof CapacityLimiter) return;
  throw new TypeError(`The limiter of calls cannot be ${String(limiter)}: it is a CapacityLimiter`);
}

function checkOnCancel(onCancel: OnCancel): void {
  if (onCancel === "terminate" || onCancel === "wait" || onCancel === "abandon") return;
  throw new TypeError(`onCancel cannot be ${String(onCancel)}: it is "terminate", "wait" or "abandon"`);
}

/** The scope of the running code; null outside any run. */
function scopeHere(): Scope | null {
  try {
    return currentScope();
  } catch (error) {
    if (error instanceof NoRunError) return null;
    throw error;
  }
}

/** An executor for the length of a block: when the body has ended, its calls are waited for. A cancel point. */
export function withThreadExecutor<R>(
  options: ThreadExecutorOptions,
  body: (executor: ThreadExecutor) => R,
): Awaitable<Unwrap<R>> {
  return cancelScope(executorBlock, options, body as (executor: ThreadExecutor) => unknown) as Awaitable<
    Unwrap<R>
  >;
}

function* executorBlock(
  _scope: Scope,
  options: ThreadExecutorOptions,
  body: (executor: ThreadExecutor) => unknown,
): Coroutine<unknown> {
  const executor = new ThreadExecutor(options);
  const value = yield* call(body, executor);
  yield* executor.close();
  return value;
}
