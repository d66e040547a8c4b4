import { describe, expect } from "vitest";
import {
  checkpoint,
  createTask,
  currentTask,
  InvalidStateError,
  Lock,
  loopTime,
  moveOnAfter,
  sleep,
  sleepForever,
  taskGroup,
  type Task,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("Lock", () => {
  both(
    "one at a time, first come, first served (S1)",
    function* ({ fn, wait, log }) {
      const lock = new Lock();
      let inside = 0;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 5; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(lock.acquire());
                  expect(++inside).toBe(1);
                  yield* wait(sleep(10));
                  log.push(i);
                  inside--;
                  lock.release();
                }),
              );
            }
          }),
        ),
      );
      expect(log).toEqual([0, 1, 2, 3, 4]);
      expect(loopTime()).toBe(50);
      expect(lock.locked()).toBe(false);
    },
    { order: "fifo" },
  );

  both("handed over, it is never free in between: a newcomer queues behind the waiters (S1)", function* (t) {
    const { fn, wait, log } = t;
    const lock = new Lock();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          yield* wait(lock.acquire());
          group.spawn(
            fn(function* () {
              yield* wait(lock.acquire());
              log.push("waiter");
              lock.release();
            }),
          );
          yield* wait(sleep(1));
          lock.release();
          expect(lock.locked()).toBe(true);
          expect(lock.statistics()).toMatchObject({ waiting: 0 });
          yield* wait(lock.acquire());
          log.push("newcomer");
          lock.release();
        }),
      ),
    );
    expect(log).toEqual(["waiter", "newcomer"]);
  });

  both(
    "handed to a waiter that is cancelled before it runs, it is held by it and passed on (S2, S3)",
    function* (t) {
      const { fn, wait, log } = t;
      const lock = new Lock();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            yield* wait(lock.acquire());
            const contender = fn(function* (name: string) {
              yield* wait(lock.acquire());
              try {
                log.push(`${name} has it`);
                yield* wait(checkpoint());
                log.push(`${name} goes on`);
              } finally {
                lock.release();
              }
            });
            const first = group.spawn(contender, "first");
            group.spawn(contender, "second");
            yield* wait(sleep(1));
            lock.release();
            first.cancel();
          }),
        ),
      );
      expect(log).toEqual(["first has it", "second has it", "second goes on"]);
      expect(lock.locked()).toBe(false);
    },
    { order: "fifo" },
  );

  both("a waiter cancelled before the release gets nothing; the next one does (S3)", function* (t) {
    const { fn, wait, log } = t;
    const lock = new Lock();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          yield* wait(lock.acquire());
          const contender = fn(function* (name: string) {
            yield* wait(lock.acquire());
            log.push(name);
            lock.release();
          });
          const first = group.spawn(contender, "first");
          group.spawn(contender, "second");
          yield* wait(sleep(1));
          first.cancel();
          expect(lock.statistics().waiting).toBe(1);
          lock.release();
        }),
      ),
    );
    expect(log).toEqual(["second"]);
    expect(lock.locked()).toBe(false);
  });

  both("a release by another task than the owner is an error (S4: better)", function* ({ fn, wait, log }) {
    const lock = new Lock();
    expect(() => lock.release()).toThrow(InvalidStateError);
    yield* wait(lock.acquire());
    const stranger = createTask(
      { name: "stranger" },
      fn(function* () {
        try {
          lock.release();
        } catch (error) {
          log.push(error);
        }
        yield* wait(sleep(0));
      }),
    );
    yield* wait(stranger.join());
    expect(log[0]).toBeInstanceOf(InvalidStateError);
    expect((log[0] as Error).message).toContain("stranger");
    expect(lock.locked()).toBe(true);
    expect(lock.statistics().owner).toBe(currentTask());
    lock.release();
    expect(() => lock.release()).toThrow(InvalidStateError);
  });

  both("a block within the owning task may release, for it is the same task", function* ({ fn, wait }) {
    const lock = new Lock();
    yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(lock.acquire());
        }),
      ),
    );
    yield* wait(
      taskGroup(
        fn(function* () {
          lock.release();
        }),
      ),
    );
    expect(lock.locked()).toBe(false);
  });

  both("it is not re-entrant, and says so instead of waiting for ever", function* ({ wait }) {
    const lock = new Lock();
    yield* wait(lock.acquire());
    expect(yield* caught(wait(lock.acquire()))).toBeInstanceOf(InvalidStateError);
    lock.release();
    expect(lock.locked()).toBe(false);
  });

  both("cancelled waiters do not pile up (S5)", function* ({ fn, wait }) {
    const lock = new Lock();
    const holder = createTask(
      fn(function* () {
        yield* wait(lock.hold(() => sleepForever()));
      }),
    );
    yield* wait(sleep(1));
    for (let i = 0; i < 50; i++) {
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            yield* wait(lock.acquire());
          }),
        ),
      );
    }
    expect(lock.statistics()).toEqual({ owner: holder, waiting: 0 });
  });

  both("hold gives the body's value, and gives the lock back however the body ends", function* (t) {
    const { fn, wait } = t;
    const lock = new Lock();
    const value = yield* wait(
      lock.hold(
        fn(function* () {
          expect(lock.locked()).toBe(true);
          yield* wait(sleep(1));
          return 7;
        }),
      ),
    );
    expect(value).toBe(7);
    expect(lock.locked()).toBe(false);
    const failure = new Error("body");
    expect(
      yield* caught(
        wait(
          lock.hold(() => {
            throw failure;
          }),
        ),
      ),
    ).toBe(failure);
    expect(lock.locked()).toBe(false);
    yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(
            lock.hold(
              fn(function* () {
                yield* wait(sleepForever());
              }),
            ),
          );
        }),
      ),
    );
    expect(lock.locked()).toBe(false);
  });

  both("a hold that is cancelled while it waits gives back nothing it has not", function* ({ fn, wait }) {
    const lock = new Lock();
    yield* wait(lock.acquire());
    const waiter: Task<unknown> = createTask(
      fn(function* () {
        yield* wait(lock.hold(() => expect.unreachable()));
      }),
    );
    yield* wait(sleep(1));
    waiter.cancel();
    yield* caught(wait(waiter.join()));
    expect(lock.statistics().owner).toBe(currentTask());
    lock.release();
  });
});
