// Async generators as sources of forEach and map: what they leave open when they hand an item over is seen, and nothing else.

import { setImmediate as hostTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  call,
  cancelScope,
  createTask,
  currentScope,
  Event,
  forEach,
  InvalidStateError,
  loopTime,
  map,
  moveOnAfter,
  type Report,
  run,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  toPromise,
} from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";
import { childrenOf, nodeHere } from "../support/kernel.ts";

/** Ignores how it ends: it is somebody else's. */
function drop(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

describe("an async generator that yields beside a scope that it opened", () => {
  const openers: Record<string, (log: unknown[]) => Promise<unknown>> = {
    timeout: (log) =>
      toPromise(
        timeout(1000, async () => {
          try {
            await sleepForever();
          } finally {
            log.push("ended");
          }
        }),
      ),
    taskGroup: (log) =>
      toPromise(
        taskGroup(async (group) => {
          group.spawn(async () => {
            try {
              await sleepForever();
            } finally {
              await sleep(3);
              log.push("ended");
            }
          });
        }),
      ),
    "async function": async (log) => {
      try {
        await sleepForever();
      } finally {
        log.push("ended");
      }
    },
  };
  for (const [name, open] of Object.entries(openers)) {
    both(
      `is an error where the item is asked for; what it left open is ended (${name})`,
      function* ({ wait, log }) {
        const generator = async function* (): AsyncGenerator<number> {
          try {
            yield 1;
            drop(open(log));
            await sleep(1);
            yield 2;
          } finally {
            await sleep(1);
            log.push("closed");
          }
        };
        for (const concurrency of [1, 3]) {
          const error = yield* caught(
            wait(forEach(generator(), (item) => void log.push(item), { concurrency })),
          );
          expect(error).toBeInstanceOf(InvalidStateError);
          expect((error as Error).message).toContain("has yielded inside a scope that it opened");
          expect(log.splice(0)).toEqual([1, "ended", "closed"]);
          expect(childrenOf(nodeHere())).toEqual([]);
        }
      },
    );
  }

  both("is none where it has closed them, whatever it waited for", function* ({ wait, log }) {
    const generator = async function* (): AsyncGenerator<number> {
      for (let i = 0; i < 3; i++) {
        const item = await timeout(100, () =>
          taskGroup(async (group) => {
            const task = group.spawn(async () => {
              await sleep(1);
              await hostTurn();
              return i;
            });
            return task.join();
          }),
        );
        yield item;
        await cancelScope(async () => sleep(1));
      }
    };
    yield* wait(forEach(generator(), (item) => void log.push(item)));
    expect(log).toEqual([0, 1, 2]);
    expect(yield* wait(map(generator(), (item) => item * 2, { concurrency: 2 }))).toEqual([0, 2, 4]);
  });

  both("is not confused with what its consumer leaves open", function* ({ fn, wait, log }) {
    const go = new Event();
    const generator = async function* (): AsyncGenerator<number> {
      for (let i = 0; i < 3; i++) {
        await sleep(5);
        yield i;
      }
    };
    const floating: Promise<unknown>[] = [];
    yield* wait(
      forEach(
        generator(),
        fn(function* (item: number) {
          yield* wait(sleep(1));
          // Begins, waits and ends while the generator makes its next items.
          if (item === 0) {
            floating.push(
              toPromise(
                timeout(100, async () => {
                  await sleep(7);
                  log.push("floating");
                  go.set();
                }),
              ),
            );
          }
          if (item === 2) yield* wait(go.wait());
        }),
      ),
    );
    expect(log).toEqual(["floating"]);
    expect(floating).toHaveLength(1);
  });

  both("may make tasks that the run owns", function* ({ wait, log }) {
    const generator = async function* (): AsyncGenerator<number> {
      createTask(async () => {
        await sleep(5);
        log.push("task");
      });
      yield 1;
    };
    yield* wait(forEach(generator(), () => {}));
    yield* wait(sleep(10));
    expect(log).toEqual(["task"]);
  });
});

describe("a consumer that is cancelled while a generator makes an item", () => {
  both(
    "waits for the generator's clean-up, which may wait as often as it likes",
    function* ({ fn, wait, log }) {
      const generator = async function* (): AsyncGenerator<number> {
        try {
          await sleepForever();
        } finally {
          for (let i = 0; i < 3; i++) {
            await sleep(1);
            await Promise.resolve();
            await timeout(10, async () => sleep(1));
          }
          log.push(`cleaned at ${loopTime()}`);
        }
        yield 1;
      };
      for (const concurrency of [1, 2]) {
        const start = loopTime();
        yield* wait(moveOnAfter(5, () => forEach(generator(), () => {}, { concurrency })));
        expect(log.splice(0)).toEqual([`cleaned at ${start + 11}`]);
        expect(loopTime()).toBe(start + 11);
        expect(childrenOf(nodeHere())).toEqual([]);
      }
      yield* wait(call(fn(function* () {})));
    },
  );

  test("is held by a generator that waits for what is nobody's, for the grace at most", async () => {
    const reports: Report[] = [];
    await run(
      async () => {
        const generator = async function* (): AsyncGenerator<number> {
          await new Promise(() => {});
          yield 1;
        };
        const { cancelled } = await moveOnAfter(5, () => forEach(generator(), () => {}));
        expect(cancelled).toBe(true);
        expect(loopTime()).toBeGreaterThanOrEqual(15);
        expect(loopTime()).toBeLessThan(20);
        expect(childrenOf(nodeHere())).toEqual([]);
      },
      { host: createVirtualHost(realHost), grace: 10, onReport: (report) => void reports.push(report) },
    );
    // Nothing is lost by it: the loop over the generator waited in its stead.
    expect(reports.map(({ code }) => code)).toEqual(["ABANDONED"]);
  });

  both("is not held by an iterator that cannot be closed", function* ({ wait }) {
    const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const { cancelled } = yield* wait(moveOnAfter(5, () => forEach(source, () => {})));
    expect([cancelled, loopTime()]).toEqual([true, 5]);
  });
});

describe("a generator that is cancelled with its consumer", () => {
  both(
    "and comes to its yield all the same is closed there, its clean-up is not cut short",
    function* ({ wait, log }) {
      let stop: (() => void) | undefined;
      const generator = async function* (): AsyncGenerator<number> {
        try {
          await sleep(1);
          // Cancelled now: the sleep has given its value, the generator goes on and yields.
          stop!();
          yield 1;
        } finally {
          await sleep(1);
          await sleep(1);
          log.push("cleaned");
        }
      };
      for (const concurrency of [1, 2]) {
        const block = cancelScope((scope) => {
          stop = () => void scope.cancel("enough");
          return forEach(generator(), () => log.push("an item came"), { concurrency });
        });
        yield* wait(block);
        expect(log.splice(0)).toEqual(["cleaned"]);
      }
    },
  );

  both("and does not yield is told at its next await", function* ({ wait, log }) {
    let stop: (() => void) | undefined;
    const generator = async function* (): AsyncGenerator<number> {
      try {
        await sleep(1);
        stop!();
        for (;;) await sleep(1);
      } finally {
        await sleep(1);
        log.push("cleaned");
      }
      // oxlint-disable-next-line no-unreachable
      yield 1;
    };
    const block = cancelScope((scope) => {
      stop = () => void scope.cancel("enough");
      return forEach(generator(), () => {});
    });
    yield* wait(block);
    expect(log).toEqual(["cleaned"]);
  });
});

describe("an async generator that a scope owns", () => {
  both("is closed with the scope, with all its clean-up (R10, R11: better)", function* ({ fn, wait, log }) {
    const generator = async function* (name: string): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        await sleep(5);
        log.push(`${name} closed at ${loopTime()}`);
      }
    };
    yield* wait(
      cancelScope(
        fn(function* () {
          const [one, two] = [generator("one"), generator("two")];
          currentScope().use(one);
          currentScope().use(two);
          currentScope().use(generator("never begun"));
          for (const it of [one, two]) {
            const { value } = (yield* wait(call(() => it.next()))) as IteratorResult<number>;
            log.push(value);
          }
        }),
      ),
    );
    expect(log).toEqual([0, 0, "two closed at 5", "one closed at 10"]);
  });

  test("is closed also by engines whose generators have no Symbol.asyncDispose", async () => {
    const prototype = Object.getPrototypeOf(
      Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
    ) as object;
    const own = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncDispose);
    const log: string[] = [];
    if (own !== undefined) Reflect.deleteProperty(prototype, Symbol.asyncDispose);
    try {
      await run(async (scope) => {
        const generator = (async function* () {
          try {
            yield 1;
          } finally {
            log.push("closed");
          }
        })();
        expect(Symbol.asyncDispose in generator).toBe(false);
        await scope.use(generator).next();
      });
    } finally {
      if (own !== undefined) Object.defineProperty(prototype, Symbol.asyncDispose, own);
    }
    expect(log).toEqual(["closed"]);
  });
});
