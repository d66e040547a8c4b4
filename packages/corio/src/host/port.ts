// The host port: the only door between the runtime and the machine. Time, timers, turns, context and process events come
// through it, so that a virtual host can stand in for all of them.

/** What marks a piece of async code as running inside a scope. Emptied when the scope closes, so that it holds nothing alive. */
export interface ScopeToken {
  scope: object | null;
  /** How many waits were refused since the scope closed. */
  refused: number;
}

/** A saved ambient context (AsyncLocalStorage stores and the like). Opaque. */
export type HostContext = { readonly hostContext: unique symbol };

/** One re-armable timer. The loop owns exactly one. */
export interface HostTimer {
  /** Fires once after `delay` milliseconds, in place of any earlier setting. */
  arm(delay: number): void;
  /** Keeps the process alive while armed. */
  hold(): void;
  /** Lets the process end although armed. */
  release(): void;
}

/** What `main` needs of a process. Absent where there is none. */
export interface HostProcess {
  /** Calls back on SIGINT and SIGTERM until the returned function is called. */
  onSignal(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  setExitCode(code: number): void;
  exit(code: number): never;
  /** Writes text to the error stream, at once. */
  writeError(text: string): void;
}

export interface Host {
  /** Monotonic milliseconds. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  createTimer(fire: () => void): HostTimer;
  /** Runs the callback after the current job, before any timer or I/O. */
  queueMicrotask(callback: () => void): void;
  /** Runs the callback in the next turn, after I/O had its chance. */
  queueTurn(callback: () => void): void;
  /** The ambient context of the caller, or null where the host has none. */
  captureContext(): HostContext | null;
  /** Runs `step(argument)` in a captured context. */
  runInContext<A>(context: HostContext | null, step: (argument: A) => void, argument: A): void;
  /** Calls `fn(...args)` with the token as the current one, also in all async code that it starts. */
  runWithToken(token: ScopeToken, fn: (...args: never[]) => unknown, args: readonly unknown[]): unknown;
  /** The current token, or undefined outside any. Always undefined where the host cannot follow async code. */
  currentToken(): ScopeToken | undefined;
  /** Tells that a run began: the host may install its hooks. The returned function undoes it. */
  enterRun(hooks: RunHooks): () => void;
  /** Tells a person of a failure that nothing else will show. */
  warn(text: string, error: unknown): void;
  readonly process: HostProcess | null;
}

export interface RunHooks {
  /** Whether a rejection that nobody handles is the runtime's own business and must not end the process. */
  readonly ignoresRejection: (error: unknown) => boolean;
  /** The process is about to end with the run still pending. */
  idle(): void;
}
