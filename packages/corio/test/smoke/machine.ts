// Checks of the machine itself: its clock, its turns, its hooks. Written in coroutines where nothing else is said.

import {
  BadYieldError,
  call,
  createTask,
  DeadlockError,
  Future,
  loopTime,
  main,
  moveOnAfter,
  NoRunError,
  type Report,
  run,
  Semaphore,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  TimeoutError,
  type Coroutine,
  type Scope,
} from "corio";
import { createVirtualHost, formatTaskTree, realHost } from "corio/lowlevel";
import { equal, followsAsyncCode, instance, ok, rejection } from "./check.ts";

interface RejectionEvent {
  readonly reason: unknown;
  readonly defaultPrevented: boolean;
}

type Listen = (type: string, listener: (event: RejectionEvent) => void) => void;

export const machineChecks: Record<string, () => unknown> = {
  "waiting outside any run is refused": async () => {
    instance(await rejection(sleep(1)), NoRunError);
  },

  "a bare yield is told as a mistake": async () => {
    const mistaken = function* (): Coroutine<void> {
      yield sleep(1) as never;
    };
    instance(await rejection(run(mistaken)), BadYieldError);
  },

  "timers of one time fire in the order in which they were set": () =>
    run(function* () {
      const order: number[] = [];
      yield* taskGroup(function* (group) {
        for (let i = 0; i < 50; i++) {
          group.spawn(function* () {
            yield* sleep(3);
            order.push(i);
          });
        }
      });
      equal(
        order,
        Array.from({ length: 50 }, (_, i) => i),
      );
    }),

  "sleep lasts as long as it says, by the loop's clock": () =>
    run(function* () {
      const start = loopTime();
      yield* sleep(20);
      const took = loopTime() - start;
      ok(took >= 19, `20 ms to take that long, not ${took}`);
    }),

  "a timer of the host fires while awaits are ready without end": async () => {
    // Bounded by a count, not by the clock: a starving loop would reach it.
    let fired = false;
    let awaits = 0;
    const semaphore = new Semaphore(1);
    setTimeout(() => (fired = true), 5);
    await run(function* () {
      while (!fired && awaits < 20_000_000) {
        yield* semaphore.acquire();
        semaphore.release();
        awaits++;
      }
    });
    ok(fired, "the timer to have fired");
  },

  "a sleep ends while others are ready without end": async () => {
    let woken = false;
    let steps = 0;
    await run(() =>
      taskGroup(function* (group) {
        for (let i = 0; i < 10; i++) {
          group.spawn(function* () {
            while (!woken && steps < 20_000_000) {
              steps++;
              yield* sleep(0);
            }
          });
        }
        yield* sleep(5);
        woken = true;
      }),
    );
    ok(woken, "the sleep to have ended");
  },

  "virtual time: hours pass at once, in order": async () => {
    const order: string[] = [];
    const host = createVirtualHost(realHost);
    const before = realHost.now();
    await run(
      () =>
        taskGroup(function* (group) {
          group.spawn(function* () {
            yield* sleep(7_200_000);
            order.push("later");
          });
          group.spawn(function* () {
            yield* sleep(3_600_000);
            order.push("sooner");
          });
        }),
      { host },
    );
    equal([order, host.now()], [["sooner", "later"], 7_200_000]);
    ok(realHost.now() - before < 60_000, "the real clock to go its own way");
  },

  "virtual time: a hang is told, with the tree of tasks": async () => {
    const error = await rejection(
      run(
        () =>
          taskGroup(function* (group) {
            group.spawn({ name: "waiter" }, () => new Future().wait());
          }),
        { host: createVirtualHost(realHost) },
      ),
    );
    ok(instance(error, DeadlockError).message.includes("waiter"), "the tree to name the task");
  },

  "the tree of tasks can be printed": () =>
    run(function* (scope: Scope) {
      yield* taskGroup(function* (group) {
        group.spawn({ name: "sleeper" }, () => sleep(5));
        yield* sleep(1);
        const tree = formatTaskTree(scope as never);
        ok(tree.includes("sleeper"), `the tree to name the task: ${tree}`);
      });
    }),

  "an async function that the host cannot follow is told to wait by its scope": () =>
    run(async (scope: Scope) => {
      await scope.wait(sleep(1));
      // Elsewhere it is followed, and nothing is thrown.
      if (followsAsyncCode) return await sleep(1);
      const error = instance(await rejection(sleep(1)), NoRunError);
      ok(error.message.includes("scope.wait()"), `the way to be told: ${error.message}`);
    }),

  "a run that an async body calls is inside its own, and cancelled with it": async () => {
    const entries: string[] = [];
    await run(async (scope: Scope) => {
      await scope.wait(
        moveOnAfter(5, async (inner) => {
          await inner.wait(
            call(() =>
              run(function* () {
                try {
                  yield* sleepForever();
                } finally {
                  yield* sleep(1);
                  entries.push("cleaned");
                }
              }),
            ),
          );
        }),
      );
      equal(entries, ["cleaned"]);
    });
  },

  "main runs where there is no process to own": async () => {
    let value = 0;
    await main(function* () {
      yield* sleep(1);
      value = 1;
    });
    equal(value, 1);
  },

  "a failed task that nobody joins is reported": async () => {
    const reports: Report[] = [];
    await run(
      function* () {
        createTask(async () => {
          throw new RangeError("unseen");
        });
        yield* sleep(30);
      },
      { onReport: (report) => void reports.push(report) },
    );
    equal(reports.length, 1);
    instance(reports[0]?.error, RangeError);
  },

  "a rejection of ours that nobody handles is no unhandled rejection": async () => {
    // On a server a miss would end the process; in a page it would be an error on the console.
    const events: RejectionEvent[] = [];
    const note = (event: RejectionEvent): void => void events.push(event);
    const { addEventListener, removeEventListener } = globalThis as unknown as {
      addEventListener?: Listen;
      removeEventListener?: Listen;
    };
    if (!followsAsyncCode) addEventListener?.("unhandledrejection", note);
    const error = await rejection(
      run(() =>
        timeout(5, async (scope) => {
          const first = scope.wait(sleep(10_000));
          const second = scope.wait(sleep(10_000));
          await first;
          await second;
        }),
      ),
    );
    instance(error, TimeoutError);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!followsAsyncCode) removeEventListener?.("unhandledrejection", note);
    for (const event of events) ok(event.defaultPrevented, `${String(event.reason)} to be ours`);
  },
};
