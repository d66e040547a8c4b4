// The end of the grace finds a scope that is closing: releases that do not end are cut short, and the others still called.

import { describe, expect } from "vitest";
import {
  call,
  CleanupError,
  createTask,
  cancelScope,
  currentScope,
  loopTime,
  moveOnAfter,
  type Scope,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
} from "corio";
import { both, caught, type TestContext } from "../support/dialects.ts";

type Steps<T> = Generator<unknown, T, unknown>;

/** Four releases: the first fails, the next two never end. */
function deferFour({ fn, wait, log }: TestContext, scope: Pick<Scope, "defer">): void {
  const stubborn = (name: string): (() => unknown) =>
    fn(function* (): Steps<void> {
      log.push(name);
      for (;;) {
        try {
          yield* wait(sleep(1));
        } catch {}
      }
    });
  scope.defer(() => log.push("fourth"));
  scope.defer(stubborn("third"));
  scope.defer(stubborn("second"));
  scope.defer(() => {
    log.push("first");
    throw new Error("of the first");
  });
}

const ALL = ["first", "second", "third", "fourth"];

describe("releases that ignore the end of the grace", () => {
  both(
    "in a block inside the cancelled one: all are called, and the block ends",
    function* (t) {
      const { fn, wait, log, reports } = t;
      const inner = fn(function* (scope: Scope) {
        deferFour(t, scope);
      });
      const outer = fn(function* () {
        yield* wait(cancelScope(inner));
      });
      const error = yield* caught(wait(timeout(10, outer)));
      expect(error).toBeInstanceOf(Error);
      expect(log).toEqual(ALL);
      expect(loopTime()).toBeLessThan(120);
      // Async functions that ignore everything are told of.
      reports.length = 0;
    },
    { grace: 100 },
  );

  both(
    "in the cancelled block itself: all are called, and the failure is not dropped",
    function* (t) {
      const { fn, wait, log, reports } = t;
      const body = fn(function* (scope: Scope) {
        deferFour(t, scope);
      });
      const error = yield* caught(wait(timeout(10, body)));
      expect((error as Error).message).toBe("of the first");
      expect(log).toEqual(ALL);
      expect(loopTime()).toBeLessThan(120);
      reports.length = 0;
    },
    { grace: 100 },
  );

  both(
    "in a cancelled task: all are called, and the failure is not dropped",
    function* (t) {
      const { fn, wait, log, reports } = t;
      const body = fn(function* () {
        deferFour(t, currentScope());
        yield* wait(sleep(1));
      });
      const task = createTask(body);
      yield* wait(sleep(5));
      task.cancel();
      expect(((yield* caught(wait(task.join()))) as Error).message).toBe("of the first");
      expect(log).toEqual(ALL);
      expect(loopTime()).toBeLessThan(120);
      reports.length = 0;
    },
    { grace: 100 },
  );

  both(
    "of a group, with a task of their own: that ends too",
    function* ({ fn, wait, log, reports }) {
      const stubborn = fn(function* () {
        try {
          for (;;) {
            try {
              yield* wait(sleep(1));
            } catch {}
          }
        } finally {
          log.push("task over");
        }
      });
      const release = fn(function* () {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(stubborn);
            }),
          ),
        );
      });
      const outer = fn(function* () {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              group.defer(release);
              group.defer(() => log.push("other"));
            }),
          ),
        );
      });
      yield* wait(moveOnAfter(10, outer));
      expect(log[0]).toBe("other");
      expect(loopTime()).toBeLessThan(130);
      reports.length = 0;
    },
    { grace: 100 },
  );
});

describe("an async function that begins when the grace is over", () => {
  both(
    "and waits for something foreign is given up: nothing hangs",
    function* ({ fn, wait, log, reports }) {
      const body = fn(function* () {
        yield* wait(
          cancelScope(
            fn(function* (scope: Scope) {
              scope.defer(async () => {
                log.push("release");
                await new Promise(() => {});
              });
              try {
                yield* wait(sleepForever());
              } finally {
                yield* caught(wait(sleepForever()));
                try {
                  yield* wait(call(() => new Promise(() => {})));
                } finally {
                  log.push("given up");
                }
              }
            }),
          ),
        );
      });
      expect(yield* wait(moveOnAfter(10, body))).toEqual({ cancelled: true, value: undefined });
      expect(log).toEqual(["given up", "release"]);
      expect(loopTime()).toBeLessThan(130);
      expect(reports.map(({ code }) => code)).toEqual(["ABANDONED", "ABANDONED"]);
      reports.length = 0;
    },
    { grace: 100 },
  );
});

describe("releases", () => {
  both("may be taken off by one that is called before", function* ({ fn, wait, log }) {
    const body = fn(function* (scope: Scope) {
      const takeOff = scope.defer(() => log.push("never"));
      scope.defer(() => {
        takeOff();
        log.push("by hand");
      });
    });
    yield* wait(cancelScope(body));
    expect(log).toEqual(["by hand"]);
  });

  both("that fail beside an outer cancellation: the task is told of that again", function* (t) {
    const { fn, wait, log } = t;
    const inner = fn(function* (scope: Scope) {
      scope.defer(() => {
        throw new Error("release");
      });
      yield* wait(sleepForever());
    });
    const body = fn(function* () {
      const error = yield* caught(wait(cancelScope(inner)));
      log.push((error as Error).constructor);
      yield* wait(sleep(50));
      log.push("never");
    });
    expect(yield* wait(moveOnAfter(10, body))).toEqual({ cancelled: true, value: undefined });
    expect(log).toEqual([CleanupError]);
    expect(loopTime()).toBe(10);
  });
});

describe("the signal of a scope in clean-up", () => {
  both(
    "aborts when the grace is over, so that foreign work stops",
    function* ({ fn, wait, log }) {
      const cleanUp = async (scope: Scope): Promise<void> => {
        await new Promise((_, reject) => {
          scope.signal.addEventListener("abort", () => {
            log.push("stopped");
            reject(scope.signal.reason as Error);
          });
        });
      };
      const body = fn(function* () {
        try {
          yield* wait(sleepForever());
        } finally {
          yield* wait(cancelScope(cleanUp));
        }
      });
      expect(yield* wait(moveOnAfter(10, body))).toEqual({ cancelled: true, value: undefined });
      expect(log).toEqual(["stopped"]);
      // And nothing was abandoned: see the reports that each of these tests must not have.
      expect(loopTime()).toBe(110);
    },
    { grace: 100 },
  );
});
