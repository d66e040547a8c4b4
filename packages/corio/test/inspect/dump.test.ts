// What a dump says of tasks, scopes and waits.

import { Session } from "node:inspector";
import { expect, test } from "vitest";
import {
  call,
  type CancellableTaskGroup,
  CapacityLimiter,
  checkpoint,
  type Coroutine,
  createTask,
  currentTask,
  dumpTasks,
  formatTasks,
  getRunningLoop,
  type Inspector,
  Lock,
  Queue,
  run,
  type ScopeDump,
  shield,
  sleep,
  sleepForever,
  type TaskDump,
  type TasksDump,
  taskGroup,
  timeout,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { simulate } from "@corio/testing";
import { both, caught, dialects } from "../support/dialects.ts";
import { dumped, dumpedTasks } from "../support/dumps.ts";

both("the tree of a dump is that of ownership: runs, scopes, tasks", function* ({ fn, wait }) {
  yield* wait(
    taskGroup(
      { cancellable: true },
      fn(function* (group) {
        group.spawn(
          { name: "parent" },
          fn(function* () {
            yield* wait(
              taskGroup(
                fn(function* (inner) {
                  inner.spawn({ name: "child" }, () => sleepForever());
                }),
              ),
            );
          }),
        );
        yield* wait(sleep(1));
        const parent = dumped("parent");
        expect(parent).toMatchObject({ kind: "task", tasks: [], scopes: [{ kind: "task group" }] });
        expect(parent.scopes[0]!.tasks.map(({ name }) => name)).toEqual(["child"]);
        const root = dumped(currentTask().name);
        expect(root.kind).toBe("run");
        // The simulation runs its program in a scope of its own.
        const owned = ({ scopes, tasks }: ScopeDump): string[] => [
          ...tasks.map(({ name }) => name),
          ...scopes.flatMap(owned),
        ];
        expect(owned(root)).toContain("parent");
        group.cancel();
      }),
    ),
  );
});

both("a task is running, ready or suspended", function* ({ fn, wait }) {
  const lock = new Lock();
  yield* wait(lock.acquire());
  const waiting = createTask(
    { name: "waiting" },
    fn(function* () {
      yield* wait(lock.acquire());
      lock.release();
    }),
  );
  expect(dumped("waiting").state).toBe("ready");
  yield* wait(sleep(1));
  expect(dumped("waiting")).toMatchObject({ state: "suspended", phase: "body", cancelled: null });
  expect(dumped(currentTask().name).state).toBe("running");
  lock.release();
  expect(dumped("waiting")).toMatchObject({ state: "ready", waits: [{ over: true }] });
  yield* wait(waiting.join());
});

test("in a callback of the loop no task is running", async () => {
  await simulate(function* () {
    let states: string[] = [];
    getRunningLoop().callSoon(() => {
      states = dumpedTasks(dumpTasks()).map(({ state }) => state);
    });
    yield* sleep(1);
    expect(states).toEqual(["suspended"]);
  });
});

both("a wait says what it is for, who holds that, and how it stands", function* ({ fn, wait }) {
  const lock = new Lock();
  yield* wait(lock.acquire());
  const queue = new Queue<number>(3);
  queue.putNowait(1);
  queue.putNowait(2);
  queue.putNowait(3);
  const unbounded = new Queue<number>(Infinity);
  yield* wait(
    taskGroup(
      { cancellable: true },
      fn(function* (group) {
        group.spawn({ name: "locker" }, () => lock.acquire());
        group.spawn({ name: "putter" }, () => queue.put(4));
        group.spawn({ name: "getter" }, () => unbounded.get());
        group.spawn({ name: "joiner" }, () => wait0.join());
        const wait0 = group.spawn({ name: "sleeper" }, () => sleep(100));
        yield* wait(sleep(1));
        const me = currentTask().name;
        const [locker] = dumped("locker").waits;
        expect(locker).toMatchObject({
          kind: "lock",
          description: `a lock held by ${me}`,
          holders: [{ name: me }],
          state: { waiting: 1 },
          over: false,
        });
        expect(locker!.target).toBe(lock);
        expect(locker!.object).toMatch(/^lock#\d+$/);
        expect(dumped("locker").waits[0]!.object).toBe(locker!.object);
        expect(dumped("putter").waits[0]).toMatchObject({
          kind: "queue",
          state: { size: 3, maxsize: 3, putters: 1, getters: 0 },
        });
        expect(dumped("getter").waits[0]!.state).toMatchObject({ size: 0, maxsize: null, getters: 1 });
        expect(dumped("joiner").waits[0]).toMatchObject({ kind: "task", holders: [{ name: "sleeper" }] });
        expect(dumped("joiner").waits[0]!.target).toBe(wait0);
        expect(dumped("sleeper").waits[0]!.state).toEqual({ delay: 100, until: 100 });
        group.cancel();
      }),
    ),
  );
  lock.release();
});

both("a wait says in which blocks it stands", function* ({ fn, wait }) {
  const task = createTask(
    { name: "deep" },
    fn(function* () {
      yield* wait(
        timeout(
          1000,
          fn(function* () {
            yield* wait(shield(fn(() => wait(sleep(10)) as never)));
          }),
        ),
      );
    }),
  );
  yield* wait(sleep(1));
  const deep = dumped("deep");
  expect(deep.waits).toMatchObject([{ kind: "sleep", scopes: ["shield", "timeout", "task"] }]);
  expect(deep.scopes).toMatchObject([
    { kind: "timeout", deadline: 1000, shielded: false, scopes: [{ kind: "shield", shielded: true }] },
  ]);
  yield* wait(task.join());
});

both("an async function has as many waits as it makes at once", function* ({ wait }) {
  const task = createTask({ name: "several" }, async () => {
    const both = [sleep(10), sleep(20)].map(async (each) => each);
    await Promise.all(both);
  });
  yield* wait(sleep(1));
  const delays = dumped("several").waits.map(({ state }) => state["delay"]);
  expect(delays.toSorted((a, b) => Number(a) - Number(b))).toEqual([10, 20]);
  yield* wait(task.join());
});

both(
  "who joins a queue shows whether items are still in it, or were taken and forgotten",
  function* ({ fn, wait }) {
    const queue = new Queue<number>(3);
    for (const item of [1, 2, 3]) queue.putNowait(item);
    const joiner = createTask(
      { name: "joiner" },
      fn(function* () {
        yield* wait(queue.join());
      }),
    );
    queue.getNowait();
    yield* wait(sleep(1));
    expect(dumped("joiner").waits[0]!.description).toBe(
      "a queue's items to be dealt with (3 unfinished, 2 of them in the queue)",
    );
    queue.shutdown({ immediate: true });
    queue.taskDone();
    yield* wait(joiner.join());
  },
);

both("a cancellation is shown with its reason, and whether the task was told", function* ({ fn, wait }) {
  const told = createTask(
    { name: "told" },
    fn(function* () {
      try {
        yield* wait(sleepForever());
      } finally {
        yield* wait(sleep(50));
      }
    }),
  );
  const shielded = createTask({ name: "shielded" }, () => shield(() => sleep(50)));
  const third = createTask({ name: "third" }, () => shield(() => sleep(50)));
  yield* wait(sleep(1));
  third.cancel(new RangeError("of\nmany lines"));
  told.cancel("enough");
  shielded.cancel(new Error("no more"));
  yield* wait(sleep(1));
  expect(dumped("told")).toMatchObject({
    phase: "cleaning up",
    cancelled: { reason: "enough", told: true },
    waits: [{ kind: "sleep", state: { delay: 50 } }],
  });
  expect(dumped("shielded")).toMatchObject({
    phase: "body",
    cancelled: { reason: "no more", told: false },
  });
  expect(dumped("third").cancelled).toEqual({ reason: "RangeError", told: false });
  yield* caught(wait(told.join()));
  yield* wait(shielded.join());
  yield* wait(third.join());
});

both("a task whose body has ended is closing: it waits for its children", function* ({ fn, wait }) {
  const task = createTask(
    { name: "parent" },
    fn(function* () {
      yield* wait(
        run(
          fn(function* () {
            createTask({ name: "stubborn" }, () => shield(() => sleep(20)));
            yield* wait(checkpoint());
          }),
        ),
      );
    }),
  );
  yield* wait(sleep(1));
  const parent = dumped("parent");
  expect(parent).toMatchObject({
    phase: "closing",
    waits: [{ kind: "children", holders: [{ name: "stubborn" }] }],
  });
  expect(parent.scopes[0]).toMatchObject({ kind: "run" });
  yield* wait(task.join());
});

both("a dump is plain data: JSON gives it back", function* ({ fn, wait }) {
  const lock = new Lock();
  yield* wait(lock.acquire());
  const task = createTask(
    { name: "waiting" },
    fn(() => wait(timeout(Infinity, () => lock.acquire())) as never),
  );
  const endless = createTask(() => sleepForever());
  yield* wait(sleep(1));
  const dump = dumpTasks();
  expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
  expect(dumped("waiting").task).toBe(task);
  task.cancel();
  endless.cancel();
  yield* caught(wait(task.join()));
  yield* caught(wait(endless.join()));
  lock.release();
});

test("all runs of the process are in a dump, with their clocks; none when none is active", async () => {
  const names = (): string[] => dumpTasks().runs.map(({ task }) => task.name);
  expect(names()).toEqual([]);
  expect(formatTasks()).toBe("no run is active");
  const virtual = run(
    function* first() {
      yield* sleep(5);
      expect(names()).toEqual(["first", "second"]);
      expect(dumpTasks().runs[0]).toMatchObject({ time: 5, debug: false, loop: { ready: 0 } });
    },
    { host: createVirtualHost(realHost) },
  );
  let finish = (): void => {};
  const real = run(async function second() {
    await new Promise<void>((resolve) => (finish = resolve));
  });
  await virtual;
  expect(names()).toEqual(["second"]);
  finish();
  await real;
  expect(names()).toEqual([]);
});

test("as text, a task stands below its owner, with its wait, its place and its cancellation", async () => {
  await simulate(function* program() {
    const lock = new Lock();
    yield* lock.acquire();
    function* innermost(): Generator<never, void, unknown> {
      yield* lock.acquire() as unknown as Generator<never, void, unknown>;
    }
    const child = createTask({ name: "child" }, function* outermost() {
      yield* timeout(500, innermost);
    });
    yield* sleep(1);
    child.cancel("enough");
    const lines = formatTasks()
      .split("\n")
      .map((line) => line.replace(/[^ (]*\/(?=[a-z-]+\.test)/, ""));
    const at = lines.findIndex((line) => line.includes("- child"));
    expect(lines[at]).toMatch(/^ {2}- child \(#\d+\): ready, cleaning up, cancelled \(enough\)/);
    expect(lines[at + 1]).toMatch(/^ {6}waits for a lock held by .* \[lock#\d+, over\], in a timeout$/);
    expect(lines[at + 2]).toMatch(/^ {8}at innermost \(dump\.test\.ts:\d+:\d+\)$/);
    expect(lines[at + 3]).toMatch(/^ {8}at outermost \(dump\.test\.ts:\d+:\d+\)$/);
    yield* sleep(1);
    lock.release();
  });
});

both("as text, a limiter's borrowers are named, the first of many", function* ({ fn, wait }) {
  const limiter = new CapacityLimiter(2);
  yield* wait(limiter.acquire({}));
  yield* wait(
    taskGroup(
      { cancellable: true },
      fn(function* (group: CancellableTaskGroup) {
        group.spawn(
          { name: "borrower" },
          fn(() => wait(limiter.hold(() => sleep(1000))) as never),
        );
        yield* wait(sleep(1));
        group.spawn(
          { name: "waiting" },
          fn(() => wait(limiter.acquire()) as never),
        );
        yield* wait(sleep(1));
        expect(formatTasks()).toMatch(/waits for a limiter .* \[limiter#\d+, held by borrower\]/);
        limiter.total = 8;
        for (let i = 0; i < 6; i++) {
          group.spawn(
            { name: `other ${i}` },
            fn(() => wait(limiter.hold(() => sleep(1000))) as never),
          );
        }
        yield* wait(sleep(1));
        expect(formatTasks()).toMatch(/held by borrower, waiting(, other \d){3} and 2 others\]/);
        group.cancel();
      }),
    ),
  );
});

test("what an async function makes before it has waited shows the stack of its coroutine once", async () => {
  const program = function* (): Coroutine<void> {
    const task = createTask({ name: "bridge" }, function* outermost(): Coroutine<void> {
      yield* call(async function inside() {
        await sleep(5);
      });
    });
    yield* sleep(1);
    expect(dumped("bridge").waits[0]!.frames.map((frame) => frame.function)).toEqual(["inside", "outermost"]);
    yield* task.join();
  };
  await run(program, { debug: true, host: createVirtualHost(realHost) });
});

test("from outside, the dump is behind a global symbol", async () => {
  const inspector = (globalThis as { [key: symbol]: unknown })[Symbol.for("corio.inspect")] as Inspector;
  expect(inspector.version).toBe(1);
  await simulate(function* named() {
    yield* sleep(1);
    expect(inspector.dump().runs[0]!.task).toMatchObject({ state: "running" } satisfies Partial<TaskDump>);
    expect(inspector.format()).toContain("run ");
  });
});

test("a debugger gets the dump by value", async () => {
  const session = new Session();
  session.connect();
  try {
    await simulate(function* () {
      createTask({ name: "looked at" }, function* looked() {
        yield* sleep(5);
      });
      yield* sleep(1);
      let given: unknown;
      const expression = 'globalThis[Symbol.for("corio.inspect")].dump()';
      // The answer comes before the call returns.
      session.post("Runtime.evaluate", { expression, returnByValue: true }, (error, { result }) => {
        given = error ?? result.value;
      });
      const [run] = (given as TasksDump).runs;
      expect(run!.task.tasks).toMatchObject([
        { name: "looked at", waits: [{ kind: "sleep", frames: [{ function: "looked" }] }] },
      ]);
      yield* sleep(10);
    });
  } finally {
    session.disconnect();
  }
});

for (const { name, fn, wait } of dialects) {
  test(`how old a task is, and how long it waits, is known in debug mode (${name})`, async () => {
    for (const debug of [true, false]) {
      await run(
        fn(function* () {
          const task = createTask(
            { name: "waiting" },
            fn(() => wait(sleep(100)) as never),
          );
          yield* wait(sleep(10));
          const dump = dumped("waiting");
          expect([dump.age, dump.waits[0]!.waited]).toEqual(debug ? [10, 10] : [null, null]);
          yield* wait(task.join());
        }),
        { debug, host: createVirtualHost(realHost) },
      );
    }
  });
}

test("tasks that stand deeper than the stack are dumped as any", async () => {
  const depth = 3000;
  let lines: string[] = [];
  function* down(level: number): Coroutine<void> {
    if (level > 0) yield* taskGroup((group) => void group.spawn(down, level - 1));
    else lines = formatTasks().split("\n");
  }
  await simulate(() => down(depth));
  const names = lines.filter((line) => /^ *- /.test(line));
  // The root of the run is the first.
  expect(names).toHaveLength(1 + depth);
  expect(names.at(-1)).toMatch(/- down-\d+ \(#\d+\): running$/);
});
