// Event: a flag that tasks wait for.

import type { Awaitable } from "../kernel/awaitable.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { keep } from "../kernel/kept-shapes.ts";

/** A flag. `set()` wakes everyone who waits, also if it is cleared in the same step. */
export class Event {
  /** @internal */
  readonly waiters: WaitQueue = new WaitQueue();
  #set = false;

  /** Whether the flag is up. */
  isSet(): boolean {
    return this.#set;
  }

  /** Puts the flag up, and wakes everybody who waits; they go on also if it is cleared in the same step. */
  set(): void {
    this.#set = true;
    while (this.waiters.serve());
  }

  /** Takes the flag down: who comes now waits. */
  clear(): void {
    this.#set = false;
  }

  /** Waits until the event is set. A cancel point, also when it is. */
  wait(): Awaitable<void> {
    kept ??= keep(() => new EventWait(new Event()));
    return new EventWait(this);
  }

  /** How many wait. */
  statistics(): { waiting: number } {
    return { waiting: this.waiters.size };
  }
}

/** One of its kind, kept alive for its hidden class: decision 12. */
let kept: EventWait | null = null;

class EventWait extends QueuedWait<void> {
  readonly #event: Event;

  constructor(event: Event) {
    super();
    this.#event = event;
  }

  protected attempt(): boolean {
    return this.#event.isSet();
  }

  protected line(): WaitQueue {
    return this.#event.waiters;
  }

  describe(): string {
    return "an event";
  }

  waitsFor(): WaitTarget {
    return { kind: "event", object: this.#event, state: this.#event.statistics() };
  }
}
