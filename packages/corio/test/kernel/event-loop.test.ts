import { describe, expect, test } from "vitest";
import { checkpoint, createTask, Event, loopTime, run, sleep, Semaphore, taskGroup } from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { EventLoop } from "../../src/kernel/event-loop.ts";
import type { TimerNode } from "../../src/kernel/timer-queue.ts";
import { both } from "../support/dialects.ts";
import { soon } from "../support/kernel.ts";
import { manualHost, type ManualHost } from "../support/manual-host.ts";

const callback = (run: () => void, guest = false) => ({ guest, run });

const timer = (fire: () => void): TimerNode => ({
  when: 0,
  order: 0,
  before: null,
  after: null,
  list: null,
  fire,
});

function setUp(): { host: ManualHost; loop: EventLoop; log: unknown[] } {
  const host = manualHost();
  return { host, loop: new EventLoop(host), log: [] };
}

describe("the ready queue", () => {
  test("what is woken runs in order, each once, and not synchronously (L1)", () => {
    const { host, loop, log } = setUp();
    for (let i = 0; i < 5; i++) loop.wake(callback(() => log.push(i)));
    expect(log).toEqual([]);
    host.drainMicrotasks();
    expect(log).toEqual([0, 1, 2, 3, 4]);
    host.drainMicrotasks();
    expect(log).toHaveLength(5);
  });

  test("what is woken by a step stands behind all that was ready (L2)", () => {
    const { host, loop, log } = setUp();
    loop.wake(
      callback(() => {
        log.push("first");
        loop.wake(callback(() => log.push("woken by first")));
      }),
    );
    loop.wake(callback(() => log.push("second")));
    host.drainMicrotasks();
    expect(log).toEqual(["first", "second", "woken by first"]);
  });

  test("a thousand wakes cost one microtask", () => {
    const { host, loop } = setUp();
    for (let i = 0; i < 1000; i++) loop.wake(callback(() => {}));
    expect(host.microtasks).toHaveLength(1);
  });

  test("after a woken guest nothing but guests runs before the guest's own microtask", () => {
    const { host, loop, log } = setUp();
    const guest = (name: string) =>
      callback(() => {
        log.push(name);
        loop.noteGuest();
        host.queueMicrotask(() => log.push(`${name} goes on`));
      }, true);
    loop.wake(guest("a"));
    loop.wake(guest("b"));
    loop.wake(callback(() => log.push("coroutine")));
    host.drainMicrotasks();
    expect(log).toEqual(["a", "b", "a goes on", "b goes on", "coroutine"]);
  });

  both(
    "first steps follow in the order of the spawns, and none runs at once (K1)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 5; i++) {
              group.spawn(
                // oxlint-disable-next-line no-loop-func
                fn(function* () {
                  log.push(i);
                }),
              );
            }
            expect(log).toEqual([]);
            yield* wait(checkpoint());
            expect(log).toEqual([0, 1, 2, 3, 4]);
          }),
        ),
      );
    },
    { order: "fifo" },
  );

  both(
    "a checkpoint puts the task at the back of the queue (K4)",
    function* ({ fn, wait, log }) {
      const worker = fn(function* (name: string) {
        for (let i = 0; i < 3; i++) {
          log.push(name + i);
          yield* wait(checkpoint());
        }
      });
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (const name of ["a", "b", "c"]) group.spawn(worker, name);
          }),
        ),
      );
      expect(log).toEqual(["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]);
    },
    { order: "fifo" },
  );

  test("waits of both dialects are woken first in, first out", async () => {
    const log: string[] = [];
    const event = new Event();
    const coroutine = function* (name: string) {
      yield* event.wait();
      log.push(name);
    };
    const asynchronous = async (name: string) => {
      await event.wait();
      log.push(name);
    };
    await run(
      () =>
        taskGroup(function* (group) {
          for (let i = 0; i < 3; i++) {
            group.spawn(coroutine, `c${i}`);
            yield* sleep(1);
            group.spawn(asynchronous, `a${i}`);
            yield* sleep(1);
          }
          event.set();
        }),
      { host: createVirtualHost(realHost) },
    );
    expect(log).toEqual(["c0", "a0", "c1", "a1", "c2", "a2"]);
  });

  test("an await that completes at once keeps the turn (C10)", async () => {
    const log: string[] = [];
    const semaphore = new Semaphore(10);
    const worker = function* (name: string) {
      for (let i = 0; i < 2; i++) {
        yield* semaphore.acquire();
        log.push(name + i);
      }
    };
    await run(() =>
      taskGroup(function* (group) {
        group.spawn(worker, "a");
        group.spawn(worker, "b");
      }),
    );
    expect(log).toEqual(["a0", "a1", "b0", "b1"]);
  });
});

