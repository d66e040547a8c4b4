// Whose turn it is: between tasks of both dialects, and between the loop and the host.

import { expect, test } from "vitest";
import { checkpoint, createTask, Future, sleep, taskGroup, wait as waitTasks } from "corio";
import { simulate } from "@corio/testing";
import { EventLoop } from "../../src/kernel/event-loop.ts";
import { both } from "../support/dialects.ts";
import { manualHost } from "../support/manual-host.ts";

test("the time in which the loop stood idle is not work of its slice", () => {
  const host = manualHost();
  const loop = new EventLoop(host);
  let steps = 0;
  const wakeMany = (): void => {
    for (let i = 0; i < 100; i++) loop.wake({ guest: false, run: () => void steps++ });
  };
  loop.addTimer({ when: 0, order: 0, before: null, after: null, list: null, fire: wakeMany }, 1000);
  host.time = 1000;
  host.timers[0]!.fire();
  host.drainMicrotasks();
  expect(steps).toBe(100);
  expect(host.turns).toHaveLength(0);
});

test("an async function that was woken goes on before another one begins (L1)", async () => {
  const log: string[] = [];
  await simulate(() =>
    taskGroup(async (group) => {
      const future = new Future<void>();
      group.spawn(async () => {
        await future.wait();
        log.push("woken");
      });
      await sleep(1);
      future.setResult();
      group.spawn(async () => {
        log.push("async begins");
      });
      // oxlint-disable-next-line require-yield
      group.spawn(function* () {
        log.push("coroutine begins");
      });
    }),
  );
  expect(log).toEqual(["woken", "async begins", "coroutine begins"]);
});

both(
  "a cancellation in a turn that is given up is thrown when the turn comes (C20)",
  function* (t) {
    const { fn, wait, log } = t;
    const task = createTask(
      fn(function* () {
        log.push("begins");
        try {
          yield* wait(checkpoint());
          log.push("never");
        } finally {
          log.push("ends");
        }
      }),
    );
    // A coroutine, in both: it begins when the other one stands in the queue again.
    // oxlint-disable-next-line require-yield
    createTask(function* () {
      log.push("cancels");
      task.cancel();
      // oxlint-disable-next-line require-yield
      createTask(function* () {
        log.push("later");
      });
    });
    yield* wait(waitTasks([task]));
    yield* wait(checkpoint());
    expect(log).toEqual(["begins", "cancels", "ends", "later"]);
    expect(task.cancelled()).toBe(true);
  },
  { order: "fifo" },
);
