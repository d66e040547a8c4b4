// The root of a run: the task that everything in it descends from.

import { DeadlockError, type CancelledError } from "../errors.ts";
import type { AnyFunction } from "./body.ts";
import type { EventLoop } from "./event-loop.ts";
import { report, type ReportHandler } from "./report.ts";
import { CLOSED, RUN, TASK } from "./scope-flags.ts";
import type { ScopeNode } from "./scope.ts";
import { TaskNode } from "./task.ts";

/** How long a deadlocked run may clean up, at most. */
const DEADLOCK_GRACE = 1000;

/** What a run, at the root or inside another, may be told. */
export interface RunSettings {
  grace?: number;
  onReport?: ReportHandler;
  signal?: AbortSignal;
}

/** Sets a run's scope up. A signal cancels it; the listener goes when the scope closes. */
export function applySettings(scope: ScopeNode, settings: RunSettings): void {
  if (settings.grace !== undefined) scope.extras().grace = settings.grace;
  if (settings.onReport !== undefined) scope.extras().onReport = settings.onReport;
  const { signal } = settings;
  if (signal === undefined) return;
  const abort = (): void => void scope.cancel(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  scope.extras().unlink = () => signal.removeEventListener("abort", abort);
}

export class RunTask extends TaskNode {
  readonly #ended: (task: RunTask) => void;
  readonly #leave: () => void;
  #deadlock: DeadlockError | null = null;

  constructor(
    loop: EventLoop,
    body: AnyFunction,
    settings: RunSettings,
    describe: (task: RunTask) => string,
    ended: (task: RunTask) => void,
  ) {
    super(loop, null, body, [], body.name || "run", RUN);
    this.ending = [this];
    applySettings(this, settings);
    this.#ended = ended;
    this.#leave = loop.host.enterRun({
      ignoresRejection: (error) => isOurCancellation(error),
      idle: () => this.#idle(describe),
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
    if (this.#deadlock !== null) {
      this.failWith(this.#deadlock);
    }
    this.#ended(this);
  }

  /** Nothing is left that could wake anybody. */
  #idle(describe: (task: RunTask) => string): void {
    if (this.#deadlock !== null || this.done() || this.loop.ready.size > 0) return;
    this.#deadlock = new DeadlockError(
      `Nothing is left that could wake the run, but it has not ended. Its tasks:\n${describe(this)}`,
    );
    this.extras().grace = Math.min(this.extras().grace ?? DEADLOCK_GRACE, DEADLOCK_GRACE);
    this.cancel(this.#deadlock);
  }
}

function isOurCancellation(error: unknown): boolean {
  return (error as Partial<CancelledError> | null)?.code === "ERR_CANCELLED";
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
  if (!task.failed || task.observed) return;
  task.loop.host.queueTurn(() => {
    if (task.observed) return;
    task.observed = true;
    report(task, `task ${task.name} failed, and nobody has joined it`, task.ending);
  });
}
