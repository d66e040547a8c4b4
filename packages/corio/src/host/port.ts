// The host port: the only door between the runtime and the machine. Time, timers, turns, context and process events come
// through it, so that a virtual host can stand in for all of them.

import type { HostNetwork } from "./network.ts";

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

/** What the host itself still has to do, which may wake a run. */
export interface WorkInHand {
  /** Whether something comes in the next turn. */
  readonly nextTurn: boolean;
  /** How much may come later: timers, requests, sockets. */
  readonly later: number;
}

/** Something that the loop runs in its turn. */
export interface ReadyItem {
  /** Whether running it wakes code that goes on in a microtask of its own (an async function). */
  readonly guest: boolean;
  run(): void;
}

/** What is ready to run, and in which order it does. */
export interface ReadyOrder {
  readonly size: number;
  push(item: ReadyItem): void;
  /** Takes what runs next; undefined when nothing is ready. */
  shift(): ReadyItem | undefined;
  /**
   * Undefined when nothing is ready. Otherwise what `shift` will give, or, where that is decided only then, a stand-in that is no
   * guest: the loop then lets every async function that it wakes go on before the next item is taken.
   */
  peek(): Pick<ReadyItem, "guest"> | undefined;
}

/** What happens is published here for whoever has subscribed, by the machine's own means (`node:diagnostics_channel`). */
export interface HostChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** All that the runtime needs of a machine. `realHost` is the one it runs on, `createVirtualHost` makes one with a clock of its own. */
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
  /**
   * Calls `fn(...args)` with the token as the current one, also in all async code that it starts. `context` is the ambient context, if
   * the caller has it at hand: that spares the host to capture it.
   */
  runWithToken(
    token: ScopeToken,
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    context?: HostContext | null,
  ): unknown;
  /** The current token, or undefined outside any. Always undefined where the host cannot follow async code. */
  currentToken(): ScopeToken | undefined;
  /** Tells that a run began: the host may install its hooks. The returned function undoes it. */
  enterRun(hooks: RunHooks): () => void;
  /** The order in which the loop runs what is ready. Strict FIFO where there is none; for tests that explore others. */
  readonly createReadyQueue?: (() => ReadyOrder) | undefined;
  /**
   * Whether a turn that an async function gives up may come at once when nothing stands before it: it then goes on in a microtask, as it
   * would anyway, and the loop does not hear of it. Not where somebody tells by the loop's doings that something goes on.
   */
  readonly freeTurns?: boolean;
  /** Runs the callback when no microtask is left, before any turn. Absent where the host cannot tell. */
  afterMicrotasks?(callback: () => void): void;
  /** What the machine has in hand for this process. Absent where the host cannot tell. */
  workInHand?(): WorkInHand;
  /** Whether the environment asks for debug mode: `CORIO_DEBUG=1`. */
  debugWanted?(): boolean;
  /** A channel on which the machine's own tools can listen. Absent where there are none. */
  channel?(name: string): HostChannel;
  /** Writes a line for a person who has asked for it. */
  print?(text: string): void;
  /** Tells a person of a failure that nothing else will show. */
  warn(text: string, error: unknown): void;
  readonly process: HostProcess | null;
  /** The network that programs find here instead of the machine's own. */
  readonly network?: HostNetwork | undefined;
}

/** What the host asks of a run, and tells it. */
export interface RunHooks {
  /** Whether a rejection that nobody handles is the runtime's own business and must not end the process. */
  readonly ignoresRejection: (error: unknown) => boolean;
  /** The process is about to end with the run still pending. */
  idle(): void;
}
