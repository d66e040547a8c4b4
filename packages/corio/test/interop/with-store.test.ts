// withStore: a store for a body of either dialect, there and nowhere else.

import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  call,
  cancelScope,
  createTask,
  currentScope,
  Event,
  fromPromise,
  gather,
  getRunningLoop,
  Lock,
  moveOnAfter,
  NoRunError,
  run,
  sleep,
  sleepForever,
  type StoreHolder,
  taskGroup,
  timeout,
  withStore,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";

const als = new AsyncLocalStorage<string>();

describe("a body with a store", () => {
  both("sees it in every step, whatever it waits for, and nobody else does", function* ({ fn, wait, log }) {
    const lock = new Lock();
    const event = new Event();
    const look = (): void => void log.push(als.getStore());
    createTask(
      fn(function* () {
        yield* wait(lock.acquire());
        yield* wait(sleep(10));
        expect(als.getStore()).toBe(undefined);
        lock.release();
        yield* wait(sleep(10));
        event.set();
      }),
    );
    const result = yield* wait(
      withStore(
        als,
        "store",
        fn(function* (a: number, b: number) {
          look();
          yield* wait(sleep(0));
          look();
          yield* wait(sleep(1));
          look();
          yield* wait(lock.acquire());
          look();
          lock.release();
          yield* wait(event.wait());
          look();
          yield* wait(fromPromise(hostTurn()));
          look();
          yield* wait(
            timeout(
              100,
              fn(function* () {
                look();
                yield* wait(sleep(1));
                look();
              }),
            ),
          );
          look();
          return a + b;
        }),
        1,
        2,
      ),
    );
    expect(result).toBe(3);
    expect(log).toHaveLength(9);
    expect(new Set(log)).toEqual(new Set(["store"]));
    expect(als.getStore()).toBe(undefined);
    yield* wait(sleep(1));
    expect(als.getStore()).toBe(undefined);
  });

  both("hands it to the tasks that it spawns, in every step of theirs", function* ({ fn, wait, log }) {
    const child = fn(function* (name: string) {
      log.push(`${name} ${als.getStore()}`);
      yield* wait(sleep(1));
      log.push(`${name} ${als.getStore()}`);
    });
    yield* wait(
      taskGroup(
        fn(function* (group) {
          yield* wait(
            withStore(
              als,
              "store",
              fn(function* () {
                yield* wait(sleep(1));
                group.spawn(child, "spawned");
                createTask({ eager: true }, child, "eager");
                yield* wait(gather([() => child("gathered")] as never));
                getRunningLoop().callSoon(() => log.push(`callback ${als.getStore()}`));
              }),
            ),
          );
          group.spawn(child, "outside");
        }),
      ),
    );
    expect(log).toHaveLength(9);
    for (const line of log as string[]) {
      expect(line).toMatch(line.startsWith("outside") ? / undefined$/ : / store$/);
    }
  });

  both("nests: the inner store counts inside, another storage is left alone", function* ({ fn, wait, log }) {
    const other = new AsyncLocalStorage<number>();
    const look = (): void => void log.push([als.getStore(), other.getStore()]);
    yield* wait(
      withStore(
        als,
        "outer",
        fn(function* () {
          yield* wait(sleep(1));
          yield* wait(
            withStore(
              other,
              1,
              fn(function* () {
                yield* wait(sleep(1));
                look();
                yield* wait(
                  withStore(
                    als,
                    "inner",
                    fn(function* () {
                      yield* wait(sleep(1));
                      look();
                    }),
                  ),
                );
                look();
              }),
            ),
          );
          look();
        }),
      ),
    );
    expect(log).toEqual([
      ["outer", 1],
      ["inner", 1],
      ["outer", 1],
      ["outer", undefined],
    ]);
  });

  both("sees the spawner's stores besides, as every task does", function* ({ fn, wait, log }) {
    const tracing = new AsyncLocalStorage<string>();
    const task = tracing.run("trace", () =>
      createTask(
        fn(function* () {
          yield* wait(sleep(1));
          yield* wait(
            withStore(
              als,
              "store",
              fn(function* () {
                yield* wait(sleep(1));
                log.push([tracing.getStore(), als.getStore()]);
              }),
            ),
          );
          log.push([tracing.getStore(), als.getStore()]);
        }),
      ),
    );
    yield* wait(task.join());
    expect(log).toEqual([
      ["trace", "store"],
      ["trace", undefined],
    ]);
  });

  both("sees it in its clean-up when it is cancelled", function* ({ fn, wait, log }) {
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(
            withStore(
              als,
              "store",
              fn(function* () {
                currentScope().defer(() => log.push(`release ${als.getStore()}`));
                try {
                  yield* wait(sleepForever());
                } finally {
                  log.push(`finally ${als.getStore()}`);
                  yield* wait(sleep(1));
                  log.push(`finally ${als.getStore()}`);
                }
              }),
            ),
          );
        }),
      ),
    );
    expect(cancelled).toBe(true);
    // What the scope releases is the scope's affair: it was opened outside.
    expect(log).toEqual(["finally store", "finally store", "release undefined"]);
  });

  test("sees it also when it is closed by force", async () => {
    const log: unknown[] = [];
    await run(
      () =>
        moveOnAfter(1, function* () {
          yield* withStore(als, "store", function* () {
            try {
              for (;;) {
                try {
                  yield* sleep(1);
                } catch {}
              }
            } finally {
              log.push(als.getStore());
            }
          });
        }),
      { grace: 5 },
    );
    expect(log).toEqual(["store"]);
  });

  both("opens no scope, and is lazy", function* ({ fn, wait, log }) {
    const scope = currentScope();
    const body = withStore(als, "store", () => {
      log.push("begun");
      return currentScope() === scope;
    });
    yield* wait(sleep(1));
    expect(log).toEqual([]);
    expect(yield* wait(body)).toBe(true);
    // What it throws is what comes out.
    const failure = new RangeError("failed");
    const failing = fn(function* () {
      yield* wait(sleep(1));
      throw failure;
    });
    expect(yield* caught(wait(withStore(als, "store", failing)))).toBe(failure);
  });

  both("may be of the other dialect", function* ({ wait, log }) {
    yield* wait(
      withStore(als, "store", function* () {
        yield* sleep(1);
        log.push(als.getStore());
        yield* call(async () => {
          await sleep(1);
          log.push(als.getStore());
          await call(function* () {
            yield* sleep(1);
            log.push(als.getStore());
          });
        });
      }),
    );
    yield* wait(
      withStore(als, "async", async () => {
        await sleep(1);
        log.push(als.getStore());
        await cancelScope(function* () {
          yield* sleep(1);
          log.push(als.getStore());
        });
      }),
    );
    expect(log).toEqual(["store", "store", "store", "async", "async"]);
  });

  test("a forgotten yield* in it is told of where it stands", async () => {
    const error = await failureOf(async () =>
      run(function* () {
        yield* withStore(als, "store", function* () {
          try {
            yield 5 as never;
          } catch (caughtHere) {
            expect(als.getStore()).toBe("store");
            throw caughtHere;
          }
        });
      }),
    );
    expect(error).toMatchObject({ code: "ERR_BAD_YIELD" });
  });
});

describe("withStore", () => {
  test("takes whatever has a run, and refuses what has none", async () => {
    const stack: string[] = [];
    const holder: StoreHolder<string> = {
      run(store, fn, ...args) {
        stack.push(store);
        try {
          return fn(...args);
        } finally {
          stack.pop();
        }
      },
    };
    await run(function* () {
      yield* withStore(holder, "mine", function* () {
        yield* sleep(1);
        expect(stack).toEqual(["mine"]);
      });
      expect(stack).toEqual([]);
    });
    expect(() => withStore({} as never, 1, () => {})).toThrow(TypeError);
    expect(() => withStore(als, "store", 1 as never)).toThrow(TypeError);
  });

  test("is an error outside any run", async () => {
    expect(await failureOf(async () => withStore(als, "store", () => 1))).toBeInstanceOf(NoRunError);
  });
});
