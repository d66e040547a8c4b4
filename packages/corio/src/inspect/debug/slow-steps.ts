// Debug mode: steps that take too long, and async code that keeps the loop from its turns. Measured by the host's clock: in virtual
// time, which stands still in a step, nothing is slow.

import type { EventLoop } from "../../kernel/event-loop.ts";
import { CallbackHandle } from "../../kernel/handle.ts";
import type { Runnable } from "../../kernel/ready-queue.ts";
import type { ScopeNode } from "../../kernel/scope.ts";
import type { TaskNode } from "../../kernel/task.ts";
import { debugRunOf } from "./debug-runs.ts";
import { warn, warnOfTask, whereabouts } from "./warning.ts";

/** What was seen last on a loop. */
interface Watch {
  /** When the running steps began: an eager task's is inside another. */
  readonly starts: number[];
  /** The task that went last, until the host had a turn. */
  last: TaskNode | null;
  /** When its step ended. */
  at: number;
  /** Whether a turn of the host is waited for. */
  waiting: boolean;
}

let watches = new WeakMap<EventLoop, Watch>();

function watchOf(loop: EventLoop): Watch {
  let watch = watches.get(loop);
  if (watch === undefined) {
    watch = { starts: [], last: null, at: 0, waiting: false };
    watches.set(loop, watch);
  }
  return watch;
}

/** Debug mode is left, perhaps in the middle of a step, whose end will not be seen. */
export function forgetSteps(): void {
  watches = new WeakMap();
}

function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}

export function stepStarted(at: ScopeNode): void {
  const watch = watchOf(at.loop);
  const now = at.loop.time();
  checkGap(watch, now);
  watch.starts.push(now);
}

export function stepEnded(task: TaskNode | null, item: Runnable, at: ScopeNode): void {
  const { loop } = at;
  const watch = watchOf(loop);
  const start = watch.starts.pop();
  const now = loop.time();
  const run = debugRunOf(at);
  if (start !== undefined && run !== null && now - start >= run.slowCallbackDuration) {
    const took = `held the event loop for ${milliseconds(now - start)} in one step`;
    if (task !== null) warnOfTask(task, "SLOW_STEP", `task ${task.name} ${took}; now ${whereabouts(task)}`);
    else if (item instanceof CallbackHandle) warn(at, "SLOW_STEP", `callback ${item.describe()} ${took}`);
  }
  watch.last = task;
  watch.at = now;
  if (watch.waiting || task === null || run === null) return;
  watch.waiting = true;
  loop.host.queueTurn(() => {
    watch.waiting = false;
    checkGap(watch, loop.time());
  });
}

/** Between a step and the next one, or the host's next turn, only code of async functions and of the host runs. */
function checkGap(watch: Watch, now: number): void {
  const task = watch.last;
  watch.last = null;
  if (task === null) return;
  const run = debugRunOf(task);
  const gap = now - watch.at;
  if (run === null || gap < run.slowCallbackDuration) return;
  warnOfTask(
    task,
    "LOOP_BLOCKED",
    `the event loop stood still for ${milliseconds(gap)} after task ${task.name} went on: an async function computes without a wait, or a loop of native promises leaves it no turn`,
  );
}
