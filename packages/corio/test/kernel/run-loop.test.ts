// The event loop as programs see it: callbacks, timers, the exception handler, its life.

import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as hostTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import {
  call,
  checkpoint,
  ContextVar,
  createTask,
  currentScope,
  currentTask,
  Event,
  type EventLoop,
  Future,
  getRunningLoop,
  type Handle,
  InvalidStateError,
  loopTime,
  NoRunError,
  type Report,
  run,
  sleep,
  sleepForever,
  taskGroup,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { start, stopAll } from "../support/child-process.ts";
import { both, dialects } from "../support/dialects.ts";
import { loopHere, rootHere } from "../support/kernel.ts";

describe("callSoon", () => {
  both(
    "calls in the order of registration, each once (L1)",
    function* ({ wait, log }) {
      const loop = getRunningLoop();
      for (const name of ["a", "b", "c"]) {
        loop.callSoon((first: string, second: number) => log.push(first + second), name, log.length);
      }
      expect(log).toEqual([]);
      yield* wait(checkpoint());
      expect(log).toEqual(["a0", "b0", "c0"]);
      yield* wait(sleep(5));
      expect(log).toHaveLength(3);
    },
    { order: "fifo" },
  );

  both("calls what a callback adds behind all that was ready (L2)", function* ({ wait, log }) {
    const loop = getRunningLoop();
    loop.callSoon(() => {
      log.push("first");
      loop.callSoon(() => log.push("added"));
    });
    loop.callSoon(() => log.push("second"));
    yield* wait(sleep(1));
    expect(log).toEqual(["first", "second", "added"]);
  });

  both(
    "stands in one line with tasks (L1)",
    function* ({ fn, wait, log }) {
      const loop = getRunningLoop();
      const step = fn(function* (name: string) {
        log.push(name);
      });
      createTask(step, "task 1");
      loop.callSoon(() => log.push("callback 1"));
      createTask(step, "task 2");
      loop.callSoon(() => log.push("callback 2"));
      yield* wait(sleep(1));
      expect(log).toEqual(["task 1", "callback 1", "task 2", "callback 2"]);
    },
    { order: "fifo" },
  );

  both("comes before timers that are due by then, and I/O in between (L3)", function* ({ wait, log }) {
    const loop = getRunningLoop();
    loop.callLater(0, () => log.push("timer"));
    loop.callSoon(() => log.push("ready"));
    yield* wait(sleep(1));
    expect(log).toEqual(["ready", "timer"]);
  });

  test("waits for no timer of the host, however far the next one is (L4)", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      const far = loop.callLater(1e9, () => {});
      const called = new Event();
      loop.callSoon(() => called.set());
      await called.wait();
      far.cancel();
    });
  });

  both("does not call what an earlier callback has cancelled (L5)", function* ({ wait, log }) {
    const loop = getRunningLoop();
    const handles: Handle[] = [];
    loop.callSoon(() => {
      log.push("first");
      for (const handle of handles) handle.cancel();
    });
    handles.push(loop.callSoon(() => log.push("never")));
    handles.push(loop.callLater(1, () => log.push("never")));
    yield* wait(sleep(5));
    expect(log).toEqual(["first"]);
    expect(handles.map((handle) => handle.cancelled())).toEqual([true, true]);
    expect(loopHere().timers.size).toBe(0);
  });

  both("takes a handle back any number of times, until it is called (L6)", function* ({ wait, log }) {
    const loop = getRunningLoop();
    const handle = loop.callLater(1, () => log.push("never"));
    expect(handle.cancelled()).toBe(false);
    handle.cancel();
    handle.cancel();
    expect(handle.cancelled()).toBe(true);
    const called = loop.callSoon(() => log.push("called"));
    yield* wait(sleep(2));
    called.cancel();
    expect(called.cancelled()).toBe(false);
    expect(log).toEqual(["called"]);
  });

  test("lets go of a cancelled callback and its arguments at once (L6)", async () => {
    setFlagsFromString("--expose_gc");
    const collect = runInNewContext("gc") as () => void;
    await run(async () => {
      const loop = getRunningLoop();
      const schedule = (): [Handle, WeakRef<object>, WeakRef<object>] => {
        const argument = {};
        const callback = (_it: object): void => void argument;
        return [loop.callLater(1e6, callback, argument), new WeakRef(callback), new WeakRef(argument)];
      };
      const [handle, callback, argument] = schedule();
      await hostTurn();
      collect();
      expect([callback.deref(), argument.deref()]).not.toContain(undefined);
      handle.cancel();
      await hostTurn();
      collect();
      expect([callback.deref(), argument.deref()]).toEqual([undefined, undefined]);
    });
  });

  both(
    "hands what a callback throws to the exception handler, and goes on (L7)",
    function* ({ wait, log, reports }) {
      const loop = getRunningLoop();
      const error = new RangeError("broken");
      const handle = loop.callSoon(function broken() {
        throw error;
      });
      loop.callSoon(() => log.push("went on"));
      yield* wait(sleep(1));
      expect(log).toEqual(["went on"]);
      expect(reports).toEqual([
        { message: "exception in callback broken", error, handle, code: "CALLBACK_FAILED" },
      ]);
      reports.length = 0;
    },
  );

  both("takes plain functions only, and says so (X6)", function* ({ wait }) {
    const loop = getRunningLoop();
    expect(() => loop.callSoon(async function work() {})).toThrow(
      "Cannot call soon: work is an async function; createTask runs it",
    );
    expect(() => loop.callSoon(function* () {})).toThrow(TypeError);
    expect(() => loop.callLater(1, "text" as never)).toThrow(TypeError);
    expect(() => loop.callSoon(null as never)).toThrow(TypeError);
    yield* wait(sleep(1));
  });

  both("calls in the scope of the run, in no task (K9)", function* ({ fn, wait, log }) {
    const loop = getRunningLoop();
    const root = rootHere();
    yield* wait(
      taskGroup(
        fn(function* () {
          loop.callSoon(() => {
            expect(getRunningLoop()).toBe(loop);
            expect(currentScope()).toBe(root);
            expect(() => currentTask()).toThrow(InvalidStateError);
            createTask(
              { name: "eager", eager: true },
              fn(function* () {
                log.push(currentTask().name);
                yield* wait(sleep(1));
                log.push(currentTask().name);
              }),
            );
            expect(() => currentTask()).toThrow(InvalidStateError);
            log.push("called");
          });
          yield* wait(sleep(2));
        }),
      ),
    );
    expect(log).toEqual(["eager", "called", "eager"]);
    expect(currentTask().done()).toBe(false);
  });

  both("may be asked for by callbacks of the host, which are in no run", function* ({ wait, log }) {
    const loop = getRunningLoop();
    const called = new Event();
    const outside = new AsyncLocalStorage<string>();
    outside.exit(() =>
      setImmediate(() => {
        loop.callSoon(() => {
          log.push("called");
          called.set();
        });
      }),
    );
    yield* wait(called.wait());
    expect(log).toEqual(["called"]);
  });

  both("calls in the async context of whoever asked", function* ({ wait, log }) {
    const store = new AsyncLocalStorage<string>();
    const loop = getRunningLoop();
    store.run("soon", () => loop.callSoon(() => log.push(store.getStore())));
    store.run("later", () => loop.callLater(1, () => log.push(store.getStore())));
    loop.callSoon(() => log.push(store.getStore()));
    yield* wait(sleep(2));
    expect(log).toEqual(["soon", undefined, "later"]);
  });
});

