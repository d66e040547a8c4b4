// What a queue keeps its items in: the store decides which one is next, the queue who gets it.

/** The order of a queue's items. For a queue of one's own: `new Queue(maxsize, store)`. */
export interface ItemStore<T> {
  /** How many items are in it. */
  readonly size: number;
  /** Takes an item in. If it throws, the store is as before. */
  push(item: T): void;
  /** Takes the next item out. The store is not empty. If it throws, the store is as before. */
  shift(): T;
  /** Drops all items. */
  clear(): void;
}
