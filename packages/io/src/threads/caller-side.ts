// What a call may say to its caller while it runs, on the caller's side: progress, and calls of the functions that it was offered.
import { AsyncLocalStorage } from "node:async_hooks";
import type { MessagePort } from "node:worker_threads";
import {
  call,
  CancelledError,
  copyContext,
  LookupError,
  type Context,
  type Coroutine,
  type TaskGroup,
} from "corio";
import type { OfferedFunctions, ProgressListener, SubmitOptions } from "./executor.ts";
import type { FromThread, ToThread } from "./messages.ts";
import { sendable } from "./sent-error.ts";
import { takeTransfers } from "./transfer.ts";

type Request = Extract<FromThread, { request: number }>;

const plainPrototype = Object.getPrototypeOf(() => {}) as object;

/** The side of the caller; null where it neither listens nor offers anything. */
export function callerSideOf({ onProgress, functions }: SubmitOptions): CallerSide | null {
  if (onProgress === undefined && functions === undefined) return null;
  if (onProgress !== undefined && Object.getPrototypeOf(onProgress) !== plainPrototype) {
    throw new TypeError(
      "Cannot report progress to the value given as onProgress: it must be a plain function",
    );
  }
  return new CallerSide(onProgress, functions);
}

export class CallerSide {
  /** Where calls of the functions run, while the call lasts. */
  group: TaskGroup | null = null;
  readonly functions: OfferedFunctions | undefined;
  readonly #onProgress: ProgressListener | undefined;
  readonly #context: Context = copyContext();
  /** The caller's stores of AsyncLocalStorage: messages come in nobody's context. */
  readonly #inside: <R>(fn: () => R) => R = AsyncLocalStorage.snapshot();

  constructor(onProgress: ProgressListener | undefined, functions: OfferedFunctions | undefined) {
    this.#onProgress = onProgress;
    this.functions = functions;
  }

  progress(value: unknown): void {
    const onProgress = this.#onProgress;
    if (onProgress !== undefined) this.#inside(() => this.#context.run(onProgress, value));
  }

  /** Runs a function for the thread, in a task of its own. */
  serve(request: Request, group: TaskGroup, port: MessagePort): void {
    const options = { name: `${request.name} for a thread`, context: this.#context.copy() };
    this.#inside(() => group.spawn(options, serve, this.functions ?? {}, request, port));
  }
}

/** The thread wants something of its caller, who may offer nothing. */
export function requested(request: Request, caller: CallerSide | null, port: MessagePort): void {
  const group = caller?.group ?? null;
  if (caller !== null && group !== null) caller.serve(request, group, port);
  else answer(port, { ...address(request), error: sendable(notOffered(request.name, {})) });
}

/** The function of that name. */
function find(functions: OfferedFunctions, name: string): (...args: readonly unknown[]) => unknown {
  if (!Object.hasOwn(functions, name)) throw notOffered(name, functions);
  return functions[name] as unknown as (...args: readonly unknown[]) => unknown;
}

function notOffered(name: string, functions: OfferedFunctions): LookupError {
  const names = Object.keys(functions);
  return new LookupError(
    `Cannot call ${name} from the thread: its caller offers ${names.length === 0 ? "no functions" : names.join(", ")}`,
  );
}

function* serve(functions: OfferedFunctions, request: Request, port: MessagePort): Coroutine<void> {
  const to = address(request);
  try {
    const value = yield* call(find(functions, request.name), ...request.args);
    answer(port, { ...to, value });
  } catch (error) {
    answer(port, { ...to, error: sendable(error) });
    if (error instanceof CancelledError) throw error;
  }
}

function address({ id, request }: Request): { readonly id: number; readonly request: number } {
  return { id, request };
}

function answer(port: MessagePort, message: Exclude<ToThread, { cancel: number }>): void {
  port.postMessage(message, "value" in message ? takeTransfers([message.value]) : undefined);
}
