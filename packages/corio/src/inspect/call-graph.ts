// The call graph of a task: its own stack, and the tasks that await it, as asyncio 3.14 has it.

import { NoRunError } from "../errors.ts";
import { host } from "#host";
import { activeRuns } from "../kernel/run-task.ts";
import { formatFrame, isUserFrame, parseStack, takeStack, type Frame } from "../kernel/stack.ts";
import { TaskNode, type Task } from "../kernel/task.ts";
import { allTasksBelow, waitsOf } from "../kernel/task-waits.ts";
import { idOf } from "./identity.ts";
import { runningTask } from "./running.ts";
import { framesOfWait } from "./wait-frames.ts";

/** A task, where it is, and who awaits it. */
export interface CallGraph {
  readonly task: Task<unknown>;
  /** Innermost first. Async functions have no stack while they wait; in debug mode their last call stands for it. */
  readonly callStack: readonly Frame[];
  /** The tasks that join it, or whose group waits for it. Empty where the graph has shown a task already: in a ring. */
  readonly awaitedBy: readonly CallGraph[];
}

/** How much of a call graph is captured. */
export interface CallGraphOptions {
  /** How many frames of each stack: the innermost ones; the outermost ones if it is negative. Default: all. */
  limit?: number | undefined;
}

/** Kinds of waits that wait for tasks, and for nothing else. */
const JOINS: ReadonlySet<string> = new Set(["task", "tasks", "children"]);

/** Who waits for whose end. */
function awaiters(): Map<object, TaskNode[]> {
  const found = new Map<object, TaskNode[]>();
  for (const run of activeRuns) {
    for (const task of allTasksBelow(run)) {
      for (const { leaf } of waitsOf(task)) {
        const target = leaf.waitsFor?.();
        if (target === undefined || !JOINS.has(target.kind)) continue;
        for (const holder of target.holders ?? []) {
          const list = found.get(holder);
          if (list === undefined) found.set(holder, [task]);
          else if (list.at(-1) !== task) list.push(task);
        }
      }
    }
  }
  return found;
}

function limited(frames: readonly Frame[], limit: number): readonly Frame[] {
  return limit >= 0 ? frames.slice(0, limit) : frames.slice(limit);
}

/**
 * The call graph of a task, of the running one by default: where it is in its own code, and recursively who awaits it. A snapshot; it
 * disturbs nothing. NoRunError without a task outside any run.
 */
export function captureCallGraph(
  task: Task<unknown> | null = null,
  options: CallGraphOptions = {},
): CallGraph {
  const here = parseStack(takeStack(captureCallGraph, Infinity).stack).filter(isUserFrame);
  return capture(task, options, here);
}

function capture(asked: Task<unknown> | null, options: CallGraphOptions, here: readonly Frame[]): CallGraph {
  if (asked !== null && !(asked instanceof TaskNode))
    throw new TypeError("Cannot capture the call graph: expected a task");
  const { limit = Infinity } = options;
  const running = runningTask();
  const start = asked ?? running;
  if (start === null) throw new NoRunError("Cannot capture the call graph: no task is running. Give one");
  const awaitedBy = awaiters();
  const seen = new Set<TaskNode>();
  const visit = (task: TaskNode): CallGraph => {
    const known = seen.has(task);
    seen.add(task);
    const [wait] = waitsOf(task);
    const frames = task === running ? here : wait === undefined ? [] : framesOfWait(wait);
    return {
      task: task as Task<unknown>,
      callStack: limited(frames, limit),
      awaitedBy: known ? [] : (awaitedBy.get(task) ?? []).map(visit),
    };
  };
  return visit(start);
}

function text(graph: CallGraph, indent: string): string[] {
  const { task, callStack, awaitedBy } = graph;
  const lines = [`${indent}* Task ${task.name} (#${idOf("task", task)})`];
  if (callStack.length > 0) {
    lines.push(`${indent}  + Call stack:`);
    for (const frame of callStack) lines.push(`${indent}  |   ${formatFrame(frame)}`);
  }
  if (awaitedBy.length > 0) {
    lines.push(`${indent}  + Awaited by:`);
    for (const awaiter of awaitedBy) lines.push(...text(awaiter, `${indent}     `));
  }
  return lines;
}

/** A call graph as text: see `captureCallGraph`. */
export function formatCallGraph(
  task: Task<unknown> | CallGraph | null = null,
  options: CallGraphOptions = {},
): string {
  const here = parseStack(takeStack(formatCallGraph, Infinity).stack).filter(isUserFrame);
  return format(task, options, here);
}

function format(
  task: Task<unknown> | CallGraph | null,
  options: CallGraphOptions,
  here: readonly Frame[],
): string {
  const given = task !== null && !(task instanceof TaskNode) ? (task as CallGraph) : null;
  if (given !== null && !(given.task instanceof TaskNode))
    throw new TypeError("Cannot format the call graph: expected a task, or what captureCallGraph gave");
  const graph = given ?? capture(task as Task<unknown> | null, options, here);
  return text(graph, "").join("\n");
}

/** Prints a call graph to the console: see `captureCallGraph`. */
export function printCallGraph(
  task: Task<unknown> | CallGraph | null = null,
  options: CallGraphOptions = {},
): void {
  const here = parseStack(takeStack(printCallGraph, Infinity).stack).filter(isUserFrame);
  host.print?.(format(task, options, here));
}
