// Debug mode: callbacks that are cancelled because the run that they were scheduled in has ended.

import type { RunTask } from "../../kernel/run-task.ts";
import type { ScopeNode } from "../../kernel/scope.ts";
import { warn } from "./warning.ts";

/** A run is over; its loop will be closed, unless it is a Runner's. */
export function reportLeftCallbacks(run: ScopeNode): void {
  if (run.parent !== null) return;
  const { runLoop } = run as RunTask;
  if (runLoop.lasting) return;
  const left = Array.from(runLoop.handles).filter((handle) => handle.scheduled);
  if (left.length === 0) return;
  const names = left.map((handle) => handle.describe()).join(", ");
  warn(run, "CALLBACKS_LEFT", `callbacks were still scheduled when their event loop closed: ${names}`);
}
