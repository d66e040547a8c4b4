// Reports of debug mode: each with an error whose stack is the place that it is about.

import { DebugWarning } from "../../errors.ts";
import type { ReportCode } from "../../kernel/report-code.ts";
import { report } from "../../kernel/report.ts";
import type { ScopeNode } from "../../kernel/scope.ts";
import { formatFrame, isUserFrame, parseStack, type StackHolder } from "../../kernel/stack.ts";
import type { TaskNode } from "../../kernel/task.ts";
import { waitsOf } from "../../kernel/task-waits.ts";
import { madeRecord } from "../records.ts";
import { framesOfWait } from "../wait-frames.ts";

/** Reports a mistake. `stack` is where the thing was made that it is about, if that is known. */
export function warn(scope: ScopeNode, code: ReportCode, message: string, stack?: StackHolder): void {
  const error = new DebugWarning(message);
  const frames = parseStack(stack?.stack).filter(isUserFrame);
  error.stack = [`${error.name}: ${message}`, ...frames.map((frame) => `    at ${formatFrame(frame)}`)].join(
    "\n",
  );
  const [frame] = frames;
  report(scope, message, error, null, { code, ...(frame === undefined ? {} : { site: formatFrame(frame) }) });
}

/** Reports a mistake of a task; the stack is where it was made. */
export function warnOfTask(task: TaskNode, code: ReportCode, message: string): void {
  warn(task, code, message, madeRecord(task)?.stack);
}

/** What a task waits for and where, as part of a sentence. */
export function whereabouts(task: TaskNode): string {
  const waits = waitsOf(task);
  if (waits.length === 0) return task.done() ? "it has ended" : "it runs";
  const texts = waits.map((wait) => {
    const [frame] = framesOfWait(wait);
    return `${wait.leaf.describe()}${frame === undefined ? "" : `, at ${formatFrame(frame)}`}`;
  });
  return `it waits for ${texts.join("; ")}`;
}
