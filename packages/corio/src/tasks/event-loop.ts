// The event loop as a program sees it: for callbacks, and for what asyncio programs ask of their loop.

import { InvalidStateError } from "../errors.ts";
import type { Unwrap } from "../kernel/awaitable.ts";
import type { AnyFunction } from "../kernel/body.ts";
import { copyContext, type Context } from "../kernel/context-var.ts";
import type { CallbackOptions } from "../kernel/done-callbacks.ts";
import { Future } from "../kernel/future.ts";
import type { SpawnOptions } from "../kernel/group-scope.ts";
import { CallbackHandle, type Handle } from "../kernel/handle.ts";
import { hooks, type DebugOptions } from "../kernel/hooks.ts";
import { kindOf } from "../kernel/kind-of.ts";
import { assertPlainFunction } from "../kernel/plain-function.ts";
import type { Report } from "../kernel/report.ts";
import type { RunLoop } from "../kernel/run-loop.ts";
import { spawnOwned } from "../kernel/run-task.ts";
import type { Task } from "../kernel/task.ts";
import { TimerCallback, type TimerHandle } from "../kernel/timer-handle.ts";

/** Receives what nobody else can: see `EventLoop.setExceptionHandler`. */
export type ExceptionHandler = (loop: EventLoop, report: Report) => void;

/**
 * The event loop of a run (or of a `Runner`), as `getRunningLoop()` gives it: for callbacks, and for what asyncio programs ask of
 * their loop. It turns while a run is active. What is scheduled on it belongs to it: when the run ends (with a `Runner`, when that
 * is closed), what was ready is called once more in order, the rest is cancelled.
 */
