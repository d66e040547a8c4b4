// The call that a thread is at, for the functions that ask. One at a time: a thread takes no second call before the first has ended.
import type { MessagePort, Transferable } from "node:worker_threads";
import { sendable, type SentCause, type SentError } from "../sent-error.ts";
import type { FromThread } from "../messages.ts";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class CurrentCall {
  readonly id: number;
  /** Something was said by the port: the answer must follow by the same way, or it might overtake. */
  spoke = false;
  /** Made when asked for. */
  controller: AbortController | null = null;
  /** Requests to the caller's side that have no answer yet, by number. */
  pending: Map<number, Pending> | null = null;
  requests = 0;

  constructor(id: number) {
    this.id = id;
  }

  get signal(): AbortSignal {
    return (this.controller ??= new AbortController()).signal;
  }

  /** The caller is gone, or waits only for the end. */
  tell(): void {
    const controller = (this.controller ??= new AbortController());
    if (controller.signal.aborted) return;
    controller.abort(new DOMException("The call was cancelled by its caller", "AbortError"));
    for (const { reject } of this.pending?.values() ?? []) reject(controller.signal.reason);
    this.pending = null;
  }
}

export interface ThreadState {
  readonly port: MessagePort;
  readonly cancelled: Int32Array;
  call: CurrentCall | null;
}

/** One for the thread, also where two copies of this package are loaded in it. */
const place = Symbol.for("corio.thread");

export function setThreadState(state: ThreadState): void {
  (globalThis as { [place]?: ThreadState })[place] = state;
}

/** The state of this thread and its call. `what` is what somebody wants to do here. */
export function stateHere(what: string): ThreadState & { readonly call: CurrentCall } {
  const state = (globalThis as { [place]?: ThreadState })[place];
  if (state === undefined || state.call === null) {
    throw codedError(
      "InvalidStateError",
      "ERR_INVALID_STATE",
      `Cannot ${what}: the code does not run in a call that toThread or an executor has sent to a thread`,
    );
  }
  return state as ThreadState & { readonly call: CurrentCall };
}

/** Says something to the caller's side, beside the pool. A value that cannot be cloned is a ThreadFunctionError. */
export function say(state: ThreadState, message: FromThread, what: string, transfers?: Transferable[]): void {
  try {
    state.port.postMessage(message, transfers);
  } catch (error) {
    throw codedError(
      "ThreadFunctionError",
      "ERR_THREAD_FUNCTION",
      `Cannot send ${what} to the caller: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

/** An error that the caller's side makes one of its own class of. The classes themselves would bring much with them. */
export function codedError(name: string, code: string, message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  Object.defineProperty(error, "name", { value: name, configurable: true });
  return Object.assign(error, { code });
}

/** What a call threw, as it is thrown to the pool. */
export function thrownBy(call: CurrentCall, error: unknown): SentCause {
  const sent = sendable(error);
  const signal = call.controller?.signal;
  if (sent.corio !== "error" || signal?.aborted !== true) return sent;
  const { cause } = error as Error;
  const told = error === signal.reason || cause === signal.reason || sent.name === "AbortError";
  return told ? ({ ...sent, told } satisfies SentError) : sent;
}
