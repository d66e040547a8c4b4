// Producers: coroutines to iterate over. Who waits for whom, who closes whom, and what they may not do.

import { describe, expect, test } from "vitest";
import {
  type Awaitable,
  BadYieldError,
  call,
  cancelScope,
  CancelledError,
  ContextVar,
  type Coroutine,
  createTask,
  currentScope,
  currentTask,
  type Emit,
  Event,
  forEach,
  GeneratorExit,
  InvalidStateError,
  loopTime,
  map,
  moveOnAfter,
  producer,
  type Producer,
  run,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";

function* numbers(emit: Emit<number>, count: number, log: unknown[] = []) {
  try {
    for (let i = 0; i < count; i++) {
      yield* sleep(1);
      yield* emit(i);
    }
    log.push("complete");
  } finally {
    log.push("finally");
    yield* sleep(5);
    log.push(`cleaned at ${loopTime()}`);
  }
}

/** The loop of the dialect over what a producer gives. */
function* each<T>(
  { name, fn, wait }: Dialect,
  items: Producer<T>,
  body: (item: T) => Generator<unknown, unknown, unknown>,
) {
  if (name === "coroutine") return yield* wait(forEach(items, fn(body)));
  return yield* wait(
    call(async () => {
      for await (const item of items) if ((await call(fn(body), item)) === "break") break;
    }),
  );
}

describe("a producer", () => {
  both("gives its items one at a time, as they are asked for", function* (t) {
    const { wait, log } = t;
    yield* each(t, producer(numbers, 3, log), function* (item) {
      log.push(item);
      yield* wait(sleep(10));
    });
    expect(log).toEqual([0, 1, 2, "complete", "finally", "cleaned at 38"]);
  });

  both("runs in its consumer's task, and only while that asks", function* (t) {
    const { wait, log } = t;
    const color = new ContextVar("color", { default: "none" });
    const consumer = currentTask();
    const items = producer(function* (emit: Emit<string>) {
      log.push("begun");
      expect(currentTask()).toBe(consumer);
      yield* emit(color.get());
      log.push("asked again");
      color.set("of the producer");
      yield* emit(color.get());
    });
    yield* wait(sleep(1));
    expect(log).toEqual([]);
    color.set("red");
    if (t.name === "coroutine") {
      const next = (): Generator<unknown, IteratorResult<string>, unknown> => wait(items.next() as never);
      expect(yield* next()).toEqual({ value: "red", done: false });
      yield* wait(sleep(5));
      expect(log).toEqual(["begun"]);
      expect(yield* next()).toEqual({ value: "of the producer", done: false });
      expect(color.get()).toBe("of the producer");
      expect(yield* next()).toEqual({ value: undefined, done: true });
      expect(yield* next()).toEqual({ value: undefined, done: true });
    } else {
      yield* each(t, items, function* (item) {
        log.push(item);
      });
      expect(log).toEqual(["begun", "red", "asked again", "of the producer"]);
    }
  });

  both("may open scopes between its items", function* (t) {
    const { log } = t;
    const items = producer(function* (emit: Emit<string>) {
      for (let i = 0; i < 3; i++) {
        const item = yield* timeout(100, function* () {
          return yield* taskGroup(function* (group) {
            const task = group.spawn(function* () {
              yield* sleep(2);
              return `item ${i}`;
            });
            return yield* task.join();
          });
        });
        yield* emit(item);
      }
    });
    yield* each(t, items, function* (item) {
      log.push(item);
    });
    expect(log).toEqual(["item 0", "item 1", "item 2"]);
  });

  both("throws what its body throws where an item is asked for; then it has ended", function* (t) {
    const { wait } = t;
    const failure = new RangeError("failed");
    const items = producer(function* (emit: Emit<number>) {
      yield* emit(1);
      yield* sleep(1);
      throw failure;
    });
    const seen: number[] = [];
    const error = yield* caught(
      each(t, items, function* (item) {
        seen.push(item);
      }),
    );
    expect([error, seen]).toEqual([failure, [1]]);
    expect(yield* wait(items.next() as never)).toEqual({ value: undefined, done: true });
  });

  both(
    "gives up the turn though it never waits: it cannot starve others",
    function* (t) {
      const { wait } = t;
      let stop = false;
      const timer = createTask(() => {
        stop = true;
      });
      const items = producer(function* (emit: Emit<number>) {
        while (!stop) yield* emit(1);
      });
      yield* each(t, items, function* () {});
      yield* wait(timer.join());
    },
    { seeds: 5 },
  );

  both("can be mapped over, many at a time", function* ({ fn, wait }) {
    const squares = yield* wait(
      map(
        producer(numbers, 5),
        fn(function* (n: number) {
          yield* wait(sleep(10 - n));
          return n * n;
        }),
        { concurrency: 3 },
      ),
    );
    expect(squares).toEqual([0, 1, 4, 9, 16]);
  });
});

describe("suspending inside a scope that it opened", () => {
  const openers: Record<string, (body: () => Coroutine<unknown>) => Awaitable<unknown>> = {
    timeout: (body) => timeout(100, body),
    moveOnAfter: (body) => moveOnAfter(100, body),
    taskGroup: (body) => taskGroup(body),
    cancelScope: (body) => cancelScope(body),
    run: (body) => run(body),
  };
  for (const [name, open] of Object.entries(openers)) {
    both(`is an error of the producer (${name})`, function* (t) {
      const { log } = t;
      const items = producer(function* (emit: Emit<number>) {
        yield* emit(1);
        try {
          yield* open(function* () {
            yield* sleep(1);
            yield* emit(2);
            log.push("handed over");
          });
        } finally {
          log.push("closed");
        }
      });
      const error = yield* caught(
        each(t, items, function* (item) {
          log.push(item);
        }),
      );
      const errors = (error as AggregateError).errors ?? [error];
      expect(errors[0]).toBeInstanceOf(InvalidStateError);
      expect((errors[0] as Error).message).toContain("inside a scope that it opened");
      expect(log).toEqual([1, "closed"]);
    });
  }

  both("is none where the scope is the consumer's", function* (t) {
    const { fn, wait, log } = t;
    yield* wait(
      timeout(
        100,
        fn(function* () {
          yield* each(t, producer(numbers, 2), function* (item) {
            log.push(item);
          });
        }),
      ),
    );
    expect(log).toEqual([0, 1]);
  });

  both("a producer may go on after it, outside", function* (t) {
    const { log } = t;
    const items = producer(function* (emit: Emit<string>) {
      try {
        yield* cancelScope(function* () {
          yield* emit("inside");
        });
      } catch (error) {
        yield* emit((error as { code: string }).code);
      }
    });
    yield* each(t, items, function* (item) {
      log.push(item);
    });
    expect(log).toEqual(["ERR_INVALID_STATE"]);
  });

  both("another task cannot emit, nor async code, nor anybody later", function* (t) {
    const { wait, log } = t;
    let kept: Emit<string> | undefined;
    const items = producer(function* (emit: Emit<string>) {
      kept = emit;
      const task = createTask(function* () {
        yield* emit("of a task");
      });
      for (const wrong of [task.join(), call(async () => emit("async"))]) {
        try {
          yield* wrong;
        } catch (error) {
          log.push(error);
        }
      }
      yield* emit("of the producer");
    });
    yield* each(t, items, function* (item) {
      log.push(item);
    });
    log.push(
      yield* caught(
        wait(
          call(function* () {
            yield* kept!("late");
          }),
        ),
      ),
    );
    expect(log.map((it) => (it instanceof InvalidStateError ? "refused" : it))).toEqual([
      "refused",
      "refused",
      "of the producer",
      "refused",
    ]);
  });
});

describe("a consumer that leaves", () => {
  both("has the producer clean up before it goes on (R9: better)", function* (t) {
    const { name, wait, log } = t;
    const items = producer(numbers, 10, log);
    const enough = new RangeError("enough");
    const leave = each(t, items, function* (item) {
      log.push(item);
      if (item < 2) return;
      if (name === "async") return "break";
      throw enough;
    });
    if (name === "async") yield* leave;
    else expect(yield* caught(leave)).toBe(enough);
    expect(log).toEqual([0, 1, 2, "finally", "cleaned at 8"]);
    expect(yield* wait(items.next() as never)).toEqual({ value: undefined, done: true });
  });

  both("and is cancelled: the same (R9: better)", function* (t) {
    const { fn, wait, log } = t;
    for (const busy of [false, true]) {
      yield* wait(
        moveOnAfter(
          25,
          fn(function* () {
            // Cancelled in its own body, or while the producer makes an item.
            yield* each(t, producer(numbers, busy ? 1000 : 3, log), function* () {
              if (!busy) yield* wait(sleep(10));
            });
          }),
        ),
      );
      expect(log.splice(0, log.length - 2)).toEqual([]);
      expect(log.splice(0)).toEqual(["finally", `cleaned at ${loopTime()}`]);
    }
  });

  both("throws GeneratorExit at the emit: an ordinary exception", function* (t) {
    const { wait, log } = t;
    const items = producer(function* (emit: Emit<number>) {
      try {
        yield* emit(1);
      } catch (error) {
        log.push(error instanceof GeneratorExit, error instanceof CancelledError);
        throw error;
      }
    });
    yield* wait(items.next() as never);
    yield* wait(items.return!() as never);
    expect(log).toEqual([true, false]);
  });

  both("is told of a failing clean-up (R10: better)", function* (t) {
    const { wait } = t;
    const failure = new TypeError("clean-up");
    const items = producer(function* (emit: Emit<number>) {
      try {
        yield* emit(1);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw failure;
      }
    });
    yield* wait(items.next() as never);
    expect(yield* caught(wait(items.return!() as never))).toBe(failure);
  });

  both("need not ask first: a producer that has not begun never does", function* ({ wait, log }) {
    const items = producer(numbers, 3, log);
    yield* wait(items.return!() as never);
    expect(yield* wait(items.next() as never)).toEqual({ value: undefined, done: true });
    expect(log).toEqual([]);
  });

  both("gets rid also of one that catches everything and goes on", function* ({ wait, log }) {
    const items = producer(function* (emit: Emit<number>) {
      try {
        for (;;) {
          try {
            yield* emit(1);
          } catch {}
        }
      } finally {
        log.push("closed");
      }
    });
    yield* wait(items.next() as never);
    yield* wait(items.return!() as never);
    expect(log).toEqual(["closed"]);
  });

  test("by force takes the producer along", async () => {
    const log: unknown[] = [];
    await run(
      () =>
        moveOnAfter(5, function* () {
          yield* forEach(
            producer(function* (emit: Emit<number>) {
              try {
                for (;;) {
                  try {
                    yield* sleep(1);
                  } catch {}
                }
              } finally {
                log.push("closed");
                yield* emit(1);
              }
            }),
            () => {},
          );
        }),
      { grace: 5, host: createVirtualHost(realHost) },
    );
    expect(log).toEqual(["closed"]);
  });
});

describe("a producer's owner", () => {
  both(
    "may be a scope: closed with it, also when the loop over it was never left (R11: better)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* () {
            const items = currentScope().use(producer(numbers, 10, log));
            yield* wait(items.next() as never);
          }),
        ),
      );
      expect(log).toEqual(["finally", "cleaned at 6"]);
    },
  );

  test("may be an `await using`", async () => {
    const log: unknown[] = [];
    await run(
      async () => {
        await using items = producer(numbers, 10, log);
        await items.next();
      },
      { host: createVirtualHost(realHost) },
    );
    expect(log).toEqual(["finally", "cleaned at 6"]);
  });
});

