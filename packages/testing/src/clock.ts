// The clock of a simulation, and the moments at which nothing goes on.

import { InvalidStateError, type Awaitable } from "corio";
import { QueuedWait, type WaitQueue } from "corio/lowlevel";
import { type Simulation, simulationHere } from "./simulation.ts";

class IdleWait extends QueuedWait<void> {
  readonly #what: string;
  readonly #queueOf: (simulation: Simulation) => WaitQueue;
  #queue: WaitQueue | null = null;

  constructor(what: string, queueOf: (simulation: Simulation) => WaitQueue) {
    super();
    this.#what = what;
    this.#queueOf = queueOf;
  }

  protected attempt(): boolean {
    this.#queue = this.#queueOf(simulationHere(`wait until ${this.#what}`));
    return false;
  }

  protected line(): WaitQueue {
    return this.#queue!;
  }

  describe(): string {
    return `the moment when ${this.#what}`;
  }
}

/**
 * Waits until no other task can go on at this instant: all wait for each other, for time to pass, or for something outside. The
 * clock has not moved then. For simulations only. A cancel point.
 */
export function waitAllTasksBlocked(): Awaitable<void> {
  return new IdleWait("all other tasks wait", ({ blocked }) => blocked);
}

/** Waits until no other task can go on ever: all wait, and no timer is left. What is then still there hangs. A cancel point. */
export function waitAllTasksStuck(): Awaitable<void> {
  return new IdleWait("all other tasks wait for ever", ({ stuck }) => stuck);
}

export class AdvanceWait extends QueuedWait<void> {
  until = 0;
  readonly #ms: number;
  #queue: WaitQueue | null = null;

  constructor(ms: number) {
    super();
    this.#ms = ms;
  }

  protected attempt(): boolean {
    const { advance, host } = simulationHere("advance the clock");
    if (advance.size > 0) throw new InvalidStateError("Cannot advance the clock: another task advances it");
    this.until = host.now() + this.#ms;
    this.#queue = advance;
    return false;
  }

  protected line(): WaitQueue {
    return this.#queue!;
  }

  describe(): string {
    return `the clock to show ${this.until}`;
  }
}

/**
 * Moves the clock of the simulation by `ms` milliseconds, timer by timer, and lets what they wake run on until it waits again.
 * This is how time passes with `autojump: false`; otherwise it is a sleep that ends last of all. A cancel point.
 */
export function advance(ms: number): Awaitable<void> {
  if (!(ms >= 0 && ms < Infinity)) {
    throw new RangeError(`Cannot advance the clock by ${String(ms)}: it takes milliseconds, zero or more`);
  }
  return new AdvanceWait(ms);
}
