// What futures and tasks owe when they are done.

import { describe, expect, test } from "vitest";
import {
  checkpoint,
  ContextVar,
  copyContext,
  createTask,
  Event,
  Future,
  FutureCancelledError,
  getRunningLoop,
  InvalidStateError,
  NoRunError,
  run,
  sleep,
  sleepForever,
  type Task,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("a future's done callbacks", () => {
  both("are called through the ready queue, in order, never at once (F5)", function* ({ wait, log }) {
    const future = new Future<number>();
    for (const name of ["a", "b", "c"]) future.addDoneCallback((it) => log.push(name, it === future));
    future.setResult(1);
    expect(log).toEqual([]);
    getRunningLoop().callSoon(() => log.push("ready behind"));
    yield* wait(sleep(1));
    expect(log).toEqual(["a", true, "b", true, "c", true, "ready behind"]);
  });

  both("are called for an error, and for a cancellation", function* ({ wait, log }) {
    const [failed, cancelled] = [new Future<number>(), new Future<number>()];
    const failure = new RangeError("failed");
    failed.addDoneCallback((it) => log.push(it.exception() === failure));
    cancelled.addDoneCallback((it) => log.push(it.cancelled()));
    failed.setException(failure);
    cancelled.cancel();
    yield* wait(sleep(1));
    expect(log).toEqual([true, true]);
  });

  both(
    "added to a done future are called soon (F6)",
    function* ({ wait, log }) {
      const future = new Future<number>();
      future.setResult(1);
      future.addDoneCallback((it) => log.push(it.result()));
      expect(log).toEqual([]);
      yield* wait(checkpoint());
      yield* wait(checkpoint());
      expect(log).toEqual([1]);
    },
    { order: "fifo" },
  );

  both("that throw do not stop the others (F7)", function* ({ wait, log, reports }) {
    const future = new Future<number>();
    const failure = new RangeError("failed");
    future.addDoneCallback(() => {
      throw failure;
    });
    future.addDoneCallback(() => log.push("called"));
    future.setResult(1);
    yield* wait(sleep(1));
    expect(log).toEqual(["called"]);
    expect(reports.map(({ error }) => error)).toEqual([failure]);
    reports.length = 0;
  });

  both(
    "are called as often as they were added; removing takes all of them off (F8)",
    function* ({ wait, log }) {
      const future = new Future<number>();
      const twice = (): void => void log.push("twice");
      const gone = (): void => void log.push("gone");
      for (const callback of [twice, gone, twice, gone]) future.addDoneCallback(callback);
      expect(future.removeDoneCallback(gone)).toBe(2);
      expect(future.removeDoneCallback(gone)).toBe(0);
      expect(new Future().removeDoneCallback(gone)).toBe(0);
      future.setResult(1);
      yield* wait(sleep(1));
      expect(log).toEqual(["twice", "twice"]);
      expect(future.removeDoneCallback(twice)).toBe(0);
    },
  );

  both("may change the list while they are called (F9)", function* ({ wait, log }) {
    const future = new Future<number>();
    const second = (): void => void log.push("second");
    future.addDoneCallback(() => {
      log.push(`removed ${future.removeDoneCallback(second)}`);
      future.addDoneCallback(() => log.push("added"));
    });
    future.addDoneCallback(second);
    future.addDoneCallback(() => log.push("third"));
    future.setResult(1);
    yield* wait(sleep(1));
    // They were all due by then, as with asyncio.
    expect(log).toEqual(["removed 0", "second", "third", "added"]);
  });

  both(
    "run in the context copied when they were added, or in the one given (L17)",
    function* ({ wait, log }) {
      const name = new ContextVar("name", { default: "nobody" });
      const future = new Future<number>();
      name.set("adder");
      const context = copyContext();
      future.addDoneCallback(() => log.push(name.get()));
      future.addDoneCallback(() => name.set("changed"), { context });
      name.set("setter");
      future.setResult(1);
      yield* wait(sleep(1));
      expect([log, context.get(name)]).toEqual([["adder"], "changed"]);
    },
  );

  test("belong to the run in which they were added: they go with it", async () => {
    const future = new Future<number>();
    const log: string[] = [];
    await run(async () => future.addDoneCallback(() => log.push("of the first run")));
    await run(async () => {
      future.addDoneCallback(() => log.push("of the second run"));
      future.setResult(1);
      await sleep(0);
    });
    expect(log).toEqual(["of the second run"]);
    expect(() => future.addDoneCallback(() => {})).toThrow(NoRunError);
  });

  both("are plain functions", function* ({ wait }) {
    const future = new Future<number>();
    expect(() => future.addDoneCallback(async () => {})).toThrow(TypeError);
    expect(() => future.addDoneCallback(function* () {})).toThrow(TypeError);
    yield* wait(checkpoint());
  });
});

describe("a future that is cancelled", () => {
  test("is so at once, and only while it is pending (F3)", () => {
    const future = new Future<number>();
    expect(future.cancelled()).toBe(false);
    expect(future.cancel()).toBe(true);
    expect([future.done(), future.cancelled()]).toEqual([true, true]);
    expect(future.cancel()).toBe(false);
    const done = new Future<number>();
    done.setResult(1);
    expect(done.cancel()).toBe(false);
    expect([done.cancelled(), done.result()]).toEqual([false, 1]);
  });

  test("takes no result any more (F1)", () => {
    const future = new Future<number>();
    future.cancel();
    expect(() => future.setResult(1)).toThrow(InvalidStateError);
    expect(() => future.setException(new Error("late"))).toThrow(InvalidStateError);
  });

  test("throws an error with the reason when it is asked (F4)", () => {
    const reason = new RangeError("no use");
    const future = new Future<number>();
    future.cancel(reason);
    for (const ask of [() => future.result(), () => future.exception()]) {
      expect(ask).toThrow(new FutureCancelledError("The future was cancelled: no use", { cause: reason }));
    }
    const named = new Future<number>();
    named.cancel("enough");
    expect(() => named.result()).toThrow("The future was cancelled: enough");
  });

  both(
    "is an ordinary failure of who waits: that one is not cancelled (F12: better)",
    function* ({ fn, wait }) {
      const future = new Future<number>();
      const waiter = createTask(
        fn(function* () {
          const error = yield* caught(wait(future.wait()));
          // Nothing is pending: the waiter goes on.
          yield* wait(sleep(1));
          return error;
        }),
      );
      yield* wait(sleep(1));
      future.cancel();
      expect(yield* wait(waiter.join())).toBeInstanceOf(FutureCancelledError);
      expect(yield* caught(wait(future.wait()))).toBeInstanceOf(FutureCancelledError);
    },
  );

  both("was cancelled by its maker, never by a waiter that is (F12: better)", function* ({ fn, wait }) {
    const future = new Future<number>();
    const waiter = createTask(
      fn(function* () {
        yield* wait(future.wait());
      }),
    );
    yield* wait(sleep(1));
    waiter.cancel();
    yield* caught(wait(waiter.join()));
    expect(future.done()).toBe(false);
  });
});

describe("a task's done callbacks", () => {
  both("are called with it, in order, through the ready queue (F5)", function* ({ fn, wait, log }) {
    const task: Task<number> = createTask(
      fn(function* () {
        yield* wait(sleep(1));
        log.push("ended");
        return 7;
      }),
    );
    task.addDoneCallback((it) => log.push(it === task, it.result()));
    const second = (): void => void log.push("second");
    task.addDoneCallback(second);
    task.addDoneCallback(second);
    const gone = (): void => void log.push("gone");
    task.addDoneCallback(gone);
    expect(task.removeDoneCallback(gone)).toBe(1);
    yield* wait(sleep(2));
    expect(log).toEqual(["ended", true, 7, "second", "second"]);
    expect(task.removeDoneCallback(second)).toBe(0);
    // F6
    task.addDoneCallback(() => log.push("late"));
    yield* wait(sleep(1));
    expect(log.at(-1)).toBe("late");
  });

  both(
    "are called for a failure, which is still reported, and for a cancellation",
    function* (t) {
      const { fn, wait, log, reports } = t;
      const reported = new Event();
      getRunningLoop().setExceptionHandler((_loop, report) => {
        reports.push(report);
        reported.set();
      });
      const failure = new RangeError("failed");
      const failing = createTask(() => {
        throw failure;
      });
      const cancelled = createTask(
        fn(function* () {
          yield* wait(sleepForever());
        }),
      );
      failing.addDoneCallback((task) => log.push(["failing", task.done()]));
      cancelled.addDoneCallback((task) => log.push(["cancelled", task.cancelled()]));
      cancelled.cancel();
      yield* wait(reported.wait());
      expect(log).toEqual([
        ["failing", true],
        ["cancelled", true],
      ]);
      expect(reports.map(({ error }) => error)).toEqual([failure]);
      reports.length = 0;
    },
    { order: "fifo" },
  );

  test("of the last tasks are called before the run ends", async () => {
    const log: string[] = [];
    await run(async () => {
      const task = createTask(sleepForever);
      task.addDoneCallback(() => log.push(`cancelled ${task.cancelled()}`));
    });
    expect(log).toEqual(["cancelled true"]);
  });
});

describe("a task's name", () => {
  both(
    "is what it was given, or made of its function's and a number; it may be changed (K12)",
    function* ({ wait }) {
      const given = createTask({ name: "given" }, () => {});
      expect([given.name, given.getName()]).toEqual(["given", "given"]);
      const [one, two] = [createTask(function work() {}), createTask(() => {})];
      expect(one.getName()).toMatch(/^work-\d+$/);
      expect(two.name).toMatch(/^task-\d+$/);
      expect(Number(two.name.split("-")[1])).toBe(Number(one.name.split("-")[1]) + 1);
      two.setName("renamed");
      expect([two.name, two.getName()]).toEqual(["renamed", "renamed"]);
      two.setName(42);
      expect(two.getName()).toBe("42");
      yield* wait(checkpoint());
    },
  );
});
