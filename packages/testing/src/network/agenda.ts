// What is to come on a simulated network, by time: one timer of the host for all of it.

import type { Host, HostTimer } from "corio/lowlevel";

/** Something that will happen. */
export class Planned {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  /** Its place in the heap; -1 when it has happened or was taken back. */
  index = -1;

  constructor(at: number, order: number, run: () => void) {
    this.at = at;
    this.order = order;
    this.run = run;
  }
}

/** Nothing on it happens inside the call that plans it: the clock must come to it, and that is when all else has gone as far as it can. */
export class Agenda {
  readonly #host: Host;
  readonly #timer: HostTimer;
  readonly #fail: (error: unknown) => void;
  readonly #heap: Planned[] = [];
  #order = 0;
  /** What the timer is set to; Infinity when it is not. */
  #armed = Infinity;
  #firing = false;
  #closed = false;

  /** `fail` takes what is thrown by what happens: there is nobody else to take it. */
  constructor(host: Host, fail: (error: unknown) => void) {
    this.#host = host;
    this.#fail = fail;
    this.#timer = host.createTimer(() => this.#fire());
  }

  now(): number {
    return this.#host.now();
  }

  /** Plans something for a time; what is planned for the same time happens in the order of the plans. */
  at(time: number, run: () => void): Planned {
    const planned = new Planned(Math.max(time, this.now()), ++this.#order, run);
    if (this.#closed) return planned;
    this.#put(planned, this.#heap.length);
    this.#rise(planned);
    this.#arm();
    return planned;
  }

  /** Plans something for this instant. */
  soon(run: () => void): Planned {
    return this.at(this.now(), run);
  }

  cancel(planned: Planned | null): void {
    if (planned === null || planned.index < 0) return;
    this.#remove(planned);
    this.#arm();
  }

  /** Takes everything back, and takes no more: the run has ended. */
  close(): void {
    this.#closed = true;
    for (const planned of this.#heap) planned.index = -1;
    this.#heap.length = 0;
    this.#arm();
  }

  #fire(): void {
    // The clock may show a hair less than what it was set to.
    const due = Math.max(this.now(), this.#armed);
    const last = this.#order;
    this.#armed = Infinity;
    this.#firing = true;
    for (;;) {
      const next = this.#heap[0];
      // What is planned meanwhile waits until the programs have seen what happens now.
      if (next === undefined || next.at > due || next.order > last) break;
      this.#remove(next);
      try {
        next.run();
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#firing = false;
    this.#arm();
  }

  #arm(): void {
    if (this.#firing) return;
    const next = this.#heap[0]?.at ?? Infinity;
    if (next === this.#armed) return;
    this.#armed = next;
    if (next === Infinity) this.#timer.release();
    else this.#timer.arm(Math.max(0, next - this.now()));
  }

  #remove(planned: Planned): void {
    const { index } = planned;
    const last = this.#heap.pop()!;
    planned.index = -1;
    if (last === planned) return;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(planned: Planned, index: number): void {
    this.#heap[index] = planned;
    planned.index = index;
  }

  #rise(planned: Planned): void {
    while (planned.index > 0) {
      const parent = this.#heap[(planned.index - 1) >> 1]!;
      if (!isBefore(planned, parent)) return;
      const { index } = parent;
      this.#put(parent, planned.index);
      this.#put(planned, index);
    }
  }

  #sink(planned: Planned): void {
    for (;;) {
      const left = 2 * planned.index + 1;
      let first = planned;
      for (const child of [this.#heap[left], this.#heap[left + 1]]) {
        if (child !== undefined && isBefore(child, first)) first = child;
      }
      if (first === planned) return;
      const { index } = first;
      this.#put(first, planned.index);
      this.#put(planned, index);
    }
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
