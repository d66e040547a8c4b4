import { describe, expect, test } from "vitest";
import {
  call,
  forEach,
  InvalidStateError,
  LifoQueue,
  loopTime,
  moveOnAfter,
  PriorityQueue,
  Queue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  sleep,
  taskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { seeded } from "../support/random.ts";

interface Job {
  readonly priority: number;
  readonly name: string;
}

const byPriority = (a: Job, b: Job): number => a.priority - b.priority;

function drained<T>(queue: Queue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

describe("PriorityQueue", () => {
  test("the smallest first (Q10)", () => {
    const queue = new PriorityQueue<number>(Infinity);
    for (const item of [3, 1, 2, -Infinity, 10, 1]) queue.putNowait(item);
    expect(drained(queue)).toEqual([-Infinity, 1, 1, 2, 3, 10]);
  });

  test("strings and bigints have an order of their own; the rest needs a compare function (Q10)", () => {
    const words = new PriorityQueue<string>(5);
    for (const word of ["b", "a", "c"]) words.putNowait(word);
    expect(drained(words)).toEqual(["a", "b", "c"]);
    const numbers = new PriorityQueue<bigint>(5);
    for (const number of [2n ** 70n, 1n]) numbers.putNowait(number);
    expect(drained(numbers)).toEqual([1n, 2n ** 70n]);
    for (const item of [{ priority: 1 }, [1, "x"], NaN, undefined]) {
      const queue = new PriorityQueue<unknown>(5);
      expect(() => queue.putNowait(item)).toThrow(TypeError);
      queue.putNowait(1);
      expect(() => queue.putNowait(item)).toThrow(TypeError);
      expect(() => queue.putNowait("1")).toThrow(TypeError);
      expect(queue.statistics()).toMatchObject({ size: 1, unfinished: 1 });
    }
  });

  test("equal items come in the order in which they were put (Q10: better)", () => {
    const queue = new PriorityQueue<Job>(Infinity, byPriority);
    const random = seeded(7);
    const jobs = Array.from({ length: 500 }, (_, i) => ({ priority: random.below(5), name: `job ${i}` }));
    for (const job of jobs) queue.putNowait(job);
    expect(drained(queue)).toEqual(jobs.toSorted(byPriority));
  });

  test("it is a sorted list under any mix of puts and gets", () => {
    const random = seeded(11);
    const queue = new PriorityQueue<number>(Infinity);
    const model: number[] = [];
    for (let i = 0; i < 5000; i++) {
      if (model.length === 0 || random.chance(0.55)) {
        const item = random.below(100);
        queue.putNowait(item);
        model.push(item);
        model.sort((a, b) => a - b);
      } else expect(queue.getNowait()).toBe(model.shift());
    }
    expect(drained(queue)).toEqual(model);
  });

  test("a comparison that throws changes nothing", () => {
    let broken = false;
    const queue = new PriorityQueue<number>(Infinity, (a, b) => {
      if (broken) throw new Error("compare");
      return a - b;
    });
    for (const item of [5, 3, 8, 1, 9, 2]) queue.putNowait(item);
    broken = true;
    expect(() => queue.putNowait(0)).toThrow("compare");
    expect(() => queue.getNowait()).toThrow("compare");
    broken = false;
    expect(queue.statistics()).toMatchObject({ size: 6, unfinished: 6 });
    expect(drained(queue)).toEqual([1, 2, 3, 5, 8, 9]);
  });

  both(
    "a waiting putter's item that cannot be compared is its putter's error alone",
    function* (t) {
      const { fn, wait, log } = t;
      const queue = new PriorityQueue<unknown>(2);
      queue.putNowait(1);
      queue.putNowait(3);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                log.push(yield* caught(wait(queue.put("x"))));
              }),
            );
            group.spawn(
              fn(function* () {
                yield* wait(queue.put(2));
                log.push("put 2");
              }),
            );
            yield* wait(sleep(1));
            expect(queue.getNowait()).toBe(1);
          }),
        ),
      );
      expect(log[0]).toBeInstanceOf(TypeError);
      expect(log[1]).toBe("put 2");
      expect(drained(queue)).toEqual([2, 3]);
    },
    { order: "fifo" },
  );

  both(
    "getters are served in turn, each with the smallest of then (Q10)",
    function* ({ fn, wait, log }) {
      const queue = new PriorityQueue<number>(5);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 2; i++) {
              group.spawn(
                fn(function* () {
                  log.push([i, yield* wait(queue.get())]);
                }),
              );
            }
            yield* wait(sleep(1));
            for (const item of [9, 8, 7, 6]) queue.putNowait(item);
            yield* wait(sleep(1));
            log.push(drained(queue));
          }),
        ),
      );
      expect(log).toEqual([
        [0, 9],
        [1, 8],
        [6, 7],
      ]);
    },
    { order: "fifo" },
  );
});

