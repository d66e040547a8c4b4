// Queue: items handed from task to task, with a bound.

import { InvalidStateError, QueueEmpty, QueueFull, QueueShutDown } from "../errors.ts";
import type { Awaitable } from "../kernel/awaitable.ts";
import { QueuedWait, WaitQueue } from "../kernel/wait-queue.ts";
import type { WaitTarget } from "../kernel/wait-target.ts";
import { itemsOf } from "./item-iterator.ts";
import type { ItemStore } from "./item-store.ts";
import { Ring } from "./ring.ts";
import { keep } from "../kernel/kept-shapes.ts";

/**
 * A bounded queue, first in, first out (compare PriorityQueue and LifoQueue); getters and putters are served in order, and no newcomer overtakes. An item that was
 * handed to a getter, or taken from a putter, is not lost by a cancellation: the cancel comes at the next await.
 */
export class Queue<T> {
  /** The bound. */
  readonly maxsize: number;
  /** @internal */
  readonly getters: WaitQueue<T> = new WaitQueue<T>();
  /** @internal */
  readonly putters: WaitQueue = new WaitQueue();
  readonly #items: ItemStore<T>;
  readonly #joiners = new WaitQueue();
  #unfinished = 0;
  #shutDown = false;

  /** @param maxsize how many items may wait in the queue, one or more; say Infinity for no bound
   * @param items keeps them, and says which is next: the oldest, unless another store is given */
  constructor(maxsize: number, items: ItemStore<T> = new Ring<T>()) {
    if (!(maxsize >= 1)) {
      throw new RangeError(
        `Cannot make a queue of size ${maxsize}: it takes 1 or more, or Infinity for no bound`,
      );
    }
    this.maxsize = maxsize;
    this.#items = items;
  }

  /** How many items are in it; one that was handed to a getter does not count. */
  qsize(): number {
    return this.#items.size;
  }

  /** Whether `getNowait` would throw QueueEmpty. */
  empty(): boolean {
    return this.#items.size === 0;
  }

  /** Whether `putNowait` would throw QueueFull. */
  full(): boolean {
    return this.#items.size >= this.maxsize;
  }

  /** Puts an item in, waiting for room. A cancel point. QueueShutDown after `shutdown()`. */
  put(item: T): Awaitable<void> {
    keptPut ??= keep(() => new Put(new Queue<unknown>(1), null));
    return new Put(this, item);
  }

  /** Takes the next item, waiting for one. A cancel point. QueueShutDown when the queue was shut down and is drained. */
  get(): Awaitable<T> {
    keptGet ??= keep(() => new Get(new Queue<unknown>(1)));
    return new Get(this);
  }

  /** Puts an item in, or throws QueueFull. Never waits. */
  putNowait(item: T): void {
    if (!this.tryPut(item)) throw new QueueFull(`The queue is full (${this.maxsize} items)`);
  }

