// Reading the stack of a suspended task disturbs nothing, whatever it waits for.

import { describe, expect, test } from "vitest";
import {
  Barrier,
  call,
  cancelScope,
  CapacityLimiter,
  channel,
  checkpoint,
  Condition,
  createTask,
  dumpTasks,
  Event,
  fromPromise,
  Future,
  instrument,
  Lock,
  moveOnAfter,
  Queue,
  run,
  Semaphore,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  wait as waitForTasks,
  type Awaitable,
  type Coroutine,
} from "corio";
import { suspend } from "corio/lowlevel";
import { simulate } from "@corio/testing";
import { framesOf } from "../../src/kernel/probe.ts";
import type { TaskNode } from "../../src/kernel/task.ts";
import { both } from "../support/dialects.ts";
import { dumped } from "../support/dumps.ts";
import { nodeHere } from "../support/kernel.ts";

/** A wait of each kind, and what ends it. */
interface Kind {
  readonly kind: string;
  readonly start: () => Awaitable<unknown>;
  /** What another task does then; nothing where the wait ends by itself. */
  readonly end?: () => Coroutine<void> | void;
  readonly value?: unknown;
}

function kinds(): Kind[] {
  const lock = new Lock();
  const semaphore = new Semaphore(0);
  const limiter = new CapacityLimiter(1);
  const borrower = {};
  limiter.tryAcquire(borrower);
  const event = new Event();
  const condition = new Condition();
  const barrier = new Barrier(2);
  const empty = new Queue<string>(1);
  const full = new Queue<string>(1);
  full.putNowait("first");
  const unfinished = new Queue<string>(1);
  unfinished.putNowait("item");
  const [send, receive] = channel<string>(0);
  const [fullSend, fullReceive] = channel<string>(0);
  const future = new Future<string>();
  let settle = (_value: string): void => {};
  const promise = new Promise<string>((resolve) => (settle = resolve));
  let callBack = (_value: string): void => {};
  const joined: Task<string>[] = [];
  const gate = new Event();
  function* openLater(): Coroutine<string> {
    yield* gate.wait();
    return "joined";
  }
  const waitingFor = (): Task<string> => {
    const task = createTask(openLater);
    joined.push(task);
    return task;
  };
  return [
    { kind: "sleep", start: () => sleep(10) },
    { kind: "turn", start: () => checkpoint() },
    {
      kind: "lock",
      start: () => lock.acquire(),
      *end() {
        lock.release();
      },
    },
    { kind: "semaphore", start: () => semaphore.acquire(), end: () => semaphore.release() },
    { kind: "limiter", start: () => limiter.acquire(), end: () => limiter.release(borrower) },
    { kind: "event", start: () => event.wait(), end: () => event.set() },
    {
      kind: "condition",
      start: () => condition.hold(() => condition.wait()),
      *end() {
        yield* condition.hold(() => condition.notify());
      },
    },
    {
      kind: "barrier",
      start: () => barrier.wait(),
      *end() {
        yield* barrier.wait();
      },
      value: 0,
    },
    { kind: "queue", start: () => empty.get(), end: () => empty.putNowait("item"), value: "item" },
    { kind: "queue", start: () => full.put("second"), end: () => void full.getNowait() },
    { kind: "queue", start: () => unfinished.join(), end: () => unfinished.taskDone() },
    { kind: "channel", start: () => receive.receive(), end: () => send.sendNowait("item"), value: "item" },
    { kind: "channel", start: () => fullSend.send("item"), end: () => void fullReceive.receiveNowait() },
    { kind: "future", start: () => future.wait(), end: () => future.setResult("set"), value: "set" },
    { kind: "task", start: () => waitingFor().join(), end: () => gate.set(), value: "joined" },
    { kind: "tasks", start: () => waitForTasks([waitingFor()]), end: () => gate.set() },
    { kind: "promise", start: () => fromPromise(promise), end: () => settle("kept"), value: "kept" },
    {
      kind: "callback",
      start: () => suspend<string>((resolve) => void (callBack = resolve)),
      end: () => callBack("called"),
      value: "called",
    },
    {
      kind: "children",
      start: () => taskGroup((group) => void group.spawn(openLater)),
      end: () => gate.set(),
    },
    {
      kind: "promise",
      start: () => call(async () => fromPromise(promise)),
      end: () => settle("kept"),
      value: "kept",
    },
    { kind: "foreign", start: () => call(() => promise), end: () => settle("kept"), value: "kept" },
    {
      kind: "sleep",
      start: () => timeout(1000, () => shield(() => cancelScope(() => moveOnAfter(500, () => sleep(10))))),
      value: { cancelled: false, value: undefined },
    },
    {
      kind: "sleep",
      start: () => timeout(1000, () => shield(async () => cancelScope(async () => sleep(10)))),
    },
    { kind: "sleep", start: () => run(() => sleep(10)) },
  ];
}