describe("callLater and callAt", () => {
  both(
    "mean the same: a delay from now is a time (T1)",
    function* ({ wait, log }) {
      const loop = getRunningLoop();
      yield* wait(sleep(5));
      const later = loop.callLater(10, (name: string) => log.push(name, loop.time()), "later");
      const at = loop.callAt(loop.time() + 10, (name: string) => log.push(name, loop.time()), "at");
      expect([later.when(), at.when()]).toEqual([15, 15]);
      yield* wait(sleep(10));
      expect(log).toEqual(["later", 15, "at", 15]);
      expect(loop.time()).toBe(loopTime());
      for (const wrong of [null, undefined, Number.NaN, "1"] as never[]) {
        expect(() => loop.callLater(wrong, () => {})).toThrow(TypeError);
        expect(() => loop.callAt(wrong, () => {})).toThrow(TypeError);
      }
    },
    { order: "fifo" },
  );

  both(
    "call in the next turn what is due already, the longest overdue first (T2, test_base_events BaseEventLoopTests.test_call_later_negative_delays)",
    function* ({ wait, log }) {
      const loop = getRunningLoop();
      yield* wait(sleep(100));
      loop.callLater(-1, () => log.push("a"));
      loop.callLater(-2, () => log.push("b"));
      loop.callAt(20, () => log.push("c"));
      // No time passes: these are turns of the ready queue.
      yield* wait(checkpoint());
      yield* wait(checkpoint());
      expect(log).toEqual(["c", "b", "a"]);
      expect(loop.time()).toBe(100);
    },
    { order: "fifo" },
  );

  test("need no timer of the host for what is due already (T2)", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      let called = false;
      loop.callLater(-1, () => (called = true));
      await checkpoint();
      await checkpoint();
      expect(called).toBe(true);
      expect(loopHere().timers.size).toBe(0);
    });
  });

  both(
    "call those of one time first in, first out (T3: better)",
    function* ({ wait, log }) {
      const loop = getRunningLoop();
      for (let i = 0; i < 20; i++) {
        if (i % 2 === 0) loop.callLater(10, (n: number) => log.push(n), i);
        else loop.callAt(10, (n: number) => log.push(n), i);
      }
      yield* wait(sleep(10));
      expect(log).toEqual(Array.from({ length: 20 }, (_, i) => i));
    },
    { order: "fifo" },
  );

  both("never call before their time (T4)", function* ({ wait, log }) {
    const loop = getRunningLoop();
    loop.callLater(0.3, () => log.push(loop.time()));
    loop.callAt(7.25, () => log.push(loop.time()));
    yield* wait(sleep(20));
    const [first, second] = log as [number, number];
    expect(first).toBeGreaterThanOrEqual(0.3);
    expect(second).toBeGreaterThanOrEqual(7.25);
  });

  both("leave nothing behind when cancelled (T5)", function* ({ wait }) {
    const loop = getRunningLoop();
    const handles = Array.from({ length: 1000 }, (_, i) => loop.callLater(100 + (i % 7), () => {}));
    expect(loopHere().timers.size).toBe(1000);
    for (const handle of handles) handle.cancel();
    expect(loopHere().timers.size).toBe(0);
    yield* wait(sleep(1));
  });

  both("tell their time also when they are over (T9)", function* ({ wait }) {
    const loop = getRunningLoop();
    const called = loop.callLater(5, () => {});
    const cancelled = loop.callLater(6, () => {});
    cancelled.cancel();
    yield* wait(sleep(10));
    expect([called.when(), cancelled.when()]).toEqual([5, 6]);
  });

  both("for ever are never called", function* ({ wait, log }) {
    getRunningLoop().callLater(Infinity, () => log.push("called"));
    yield* wait(sleep(1e6));
    expect(log).toEqual([]);
  });
});

