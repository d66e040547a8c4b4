// The event loop: runs what is ready, in order; wakes timers; gives the host its turns.

import type { Host, HostTimer, ReadyOrder } from "../host/port.ts";
import { GraceSweep } from "./grace.ts";
import { hooks } from "./hooks.ts";
import { ReadyQueue, type Runnable } from "./ready-queue.ts";
import { TimerQueue, type TimerNode } from "./timer-queue.ts";

/** Milliseconds of work after which the host gets a turn, however much is ready. A 5 ms timer then fires within 15 ms. */
const SLICE = 4;

/** Steps between two looks at the clock, which cost as much as a third of a step each. More often while steps are long. */
const STEPS_PER_LOOK = 8;
const MOST_STEPS_PER_LOOK = 32;

/** Milliseconds between two looks under which the next may come later. */
const SHORT = 0.1;

/** Looks after which the host gets a turn whatever the clock says: a virtual one may stand still. */
const LOOKS_PER_SLICE = 128;

export class EventLoop {
  readonly host: Host;
  /** Strict FIFO; a host for tests may bring another order. */
  readonly ready: ReadyOrder;
  readonly timers: TimerQueue = new TimerQueue();
  /** The scopes that were cancelled just now. */
  readonly graces: GraceSweep = new GraceSweep(this);
  /** Counts of the loop's life: what benchmarks and gates read instead of clocks. */
  readonly counters: { steps: number; pumps: number; turns: number } = { steps: 0, pumps: 0, turns: 0 };

  /** Whether this batch has woken an async function that goes on only after it. */
  guestResumes = false;

  /** Whether a batch runs, or will. */
  scheduled = false;

  /** The step count when an async function was last abandoned: see BodyPromise. */
  abandonedAt = -1;

  readonly #timer: HostTimer;
  #armedFor = Infinity;
  #held = false;
  #guestWoken = false;
  #credit = STEPS_PER_LOOK;
  #pace = STEPS_PER_LOOK;
  #looks = 0;
  #looked: number;
  #sliceStart: number;
  #overdrawn = false;
  readonly #pump = (): void => this.#run();
  readonly #turn = (): void => this.#newTurn();

  constructor(host: Host) {
    this.host = host;
    this.ready = host.createReadyQueue?.() ?? new ReadyQueue();
    this.#sliceStart = this.#looked = host.now();
    this.#timer = host.createTimer(() => this.#expire());
  }

  /** Loop time: monotonic milliseconds. */
  time(): number {
    return this.host.now();
  }

  /** Puts something at the end of the ready queue. */
  wake(item: Runnable): void {
    this.ready.push(hooks.tracer === null ? item : hooks.tracer.ready(item));
    if (!this.scheduled) this.#schedule();
  }

  /** Adds a timer that fires after `delay` milliseconds. */
  addTimer(node: TimerNode, delay: number): void {
    node.when = this.host.now() + delay;
    this.timers.add(node, delay);
    this.#arm();
  }

  /** Adds a timer that fires at a loop time. `kind` and `order` are for those that come in order of their deadlines: see TimerQueue. */
  addTimerAt(node: TimerNode, when: number, kind: number | null = null, order?: number): void {
    node.when = when;
    this.timers.add(node, kind, order);
    this.#arm();
  }

  removeTimer(node: TimerNode): void {
    this.timers.remove(node);
    // Left armed: the next timer of a usual program is later, and needs no new one.
    this.#letGo();
  }

  /** The process is held for a timer only. */
  #letGo(): void {
    if (this.timers.size > 0 || !this.#held) return;
    this.#held = false;
    this.#timer.release();
  }

  /** Whether a turn given up now would come at once, and nobody need see it. */
  get turnIsFree(): boolean {
    return !this.scheduled && !this.#overdrawn && this.host.freeTurns === true && hooks.tracer === null;
  }

  /** Pays for an await that completes at once. False when the slice is used up: the caller then waits for its turn. */
  spend(): boolean {
    // Once it is used up nobody else may, either: it would overtake.
    return !this.#overdrawn && (--this.#credit > 0 || this.#look());
  }

  /** Notes that an async function was woken: it runs in a microtask, so what is ready behind it must let it go first. */
  noteGuest(): void {
    this.#guestWoken = this.guestResumes = true;
  }

  /** Notes that an async function was begun: it waits in a microtask, so coroutines must let it go first; others may begin. */
  noteGuestStart(): void {
    this.#guestWoken = true;
  }

  #schedule(): void {
    this.scheduled = true;
    if (this.#overdrawn) this.host.queueTurn(this.#turn);
    else this.host.queueMicrotask(this.#pump);
  }

  #newTurn(): void {
    this.counters.turns++;
    this.#newSlice(this.host.now());
    // In a microtask: what V8 throws from a callback of the host costs it six times as much.
    this.host.queueMicrotask(this.#pump);
  }

  #newSlice(now: number): void {
    this.#overdrawn = false;
    this.#credit = this.#pace = STEPS_PER_LOOK;
    this.#looks = 0;
    this.#sliceStart = this.#looked = now;
  }

  #run(): void {
    this.counters.pumps++;
    hooks.poll?.();
    const ready = this.ready;
    this.#guestWoken = this.guestResumes = false;
    let item: Pick<Runnable, "guest"> | undefined;
    try {
      while ((item = ready.peek()) !== undefined) {
        if (this.#overdrawn || (this.#guestWoken && !item.guest)) break;
        this.counters.steps++;
        ready.shift()!.run();
        this.spend();
      }
    } finally {
      // Also after an error of our own, which goes up to the host: the others go on.
      if (item === undefined) this.scheduled = false;
      else this.#schedule();
      this.graces.begin();
    }
  }

  /** Looks at the clock; true while the slice lasts. */
  #look(): boolean {
    const now = this.host.now();
    this.#pace = now - this.#looked < SHORT ? Math.min(this.#pace * 2, MOST_STEPS_PER_LOOK) : STEPS_PER_LOOK;
    this.#credit = this.#pace;
    this.#looked = now;
    this.#overdrawn = ++this.#looks >= LOOKS_PER_SLICE || now - this.#sliceStart >= SLICE;
    return !this.#overdrawn;
  }

  /** Fires what is due now, before the host's timer gets to it. */
  fireDue(): void {
    const now = this.host.now();
    for (let node = this.timers.takeDue(now); node !== null; node = this.timers.takeDue(now)) node.fire();
    this.#letGo();
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
    // The host has had its turn: the time that the loop stood idle is not work of its slice.
    this.#newSlice(now);
    let node: TimerNode | null;
    try {
      while ((node = this.timers.takeDue(now)) !== null) node.fire();
    } finally {
      this.#held = false;
      if (this.timers.size > 0) this.#arm();
    }
  }
}