describe("a task that waits is read, and goes on as if nothing had been", () => {
  for (const [index, { kind }] of kinds().entries()) {
    both(
      `for a ${kind} (${index})`,
      function* ({ name, fn, wait, log }) {
        const { start, end, value } = kinds()[index]!;
        if (kind === "lock") {
          // Held by the task that will give it back.
          const first = start();
          yield* wait(first);
        }
        const task = createTask(
          { name: "waiter" },
          fn(function* outer() {
            log.push("begun");
            try {
              const given = yield* wait(
                call(
                  fn(function* inner() {
                    try {
                      return yield* wait(start());
                    } finally {
                      log.push("inner finally");
                    }
                  }),
                ),
              );
              log.push(given);
            } finally {
              log.push("outer finally");
            }
          }),
        );
        yield* wait(checkpoint());
        // A promise of the host's may have to come first.
        if (kind !== "turn") yield* wait(sleep(1));
        for (let i = 0; i < 3; i++) {
          const dump = dumped("waiter");
          expect(dump.waits.map((found) => found.kind)).toEqual([kind]);
          expect(dump.state).toBe(kind === "turn" ? "ready" : "suspended");
          if (name === "coroutine") {
            const functions = dump.waits[0]!.frames.map((frame) => frame.function);
            expect(functions.slice(-2)).toEqual(["inner", "outer"]);
          }
        }
        expect(log).toEqual(["begun"]);
        // It is read once more between the end of its wait and its turn.
        let overs = 0;
        const stop = instrument({
          taskWoken(woken) {
            // Who gives up a turn was woken before anybody could listen.
            if (woken !== task || overs > 0 || kind === "turn") return;
            overs++;
            for (let i = 0; i < 3; i++) {
              const { waits } = dumped("waiter");
              if (name === "coroutine") expect(waits[0]).toMatchObject({ kind, over: true });
            }
            expect(log).toEqual(["begun"]);
          },
        });
        const ending = end?.();
        if (ending !== undefined) yield* wait(call(() => ending));
        yield* wait(task.join());
        stop();
        expect(overs).toBe(kind === "turn" ? 0 : 1);
        expect(log[1]).toBe("inner finally");
        if (value !== undefined) expect(log[2]).toEqual(value);
        expect(log[3]).toBe("outer finally");
        expect(log).toHaveLength(4);
      },
      kind === "turn" ? { order: "fifo" } : { seeds: 10 },
    );
  }
});

describe("a task that waits for what was left floating", () => {
  test("is read while the calls clean up, and goes on", async () => {
    const kinds = new Set<string>();
    const look = (task: Task<unknown>): void => {
      if (task.name !== "waiter") return;
      for (const { kind, frames } of dumped("waiter").waits) {
        kinds.add(kind);
        if (kind === "turn") expect(frames.map((frame) => frame.function)).toEqual(["outer"]);
      }
    };
    const stop = instrument({ taskSuspended: look, taskWoken: look });
    const failure = new Error("wanted");
    const log: unknown[] = [];
    try {
      await simulate(function* () {
        const task = createTask({ name: "waiter" }, function* outer() {
          yield* cancelScope(async () => {
            void (async () => {
              try {
                await sleep(1000);
              } finally {
                await sleep(5);
                log.push("cleaned up");
              }
            })().catch(() => {});
            await sleep(1);
            throw failure;
          });
        });
        try {
          yield* task.join();
        } catch (error) {
          log.push(error);
        }
      });
    } finally {
      stop();
    }
    expect([...kinds]).toEqual(expect.arrayContaining(["children", "turn"]));
    expect(log).toEqual(["cleaned up", failure]);
  });
});

function functions(task: Task<unknown>): string[] {
  return framesOf(task as unknown as TaskNode).map((frame) => frame.function);
}

