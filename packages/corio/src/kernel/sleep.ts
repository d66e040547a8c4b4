// Sleeping, and giving up one's turn.

import { InvalidStateError } from "../errors.ts";
import { PARKED, type Awaitable, type Parked } from "./awaitable.ts";
import { Operation, runningStrand, throwPending } from "./operation.ts";
import type { Runnable } from "./ready-queue.ts";
import type { ScopeNode } from "./scope.ts";
import { RECORDED, type Interruption } from "./strand.ts";
import type { TimerList, TimerNode } from "./timer-queue.ts";

class Sleep extends Operation<void> implements TimerNode {
  when = 0;
  order = 0;
  before: TimerNode | null = null;
  after: TimerNode | null = null;
  list: TimerList | null = null;
  #scope: ScopeNode | null = null;
  readonly #delay: number;

  constructor(delay: number) {
    super();
    this.#delay = delay;
  }

  protected start(scope: ScopeNode): boolean {
    this.#scope = scope;
    scope.loop.addTimer(this, this.#delay);
    return false;
  }

  fire(): void {
    this.settle();
  }

  protected override detach(): void {
    if (this.list !== null) this.#scope!.loop.removeTimer(this);
  }

  describe(): string {
    return this.#delay === Infinity ? "sleep for ever" : `sleep of ${this.#delay} ms`;
  }
}

/** A turn given up: the strand goes to the end of the ready queue at once, so it costs one step. */
class Checkpoint extends Operation<void> implements Runnable {
  #queued = false;
  #spent = false;
  #error: Error | null = null;

  get guest(): boolean {
    return true;
  }

  override next(): IteratorResult<Parked, void> {
    if (this.#queued) {
      if (this.#spent) throw new InvalidStateError("Cannot wait twice: the turn was awaited before");
      this.#spent = true;
      if (this.#error !== null) throw this.#error;
      return { value: undefined, done: true };
    }
    const strand = runningStrand();
    if (strand.at.pending !== null) return throwPending(strand, strand.at);
    this.#queued = true;
    strand.leaf = this;
    strand.loop.wake(strand);
    return PARKED;
  }

  override interrupt(error: Error): Interruption {
    if (!this.#queued) return super.interrupt(error);
    // No value to lose: the turn that comes throws instead.
    this.#error = error;
    return RECORDED;
  }

  protected start(scope: ScopeNode): boolean {
    scope.loop.wake(this);
    return false;
  }

  run(): void {
    this.settle();
  }

  describe(): string {
    return "a turn";
  }
}

/**
 * Waits for `delay` milliseconds; zero or less gives up one turn. Infinity never ends by itself. A cancel point.
 */
export function sleep(delay: number): Awaitable<void> {
  if (typeof delay !== "number" || Number.isNaN(delay)) {
    throw new TypeError(`Cannot sleep for ${String(delay)}: it takes milliseconds`);
  }
  return delay <= 0 ? new Checkpoint() : new Sleep(delay);
}

/** Waits until cancelled; as every sleep, it keeps the process alive: the wait of a service for its signal. A cancel point. */
export function sleepForever(): Awaitable<never> {
  return new Sleep(Infinity) as unknown as Awaitable<never>;
}

/** Gives up one turn: everything that is ready runs first. A cancel point. */
export function checkpoint(): Awaitable<void> {
  return new Checkpoint();
}
