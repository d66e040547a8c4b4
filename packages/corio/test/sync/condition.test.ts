import { describe, expect } from "vitest";
import {
  CancelledError,
  Condition,
  createTask,
  currentTask,
  InvalidStateError,
  Lock,
  loopTime,
  moveOnAfter,
  sleep,
  taskGroup,
  timeout,
  TimeoutError,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("Condition", () => {
  both("wait and notify without the lock are errors (S8)", function* ({ fn, wait }) {
    const condition = new Condition();
    expect(yield* caught(wait(condition.wait()))).toBeInstanceOf(InvalidStateError);
    expect(yield* caught(wait(condition.waitFor(() => true)))).toBeInstanceOf(InvalidStateError);
    expect(() => condition.notify()).toThrow(InvalidStateError);
    expect(() => condition.notifyAll()).toThrow(InvalidStateError);
    yield* wait(condition.acquire());
    const stranger = createTask(
      fn(function* () {
        expect(() => condition.notify()).toThrow(InvalidStateError);
        expect(yield* caught(wait(condition.wait()))).toBeInstanceOf(InvalidStateError);
        expect(() => condition.release()).toThrow(InvalidStateError);
      }),
    );
    yield* wait(stranger.join());
    expect(condition.locked()).toBe(true);
    condition.release();
    expect(condition.locked()).toBe(false);
  });

  both("wait gives the lock away, and has it again when it ends", function* ({ fn, wait, log }) {
    const condition = new Condition();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(condition.acquire());
              log.push("waits");
              yield* wait(condition.wait());
              log.push(`has it: ${condition.lock.statistics().owner === currentTask()}, at ${loopTime()}`);
              condition.release();
            }),
          );
          yield* wait(sleep(1));
          expect(condition.locked()).toBe(false);
          expect(condition.statistics().waiting).toBe(1);
          yield* wait(condition.acquire());
          condition.notify();
          // Notified, it stands for the lock.
          expect(condition.statistics()).toMatchObject({ waiting: 0, lock: { waiting: 1 } });
          yield* wait(sleep(9));
          log.push("releases");
          condition.release();
        }),
      ),
    );
    expect(log).toEqual(["waits", "releases", "has it: true, at 10"]);
    expect(condition.locked()).toBe(false);
  });

  both(
    "notify(n) wakes n waiters, first come, first served, those not yet woken (S11)",
    function* (t) {
      const { fn, wait, log } = t;
      const condition = new Condition();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 6; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(condition.acquire());
                  yield* wait(condition.wait());
                  log.push(i);
                  condition.release();
                }),
              );
            }
            yield* wait(sleep(1));
            const notify = function* (n?: number) {
              yield* wait(condition.acquire());
              condition.notify(n);
              condition.release();
              yield* wait(sleep(1));
            };
            yield* notify();
            expect(log).toEqual([0]);
            yield* wait(condition.acquire());
            condition.notify();
            condition.notify();
            condition.release();
            yield* wait(sleep(1));
            expect(log).toEqual([0, 1, 2]);
            yield* notify(2);
            expect(log).toEqual([0, 1, 2, 3, 4]);
            yield* wait(condition.acquire());
            condition.notifyAll();
            condition.notify(5);
            condition.release();
          }),
        ),
      );
      expect(log).toEqual([0, 1, 2, 3, 4, 5]);
    },
    { order: "fifo" },
  );

  both(
    "a cancelled wait ends only when it has the lock again, then throws (S9)",
    function* ({ fn, wait, log }) {
      const condition = new Condition();
      const waiter = createTask(
        fn(function* () {
          yield* wait(condition.acquire());
          const error = yield* caught(wait(condition.wait()));
          log.push((error as Error).name, loopTime(), condition.lock.statistics().owner === currentTask());
          condition.release();
          throw error;
        }),
      );
      yield* wait(sleep(1));
      yield* wait(condition.acquire());
      waiter.cancel();
      yield* wait(sleep(49));
      expect(log).toEqual([]);
      expect(condition.statistics()).toMatchObject({ waiting: 0, lock: { waiting: 1 } });
      condition.release();
      yield* caught(wait(waiter.join()));
      expect(log).toEqual(["CancelledError", 50, true]);
      expect(waiter.cancelled()).toBe(true);
      expect(condition.locked()).toBe(false);
    },
  );

  both("a wait cancelled while the lock is free has it at once (S9)", function* ({ fn, wait, log }) {
    const condition = new Condition();
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(
            condition.hold(
              fn(function* () {
                try {
                  yield* wait(condition.wait());
                } finally {
                  log.push(condition.lock.statistics().owner === currentTask());
                }
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual([true]);
    expect(condition.statistics()).toEqual({ waiting: 0, lock: { owner: null, waiting: 0 } });
    expect(loopTime()).toBe(10);
  });

  both("cancelled again while it stands for the lock, it still takes it first (S9)", function* (t) {
    const { fn, wait, log } = t;
    const condition = new Condition();
    const waiter = createTask(
      fn(function* () {
        yield* wait(
          moveOnAfter(
            10,
            fn(function* () {
              yield* wait(
                condition.hold(
                  fn(function* () {
                    yield* wait(condition.wait());
                  }),
                ),
              );
            }),
          ),
        );
        log.push(`moves on at ${loopTime()}`);
        yield* wait(sleep(1));
        log.push("never");
      }),
    );
    yield* wait(sleep(5));
    yield* wait(condition.acquire());
    yield* wait(sleep(10));
    waiter.cancel();
    yield* wait(sleep(5));
    condition.release();
    yield* caught(wait(waiter.join()));
    expect(waiter.cancelled()).toBe(true);
    expect(log).toEqual([]);
    expect(condition.locked()).toBe(false);
  });

  for (const when of ["waits", "stands for the lock"] as const) {
    both(`the cancellation gets out as it is, with its reason, when it ${when} (S9)`, function* (t) {
      const { fn, wait, log } = t;
      const condition = new Condition();
      let raised: unknown;
      const task = createTask(
        fn(function* () {
          yield* wait(
            condition.hold(
              fn(function* () {
                raised = yield* caught(wait(condition.waitFor(() => false)));
                log.push((raised as CancelledError).reason);
                throw raised;
              }),
            ),
          );
        }),
      );
      yield* wait(sleep(1));
      if (when === "waits") task.cancel("foo");
      else {
        yield* wait(condition.acquire());
        condition.notify();
        task.cancel("foo");
        condition.release();
      }
      const error = yield* caught(wait(task.join()));
      expect((error as Error).cause).toBe(raised);
      expect(log).toEqual(["foo"]);
      expect(condition.locked()).toBe(false);
    });
  }

  both(
    "a waiter cancelled after it was notified passes the notification on (S10)",
    function* (t) {
      const { fn, wait, log } = t;
      const condition = new Condition();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const waiter = fn(function* (name: string) {
              yield* wait(condition.acquire());
              try {
                yield* wait(condition.wait());
                log.push(`${name} woke`);
              } finally {
                condition.release();
              }
            });
            const first = group.spawn(waiter, "first");
            group.spawn(waiter, "second");
            const third = group.spawn(waiter, "third");
            yield* wait(sleep(1));
            yield* wait(condition.acquire());
            condition.notify();
            first.cancel();
            condition.release();
            yield* wait(sleep(1));
            expect(log).toEqual(["second woke"]);
            expect(condition.statistics().waiting).toBe(1);
            third.cancel();
          }),
        ),
      );
      expect(condition.statistics()).toEqual({ waiting: 0, lock: { owner: null, waiting: 0 } });
    },
    { order: "fifo" },
  );

  both("a waiter that was handed the lock is past cancelling: value wins (S10)", function* (t) {
    const { fn, wait, log } = t;
    const condition = new Condition();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const waiter = group.spawn(
            fn(function* () {
              yield* wait(condition.acquire());
              try {
                yield* wait(condition.wait());
                log.push("woke");
                yield* wait(sleep(1));
                log.push("never");
              } finally {
                condition.release();
              }
            }),
          );
          yield* wait(sleep(1));
          yield* wait(condition.acquire());
          condition.notify();
          condition.release();
          waiter.cancel();
        }),
      ),
    );
    expect(log).toEqual(["woke"]);
    expect(condition.locked()).toBe(false);
  });

  both("waitFor checks after each wake, and gives the predicate's value (S12)", function* (t) {
    const { fn, wait, log } = t;
    const condition = new Condition();
    let items: string[] = [];
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(condition.acquire());
              const found = yield* wait(
                condition.waitFor(() => {
                  log.push(`looks: ${items.length}`);
                  return items[1];
                }),
              );
              log.push(found.toUpperCase());
              condition.release();
            }),
          );
          for (let i = 0; i < 3; i++) {
            yield* wait(sleep(1));
            yield* wait(condition.acquire());
            items = items.concat("abc"[i]!);
            condition.notify();
            condition.release();
          }
        }),
      ),
    );
    expect(log).toEqual(["looks: 0", "looks: 1", "looks: 2", "B"]);
  });

  both("waitFor is a cancel point although the predicate holds", function* ({ fn, wait, log }) {
    const condition = new Condition();
    const value = yield* wait(
      condition.hold(
        fn(function* () {
          return yield* wait(condition.waitFor(() => 5));
        }),
      ),
    );
    expect(value).toBe(5);
    const task = createTask(
      fn(function* () {
        yield* wait(condition.acquire());
        try {
          task.cancel();
          yield* wait(condition.waitFor(() => log.push("looked")));
        } finally {
          condition.release();
        }
      }),
    );
    yield* caught(wait(task.join()));
    expect(task.cancelled()).toBe(true);
    expect(log).toEqual([]);
  });

  both("a predicate that waits itself is refused", function* ({ fn, wait }) {
    const condition = new Condition();
    yield* wait(condition.acquire());
    const waiting: (() => unknown)[] = [async () => false, fn(function* () {})];
    for (const predicate of waiting) {
      expect(yield* caught(wait(condition.waitFor(predicate)))).toBeInstanceOf(TypeError);
    }
    condition.release();
  });

  both("a timeout inside hold leaves the lock as it should be (S13)", function* ({ fn, wait }) {
    const condition = new Condition();
    const error = yield* caught(
      wait(
        condition.hold(
          fn(function* () {
            yield* wait(
              timeout(
                10,
                fn(function* () {
                  yield* wait(condition.wait());
                }),
              ),
            );
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect(condition.locked()).toBe(false);
    yield* wait(condition.acquire());
    condition.notify();
    condition.release();
  });

  both("several conditions may share a lock", function* ({ fn, wait, log }) {
    const lock = new Lock();
    const full = new Condition(lock);
    const empty = new Condition(lock);
    expect(full.lock).toBe(lock);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const waiter = fn(function* (condition: Condition, name: string) {
            yield* wait(lock.acquire());
            yield* wait(condition.wait());
            log.push(name);
            lock.release();
          });
          group.spawn(waiter, full, "full");
          group.spawn(waiter, empty, "empty");
          yield* wait(sleep(1));
          yield* wait(lock.acquire());
          empty.notify();
          lock.release();
          yield* wait(sleep(1));
          expect(log).toEqual(["empty"]);
          yield* wait(lock.acquire());
          full.notify();
          lock.release();
        }),
      ),
    );
    expect(log).toEqual(["empty", "full"]);
  });

  both(
    "the end of the grace does not take a cancelled wait its lock; 30 seconds more do",
    function* ({ fn, wait, log }) {
      const condition = new Condition();
      const waiter = fn(function* (name: string) {
        yield* wait(condition.acquire());
        try {
          yield* wait(condition.wait());
        } catch (error) {
          const own = condition.lock.statistics().owner === currentTask();
          log.push([name, own, loopTime(), error instanceof CancelledError]);
          if (own) condition.release();
          throw error;
        }
      });
      const patient = createTask(waiter, "patient");
      yield* wait(sleep(1));
      yield* wait(condition.acquire());
      patient.cancel();
      yield* wait(sleep(9_999));
      condition.release();
      yield* caught(wait(patient.join()));
      expect(log).toEqual([["patient", true, 10_000, true]]);

      const hopeless = createTask(waiter, "hopeless");
      yield* wait(sleep(1));
      yield* wait(condition.acquire());
      hopeless.cancel();
      yield* caught(wait(hopeless.join()));
      expect(log[1]).toEqual(["hopeless", false, 45_001, true]);
      expect(condition.statistics()).toMatchObject({ waiting: 0, lock: { waiting: 0 } });
      condition.release();
    },
  );
});

