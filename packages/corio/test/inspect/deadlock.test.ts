// Rings of tasks that wait for one another are found and named.

import { describe, expect, test } from "vitest";
import {
  CapacityLimiter,
  createTask,
  type DeadlockDump,
  DeadlockError,
  dumpTasks,
  Lock,
  run,
  sleep,
  type Task,
  taskGroup,
  timeout,
  wait as waitForTasks,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught, dialects } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";

function texts(): string[] {
  return dumpTasks().deadlocks.map(({ text }) => text);
}

function names(deadlock: DeadlockDump): string[] {
  return deadlock.tasks.map(({ name }) => name);
}

function* endAll(
  tasks: readonly Task<unknown>[],
  join: (task: Task<unknown>) => Generator<unknown, unknown, unknown>,
): Generator<unknown, void, unknown> {
  for (const task of tasks) task.cancel();
  for (const task of tasks) yield* caught(join(task));
}

describe("DeadlockError", () => {
  for (const { name, fn, wait } of dialects) {
    test(`names the ring, and the places of coroutines (${name})`, async () => {
      const a = new Lock();
      const b = new Lock();
      const takeBoth = fn(function* takeBoth(first: Lock, second: Lock) {
        yield* wait(first.acquire());
        yield* wait(sleep(1));
        yield* wait(second.acquire());
      });
      const program = fn(function* program() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              group.spawn({ name: "left" }, takeBoth, a, b);
              group.spawn({ name: "right" }, takeBoth, b, a);
            }),
          ),
        );
      });
      const error = await failureOf(() => run(program, { host: createVirtualHost(realHost) }) as never);
      expect(error).toBeInstanceOf(DeadlockError);
      const { message } = error as Error;
      expect(message).toContain("- left: waiting for a lock held by right");
      expect(message).toMatch(
        /^Deadlock: left waits for a lock held by right, right waits for a lock held by left$/m,
      );
      if (name === "coroutine")
        expect(message).toMatch(/- left: .*, at takeBoth \(.*deadlock\.test\.ts:\d+:\d+\)/);
    });
  }
});

describe("a dump", () => {
  both("has no ring where tasks only wait for those who will go on", function* ({ fn, wait }) {
    const lock = new Lock();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(lock.hold(() => sleep(10)));
            }),
          );
          const second = group.spawn(
            fn(function* () {
              yield* wait(lock.hold(() => sleep(10)));
            }),
          );
          group.spawn(
            fn(function* () {
              yield* wait(second.join());
            }),
          );
          for (let i = 0; i < 4; i++) {
            yield* wait(sleep(5));
            expect(texts()).toEqual([]);
          }
        }),
      ),
    );
  });

  both("names a ring of three, and who waits behind it", function* ({ fn, wait }) {
    const locks = [new Lock(), new Lock(), new Lock()];
    const tasks: Task<unknown>[] = locks.map((lock, i) =>
      createTask(
        { name: `philosopher-${i}` },
        fn(function* () {
          yield* wait(lock.acquire());
          yield* wait(sleep(1));
          yield* wait(locks[(i + 1) % 3]!.acquire());
        }),
      ),
    );
    tasks.push(createTask({ name: "guest" }, () => tasks[1]!.join()));
    yield* wait(sleep(5));
    const [deadlock, ...others] = dumpTasks().deadlocks;
    expect(others).toEqual([]);
    expect(names(deadlock!).toSorted()).toEqual(["philosopher-0", "philosopher-1", "philosopher-2"]);
    expect(deadlock!.behind.map(({ name }) => name)).toEqual(["guest"]);
    expect(deadlock!.until).toBe(null);
    yield* endAll(tasks, (task) => wait(task.join()));
    expect(texts()).toEqual([]);
  });

  both("names a parent that holds what its child waits for", function* ({ fn, wait }) {
    const lock = new Lock();
    const parent = createTask(
      { name: "parent" },
      fn(function* () {
        yield* wait(lock.acquire());
        yield* wait(
          taskGroup(
            fn(function* (group) {
              group.spawn({ name: "child" }, () => lock.acquire());
              // A sibling that goes on does not help: the group waits for all.
              group.spawn({ name: "busy" }, () => sleep(1000));
            }),
          ),
        );
      }),
    );
    yield* wait(sleep(1));
    const [deadlock] = dumpTasks().deadlocks;
    expect(names(deadlock!).toSorted()).toEqual(["child", "parent"]);
    expect(deadlock!.text).toContain("parent waits for its children (child)");
    expect(deadlock!.text).toContain("child waits for a lock held by parent");
    yield* endAll([parent], (task) => wait(task.join()));
  });

  both("names what waits for a lock that an ended task has kept", function* ({ fn, wait }) {
    const lock = new Lock();
    yield* wait(createTask({ name: "careless" }, () => lock.acquire()).join());
    const waiter = createTask(
      { name: "waiter" },
      fn(() => wait(lock.acquire()) as never),
    );
    yield* wait(sleep(1));
    expect(texts()).toEqual(["waiter waits for a lock held by careless, which has ended"]);
    yield* endAll([waiter], (task) => wait(task.join()));
  });

  both("says until when a ring lasts that a deadline will break", function* ({ fn, wait }) {
    const a = new Lock();
    const b = new Lock();
    const takeBoth = fn(function* (first: Lock, second: Lock, limit: number) {
      yield* wait(first.acquire());
      try {
        yield* wait(sleep(1));
        yield* wait(timeout(limit, () => second.acquire()));
      } finally {
        first.release();
      }
    });
    const tasks = [createTask(takeBoth, a, b, 100), createTask(takeBoth, b, a, 200)];
    yield* wait(sleep(10));
    expect(dumpTasks().deadlocks.map(({ until }) => until)).toEqual([101]);
    yield* wait(waitForTasks(tasks));
    expect(tasks.map((task) => task.exception() === null)).toEqual([false, true]);
  });

  both("takes all borrowers of a limiter to be stuck, not one", function* ({ fn, wait }) {
    const limiter = new CapacityLimiter(2);
    const lock = new Lock();
    const tasks: Task<unknown>[] = [];
    tasks.push(
      createTask(
        { name: "holder" },
        fn(function* () {
          yield* wait(lock.acquire());
          yield* wait(sleep(1));
          yield* wait(limiter.acquire());
        }),
      ),
      createTask(
        { name: "stuck" },
        fn(function* () {
          yield* wait(limiter.acquire());
          yield* wait(sleep(1));
          yield* wait(lock.acquire());
        }),
      ),
      createTask(
        { name: "busy" },
        fn(function* () {
          yield* wait(limiter.acquire());
          yield* wait(sleep(50));
          yield* wait(lock.acquire());
        }),
      ),
    );
    yield* wait(sleep(10));
    expect(texts()).toEqual([]);
    yield* wait(sleep(100));
    expect(texts()).toHaveLength(1);
    yield* endAll(tasks, (task) => wait(task.join()));
  });
});