describe("the exception handler", () => {
  both("gets the loop and the report; null takes it off (X1)", function* ({ wait, log, reports }) {
    const loop = getRunningLoop();
    expect(loop.getExceptionHandler()).toBe(null);
    const handler = (on: EventLoop, report: Report): void => void log.push([on === loop, report.message]);
    loop.setExceptionHandler(handler);
    expect(loop.getExceptionHandler()).toBe(handler);
    const fail = (): never => {
      throw new RangeError("broken");
    };
    loop.callSoon(fail);
    yield* wait(sleep(1));
    expect(log).toEqual([[true, "exception in callback fail"]]);
    loop.setExceptionHandler(null);
    loop.callSoon(fail);
    yield* wait(sleep(1));
    expect(log).toHaveLength(1);
    // The default handler: the run's onReport.
    expect(reports).toHaveLength(1);
    reports.length = 0;
    expect(() => loop.setExceptionHandler("text" as never)).toThrow(TypeError);
    expect(() => loop.setExceptionHandler(undefined as never)).toThrow(TypeError);
    // Of a coroutine nothing would run, and what an async function throws would be nobody's.
    expect(() => loop.setExceptionHandler(function* () {} as never)).toThrow(TypeError);
    expect(() => loop.setExceptionHandler(async () => {})).toThrow(TypeError);
  });

  both(
    "gets what nobody else does: a task that failed and was not joined (X1)",
    function* ({ fn, wait, log }) {
      const loop = getRunningLoop();
      const reported = new Event();
      loop.setExceptionHandler((_loop, { message, error, task }) => {
        log.push(message, error, task);
        reported.set();
      });
      const error = new RangeError("broken");
      const task = createTask(
        { name: "worker" },
        fn(function* () {
          yield* wait(sleep(1));
          throw error;
        }),
      );
      yield* wait(reported.wait());
      expect(log).toEqual(["task worker failed, and nobody has joined it", error, task]);
    },
  );

  both(
    "that fails itself is told of to the default one, with the first report (X2)",
    function* ({ wait, reports }) {
      const loop = getRunningLoop();
      const failure = new TypeError("of the handler");
      loop.setExceptionHandler(() => {
        throw failure;
      });
      const report: Report = { message: "by hand", error: new RangeError("first") };
      loop.callExceptionHandler(report);
      yield* wait(checkpoint());
      expect(reports).toEqual([
        {
          message: "unhandled error in the exception handler",
          error: failure,
          code: "HANDLER_FAILED",
          context: report,
        },
      ]);
      reports.length = 0;
      loop.defaultExceptionHandler(report);
      expect(reports).toEqual([report]);
      reports.length = 0;
    },
  );

  test("and a default one that both fail are written, and the loop goes on (X2)", async () => {
    const warnings: [string, unknown][] = [];
    const host = {
      ...createVirtualHost(realHost),
      warn: (text: string, error: unknown): void => void warnings.push([text, error]),
    };
    const [first, second] = [new TypeError("first"), new TypeError("second")];
    const value = await run(
      async () => {
        const loop = getRunningLoop();
        loop.setExceptionHandler(() => {
          throw first;
        });
        loop.callSoon(() => {
          throw new RangeError("in a callback");
        });
        await sleep(1);
        return "went on";
      },
      {
        host,
        onReport: () => {
          throw second;
        },
      },
    );
    expect(value).toBe("went on");
    expect(warnings).toEqual([
      ['corio: the report handler failed on "unhandled error in the exception handler"', second],
    ]);
  });

  test("by default writes to the console", async () => {
    const warnings: [string, unknown][] = [];
    const host = {
      ...createVirtualHost(realHost),
      warn: (text: string, error: unknown): void => void warnings.push([text, error]),
    };
    const error = new RangeError("broken");
    await run(
      async () => {
        getRunningLoop().callSoon(() => {
          throw error;
        });
        await sleep(1);
      },
      { host },
    );
    expect(warnings).toEqual([["corio: exception in callback callback", error]]);
  });

  both("runs in the context of what failed (X3)", function* ({ fn, wait, log }) {
    const name = new ContextVar("name", { default: "nobody" });
    const loop = getRunningLoop();
    const reported = new Event();
    loop.setExceptionHandler((_loop, { message }) => {
      log.push([message.split(" ")[0], name.get()]);
      if (log.length === 2) reported.set();
    });
    name.set("main");
    createTask(
      fn(function* () {
        name.set("task");
        yield* wait(sleep(1));
        throw new RangeError("broken");
      }),
    );
    name.set("callback");
    loop.callSoon(() => {
      throw new RangeError("broken");
    });
    name.set("changed");
    yield* wait(reported.wait());
    expect(log).toEqual([
      ["exception", "callback"],
      ["task", "task"],
    ]);
  });

  both("leaves to an inner run what happens in it, if that has an onReport", function* ({ fn, wait, log }) {
    const loop = getRunningLoop();
    loop.setExceptionHandler((_loop, report) => void log.push(["outer", (report.error as Error).message]));
    const inner = fn(function* () {
      expect(getRunningLoop()).toBe(loop);
      createTask(
        fn(function* () {
          throw new RangeError("broken");
        }),
      );
      // A callback belongs to the loop, not to the inner run.
      loop.callSoon(() => {
        throw new RangeError("callback");
      });
      yield* wait(sleep(1));
      yield* wait(call(hostTurn));
    });
    yield* wait(
      run(inner, { onReport: (report) => void log.push(["inner", (report.error as Error).message]) }),
    );
    yield* wait(run(inner));
    expect(log).toEqual([
      ["outer", "callback"],
      ["inner", "broken"],
      ["outer", "callback"],
      ["outer", "broken"],
    ]);
  });
});

