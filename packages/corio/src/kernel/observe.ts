// What a test harness sees of a run: its loop, its tasks, and what an entry of the ready queue is for.

import type { Host, ReadyItem } from "../host/port.ts";
import { CallbackHandle } from "./handle.ts";
import { encloses } from "./delivery.ts";
import { hooks } from "./hooks.ts";
import { framesOf } from "./probe.ts";
import type { Runnable } from "./ready-queue.ts";
import type { Scope, ScopeNode } from "./scope.ts";
import { formatFrame } from "./stack.ts";
import type { Leaf, Strand } from "./strand.ts";
import { taskOf, type Task, type TaskNode } from "./task.ts";
import { allTasksBelow, waitsOf } from "./task-waits.ts";

/** The event loop under a run, in numbers. Live: read again, it tells what is now. */
export interface LoopState {
  readonly host: Host;
  /** Steps taken in the loop's life. */
  readonly steps: number;
  /** What is ready to run. */
  readonly ready: number;
  /** Timers that are set: sleeps, deadlines, graces. */
  readonly timers: number;
}

/** The event loop that a scope is on. */
export function loopOf(scope: Scope): LoopState {
  const { loop } = scope as ScopeNode;
  return {
    host: loop.host,
    get steps() {
      return loop.counters.steps;
    },
    get ready() {
      return loop.ready.size;
    },
    get timers() {
      return loop.timers.size;
    },
  };
}

/** The task that something ready belongs to; null for callbacks, which belong to none. */
export function taskOfItem(item: ReadyItem): Task<unknown> | null {
  const scope = (item as Runnable).at;
  return scope === undefined || item instanceof CallbackHandle ? null : taskOf(scope);
}

/** The run, or the outermost block, that a scope is in. */
export function rootOf(scope: Scope): Scope {
  let root = scope as ScopeNode;
  while (root.parent !== null) root = root.parent;
  return root;
}

/** The task of the scope, if it is one, and all tasks below it: parents before their children, older before younger. */
export function tasksBelow(scope: Scope): Task<unknown>[] {
  return allTasksBelow(scope as ScopeNode);
}

/** The place is known of coroutines, and in debug mode of async functions. */
function waitText(leaf: Leaf, strand: Strand | null): string {
  const [frame] = strand === null ? [] : framesOf(strand);
  const place = frame === undefined ? hooks.debug?.siteOf(leaf) : formatFrame(frame);
  return place === undefined ? leaf.describe() : `${leaf.describe()}, at ${place}`;
}

/**
 * For what a task waits, in words, and where, if that is known; several where async functions wait side by side, none where it runs or
 * has not begun.
 */
export function whereabouts(task: Task<unknown>): string[] {
  return waitsOf(task as TaskNode).map(({ leaf, strand }) => waitText(leaf, strand));
}

/** What goes on in the run besides the code in this scope and those who wait for it. */
export function besides(here: Scope): { tasks: Task<unknown>[]; calls: string[] } {
  const scope = here as ScopeNode;
  const calls: string[] = [];
  let root = scope;
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) {
    root = s;
    // Calls that async functions have begun. The one that led here is among them: its strand is in a scope around.
    for (let wait = s.waits; wait !== null; wait = wait.nextWait) {
      const { leaf, strand } = wait;
      if (strand !== null && encloses(strand.at, scope)) continue;
      calls.push(leaf === null ? "running" : waitText(leaf, strand));
    }
  }
  return { tasks: allTasksBelow(root).filter((task) => !encloses(task, scope)), calls };
}
