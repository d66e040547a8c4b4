// The ready queue of a simulation: what became ready stands in order of arrival; the simulation says what runs next.

import { taskOfItem, type ReadyItem, type ReadyOrder } from "corio/lowlevel";

/** Before its turn comes, an item is any item: the loop lets the async functions go on that it has woken. */
const anyItem = { guest: false };

export interface Chooser {
  /** Whether it always chooses the first. */
  readonly inOrder: boolean;
  beforeStep(): void;
  /** The index of the item to run; -1 when something else was done first, and it is to be asked again. */
  choose(ready: readonly ReadyItem[]): number;
}

export class SimulatedOrder implements ReadyOrder {
  readonly #items: ReadyItem[] = [];
  /** How many of them are callbacks: in whatever order tasks run, those of the loop keep theirs. */
  #callbacks = 0;
  readonly #chooser: Chooser;

  constructor(chooser: Chooser) {
    this.#chooser = chooser;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: ReadyItem): void {
    this.#items.push(item);
    if (taskOfItem(item) === null) this.#callbacks++;
  }

  peek(): Pick<ReadyItem, "guest"> | undefined {
    const first = this.#items[0];
    return first === undefined || this.#chooser.inOrder ? first : anyItem;
  }

  shift(): ReadyItem | undefined {
    const items = this.#items;
    if (items.length === 0) return undefined;
    this.#chooser.beforeStep();
    let item: ReadyItem | undefined;
    do {
      const ready = this.#callbacks > 1 ? this.#withFirstCallback() : items;
      item = ready[this.#chooser.choose(ready)];
    } while (item === undefined);
    const index = items.indexOf(item);
    if (index === 0) items.shift();
    else items.splice(index, 1);
    if (taskOfItem(item) === null) this.#callbacks--;
    return item;
  }

  #withFirstCallback(): readonly ReadyItem[] {
    let seen = false;
    return this.#items.filter((item) => {
      if (taskOfItem(item) !== null) return true;
      if (seen) return false;
      seen = true;
      return true;
    });
  }
}
