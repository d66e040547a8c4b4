import { describe, expect, test } from "vitest";
import {
  call,
  checkpoint,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  Queue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  sleep,
  taskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("the bound", () => {
  test("a queue takes its bound: one or more, or Infinity said aloud (Q1: better)", () => {
    for (const size of [0, -1, NaN, undefined]) expect(() => new Queue(size as number)).toThrow(RangeError);
    expect(new Queue(Infinity).maxsize).toBe(Infinity);
  });

  test("a bound that is no whole number holds until it is reached (Q1)", () => {
    const queue = new Queue<number>(1.3);
    queue.putNowait(1);
    expect(queue.full()).toBe(false);
    queue.putNowait(2);
    expect(queue.full()).toBe(true);
    expect(() => queue.putNowait(3)).toThrow(QueueFull);
  });

  test("putNowait and getNowait never wait: QueueFull, QueueEmpty (Q1)", () => {
    const queue = new Queue<number>(2);
    expect(() => queue.getNowait()).toThrow(QueueEmpty);
    queue.putNowait(1);
    queue.putNowait(2);
    expect(queue.full()).toBe(true);
    expect(() => queue.putNowait(3)).toThrow(QueueFull);
    expect(queue.qsize()).toBe(2);
    expect(queue.getNowait()).toBe(1);
    expect(queue.getNowait()).toBe(2);
    expect(queue.empty()).toBe(true);
  });

  both("put waits while the queue is full, get while it is empty (Q1)", function* ({ fn, wait, log }) {
    const queue = new Queue<number>(1);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              for (let i = 0; i < 3; i++) {
                yield* wait(queue.put(i));
                log.push(`put ${i} at ${loopTime()}`);
              }
            }),
          );
          yield* wait(sleep(10));
          for (let i = 0; i < 3; i++) {
            log.push(`got ${yield* wait(queue.get())} at ${loopTime()}`);
            yield* wait(sleep(10));
          }
          group.spawn(
            fn(function* () {
              log.push(`got ${yield* wait(queue.get())} at ${loopTime()}`);
            }),
          );
          yield* wait(sleep(10));
          queue.putNowait(9);
        }),
      ),
    );
    expect(log.filter((entry) => String(entry).startsWith("put"))).toEqual([
      "put 0 at 0",
      "put 1 at 10",
      "put 2 at 20",
    ]);
    expect(log.filter((entry) => String(entry).startsWith("got"))).toEqual([
      "got 0 at 10",
      "got 1 at 20",
      "got 2 at 30",
      "got 9 at 50",
    ]);
  });

  both("falsy items are items", function* ({ wait }) {
    const queue = new Queue<unknown>(10);
    const items = [undefined, null, 0, "", false, NaN];
    for (const item of items) yield* wait(queue.put(item));
    const got: unknown[] = [];
    for (const _ of items) got.push(yield* wait(queue.get()));
    expect(got).toEqual(items);
    expect(queue.empty()).toBe(true);
  });
});

describe("order", () => {
  both(
    "items come first in, first out, through any number of waiting putters",
    function* (t) {
      const { fn, wait } = t;
      const queue = new Queue<number>(2);
      const got: number[] = [];
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 8; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(queue.put(i));
                }),
              );
            }
            yield* wait(sleep(1));
            expect(queue.statistics()).toEqual({
              size: 2,
              maxsize: 2,
              getters: 0,
              putters: 6,
              unfinished: 2,
            });
            for (let i = 0; i < 8; i++) got.push(yield* wait(queue.get()));
          }),
        ),
      );
      expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    },
    { order: "fifo" },
  );

  both(
    "getters are served in the order in which they came",
    function* ({ fn, wait, log }) {
      const queue = new Queue<string>(5);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 3; i++) {
              group.spawn(
                fn(function* () {
                  log.push([i, yield* wait(queue.get())]);
                }),
              );
            }
            yield* wait(sleep(1));
            for (const item of ["a", "b", "c"]) queue.putNowait(item);
            // Handed over: they do not count any more.
            expect(queue.qsize()).toBe(0);
          }),
        ),
      );
      expect(log).toEqual([
        [0, "a"],
        [1, "b"],
        [2, "c"],
      ]);
    },
    { order: "fifo" },
  );

  both("a newcomer does not take what was handed to a woken getter (Q4: better)", function* (t) {
    const { fn, wait, log } = t;
    const queue = new Queue<string>(5);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              log.push(`waiter ${yield* wait(queue.get())}`);
            }),
          );
          yield* wait(sleep(1));
          queue.putNowait("first");
          expect(() => queue.getNowait()).toThrow(QueueEmpty);
          queue.putNowait("second");
          log.push(`newcomer ${yield* wait(queue.get())}`);
        }),
      ),
    );
    expect(log.map(String).toSorted()).toEqual(["newcomer second", "waiter first"]);
  });

  both("a newcomer does not put ahead of waiting putters", function* ({ fn, wait }) {
    const queue = new Queue<string>(1);
    const got: string[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          queue.putNowait("0");
          group.spawn(
            fn(function* () {
              yield* wait(queue.put("waiting"));
            }),
          );
          yield* wait(sleep(1));
          got.push(queue.getNowait());
          // The waiting putter's item took the place at once.
          expect(() => queue.putNowait("newcomer")).toThrow(QueueFull);
          got.push(yield* wait(queue.get()));
          queue.putNowait("newcomer");
          got.push(yield* wait(queue.get()));
        }),
      ),
    );
    expect(got).toEqual(["0", "waiting", "newcomer"]);
  });
});

