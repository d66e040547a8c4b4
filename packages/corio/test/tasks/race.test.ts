import { describe, expect } from "vitest";
import {
  allSettled,
  any,
  createTask,
  loopTime,
  race,
  retry,
  sleep,
  sleepForever,
  TaskCancelledError,
  taskGroup,
  TaskGroupError,
  timeout,
  TimeoutError,
  type Ready,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("race", () => {
  both("gives the first value; the losers are cancelled and waited for", function* ({ fn, wait, log }) {
    const value = yield* wait(
      race([
        fn(function* () {
          yield* wait(sleep(10));
          return "quick";
        }),
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            yield* wait(sleep(5));
            log.push("loser cleaned up");
          }
        }),
      ]),
    );
    expect(value).toBe("quick");
    expect(log).toEqual(["loser cleaned up"]);
    expect(loopTime()).toBe(15);
  });

  both("throws the first error", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        race([
          sleep(100),
          fn(function* () {
            yield* wait(sleep(1));
            throw new RangeError("first");
          }),
        ]),
      ),
    );
    expect(error).toBeInstanceOf(RangeError);
    expect(loopTime()).toBe(1);
  });

  both("a failing clean-up of a loser is thrown", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        race([
          sleep(1),
          fn(function* () {
            try {
              yield* wait(sleepForever());
            } finally {
              throw new Error("clean-up");
            }
          }),
        ]),
      ),
    );
    expect((error as Error).message).toBe("clean-up");
  });

  both(
    "one that fails in the same turn, before it is told to stop, has come second",
    function* ({ fn, wait }) {
      const value = fn(function* () {
        yield* wait(sleep(5));
        return "first";
      });
      const failing = fn(function* () {
        yield* wait(sleep(5));
        throw new RangeError("second");
      });
      expect(yield* wait(race([value, failing]))).toBe("first");
      expect(yield* caught(wait(race([failing, value])))).toBeInstanceOf(RangeError);
    },
    { order: "fifo" },
  );

  both("an item that stands there twice takes part once", function* ({ wait }) {
    const item = sleep(5, "once");
    expect(yield* wait(race([item, item]))).toBe("once");
    const other = sleep(5, "again");
    expect(yield* wait(any([other, other]))).toBe("again");
    const failing = retry(
      () => {
        throw new RangeError("sole");
      },
      { attempts: 1 },
    );
    expect(yield* caught(wait(any([failing, failing])))).toBeInstanceOf(RangeError);
  });

  both("a timeout around a race cancels all", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(race([sleep(100), sleepForever()]));
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect(loopTime()).toBe(10);
  });
});

describe("any", () => {
  both("gives the first value, whatever failed before", function* ({ fn, wait }) {
    const value = yield* wait(
      any([
        fn(function* () {
          yield* wait(sleep(1));
          throw new Error("early");
        }),
        fn(function* () {
          yield* wait(sleep(2));
          return 2;
        }),
        sleepForever(),
      ]),
    );
    expect(value).toBe(2);
    expect(loopTime()).toBe(2);
  });

  both("throws all failures when nobody has a value", function* ({ fn, wait }) {
    const failing = (after: number) =>
      fn(function* (): Generator<unknown, number> {
        yield* wait(sleep(after));
        throw new Error(`after ${after}`);
      });
    const error = yield* caught(wait(any([failing(2), failing(1)])));
    expect(error).toBeInstanceOf(TaskGroupError);
    expect((error as TaskGroupError).errors.map((e: Error) => e.message)).toEqual(["after 1", "after 2"]);
    const sole = yield* caught(wait(any([failing(1)])));
    expect((sole as Error).message).toBe("after 1");
  });
});

describe("allSettled", () => {
  both("tells how each one ended, and stops nobody (G4)", function* ({ fn, wait }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleepForever());
      }),
    );
    task.cancel();
    const results = yield* wait(
      allSettled([
        fn(function* (): Generator<unknown, number> {
          throw new RangeError("no");
        }),
        fn(function* () {
          yield* wait(sleep(5));
          return 1;
        }),
        task.join(),
      ]),
    );
    expect(results[0]).toEqual({ status: "rejected", reason: expect.any(RangeError) });
    expect(results[1]).toEqual({ status: "fulfilled", value: 1 });
    expect(results[2]).toEqual({ status: "rejected", reason: expect.any(TaskCancelledError) });
  });
});

describe("allSettled of an item twice", () => {
  both("runs it once and fills both places (G8)", function* ({ wait }) {
    const item = sleep(5, "once");
    const settled = { status: "fulfilled", value: "once" };
    expect(yield* wait(allSettled([item, sleep(1), item]))).toEqual([
      settled,
      { status: "fulfilled", value: undefined },
      settled,
    ]);
  });
});

describe("retry", () => {
  both("calls again with growing delays, and throws the last error", function* ({ fn, wait, log }) {
    const value = yield* wait(
      retry(
        fn(function* (attempt: number) {
          log.push([attempt, loopTime()]);
          yield* wait(sleep(0));
          if (attempt < 3) throw new Error("not yet");
          return "there";
        }),
        { delay: 10, jitter: 0 },
      ),
    );
    expect(value).toBe("there");
    expect(log).toEqual([
      [1, 0],
      [2, 10],
      [3, 30],
    ]);
    const error = yield* caught(
      wait(
        retry(
          fn(function* (attempt: number): Generator<unknown, void> {
            throw new Error(`attempt ${attempt}`);
          }),
          { attempts: 5, delay: 1, when: (_, attempt) => attempt < 2 },
        ),
      ),
    );
    expect((error as Error).message).toBe("attempt 2");
  });
});

describe("group.start", () => {
  both("waits until the task says that it is ready", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const port = yield* wait(
            group.start(
              fn(function* (ready: Ready<number>, base: number) {
                yield* wait(sleep(5));
                ready(base + 80);
                yield* wait(sleep(5));
                log.push("served");
              }),
              8000,
            ),
          );
          log.push(port, loopTime());
        }),
      ),
    );
    expect(log).toEqual([8080, 5, "served"]);
  });

  both("a failure before that is thrown to the starter only", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const error = yield* caught(
            wait(
              group.start(
                fn(function* (): Generator<unknown, void> {
                  throw new RangeError("no port");
                }),
              ),
            ),
          );
          log.push((error as Error).message);
          const silent = yield* caught(wait(group.start(fn(function* () {}))));
          log.push((silent as Error).message);
          yield* wait(sleep(1));
          log.push("the group lives");
        }),
      ),
    );
    expect(log).toEqual(["no port", "The task ended without saying that it was ready", "the group lives"]);
  });

  both("a cancelled start cancels the task", function* ({ fn, wait, log }) {
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const error = yield* caught(
            wait(
              timeout(
                5,
                fn(function* () {
                  yield* wait(
                    group.start(
                      fn(function* () {
                        try {
                          yield* wait(sleepForever());
                        } finally {
                          log.push("stopped");
                        }
                      }),
                    ),
                  );
                }),
              ),
            ),
          );
          expect(error).toBeInstanceOf(TimeoutError);
        }),
      ),
    );
    expect(log).toEqual(["stopped"]);
    expect(loopTime()).toBe(5);
  });
});
