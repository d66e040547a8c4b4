// dumpTasks: everything that the runtime knows about who waits where, on what, and who holds it.

import { CancelledError } from "../errors.ts";
import { findDeadlocks, type Deadlock } from "./deadlock.ts";
import { GroupScope } from "../kernel/group-scope.ts";
import { activeRuns, type RunTask } from "../kernel/run-task.ts";
import { CLEANUP, ENDING, RUN, SHIELD, TASK } from "../kernel/scope-flags.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import { TaskNode } from "../kernel/task.ts";
import { waitsOf, type ParkedWait } from "../kernel/task-waits.ts";
import { isInDebug } from "./debug/debug-runs.ts";
import type {
  CancellationDump,
  DeadlockDump,
  RunDump,
  ScopeDump,
  TaskDump,
  TaskReference,
  TasksDump,
  WaitDump,
} from "./dump-types.ts";
import { idOf } from "./identity.ts";
import { reasonText } from "./reason.ts";
import { madeRecord, madeSite, parkedSince } from "./records.ts";
import { runningTask } from "./running.ts";
import { framesOfWait } from "./wait-frames.ts";

/** A task's number: the same in dumps, call graphs and reports. */
export function taskReference(task: TaskNode): TaskReference {
  return { id: idOf("task", task), name: task.name };
}

function scopeKind(scope: ScopeNode): string {
  if ((scope.flags & RUN) !== 0) return "run";
  if ((scope.flags & TASK) !== 0) return "task";
  if (scope instanceof GroupScope) return "task group";
  if ((scope.flags & SHIELD) !== 0) return "shield";
  return scope.deadline === null ? "scope" : "timeout";
}

function scopesAround(scope: ScopeNode): string[] {
  const kinds: string[] = [];
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    kinds.push(scopeKind(s));
    if ((s.flags & TASK) !== 0) break;
  }
  return kinds;
}

/** What JSON can carry. */
function plain(state: Readonly<Record<string, unknown>>): WaitDump["state"] {
  const result: Record<string, number | string | boolean | null> = {};
  for (const [key, value] of Object.entries(state)) {
    if (typeof value === "number") result[key] = Number.isFinite(value) ? value : null;
    else if (typeof value === "string" || typeof value === "boolean") result[key] = value;
  }
  return result;
}

function waitDump(wait: ParkedWait, now: number): WaitDump {
  const { leaf } = wait;
  const target = leaf.waitsFor?.() ?? { kind: "other" };
  const { kind, object = null, holders = [], state = {} } = target;
  const since = wait.strand === null ? madeRecord(leaf)?.at : parkedSince.get(wait.strand);
  const dump = {
    kind,
    description: leaf.describe(),
    object: object === null ? null : `${kind}#${idOf(kind, object)}`,
    holders: holders.filter((holder) => holder instanceof TaskNode).map(taskReference),
    state: plain(state),
    over: leaf.over === true,
    waited: since === undefined ? null : now - since,
    scopes: scopesAround(wait.scope),
    frames: framesOfWait(wait),
  };
  return hidden(dump, "target", object);
}

/** Adds what JSON leaves out. */
function hidden<T extends object, K extends string, V>(
  dump: T,
  key: K,
  value: V,
): T & { readonly [P in K]: V } {
  return Object.defineProperty(dump, key, { value, enumerable: false }) as T & { readonly [P in K]: V };
}

/** What a scope contains, while it is being filled. */
interface Contents {
  readonly scopes: ScopeDump[];
  readonly tasks: TaskDump[];
}

/** The scope alone. */
function scopeDump(scope: ScopeNode): ScopeDump & Contents {
  const { cancellation } = scope;
  return {
    kind: scopeKind(scope),
    deadline: scope.deadline,
    shielded: (scope.flags & SHIELD) !== 0,
    cancelled:
      cancellation === null
        ? null
        : { reason: reasonText(cancellation), told: (scope.flags & CLEANUP) !== 0 },
    scopes: [],
    tasks: [],
  };
}

