import { describe, expect } from "vitest";
import {
  cancelScope,
  createTask,
  loopTime,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  taskGroup,
  type Task,
} from "corio";
import { both } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

describe("createTask", () => {
  both("belongs to the run: it outlives the block that made it", function* ({ fn, wait, log }) {
    let task: Task<unknown> | undefined;
    yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          task = createTask(
            fn(function* () {
              yield* wait(sleep(50));
              log.push("outlived");
            }),
          );
          yield* wait(sleepForever());
        }),
      ),
    );
    yield* wait(task!.join());
    expect(log).toEqual(["outlived"]);
  });

  both("is cancelled and waited for when the run ends (R2)", function* ({ fn, wait, log }) {
    const value = yield* wait(
      run(
        fn(function* () {
          createTask(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                yield* wait(sleep(10));
                log.push("cleaned");
              }
            }),
          );
          yield* wait(sleep(1));
          return "value";
        }),
      ),
    );
    expect(value).toBe("value");
    expect(log).toEqual(["cleaned"]);
    expect(loopTime()).toBe(11);
    expect(nodeHere().first).toBe(null);
  });

  both("belongs to the inner run where it was made", function* ({ fn, wait, log }) {
    yield* wait(
      run(
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* () {
                createTask(
                  fn(function* () {
                    try {
                      yield* wait(sleepForever());
                    } finally {
                      log.push("ended with the inner run");
                    }
                  }),
                );
                yield* wait(sleep(1));
              }),
            ),
          );
          log.push("group left");
        }),
      ),
    );
    expect(log).toEqual(["group left", "ended with the inner run"]);
  });

  both("made after the run's end has begun: it is told at its first await, and waited for", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      run(
        fn(function* () {
          createTask(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                createTask(
                  fn(function* () {
                    log.push("started");
                    yield* wait(sleep(1e6));
                    log.push("never");
                  }),
                );
              }
            }),
          );
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(log).toEqual(["started"]);
    expect(loopTime()).toBe(1);
  });

  both("errors while the run ends are reported, not dropped (R3)", function* ({ fn, wait, reports }) {
    const failure = new Error("in its clean-up");
    yield* wait(
      run(
        fn(function* () {
          createTask(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                throw failure;
              }
            }),
          );
          yield* wait(sleep(1));
        }),
      ),
    );
    yield* wait(sleep(1));
    expect(reports.map((report) => report.error)).toEqual([failure]);
    reports.length = 0;
  });

  both("a cancelled scope around its maker does not touch it", function* ({ fn, wait, log }) {
    let task: Task<unknown> | undefined;
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          scope.cancel();
          task = createTask(
            fn(function* () {
              yield* wait(sleep(1));
              log.push("whole");
            }),
          );
        }),
      ),
    );
    yield* wait(task!.join());
    expect(log).toEqual(["whole"]);
  });
});
