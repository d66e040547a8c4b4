// A host whose time is virtual: when nothing is left to do at one instant, the clock jumps to the next timer. A program that
// sleeps for hours runs in milliseconds, in the same order every time.

import type { HostNetwork } from "./network.ts";
import type { Host, HostTimer, ReadyOrder, RunHooks } from "./port.ts";

/** Looks in a row that must find everything quiet before the clock jumps: what the machine's ticks wake may go on in between. */
const SETTLING_LOOKS = 2;

/** Jumps after which the machine gets a turn whatever is said of it: a program that sleeps for ever must not starve it. */
const JUMPS_PER_TURN = 256;

/** A host whose clock moves when nothing else is left to do, or by hand. */
export interface VirtualHost extends Host {
  /** Moves the clock by hand; due timers fire as the loop gets to them. */
  advance(ms: number): void;
  /** When the next timer fires, by the virtual clock; Infinity when none is set. */
  nextTimer(): number;
  /** Moves the clock to the next timer and fires it. False when none is set. */
  jump(): boolean;
}

/** How a virtual host keeps time. */
export interface VirtualOptions {
  /** The clock's first reading, in milliseconds. */
  start?: number | undefined;
  /** See `Host.createReadyQueue`. */
  createReadyQueue?: (() => ReadyOrder) | undefined;
  /** Whether the clock moves by itself. Default true. */
  autojump?: boolean | undefined;
  /** Whether what is ready waits until async code has gone as far as it can, through however many microtasks. */
  drained?: boolean | undefined;
  /** Asked when nothing is left to do at one instant, before the clock jumps: true when it found something to do. */
  idle?: (() => boolean) | undefined;
  /** Asked when, besides, the clock has nowhere to go, before the runs are told that they hang: true when it found something. */
  stuck?: (() => boolean) | undefined;
  /** See `Host.network`. */
  network?: HostNetwork | undefined;
}

/** Makes a virtual host over a real one, which lends it its microtasks, turns and async context. */
export function createVirtualHost(real: Host, options: number | VirtualOptions = 0): VirtualHost {
  const clock = new VirtualClock(real, typeof options === "number" ? { start: options } : options);
  return {
    ...real,
    createReadyQueue: typeof options === "number" ? undefined : options.createReadyQueue,
    freeTurns: false,
    process: null,
    network: typeof options === "number" ? undefined : options.network,
    now: () => clock.time,
    createTimer: (fire) => clock.createTimer(fire),
    queueMicrotask: (callback) => clock.queueMicrotask(callback),
    queueTurn: (callback) => clock.queueTurn(callback),
    enterRun: (run) => clock.enterRun(run),
    advance: (ms) => clock.advance(ms),
    nextTimer: () => clock.next()?.at ?? Infinity,
    jump: () => clock.jump(),
  };
}

class VirtualTimer implements HostTimer {
  at = Infinity;
  held = false;
  readonly fire: () => void;
  readonly #host: VirtualClock;

  constructor(host: VirtualClock, fire: () => void) {
    this.#host = host;
    this.fire = fire;
  }

  arm(delay: number): void {
    this.at = this.#host.time + delay;
    this.hold();
  }

  hold(): void {
    this.held = true;
    this.#host.watch();
  }

  release(): void {
    this.held = false;
  }
}

/** The clock, its timers, and the look-out for the moment when nothing is left to do. */
class VirtualClock {
  readonly #real: Host;
  readonly #options: VirtualOptions;
  time: number;
  readonly #runs = new Set<RunHooks>();
  readonly #timers: VirtualTimer[] = [];

  /** Grows with everything that happens. */
  #activity = 0;
  /** Handed to the real host, and not run yet. */
  #microtasks = 0;
  #turns = 0;

  #watching = false;
  #seen = 0;
  #quiet = 0;
  /** Quiet looks that came by a turn of the machine. */
  #quietTurns = 0;
  #byTurn = false;
  #jumps = 0;
  readonly #workAtStart: number;
  readonly #onLook = (): void => this.#look();

