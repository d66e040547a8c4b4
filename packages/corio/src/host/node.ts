// The host port on Node, Bun and Deno: libuv turns, one setTimeout, AsyncLocalStorage for scope tokens.

import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { writeSync } from "node:fs";
import type { Host, HostContext, HostProcess, HostTimer, RunHooks, ScopeToken } from "./port.ts";

const tokens = new AsyncLocalStorage<ScopeToken>();
const resourceOptions = { requireManualDestroy: true };

// The pump and the timers belong to nobody's context: what they keep, they would keep for ever.
const root = new AsyncResource("CorioRoot", resourceOptions);

class NodeTimer implements HostTimer {
  #handle: NodeJS.Timeout | null = null;
  readonly #fire: () => void;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  arm(delay: number): void {
    if (this.#handle !== null) clearTimeout(this.#handle);
    // setTimeout cannot wait longer; the loop looks again when it fires.
    this.#handle = root.runInAsyncScope(setTimeout, undefined, this.#fire, Math.min(delay, 2 ** 31 - 1));
  }

  hold(): void {
    this.#handle?.ref();
  }

  release(): void {
    this.#handle?.unref();
  }
}

const active = new Set<RunHooks>();

function onUnhandledRejection(reason: unknown): void {
  for (const hooks of active) if (hooks.ignoresRejection(reason)) return;
  // A listener switches off node's own reaction: where ours is the only one, react as node would have.
  if (process.listenerCount("unhandledRejection") === 1) throw reason;
}

function onBeforeExit(): void {
  for (const hooks of Array.from(active)) hooks.idle();
}

const nodeProcess: HostProcess = {
  onSignal(listener) {
    process.on("SIGINT", listener);
    process.on("SIGTERM", listener);
    return () => {
      process.off("SIGINT", listener);
      process.off("SIGTERM", listener);
    };
  },
  setExitCode(code) {
    process.exitCode = code;
  },
  exit(code) {
    process.exit(code);
  },
  writeError(text) {
    writeSync(2, text);
  },
};

export const host: Host = {
  now: () => performance.now(),
  random: () => Math.random(),
  createTimer: (fire) => new NodeTimer(fire),
  queueMicrotask: (callback) => root.runInAsyncScope(queueMicrotask, undefined, callback),
  queueTurn: (callback) => void root.runInAsyncScope(setImmediate, undefined, callback),
  captureContext: () => new AsyncResource("CorioTask", resourceOptions) as unknown as HostContext,
  runInContext: (context, step, argument) => {
    (context as unknown as AsyncResource).runInAsyncScope(step, undefined, argument);
  },
  runWithToken: (token, fn, args) => tokens.run(token, fn as (...args: unknown[]) => unknown, ...args),
  currentToken: () => tokens.getStore(),
  enterRun(hooks) {
    if (active.size === 0) {
      process.on("unhandledRejection", onUnhandledRejection);
      process.on("beforeExit", onBeforeExit);
    }
    active.add(hooks);
    return () => {
      active.delete(hooks);
      if (active.size > 0) return;
      process.off("unhandledRejection", onUnhandledRejection);
      process.off("beforeExit", onBeforeExit);
    };
  },
  warn: (text, error) => console.error(text, error),
  process: nodeProcess,
};