  /** Takes an item, or throws QueueEmpty. Never waits. */
  getNowait(): T {
    if (this.empty()) {
      if (this.#shutDown) throw this.#ended();
      throw new QueueEmpty("The queue is empty");
    }
    return this.take();
  }

  /** Says that an item that was taken has been dealt with. */
  taskDone(): void {
    if (this.#unfinished === 0)
      throw new InvalidStateError("taskDone() was called more often than items were put in");
    if (--this.#unfinished === 0) while (this.#joiners.serve());
  }

  /** Waits until every item that was put in is dealt with. A cancel point. */
  join(): Awaitable<void> {
    return new Join(
      this,
      () => this.#unfinished === 0,
      () => this.#joiners,
    );
  }

  /**
   * Closes the queue: `put` fails at once, `get` gives what is left and fails then. `immediate` drops what is left, as dealt
   * with. Whoever waits wakes with QueueShutDown.
   */
  shutdown(options: { immediate?: boolean | undefined } = {}): void {
    this.#shutDown = true;
    if (options.immediate === true) {
      this.#unfinished -= this.#items.size;
      this.#items.clear();
      if (this.#unfinished === 0) while (this.#joiners.serve());
    }
    this.putters.failAll(this.#ended());
    this.getters.failAll(this.#ended());
  }

  /** Takes items until the queue is shut down and drained. Every step is a cancel point; none loses an item. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return itemsOf(() => this.get(), isShutDown);
  }

  /** The items, how many wait to get and to put, and how many items are not yet dealt with (see `taskDone`). */
  statistics(): { size: number; maxsize: number; getters: number; putters: number; unfinished: number } {
    return {
      size: this.#items.size,
      maxsize: this.maxsize,
      getters: this.getters.size,
      putters: this.putters.size,
      unfinished: this.#unfinished,
    };
  }

  /** @internal Puts the item in, or hands it over; false when there is no room. */
  tryPut(item: T): boolean {
    if (this.#shutDown) throw this.#ended();
    if (this.getters.serve(item)) {
      this.#unfinished++;
      return true;
    }
    if (this.full()) return false;
    this.#items.push(item);
    this.#unfinished++;
    return true;
  }

  /** @internal Takes an item and lets the first putter put its own in. The queue must not be empty. */
  take(): T {
    const item = this.#items.shift();
    if (this.putters.size > 0) this.#admit();
    return item;
  }

  /** Lets the first putter put its item in. An item that cannot be put in is its putter's affair, and the next one's turn. */
  #admit(): void {
    for (;;) {
      const putter = this.putters.take() as Put<T> | null;
      if (putter === null) return;
      try {
        this.#items.push(putter.item);
      } catch (error) {
        putter.fail(error);
        continue;
      }
      this.#unfinished++;
      putter.settle();
      return;
    }
  }

  /** @internal */
  get shutDown(): boolean {
    return this.#shutDown;
  }

  #ended(): QueueShutDown {
    return new QueueShutDown("The queue is shut down");
  }
}

function isShutDown(error: unknown): boolean {
  return error instanceof QueueShutDown;
}

/** One of each kind, kept alive for its hidden class: decision 12. */
let keptPut: Put<unknown> | null = null;
let keptGet: Get<unknown> | null = null;

class Put<T> extends QueuedWait<void> {
  readonly item: T;
  readonly #queue: Queue<T>;

  constructor(queue: Queue<T>, item: T) {
    super();
    this.#queue = queue;
    this.item = item;
  }

  protected attempt(): boolean {
    return this.#queue.tryPut(this.item);
  }

  protected line(): WaitQueue {
    return this.#queue.putters;
  }

  describe(): string {
    return `room in a queue (${this.#queue.qsize()} of ${this.#queue.maxsize})`;
  }

  waitsFor(): WaitTarget {
    return { kind: "queue", object: this.#queue, state: this.#queue.statistics() };
  }
}

class Get<T> extends QueuedWait<T> {
  readonly #queue: Queue<T>;

  constructor(queue: Queue<T>) {
    super();
    this.#queue = queue;
  }

  protected attempt(): boolean {
    if (this.#queue.empty() && !this.#queue.shutDown) return false;
    this.value = this.#queue.getNowait();
    return true;
  }

  protected line(): WaitQueue<T> {
    return this.#queue.getters;
  }

  describe(): string {
    return `an item of a queue (${this.#queue.getters.size} getters)`;
  }

  waitsFor(): WaitTarget {
    return { kind: "queue", object: this.#queue, state: this.#queue.statistics() };
  }
}

class Join extends QueuedWait<void> {
  readonly #queue: Pick<Queue<unknown>, "statistics">;
  readonly #done: () => boolean;
  readonly #joiners: () => WaitQueue;

  constructor(queue: Pick<Queue<unknown>, "statistics">, done: () => boolean, joiners: () => WaitQueue) {
    super();
    this.#queue = queue;
    this.#done = done;
    this.#joiners = joiners;
  }

  protected attempt(): boolean {
    return this.#done();
  }

  protected line(): WaitQueue {
    return this.#joiners();
  }

  describe(): string {
    const { unfinished, size } = this.#queue.statistics();
    return `a queue's items to be dealt with (${unfinished} unfinished, ${size} of them in the queue)`;
  }

  waitsFor(): WaitTarget {
    return { kind: "queue", object: this.#queue, state: this.#queue.statistics() };
  }
}
