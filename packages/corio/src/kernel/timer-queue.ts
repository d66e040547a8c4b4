// Timers in order of deadline, equal deadlines in order of arrival.
//
// Programs use few different durations, many times. So timers of one duration stand in one list, which is sorted by itself
// (each arrives later than the one before), and a small heap orders the lists by their first timer. Adding, cancelling and
// expiring then cost O(1) for a duration in use, and a cancelled timer is gone at once.

/** A timer; its owner is its node, so that a sleep costs one object. */
export interface TimerNode {
  when: number;
  order: number;
  before: TimerNode | null;
  after: TimerNode | null;
  list: TimerList | null;
  fire(): void;
}

/** The timers of one duration, soonest first. */
export class TimerList {
  readonly duration: number | null;
  first: TimerNode | null = null;
  last: TimerNode | null = null;
  position = -1;

  constructor(duration: number | null) {
    this.duration = duration;
  }
}

function sooner(a: TimerList, b: TimerList): boolean {
  const left = a.first!;
  const right = b.first!;
  return left.when < right.when || (left.when === right.when && left.order < right.order);
}

export class TimerQueue {
  readonly #heap: TimerList[] = [];
  readonly #byDuration = new Map<number, TimerList>();
  #order = 0;
  /** One of its kind, kept alive for its hidden class: decision 12. */
  readonly kept: TimerList = new TimerList(null);
  size = 0;

  /** The deadline of the first timer, or Infinity. */
  get next(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.first!.when;
  }

  /** A place among timers of one deadline, for one that is added later. */
  takeOrder(): number {
    return this.#order++;
  }

  /**
   * Adds a timer due at `node.when`. Timers added with the same duration share a list and should come with growing deadlines;
   * `null` is free of that. Graces, which are added late, have negative durations, so as to stand in lists of their own.
   */
  add(node: TimerNode, duration: number | null, order: number = this.#order++): void {
    node.order = order;
    let list = duration === null ? undefined : this.#byDuration.get(duration);
    if (list !== undefined && list.last!.when > node.when) list = new TimerList(null);
    else if (list === undefined) {
      list = new TimerList(duration);
      if (duration !== null) this.#byDuration.set(duration, list);
    }
    node.list = list;
    node.before = list.last;
    if (list.last === null) list.first = node;
    else list.last.after = node;
    list.last = node;
    this.size++;
    if (list.position < 0) {
      list.position = this.#heap.length;
      this.#heap.push(list);
      this.#rise(list);
    }
  }

  remove(node: TimerNode): void {
    const list = node.list;
    if (list === null) return;
    const wasFirst = list.first === node;
    if (node.before === null) list.first = node.after;
    else node.before.after = node.after;
    if (node.after === null) list.last = node.before;
    else node.after.before = node.before;
    node.before = node.after = null;
    node.list = null;
    this.size--;
    if (list.first === null) this.#drop(list);
    else if (wasFirst) this.#sink(list);
  }

  /** Takes the first timer if it is due. */
  takeDue(now: number): TimerNode | null {
    const list = this.#heap[0];
    if (list === undefined || list.first!.when > now) return null;
    const node = list.first!;
    this.remove(node);
    return node;
  }

  #drop(list: TimerList): void {
    if (list.duration !== null && this.#byDuration.get(list.duration) === list) {
      this.#byDuration.delete(list.duration);
    }
    const hole = list.position;
    list.position = -1;
    const moved = this.#heap.pop()!;
    if (moved === list) return;
    moved.position = hole;
    this.#heap[hole] = moved;
    this.#rise(moved);
    this.#sink(moved);
  }

  #rise(list: TimerList): void {
    const heap = this.#heap;
    let at = list.position;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!sooner(list, above)) break;
      heap[at] = above;
      above.position = at;
      at = parent;
    }
    heap[at] = list;
    list.position = at;
  }

  #sink(list: TimerList): void {
    const heap = this.#heap;
    let at = list.position;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && sooner(heap[child + 1]!, heap[child]!)) child++;
      const below = heap[child]!;
      if (!sooner(below, list)) break;
      heap[at] = below;
      below.position = at;
      at = child;
    }
    heap[at] = list;
    list.position = at;
  }
}
