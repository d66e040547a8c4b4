// The callbacks that a future or a task owes when it is done.

import type { AnyFunction } from "./body.ts";
import { copyContext, type Context } from "./context-var.ts";
import { CallbackHandle } from "./handle.ts";
import { runLoopHere } from "./loop-here.ts";
import { assertPlainFunction } from "./plain-function.ts";
import type { RunLoop } from "./run-loop.ts";

/** What may be said of a callback. */
export interface CallbackOptions {
  /** The context to run in. By default a copy of that of the running code. */
  context?: Context | undefined;
}

class DoneCallback extends CallbackHandle {
  readonly callback: AnyFunction;
  readonly #owner: DoneCallbacks;
  #due = false;

  constructor(
    owner: DoneCallbacks,
    loop: RunLoop,
    callback: AnyFunction,
    args: readonly unknown[],
    context: Context,
  ) {
    super(loop, callback, args, context);
    this.callback = callback;
    this.#owner = owner;
  }

  protected override release(): void {
    super.release();
    this.#owner.forget(this);
  }

  override get scheduled(): boolean {
    return this.#due;
  }

  /** Its time has come. */
  due(): void {
    this.#due = true;
    this.loop.makeReady(this);
  }
}

/** They are never called at once: each goes through the ready queue of the loop that it was added in, in order. */
export class DoneCallbacks {
  #waiting = new Set<DoneCallback>();
  readonly #subject: object;

  constructor(subject: object) {
    this.#subject = subject;
  }

  /** Adds a callback; one that is owed already is made ready at once. */
  add(callback: AnyFunction, options: CallbackOptions, done: boolean): void {
    assertPlainFunction(callback, "add a done callback", "start a task that waits instead");
    const context = options.context ?? copyContext();
    const entry = new DoneCallback(this, runLoopHere(), callback, [this.#subject], context);
    if (done) entry.due();
    else this.#waiting.add(entry);
  }

  /** Takes all callbacks off that are this function; how many there were. */
  remove(callback: unknown): number {
    let count = 0;
    for (const entry of Array.from(this.#waiting)) {
      if (entry.callback !== callback) continue;
      entry.cancel();
      count++;
    }
    return count;
  }

  forget(entry: DoneCallback): void {
    this.#waiting.delete(entry);
  }

  /** The subject is done. */
  schedule(): void {
    const due = this.#waiting;
    this.#waiting = new Set();
    for (const entry of due) entry.due();
  }
}
