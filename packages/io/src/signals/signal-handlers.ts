// addSignalHandler and removeSignalHandler: asyncio's, for the length of a scope.
import { AsyncLocalStorage } from "node:async_hooks";
import {
  copyContext,
  currentScope,
  getRunningLoop,
  isCoroutineFunction,
  type Context,
  type EventLoop,
  type Scope,
  type TimerHandle,
} from "corio";
import { assertCatchable, dropHandler, handlersOf, pushHandler, type SignalListener } from "./signal-line.ts";
import { checkSignalName, type SignalName } from "./signal-names.ts";

class SignalHandler implements SignalListener {
  readonly scope: Scope;
  readonly loop: EventLoop = getRunningLoop();
  readonly #signal: SignalName;
  readonly #call: () => void;
  readonly #context: Context = copyContext();
  readonly #inHostContext: <R>(fn: () => R) => R = AsyncLocalStorage.snapshot();
  readonly #hold: TimerHandle;
  readonly #disown: () => void;
  #removed = false;

  constructor(scope: Scope, signal: SignalName, fn: AnyFunction, args: readonly unknown[]) {
    this.scope = scope;
    this.#signal = signal;
    this.#call = (): void => {
      if (!this.#removed) fn(...args);
    };
    // So that reports and dumps name it.
    Object.defineProperty(this.#call, "name", { value: fn.name });
    pushHandler(signal, this, "add the signal handler");
    this.#disown = scope.defer(() => void this.remove());
    // A signal can come at any time: a run with a handler is not stuck.
    this.#hold = this.loop.callLater(Infinity, nothing);
  }

  heard(): void {
    this.#inHostContext(() => this.loop.callSoon({ context: this.#context }, this.#call));
  }

  remove(): boolean {
    if (this.#removed) return false;
    this.#removed = true;
    dropHandler(this.#signal, this);
    this.#hold.cancel();
    this.#disown();
    return true;
  }
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function nothing(): void {}

/**
 * Calls a plain function each time the signal comes: in the loop's turn, with these arguments, in the context (`ContextVar`s and
 * AsyncLocalStorage) of whoever added it. What it throws goes to the loop's exception handler.
 *
 * The handler belongs to the running scope and goes with it. Another one in the same scope replaces it silently, as in asyncio; one in an inner
 * scope, or in another task, stands in its place until that scope ends. A handler for SIGINT or SIGTERM takes the signal from `main`,
 * which then neither cancels nor remembers it. While a handler stands, the process waits for its signal.
 *
 * UncatchableSignalError for SIGKILL and SIGSTOP, RangeError for a signal that the system does not have, TypeError for a
 * coroutine or an async function: for these there is `signals()`. Not a cancel point.
 */
export function addSignalHandler<A extends readonly unknown[]>(
  signal: SignalName,
  fn: (...args: A) => unknown,
  ...args: A
): void {
  const what = "add the signal handler";
  checkSignalName(signal, what);
  assertPlain(fn, what);
  assertCatchable(signal, what);
  const scope = currentScope();
  const before = handlersOf(signal).findLast((handler) => (handler as SignalHandler).scope === scope);
  new SignalHandler(scope, signal, fn as unknown as AnyFunction, args);
  (before as SignalHandler | undefined)?.remove();
}

/**
 * Takes off the handler of the signal that is in force in this run. What stood before it, a handler of an outer scope, `main`, the system's own
 * reaction, is in force again. False when the run has none.
 */
export function removeSignalHandler(signal: SignalName): boolean {
  checkSignalName(signal, "remove the signal handler");
  const loop = getRunningLoop();
  const handler = handlersOf(signal).findLast((entry) => (entry as SignalHandler).loop === loop);
  return (handler as SignalHandler | undefined)?.remove() ?? false;
}

const asynchronous = [async () => {}, async function* () {}].map(
  (fn) => Object.getPrototypeOf(fn) as unknown,
);

function assertPlain(fn: unknown, what: string): void {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot ${what}: expected a function, got ${fn === null ? "null" : typeof fn}`);
  }
  if (!isCoroutineFunction(fn) && !asynchronous.includes(Object.getPrototypeOf(fn))) return;
  throw new TypeError(
    `Cannot ${what}: ${fn.name || "the function"} is a coroutine or an async function, of which only the first part would run; ` +
      "a task that loops over signals() runs one",
  );
}
