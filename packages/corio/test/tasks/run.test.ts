import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  CancelledError,
  call,
  createTask,
  currentScope,
  DeadlockError,
  Future,
  InvalidStateError,
  Lock,
  loopTime,
  run,
  sleep,
  sleepForever,
  taskGroup,
  type Scope,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught, dialects } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";
import { loopHere, nodeHere } from "../support/kernel.ts";

describe("run, outside any run", () => {
  for (const { name, fn, wait } of dialects) {
    test(`gives the value, throws the error (R1) (${name})`, async () => {
      const value = await run(
        fn(function* () {
          yield* wait(sleep(1));
          return 5;
        }),
      );
      expect(value).toBe(5);
      const failure = new Error("of the body");
      await expect(
        run(
          fn(function* () {
            throw failure;
          }),
        ),
      ).rejects.toBe(failure);
    });

    test(`hands the body its root scope (${name})`, async () => {
      const log: string[] = [];
      await run(
        fn(function* (scope: Scope) {
          expect(scope).toBe(currentScope());
          scope.defer(
            fn(function* () {
              yield* wait(sleep(1));
              log.push("released");
            }),
          );
        }),
      );
      expect(log).toEqual(["released"]);
    });

    test(`starts at once (${name})`, async () => {
      let started = false;
      const running = run(
        fn(function* () {
          started = true;
        }),
      );
      await hostTurn();
      expect(started).toBe(true);
      await running;
    });
  }

  test("several at once are independent (R1: better)", async () => {
    const one = run(function* () {
      yield* sleep(2);
      return 1;
    });
    const two = run(async () => {
      await sleep(1);
      throw new Error("only mine");
    });
    const results = await Promise.allSettled([one, two]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected"]);
  });

  test("cancelled from inside it fails, told as a cancellation", async () => {
    await expect(
      run(function* (scope) {
        scope.cancel("by itself");
        yield* sleep(1);
      }),
    ).rejects.toMatchObject({ code: "ERR_TASK_CANCELLED", cause: { reason: "by itself" } });
  });

  test("code after a run is outside it, code beside it too", async () => {
    let beside: unknown;
    const running = run(async () => {
      await sleep(1);
    });
    try {
      currentScope();
    } catch (error) {
      beside = error;
    }
    expect((beside as Error).name).toBe("NoRunError");
    await running;
    expect(() => currentScope()).toThrow();
  });

  test("the grace must be zero or more", () => {
    for (const grace of [-1, NaN]) expect(() => run(() => {}, { grace })).toThrow(RangeError);
  });
});

describe("run inside a run", () => {
  both("opens a child scope in the same task, and is lazy (R1, L12: better)", function* ({ fn, wait, log }) {
    const root = nodeHere();
    const inner = run(
      fn(function* (scope: Scope) {
        log.push("inner");
        expect(currentScope()).toBe(scope);
        expect(nodeHere().parent).toBe(root);
        yield* wait(sleep(1));
        return 3;
      }),
    );
    yield* wait(sleep(10));
    expect(log).toEqual([]);
    expect(yield* wait(inner)).toBe(3);
    expect(loopTime()).toBe(11);
  });

  both("is cancelled with what is around it", function* ({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        yield* wait(
          run(
            fn(function* () {
              try {
                yield* wait(sleepForever());
              } finally {
                log.push("told");
              }
            }),
          ),
        );
      }),
    );
    yield* wait(sleep(1));
    task.cancel();
    yield* caught(wait(task.join()));
    expect(log).toEqual(["told"]);
    expect(task.cancelled()).toBe(true);
  });

  both("has a grace of its own", function* ({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        yield* wait(
          run(
            fn(function* (scope: Scope) {
              scope.cancel();
              try {
                yield* wait(sleepForever());
              } finally {
                try {
                  yield* wait(sleep(1000));
                } finally {
                  log.push(loopTime());
                }
              }
            }),
            { grace: 20 },
          ),
        );
      }),
    );
    yield* caught(wait(task.join()));
    expect(log).toEqual([20]);
  });

  both("leftovers of all kinds are gone when it has ended", function* ({ fn, wait }) {
    yield* wait(
      run(
        fn(function* () {
          for (let i = 0; i < 5; i++) {
            createTask(
              fn(function* () {
                yield* wait(sleepForever());
              }),
            );
          }
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(nodeHere().first).toBe(null);
    expect(loopHere().timers.size).toBe(0);
  });
});

describe("a run that nothing can wake", () => {
  for (const { name, fn, wait } of dialects) {
    test(`fails with DeadlockError and the tree of tasks (${name})`, async () => {
      const lock = new Lock();
      const log: unknown[] = [];
      const running = run(
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(
                  { name: "holder" },
                  fn(function* () {
                    yield* wait(lock.acquire());
                    try {
                      yield* wait(new Future().wait());
                    } catch (error) {
                      log.push(error);
                      throw error;
                    } finally {
                      lock.release();
                    }
                  }),
                );
                group.spawn(
                  { name: "waiter" },
                  fn(function* () {
                    yield* wait(lock.acquire());
                  }),
                );
              }),
            ),
          );
        }),
        { host: createVirtualHost(realHost) },
      );
      const error = await failureOf(async () => running);
      expect(error).toBeInstanceOf(DeadlockError);
      expect((error as Error).message).toContain("holder: waiting for a future");
      expect((error as Error).message).toContain("waiter: waiting for a lock held by holder");
      // It was cancelled like any other: clean-up ran.
      expect(log[0]).toBeInstanceOf(CancelledError);
      expect(lock.locked()).toBe(false);
    });
  }

  test("a pending sleep is no deadlock", async () => {
    const value = await run(
      function* () {
        yield* sleep(1e9);
        return loopTime();
      },
      { host: createVirtualHost(realHost) },
    );
    expect(value).toBe(1e9);
  });
});

describe("floating async calls", () => {
  both("beside a failure they are siblings, cancelled like any, and not reported", function* (t) {
    const { fn, wait, log } = t;
    const failure = new Error("body");
    let floating: Promise<unknown> | undefined;
    const error = yield* caught(
      wait(
        run(
          fn(function* () {
            yield* wait(
              call(async () => {
                floating = (async () => sleep(1000))().catch((thrown: unknown) => log.push(thrown));
                await sleep(1);
                throw failure;
              }),
            );
          }),
        ),
      ),
    );
    expect(error).toBe(failure);
    yield* wait(call(() => floating));
    expect(log[0]).toBeInstanceOf(CancelledError);
    expect(loopTime()).toBe(1);
  });
});

test("a second copy of the runtime in one process is refused, clearly", async () => {
  const key = Symbol.for("corio.runtime");
  const place = globalThis as { [key]?: object };
  await run(() => {});
  const own = place[key];
  expect(own).toBeDefined();
  place[key] = {};
  try {
    const start = async () => run(() => {});
    await expect(start()).rejects.toBeInstanceOf(InvalidStateError);
  } finally {
    if (own !== undefined) place[key] = own;
  }
  await run(() => {});
});
