// What few scopes have: a deadline, a grace of their own, a signal, resources. Kept apart so that a task stays small.

import type { ReportHandler } from "./report.ts";
import type { ScopeNode } from "./scope.ts";
import type { TimerNode } from "./timer-queue.ts";

/** Who waits for the children of a scope. */
export interface Joiner {
  childrenGone(): void;
}

/** Something to do when the scope closes; null when it was taken off again. */
export interface Release {
  release: (() => unknown) | null;
}

export class ScopeExtra {
  joiner: Joiner | null = null;
  grace: number | undefined = undefined;
  /** Loop time, or null. */
  deadline: number | null = null;
  deadlineTimer: TimerNode | null = null;
  graceTimer: TimerNode | null = null;
  controller: AbortController | null = null;
  /** Throws that an async function has ignored since the grace was over; past the limit it gets no answer, and is abandoned. */
  ignored = 0;
  /** The same of the coroutine whose task the scope is: past the limit it is closed. */
  strandIgnored = 0;
  /** Receives the failures below that nobody else can. */
  onReport: ReportHandler | null = null;
  /** Takes the listener off the signal that may cancel the scope. */
  unlink: (() => void) | null = null;
  /** What to do when the scope closes, last first. */
  releases: Set<Release> | null = null;

  dispose(scope: ScopeNode): void {
    if (this.deadlineTimer !== null) scope.loop.removeTimer(this.deadlineTimer);
    if (this.graceTimer !== null) scope.loop.removeTimer(this.graceTimer);
    this.deadlineTimer = this.graceTimer = null;
    this.unlink?.();
  }
}
