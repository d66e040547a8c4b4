// Instruments and channels: what they are told, and that they can do no harm.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, describe, expect, test } from "vitest";
import {
  checkpoint,
  createTask,
  Event,
  instrument,
  type Instrument,
  Lock,
  run,
  shield,
  sleep,
  type SuspendedOn,
  type Task,
  taskGroup,
  wait as waitForTasks,
  type Report,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { hooks } from "../../src/kernel/hooks.ts";
import { both, caught, dialects } from "../support/dialects.ts";

const stops: (() => void)[] = [];

function listen(listener: Instrument): void {
  stops.push(instrument(listener));
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  // Nobody listens: nothing to pay.
  expect(hooks.tracer).toBe(null);
});

/** Logs what happens to the tasks of these names. */
function logging(log: unknown[], ...names: string[]): Instrument {
  const note =
    (event: string) =>
    (task: Task<unknown>, more?: unknown): void => {
      if (names.includes(task.name)) log.push(more === undefined ? event : [event, more]);
    };
  return {
    taskSpawned: note("spawned"),
    stepStarted: note("step"),
    stepEnded: note("stepped"),
    taskSuspended: (task, { kind }: SuspendedOn) => note("suspended")(task, kind),
    taskWoken: note("woken"),
    taskEnded: (task, outcome) => note("ended")(task, outcome),
  };
}

describe("an instrument", () => {
  test("is told of a coroutine's whole life, in order", async () => {
    const log: unknown[] = [];
    await run(function* () {
      const event = new Event();
      listen(logging(log, "seen"));
      const task = createTask({ name: "seen" }, function* () {
        yield* event.wait();
        yield* checkpoint();
      });
      yield* checkpoint();
      event.set();
      yield* task.join();
    });
    // The parent of a task comes with its spawn; what is logged of it is its name's event only.
    expect(log.map((entry) => (Array.isArray(entry) && entry[0] === "spawned" ? "spawned" : entry))).toEqual([
      "spawned",
      "step",
      ["suspended", "event"],
      "stepped",
      "woken",
      "step",
      // It has given up its turn: it is ready again before its step is over.
      "woken",
      "stepped",
      "step",
      ["ended", "returned"],
      "stepped",
    ]);
  });

  test("is told of an async function's waits, and when it is handed their results", async () => {
    const log: unknown[] = [];
    await run(
      async () => {
        listen(logging(log, "seen"));
        await createTask({ name: "seen" }, async () => {
          await sleep(1);
          await sleep(2);
        }).join();
      },
      { host: createVirtualHost(realHost) },
    );
    const events = log.map((entry) => (Array.isArray(entry) ? (entry[0] as string) : entry));
    expect(events.filter((event) => event !== "step" && event !== "stepped")).toEqual([
      "spawned",
      "suspended",
      "woken",
      "suspended",
      "woken",
      "woken",
      "ended",
    ]);
    expect(log).toContainEqual(["suspended", "sleep"]);
  });

  both("hears how each task ends, also one that ends in its first step", function* ({ fn, wait }) {
    const ends = new Map<string, string>();
    listen({ taskEnded: (task, outcome) => void ends.set(task.name, outcome) });
    const tasks = [
      createTask(
        { name: "returns" },
        fn(function* () {}),
      ),
      createTask(
        { name: "fails" },
        fn(function* () {
          throw new Error("wanted");
        }),
      ),
      createTask({ name: "cancelled" }, () => sleep(1000)),
    ];
    yield* caught(wait(tasks[1]!.join()));
    tasks[2]!.cancel();
    yield* wait(waitForTasks(tasks));
    expect(Object.fromEntries(ends)).toEqual({
      returns: "returned",
      fails: "failed",
      cancelled: "cancelled",
    });
    stops.pop()!();
  });

  both("is given the parent of each task", function* ({ fn, wait }) {
    const parents = new Map<string, string | undefined>();
    listen({ taskSpawned: (task, parent) => void parents.set(task.name, parent?.name) });
    const outer = createTask(
      { name: "outer" },
      fn(function* () {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              yield* wait(shield(fn(() => wait(sleep(1)) as never)));
              group.spawn({ name: "inner" }, () => sleep(1));
            }),
          ),
        );
      }),
    );
    yield* wait(outer.join());
    expect(parents.get("inner")).toBe("outer");
    stops.pop()!();
  });

  both("learns what a task waits for, and the thing itself", function* ({ wait }) {
    const lock = new Lock();
    yield* wait(lock.acquire());
    const seen: SuspendedOn[] = [];
    listen({ taskSuspended: (task, on) => void (task.name === "waiter" && seen.push(on)) });
    const task = createTask({ name: "waiter" }, () => lock.acquire());
    yield* wait(checkpoint());
    yield* wait(sleep(1));
    expect(seen).toEqual([
      { kind: "lock", description: expect.stringContaining("a lock held by"), object: lock },
    ]);
    lock.release();
    yield* wait(task.join());
    stops.pop()!();
  });

  test("sees an eager task begin and end within the step that spawns it", async () => {
    const log: unknown[] = [];
    await run(function* () {
      listen(logging(log, "eager"));
      createTask({ name: "eager", eager: true }, () => {});
      log.push("spawn has returned");
      yield* checkpoint();
    });
    const events = log.map((entry) => (Array.isArray(entry) ? (entry[0] as string) : entry));
    expect(events).toEqual(["spawned", "step", "ended", "stepped", "spawn has returned"]);
  });

  for (const { name, fn, wait } of dialects) {
    test(`that throws is taken off and reported; the others, and the tasks, go on (${name})`, async () => {
      const reports: Report[] = [];
      let steps = 0;
      let calls = 0;
      const failure = new Error("bad instrument");
      const value = await run(
        fn(function* () {
          listen({
            stepStarted() {
              calls++;
              throw failure;
            },
          });
          listen({ stepStarted: () => void steps++ });
          for (let i = 0; i < 5; i++) yield* wait(checkpoint());
          return "done";
        }),
        { onReport: (report) => void reports.push(report) },
      );
      expect(value).toBe("done");
      expect(calls).toBe(1);
      expect(steps).toBeGreaterThanOrEqual(4);
      expect(reports.map(({ code, error }) => [code, error])).toEqual([["INSTRUMENT_FAILED", failure]]);
    });
  }

  test("hears nothing after it was taken off, also of what it saw begin", async () => {
    const log: unknown[] = [];
    await run(function* () {
      const stop = instrument(logging(log, "seen"));
      const task = createTask({ name: "seen" }, () => sleep(1));
      stop();
      const before = log.length;
      yield* task.join();
      expect(log).toHaveLength(before);
      stop();
    });
    expect(hooks.tracer).toBe(null);
  });
});

