import { describe, expect, test } from "vitest";
import {
  checkpoint,
  createTask,
  Future,
  InvalidStateError,
  isFuture,
  loopTime,
  moveOnAfter,
  run,
  sleep,
  taskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { loopHere, soon } from "../support/kernel.ts";

describe("Future", () => {
  test("is told by its class; a task is none (test_futures BaseFutureTests.test_isfuture)", async () => {
    expect(isFuture(new Future())).toBe(true);
    const task = await run(() => createTask(() => 1));
    for (const other of [Future, task, 1, null, undefined, Promise.resolve(), { wait() {}, done() {} }]) {
      expect(isFuture(other)).toBe(false);
    }
  });

  test("a result is set once (F1)", () => {
    const future = new Future<number>();
    future.setResult(1);
    expect(() => future.setResult(2)).toThrow(InvalidStateError);
    expect(() => future.setException(new Error("late"))).toThrow(InvalidStateError);
    expect(future.result()).toBe(1);
    const failed = new Future<number>();
    const failure = new Error("first");
    failed.setException(failure);
    expect(() => failed.setResult(2)).toThrow(InvalidStateError);
    expect(() => failed.setException(new Error("second"))).toThrow(InvalidStateError);
    expect(failed.exception()).toBe(failure);
  });

  test("result and exception before there is one are errors (F2)", () => {
    const future = new Future<number>();
    expect(future.done()).toBe(false);
    expect(() => future.result()).toThrow(InvalidStateError);
    expect(() => future.exception()).toThrow(InvalidStateError);
  });

  test("exception is null where there is a result; result throws the error where there is one", () => {
    const good = new Future<undefined>();
    good.setResult(undefined);
    expect(good.done()).toBe(true);
    expect(good.exception()).toBe(null);
    expect(good.result()).toBe(undefined);
    const failure = new Error("set");
    const bad = new Future<undefined>();
    bad.setException(failure);
    expect(bad.exception()).toBe(failure);
    expect(() => bad.result()).toThrow(failure);
  });

  test("a falsy error is an error", () => {
    for (const nothing of [null, undefined, 0, ""]) {
      const future = new Future<number>();
      future.setException(nothing);
      expect(future.done()).toBe(true);
      let threw = false;
      try {
        future.result();
      } catch (error) {
        threw = true;
        expect(error).toBe(nothing);
      }
      expect(threw, String(nothing)).toBe(true);
    }
  });

  both(
    "all waiters are woken in order, none synchronously (F5)",
    function* ({ fn, wait, log }) {
      const future = new Future<string>();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 3; i++) {
              group.spawn(
                fn(function* () {
                  log.push([i, yield* wait(future.wait())]);
                }),
              );
            }
            yield* wait(sleep(1));
            future.setResult("r");
            expect(log).toEqual([]);
          }),
        ),
      );
      expect(log).toEqual([
        [0, "r"],
        [1, "r"],
        [2, "r"],
      ]);
    },
    { order: "fifo" },
  );

  both("waiting for a done future gives its result again and again (F6, F10)", function* ({ wait }) {
    const future = new Future<number>();
    future.setResult(7);
    expect(yield* wait(future.wait())).toBe(7);
    expect(yield* wait(future.wait())).toBe(7);
    expect(loopTime()).toBe(0);
    const failed = new Future<number>();
    const failure = new Error("kept");
    failed.setException(failure);
    expect(yield* caught(wait(failed.wait()))).toBe(failure);
    expect(yield* caught(wait(failed.wait()))).toBe(failure);
  });

  both("waiting for a done future does not let others run in coroutines (F10)", function* (t) {
    const { fn, wait, log, name } = t;
    const future = new Future<number>();
    future.setResult(7);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              log.push("other");
            }),
          );
          yield* wait(future.wait());
          log.push("waited");
          yield* wait(checkpoint());
        }),
      ),
    );
    // An async function gives up the turn at every await of the language.
    expect(log).toEqual(
      name === "coroutine" ? ["waited", "other"] : expect.arrayContaining(["waited", "other"]),
    );
  });

  both(
    "its waiter goes on one turn after the result, who joins the waiter two (F11)",
    function* (t) {
      const { fn, wait, log, name } = t;
      const future = new Future<string>();
      const waiter = createTask(
        fn(function* () {
          log.push(yield* wait(future.wait()));
        }),
      );
      const joiner = createTask(
        fn(function* () {
          yield* wait(waiter.join());
          log.push("joined");
        }),
      );
      yield* wait(sleep(1));
      const loop = loopHere();
      future.setResult("result");
      // A turn each, behind what was ready.
      const turn = (n: number): void => {
        log.push(n);
        if (n < 3) soon(() => turn(n + 1), loop);
      };
      soon(() => turn(1), loop);
      yield* wait(joiner.join());
      yield* wait(sleep(1));
      // The end of an async function costs more: its promise must be seen to settle.
      if (name === "coroutine") expect(log).toEqual(["result", 1, "joined", 2, 3]);
      else {
        expect(log.slice(0, 2)).toEqual(["result", 1]);
        expect(log).toContain("joined");
      }
    },
    { order: "fifo" },
  );

  both("cancelling one waiter touches neither the future nor the others (C2, F12: better)", function* (t) {
    const { fn, wait, log } = t;
    const future = new Future<string>();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 3; i++) {
            group.spawn(
              fn(function* () {
                log.push([i, yield* wait(future.wait())]);
              }),
            );
          }
          const result = yield* wait(
            moveOnAfter(
              5,
              fn(function* () {
                return yield* wait(future.wait());
              }),
            ),
          );
          expect(result.cancelled).toBe(true);
          expect(future.waiters.size).toBe(3);
          expect(future.done()).toBe(false);
          future.setResult("late");
        }),
      ),
    );
    expect(log).toHaveLength(3);
    expect(future.waiters.size).toBe(0);
  });
});
