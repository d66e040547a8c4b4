// LifoQueue: a queue that gives the newest item first.

import type { ItemStore } from "./item-store.ts";
import { Queue } from "./queue.ts";

class Stack<T> implements ItemStore<T> {
  #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T {
    return this.#items.pop() as T;
  }

  clear(): void {
    this.#items = [];
  }
}

/** A queue that is last in, first out. Getters and putters are served first come, first served, as in any Queue. */
export class LifoQueue<T> extends Queue<T> {
  /** @param maxsize how many items may wait in the queue, one or more; say Infinity for no bound */
  constructor(maxsize: number) {
    super(maxsize, new Stack<T>());
  }
}
