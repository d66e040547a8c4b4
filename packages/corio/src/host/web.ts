// The host port where there is no node: browsers and workers. No ambient context: async bodies use the scope they are given.

import type { Host, HostTimer } from "./port.ts";

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

// setTimeout is clamped to 4 ms after five nestings; a message port is not.
const channel = new MessageChannel();
const turns: (() => void)[] = [];
channel.port1.addEventListener("message", () => turns.shift()?.());
channel.port1.start();

export const host: Host = {
  now: () => performance.now(),
  random: () => Math.random(),
  createTimer: (fire) => new WebTimer(fire),
  queueMicrotask: (callback) => queueMicrotask(callback),
  queueTurn: (callback) => {
    turns.push(callback);
    channel.port2.postMessage(null);
  },
  captureContext: () => null,
  runInContext: (_context, step, argument) => step(argument),
  runWithToken: (_token, fn, args) => (fn as (...args: unknown[]) => unknown)(...args),
  currentToken: () => undefined,
  enterRun: () => () => {},
  warn: (text, error) => console.error(text, error),
  process: null,
};
