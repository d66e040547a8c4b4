// Debug mode: finds mistakes that cost nothing to make and much to find. It is a matter of each run; while one is in it, all pay.

import { host as defaultHost } from "#host";
import { hooks, type DebugHooks, type DebugOptions, type DebugSwitch } from "../../kernel/hooks.ts";
import type { Runnable } from "../../kernel/ready-queue.ts";
import { scopeHereOrNull } from "../../kernel/scope-current.ts";
import type { ScopeNode } from "../../kernel/scope.ts";
import { takeStack } from "../../kernel/stack.ts";
import type { Leaf, Strand } from "../../kernel/strand.ts";
import { taskOf, type TaskNode } from "../../kernel/task.ts";
import { madeSite, parkedSince, setMade } from "../records.ts";
import { addListener, removeListener, type Listener } from "../tracer.ts";
import { checkBareCall, markCoroutine } from "./bare-calls.ts";
import { cancelledAround, checkSwallowed, noteTold, watchCancellation } from "./cancellations.ts";
import {
  assertDebugOptions,
  DEFAULTS,
  DebugRun,
  debugRunOf,
  debugRuns,
  isInDebug,
  runAround,
} from "./debug-runs.ts";
import { reportLeftCallbacks } from "./left-callbacks.ts";
import { reportOpenResources } from "./resources.ts";
import { forgetSteps, stepEnded, stepStarted } from "./slow-steps.ts";
import { excuse, noteAwaitable, reportUnawaited, type Lazy } from "./unawaited.ts";

/** Frames that are kept of the place where something was made. */
const KEPT_FRAMES = 16;

/** For runs that are not told; undefined: as the environment says. */
let processWide: DebugOptions | null | undefined;

/** The settings of the run whose task is about to be made. */
let starting: DebugOptions | null = null;

function noteTask(task: TaskNode): void {
  setMade(task, { stack: takeStack(noteTask, KEPT_FRAMES), at: task.loop.time() });
  markCoroutine(task);
}

function noteMade(awaitable: object): void {
  const scope = scopeHereOrNull();
  const run = debugRunOf(scope);
  if (scope === null || run === null) return;
  const record = { stack: takeStack(noteMade, KEPT_FRAMES), at: scope.loop.time() };
  setMade(awaitable, record);
  const task = taskOf(scope);
  noteAwaitable(run, awaitable as Lazy, task, record);
  if (task === null) return;
  checkBareCall(awaitable, task);
  checkSwallowed(task, scope, record.stack);
}

class DebugListener implements Listener {
  readonly removable = false;

  spawned(task: TaskNode): void {
    if (task.parent === null && starting !== null) {
      debugRuns.set(task, new DebugRun(task, starting));
      starting = null;
    }
    if (!isInDebug(task)) return;
    noteTask(task);
  }

  stepStarted(_task: TaskNode | null, item: Runnable): void {
    if (item.at !== undefined) stepStarted(item.at);
  }

  stepEnded(task: TaskNode | null, item: Runnable): void {
    if (item.at !== undefined) stepEnded(task, item, item.at);
  }

  suspended(task: TaskNode, _leaf: Leaf, strand: Strand | null): void {
    if (strand !== null) parkedSince.set(strand, task.loop.time());
  }

  awaited(task: TaskNode, leaf: Leaf): void {
    checkBareCall(leaf, task);
  }
}

const listener = new DebugListener();

const debugHooks: DebugHooks = {
  made: noteMade,
  awaited(awaitable, scope) {
    const task = taskOf(scope);
    if (task !== null) checkBareCall(awaitable, task);
  },
  refused(awaitable, scope) {
    const run = debugRunOf(scope);
    if (run === null) return;
    const task = taskOf(scope);
    excuse(run, task, awaitable);
    const root = cancelledAround(scope);
    if (task !== null && root !== null) noteTold(awaitable, task, root);
  },
  cancelled(scope) {
    const run = debugRunOf(scope);
    if (run !== null) watchCancellation(run, scope);
  },
  siteOf: madeSite,
};

/** Listens while any run is in debug mode. */
function refresh(): void {
  let wanted = starting !== null;
  for (const run of debugRuns.values()) wanted ||= run !== null;
  if (wanted === (hooks.debug !== null)) return;
  hooks.debug = wanted ? debugHooks : null;
  if (wanted) addListener(listener);
  else {
    removeListener(listener);
    forgetSteps();
  }
}

function optionsOf(wanted: boolean | DebugOptions): DebugOptions | null {
  const options = typeof wanted === "object" ? wanted : wanted ? {} : null;
  assertDebugOptions(options);
  return options;
}

function byDefault(): DebugOptions | null {
  if (processWide !== undefined) return processWide;
  return defaultHost.debugWanted?.() === true ? {} : null;
}

function switchRun(run: ScopeNode, options: DebugOptions | null): void {
  debugRuns.set(run, options === null ? null : new DebugRun(run, options));
  refresh();
}

export const debugSwitch: DebugSwitch = {
  rootStarts(wanted, make) {
    const options = wanted === undefined ? byDefault() : optionsOf(wanted);
    if (options === null) return make();
    starting = options;
    try {
      refresh();
      return make();
    } finally {
      starting = null;
      refresh();
    }
  },
  runStarts(run, wanted) {
    if (wanted !== undefined) switchRun(run, optionsOf(wanted));
  },
  runEnds(run) {
    const debugRun = debugRuns.get(run);
    if (debugRun === undefined) return;
    if (debugRun !== null) {
      reportUnawaited(debugRun);
      reportOpenResources(debugRun);
      reportLeftCallbacks(run);
    }
    debugRuns.delete(run);
    refresh();
  },
  settingsOf(run) {
    if (run !== null) return debugRunOf(run);
    const options = byDefault();
    return options === null ? null : { ...DEFAULTS, ...options };
  },
};

/**
 * Switches debug mode on or off: inside a run for that run, from now on; elsewhere for runs that begin later and are not told by their
 * option `debug`. It reports, with the place: steps that hold the event loop, Awaitables that nobody awaits, cancellations that are
 * swallowed or do not get through, async functions called bare in coroutines, resources left open. Tasks remember where they were made.
 * It makes every wait many times slower.
 */
export function setDebug(wanted: boolean | DebugOptions): void {
  const options = optionsOf(wanted);
  const scope = scopeHereOrNull();
  if (scope !== null) switchRun(runAround(scope), options);
  else processWide = options;
}

/** Whether the run of the calling code is in debug mode; outside any run, whether one that begins now would be. */
export function getDebug(): boolean {
  const scope = scopeHereOrNull();
  return scope === null ? byDefault() !== null : isInDebug(scope);
}
