// Runner: several runs one after another, on one event loop and in one context.

import { InvalidStateError } from "../errors.ts";
import type { Unwrap } from "../kernel/awaitable.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { copyContext, type Context } from "../kernel/context-var.ts";
import { rootOf } from "../kernel/loop-here.ts";
import type { RunLoop } from "../kernel/run-loop.ts";
import type { RunTask } from "../kernel/run-task.ts";
import { scopeHereOrNull } from "../kernel/scope-current.ts";
import type { Scope } from "../kernel/scope.ts";
import { eventLoopOf, type EventLoop } from "./event-loop.ts";
import { assertRunOptions, newRunLoop, startRun, type RunOptions } from "./run.ts";

/** What all runs of a Runner are told: see `RunOptions`. */
export type RunnerOptions = Omit<RunOptions, "signal">;

/** What one run of a Runner is told. */
export interface RunnerRunOptions {
  /** The context to run in. By default the Runner's, which all its runs share. */
  context?: Context | undefined;
  /** Cancels the run when it aborts: see `RunOptions`. */
  signal?: AbortSignal | undefined;
}

/**
 * For programs that enter the runtime several times (a test runner, a shell): its runs share an event loop, with its callbacks, and
 * a context. Who enters once takes `run`. Close it at the end, or let `await using` do it.
 */
export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions;
  #loop: RunLoop | null = null;
  #context: Context | null = null;
  #task: RunTask | null = null;
  #ended: Promise<unknown> | null = null;
  #closed = false;

  constructor(options: RunnerOptions = {}) {
    assertRunOptions(options);
    this.#options = options;
  }

  /**
   * Runs a function of either dialect with everything that it starts, and gives its value when all has ended. It is given the scope of
   * the run, then the arguments. InvalidStateError inside any run, while another run of this Runner is active, and when it is closed.
   */
  run<A extends readonly unknown[], R>(fn: (scope: Scope, ...args: A) => R, ...args: A): Promise<Unwrap<R>>;
  run<A extends readonly unknown[], R>(
    options: RunnerRunOptions,
    fn: (scope: Scope, ...args: A) => R,
    ...args: A
  ): Promise<Unwrap<R>>;
  async run(...input: readonly unknown[]): Promise<unknown> {
    const hasOptions = typeof input[0] === "object" && input[0] !== null;
    const { context, signal } = (hasOptions ? input[0] : {}) as RunnerRunOptions;
    const fn = input[hasOptions ? 1 : 0];
    assertFunction(fn, "a run");
    if (scopeHereOrNull() !== null) {
      throw new InvalidStateError("Runner.run() cannot be called from a running event loop: use run()");
    }
    if (this.#ended !== null) throw new InvalidStateError("Cannot run: another run of the Runner is active");
    const loop = this.#open();
    this.#ended = startRun(
      fn as AnyFunction,
      signal === undefined ? this.#options : { ...this.#options, signal },
      (task) => (this.#task = task),
      { loop, context: context ?? this.#context!, args: input.slice(hasOptions ? 2 : 1) },
    );
    try {
      return await this.#ended;
    } finally {
      this.#task = this.#ended = null;
    }
  }

  /** The event loop of all runs. InvalidStateError when the Runner is closed. */
  getLoop(): EventLoop {
    return eventLoopOf(this.#open());
  }

  /**
   * Closes the event loop; a second time does nothing. A run that is still active is cancelled and waited for; its promise tells how it
   * ended. InvalidStateError in that run itself.
   */
  async close(): Promise<void> {
    // Whoever heard of its end may have begun another one.
    while (this.#task !== null) {
      const scope = scopeHereOrNull();
      if (scope !== null && rootOf(scope) === this.#task) {
        throw new InvalidStateError("Cannot close the Runner from inside its run");
      }
      this.#task.cancel("the Runner was closed");
      await this.#ended!.catch(() => {});
    }
    this.#closed = true;
    this.#loop?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): RunLoop {
    if (this.#closed) throw new InvalidStateError("The Runner is closed");
    this.#context ??= copyContext();
    return (this.#loop ??= newRunLoop(this.#options, true));
  }
}