describe("fairness", () => {
  test("after its slice of time the queue yields to the host, and goes on where it was", () => {
    const { host, loop, log } = setUp();
    for (let i = 0; i < 100; i++) {
      loop.wake(
        callback(() => {
          log.push(i);
          host.time += 1;
        }),
      );
    }
    host.drainMicrotasks();
    const first = log.length;
    expect(first).toBeGreaterThanOrEqual(4);
    expect(first).toBeLessThanOrEqual(15);
    expect(host.turns).toHaveLength(1);
    expect(host.microtasks).toHaveLength(0);
    while (host.turns.length > 0) host.turn();
    expect(log).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(loop.counters.turns).toBeGreaterThanOrEqual(6);
  });

  test("the slice counts across pumps: waking one thing at a time wins no more time", () => {
    const { host, loop } = setUp();
    let steps = 0;
    const again = callback(() => {
      steps++;
      host.time += 1;
      // Not by the pump's own loop: each step comes in a pump of its own.
      host.queueMicrotask(() => loop.wake(again));
    });
    loop.wake(again);
    while (host.microtasks.length > 0 && steps < 1000) host.microtasks.shift()!();
    expect(steps).toBeLessThanOrEqual(15);
    expect(host.turns).toHaveLength(1);
  });

  test("a host whose clock stands still gets its turn too, after so many steps", () => {
    const { host, loop } = setUp();
    let steps = 0;
    const again = callback(() => {
      steps++;
      if (steps < 100_000) loop.wake(again);
    });
    loop.wake(again);
    host.drainMicrotasks();
    expect(steps).toBeLessThan(10_000);
    expect(host.turns).toHaveLength(1);
  });

  test("awaits that complete at once spend the slice too", () => {
    const { host, loop } = setUp();
    let spent = 0;
    while (loop.spend() && spent < 100_000) {
      spent++;
      host.time += 0.5;
    }
    expect(spent).toBeLessThan(20);
    // The next thing that is woken then waits for a turn of the host.
    loop.wake(callback(() => {}));
    expect(host.microtasks).toHaveLength(0);
    expect(host.turns).toHaveLength(1);
  });

  test("a timer of the host fires while awaits are ready without end", async () => {
    // Bounded by a count, not by the clock: a starving loop would reach it and fail.
    let fired = false;
    let awaits = 0;
    const semaphore = new Semaphore(1);
    const handle = setTimeout(() => (fired = true), 5);
    await run(function* () {
      while (!fired && awaits < 5_000_000) {
        yield* semaphore.acquire();
        semaphore.release();
        awaits++;
      }
    });
    clearTimeout(handle);
    expect(fired).toBe(true);
  });

  test("a sleep ends while checkpoints of others are ready without end", async () => {
    let woken = false;
    let steps = 0;
    await run(() =>
      taskGroup(function* (group) {
        for (let i = 0; i < 10; i++) {
          group.spawn(function* () {
            while (!woken && steps < 5_000_000) {
              steps++;
              yield* checkpoint();
            }
          });
        }
        yield* sleep(5);
        woken = true;
      }),
    );
    expect(steps).toBeLessThan(5_000_000);
  });

  test("a loop of checkpoints of an async function leaves the host its turns", async () => {
    let turns = 0;
    let awaits = 0;
    const count = (): void => {
      turns++;
      handle = setImmediate(count);
    };
    let handle = setImmediate(count);
    await run(async () => {
      while (turns < 3 && awaits < 1_000_000) {
        await checkpoint();
        awaits++;
      }
    });
    clearImmediate(handle);
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

describe("timers", () => {
  test("one timer of the host stands for all, armed for the first (L4)", () => {
    const { host, loop } = setUp();
    loop.addTimer(
      timer(() => {}),
      50,
    );
    loop.addTimer(
      timer(() => {}),
      20,
    );
    loop.addTimer(
      timer(() => {}),
      70,
    );
    expect(host.timers).toHaveLength(1);
    expect(host.timers[0]!.delay).toBe(20);
  });

  test("a later timer does not arm the host again", () => {
    const { host, loop } = setUp();
    loop.addTimer(
      timer(() => {}),
      20,
    );
    for (let i = 0; i < 100; i++)
      loop.addTimer(
        timer(() => {}),
        50,
      );
    expect(host.timers[0]!.arms).toBe(1);
  });

  test("when it fires, all that is due fires in order, and it is armed for the next (T2, T3)", () => {
    const { host, loop, log } = setUp();
    for (const delay of [20, 10, 10, 30]) {
      const name = `${delay}/${loop.timers.size}`;
      loop.addTimer(
        timer(() => log.push(name)),
        delay,
      );
    }
    loop.addTimerAt(
      timer(() => log.push("past")),
      -5,
    );
    host.time = 20;
    host.timers[0]!.fire();
    expect(log).toEqual(["past", "10/1", "10/2", "20/0"]);
    expect(host.timers[0]!.delay).toBe(10);
    expect(host.timers[0]!.held).toBe(true);
  });

  test("a host that fires early loses nothing: the loop looks again (T4)", () => {
    const { host, loop, log } = setUp();
    loop.addTimer(
      timer(() => log.push("fired")),
      10,
    );
    host.time = 9.4;
    host.timers[0]!.fire();
    expect(log).toEqual([]);
    expect(host.timers[0]!.delay).toBe(1);
    host.time = 10.1;
    host.timers[0]!.fire();
    expect(log).toEqual(["fired"]);
  });

  test("a timer added by a timer that fires is not lost", () => {
    const { host, loop, log } = setUp();
    loop.addTimer(
      timer(() =>
        loop.addTimer(
          timer(() => log.push("second")),
          5,
        ),
      ),
      10,
    );
    host.time = 10;
    host.timers[0]!.fire();
    expect(host.timers[0]!.delay).toBe(5);
    host.time = 15;
    host.timers[0]!.fire();
    expect(log).toEqual(["second"]);
    expect(host.timers[0]!.held || host.timers[0]!.delay === null).toBe(true);
  });

  test("the process is held only while there are timers", () => {
    const { host, loop } = setUp();
    const one = timer(() => {});
    const two = timer(() => {});
    loop.addTimer(one, 10);
    loop.addTimer(two, 10);
    loop.removeTimer(one);
    expect(host.timers[0]!.held).toBe(true);
    loop.removeTimer(two);
    expect(host.timers[0]!.held).toBe(false);
    loop.addTimer(one, 20);
    expect(host.timers[0]!.held).toBe(true);
    expect(host.timers[0]!.delay).not.toBeNull();
    // Armed for the timer that was removed: it fires for nothing, and is armed for what there is.
    host.time = 10;
    host.timers[0]!.fire();
    expect(host.timers[0]!.delay).toBe(10);
    expect(host.timers[0]!.held).toBe(true);
  });

  both(
    "what is ready runs before timers that are due (L3)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                yield* wait(sleep(5));
                log.push("timer");
              }),
            );
            yield* wait(sleep(4));
            soon(() => log.push("ready"));
            yield* wait(checkpoint());
            log.push("body");
          }),
        ),
      );
      expect(log).toEqual(["ready", "body", "timer"]);
    },
    { order: "fifo" },
  );
});

