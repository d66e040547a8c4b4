// What a queue keeps its items in: the store decides which one is next, the queue who gets it.

export interface ItemStore<T> {
  readonly size: number;
  /** Takes an item in. If it throws, the store is as before. */
  push(item: T): void;
  /** Takes the next item out. The store is not empty. If it throws, the store is as before. */
  shift(): T;
  clear(): void;
}