describe("cancellation", () => {
  both(
    "a getter that was served and then cancelled has its item (Q2: better)",
    function* ({ fn, wait, log }) {
      const queue = new Queue<string>(5);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const getter = fn(function* (name: string) {
              log.push(`${name} ${yield* wait(queue.get())}`);
              yield* wait(checkpoint());
              log.push(`${name} goes on`);
            });
            const first = group.spawn(getter, "first");
            group.spawn(getter, "second");
            yield* wait(sleep(1));
            queue.putNowait("a");
            first.cancel();
            queue.putNowait("b");
          }),
        ),
      );
      expect(log).toEqual(["first a", "second b", "second goes on"]);
      expect(queue.qsize()).toBe(0);
    },
    { order: "fifo" },
  );

  both("a getter that is cancelled first takes nothing: the next one is served (Q2)", function* (t) {
    const { fn, wait, log } = t;
    const queue = new Queue<string>(5);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const getter = fn(function* (name: string) {
            log.push(`${name} ${yield* wait(queue.get())}`);
          });
          const first = group.spawn(getter, "first");
          group.spawn(getter, "second");
          yield* wait(sleep(1));
          first.cancel();
          queue.putNowait("a");
        }),
      ),
    );
    expect(log).toEqual(["second a"]);
  });

  both("a putter that is cancelled while it waits has not put (Q3)", function* ({ fn, wait }) {
    const queue = new Queue<string>(1);
    queue.putNowait("0");
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const putter = fn(function* (item: string) {
            yield* wait(queue.put(item));
          });
          const first = group.spawn(putter, "first");
          group.spawn(putter, "second");
          yield* wait(sleep(1));
          first.cancel();
          expect(queue.getNowait()).toBe("0");
          yield* wait(sleep(1));
          expect(queue.getNowait()).toBe("second");
          expect(queue.empty()).toBe(true);
        }),
      ),
    );
    expect(queue.statistics().unfinished).toBe(2);
  });

  both("a putter whose item was taken and who is cancelled then has put (Q3: better)", function* (t) {
    const { fn, wait, log } = t;
    const queue = new Queue<string>(1);
    queue.putNowait("0");
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const putter = group.spawn(
            fn(function* () {
              yield* wait(queue.put("taken"));
              log.push("put");
              yield* wait(checkpoint());
              log.push("never");
            }),
          );
          yield* wait(sleep(1));
          queue.getNowait();
          putter.cancel();
        }),
      ),
    );
    expect(log).toEqual(["put"]);
    expect(queue.getNowait()).toBe("taken");
  });

  both(
    "of many getters, one served and cancelled: every item reaches somebody, none twice (Q2: better)",
    function* (t) {
      const { fn, wait, log } = t;
      const queue = new Queue<number>(5);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const [first] = [1, 2, 3].map(() =>
              group.spawn(
                fn(function* () {
                  log.push(yield* wait(queue.get()));
                }),
              ),
            );
            yield* wait(sleep(1));
            queue.putNowait(1);
            queue.putNowait(2);
            first!.cancel();
            queue.putNowait(3);
          }),
        ),
      );
      // In the order of production the first was served; in others it may have been cancelled before.
      while (!queue.empty()) log.push(queue.getNowait());
      expect(log.map(String).toSorted()).toEqual(["1", "2", "3"]);
    },
  );

  both("cancelled waiters do not pile up (Q5)", function* ({ fn, wait }) {
    const full = new Queue<number>(1);
    full.putNowait(1);
    const empty = new Queue<number>(1);
    for (let i = 0; i < 20; i++) {
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            yield* wait(full.put(2));
          }),
        ),
      );
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            yield* wait(empty.get());
          }),
        ),
      );
    }
    expect(full.statistics()).toMatchObject({ size: 1, putters: 0, unfinished: 1 });
    expect(empty.statistics()).toMatchObject({ getters: 0 });
  });
});