describe("a floating wait", () => {
  both("of a block that is over does not take the lock", function* ({ wait, reports }) {
    const condition = new Condition();
    yield* wait(
      moveOnAfter(10, async () => {
        await condition.acquire();
        void Promise.resolve(condition.wait()).catch(() => {});
        await sleep(1);
        expect(condition.statistics().waiting).toBe(1);
      }),
    );
    expect(reports.splice(0).length).toBe(1);
    expect(condition.statistics()).toEqual({ waiting: 0, lock: { owner: null, waiting: 0 } });
  });

  both("of a block that is over passes on the notification that it had", function* (t) {
    const { fn, wait, log, reports } = t;
    const condition = new Condition();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(async () => {
            await moveOnAfter(Infinity, async () => {
              await condition.acquire();
              void Promise.resolve(condition.wait()).catch(() => {});
              await sleep(10);
            });
            log.push("block over");
          });
          group.spawn(
            fn(function* () {
              yield* wait(sleep(1));
              yield* wait(condition.acquire());
              yield* wait(condition.wait());
              log.push("notified");
              condition.release();
            }),
          );
          yield* wait(sleep(5));
          yield* wait(condition.acquire());
          condition.notify();
          yield* wait(sleep(10));
          condition.release();
        }),
      ),
    );
    expect(reports.splice(0).length).toBe(1);
    expect(log).toEqual(["block over", "notified"]);
    expect(condition.statistics()).toEqual({ waiting: 0, lock: { owner: null, waiting: 0 } });
  });
});
