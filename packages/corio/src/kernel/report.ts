// Telling of failures that have nobody left to be thrown to.

import type { ScopeNode } from "./scope.ts";

/** A failure that nobody can receive. */
export interface Report {
  /** What happened. */
  message: string;
  /** The error, if there is one. */
  error: unknown;
}

export type ReportHandler = (report: Report) => void;

/** Hands a report to the run's handler, or to a person. */
export function report(scope: ScopeNode, message: string, error: unknown): void {
  const { host } = scope.loop;
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    const handler = s.extra?.onReport;
    if (handler === undefined || handler === null) continue;
    try {
      handler({ message, error });
    } catch (failure) {
      host.warn(`corio: the report handler failed on "${message}"`, failure);
    }
    return;
  }
  host.warn(`corio: ${message}`, error);
}