/** The cancellation in force for a task, from its innermost scope outwards. */
function effective(task: TaskNode, innermost: readonly ScopeNode[]): CancellationDump | null {
  if (task.pending instanceof CancelledError) return { reason: reasonText(task.pending), told: false };
  for (const from of innermost) {
    for (let s: ScopeNode | null = from; s !== null; s = s.parent) {
      if (s.cancellation !== null) {
        return { reason: reasonText(s.cancellation), told: s.pending === null || s !== from };
      }
      if ((s.flags & SHIELD) !== 0) break;
    }
  }
  return null;
}

function phaseOf(task: TaskNode, innermost: readonly ScopeNode[]): TaskDump["phase"] {
  for (const from of innermost) {
    for (let s: ScopeNode | null = from; s !== null && s !== task.parent; s = s.parent)
      if ((s.flags & CLEANUP) !== 0) return "cleaning up";
  }
  return innermost.some((scope) => (scope.flags & ENDING) !== 0) ? "closing" : "body";
}

function stateOf(task: TaskNode, waits: readonly ParkedWait[], running: TaskNode | null): TaskDump["state"] {
  if (task === running) return "running";
  if (!task.begun || waits.some(({ leaf }) => leaf.over === true)) return "ready";
  return waits.length === 0 ? "running" : "suspended";
}

/** The task alone. */
function taskDump(task: TaskNode, running: TaskNode | null): TaskDump & Contents {
  const now = task.loop.time();
  const waits = waitsOf(task);
  const innermost = waits.length === 0 ? [task.at] : waits.map(({ scope }) => scope);
  const record = madeRecord(task);
  const { scopes, tasks, ...scope } = scopeDump(task);
  const dump = {
    ...taskReference(task),
    ...scope,
    state: stateOf(task, waits, running),
    phase: phaseOf(task, innermost),
    cancelled: effective(task, innermost),
    age: record === undefined ? null : now - record.at,
    site: madeSite(task) ?? null,
    waits: waits.map((wait) => waitDump(wait, now)),
    scopes,
    tasks,
  };
  return hidden(dump, "task", task);
}

/** A task with all that it owns. A loop, not a recursion: tasks may stand deeper than the stack. */
function treeDump(root: TaskNode, running: TaskNode | null): TaskDump {
  const top = taskDump(root, running);
  const open: (readonly [ScopeNode, Contents])[] = [[root, top]];
  for (const [scope, contents] of open) {
    for (let child = scope.first; child !== null; child = child.next) {
      if (child instanceof TaskNode) {
        const dump = taskDump(child, running);
        contents.tasks.push(dump);
        open.push([child, dump]);
      } else {
        const dump = scopeDump(child);
        contents.scopes.push(dump);
        open.push([child, dump]);
      }
    }
  }
  return top;
}

function runDump(run: RunTask, running: TaskNode | null): RunDump {
  const { loop } = run;
  return {
    time: loop.time(),
    debug: isInDebug(run),
    loop: {
      ready: loop.ready.size,
      timers: loop.timers.size,
      steps: loop.counters.steps,
      turns: loop.counters.turns,
    },
    task: treeDump(run, running),
  };
}

function deadlockDump({ tasks, text, until, behind }: Deadlock): DeadlockDump {
  return { tasks: tasks.map(taskReference), text, until, behind: behind.map(taskReference) };
}

/**
 * Every task of every run in the process, as data: the tree of ownership, where each task waits, on what, who holds that, and rings of
 * tasks that wait for one another. It may be called anywhere, and disturbs nothing: no code of the program runs. Not a cancel point.
 */
export function dumpTasks(): TasksDump {
  const running = runningTask();
  const runs = Array.from(activeRuns);
  return {
    version: 1,
    runs: runs.map((run) => runDump(run, running)),
    deadlocks: findDeadlocks(runs, running).map(deadlockDump),
  };
}
