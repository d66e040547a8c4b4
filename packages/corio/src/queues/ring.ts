// A growing ring of items: first in, first out, without the shifts of an array.

import type { ItemStore } from "./item-store.ts";

export class Ring<T> implements ItemStore<T> {
  #items: (T | undefined)[] = new Array<T | undefined>(16);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    const items = this.#items;
    if (this.#size === items.length) {
      const grown = new Array<T | undefined>(items.length * 2);
      for (let i = 0; i < this.#size; i++) grown[i] = items[(this.#head + i) & (items.length - 1)];
      this.#items = grown;
      this.#head = 0;
    }
    this.#items[(this.#head + this.#size++) & (this.#items.length - 1)] = item;
  }

  /** Takes the oldest item. The ring must not be empty. */
  shift(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size--;
    return item;
  }

  clear(): void {
    this.#items = new Array<T | undefined>(16);
    this.#head = this.#size = 0;
  }
}
