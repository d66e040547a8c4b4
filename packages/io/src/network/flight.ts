// A look-up that is under way, and all who wait for it: one question however many ask, and nobody's leaving disturbs the others.
import { QueuedWait, WaitQueue, type NetworkDone, type WaitTarget } from "corio/lowlevel";

/** How a look-up ended. */
export type Landing<T> =
  | { readonly error: Error; readonly value: null }
  | { readonly error: null; readonly value: T };

/** Begins when the first who waits does. When the last one who waited has left, it is undone. */
export class Flight<T> {
  /** @internal */
  readonly waiters: WaitQueue<Landing<T>> = new WaitQueue();
  /** How it ended, when it has. */
  landing: Landing<T> | null = null;
  readonly #start: (done: NetworkDone<T>) => () => void;
  readonly #ended: (landing: Landing<T> | null) => void;
  #begun = false;
  #over = false;
  #undo: (() => void) | null = null;

  /** `ended` is given how it ended; null when it was undone. */
  constructor(start: (done: NetworkDone<T>) => () => void, ended: (landing: Landing<T> | null) => void) {
    this.#start = start;
    this.#ended = ended;
  }

  /** @internal */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const undo = this.#start((error, value) => {
      this.#land(error === null ? { error, value: value! } : { error, value: null });
    });
    if (!this.#over) this.#undo = undo;
  }

  /** Waits until it has landed. A cancel point. */
  wait(what: string): QueuedWait<Landing<T>> {
    return new FlightWait(this, what);
  }

  /** Ends it for all who wait. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#undo?.();
    this.#land({ error, value: null });
  }

  /** @internal Somebody who waited has left. */
  left(): void {
    if (this.#over || this.waiters.size > 0) return;
    this.#over = true;
    this.#undo?.();
    this.#ended(null);
  }

  #land(landing: Landing<T>): void {
    if (this.#over) return;
    this.#over = true;
    this.landing = landing;
    this.#ended(landing);
    for (let wait = this.waiters.take(); wait !== null; wait = this.waiters.take()) wait.settle(landing);
  }
}

class FlightWait<T> extends QueuedWait<Landing<T>> {
  readonly #flight: Flight<T>;
  readonly #what: string;

  constructor(flight: Flight<T>, what: string) {
    super();
    this.#flight = flight;
    this.#what = what;
  }

  protected attempt(): boolean {
    this.#flight.begin();
    this.value = this.#flight.landing;
    return this.value !== null;
  }

  protected line(): WaitQueue<Landing<T>> {
    return this.#flight.waiters;
  }

  protected override left(): void {
    this.#flight.left();
  }

  describe(): string {
    return this.#what;
  }

  waitsFor(): WaitTarget {
    return { kind: "callback" };
  }
}