describe("reports", () => {
  both("a failing task that nobody joins is reported, and the loop goes on (L7, X4)", function* (t) {
    const { fn, wait, reports } = t;
    const failure = new Error("nobody cares");
    createTask(
      fn(function* () {
        throw failure;
      }),
    );
    yield* wait(sleep(10));
    expect(reports.map((report) => report.error)).toEqual([failure]);
    yield* wait(sleep(10));
    expect(reports).toHaveLength(1);
    expect(loopTime()).toBe(20);
    reports.length = 0;
  });

  test("a report handler that throws does not break the loop (X2)", async () => {
    const written: unknown[][] = [];
    const original = console.error;
    console.error = (...parts: unknown[]) => void written.push(parts);
    try {
      const value = await run(
        function* () {
          createTask(function* () {
            throw new Error("nobody joins it");
          });
          yield* sleep(1);
          return 3;
        },
        {
          host: createVirtualHost(realHost),
          onReport: () => {
            throw new Error("broken handler");
          },
        },
      );
      expect(value).toBe(3);
    } finally {
      console.error = original;
    }
    expect(written).toHaveLength(1);
    expect(written[0]!.join(" ")).toContain("broken handler");
  });

  test("without a handler, reports are written to the console", async () => {
    const written: unknown[][] = [];
    const original = console.error;
    console.error = (...parts: unknown[]) => void written.push(parts);
    try {
      await run(
        function* () {
          createTask(function* () {
            throw new Error("left alone");
          });
          yield* sleep(1);
        },
        { host: createVirtualHost(realHost) },
      );
    } finally {
      console.error = original;
    }
    expect(written).toHaveLength(1);
    expect(written[0]!.join(" ")).toContain("left alone");
  });
});
