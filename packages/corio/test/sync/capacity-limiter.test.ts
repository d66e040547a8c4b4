import { describe, expect, test } from "vitest";
import {
  CapacityLimiter,
  createTask,
  currentTask,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  sleep,
  taskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("CapacityLimiter", () => {
  test("it takes a whole number of tokens, zero or more, or Infinity", () => {
    for (const total of [-1, 1.5, NaN]) {
      expect(() => new CapacityLimiter(total)).toThrow(RangeError);
      expect(() => void (new CapacityLimiter(1).total = total)).toThrow(RangeError);
    }
    expect(new CapacityLimiter(Infinity).available).toBe(Infinity);
    expect(new CapacityLimiter(0).locked()).toBe(true);
  });

  both(
    "as many at a time as it has tokens, first come, first served",
    function* ({ fn, wait, log }) {
      const limiter = new CapacityLimiter(2);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 6; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(limiter.acquire());
                  log.push(i);
                  expect(limiter.borrowed).toBeLessThanOrEqual(2);
                  yield* wait(sleep(10));
                  limiter.release();
                }),
              );
            }
          }),
        ),
      );
      expect(log).toEqual([0, 1, 2, 3, 4, 5]);
      expect(loopTime()).toBe(30);
      expect(limiter.statistics()).toEqual({ total: 2, borrowed: 0, borrowers: [], waiting: 0 });
    },
    { order: "fifo" },
  );

  both("a borrower holds one token at most, and only it gives it back", function* ({ fn, wait }) {
    const limiter = new CapacityLimiter(5);
    expect(() => limiter.release()).toThrow(InvalidStateError);
    yield* wait(limiter.acquire());
    expect(yield* caught(wait(limiter.acquire()))).toBeInstanceOf(InvalidStateError);
    expect(() => limiter.tryAcquire()).toThrow(InvalidStateError);
    const stranger = createTask(
      fn(function* () {
        expect(() => limiter.release()).toThrow(InvalidStateError);
        yield* wait(limiter.hold(() => expect(limiter.borrowed).toBe(2)));
      }),
    );
    yield* wait(stranger.join());
    expect(limiter.statistics().borrowers).toEqual([currentTask()]);
    limiter.release();
    expect(limiter.borrowed).toBe(0);
  });

  both("the borrower may be any object, of whatever task", function* ({ fn, wait, log }) {
    const limiter = new CapacityLimiter(1);
    const first = { name: "first" };
    const second = { name: "second" };
    expect(limiter.tryAcquire(first)).toBe(true);
    expect(limiter.tryAcquire(second)).toBe(false);
    expect(() => limiter.tryAcquire(first)).toThrow(InvalidStateError);
    const task = createTask(
      fn(function* () {
        yield* wait(limiter.acquire(second));
        log.push("second");
      }),
    );
    yield* wait(sleep(1));
    // It waits already: a second wait in its name could never be told apart.
    expect(yield* caught(wait(limiter.acquire(second)))).toBeInstanceOf(InvalidStateError);
    limiter.release(first);
    expect(limiter.statistics()).toEqual({ total: 1, borrowed: 1, borrowers: [second], waiting: 0 });
    yield* wait(task.join());
    expect(() => limiter.release()).toThrow(InvalidStateError);
    limiter.release(second);
    expect(log).toEqual(["second"]);
    const value = yield* wait(
      limiter.hold(
        fn(function* () {
          expect(limiter.statistics().borrowers).toEqual([first]);
          return 7;
        }),
        first,
      ),
    );
    expect(value).toBe(7);
    expect(limiter.borrowed).toBe(0);
  });

  both(
    "more tokens wake waiters at once, fewer take none away",
    function* ({ fn, wait, log }) {
      const limiter = new CapacityLimiter(1);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 4; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(limiter.acquire());
                  log.push([i, loopTime()]);
                  yield* wait(sleep(10));
                  limiter.release();
                }),
              );
            }
            yield* wait(sleep(5));
            limiter.total = 3;
            expect(limiter.borrowed).toBe(3);
            limiter.total = 1;
            expect(limiter.available).toBe(-2);
            expect(limiter.locked()).toBe(true);
          }),
        ),
      );
      expect(log).toEqual([
        [0, 0],
        [1, 5],
        [2, 5],
        [3, 15],
      ]);
    },
    { order: "fifo" },
  );

  both("no newcomer overtakes who waits", function* ({ fn, wait, log }) {
    const limiter = new CapacityLimiter(1);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          yield* wait(limiter.acquire());
          group.spawn(
            fn(function* () {
              yield* wait(limiter.acquire());
              log.push("waiter");
              limiter.release();
            }),
          );
          yield* wait(sleep(1));
          limiter.release();
          expect(limiter.tryAcquire()).toBe(false);
          yield* wait(limiter.acquire());
          log.push("newcomer");
          limiter.release();
        }),
      ),
    );
    expect(log).toEqual(["waiter", "newcomer"]);
  });

  both(
    "who waited for a token may come again when it has given it back",
    function* ({ fn, wait, log }) {
      const limiter = new CapacityLimiter(1);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 2; i++) {
              group.spawn(
                fn(function* () {
                  for (let round = 0; round < 3; round++) {
                    yield* wait(limiter.acquire());
                    log.push(i);
                    yield* wait(sleep(1));
                    limiter.release();
                  }
                }),
              );
            }
          }),
        ),
      );
      expect(log).toEqual([0, 1, 0, 1, 0, 1]);
    },
    { order: "fifo" },
  );

  both("who is cancelled while it waits is forgotten, and may come again", function* ({ fn, wait }) {
    const limiter = new CapacityLimiter(1);
    const holder = {};
    limiter.tryAcquire(holder);
    for (let i = 0; i < 3; i++) {
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            yield* wait(limiter.acquire());
          }),
        ),
      );
    }
    expect(limiter.statistics()).toEqual({ total: 1, borrowed: 1, borrowers: [holder], waiting: 0 });
    limiter.release(holder);
    yield* wait(limiter.hold(() => expect(limiter.borrowed).toBe(1)));
    expect(limiter.borrowed).toBe(0);
  });

  both(
    "a token handed over is kept by one who is cancelled then, and given on",
    function* (t) {
      const { fn, wait, log } = t;
      const limiter = new CapacityLimiter(1);
      const holder = {};
      limiter.tryAcquire(holder);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const contender = fn(function* (name: string) {
              yield* wait(
                limiter.hold(
                  fn(function* () {
                    log.push(name);
                    yield* wait(sleep(1));
                    log.push(`${name} goes on`);
                  }),
                ),
              );
            });
            const first = group.spawn(contender, "first");
            group.spawn(contender, "second");
            yield* wait(sleep(1));
            limiter.release(holder);
            first.cancel();
          }),
        ),
      );
      expect(log).toEqual(["first", "second", "second goes on"]);
      expect(limiter.borrowed).toBe(0);
    },
    { order: "fifo" },
  );
});
