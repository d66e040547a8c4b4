// run: the way from ordinary code into the runtime.

import { host as defaultHost } from "#host";
import type { Host } from "../host/port.ts";
import type { CancelledError } from "../errors.ts";
import type { Awaitable, Unwrap } from "../kernel/awaitable.ts";
import { Block } from "../kernel/block.ts";
import { assertFunction, type AnyFunction } from "../kernel/body.ts";
import { EventLoop, type Report } from "../kernel/event-loop.ts";
import { endLeftoverTasks, reportUnobserved, RunTask } from "../kernel/run-task.ts";
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
  readonly #grace: number | undefined;

  constructor(body: AnyFunction, grace: number | undefined) {
    super(body, []);
    this.#grace = grace;
  }

  protected override open(parent: ScopeNode, strand: Strand): ScopeNode {
    const scope = new RunScope(parent.loop, parent, strand, RUN);
    if (this.#grace !== undefined) scope.extras().grace = this.#grace;
    return scope;
  }

  protected override bodyEnded(scope: ScopeNode): void {
    endLeftoverTasks(scope);
  }

  protected absorb(cancellation: CancelledError): T {
    throw cancellation.reason ?? cancellation;
  }
}

/** Starts a run outside any other; the root task is given to whoever wants to cancel it. */
export function startRun(
  body: AnyFunction,
  options: RunOptions,
  started: (task: RunTask) => void = () => {},
): Promise<unknown> {
  claimProcess();
  const loop = loopOf(options.host ?? defaultHost);
  if (options.onReport !== undefined) loop.onReport = options.onReport;
  return new Promise((resolve, reject) => {
    const ended = (task: RunTask): void => {
      if (task.ok) resolve(task.ending);
      else reject(task.cancelled() ? task.cancelledError() : task.ending);
    };
    started(new RunTask(loop, body, options.grace, formatTaskTree, ended));
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
    return new RunBlock<Unwrap<R>>(fn as AnyFunction, options.grace);
  }
  return startRun(fn as AnyFunction, options) as unknown as Awaitable<Unwrap<R>>;
}