describe("taskDone and join", () => {
  test("taskDone more often than put is an error (Q6)", () => {
    const queue = new Queue<number>(2);
    expect(() => queue.taskDone()).toThrow(InvalidStateError);
    queue.putNowait(1);
    queue.taskDone();
    expect(() => queue.taskDone()).toThrow(InvalidStateError);
  });

  both("join returns at once when nothing is to be done, else when all is done (Q7)", function* (t) {
    const { fn, wait, log } = t;
    const queue = new Queue<number>(2);
    yield* wait(queue.join());
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 2; i++) {
            group.spawn(
              fn(function* () {
                yield* wait(queue.join());
                log.push(`joined at ${loopTime()}`);
              }),
            );
          }
          group.spawn(
            fn(function* () {
              for (let i = 0; i < 4; i++) yield* wait(queue.put(i));
            }),
          );
          group.spawn(
            fn(function* () {
              for (let i = 0; i < 4; i++) {
                yield* wait(queue.get());
                yield* wait(sleep(10));
                queue.taskDone();
              }
            }),
          );
          yield* wait(sleep(5));
          yield* wait(queue.join());
          log.push(`joined at ${loopTime()}`);
        }),
      ),
    );
    // The first two came while the queue was still empty.
    expect(log.slice(-1)).toEqual(["joined at 40"]);
    expect(queue.statistics().unfinished).toBe(0);
  });

  both(
    "an item that goes straight to a waiting getter counts as unfinished, too",
    function* ({ fn, wait, log }) {
      const queue = new Queue<number>(1);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                yield* wait(queue.get());
                yield* wait(sleep(10));
                queue.taskDone();
              }),
            );
            yield* wait(sleep(1));
            queue.putNowait(1);
            yield* wait(queue.join());
            log.push(loopTime());
          }),
        ),
      );
      expect(log).toEqual([11]);
    },
  );
});

describe("shutdown", () => {
  both("put fails at once; get gives what is left, then fails (Q8)", function* ({ wait }) {
    const queue = new Queue<number>(5);
    queue.putNowait(1);
    queue.putNowait(2);
    queue.shutdown();
    expect(() => queue.putNowait(3)).toThrow(QueueShutDown);
    expect(yield* caught(wait(queue.put(3)))).toBeInstanceOf(QueueShutDown);
    expect(yield* wait(queue.get())).toBe(1);
    expect(queue.getNowait()).toBe(2);
    expect(yield* caught(wait(queue.get()))).toBeInstanceOf(QueueShutDown);
    expect(() => queue.getNowait()).toThrow(QueueShutDown);
    queue.shutdown();
  });

  both("waiting getters and putters wake with QueueShutDown (Q8)", function* ({ fn, wait, log }) {
    const empty = new Queue<number>(1);
    const full = new Queue<number>(1);
    full.putNowait(1);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 2; i++) {
            group.spawn(
              fn(function* () {
                log.push(yield* caught(wait(empty.get())));
              }),
            );
            group.spawn(
              fn(function* () {
                log.push(yield* caught(wait(full.put(2))));
              }),
            );
          }
          yield* wait(sleep(1));
          empty.shutdown();
          full.shutdown();
        }),
      ),
    );
    expect(log).toHaveLength(4);
    for (const error of log) expect(error).toBeInstanceOf(QueueShutDown);
    expect(full.getNowait()).toBe(1);
    expect(() => full.getNowait()).toThrow(QueueShutDown);
  });

  both("immediate drops what is left, as dealt with; join waits for what is in flight (Q9)", function* (t) {
    const { fn, wait, log } = t;
    const queue = new Queue<number>(5);
    for (let i = 0; i < 3; i++) queue.putNowait(i);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(queue.get());
              yield* wait(sleep(10));
              queue.taskDone();
            }),
          );
          yield* wait(sleep(1));
          queue.shutdown({ immediate: true });
          expect(queue.qsize()).toBe(0);
          expect(queue.statistics().unfinished).toBe(1);
          yield* wait(queue.join());
          log.push(loopTime());
        }),
      ),
    );
    expect(log).toEqual([10]);
    expect(() => queue.getNowait()).toThrow(QueueShutDown);
  });

  both("immediate with nothing in flight wakes the joiners (Q9)", function* ({ fn, wait, log }) {
    const queue = new Queue<number>(5);
    queue.putNowait(1);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(queue.join());
              log.push("joined");
            }),
          );
          yield* wait(sleep(1));
          queue.shutdown({ immediate: true });
        }),
      ),
    );
    expect(log).toEqual(["joined"]);
  });
});

describe("iteration", () => {
  both("for await takes items until the queue is shut down and drained", function* ({ wait }) {
    const queue = new Queue<number>(5);
    const got = yield* wait(
      taskGroup(async (group) => {
        group.spawn(async () => {
          for (let i = 0; i < 8; i++) await queue.put(i);
          queue.shutdown();
        });
        const items: number[] = [];
        for await (const item of queue) items.push(item);
        return items;
      }),
    );
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  both("leaving the loop leaves the queue as it is", function* ({ wait }) {
    const queue = new Queue<number>(5);
    for (let i = 0; i < 3; i++) queue.putNowait(i);
    yield* wait(
      call(async () => {
        for await (const item of queue) {
          expect(item).toBe(0);
          break;
        }
      }),
    );
    expect(queue.qsize()).toBe(2);
    expect(queue.getNowait()).toBe(1);
  });
});
