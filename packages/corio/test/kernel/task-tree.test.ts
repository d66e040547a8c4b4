import { expect } from "vitest";
import {
  call,
  type Coroutine,
  createTask,
  Event,
  Lock,
  Queue,
  Semaphore,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
} from "corio";
import { formatTaskTree, suspend } from "corio/lowlevel";
import { both } from "../support/dialects.ts";
import { rootHere } from "../support/kernel.ts";

both(
  "the tree names every task, what it waits for, and who owns it",
  function* ({ fn, wait, reports }) {
    const lock = new Lock();
    const root = rootHere();
    const text = yield* wait(
      taskGroup(
        { cancellable: true },
        fn(function* (group) {
          group.spawn(
            { name: "parent" },
            fn(function* () {
              yield* wait(
                taskGroup(
                  fn(function* (inner) {
                    inner.spawn({ name: "child" }, () => sleep(1000));
                    yield* wait(lock.hold(() => sleepForever()));
                  }),
                ),
              );
            }),
          );
          yield* wait(sleep(1));
          group.spawn({ name: "blocked" }, () => lock.acquire());
          group.spawn({ name: "getter" }, () => new Queue(1).get());
          group.spawn({ name: "permit" }, () => new Semaphore(0).acquire());
          group.spawn({ name: "event" }, () => new Event().wait());
          group.spawn({ name: "callback" }, () => suspend(function database() {}));
          group.spawn({ name: "foreign" }, () => new Promise(() => {}));
          yield* wait(sleep(1));
          const tree = formatTaskTree(root);
          group.cancel();
          return tree;
        }),
      ),
    );
    const lines = text!.split("\n");
    const line = (name: string): string =>
      lines.find((entry) => entry.includes(`- ${name}:`)) ?? `no ${name}`;
    const depth = (name: string): number => line(name).indexOf("-");
    expect(line("parent")).toContain("sleep for ever");
    expect(depth("child")).toBeGreaterThan(depth("parent"));
    expect(line("child")).toContain("sleep of 1000 ms");
    expect(line("blocked")).toContain("a lock held by parent");
    expect(line("getter")).toContain("an item of a queue");
    expect(line("permit")).toContain("a semaphore");
    expect(line("event")).toContain("an event");
    expect(line("callback")).toContain("database");
    expect(line("foreign")).toContain("an async function");
    // Its promise never comes: it was abandoned after the grace.
    expect(reports).toHaveLength(1);
    reports.length = 0;
  },
  { grace: 10 },
);

both("a task that cleans up says so", function* ({ fn, wait }) {
  const root = rootHere();
  const task = createTask(
    { name: "cleaner" },
    fn(function* () {
      try {
        yield* wait(sleepForever());
      } finally {
        yield* wait(sleep(50));
      }
    }),
  );
  yield* wait(sleep(1));
  task.cancel();
  yield* wait(sleep(1));
  expect(formatTaskTree(root)).toMatch(/cleaner: cleaning up.* sleep of 50 ms/);
  yield* wait(sleep(100));
});

both("where an async function waits inside blocks is found", function* ({ wait }) {
  const root = rootHere();
  createTask({ name: "deep" }, async () => {
    await timeout(1000, async () => {
      await shield(async () => {
        await call(async () => sleep(77));
      });
    });
  });
  yield* wait(sleep(1));
  expect(formatTaskTree(root)).toMatch(/deep: .*sleep of 77 ms/);
  yield* wait(sleep(100));
});

both(
  "a tree that is deeper than the stack is shown as well",
  function* ({ fn, wait }) {
    const root = rootHere();
    const depth = 5000;
    function* chain(left: number): Coroutine<void> {
      if (left === 0) yield* sleep(10);
      else
        yield* taskGroup((group) => {
          group.spawn(chain, left - 1);
        });
    }
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(chain, depth);
          yield* wait(sleep(1));
          expect(formatTaskTree(root).split("\n").length).toBeGreaterThan(depth);
        }),
      ),
    );
  },
  { order: "fifo" },
);