export interface EventLoop {
  /** Loop time: monotonic milliseconds, virtual in tests. */
  time(): number;
  /**
   * Calls a plain function in its turn: behind all that is ready, never at once. It runs in the scope of the run, in no task, in a
   * copy of the caller's context. What it throws goes to the exception handler. May be called from callbacks of the host, too.
   */
  callSoon<A extends readonly unknown[]>(callback: (...args: A) => unknown, ...args: A): Handle;
  callSoon<A extends readonly unknown[]>(
    options: CallbackOptions,
    callback: (...args: A) => unknown,
    ...args: A
  ): Handle;
  /** As `callSoon`, after `delay` milliseconds. Zero or less: in the next turn. It holds the process while the run lasts. */
  callLater<A extends readonly unknown[]>(
    delay: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;
  callLater<A extends readonly unknown[]>(
    delay: number,
    options: CallbackOptions,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;
  /** As `callLater`, at a loop time. Those due at the same time are called in the order in which they came. */
  callAt<A extends readonly unknown[]>(
    when: number,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;
  callAt<A extends readonly unknown[]>(
    when: number,
    options: CallbackOptions,
    callback: (...args: A) => unknown,
    ...args: A
  ): TimerHandle;
  /** As `new Future()`: asyncio's spelling. A future is bound to no loop. */
  createFuture<T>(): Future<T>;
  /** Starts a task that the run owns: see `createTask`. InvalidStateError when no run is active. */
  createTask<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Task<Unwrap<R>>;
  createTask<A extends readonly unknown[], R>(
    options: SpawnOptions,
    fn: (...args: A) => R,
    ...args: A
  ): Task<Unwrap<R>>;
  /**
   * Sets who receives failures that nobody else can: exceptions of callbacks, tasks that failed and were not joined, calls that
   * outlived their block. A plain function; null: the default handler. A run inside this one that has an `onReport` of its own keeps
   * what happens in it.
   */
  setExceptionHandler(handler: ExceptionHandler | null): void;
  /** The handler that was set; null when none is. */
  getExceptionHandler(): ExceptionHandler | null;
  /** Hands a report to the exception handler; should that fail, both to the default one. Never throws. */
  callExceptionHandler(report: Report): void;
  /** Hands a report to the run's option `onReport`, or else to the console. */
  defaultExceptionHandler(report: Report): void;
  /** Whether the run is in debug mode (see `setDebug`); without one, whether the next will be. May be set at any time. */
  debug: boolean;
  /** Milliseconds from which debug mode reports a step or a callback. Default 100. */
  slowCallbackDuration: number;
  /** Whether a run is active on it. */
  isRunning(): boolean;
  /** Whether it takes no callbacks any more. */
  isClosed(): boolean;
  /** Closes it for good and cancels its callbacks; a second time does nothing. InvalidStateError while a run is active. */
  close(): void;
}

class LoopFacade implements EventLoop {
  readonly #loop: RunLoop;
  #handler: ExceptionHandler | null = null;
  #slowCallbackDuration = 100;

  constructor(loop: RunLoop) {
    this.#loop = loop;
  }

  time(): number {
    return this.#loop.kernel.time();
  }

  callSoon(...input: readonly unknown[]): Handle {
    const [callback, args, context] = this.#parse("call soon", input);
    const handle = new CallbackHandle(this.#loop, callback, args, context);
    this.#loop.makeReady(handle);
    return handle;
  }

  callLater(delay: number, ...input: readonly unknown[]): TimerHandle {
    assertTime(delay, "call later");
    return this.#schedule("call later", this.time() + delay, delay, input);
  }

  callAt(when: number, ...input: readonly unknown[]): TimerHandle {
    assertTime(when, "call at a time");
    return this.#schedule("call at a time", when, null, input);
  }

  createFuture<T>(): Future<T> {
    return new Future<T>();
  }

  createTask<R>(...input: readonly unknown[]): Task<Unwrap<R>> {
    this.#loop.assertOpen("create a task");
    const { run } = this.#loop;
    if (run === null) throw new InvalidStateError("Cannot create a task: no run is active on the loop");
    return spawnOwned(run, input) as Task<Unwrap<R>>;
  }

  setExceptionHandler(handler: ExceptionHandler | null): void {
    if (handler !== null) {
      assertPlainFunction(handler, "set the exception handler", "a plain one may start it with createTask");
    }
    this.#handler = handler;
    this.#loop.handler = handler === null ? null : (report) => handler(this, report);
  }

  getExceptionHandler(): ExceptionHandler | null {
    return this.#handler;
  }

  callExceptionHandler(report: Report): void {
    assertReport(report, "call the exception handler");
    this.#loop.receive(report);
  }

  defaultExceptionHandler(report: Report): void {
    assertReport(report, "call the default exception handler");
    this.#loop.receiveByDefault(report);
  }

  get debug(): boolean {
    const { run, debug } = this.#loop;
    if (run === null && debug !== undefined) return debug !== false;
    return this.#debugSettings() !== null;
  }

  set debug(debug: boolean) {
    const { slowCallbackDuration } = this;
    this.#switchDebug(debug ? { ...this.#debugSettings(), slowCallbackDuration } : false);
  }

  get slowCallbackDuration(): number {
    return this.#debugSettings()?.slowCallbackDuration ?? this.#slowCallbackDuration;
  }

  set slowCallbackDuration(duration: number) {
    if (typeof duration !== "number" || !(duration >= 0)) {
      throw new RangeError(
        `Cannot set slowCallbackDuration to ${String(duration)}: it takes milliseconds, zero or more`,
      );
    }
    this.#slowCallbackDuration = duration;
    if (this.debug) this.#switchDebug({ ...this.#debugSettings(), slowCallbackDuration: duration });
  }

  #debugSettings(): DebugOptions | null {
    const { run, debug } = this.#loop;
    if (run === null && debug !== undefined) return typeof debug === "object" ? debug : null;
    return hooks.switch?.settingsOf(run) ?? null;
  }

  #switchDebug(wanted: DebugOptions | false): void {
    this.#loop.debug = wanted;
    if (this.#loop.run !== null) hooks.switch?.runStarts(this.#loop.run, wanted);
  }

  isRunning(): boolean {
    return this.#loop.run !== null;
  }

  isClosed(): boolean {
    return this.#loop.closed;
  }

  close(): void {
    if (this.#loop.run !== null)
      throw new InvalidStateError("Cannot close the event loop: a run is active on it");
    this.#loop.close();
  }

  #schedule(what: string, when: number, delay: number | null, input: readonly unknown[]): TimerHandle {
    const [callback, args, context] = this.#parse(what, input);
    const handle = new TimerCallback(this.#loop, callback, args, context);
    handle.schedule(when, delay);
    return handle;
  }

  #parse(
    what: string,
    input: readonly unknown[],
  ): [callback: AnyFunction, args: readonly unknown[], context: Context] {
    this.#loop.assertOpen(what);
    const first = input[0];
    const hasOptions = typeof first === "object" && first !== null;
    const callback = hasOptions ? input[1] : first;
    assertPlainFunction(callback, what, "createTask runs it");
    const context = (hasOptions ? (first as CallbackOptions).context : undefined) ?? copyContext();
    return [callback as AnyFunction, input.slice(hasOptions ? 2 : 1), context];
  }
}

function assertTime(time: unknown, what: string): void {
  if (typeof time === "number" && !Number.isNaN(time)) return;
  throw new TypeError(`Cannot ${what}: expected milliseconds, got ${String(time)}`);
}

function assertReport(report: unknown, what: string): void {
  if (typeof (report as Report | null | undefined)?.message === "string") return;
  throw new TypeError(`Cannot ${what}: expected a report, an object with a message, got ${kindOf(report)}`);
}

/** What a program sees of a run's loop: one object. */
export function eventLoopOf(loop: RunLoop): EventLoop {
  loop.facade ??= new LoopFacade(loop);
  return loop.facade as LoopFacade;
}
