// run: the way from ordinary code into the runtime.

import { host as defaultHost } from "#host";
import type { Host } from "../host/port.ts";
import { TaskCancelledError, type CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { Block } from "../kernel/block.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { EventLoop } from "../kernel/event-loop.ts";
import { GroupScope } from "../kernel/group-scope.ts";
import { hooks, type DebugOptions } from "../kernel/hooks.ts";
import { keep, nothing } from "../kernel/kept-shapes.ts";
import type { Report } from "../kernel/report.ts";
import {
  applySettings,
  endLeftoverTasks,
  reportUnobserved,
  RunTask,
  type RunStart,
} from "../kernel/run-task.ts";
import { RunLoop } from "../kernel/run-loop.ts";
import { EAGER, RUN } from "../kernel/scope-flags.ts";
import { scopeHereOrNull } from "../kernel/scope-current.ts";
import { ScopeNode, tokenOf, type Scope } from "../kernel/scope.ts";
import type { Strand } from "../kernel/strand.ts";
import { TaskNode } from "../kernel/task.ts";
import { describeRun } from "../kernel/describe-run.ts";
import { claimProcess } from "./one-copy.ts";

/** What may be said of a run. */
export interface RunOptions {
  /** Milliseconds that cancelled code may take to clean up. Default 5000; 0 for none. */
  grace?: number | undefined;
  /** Receives failures that nobody else can. By default they are written to the console. */
  onReport?: ((report: Report) => void) | undefined;
  /** Cancels the run when it aborts; the run then throws the signal's reason, as `fetch` does. */
  signal?: AbortSignal | undefined;
  /** Debug mode, which finds mistakes and costs speed: see `setDebug`. Default: what the environment says (`CORIO_DEBUG=1`), else off. */
  debug?: boolean | DebugOptions | undefined;
  /** The machine to run on. For tests: see `@corio/testing`. */
  host?: Host | undefined;
}

const loops = new WeakMap<Host, EventLoop>();

/** One of each kind that every run makes, kept alive for its hidden class: decision 12. */
let kept: readonly object[] | null = null;

function shapes(loop: EventLoop): readonly object[] {
  const runLoop = new RunLoop(loop, {}, false);
  const run = new RunTask({ loop: runLoop }, nothing, {}, () => "", nothing);
  const task = new TaskNode(loop, null, nothing, undefined, "", EAGER);
  const scope = new ScopeNode(loop, null, task, 0);
  return [runLoop, run, task, scope, tokenOf(scope), task.join(), new GroupScope(loop, null, task, 0)];
}

/** The loop of a host: all runs on it share one. */
function loopOf(host: Host): EventLoop {
  let loop = loops.get(host);
  if (loop === undefined) {
    loop = new EventLoop(host);
    loops.set(host, loop);
    if (host === defaultHost) kept ??= keep(shapes, loop);
  }
  return loop;
}

/** An event loop for one run, or for several. */
export function newRunLoop(options: RunOptions, lasting = false): RunLoop {
  return new RunLoop(loopOf(options.host ?? defaultHost), options, lasting);
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
    hooks.switch?.runStarts(scope, this.#options.debug);
  }

  protected override finished(scope: ScopeNode): void {
    hooks.switch?.runEnds(scope);
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

export function assertRunOptions({ grace, signal }: RunOptions): void {
  if (signal !== undefined && typeof signal?.addEventListener !== "function")
    throw new TypeError("Cannot run with what is no AbortSignal");
  if (grace !== undefined && !(grace >= 0)) {
    throw new RangeError(`Cannot run with a grace of ${String(grace)}: it takes milliseconds, zero or more`);
  }
}

/** Starts a run outside any other; the root task is given to whoever wants to cancel it. */
export function startRun(
  body: AnyFunction,
  options: RunOptions,
  started: (task: RunTask) => void = nothing,
  start: RunStart = { loop: newRunLoop(options) },
): Promise<unknown> {
  claimProcess();
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const ended = (task: RunTask): void => {
      hooks.switch?.runEnds(task);
      start.loop.end();
      if (task.ok) resolve(task.ending);
      else reject(task.cancelled() ? endOf(task.ending as CancelledError, options) : task.ending);
    };
    hooks.poll?.();
    const make = (): RunTask => {
      const task = new RunTask(start, body, options, describeRun, ended);
      task.enter();
      return task;
    };
    const { debug } = start.loop;
    if (hooks.switch !== null) started(hooks.switch.rootStarts(debug, make));
    else {
      // A bundler has left out what the program does not name.
      if (debug !== undefined && debug !== false)
        start.loop.kernel.host.warn("corio: for debug mode, import setDebug from corio", undefined);
      started(make());
    }
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
  assertRunOptions(options);
  if (scopeHereOrNull() !== null && options.host === undefined) {
    return new RunBlock<Unwrap<R>>(fn as AnyFunction, options);
  }
  return startRun(fn as AnyFunction, options) as unknown as Awaitable<Unwrap<R>>;
}