  constructor(real: Host, options: VirtualOptions) {
    this.#real = real;
    this.#options = options;
    this.time = options.start ?? 0;
    this.#workAtStart = real.workInHand?.().later ?? 0;
  }

  createTimer(fire: () => void): HostTimer {
    const timer = new VirtualTimer(this, fire);
    this.#timers.push(timer);
    return timer;
  }

  queueMicrotask(callback: () => void): void {
    this.#microtasks++;
    this.#activity++;
    this.watch();
    const run = (): void => {
      this.#microtasks--;
      this.#activity++;
      callback();
    };
    const real = this.#real;
    if (this.#options.drained === true && real.afterMicrotasks !== undefined) real.afterMicrotasks(run);
    else real.queueMicrotask(run);
  }

  queueTurn(callback: () => void): void {
    this.#turns++;
    this.#activity++;
    this.watch();
    this.#real.queueTurn(() => {
      this.#turns--;
      this.#activity++;
      callback();
    });
  }

  enterRun(run: RunHooks): () => void {
    const leave = this.#real.enterRun({ ignoresRejection: run.ignoresRejection, idle: () => {} });
    this.#runs.add(run);
    this.watch();
    return () => {
      this.#runs.delete(run);
      leave();
    };
  }

  advance(ms: number): void {
    this.time += ms;
    for (const timer of this.#timers) {
      if (timer.at > this.time) continue;
      timer.at = Infinity;
      timer.fire();
    }
  }

  jump(): boolean {
    const timer = this.next();
    if (timer === null) return false;
    this.time = Math.max(this.time, timer.at);
    timer.at = Infinity;
    this.#activity++;
    timer.fire();
    return true;
  }

  next(): VirtualTimer | null {
    let first: VirtualTimer | null = null;
    for (const timer of this.#timers) {
      if (timer.held && timer.at < (first?.at ?? Infinity)) first = timer;
    }
    return first;
  }

  /** Looks, from now on, whether anything is left to do. */
  watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#seen = this.#activity;
    this.#quiet = this.#quietTurns = 0;
    this.#again(false);
  }

  /** Looks again when all microtasks have run; by a turn where the machine has something in hand that may come in. */
  #again(byTurn: boolean): void {
    const real = this.#real;
    this.#byTurn =
      byTurn ||
      this.#turns > 0 ||
      this.#jumps >= JUMPS_PER_TURN ||
      real.afterMicrotasks === undefined ||
      this.#hasWorkInHand();
    if (this.#byTurn) {
      this.#jumps = 0;
      real.queueTurn(this.#onLook);
    } else real.afterMicrotasks!(this.#onLook);
  }

  #hasWorkInHand(): boolean {
    const work = this.#real.workInHand?.();
    return work === undefined || work.nextTurn || work.later > this.#workAtStart;
  }

  #look(): void {
    this.#watching = false;
    if (this.#runs.size === 0) return;
    this.#watching = true;
    if (this.#activity !== this.#seen || this.#microtasks + this.#turns > 0) {
      this.#seen = this.#activity;
      this.#quiet = this.#quietTurns = 0;
    } else {
      this.#quiet++;
      if (this.#byTurn) this.#quietTurns++;
    }
    if (this.#quiet < SETTLING_LOOKS) {
      this.#again(false);
      return;
    }
    this.#jumps++;
    const { idle, autojump = true, stuck } = this.#options;
    const moved = idle?.() === true || (autojump && this.jump()) || stuck?.() === true;
    if (!moved && this.#quietTurns < SETTLING_LOOKS) {
      // Before the verdict that nothing can come: what comes from the machine comes in its turns.
      this.#again(true);
      return;
    }
    this.#watching = false;
    if (moved) this.watch();
    else for (const run of Array.from(this.#runs)) run.idle();
  }
}
