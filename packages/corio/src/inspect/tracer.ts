// What runs in place of the loop's items while anybody listens: each step with its beginning and its end.

import { CallbackHandle } from "../kernel/handle.ts";
import { hooks, type Tracer } from "../kernel/hooks.ts";
import type { Runnable } from "../kernel/ready-queue.ts";
import { report } from "../kernel/report.ts";
import type { ScopeNode } from "../kernel/scope.ts";
import type { Leaf, Strand } from "../kernel/strand.ts";
import { taskOf, TaskNode } from "../kernel/task.ts";

/** Who is told. Null for a task: a callback of the loop, or the runtime's own affair. */
export interface Listener {
  spawned?(task: TaskNode): void;
  woken?(task: TaskNode): void;
  stepStarted?(task: TaskNode | null, item: Runnable): void;
  stepEnded?(task: TaskNode | null, item: Runnable): void;
  suspended?(task: TaskNode, leaf: Leaf, strand: Strand | null): void;
  /** An async function awaits. */
  awaited?(task: TaskNode, leaf: Leaf): void;
  ended?(task: TaskNode): void;
  /** Whether a failure of it takes it off; otherwise it goes up. */
  readonly removable: boolean;
}

let listeners: readonly Listener[] = [];

export function addListener(listener: Listener): void {
  listeners = [...listeners, listener];
  hooks.tracer = tracer;
}

export function removeListener(listener: Listener): void {
  listeners = listeners.filter((other) => other !== listener);
  if (listeners.length === 0) hooks.tracer = null;
}

function tell(scope: ScopeNode | null, call: (listener: Listener) => void): void {
  for (const listener of listeners) {
    try {
      call(listener);
    } catch (error) {
      if (!listener.removable) throw error;
      removeListener(listener);
      if (scope === null) continue;
      report(scope, "an instrument failed, and was taken off", error, null, { code: "INSTRUMENT_FAILED" });
    }
  }
}

/** The task for which something runs. */
function taskFor(item: Runnable): TaskNode | null {
  if (item.at === undefined || item instanceof CallbackHandle) return null;
  return taskOf(item.at);
}

function isStrand(item: Runnable): item is Strand {
  return "gen" in item;
}

function step(item: Runnable): void {
  const task = taskFor(item);
  const scope = item.at ?? null;
  tell(scope, (listener) => listener.stepStarted?.(task, item));
  item.run();
  if (task !== null && isStrand(item) && item.gen !== null) {
    const { leaf } = item;
    // The waits of an async body are told of by themselves.
    if (leaf !== null && leaf.over !== true && leaf.foreign !== true) {
      tell(task, (listener) => listener.suspended?.(task, leaf, item));
    }
  }
  tell(scope, (listener) => listener.stepEnded?.(task, item));
}

class TracedRun implements Runnable {
  readonly #item: Runnable;

  constructor(item: Runnable) {
    this.#item = item;
  }

  get guest(): boolean {
    return this.#item.guest;
  }

  get at(): ScopeNode | undefined {
    return this.#item.at;
  }

  run(): void {
    step(this.#item);
  }
}

const tracer: Tracer = {
  ready(item) {
    const task = taskFor(item);
    if (task !== null) {
      if (task === item && !task.begun) tell(task, (listener) => listener.spawned?.(task));
      else tell(task, (listener) => listener.woken?.(task));
    }
    return new TracedRun(item);
  },
  parked(scope, operation) {
    const task = taskOf(scope);
    if (task === null) return;
    const leaf = operation as Leaf;
    tell(task, (listener) => listener.awaited?.(task, leaf));
    if (leaf.over !== true) tell(task, (listener) => listener.suspended?.(task, leaf, null));
  },
  ended(task) {
    if (task instanceof TaskNode) tell(task, (listener) => listener.ended?.(task));
  },
};