describe("LifoQueue", () => {
  test("the newest first (Q10)", () => {
    const queue = new LifoQueue<number>(3);
    for (const item of [1, 2, 3]) queue.putNowait(item);
    expect(queue.getNowait()).toBe(3);
    queue.putNowait(4);
    expect(drained(queue)).toEqual([4, 2, 1]);
  });
});

// What all three have in common.
const kinds: [
  name: string,
  make: (maxsize: number) => Queue<number>,
  sorted: (items: number[]) => number[],
][] = [
  ["Queue", (maxsize) => new Queue<number>(maxsize), (items) => items],
  [
    "PriorityQueue",
    (maxsize) => new PriorityQueue<number>(maxsize),
    (items) => items.toSorted((a, b) => a - b),
  ],
  ["LifoQueue", (maxsize) => new LifoQueue<number>(maxsize), (items) => items.toReversed()],
];

for (const [name, make, sorted] of kinds) {
  describe(`every queue: ${name}`, () => {
    test("has a bound, QueueFull and QueueEmpty (Q10)", () => {
      for (const size of [0, -1, NaN]) expect(() => make(size)).toThrow(RangeError);
      const queue = make(2);
      expect(queue).toBeInstanceOf(Queue);
      expect(() => queue.getNowait()).toThrow(QueueEmpty);
      queue.putNowait(2);
      queue.putNowait(1);
      expect(() => queue.putNowait(3)).toThrow(QueueFull);
      expect([queue.qsize(), queue.full(), queue.empty()]).toEqual([2, true, false]);
      expect(drained(queue)).toEqual(sorted([2, 1]));
    });

    both("join waits until all is done (Q7, Q10)", function* ({ fn, wait }) {
      const queue = make(2);
      yield* wait(queue.join());
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                for (let i = 0; i < 4; i++) yield* wait(queue.put(i));
                yield* wait(queue.join());
                expect(loopTime()).toBe(40);
                queue.shutdown();
              }),
            );
            for (let i = 0; i < 4; i++) {
              yield* wait(queue.get());
              yield* wait(sleep(10));
              queue.taskDone();
            }
            expect(yield* caught(wait(queue.get()))).toBeInstanceOf(QueueShutDown);
          }),
        ),
      );
      expect(() => queue.taskDone()).toThrow(InvalidStateError);
    });

    both("shutdown: what is left comes out, then the end; immediate drops it (Q8, Q9, Q10)", function* (t) {
      const { fn, wait, log } = t;
      const queue = make(5);
      for (const item of [2, 3, 1]) queue.putNowait(item);
      queue.shutdown();
      expect(() => queue.putNowait(4)).toThrow(QueueShutDown);
      const items = sorted([2, 3, 1]);
      for (const item of items) expect(yield* wait(queue.get())).toBe(item);
      expect(yield* caught(wait(queue.get()))).toBeInstanceOf(QueueShutDown);

      const other = make(1);
      other.putNowait(1);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                log.push(yield* caught(wait(other.put(2))));
              }),
            );
            yield* wait(sleep(1));
            other.shutdown({ immediate: true });
            yield* wait(other.join());
          }),
        ),
      );
      expect(log[0]).toBeInstanceOf(QueueShutDown);
      expect(other.statistics()).toEqual({ size: 0, maxsize: 1, getters: 0, putters: 0, unfinished: 0 });
    });

    both("for await and forEach take what comes, in its order, until the end", function* ({ fn, wait }) {
      for (const style of ["for await", "forEach"]) {
        const queue = make(5);
        for (const item of [2, 3, 1]) queue.putNowait(item);
        queue.shutdown();
        const got: number[] = [];
        if (style === "forEach") {
          yield* wait(
            forEach(
              queue,
              fn(function* (item: number) {
                got.push(item);
                yield* wait(sleep(1));
              }),
            ),
          );
        } else {
          yield* wait(
            call(async () => {
              for await (const item of queue) got.push(item);
            }),
          );
        }
        expect(got).toEqual(sorted([2, 3, 1]));
      }
    });

    both("an iteration that is cancelled loses no item", function* ({ fn, wait }) {
      const queue = make(5);
      const got: number[] = [];
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const reader = group.spawn(
              fn(function* () {
                yield* wait(
                  forEach(
                    queue,
                    fn(function* (item: number) {
                      got.push(item);
                      yield* wait(sleep(0));
                    }),
                  ),
                );
              }),
            );
            yield* wait(sleep(1));
            // Handed over, and cancelled in the same step.
            queue.putNowait(1);
            reader.cancel();
            queue.putNowait(2);
          }),
        ),
      );
      expect(got).toEqual([1]);
      expect(drained(queue)).toEqual([2]);
      const moved = yield* wait(
        moveOnAfter(
          5,
          fn(function* () {
            yield* wait(
              call(async () => {
                for await (const item of queue) got.push(item);
              }),
            );
          }),
        ),
      );
      expect(moved.cancelled).toBe(true);
      expect(queue.statistics().getters).toBe(0);
    });
  });
}
