// The host port where there is no node: browsers and workers. No ambient context: async bodies use the scope they are given.

import type { Host, HostTimer, RunHooks } from "./port.ts";

class WebTimer implements HostTimer {
  #handle: ReturnType<typeof setTimeout> | undefined;
  readonly #fire: () => void;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  arm(delay: number): void {
    clearTimeout(this.#handle);
    this.#handle = setTimeout(this.#fire, Math.min(delay, 2 ** 31 - 1));
  }

  hold(): void {}

  release(): void {}
}

const turns: (() => void)[] = [];
let askForTurn: (() => void) | null = null;

/** Made when first asked for: to import the package does nothing. */
function turnAsker(): () => void {
  const takeTurn = (): void => turns.shift()?.();
  if (typeof MessageChannel === "undefined") return () => void setTimeout(takeTurn, 0);
  // setTimeout is clamped to 4 ms after five nestings; a message port is not.
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", takeTurn);
  port1.start();
  return () => port2.postMessage(null);
}

function queueTurn(callback: () => void): void {
  turns.push(callback);
  askForTurn ??= turnAsker();
  askForTurn();
}

/** What the page or worker tells of promises that nobody handles. */
interface RejectionEvent {
  readonly reason: unknown;
  preventDefault(): void;
}

interface RejectionTarget {
  addEventListener?(type: "unhandledrejection", listener: (event: RejectionEvent) => void): void;
  removeEventListener?(type: "unhandledrejection", listener: (event: RejectionEvent) => void): void;
}

const target = globalThis as RejectionTarget;
const active = new Set<RunHooks>();

function onUnhandledRejection(event: RejectionEvent): void {
  for (const hooks of active) {
    if (!hooks.ignoresRejection(event.reason)) continue;
    event.preventDefault();
    return;
  }
}

function leave(hooks: RunHooks): void {
  active.delete(hooks);
  if (active.size === 0) target.removeEventListener?.("unhandledrejection", onUnhandledRejection);
}

export const host: Host = {
  now: () => performance.now(),
  random: () => Math.random(),
  createTimer: (fire) => new WebTimer(fire),
  queueMicrotask: (callback) => queueMicrotask(callback),
  queueTurn,
  captureContext: () => null,
  runInContext: (_context, step, argument) => step(argument),
  runWithToken: (_token, fn, args) => (fn as (...args: unknown[]) => unknown)(...args),
  currentToken: () => undefined,
  enterRun(hooks) {
    if (active.size === 0) target.addEventListener?.("unhandledrejection", onUnhandledRejection);
    active.add(hooks);
    // The event of a rejection in the run's last turn is a task of its own, queued when that turn is over.
    return () => queueTurn(() => queueTurn(() => leave(hooks)));
  },
  print: (text) => console.log(text),
  warn: (text, error) => console.error(text, error),
  process: null,
};
