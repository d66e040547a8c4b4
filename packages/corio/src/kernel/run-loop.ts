// What the runs of a program have of the event loop: many of them stand on one kernel loop, which does the turning. Each run (or
// Runner, with its runs one after another) has callbacks, a receiver of failures and an end of its own.

import { InvalidStateError } from "../errors.ts";
import type { Coroutine } from "./awaitable.ts";
import type { EventLoop } from "./event-loop.ts";
import type { CallbackHandle } from "./handle.ts";
import type { DebugOptions } from "./hooks.ts";
import { tellHandler, type Report, type ReportHandler } from "./report.ts";
import type { RunTask } from "./run-task.ts";
import { checkpoint } from "./sleep.ts";

export interface RunLoopSettings {
  onReport?: ReportHandler | undefined;
  debug?: boolean | DebugOptions | undefined;
}

export class RunLoop {
  readonly kernel: EventLoop;
  /** The active run. */
  run: RunTask | null = null;
  closed = false;
  /** What is said to its runs of debug mode. */
  debug: boolean | DebugOptions | undefined;
  /** Receives reports in place of the default. */
  handler: ReportHandler | null = null;
  /** What the program sees of it: made when asked for. */
  facade: object | null = null;
  readonly handles: Set<CallbackHandle> = new Set();
  readonly #onReport: ReportHandler | undefined;
  /** Whether it goes on when a run has ended. */
  readonly lasting: boolean;
  /** What the ready queue holds of the handles. */
  readonly #ready = new Set<CallbackHandle>();
  /** What became ready while no run was active. */
  #postponed: CallbackHandle[] = [];
  #willFlush = false;

  constructor(kernel: EventLoop, settings: RunLoopSettings, lasting: boolean) {
    this.kernel = kernel;
    this.#onReport = settings.onReport;
    this.debug = settings.debug;
    this.lasting = lasting;
  }

  /** Receives what happens in its runs, and nobody else does. Never throws. */
  receive(report: Report): void {
    if (this.handler === null) {
      this.receiveByDefault(report);
      return;
    }
    try {
      this.handler(report);
    } catch (error) {
      const message = "unhandled error in the exception handler";
      this.receiveByDefault({ message, error, code: "HANDLER_FAILED", context: report });
    }
  }

  receiveByDefault(report: Report): void {
    const { host } = this.kernel;
    if (this.#onReport === undefined) {
      const site = report.site === undefined ? "" : `, made at ${report.site}`;
      host.warn(`corio: ${report.message}${site}`, report.error);
      return;
    }
    tellHandler(host, this.#onReport, report);
  }

  assertOpen(what: string): void {
    if (this.closed) throw new InvalidStateError(`Cannot ${what}: the event loop is closed`);
  }

  /** A run is about to begin: what became ready since the last one is made so, before the run's own first step. */
  prepare(): void {
    this.assertOpen("run");
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const handle of postponed) {
      this.#ready.add(handle);
      this.kernel.wake(handle);
    }
  }

  begin(run: RunTask): void {
    this.run = run;
    for (const handle of this.handles) handle.resume();
    if (this.#ready.size > 0) this.#flushAtEnd(run);
  }

  /** The run is over, with all its tasks. */
  end(): void {
    this.run = null;
    this.#willFlush = false;
    if (!this.lasting) this.close();
    else for (const handle of this.handles) handle.pause();
  }

  close(): void {
    this.closed = true;
    for (const handle of Array.from(this.handles)) handle.cancel();
    this.#postponed = [];
  }

  /** Puts a handle at the end of the ready queue, as soon as a run is active. */
  makeReady(handle: CallbackHandle): void {
    const { run } = this;
    this.#ready.delete(handle);
    if (run === null) {
      this.#postponed.push(handle);
      return;
    }
    this.#ready.add(handle);
    this.kernel.wake(handle);
    this.#flushAtEnd(run);
  }

  drop(handle: CallbackHandle): void {
    this.handles.delete(handle);
    this.#ready.delete(handle);
  }

  #flushAtEnd(run: RunTask): void {
    if (this.#willFlush) return;
    this.#willFlush = true;
    run.defer(() => this.#flush());
  }

  /** At the end of a run: what is ready by then is still called. What that makes ready is not. */
  *#flush(): Coroutine<void> {
    const due = Array.from(this.#ready);
    while (due.some((handle) => !handle.over)) yield* checkpoint();
  }
}
