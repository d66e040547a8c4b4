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

    both("a release hands the permit to the first waiter: no newcomer overtakes (S14)", function* (t) {
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
    });

    both("a permit handed to a waiter that is cancelled before it runs is not lost (S15)", function* (t) {
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
    });

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
