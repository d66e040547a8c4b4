import { lookup } from "node:dns";
import { writeFileSync } from "node:fs";
import { cancelScope, run, taskGroup } from "corio";
import { suspend } from "corio/lowlevel";
import { expect, test } from "vitest";
import { fileThreads, readBytes } from "../src/index.ts";
import { ThreadBudget } from "../src/thread-budget.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

test("jobs start in order, as many as the limit says; what is withdrawn never starts", () => {
  const budget = new ThreadBudget(2);
  const started: number[] = [];
  const jobs = [0, 1, 2, 3, 4].map((i) => () => void started.push(i));
  for (const job of jobs) budget.submit(job);
  expect(started).toEqual([0, 1]);
  expect(budget.withdraw(jobs[2]!)).toBe(true);
  expect(budget.withdraw(jobs[0]!)).toBe(false);
  budget.finished();
  expect(started).toEqual([0, 1, 3]);
  budget.limit = 3;
  budget.finished();
  expect(started).toEqual([0, 1, 3, 4]);
  expect(budget.statistics()).toMatchObject({ running: 2, waiting: 0, limit: 3 });
});

test("slow jobs have a lane of their own: neither lane waits for the other", () => {
  const budget = new ThreadBudget(2, 1);
  const started: string[] = [];
  const job = (name: string) => () => void started.push(name);
  const waiting = job("s2");
  budget.submit(job("s1"), true);
  budget.submit(waiting, true);
  for (const name of ["q1", "q2", "q3"]) budget.submit(job(name));
  expect(started).toEqual(["s1", "q1", "q2"]);
  expect(budget.statistics()).toEqual({
    running: 2,
    waiting: 1,
    limit: 2,
    slow: { running: 1, waiting: 1, limit: 1 },
  });
  budget.finished(true);
  expect(started).toEqual(["s1", "q1", "q2", "s2"]);
  budget.submit(waiting, true);
  expect(budget.withdraw(waiting)).toBe(true);
  budget.finished(true);
  budget.finished();
  expect(started).toEqual(["s1", "q1", "q2", "s2", "q3"]);
  expect(budget.statistics().slow).toEqual({ running: 0, waiting: 0, limit: 1 });
});

test("thousands of reads leave a thread to others: a look-up does not wait for them", async () => {
  writeFileSync(path("f"), "x".repeat(4096));
  await run(function* () {
    yield* taskGroup(function* (group) {
      for (let i = 0; i < 5000; i++) group.spawn(() => readBytes(path("f")));
      yield* suspend<void>((resolve) => lookup("localhost", () => resolve()));
      const { running, waiting, limit } = fileThreads.statistics();
      expect(running).toBe(limit);
      expect(waiting).toBeGreaterThan(1000);
    });
  });
  expect(fileThreads.statistics()).toMatchObject({ running: 0, waiting: 0 });
});

test("a cancelled operation that had not started leaves the line", async () => {
  writeFileSync(path("f"), "x");
  await run(function* () {
    yield* cancelScope(function* (scope) {
      yield* taskGroup(function* (group) {
        for (let i = 0; i < 100; i++) group.spawn(() => readBytes(path("f")));
        yield* readBytes(path("f"));
        scope.cancel();
      });
    });
    expect(fileThreads.statistics().waiting).toBe(0);
  });
});