describe("the stack of a coroutine that waits", () => {
  function* deep(depth: number): Coroutine<number> {
    if (depth === 0) {
      yield* sleep(5);
      return 0;
    }
    return 1 + (yield* deep(depth - 1));
  }

  test("has every generator of the chain, fifty deep, with its line and column", async () => {
    await simulate(function* () {
      function* outermost(): Coroutine<number> {
        return yield* deep(50);
      }
      const task = createTask(outermost);
      yield* sleep(1);
      const frames = framesOf(task as unknown as TaskNode);
      expect(frames.map((frame) => frame.function)).toEqual([
        ...Array.from({ length: 51 }, () => "deep"),
        "outermost",
      ]);
      for (const frame of frames) expect(frame.file).toContain("probe.test.ts");
      // The innermost waits at its sleep, the others where they call themselves.
      expect(frames[0]!.line).toBe(frames[1]!.line - 3);
      expect(new Set(frames.slice(1, 51).map(({ line, column }) => `${line}:${column}`)).size).toBe(1);
      expect(yield* task.join()).toBe(50);
    });
  });

  test("goes through blocks, calls and locks, and leaves the runtime's own frames out", async () => {
    await simulate(function* () {
      const lock = new Lock();
      function* inLock(): Coroutine<void> {
        yield* sleep(5);
      }
      function* inShield(): Coroutine<void> {
        yield* lock.hold(inLock);
      }
      function* inTimeout(): Coroutine<void> {
        yield* shield(inShield);
      }
      function* inCall(): Coroutine<void> {
        yield* timeout(100, inTimeout);
      }
      function* body(): Coroutine<void> {
        yield* call(inCall);
      }
      const task = createTask(body);
      yield* sleep(1);
      expect(functions(task)).toEqual(["inLock", "inShield", "inTimeout", "inCall", "body"]);
      yield* task.join();
    });
  });

  test("is that of its clean-up, and of the release of a resource, while those wait", async () => {
    await simulate(function* () {
      function* cleanUp(): Coroutine<void> {
        yield* sleep(5);
      }
      function* body(): Coroutine<void> {
        try {
          yield* sleep(1000);
        } finally {
          yield* cleanUp();
        }
      }
      function* release(): Coroutine<void> {
        yield* sleep(5);
      }
      const cleaning = createTask(body);
      const releasing = createTask(() => cancelScope((scope) => void scope.defer(release)));
      yield* sleep(1);
      cleaning.cancel();
      yield* checkpoint();
      expect(functions(cleaning)).toEqual(["cleanUp", "body"]);
      expect(functions(releasing)).toEqual(["release"]);
      yield* waitForTasks([cleaning, releasing]);
    });
  });

  test("is there for a wait that is over, until its turn comes", async () => {
    await simulate(function* () {
      const log: string[] = [];
      const event = new Event();
      function* body(): Coroutine<void> {
        yield* event.wait();
        log.push("goes on");
      }
      const task = createTask(body);
      yield* checkpoint();
      event.set();
      expect(dumped(task.name)).toMatchObject({ state: "ready", waits: [{ kind: "event", over: true }] });
      expect(functions(task)).toEqual(["body"]);
      expect(log).toEqual([]);
      yield* checkpoint();
      expect(log).toEqual(["goes on"]);
      expect(functions(task)).toEqual([]);
    });
  });

  test("is there for one that was cancelled, which then throws as it would have", async () => {
    await simulate(function* () {
      const log: unknown[] = [];
      function* body(): Coroutine<void> {
        try {
          yield* sleep(1000);
        } catch (error) {
          log.push((error as Error).message);
          throw error;
        }
      }
      const task = createTask(body);
      yield* checkpoint();
      task.cancel("enough");
      expect(functions(task)).toEqual(["body"]);
      expect(log).toEqual([]);
      yield* waitForTasks([task]);
      expect(log).toEqual(["cancelled: enough"]);
      expect(task.cancelled()).toBe(true);
    });
  });

  test("is empty for the running task and for one that has not begun", async () => {
    await simulate(function* () {
      const task = createTask(function* later(): Coroutine<void> {
        yield* sleep(1);
      });
      expect(functions(task)).toEqual([]);
      expect(dumped("later-1".replace("1", task.name.split("-")[1]!)).state).toBe("ready");
      expect(functions(nodeHere() as unknown as Task<unknown>)).toEqual([]);
      yield* task.join();
    });
  });

  test("can be taken between any two steps, as often as one likes", async () => {
    const run = (): Promise<unknown[]> =>
      simulate(function* () {
        const log: unknown[] = [];
        const queue = new Queue<number>(2);
        const lock = new Lock();
        yield* taskGroup(function* (group) {
          group.spawn(function* () {
            for (let i = 0; i < 5; i++) {
              yield* queue.put(i);
              yield* lock.hold(() => checkpoint());
            }
          });
          for (let consumer = 0; consumer < 2; consumer++) {
            group.spawn(function* () {
              for (let i = 0; i < 2; i++) {
                const item = yield* queue.get();
                yield* lock.hold(function* () {
                  yield* moveOnAfter(1, () => sleep(item));
                  log.push([consumer, item]);
                });
              }
            });
          }
          yield* sleep(20);
        });
        return log;
      });
    const log = await run();
    let looks = 0;
    const look = (): void => void (looks += dumpTasks().runs.length);
    const stop = instrument({ stepStarted: look, stepEnded: look, taskWoken: look });
    try {
      expect(await run()).toEqual(log);
    } finally {
      stop();
    }
    expect(looks).toBeGreaterThan(50);
  });
});