describe("the loop of a run", () => {
  test("is an error outside any (K9)", () => {
    expect(() => getRunningLoop()).toThrow(NoRunError);
  });

  both("is one for all that is in the run", function* ({ fn, wait }) {
    const loop = getRunningLoop();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(
            fn(function* () {
              yield* wait(sleep(1));
              return getRunningLoop();
            }),
          );
          expect(yield* wait(task.join())).toBe(loop);
        }),
      ),
    );
    expect(yield* wait(run(() => getRunningLoop()))).toBe(loop);
    expect(loop.isRunning() && !loop.isClosed()).toBe(true);
  });

  both(
    "refuses to be closed while it runs (L13)",
    function* ({ wait, log }) {
      const loop = getRunningLoop();
      expect(() => loop.close()).toThrow(InvalidStateError);
      loop.callSoon(() => log.push("still there"));
      yield* wait(checkpoint());
      expect(log).toEqual(["still there"]);
    },
    { order: "fifo" },
  );

  test("is closed when the run has ended: nothing can be scheduled any more (L13)", async () => {
    let loop: EventLoop | undefined;
    await run(async () => {
      loop = getRunningLoop();
    });
    expect([loop!.isRunning(), loop!.isClosed()]).toEqual([false, true]);
    loop!.close();
    const refused = "the event loop is closed";
    expect(() => loop!.callSoon(() => {})).toThrow(refused);
    expect(() => loop!.callLater(1, () => {})).toThrow(refused);
    expect(() => loop!.callAt(1, () => {})).toThrow(refused);
    expect(() => loop!.createTask(() => {})).toThrow(refused);
  });

  test("runs inside another stay in its loop; a run on another host has its own (L12: better)", async () => {
    await run(async () => {
      const loop = getRunningLoop();
      expect(await run(async () => getRunningLoop())).toBe(loop);
      const other = await run(async () => getRunningLoop(), { host: createVirtualHost(realHost) });
      expect(other).not.toBe(loop);
      expect([loop.isRunning(), other.isClosed()]).toEqual([true, true]);
    });
  });

  both("makes futures and tasks", function* ({ fn, wait }) {
    const loop = getRunningLoop();
    const future: Future<number> = loop.createFuture();
    const double = fn(function* (n: number) {
      yield* wait(sleep(1));
      return 2 * n;
    });
    const task = loop.createTask({ name: "double" }, double, 4);
    task.addDoneCallback((done) => future.setResult(done.result()));
    expect(task.name).toBe("double");
    expect(yield* wait(future.wait())).toBe(8);
    // A task that cannot be made has started nothing (L14: better).
    expect(() => loop.createTask(null as never)).toThrow(TypeError);
  });
});

