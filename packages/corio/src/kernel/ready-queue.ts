// The ready queue: a growing ring, strict FIFO.

/** Something that the loop runs in its turn. */
export interface Runnable {
  /** Whether running it wakes code that goes on in a microtask of its own (an async function). */
  readonly guest: boolean;
  run(): void;
}

export class ReadyQueue {
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
