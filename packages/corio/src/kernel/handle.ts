// A callback of the loop: a plain function to be called once, in its turn or at its time.

import type { HostContext } from "../host/port.ts";
import { callBody, type AnyFunction } from "./body.ts";
import { enter, type Context } from "./context-var.ts";
import type { Runnable } from "./ready-queue.ts";
import { report } from "./report.ts";
import type { RunLoop } from "./run-loop.ts";
import { explicitScope, type ScopeNode } from "./scope.ts";

/** A callback that was given to the loop. */
export interface Handle {
  /** Takes the callback back, and lets go of it and its arguments. Once it was called, or a second time, this does nothing. */
  cancel(): void;
  /** Whether it was cancelled. */
  cancelled(): boolean;
  /** The context that the callback runs in. */
  getContext(): Context;
}

/** The callback that is being called, if one is: it belongs to no task. */
export const calling: { handle: Handle | null } = { handle: null };

export class CallbackHandle implements Handle, Runnable {
  protected readonly loop: RunLoop;
  readonly #context: Context;
  readonly #name: string;
  #hostContext: HostContext | null;
  #callback: AnyFunction | null;
  #args: readonly unknown[];
  #cancelled = false;

  constructor(loop: RunLoop, callback: AnyFunction, args: readonly unknown[], context: Context) {
    this.loop = loop;
    this.#name = callback.name || "callback";
    this.#callback = callback;
    this.#args = args;
    this.#context = context;
    this.#hostContext = loop.kernel.host.captureContext();
    loop.handles.add(this);
  }

  get guest(): boolean {
    return false;
  }

  get at(): ScopeNode | undefined {
    return this.loop.run ?? undefined;
  }

  cancel(): void {
    if (this.#callback === null) return;
    this.#cancelled = true;
    this.release();
  }

  cancelled(): boolean {
    return this.#cancelled;
  }

  getContext(): Context {
    return this.#context;
  }

  /** Whether it was called or cancelled. */
  get over(): boolean {
    return this.#callback === null;
  }

  /** Whether the loop will call it without anything else happening. */
  get scheduled(): boolean {
    return true;
  }

  /** The loop begins to turn for a run. */
  resume(): void {}

  /** The loop has no run to turn for any more. */
  pause(): void {}

  describe(): string {
    return this.#name;
  }

  run(): void {
    if (this.#callback === null) return;
    const { run, kernel } = this.loop;
    if (run === null) this.loop.makeReady(this);
    else if (this.#hostContext === null) this.call();
    else kernel.host.runInContext(this.#hostContext, callIn, this as CallbackHandle);
  }

  /** Calls it, in the scope of the run. */
  call(): void {
    const run = this.loop.run!;
    const callback = this.#callback!;
    const args = this.#args;
    this.release();
    const outer = explicitScope.current;
    explicitScope.current = run;
    calling.handle = this;
    try {
      enter(this.#context, callBody, [callback, args, run]);
    } catch (error) {
      report(run, `exception in callback ${this.#name}`, error, this, { code: "CALLBACK_FAILED" });
    } finally {
      calling.handle = null;
      explicitScope.current = outer;
    }
  }

  protected release(): void {
    this.#callback = null;
    this.#args = [];
    this.#hostContext = null;
    this.loop.drop(this);
  }
}

function callIn(handle: CallbackHandle): void {
  handle.call();
}