describe("two at a time", () => {
  both("cannot ask one producer", function* ({ fn, wait }) {
    const go = new Event();
    const items = producer(function* (emit: Emit<string>) {
      yield* go.wait();
      yield* emit("item");
    });
    const first = createTask(
      fn(function* () {
        return yield* wait(items.next() as never);
      }),
    );
    yield* wait(sleep(1));
    expect(yield* caught(wait(items.next() as never))).toBeInstanceOf(InvalidStateError);
    expect(yield* caught(wait(items.return!() as never))).toBeInstanceOf(InvalidStateError);
    go.set();
    expect(yield* wait(first.join())).toEqual({ value: "item", done: false });
  });
});

describe("producer", () => {
  test("takes a coroutine", () => {
    expect(() => producer((async () => {}) as never)).toThrow(TypeError);
    expect(() => producer(1 as never)).toThrow(TypeError);
  });

  test("tells of a forgotten yield*", async () => {
    const error = await failureOf(async () =>
      run(function* () {
        yield* forEach(
          producer(function* (emit: Emit<number>) {
            yield emit(1) as never;
          }),
          () => {},
        );
      }),
    );
    expect(error).toBeInstanceOf(BadYieldError);
  });

  test("refuses an item that was emitted before", async () => {
    const error = await failureOf(async () =>
      run(function* () {
        yield* forEach(
          producer(function* (emit: Emit<number>) {
            const emission = emit(1);
            yield* emission;
            yield* emission;
          }),
          () => {},
        );
      }),
    );
    expect(error).toBeInstanceOf(InvalidStateError);
  });

  test("that waits is no deadlock of its own: sleepForever in it is cancelled with its consumer", async () => {
    const value = await run(
      () =>
        moveOnAfter(5, function* () {
          yield* forEach(
            producer(function* (_emit: Emit<number>) {
              yield* sleepForever();
            }),
            () => {},
          );
        }),
      { host: createVirtualHost(realHost) },
    );
    expect(value.cancelled).toBe(true);
  });
});
