import { describe, expect, test } from "vitest";
import {
  BoundedSemaphore,
  checkpoint,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  Semaphore,
  sleep,
  sleepForever,
  taskGroup,
  type Task,
} from "corio";
import { both, caught } from "../support/dialects.ts";

for (const Kind of [Semaphore, BoundedSemaphore]) {
  describe(Kind.name, () => {
    both("as many at a time as it has permits", function* ({ fn, wait }) {
      const semaphore = new Kind(3);
      let inside = 0;
      let most = 0;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 9; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(semaphore.acquire());
                  most = Math.max(most, ++inside);
                  yield* wait(sleep(10));
                  inside--;
                  semaphore.release();
                }),
              );
            }
          }),
        ),
      );
      expect(most).toBe(3);
      expect(loopTime()).toBe(30);
      expect(semaphore.statistics()).toEqual({ free: 3, waiting: 0 });
    });

    both(
      "a release hands the permit to the first waiter: no newcomer overtakes (S14)",
      function* (t) {
        const { fn, wait, log } = t;
        const semaphore = new Kind(1);
        yield* wait(
          taskGroup(
            fn(function* (group) {
              yield* wait(semaphore.acquire());
              for (let i = 0; i < 3; i++) {
                group.spawn(
                  fn(function* () {
                    yield* wait(semaphore.acquire());
                    log.push(i);
                    semaphore.release();
                  }),
                );
              }
              yield* wait(sleep(1));
              expect(semaphore.statistics().waiting).toBe(3);
              semaphore.release();
              expect(semaphore.locked()).toBe(true);
              expect(semaphore.tryAcquire()).toBe(false);
              yield* wait(semaphore.acquire());
              log.push("newcomer");
              semaphore.release();
            }),
          ),
        );
        expect(log).toEqual([0, 1, 2, "newcomer"]);
        expect(semaphore.statistics()).toEqual({ free: 1, waiting: 0 });
      },
      { order: "fifo" },
    );

    both(
      "a permit handed to a waiter that is cancelled before it runs is not lost (S15)",
      function* (t) {
        const { fn, wait, log } = t;
        const semaphore = new Kind(1);
        yield* wait(
          taskGroup(
            fn(function* (group) {
              yield* wait(semaphore.acquire());
              const contender = fn(function* (name: string) {
                yield* wait(semaphore.acquire());
                try {
                  log.push(name);
                  yield* wait(checkpoint());
                  log.push(`${name} goes on`);
                } finally {
                  semaphore.release();
                }
              });
              const first = group.spawn(contender, "first");
              group.spawn(contender, "second");
              yield* wait(sleep(1));
              semaphore.release();
              first.cancel();
            }),
          ),
        );
        expect(log).toEqual(["first", "second", "second goes on"]);
        expect(semaphore.statistics()).toEqual({ free: 1, waiting: 0 });
      },
      { order: "fifo" },
    );

    both("who acquires again stands at the end of the line (S14)", function* ({ fn, wait, log }) {
      const semaphore = new Kind(1);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (const name of ["a", "b", "c"]) {
              group.spawn(
                fn(function* () {
                  for (const round of [1, 2]) {
                    yield* wait(semaphore.acquire());
                    log.push(name + round);
                    yield* wait(sleep(10));
                    semaphore.release();
                  }
                }),
              );
            }
          }),
        ),
      );
      const first = log.slice(0, 3).map((entry) => String(entry)[0]!);
      expect(first.toSorted()).toEqual(["a", "b", "c"]);
      expect(log).toEqual([...first.map((name) => `${name}1`), ...first.map((name) => `${name}2`)]);
    });

    both(
      "those who are cancelled first are passed over: as many are served as there were releases (S15)",
      function* (t) {
        const { fn, wait, log } = t;
        const semaphore = new Kind(2);
        yield* wait(
          taskGroup(
            fn(function* (group) {
              yield* wait(semaphore.acquire());
              yield* wait(semaphore.acquire());
              const tasks: Task<unknown>[] = [];
              for (const n of [1, 2, 3, 4]) {
                tasks.push(
                  group.spawn(
                    fn(function* () {
                      yield* wait(semaphore.acquire());
                      log.push(n);
                    }),
                  ),
                );
                // One after another, so that the line is in this order.
                yield* wait(sleep(1));
              }
              tasks[0]!.cancel();
              tasks[1]!.cancel();
              semaphore.release();
              yield* wait(sleep(1));
              expect(log).toEqual([3]);
              expect(tasks[3]!.done()).toBe(false);
              expect(semaphore.locked()).toBe(true);
              semaphore.release();
            }),
          ),
        );
        expect(log).toEqual([3, 4]);
      },
    );

    both("cancelled waiters leave at once, and cost no permit (S5, S15)", function* ({ fn, wait }) {
      const semaphore = new Kind(1);
      yield* wait(semaphore.acquire());
      for (let i = 0; i < 20; i++) {
        yield* wait(
          moveOnAfter(
            1,
            fn(function* () {
              yield* wait(semaphore.acquire());
            }),
          ),
        );
      }
      expect(semaphore.statistics()).toEqual({ free: 0, waiting: 0 });
      semaphore.release();
      expect(semaphore.tryAcquire()).toBe(true);
      expect(semaphore.tryAcquire()).toBe(false);
      semaphore.release();
    });

    both("hold gives the permit back however the body ends", function* ({ fn, wait }) {
      const semaphore = new Kind(1);
      expect(
        yield* wait(
          semaphore.hold(
            fn(function* () {
              expect(semaphore.locked()).toBe(true);
              yield* wait(sleep(1));
              return "v";
            }),
          ),
        ),
      ).toBe("v");
      const failure = new Error("body");
      expect(
        yield* caught(
          wait(
            semaphore.hold(() => {
              throw failure;
            }),
          ),
        ),
      ).toBe(failure);
      yield* wait(
        moveOnAfter(
          5,
          fn(function* () {
            yield* wait(
              semaphore.hold(
                fn(function* () {
                  yield* wait(sleepForever());
                }),
              ),
            );
          }),
        ),
      );
      expect(semaphore.statistics()).toEqual({ free: 1, waiting: 0 });
    });

    test("permits are zero or more (S17)", () => {
      for (const permits of [-1, NaN, undefined])
        expect(() => new Kind(permits as number)).toThrow(RangeError);
      expect(new Kind(0).locked()).toBe(true);
    });
  });
}

