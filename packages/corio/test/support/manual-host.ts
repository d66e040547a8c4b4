// A host that does nothing by itself: a test runs its microtasks, turns and timers by hand, one at a time, and sets its clock.

import type { Host, HostTimer } from "corio/lowlevel";

export interface ManualHost extends Host {
  time: number;
  readonly microtasks: (() => void)[];
  readonly turns: (() => void)[];
  readonly timers: ManualTimer[];
  /** Runs microtasks until there are none. */
  drainMicrotasks(): void;
  /** Runs one turn, then the microtasks. */
  turn(): void;
}

export class ManualTimer implements HostTimer {
  /** What it was armed for last; null when it has fired or was never armed. */
  delay: number | null = null;
  held = false;
  arms = 0;
  readonly #fire: () => void;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  arm(delay: number): void {
    this.delay = delay;
    this.arms++;
    this.held = true;
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
  }

  fire(): void {
    this.delay = null;
    this.#fire();
  }
}

export function manualHost(): ManualHost {
  const host: ManualHost = {
    time: 0,
    microtasks: [],
    turns: [],
    timers: [],
    now: () => host.time,
    random: () => 0.5,
    createTimer(fire) {
      const timer = new ManualTimer(fire);
      host.timers.push(timer);
      return timer;
    },
    queueMicrotask: (callback) => void host.microtasks.push(callback),
    queueTurn: (callback) => void host.turns.push(callback),
    captureContext: () => null,
    runInContext: (_context, step, argument) => step(argument),
    runWithToken: (_token, fn, args) => (fn as (...args: unknown[]) => unknown)(...args),
    currentToken: () => undefined,
    enterRun: () => () => {},
    warn: () => {},
    process: null,
    drainMicrotasks() {
      for (let job = host.microtasks.shift(); job !== undefined; job = host.microtasks.shift()) job();
    },
    turn() {
      host.turns.shift()?.();
      host.drainMicrotasks();
    },
  };
  return host;
}
