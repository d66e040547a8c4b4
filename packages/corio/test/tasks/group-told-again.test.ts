// A group that fails although its task was cancelled from outside: the task is told again.

import { expect } from "vitest";
import {
  CancelledError,
  cancelScope,
  checkpoint,
  gather,
  loopTime,
  sleep,
  sleepForever,
  taskGroup,
  TaskGroupError,
  timeout,
  type Scope,
} from "corio";
import { both, caught } from "../support/dialects.ts";

both("the body makes an error of its own of the cancellation (TG12, TG15)", function* (t) {
  const { fn, wait, log } = t;
  const group = fn(function* () {
    try {
      yield* wait(sleepForever());
    } finally {
      throw new Error("body");
    }
  });
  const body = fn(function* (scope: Scope) {
    scope.deadline = 10;
    const error = yield* caught(wait(taskGroup(group)));
    log.push(((error as TaskGroupError).only() as Error).message);
    log.push(yield* caught(wait(checkpoint())));
    // Told again, once: what follows is clean-up.
    yield* wait(sleep(1));
    log.push("clean");
  });
  yield* wait(cancelScope(body));
  expect(log).toEqual(["body", expect.any(CancelledError), "clean"]);
});

both("the body swallows the cancellation, and a task fails (TG12)", function* ({ fn, wait, log }) {
  const failing = fn(function* () {
    try {
      yield* wait(sleepForever());
    } finally {
      throw new Error("child");
    }
  });
  const group = fn(function* (tasks: { spawn(fn: () => unknown): unknown }) {
    tasks.spawn(failing);
    yield* caught(wait(sleepForever()));
  });
  const body = fn(function* (scope: Scope) {
    scope.deadline = 10;
    const error = yield* caught(wait(taskGroup(group)));
    log.push(((error as TaskGroupError).only() as Error).message);
    log.push(yield* caught(wait(checkpoint())));
  });
  yield* wait(cancelScope(body));
  expect(log).toEqual(["child", expect.any(CancelledError)]);
});

both("a task that was cancelled further out is told again, too (TG12)", function* ({ fn, wait, log }) {
  const fails = fn(function* () {
    try {
      yield* wait(sleepForever());
    } finally {
      throw new Error("gathered");
    }
  });
  const child = fn(function* () {
    const error = yield* caught(wait(gather([fails])));
    log.push((error as Error).message);
    log.push(yield* caught(wait(checkpoint())));
  });
  const body = fn(function* (scope: Scope) {
    scope.deadline = 10;
    yield* wait(taskGroup((group) => void group.spawn(child)));
  });
  yield* wait(cancelScope(body));
  expect(log).toEqual(["gathered", expect.any(CancelledError)]);
});

both("a group of the clean-up that fails is its own affair (TG13)", function* ({ fn, wait, log }) {
  const cleanUp = fn(function* () {
    yield* wait(sleep(1));
    throw new Error("clean-up");
  });
  const body = fn(function* (scope: Scope) {
    scope.deadline = 10;
    try {
      yield* wait(sleepForever());
    } finally {
      log.push(yield* caught(wait(taskGroup(cleanUp))));
      yield* wait(sleep(1));
      log.push("clean");
    }
  });
  yield* wait(cancelScope(body));
  expect(log).toEqual([expect.any(TaskGroupError), "clean"]);
});

both("a group that fails by itself tells nobody of anything (TG13)", function* ({ fn, wait, log }) {
  const group = fn(function* () {
    yield* wait(sleep(1));
    throw new Error("body");
  });
  log.push(yield* caught(wait(taskGroup(group))));
  yield* wait(sleep(1));
  log.push("goes on");
  expect(log).toEqual([expect.any(TaskGroupError), "goes on"]);
});

both(
  "an inner deadline that passes in clean-up does not hide the outer one: the task is told of that again (TG14)",
  function* ({ fn, wait, log }) {
    const group = fn(function* () {
      try {
        yield* wait(sleepForever());
      } catch {
        yield* wait(sleep(5));
        throw new Error("clean-up");
      }
    });
    const inner = fn(function* () {
      const error = yield* caught(wait(taskGroup(group)));
      log.push(((error as TaskGroupError).only() as Error).message);
      yield* wait(sleep(1));
      log.push("never");
    });
    const body = fn(function* (outer: Scope) {
      outer.deadline = 10;
      try {
        yield* wait(timeout(12, inner));
      } catch (error) {
        expect(error).toBeInstanceOf(CancelledError);
        expect((error as CancelledError).scope).toBe(outer);
        throw error;
      }
    });
    yield* wait(cancelScope(body));
    expect(log).toEqual(["clean-up"]);
    expect(loopTime()).toBe(15);
  },
);

both(
  "an inner cancellation within clean-up is what the task is told of again, not the one behind the clean-up",
  function* ({ fn, wait, log }) {
    const group = fn(function* () {
      try {
        yield* wait(sleepForever());
      } catch {
        throw new Error("body");
      }
    });
    const inner = fn(function* (scope: Scope) {
      scope.deadline = 20;
      yield* caught(wait(taskGroup(group)));
      const error = yield* caught(wait(checkpoint()));
      log.push((error as CancelledError).scope === scope);
      throw error;
    });
    const body = fn(function* (outer: Scope) {
      outer.deadline = 10;
      try {
        yield* wait(sleepForever());
      } finally {
        yield* wait(cancelScope(inner));
        yield* wait(sleep(5));
        log.push("cleaned up");
      }
    });
    yield* wait(cancelScope(body));
    expect(log).toEqual([true, "cleaned up"]);
    expect(loopTime()).toBe(25);
  },
);