describe("the bound", () => {
  test("a Semaphore may grow above its start (S16)", () => {
    const semaphore = new Semaphore(1);
    semaphore.release();
    expect(semaphore.statistics().free).toBe(2);
  });

  test("a BoundedSemaphore refuses more releases than acquires (S16)", () => {
    const semaphore = new BoundedSemaphore(1);
    expect(() => semaphore.release()).toThrow(InvalidStateError);
    expect(semaphore.tryAcquire()).toBe(true);
    semaphore.release();
    expect(() => semaphore.release()).toThrow(InvalidStateError);
    expect(semaphore.statistics().free).toBe(1);
  });

  both(
    "several releases in a step wake as many, in their order, before what is spawned then (S14)",
    function* (t) {
      const { fn, wait, log } = t;
      const semaphore = new Semaphore(0);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const waiter = fn(function* (n: number) {
              yield* wait(semaphore.acquire());
              log.push(n);
            });
            for (const n of [1, 2, 3]) group.spawn(waiter, n);
            yield* wait(sleep(1));
            for (let i = 0; i < 3; i++) semaphore.release();
            // All three are owed one: none is free for somebody else.
            expect(semaphore.locked()).toBe(true);
            expect(semaphore.tryAcquire()).toBe(false);
            group.spawn(() => log.push("spawned then"));
          }),
        ),
      );
      expect(log).toEqual([1, 2, 3, "spawned then"]);
    },
    { order: "fifo" },
  );

  both("a semaphore of no permits waits for the first release", function* ({ fn, wait, log }) {
    const semaphore = new Semaphore(0);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(semaphore.acquire());
              log.push(loopTime());
            }),
          );
          yield* wait(sleep(7));
          semaphore.release();
        }),
      ),
    );
    expect(log).toEqual([7]);
  });
});