describe("node's diagnostics channels", () => {
  const names = ["spawn", "step", "suspend", "wake", "end"] as const;

  interface Message {
    readonly task: Task<unknown>;
    readonly [key: string]: unknown;
  }

  function subscribed(seen: [string, Message][]): () => void {
    const offs = names.map((name) => {
      const channel = `corio.task.${name}`;
      const listener = (message: unknown): void => {
        const told = message as Message;
        if (told.task.name === "seen") seen.push([name, told]);
      };
      subscribe(channel, listener);
      return () => void unsubscribe(channel, listener);
    });
    return () => offs.forEach((off) => off());
  }

  for (const { name, fn, wait } of dialects) {
    test(`carry the same, from before the run or from its middle on (${name})`, async () => {
      for (const early of [true, false]) {
        const seen: [string, Message][] = [];
        let off = early ? subscribed(seen) : (): void => {};
        await run(
          fn(function* () {
            if (!early) off = subscribed(seen);
            // A pump of the loop later they are heard.
            yield* wait(sleep(1));
            const task = createTask(
              { name: "seen" },
              fn(() => wait(sleep(5)) as never),
            );
            yield* wait(task.join());
          }),
          { host: createVirtualHost(realHost) },
        );
        off();
        const events = seen.map(([event]) => event);
        for (const event of names) expect(events).toContain(event);
        expect(events[0]).toBe("spawn");
        expect(events.filter((event) => event === "end")).toHaveLength(1);
        const message = (event: string): Message => seen.find(([other]) => other === event)![1];
        expect(message("suspend")["wait"]).toMatchObject({ kind: "sleep", description: "sleep of 5 ms" });
        expect(message("step")).toMatchObject({ start: 1, duration: 0 });
        expect(message("end")).toMatchObject({ outcome: "returned" });
        // It stops at the next look.
        await run(() => {});
      }
    });
  }
});