describe("when a run ends", () => {
  test("what was ready is still called; what that adds, and timers, are cancelled (L9)", async () => {
    const log: string[] = [];
    const handles: Handle[] = [];
    const host = createVirtualHost(realHost);
    await run(
      function* () {
        const loop = getRunningLoop();
        yield* sleep(1);
        handles.push(
          loop.callSoon(() => {
            log.push("ready");
            handles.push(loop.callSoon(() => log.push("added")));
          }),
        );
        handles.push(loop.callLater(1000, () => log.push("timer")));
        createTask(function* () {
          try {
            yield* sleepForever();
          } finally {
            loop.callSoon(() => log.push("of a task's clean-up"));
          }
        });
        yield* checkpoint();
        loop.callSoon(() => log.push("last"));
      },
      { host },
    );
    expect(log).toEqual(["ready", "added", "last", "of a task's clean-up"]);
    expect(handles.map((handle) => handle.cancelled())).toEqual([false, true, false]);
    expect(host.nextTimer()).toBe(Infinity);
  });

  for (const { name, fn } of dialects) {
    test(`its last step may still ask for a callback (${name})`, async () => {
      const log: string[] = [];
      await run(
        fn(function* () {
          getRunningLoop().callSoon(() => log.push("called"));
        }),
      );
      expect(log).toEqual(["called"]);
    });
  }

  test("its callbacks may still start tasks, which end with it", async () => {
    const log: string[] = [];
    await run(async () => {
      getRunningLoop().callSoon(() => {
        createTask(async () => {
          log.push("begun");
          try {
            await sleepForever();
          } finally {
            log.push("cancelled");
          }
        });
      });
    });
    expect(log).toEqual(["begun", "cancelled"]);
  });

  test("debug mode names what it cancels", async () => {
    const reports: Report[] = [];
    await run(
      async () => {
        const loop = getRunningLoop();
        loop.callLater(1000, function tick() {});
        new Future().addDoneCallback(() => {});
      },
      { debug: true, onReport: (report) => void reports.push(report) },
    );
    expect(reports.map(({ code, message }) => [code, message])).toEqual([
      ["CALLBACKS_LEFT", "callbacks were still scheduled when their event loop closed: tick"],
    ]);
  });
});

