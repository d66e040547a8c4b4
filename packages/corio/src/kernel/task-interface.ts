// A task as programs see it.

import type { Awaitable } from "./awaitable.ts";
import type { Context } from "./context-var.ts";
import type { CallbackOptions } from "./done-callbacks.ts";

/** A running task. Hot: it runs whether or not it is joined, and may be joined many times. Not awaitable itself: `join()` is. */
export interface Task<T> {
  /** Given at the spawn or by `setName`, or else the function's name and a number. */
  readonly name: string;
  /** As `name`: asyncio's spelling. */
  getName(): string;
  /** Renames the task; what is no string is made one. */
  setName(name: unknown): void;
  /** Waits for the task's end: its value, its error, or TaskCancelledError. A cancel point; cancelling the wait leaves the task alone. */
  join(): Awaitable<T>;
  /** Cancels the task and all that it started. False when it has ended or was cancelled before. */
  cancel(reason?: unknown): boolean;
  /** Whether the task has ended, in whichever way. */
  done(): boolean;
  /** Whether the task has ended by being cancelled. */
  cancelled(): boolean;
  /** The value of a task that has ended; throws its error, TaskCancelledError, or InvalidStateError when it has not ended. */
  result(): T;
  /** The error of a task that has failed, null when it has a value; throws as `result()` does otherwise. */
  exception(): unknown;
  /**
   * Has a plain function called with the task when it has ended (or soon, if it has): through the ready queue, in order, in a copy
   * of the caller's context. It belongs to the loop of the caller. It does not count as a join: a failure is still reported.
   */
  addDoneCallback(callback: (task: Task<T>) => unknown, options?: CallbackOptions): void;
  /** Takes a callback off, as often as it was added; how often that was. */
  removeDoneCallback(callback: (task: Task<T>) => unknown): number;
  /** The context that the task runs in. */
  getContext(): Context;
}
