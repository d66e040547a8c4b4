// The call graph: who awaits whom, and where each is.

import { describe, expect, test } from "vitest";
import {
  captureCallGraph,
  createTask,
  currentTask,
  dumpTasks,
  Event,
  formatCallGraph,
  gather,
  moveOnAfter,
  run,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  wait as waitForTasks,
  type CallGraph,
  type Coroutine,
  type Task,
  type TaskDump,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { simulate } from "@corio/testing";
import { both, caught, dialects } from "../support/dialects.ts";

/** The names in a graph: a task's, and in brackets those of who awaits it. */
function names({ task, awaitedBy }: CallGraph): string {
  const inner = awaitedBy.map(names).toSorted().join(" ");
  return inner === "" ? task.name : `${task.name} [${inner}]`;
}

const functionsOf = (graph: CallGraph): string[] => graph.callStack.map((frame) => frame.function);

describe("a task is awaited by", () => {
  both(
    "who joins it, in whatever block, and by whose group it is waited for (A1)",
    function* ({ fn, wait, log }) {
      const root = currentTask();
      const told = new Event();
      const leaf = fn(function* () {
        yield* wait(told.wait());
        log.push(names(captureCallGraph()).replaceAll(root.name, "root"));
      });
      const middle = createTask(
        { name: "middle" },
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn({ name: "leaf" }, leaf);
              }),
            ),
          );
        }),
      );
      const outer = createTask(
        { name: "outer" },
        fn(function* () {
          yield* wait(timeout(1000, () => shield(() => middle.join())));
        }),
      );
      const watcher = createTask(
        { name: "watcher" },
        fn(function* () {
          yield* wait(waitForTasks([middle, outer]));
        }),
      );
      const gatherer = createTask(
        { name: "gatherer" },
        fn(function* () {
          yield* wait(gather([outer.join(), () => sleep(1)]));
        }),
      );
      yield* wait(sleep(5));
      told.set();
      yield* wait(waitForTasks([watcher, gatherer]));
      // gather's items are tasks of their own; the second one has ended.
      const gathered = "task-0 [gatherer [root]]";
      expect(log.map((text) => String(text).replaceAll(/\w+-\d+/g, "task-0"))).toEqual([
        `leaf [middle [outer [${gathered} watcher [root]] watcher]]`,
      ]);
    },
  );

  both(
    "nobody any more when the wait has ended, by its end or a cancellation (A2)",
    function* ({ fn, wait }) {
      const task = createTask({ name: "task" }, () => sleep(100));
      const waiter = createTask(
        { name: "waiter" },
        fn(function* () {
          yield* wait(
            moveOnAfter(
              10,
              fn(function* () {
                yield* wait(task.join());
              }),
            ),
          );
          yield* wait(sleepForever());
        }),
      );
      yield* wait(sleep(5));
      expect(names(captureCallGraph(task))).toBe("task [waiter]");
      yield* wait(sleep(10));
      expect(names(captureCallGraph(task))).toBe("task");
      yield* wait(task.join());
      expect(names(captureCallGraph(task))).toBe("task");
      waiter.cancel();
      yield* caught(wait(waiter.join()));
    },
  );
});

describe("the stack of a task", () => {
  function* innermost(): Coroutine<void> {
    yield* sleep(10);
  }
  function* middle(): Coroutine<void> {
    yield* timeout(1000, function* inTimeout() {
      yield* taskGroup(function* inGroup() {
        yield* innermost();
      });
    });
  }
  function* outermost(): Coroutine<void> {
    yield* middle();
  }

  test("leads through the coroutines and blocks that wait in one another (A1)", async () => {
    await simulate(function* () {
      const task = createTask(outermost);
      yield* sleep(1);
      expect(functionsOf(captureCallGraph(task))).toEqual([
        "innermost",
        "inGroup",
        "inTimeout",
        "middle",
        "outermost",
      ]);
      expect(formatCallGraph(task)).toContain("innermost (");
      yield* task.join();
    });
  });

  test("is cut to the innermost, to the outermost, or left out: the graph stays (A3)", async () => {
    await simulate(function* () {
      const task = createTask({ name: "task" }, outermost);
      const joiner = createTask({ name: "joiner" }, function* joining(): Coroutine<void> {
        yield* task.join();
      });
      yield* sleep(1);
      const cut = (limit: number): string[] => functionsOf(captureCallGraph(task, { limit }));
      expect(cut(2)).toEqual(["innermost", "inGroup"]);
      expect(cut(-2)).toEqual(["middle", "outermost"]);
      const bare = captureCallGraph(task, { limit: 0 });
      expect([bare.callStack, names(bare)]).toEqual([[], "task [joiner]"]);
      expect(bare.awaitedBy[0]!.callStack).toEqual([]);
      yield* joiner.join();
    });
  });
});

describe("tasks that await one another in a ring", () => {
  both(
    "are shown once each, in the graph and in its text; the dump names the ring (A4)",
    function* ({ fn, wait }) {
      const tasks: Task<unknown>[] = [];
      const joining = fn(function* (index: number) {
        yield* wait(sleep(1));
        yield* wait(tasks[index]!.join());
      });
      tasks.push(createTask({ name: "left" }, joining, 1), createTask({ name: "right" }, joining, 0));
      yield* wait(sleep(5));
      expect(names(captureCallGraph(tasks[0]))).toBe("left [right [left]]");
      expect(formatCallGraph(tasks[0]).match(/Task left/g)).toHaveLength(2);
      const { deadlocks } = dumpTasks();
      const ring = deadlocks.find(({ text }) => text.includes("left"))!;
      expect(ring.tasks.map(({ name }) => name).toSorted()).toEqual(["left", "right"]);
      for (const task of tasks) task.cancel();
      for (const task of tasks) yield* caught(wait(task.join()));
      expect(dumpTasks().deadlocks).toEqual([]);
    },
  );
});

describe("where a task was made", () => {
  for (const { name, fn, wait } of dialects) {
    test(`is known in debug mode, and what a waiting async function made last (X9) (${name})`, async () => {
      for (const debug of [true, false]) {
        await run(
          fn(function* () {
            const task = createTask({ name: "child" }, async () => sleep(5));
            yield* wait(sleep(1));
            const tasks = dumpTasks().runs.flatMap((each): readonly TaskDump[] => each.task.tasks);
            const dump = tasks.find((each) => each.name === "child")!;
            if (debug) expect(dump.site).toContain("awaited-by.test.ts");
            else expect(dump.site).toBe(null);
            const made = JSON.stringify(captureCallGraph(task).callStack).includes("awaited-by.test.ts");
            expect(made).toBe(debug);
            yield* wait(task.join());
          }),
          { debug, host: createVirtualHost(realHost) },
        );
      }
    });
  }
});