describe("debug mode", () => {
  both("is switched by the loop at run time, and seen there (X10)", function* ({ wait }) {
    const loop = getRunningLoop();
    expect([loop.debug, loop.slowCallbackDuration]).toEqual([false, 100]);
    loop.slowCallbackDuration = 20;
    expect([loop.debug, loop.slowCallbackDuration]).toEqual([false, 20]);
    loop.debug = true;
    yield* wait(checkpoint());
    expect([loop.debug, loop.slowCallbackDuration]).toEqual([true, 20]);
    loop.slowCallbackDuration = 30;
    expect([loop.debug, loop.slowCallbackDuration]).toEqual([true, 30]);
    loop.debug = false;
    expect([loop.debug, loop.slowCallbackDuration]).toEqual([false, 30]);
    expect(() => (loop.slowCallbackDuration = Number.NaN)).toThrow(RangeError);
  });

  test("reports a callback that takes too long, by its name (X8)", async () => {
    let time = 0;
    const reports: Report[] = [];
    const host = { ...createVirtualHost(realHost), now: () => time };
    await run(
      async () => {
        const loop = getRunningLoop();
        loop.slowCallbackDuration = 50;
        loop.callSoon(function slow() {
          time += 60;
        });
        await checkpoint();
      },
      { host, debug: true, onReport: (report) => void reports.push(report) },
    );
    expect(reports.map(({ message }) => message)).toEqual([
      "callback slow held the event loop for 60 ms in one step",
    ]);
  });
});

describe("a program", () => {
  afterEach(stopAll);

  test("goes on while a callback of its run is waited for", async () => {
    expect(await start("callbacks.ts", "waits").ended()).toMatchObject({ code: 0, stdout: "called\nover\n" });
  });

  for (const which of ["leaves", "leaves a runner open"]) {
    test(`ends with its run, whatever callbacks there are (${which})`, async () => {
      expect(await start("callbacks.ts", which).ended()).toMatchObject({ code: 0, stdout: "over\n" });
    });
  }
});
