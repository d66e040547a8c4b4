// What code in a thread can say to its caller, and ask of it.
import type { Unwrap } from "corio";
import { takeTransfers } from "../transfer.ts";
import { say, stateHere } from "./current-call.ts";

/**
 * Tells the caller how far the call is: its `onProgress` is called with a copy of the value, before the call's result is seen. In the
 * thread only. ThreadFunctionError for a value that cannot be cloned.
 */
export function reportProgress(value: unknown): void {
  const state = stateHere("report progress");
  state.call.spoke = true;
  say(state, { id: state.call.id, progress: value }, "the progress", takeTransfers([value]));
}

/**
 * Calls a function that the caller offers under this name (`functions` of the call's options), on the caller's side, in a task of its
 * own, and gives a promise of its result. Arguments and result are copied; what the function throws is thrown here. In the thread only,
 * and only while the call lasts. When the call is cancelled, the promise is rejected. `callFromThread<typeof lookup>("lookup", key)` has
 * the function's types.
 */
export function callFromThread<F extends (...args: never[]) => unknown = (...args: unknown[]) => unknown>(
  name: string,
  ...args: Parameters<F>
): Promise<Unwrap<ReturnType<F>>> {
  const state = stateHere(`call ${name}`);
  const { call } = state;
  if (call.controller?.signal.aborted === true) return Promise.reject(call.controller.signal.reason as Error);
  return new Promise((resolve, reject) => {
    const request = ++call.requests;
    call.spoke = true;
    say(state, { id: call.id, request, name, args }, `the arguments of ${name}`, takeTransfers(args));
    (call.pending ??= new Map()).set(request, { resolve: resolve as (value: unknown) => void, reject });
  });
}

/**
 * Aborts when the caller was cancelled and the call goes on all the same (`onCancel: "wait"` or `"abandon"`). A run of Corio in the thread
 * is cancelled by it already. In the thread only; code that does not wait for anything asks with `checkCancelled`.
 */
export function threadSignal(): AbortSignal {
  const state = stateHere("ask for its signal");
  noteFlag(state);
  return state.call.signal;
}

/** Throws an AbortError when the caller was cancelled: for loops that compute. It costs nothing to speak of. In the thread only. */
export function checkCancelled(): void {
  const state = stateHere("check for a cancellation");
  noteFlag(state);
  state.call.controller?.signal.throwIfAborted();
}

function noteFlag({ cancelled, call }: ReturnType<typeof stateHere>): void {
  // The message that says so is not read before the function waits for something.
  if (Atomics.load(cancelled, 0) === call.id) call.tell();
}
