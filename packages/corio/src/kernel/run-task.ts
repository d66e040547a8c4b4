// The root of a run: the task that everything in it descends from.

import { cancellationOf, DeadlockError } from "../errors.ts";
import type { AnyFunction } from "./body.ts";
import type { Context } from "./context-var.ts";
import { spawnIn } from "./group-scope.ts";
import { hooks } from "./hooks.ts";
import { nothing } from "./kept-shapes.ts";
import { report, type ReportHandler } from "./report.ts";
import type { RunLoop } from "./run-loop.ts";
import { AWAITED, CLOSED, EAGER, ENDING, RUN, TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { TaskNode } from "./task.ts";

/** How long a deadlocked run may clean up, at most. */
const DEADLOCK_GRACE = 1000;

/** What a run, at the root or inside another, may be told. */
export interface RunSettings {
  grace?: number | undefined;
  onReport?: ReportHandler | undefined;
  signal?: AbortSignal | undefined;
}

/** Sets a run's scope up. A signal cancels it; the listener goes when the scope closes. */
export function applySettings(scope: ScopeNode, settings: RunSettings): void {
  const { grace, onReport = null, signal } = settings;
  const extra = scope.extras();
  extra.grace = grace;
  extra.onReport = onReport;
  if (signal === undefined) return;
  const abort = (): void => void scope.cancel(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  extra.unlink = () => signal.removeEventListener("abort", abort);
}

/** The runs that have not ended, oldest first. */
export const activeRuns: Set<RunTask> = new Set();

/** What a run is started with, beyond its settings. */
export interface RunStart {
  readonly loop: RunLoop;
  /** What the body is given after the scope. */
  readonly args?: readonly unknown[];
  /** The context that the body runs in; by default a copy of the caller's. */
  readonly context?: Context | undefined;
}

export class RunTask extends TaskNode {
  /** The event loop as the program sees it. */
  readonly runLoop: RunLoop;
  readonly #ended: (task: RunTask) => void;
  readonly #describe: (task: RunTask) => string;
  #leave: () => void = nothing;
  #deadlock: DeadlockError | null = null;

  constructor(
    start: RunStart,
    body: AnyFunction,
    settings: RunSettings,
    describe: (task: RunTask) => string,
    ended: (task: RunTask) => void,
  ) {
    const { loop: runLoop, args = [], context } = start;
    super(runLoop.kernel, null, body, [], body.name || "run", RUN | EAGER);
    this.ending = [this, ...args];
    if (context !== undefined) this.vars = context;
    this.runLoop = runLoop;
    this.#ended = ended;
    this.#describe = describe;
    applySettings(this, settings);
    this.extras().onReport = (told) => runLoop.receive(told);
  }

  /** Begins: from here on the process waits for it. */
  enter(): void {
    const { runLoop, loop } = this;
    // What waited on the loop for a run comes first.
    runLoop.prepare();
    loop.wake(this);
    activeRuns.add(this);
    runLoop.begin(this);
    this.#leave = loop.host.enterRun({
      ignoresRejection: isOurCancellation,
      idle: () => this.#idle(),
    });
  }

  protected override beforeClosing(): void {
    endLeftoverTasks(this);
  }

  override taskEnded(task: ScopeNode): void {
    reportUnobserved(task as TaskNode);
  }

  protected override completed(): void {
    this.#leave();
    activeRuns.delete(this);
    if (this.#deadlock !== null) {
      this.failWith(this.#deadlock);
    }
    this.#ended(this);
  }

  /** Nothing is left that could wake anybody. */
  #idle(): void {
    if (this.#deadlock !== null || this.done() || this.loop.ready.size > 0) return;
    this.#deadlock = new DeadlockError(
      `Nothing is left that could wake the run, but it has not ended. Its tasks:\n${this.#describe(this)}`,
    );
    this.extras().grace = Math.min(this.extras().grace ?? DEADLOCK_GRACE, DEADLOCK_GRACE);
    this.cancel(this.#deadlock);
  }
}

function isOurCancellation(error: unknown): boolean {
  return cancellationOf(error) !== null;
}

/** Makes a task that the run owns. */
export function spawnOwned(run: ScopeNode, input: readonly unknown[]): TaskNode {
  const task = spawnIn(run, input);
  // Like a task spawned into a cancelled group: it runs to its first await.
  if ((run.flags & ENDING) !== 0) task.cancel("the run has ended");
  return task;
}

/** Cancels the tasks that the run owns: it has ended, and so must they. */
export function endLeftoverTasks(run: ScopeNode): void {
  for (let child = run.first; child !== null;) {
    const next: ScopeNode | null = child.next;
    if ((child.flags & TASK) !== 0 && (child.flags & CLOSED) === 0) child.cancel("the run has ended");
    child = next;
  }
}

/** A task that nobody owns but the run has failed: told once, if nobody joins it within a turn of the host. */
export function reportUnobserved(task: TaskNode): void {
  if (!task.failed || task.observed || (task.flags & AWAITED) !== 0) return;
  task.loop.host.queueTurn(() => {
    if (task.observed) return;
    task.observed = true;
    const site = hooks.debug?.siteOf(task);
    report(task, `task ${task.name} failed, and nobody has joined it`, task.ending, null, {
      code: "UNJOINED_FAILURE",
      ...(site === undefined ? {} : { site }),
    });
  });
}
