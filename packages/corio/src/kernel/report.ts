// Telling of failures that have nobody left to be thrown to.

import type { Host } from "../host/port.ts";
import { contextOfHolder, enter, holderOf } from "./context-var.ts";
import type { Handle } from "./handle.ts";
import type { ReportCode } from "./report-code.ts";
import { taskOf } from "./task-of.ts";
import type { ScopeNode } from "./scope.ts";
import type { Task, TaskNode } from "./task.ts";

/** A failure that nobody can receive. */
export interface Report {
  /** What happened. */
  message: string;
  /** The error, if there is one. */
  error: unknown;
  /** The task in which it happened, if it was in one. */
  task?: Task<unknown>;
  /** The callback of the loop in which it happened, if it was in one. */
  handle?: Handle;
  /** The report that an exception handler of the loop failed on, if it is about that. */
  context?: Report;
  /** The kind of report, for programs that tell them apart. */
  code?: ReportCode;
  /** Where the thing was made that it is about, as far as debug mode knows: "name (file:line:column)". */
  site?: string;
}

export type ReportHandler = (report: Report) => void;

/** What kind of report it is, and where what it is about was made. */
export type ReportKind = Pick<Report, "code" | "site">;

/** Hands a report to a handler of the program, which may fail. */
export function tellHandler(host: Host, handler: ReportHandler, told: Report): void {
  try {
    handler(told);
  } catch (failure) {
    host.warn(`corio: the report handler failed on "${told.message}"`, failure);
  }
}

/** Hands a report to the run's handler, or to a person; in the context of the task or callback that it is about. */
export function report(
  scope: ScopeNode,
  message: string,
  error: unknown,
  handle: Handle | null = null,
  kind: ReportKind = {},
): void {
  const told: Report = { message, error, ...kind };
  let task: TaskNode | null = null;
  if (handle !== null) told.handle = handle;
  else if ((task = taskOf(scope)) !== null) told.task = task;
  const vars = handle === null ? contextOfHolder(holderOf(scope)) : handle.getContext();
  const { host } = scope.loop;
  const tell = (): void => {
    // The root of a run has one.
    for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
      const handler = s.extra?.onReport;
      if (handler === undefined || handler === null) continue;
      enter(vars, tellHandler, [host, handler, told]);
      return;
    }
  };
  if (task === null || task.context === null) tell();
  else host.runInContext(task.context, tell, undefined);
}
