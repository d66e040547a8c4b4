// The ready queue: a growing ring, strict FIFO.

import type { ReadyItem, ReadyOrder } from "../host/port.ts";
import type { ScopeNode } from "./scope.ts";

/** Something that the loop runs in its turn. */
export interface Runnable extends ReadyItem {
  /** The scope for which it is run, where there is one: tells explorers which task it belongs to. */
  readonly at?: ScopeNode | undefined;
}

export class ReadyQueue implements ReadyOrder {
  #ring: (Runnable | undefined)[] = new Array<Runnable | undefined>(64);
  #mask = 63;
  #head = 0;
  #tail = 0;

  get size(): number {
    return (this.#tail - this.#head) & this.#mask;
  }

  push(item: Runnable): void {
    this.#ring[this.#tail] = item;
    this.#tail = (this.#tail + 1) & this.#mask;
    if (this.#tail === this.#head) this.#grow();
  }

  shift(): Runnable | undefined {
    const item = this.#ring[this.#head];
    if (item === undefined) return undefined;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    return item;
  }

  peek(): Runnable | undefined {
    return this.#ring[this.#head];
  }

  #grow(): void {
    const old = this.#ring;
    const ring = new Array<Runnable | undefined>(old.length * 2);
    for (let i = 0; i < old.length; i++) ring[i] = old[(this.#head + i) & this.#mask];
    this.#head = 0;
    this.#tail = old.length;
    this.#mask = ring.length - 1;
    this.#ring = ring;
  }
}
