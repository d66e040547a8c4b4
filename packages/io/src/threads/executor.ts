// What an executor is: whatever runs calls somewhere else, in threads of this process or on other machines.
import type { Awaitable, CapacityLimiter, Unwrap } from "corio";

/**
 * What becomes of a call that is running when whoever waits for it is cancelled. A call that has not begun is taken back in any case.
 *
 * - `"terminate"`: the thread is ended, in the middle of whatever it does, and the caller goes on when it has. No `finally` runs in it.
 * - `"wait"`: the function is told (`checkCancelled`, `threadSignal`; a run of Corio in it is cancelled) and waited for, within the grace of the
 *   caller's cancellation; after that its thread is ended. What it returns is dropped; what it throws otherwise is thrown.
 * - `"abandon"`: the function is told, and the caller goes on at once. What comes of it is dropped. It keeps its thread until it ends.
 */
export type OnCancel = "terminate" | "wait" | "abandon";

/** Functions that a call may call back, by name. They run on the caller's side, in either dialect. */
export type OfferedFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Takes what a function reports; its parameter may be of the type that it is known to report. */
export type ProgressListener = { bivariant(value: unknown): void }["bivariant"];

/** How a call is made. */
export interface SubmitOptions {
  /** Default: the executor's, which is `"terminate"` unless it was told otherwise. */
  readonly onCancel?: OnCancel | undefined;
  /** Receives what the function reports by `reportProgress`, in order, all of it before the result. What it throws ends the call. */
  readonly onProgress?: ProgressListener | undefined;
  /** What the function may call by `callFromThread`. Each such call is a task in the scope of whoever waits; it ends with the call. */
  readonly functions?: OfferedFunctions | undefined;
  /** Takes a token of this limiter for the call, in place of the executor's own. */
  readonly limiter?: CapacityLimiter | undefined;
}

/** How an executor stands. */
export interface ExecutorStatistics {
  readonly name: string;
  /** Calls that wait for a token of the limiter. */
  readonly queued: number;
  /** Calls that have one, those that were abandoned and have not ended among them. */
  readonly running: number;
  /** Calls that gave their caller a value. */
  readonly completed: number;
  /** Calls that threw, crashes among them. */
  readonly failed: number;
  /** Calls whose caller was cancelled, while they waited or ran. */
  readonly cancelled: number;
  /** Workers that died without being asked to. */
  readonly crashed: number;
  /** Workers that there are now, idle ones and those that start among them. */
  readonly workers: number;
  /** The part of its capacity that the executor has used since it was made, 0 to 1. */
  readonly utilisation: number;
  readonly closed: boolean;
}

/** Runs calls somewhere else. `ThreadExecutor` is one. */
export interface Executor {
  /**
   * Calls the function with copies of the arguments, and waits for what it gives. Lazy, like every Awaitable: nothing is sent before it is
   * awaited. To cancel the call is to cancel whoever waits for it. A cancel point.
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: A,
    options?: SubmitOptions,
  ): Awaitable<Unwrap<R>>;
  statistics(): ExecutorStatistics;
  /** Takes no further calls, and waits until those that it has are over and all it had is gone. */
  close(): Awaitable<void>;
  /** Ends all calls now; those that somebody waits for fail. `close` then waits until nothing is left. */
  abort(reason?: string): void;
}
