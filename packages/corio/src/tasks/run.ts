// run: the way from ordinary code into the runtime.

import { host as defaultHost } from "#host";
import type { Host } from "../host/port.ts";
import { TaskCancelledError, type CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { Block } from "../kernel/block.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { EventLoop } from "../kernel/event-loop.ts";
import type { Report } from "../kernel/report.ts";
import { applySettings, endLeftoverTasks, reportUnobserved, RunTask } from "../kernel/run-task.ts";
import { RUN } from "../kernel/scope-flags.ts";
import { scopeHereOrNull } from "../kernel/scope-current.ts";
import { ScopeNode, type Scope } from "../kernel/scope.ts";
import type { Strand } from "../kernel/strand.ts";
import type { TaskNode } from "../kernel/task.ts";
import { formatTaskTree } from "../kernel/task-tree.ts";
import { claimProcess } from "./one-copy.ts";

export interface RunOptions {
  /** Milliseconds that cancelled code may take to clean up. Default 5000; 0 for none. */
  grace?: number;
  /** Receives failures that nobody else can. By default they are written to the console. */
  onReport?: (report: Report) => void;
  /** Cancels the run when it aborts; the run then throws the signal's reason, as `fetch` does. */
  signal?: AbortSignal;
  /** The machine to run on. For tests: see `@corio/testing`. */
  host?: Host;
}

const loops = new WeakMap<Host, EventLoop>();

/** The loop of a host: all runs on it share one. */
function loopOf(host: Host): EventLoop {
  let loop = loops.get(host);
  if (loop === undefined) {
    loop = new EventLoop(host);
    loops.set(host, loop);
  }
  return loop;
}

class RunScope extends ScopeNode {
  override taskEnded(task: ScopeNode): void {
    reportUnobserved(task as TaskNode);
  }
}

class RunBlock<T> extends Block<T> {
  readonly #options: RunOptions;

  constructor(body: AnyFunction, options: RunOptions) {
    super(body, []);
    this.#options = options;
  }

  protected override open(parent: ScopeNode, strand: Strand): ScopeNode {
    return new RunScope(parent.loop, parent, strand, RUN);
  }

  protected override prepare(scope: ScopeNode): void {
    this.#options.signal?.throwIfAborted();
    applySettings(scope, this.#options);
  }

  protected override bodyArguments(scope: ScopeNode): readonly unknown[] {
    return [scope];
  }

  protected override bodyEnded(scope: ScopeNode): void {
    endLeftoverTasks(scope);
  }

  protected absorb(cancellation: CancelledError): T {
    throw endOf(cancellation, this.#options);
  }
}

/** What a cancelled run throws: its signal's reason, or else that it was cancelled. */
function endOf(cancellation: CancelledError, options: RunOptions): unknown {
  const { signal } = options;
  if (signal?.aborted === true && signal.reason === cancellation.reason) return signal.reason;
  return new TaskCancelledError("The run was cancelled", { cause: cancellation });
}

/** Starts a run outside any other; the root task is given to whoever wants to cancel it. */
export function startRun(
  body: AnyFunction,
  options: RunOptions,
  started: (task: RunTask) => void = () => {},
): Promise<unknown> {
  claimProcess();
  const loop = loopOf(options.host ?? defaultHost);
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const ended = (task: RunTask): void => {
      if (task.ok) resolve(task.ending);
      else reject(task.cancelled() ? endOf(task.ending as CancelledError, options) : task.ending);
    };
    started(new RunTask(loop, body, options, formatTaskTree, ended));
  });
}

/**
 * Runs a function of either dialect with everything that it starts, and gives its value when all has ended. For a piece of
 * concurrent code inside a program: it touches no signal and no exit code. Outside any run it starts at once; inside one it
 * opens a scope in the running task and is lazy, as all Awaitables. Tasks made by `createTask` and still running when the function ends are
 * cancelled and waited for.
 */
export function run<R>(fn: (scope: Scope) => R, options: RunOptions = {}): Awaitable<Unwrap<R>> {
  assertFunction(fn, "a run");
  if (options.grace !== undefined && !(options.grace >= 0)) {
    throw new RangeError(
      `Cannot run with a grace of ${String(options.grace)}: it takes milliseconds, zero or more`,
    );
  }
  if (scopeHereOrNull() !== null && options.host === undefined) {
    return new RunBlock<Unwrap<R>>(fn as AnyFunction, options);
  }
  return startRun(fn as AnyFunction, options) as unknown as Awaitable<Unwrap<R>>;
}
