// Makes the objects that are kept for their hidden class: decision 12.

import type { EventLoop } from "./event-loop.ts";
import { hooks } from "./hooks.ts";

/**
 * Debug mode hears nothing of them: nobody will ever await them. What `make` needs is handed over, not captured: a closure would cost each
 * call of the function around it.
 */
export function keep<T>(make: (loop: EventLoop) => T, loop: EventLoop): T;
export function keep<T>(make: () => T): T;
export function keep<T>(make: (loop: EventLoop) => T, loop?: EventLoop): T {
  const { debug } = hooks;
  hooks.debug = null;
  try {
    return make(loop!);
  } finally {
    hooks.debug = debug;
  }
}

/** In place of what such an object would call. */
export function nothing(): void {}
