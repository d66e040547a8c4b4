// Instruments: callbacks at the turning points of every task, for tracing and metrics.

import { kindOf } from "../kernel/kind-of.ts";
import type { Leaf } from "../kernel/strand.ts";
import type { Task, TaskNode } from "../kernel/task.ts";
import { taskOf } from "../kernel/task.ts";
import { addListener, removeListener, type Listener } from "./tracer.ts";

/** What a task has begun to wait for. */
export interface SuspendedOn {
  /** As in dumps: "lock", "queue", "sleep" and so on. */
  readonly kind: string;
  /** In words. */
  readonly description: string;
  /** The lock, queue, task or whatever it is; null when it is no object. */
  readonly object: object | null;
}

/** How a task ended. */
export type TaskOutcome = "returned" | "failed" | "cancelled";

/**
 * What an instrument is told, of all tasks of the process. It must be quick, and must not touch the runtime. One that throws is taken off,
 * and reported.
 *
 * A coroutine runs in its steps. An async function runs by itself, as a microtask: a step is then only the moment at which the
 * runtime hands it what it has waited for.
 */
export interface Instrument {
  /** A task was made, in that task's scope; null for the task of a run. */
  taskSpawned?(task: Task<unknown>, parent: Task<unknown> | null): void;
  /** The task is about to go on. */
  stepStarted?(task: Task<unknown>): void;
  /** It waits again, or has ended. */
  stepEnded?(task: Task<unknown>): void;
  /** The task waits. A task that gives up its turn, or gets at once what it waits for, is not suspended. */
  taskSuspended?(task: Task<unknown>, wait: SuspendedOn): void;
  /** What the task has waited for is there; it stands in the ready queue. */
  taskWoken?(task: Task<unknown>): void;
  /** The task has ended, with all that it owned. */
  taskEnded?(task: Task<unknown>, outcome: TaskOutcome): void;
}

/** What a leaf waits for. */
export function suspendedOn(leaf: Leaf): SuspendedOn {
  const { kind, object = null } = leaf.waitsFor?.() ?? { kind: "other" };
  return { kind, description: leaf.describe(), object };
}

export function outcomeOf(task: TaskNode): TaskOutcome {
  if (task.cancelled()) return "cancelled";
  return task.failed ? "failed" : "returned";
}

export function parentOf(task: TaskNode): TaskNode | null {
  return task.parent === null ? null : taskOf(task.parent);
}

class InstrumentListener implements Listener {
  readonly removable = true;
  readonly #instrument: Instrument;

  constructor(instrument: Instrument) {
    this.#instrument = instrument;
  }

  spawned(task: TaskNode): void {
    this.#instrument.taskSpawned?.(task, parentOf(task));
  }

  woken(task: TaskNode): void {
    this.#instrument.taskWoken?.(task);
  }

  stepStarted(task: TaskNode | null): void {
    if (task !== null) this.#instrument.stepStarted?.(task);
  }

  stepEnded(task: TaskNode | null): void {
    if (task !== null) this.#instrument.stepEnded?.(task);
  }

  suspended(task: TaskNode, leaf: Leaf): void {
    this.#instrument.taskSuspended?.(task, suspendedOn(leaf));
  }

  ended(task: TaskNode): void {
    this.#instrument.taskEnded?.(task, outcomeOf(task));
  }
}

/**
 * Tells the instrument of every task of the process from now on; what stood in the ready queue already goes its next step unseen. The
 * function that is given back takes it off. Without instruments there is nothing to pay.
 */
export function instrument(instrument: Instrument): () => void {
  if (instrument === null || typeof instrument !== "object")
    throw new TypeError(`Cannot instrument: expected an object with functions, got ${kindOf(instrument)}`);
  const listener = new InstrumentListener(instrument);
  addListener(listener);
  return () => removeListener(listener);
}
