import { describe, expect, test } from "vitest";
import { Barrier, BrokenBarrierError, createTask, moveOnAfter, sleep, taskGroup } from "corio";
import { both, caught } from "../support/dialects.ts";

/** What was logged, sorted by its words: the last one to come runs on before those it releases. */
function sorted(log: readonly unknown[]): unknown[] {
  return log.toSorted((a, b) => String(a).localeCompare(String(b)));
}

describe("Barrier", () => {
  test("it takes one party or more (S25)", () => {
    for (const parties of [0, -1, 1.5, NaN, Infinity]) expect(() => new Barrier(parties)).toThrow(RangeError);
    expect(new Barrier(3).statistics()).toEqual({ parties: 3, waiting: 0, broken: false });
  });

  both("the last to come releases all, each with another number (S19)", function* ({ fn, wait, log }) {
    const barrier = new Barrier(4);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 4; i++) {
            group.spawn(
              fn(function* () {
                yield* wait(sleep(10 * i));
                log.push([i, yield* wait(barrier.wait())]);
              }),
            );
          }
          yield* wait(sleep(25));
          expect(barrier.nWaiting).toBe(3);
          expect(log).toEqual([]);
        }),
      ),
    );
    expect(sorted(log)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(barrier.nWaiting).toBe(0);
  });

  both("it serves any number of rounds", function* ({ fn, wait, log }) {
    const barrier = new Barrier(3);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 3; i++) {
            group.spawn(
              fn(function* () {
                for (let round = 0; round < 5; round++) {
                  yield* wait(sleep(i));
                  if ((yield* wait(barrier.wait())) === 0) log.push(round);
                }
              }),
            );
          }
        }),
      ),
    );
    expect(log).toEqual([0, 1, 2, 3, 4]);
  });

  both("a barrier of one lets everyone pass", function* ({ wait }) {
    const barrier = new Barrier(1);
    expect(yield* wait(barrier.wait())).toBe(0);
    expect(yield* wait(barrier.wait())).toBe(0);
  });

  both(
    "who comes when a round was released belongs to the next one (S20, S25)",
    function* ({ fn, wait, log }) {
      const barrier = new Barrier(2);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const party = fn(function* (name: string) {
              log.push([name, yield* wait(barrier.wait())]);
            });
            group.spawn(party, "a");
            yield* wait(sleep(1));
            log.push(["b", yield* wait(barrier.wait())]);
            // "a" was released, whether or not it has run.
            expect(barrier.nWaiting).toBe(0);
            group.spawn(party, "c");
            yield* wait(sleep(1));
            expect(barrier.nWaiting).toBe(1);
            group.spawn(party, "d");
          }),
        ),
      );
      expect(sorted(log)).toEqual([
        ["a", 0],
        ["b", 1],
        ["c", 0],
        ["d", 1],
      ]);
    },
  );

  both("who is cancelled leaves: the barrier is not broken, and numbers stay distinct (S21)", function* (t) {
    const { fn, wait, log } = t;
    const barrier = new Barrier(3);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const party = fn(function* () {
            log.push(yield* wait(barrier.wait()));
          });
          const first = group.spawn(party);
          group.spawn(party);
          yield* wait(sleep(1));
          first.cancel();
          expect(barrier.nWaiting).toBe(1);
          group.spawn(party);
          yield* wait(sleep(1));
          expect(barrier.broken).toBe(false);
          expect(log).toEqual([]);
          group.spawn(party);
        }),
      ),
    );
    expect(sorted(log)).toEqual([0, 1, 2]);
  });

  both("cancelled waiters do not pile up (S21)", function* ({ fn, wait }) {
    const barrier = new Barrier(2);
    for (let i = 0; i < 5; i++) {
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            yield* wait(barrier.wait());
          }),
        ),
      );
    }
    expect(barrier.nWaiting).toBe(0);
  });

  both("reset breaks the waits of now, and the barrier is as new (S22)", function* ({ fn, wait, log }) {
    const barrier = new Barrier(2);
    const party = fn(function* () {
      log.push(yield* caught(wait(barrier.wait())));
    });
    const waiter = createTask(party);
    yield* wait(sleep(1));
    barrier.reset();
    yield* wait(waiter.join());
    expect(log[0]).toBeInstanceOf(BrokenBarrierError);
    expect(barrier.broken).toBe(false);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 2; i++) {
            group.spawn(
              fn(function* () {
                log.push(yield* wait(barrier.wait()));
              }),
            );
          }
        }),
      ),
    );
    expect(sorted(log.slice(1))).toEqual([0, 1]);
  });

  both("reset and abort do not reach those who were released (S23: better)", function* ({ fn, wait, log }) {
    for (const end of ["reset", "abort"] as const) {
      const barrier = new Barrier(2);
      const waiter = createTask(
        fn(function* () {
          log.push([end, yield* wait(barrier.wait())]);
        }),
      );
      yield* wait(sleep(1));
      yield* wait(barrier.wait());
      barrier[end]();
      yield* wait(waiter.join());
    }
    expect(log).toEqual([
      ["reset", 0],
      ["abort", 0],
    ]);
  });

  both("abort breaks the waits of now and of later, until reset (S24)", function* ({ fn, wait, log }) {
    const barrier = new Barrier(2);
    const waiter = createTask(
      fn(function* () {
        log.push(yield* caught(wait(barrier.wait())));
      }),
    );
    yield* wait(sleep(1));
    barrier.abort();
    yield* wait(waiter.join());
    expect(log[0]).toBeInstanceOf(BrokenBarrierError);
    expect(barrier.broken).toBe(true);
    expect(yield* caught(wait(barrier.wait()))).toBeInstanceOf(BrokenBarrierError);
    barrier.reset();
    expect(barrier.broken).toBe(false);
    const next = createTask(
      fn(function* () {
        return yield* wait(barrier.wait());
      }),
    );
    yield* wait(sleep(1));
    expect(yield* wait(barrier.wait())).toBe(1);
    expect(yield* wait(next.join())).toBe(0);
  });

  both(
    "a reset by one that was released breaks those who wait for the next round, and them only (S23: better)",
    function* (t) {
      const { fn, wait, log } = t;
      const barrier = new Barrier(4);
      let left = 0;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 4; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(barrier.wait());
                  log.push("released");
                  if (++left === 4) {
                    // The others wait again by now.
                    yield* wait(sleep(1));
                    barrier.reset();
                    return;
                  }
                  log.push((yield* caught(wait(barrier.wait()))) instanceof BrokenBarrierError);
                }),
              );
            }
          }),
        ),
      );
      // All four were released: nothing breaks a round that is full.
      expect(log.filter((entry) => entry === "released")).toHaveLength(4);
      expect(log.filter((entry) => entry === true)).toHaveLength(3);
      expect(barrier.nWaiting).toBe(0);
      expect(barrier.broken).toBe(false);
    },
  );

  both(
    "those whose wait was broken by a reset may wait again, and meet (S22)",
    function* ({ fn, wait, log }) {
      const barrier = new Barrier(3);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 2; i++) {
              group.spawn(
                fn(function* () {
                  try {
                    yield* wait(barrier.wait());
                  } catch (error) {
                    log.push(error instanceof BrokenBarrierError);
                  } finally {
                    yield* wait(barrier.wait());
                    log.push("met");
                  }
                }),
              );
            }
            yield* wait(sleep(1));
            barrier.reset();
            yield* wait(sleep(1));
            yield* wait(barrier.wait());
            log.push("met");
          }),
        ),
      );
      expect(sorted(log)).toEqual(["met", "met", "met", true, true]);
      expect(barrier.nWaiting).toBe(0);
      expect(barrier.broken).toBe(false);
    },
  );

  for (const then of ["stays broken", "is reset, and serves again"] as const) {
    both(`one that fails aborts it for the others; it ${then} (S24)`, function* ({ fn, wait, log }) {
      const [first, meeting] = [new Barrier(4), new Barrier(4)];
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 4; i++) {
              group.spawn(
                fn(function* () {
                  const index = yield* wait(first.wait());
                  if (index === 2) first.abort();
                  else log.push((yield* caught(wait(first.wait()))) instanceof BrokenBarrierError);
                  if (then === "stays broken") return;
                  // All must have left it before the reset, and none may be back before.
                  if ((yield* wait(meeting.wait())) === 2) first.reset();
                  yield* wait(meeting.wait());
                  yield* wait(first.wait());
                  log.push("again");
                }),
              );
            }
          }),
        ),
      );
      expect(log.filter((entry) => entry === true)).toHaveLength(3);
      expect(first.broken).toBe(then === "stays broken");
      expect(log.filter((entry) => entry === "again")).toHaveLength(then === "stays broken" ? 0 : 4);
      expect(first.nWaiting).toBe(0);
    });
  }

  test("reset and abort of one that nobody waits at (S22, S24)", () => {
    const barrier = new Barrier(1);
    barrier.reset();
    expect([barrier.nWaiting, barrier.broken]).toEqual([0, false]);
    barrier.abort();
    expect([barrier.nWaiting, barrier.broken]).toEqual([0, true]);
  });
});
