// The event loop: runs what is ready, in order; wakes timers; gives the host its turns.

import type { Host, HostTimer } from "../host/port.ts";
import { ReadyQueue, type Runnable } from "./ready-queue.ts";
import { TimerQueue, type TimerNode } from "./timer-queue.ts";

/** Milliseconds of work after which the host gets a turn, however much is ready. A 5 ms timer then fires within 15 ms. */
const SLICE = 4;

/** Steps between two looks at the clock: a look costs as much as a third of a step. */
const STEPS_PER_LOOK = 8;

/** Looks after which the host gets a turn whatever the clock says: a virtual one may stand still. */
const LOOKS_PER_SLICE = 512;

export class EventLoop {
  readonly host: Host;
  readonly ready: ReadyQueue = new ReadyQueue();
  readonly timers: TimerQueue = new TimerQueue();
  /** Counts of the loop's life: what benchmarks and gates read instead of clocks. */
  readonly counters: { steps: number; pumps: number; turns: number } = { steps: 0, pumps: 0, turns: 0 };

  /** The step count when an async function was last abandoned: see BodyPromise. */
  abandonedAt = -1;

  readonly #timer: HostTimer;
  #armedFor = Infinity;
  #held = false;
  #scheduled = false;
  #guestWoken = false;
  #credit = STEPS_PER_LOOK;
  #looks = 0;
  #sliceStart: number;
  #overdrawn = false;
  readonly #pump = (): void => this.#run();
  readonly #turn = (): void => this.#newTurn();

  constructor(host: Host) {
    this.host = host;
    this.#sliceStart = host.now();
    this.#timer = host.createTimer(() => this.#expire());
  }

  /** Loop time: monotonic milliseconds. */
  time(): number {
    return this.host.now();
  }

  /** Puts something at the end of the ready queue. */
  wake(item: Runnable): void {
    this.ready.push(item);
    if (!this.#scheduled) this.#schedule();
  }

  /** Adds a timer that fires after `delay` milliseconds. */
  addTimer(node: TimerNode, delay: number): void {
    node.when = this.host.now() + delay;
    this.timers.add(node, delay);
    this.#arm();
  }

  /** Adds a timer that fires at a loop time. */
  addTimerAt(node: TimerNode, when: number): void {
    node.when = when;
    this.timers.add(node, null);
    this.#arm();
  }

  removeTimer(node: TimerNode): void {
    this.timers.remove(node);
    if (this.timers.size === 0 && this.#held) {
      // Left armed: the next timer of a usual program is later, and needs no new one.
      this.#held = false;
      this.#timer.release();
    }
  }

  /** Pays for an await that completes at once. False when the slice is used up: the caller then waits for its turn. */
  spend(): boolean {
    return --this.#credit > 0 || this.#look();
  }

  /** Notes that an async function was woken: it runs in a microtask, so what is ready behind it must let it go first. */
  noteGuest(): void {
    this.#guestWoken = true;
  }

  #schedule(): void {
    this.#scheduled = true;
    if (this.#overdrawn) this.host.queueTurn(this.#turn);
    else this.host.queueMicrotask(this.#pump);
  }

  #newTurn(): void {
    this.counters.turns++;
    this.#overdrawn = false;
    this.#credit = STEPS_PER_LOOK;
    this.#looks = 0;
    this.#sliceStart = this.host.now();
    this.#run();
  }

  #run(): void {
    this.counters.pumps++;
    const ready = this.ready;
    this.#guestWoken = false;
    let item: Runnable | undefined;
    try {
      while ((item = ready.peek()) !== undefined) {
        if (this.#overdrawn || (this.#guestWoken && !item.guest)) break;
        ready.shift();
        this.counters.steps++;
        item.run();
        if (--this.#credit <= 0) this.#look();
      }
    } finally {
      // Also after an error of our own, which goes up to the host: the others go on.
      if (item === undefined) this.#scheduled = false;
      else this.#schedule();
    }
  }

  /** Looks at the clock; true while the slice lasts. */
  #look(): boolean {
    if (this.#overdrawn) return false;
    this.#credit = STEPS_PER_LOOK;
    this.#overdrawn = ++this.#looks >= LOOKS_PER_SLICE || this.host.now() - this.#sliceStart >= SLICE;
    return !this.#overdrawn;
  }

  #arm(): void {
    // What never ends is waited for too: it holds the process, and only a cancellation wakes it.
    const next = Math.min(this.timers.next, Number.MAX_VALUE);
    if (next < this.#armedFor) {
      this.#armedFor = next;
      this.#timer.arm(Math.max(0, Math.ceil(this.timers.next - this.host.now())));
      if (this.#held) this.#timer.hold();
    }
    if (!this.#held) {
      this.#held = true;
      this.#timer.hold();
    }
  }

  #expire(): void {
    this.#armedFor = Infinity;
    const now = this.host.now();
    let node: TimerNode | null;
    try {
      while ((node = this.timers.takeDue(now)) !== null) node.fire();
    } finally {
      this.#held = false;
      if (this.timers.size > 0) this.#arm();
    }
  }
}
