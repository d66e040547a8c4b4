// What instruments and debug mode hang onto the kernel. Null while nobody listens: then the kernel reads one field.

import type { Runnable } from "./ready-queue.ts";
import type { ScopeNode } from "./scope.ts";

/** Sees every step. */
export interface Tracer {
  /** Something becomes ready; what is given back will run in its stead. */
  ready(item: Runnable): Runnable;
  /** A wait of an async function has begun in the scope. */
  parked(scope: ScopeNode, operation: object): void;
  /** A task has ended. */
  ended(task: ScopeNode): void;
}

/** What debug mode is told while any run is in it. */
export interface DebugHooks {
  /** An Awaitable was made: in its constructor, so it is not complete yet. */
  made(awaitable: object): void;
  /** An async function awaits an Awaitable that is run as a coroutine. */
  awaited(awaitable: object, scope: ScopeNode): void;
  /** An await threw what was pending in the scope instead of beginning. */
  refused(awaitable: object, scope: ScopeNode): void;
  /** A scope was cancelled, and its waits told. */
  cancelled(scope: ScopeNode): void;
  /** Where a task or an Awaitable was made, for messages; undefined when that is not known. */
  siteOf(made: object): string | undefined;
}

/** Settings of debug mode. */
export interface DebugOptions {
  /** Milliseconds from which a step, or a stop of the event loop, is reported. Default 100. */
  slowCallbackDuration?: number | undefined;
  /** Milliseconds after which a cancelled scope that has not ended is reported. Default 1000. */
  slowCancellation?: number | undefined;
}

/** The switch that runs know. Absent when the inspection was left out of a bundle. */
export interface DebugSwitch {
  /** A run begins: `make` makes its task. `wanted` is its option, if it was given. */
  rootStarts<T>(wanted: boolean | DebugOptions | undefined, make: () => T): T;
  /** A run inside another begins. */
  runStarts(run: ScopeNode, wanted: boolean | DebugOptions | undefined): void;
  /** A run is over. */
  runEnds(run: ScopeNode): void;
  /** The settings of a run in debug mode, or without a run of one that is not told; null where it is off. */
  settingsOf(run: ScopeNode | null): Required<DebugOptions> | null;
}

export const hooks: {
  tracer: Tracer | null;
  debug: DebugHooks | null;
  switch: DebugSwitch | null;
  /** Called at each pump: whether somebody outside has begun to listen. */
  poll: (() => void) | null;
  /** What is shown of a run that will not end. */
  describe: ((run: ScopeNode) => string) | null;
} = { tracer: null, debug: null, switch: null, poll: null, describe: null };
