// Sleeping, and giving up one's turn.

import { PARKED, type Awaitable, type Coroutine, type Parked } from "./awaitable.ts";
import { coroutine } from "./coroutine-awaitable.ts";
import {
  awaitedBefore,
  ERROR,
  NEW,
  Operation,
  PARKED_STATE,
  PROBED,
  runningStrand,
  SPENT,
  throwPending,
  VALUE,
} from "./operation.ts";
import type { Runnable } from "./ready-queue.ts";
import type { ScopeNode } from "./scope.ts";
import { probed } from "./probe.ts";
import { RECORDED, type Interruption } from "./strand.ts";
import type { TimerList, TimerNode } from "./timer-queue.ts";
import type { WaitTarget } from "./wait-target.ts";
import { keep } from "./kept-shapes.ts";

/** One of each kind, kept alive for its hidden class: decision 12. */
let keptSleep: Sleep | null = null;
let keptCheckpoint: Checkpoint | null = null;

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

  waitsFor(): WaitTarget {
    return { kind: "sleep", state: { delay: this.#delay, until: this.when } };
  }
}

/** The state of a coroutine's turn that was given up and has not come again: one more than those of all operations. */
const QUEUED = 7;

/** What a turn gives when it has come: one for all, made as PARKED is. */
const TAKEN = (function* (): Coroutine<void> {})().next() as IteratorReturnResult<void>;

/** A turn given up: the strand goes to the end of the ready queue at once, so it costs one step. */
class Checkpoint extends Operation<void> implements Runnable {
  get guest(): boolean {
    return true;
  }

  get at(): ScopeNode | undefined {
    return this.waiter?.at;
  }

  override next(): IteratorResult<Parked, void> {
    if (this.state === QUEUED) {
      this.state = SPENT;
      if (this.value !== undefined) throw this.value;
      return TAKEN;
    }
    if (this.state === PROBED) return probed(this);
    if (this.state !== NEW) throw awaitedBefore("the turn");
    const strand = runningStrand();
    if (strand.at.pending !== null) return throwPending(strand, this);
    this.state = QUEUED;
    strand.leaf = this;
    strand.loop.wake(strand);
    return PARKED;
  }

  override get begun(): boolean {
    return this.state === QUEUED || super.begun;
  }

  override get over(): boolean {
    // An async function's turn stands in the ready queue from the beginning, too.
    return this.state === QUEUED || this.state === PARKED_STATE || super.over;
  }

  override interrupt(error: Error): Interruption {
    if (this.state !== QUEUED && this.state !== PARKED_STATE) return super.interrupt(error);
    // No value to lose: the turn that comes throws instead.
    this.value = error;
    return RECORDED;
  }

  protected start({ loop }: ScopeNode): boolean {
    // With nothing in front of it an async function's turn has come: it goes on in a microtask, behind the others, as it would anyway.
    if (loop.turnIsFree) return true;
    loop.wake(this);
    return false;
  }

  /** The turn of an async function has come: it goes on now, and does not stand in the queue once more. */
  run(): void {
    this.state = this.value === undefined ? VALUE : ERROR;
    this.waiter!.run();
  }

  describe(): string {
    return "a turn";
  }

  waitsFor(): WaitTarget {
    return { kind: "turn" };
  }
}

/**
 * Waits for `delay` milliseconds; zero or less gives up one turn. Infinity never ends by itself. Gives the second argument. A cancel
 * point.
 */
export function sleep<T>(delay: number, result: T): Awaitable<T>;
// The last one is what `spawn(sleep, 5)` takes it for.
export function sleep(delay: number): Awaitable<void>;
export function sleep(delay: number, result?: unknown): Awaitable<unknown> {
  if (typeof delay !== "number" || Number.isNaN(delay)) {
    throw new TypeError(`Cannot sleep for ${String(delay)}: it takes milliseconds`);
  }
  if (result !== undefined) return coroutine(sleepFor, delay, result);
  if (delay <= 0) return checkpoint();
  keptSleep ??= keep(() => new Sleep(0));
  return new Sleep(delay);
}

function* sleepFor(delay: number, result: unknown): Coroutine<unknown> {
  yield* sleep(delay);
  return result;
}

/** Waits until cancelled; as every sleep, it keeps the process alive: the wait of a service for its signal. A cancel point. */
export function sleepForever(): Awaitable<never> {
  return new Sleep(Infinity) as unknown as Awaitable<never>;
}

/** Gives up one turn: everything that is ready runs first. A cancel point. */
export function checkpoint(): Awaitable<void> {
  keptCheckpoint ??= keep(() => new Checkpoint());
  return new Checkpoint();
}
