// AsyncLocalStorage: what tracing libraries rely on.

import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as hostTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  call,
  createTask,
  Event,
  fromPromise,
  gather,
  Lock,
  map,
  moveOnAfter,
  Queue,
  run,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
} from "corio";
import { suspend } from "corio/lowlevel";
import type { ScopeNode } from "../../src/kernel/scope.ts";
import { both } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

const als = new AsyncLocalStorage<string>();

describe("the spawner's store", () => {
  both("is seen in every step of a task, whatever it waits for", function* ({ fn, wait, log }) {
    const lock = new Lock();
    const queue = new Queue<number>(1);
    const event = new Event();
    const look = (): void => void log.push(als.getStore());
    const worker = fn(function* () {
      look();
      yield* wait(sleep(1));
      look();
      yield* wait(sleep(0));
      look();
      yield* wait(event.wait());
      look();
      yield* wait(lock.acquire());
      look();
      lock.release();
      yield* wait(queue.get());
      look();
      yield* wait(fromPromise(hostTurn()));
      look();
      yield* wait(suspend<void>((resolve) => void setImmediate(resolve)));
      look();
      yield* wait(
        timeout(
          100,
          fn(function* () {
            look();
            yield* wait(sleep(1));
            look();
          }),
        ),
      );
      look();
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          yield* wait(lock.acquire());
          als.run("spawner", () => group.spawn(worker));
          // All that wakes it comes from elsewhere: from this task, which has no store.
          yield* wait(sleep(5));
          event.set();
          yield* wait(sleep(5));
          lock.release();
          yield* wait(sleep(5));
          yield* wait(queue.put(1));
          expect(als.getStore()).toBe(undefined);
        }),
      ),
    );
    expect(log).toHaveLength(11);
    expect(new Set(log)).toEqual(new Set(["spawner"]));
  });

  both("is each task's own, however they wake each other", function* ({ fn, wait, log }) {
    const lock = new Lock();
    const worker = fn(function* (name: string) {
      for (let i = 0; i < 5; i++) {
        yield* wait(lock.acquire());
        yield* wait(sleep(0));
        log.push(als.getStore() === name);
        lock.release();
      }
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const name of ["a", "b", "c"]) als.run(name, () => group.spawn(worker, name));
        }),
      ),
    );
    expect(log).toEqual(Array.from({ length: 15 }, () => true));
    expect(als.getStore()).toBe(undefined);
  });

  both("is seen in clean-up after a cancellation, and in releases", function* ({ fn, wait, log }) {
    const worker = fn(function* () {
      nodeHere().defer(
        fn(function* () {
          log.push(`release ${als.getStore()}`);
          yield* wait(sleep(1));
          log.push(`release ${als.getStore()}`);
        }),
      );
      try {
        yield* wait(sleepForever());
      } finally {
        log.push(`finally ${als.getStore()}`);
        yield* wait(sleep(1));
        log.push(`finally ${als.getStore()}`);
      }
    });
    yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          als.run("owner", () => group.spawn(worker));
          yield* wait(sleep(1));
          als.run("canceller", () => group.cancel());
        }),
      ),
    );
    expect(log).toEqual(["finally owner", "finally owner", "release owner", "release owner"]);
  });

  both("goes down to the children of children", function* ({ fn, wait, log }) {
    const child = fn(function* () {
      yield* wait(sleep(1));
      log.push(als.getStore());
    });
    const parent = fn(function* () {
      yield* wait(sleep(1));
      createTask(child);
      yield* wait(gather([child, () => log.push(als.getStore())]));
      yield* wait(map([1, 2], child, { concurrency: 2 }));
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          als.run("root", () => group.spawn(parent));
        }),
      ),
    );
    yield* wait(sleep(10));
    expect(log).toEqual(["root", "root", "root", "root", "root"]);
  });

  both("is seen by what a wait starts", function* ({ fn, wait, log }) {
    const worker = fn(function* () {
      yield* wait(sleep(1));
      yield* wait(
        suspend<void>((resolve) => {
          log.push(als.getStore());
          resolve();
        }),
      );
      yield* wait(
        fromPromise(async () => {
          log.push(als.getStore());
          await hostTurn();
          log.push(als.getStore());
        }),
      );
      yield* wait(
        call(async () => {
          await sleep(1);
          log.push(als.getStore());
        }),
      );
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          als.run("mine", () => group.spawn(worker));
        }),
      ),
    );
    expect(log).toEqual(["mine", "mine", "mine", "mine"]);
  });
});

test("a store set inside an async function holds over its awaits, and for coroutines it calls", async () => {
  const log: unknown[] = [];
  await run(async () => {
    await als.run("inner", async () => {
      await sleep(1);
      log.push(als.getStore());
      await call(function* () {
        log.push(als.getStore());
        yield* sleep(1);
        log.push(als.getStore());
      });
      log.push(als.getStore());
    });
    log.push(als.getStore());
  });
  expect(log).toEqual(["inner", "inner", "inner", "inner", undefined]);
});

test("what a run is started in is seen inside it, not beside it", async () => {
  const stores = await als.run("outside", () =>
    run(function* () {
      yield* sleep(1);
      return als.getStore();
    }),
  );
  expect(stores).toBe("outside");
  expect(als.getStore()).toBe(undefined);
});

describe("scope tokens", () => {
  both("are emptied when their scope closes", function* ({ fn, wait }) {
    const nodes: ScopeNode[] = [];
    const body = fn(function* () {
      nodes.push(nodeHere());
      // Async code in each of them, so that there is a token.
      yield* wait(call(async () => sleep(1)));
    });
    yield* wait(timeout(100, body));
    yield* wait(moveOnAfter(1, body));
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(body);
          yield* wait(call(body));
        }),
      ),
    );
    expect(nodes).toHaveLength(4);
    for (const node of nodes) {
      expect(node.token).not.toBe(null);
      expect(node.token!.scope).toBe(null);
    }
  });

  test("a host timer that a finished task left running keeps nothing of the task alive", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    let handle: NodeJS.Timeout | undefined;
    const start = async (): Promise<WeakRef<object>> => {
      let ref: WeakRef<object> | undefined;
      await run(async () => {
        await taskGroup(async (group) => {
          const task = group.spawn(async () => {
            const held = { big: new Array(1000).fill(0) };
            handle = setTimeout(() => {}, 1e6);
            await sleep(0);
            return held;
          });
          ref = new WeakRef<object>(task);
        });
      });
      return ref!;
    };
    const ref = await start();
    for (let i = 0; i < 10 && ref.deref() !== undefined; i++) {
      await hostTurn();
      collect();
    }
    expect(ref.deref()).toBe(undefined);
    clearTimeout(handle);
  });
});
