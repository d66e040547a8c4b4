// PriorityQueue: a queue that gives the smallest item first.

import { assertFunction } from "../kernel/body.ts";
import { Heap, type Compare } from "./heap.ts";
import { Queue } from "./queue.ts";

/**
 * A queue that gives the smallest item first, and equal ones in the order in which they came. Getters and putters are served
 * first come, first served, as in any Queue: an item that waits for room is not compared yet.
 */
export class PriorityQueue<T> extends Queue<T> {
  /**
   * @param maxsize how many items may wait in the queue, one or more; say Infinity for no bound
   * @param compare less than zero when its first argument goes first. Without it the items are numbers, bigints or strings of
   * one kind; putting in something else is a TypeError.
   */
  constructor(maxsize: number, compare: Compare<T> = natural) {
    assertFunction(compare, "the compare function of a queue");
    super(maxsize, new Heap<T>(compare));
  }
}

function natural(a: unknown, b: unknown): number {
  if (typeof a === typeof b && (typeof a === "number" || typeof a === "bigint" || typeof a === "string")) {
    const other = b as typeof a;
    if (a < other) return -1;
    if (a > other) return 1;
    if (a === other) return 0;
  }
  // NaN, too: it would be neither before nor after anything.
  throw new TypeError(
    "Cannot tell which item goes first: give the queue a compare function, " +
      "or numbers, bigints or strings of one kind",
  );
}
