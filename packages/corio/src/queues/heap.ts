// A binary heap of items: the smallest first, equal ones in the order in which they came.

import type { ItemStore } from "./item-store.ts";

/** Less than zero when `a` goes first, more when `b` does, zero when it is all the same. */
export type Compare<T> = (a: T, b: T) => number;

interface Entry<T> {
  readonly item: T;
  readonly order: number;
}

/** The places are found before anything is moved, so that a comparison that throws leaves the heap as it was. */
export class Heap<T> implements ItemStore<T> {
  #entries: Entry<T>[] = [];
  #order = 0;
  readonly #compare: Compare<T>;

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#entries.length;
  }

  push(item: T): void {
    const entries = this.#entries;
    const entry = { item, order: this.#order++ };
    let place = entries.length;
    // What cannot be compared is refused while it is alone, too: not the next item, which may be innocent.
    if (place === 0) this.#compare(item, item);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#before(entry, entries[above]!)) break;
      place = above;
    }
    let i = entries.length;
    while (i > place) {
      const above = (i - 1) >> 1;
      entries[i] = entries[above]!;
      i = above;
    }
    entries[place] = entry;
  }

  shift(): T {
    const entries = this.#entries;
    const first = entries[0]!;
    const last = entries[entries.length - 1]!;
    // The way down of the gap that the first leaves, until the last one fits.
    const path: number[] = [];
    const end = entries.length - 1;
    for (let gap = 0; ;) {
      let below = 2 * gap + 1;
      if (below >= end) break;
      if (below + 1 < end && this.#before(entries[below + 1]!, entries[below]!)) below++;
      if (!this.#before(entries[below]!, last)) break;
      path.push(below);
      gap = below;
    }
    let gap = 0;
    for (const below of path) {
      entries[gap] = entries[below]!;
      gap = below;
    }
    entries[gap] = last;
    entries.pop();
    return first.item;
  }

  clear(): void {
    this.#entries = [];
  }

  #before(a: Entry<T>, b: Entry<T>): boolean {
    const order = this.#compare(a.item, b.item);
    return order < 0 || (order === 0 && a.order < b.order);
  }
}
