import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import {
  CancelledError,
  currentScope,
  forEach,
  loopTime,
  map,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  type TaskGroupError,
} from "corio";
import { coroutine } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";
import { nodeHere } from "../support/kernel.ts";

async function* numbers(count: number, closed: () => void): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < count; i++) {
      await Promise.resolve();
      yield i;
    }
  } finally {
    closed();
  }
}

describe("map", () => {
  both("results stand in the order of the items, with indices", function* ({ fn, wait }) {
    const results = yield* wait(
      map(
        [30, 10, 20],
        fn(function* (item: number, index: number) {
          yield* wait(sleep(item));
          return `${index}:${item}`;
        }),
        { concurrency: 3 },
      ),
    );
    expect(results).toEqual(["0:30", "1:10", "2:20"]);
    expect(loopTime()).toBe(30);
  });

  test("each item of async functions stands in the worker's scope, with the stores of the caller and none of another item", async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await store.run("caller's", () =>
      run(async () => {
        await map(
          [1, 2, 3, 4],
          async (item) => {
            const before = store.getStore();
            store.enterWith(`item ${item}`);
            const scope = currentScope();
            await sleep(item);
            await Promise.resolve();
            seen.push([before, store.getStore(), currentScope() === scope]);
          },
          { concurrency: 2 },
        );
        seen.push(store.getStore());
      }),
    );
    expect(seen).toEqual([
      ["caller's", "item 1", true],
      ["caller's", "item 2", true],
      ["caller's", "item 3", true],
      ["caller's", "item 4", true],
      "caller's",
    ]);
  });

  test("and so do the async functions that a plain function calls", async () => {
    await run(function* () {
      const inner = async (item: number): Promise<number> => {
        await Promise.resolve();
        await sleep(1);
        return item * 2;
      };
      const doubled = yield* map([1, 2, 3], (item) => inner(item), { concurrency: 2 });
      expect(doubled).toEqual([2, 4, 6]);
      expect(yield* map([1, 2], (item) => item + 1, { concurrency: 1 })).toEqual([2, 3]);
    });
  });

  both(
    "an array that changes meanwhile is read as its iterator would: what is added is taken",
    function* (dialect) {
      const { fn, wait } = dialect;
      const items = [1, 2, 3];
      const results = yield* wait(
        map(
          items,
          fn(function* (item: number) {
            yield* wait(sleep(item));
            if (item === 1) items.push(4);
            if (item === 3) items.length = 3;
            return item;
          }),
          { concurrency: 2 },
        ),
      );
      expect(results).toEqual([1, 2, 3, 4]);
    },
  );

  both("and what is added after its end is not", function* ({ fn, wait }) {
    const items = [5, 1];
    const results = yield* wait(
      map(
        items,
        fn(function* (item: number) {
          yield* wait(sleep(item));
          if (item === 5) items.push(6);
          return item;
        }),
        { concurrency: 3 },
      ),
    );
    expect(results).toEqual([5, 1]);
  });

  both("an array with holes, and one with an iterator of its own", function* ({ fn, wait }) {
    class Doubled extends Array<number> {
      override *[Symbol.iterator](): Generator<number, undefined> {
        for (let i = 0; i < this.length; i++) yield this[i]! * 2;
        return undefined;
      }
    }
    const same = fn(function* (item: unknown) {
      yield* wait(sleep(1));
      return item;
    });
    // oxlint-disable-next-line no-sparse-arrays
    const holes = [1, , 3];
    expect(yield* wait(map(holes, same, { concurrency: 2 }))).toEqual([1, undefined, 3]);
    expect(yield* wait(map(Doubled.of(1, 2), same, { concurrency: 2 }))).toEqual([2, 4]);
  });

  for (const concurrency of [1, 2, 3, 7, Infinity]) {
    both(`at most ${concurrency} at a time, and as many as that`, function* ({ fn, wait }) {
      let now = 0;
      let most = 0;
      yield* wait(
        map(
          Array.from({ length: 10 }, (_, i) => i),
          fn(function* () {
            most = Math.max(most, ++now);
            yield* wait(sleep(10));
            now--;
          }),
          { concurrency },
        ),
      );
      expect(most).toBe(Math.min(10, concurrency));
      expect(loopTime()).toBe(Math.ceil(10 / Math.min(10, concurrency)) * 10);
    });
  }

  both("items are taken one by one, as places become free", function* ({ fn, wait, log }) {
    function* source(): Generator<number, void, undefined> {
      for (let i = 0; i < 4; i++) {
        log.push(`taken ${i}`);
        yield i;
      }
    }
    yield* wait(
      map(
        source(),
        fn(function* (item: number) {
          yield* wait(sleep(10));
          log.push(`done ${item}`);
        }),
        { concurrency: 1 },
      ),
    );
    expect(log).toEqual(["taken 0", "done 0", "taken 1", "done 1", "taken 2", "done 2", "taken 3", "done 3"]);
  });

  both("a sole failure is thrown as it is; the rest is cancelled and waited for", function* (t) {
    const { fn, wait, log } = t;
    const failure = new Error("item 1");
    const error = yield* caught(
      wait(
        map(
          [0, 1, 2, 3, 4, 5],
          fn(function* (item: number) {
            log.push(`start ${item}`);
            if (item === 1) {
              yield* wait(sleep(5));
              throw failure;
            }
            try {
              yield* wait(sleepForever());
            } finally {
              yield* wait(sleep(1));
              log.push(`cleaned ${item}`);
            }
          }),
          { concurrency: 3 },
        ),
      ),
    );
    expect(error).toBe(failure);
    expect(log.slice(0, 3)).toEqual(["start 0", "start 1", "start 2"]);
    expect(log.slice(3).map(String).toSorted()).toEqual(["cleaned 0", "cleaned 2"]);
    expect(nodeHere().first).toBe(null);
  });

  both("several failures come in a TaskGroupError", function* ({ fn, wait }) {
    const error = yield* caught(
      wait(
        map(
          [1, 2],
          fn(function* (item: number) {
            try {
              yield* wait(sleep(item === 1 ? 5 : 1000));
            } finally {
              throw new Error(`item ${item}`);
            }
          }),
          { concurrency: 2 },
        ),
      ),
    );
    expect((error as TaskGroupError).errors.map((e: Error) => e.message)).toEqual(["item 1", "item 2"]);
  });

  both("over nothing it gives nothing", function* ({ wait }) {
    expect(yield* wait(map([], () => 1, { concurrency: 4 }))).toEqual([]);
    expect(
      yield* wait(
        map(
          numbers(0, () => {}),
          () => 1,
          { concurrency: 4 },
        ),
      ),
    ).toEqual([]);
  });

  both("an async iterable is run over, and closed at its end", function* ({ fn, wait, log }) {
    const results = yield* wait(
      map(
        numbers(5, () => log.push("closed")),
        fn(function* (item: number) {
          yield* wait(sleep(1));
          return item * 2;
        }),
        { concurrency: 2 },
      ),
    );
    expect(results).toEqual([0, 2, 4, 6, 8]);
    expect(log).toEqual(["closed"]);
  });

  both(
    "an async iterable is closed when it is left early, by failure or cancellation (R9, R11)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* caught(
        wait(
          map(
            numbers(5, () => log.push("closed after a failure")),
            () => {
              throw new Error("left");
            },
            { concurrency: 2 },
          ),
        ),
      );
      expect(log).toEqual(["closed after a failure"]);
      yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              map(
                numbers(5, () => log.push("closed after a cancellation")),
                fn(function* () {
                  yield* wait(sleepForever());
                }),
                { concurrency: 2 },
              ),
            );
          }),
        ),
      );
      expect(log).toEqual(["closed after a failure", "closed after a cancellation"]);
    },
  );

  both("a failure of the source is the failure", function* ({ wait }) {
    const failure = new Error("source");
    async function* broken(): AsyncGenerator<number, void, undefined> {
      yield 1;
      throw failure;
    }
    expect(yield* caught(wait(map(broken(), (n) => n, { concurrency: 2 })))).toBe(failure);
    const syncBroken = (function* (): Generator<number, void, undefined> {
      yield 1;
      throw failure;
    })();
    expect(yield* caught(wait(map(syncBroken, (n) => n, { concurrency: 2 })))).toBe(failure);
  });

  both("a source at its end, or that has failed, is neither asked again nor closed", function* (t) {
    const { fn, wait } = t;
    const body = fn(function* () {
      yield* wait(sleep(1));
    });
    for (const fails of [false, true]) {
      const source = (): Iterator<number> & { over: boolean; left: number } => ({
        over: false,
        left: 3,
        next() {
          if (this.over) throw new Error("asked again");
          this.over = this.left-- === 0;
          if (this.over && fails) throw new RangeError("failed");
          return this.over ? { value: undefined, done: true } : { value: this.left, done: false };
        },
        return() {
          throw new Error("closed");
        },
      });
      const sync = source();
      const later = source();
      for (const items of [
        { [Symbol.iterator]: () => sync },
        {
          [Symbol.asyncIterator]: () => ({
            next: async () => later.next(),
            return: async () => later.return!(),
          }),
        },
      ]) {
        let failure: unknown;
        try {
          yield* wait(map(items, body, { concurrency: 5 }));
        } catch (error) {
          failure = error;
        }
        if (fails) expect(failure).toBeInstanceOf(RangeError);
        else expect(failure).toBeUndefined();
      }
    }
  });

  both("a source whose next gives Awaitables or plain results", function* ({ wait }) {
    let count = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          count++;
          const result =
            count <= 4 ? { done: false as const, value: count } : { done: true as const, value: undefined };
          // In turns: buffered, and to be waited for.
          return (count % 2 === 0
            ? result
            : coroutine(function* () {
                yield* sleep(1);
                return result;
              })) as unknown as Promise<IteratorResult<number>>;
        },
      }),
    };
    expect(yield* wait(map(source, (n: number) => n * 10, { concurrency: 2 }))).toEqual([10, 20, 30, 40]);
  });

  test("a bound that is no bound, or what is not iterable, is refused", () => {
    for (const concurrency of [0, -1, NaN, undefined])
      expect(() => map([1], () => 1, { concurrency: concurrency as number })).toThrow(RangeError);
    expect(() => map(5 as never, () => 1, { concurrency: 1 })).toThrow(TypeError);
    expect(() => map([1], 5 as never, { concurrency: 1 })).toThrow(TypeError);
  });

  both(
    "ten thousand items with a bound keep ten tasks, not ten thousand",
    function* ({ fn, wait }) {
      let most = 0;
      const root = nodeHere();
      let sum = 0;
      yield* wait(
        map(
          Array.from({ length: 10_000 }, (_, i) => i),
          fn(function* (item: number) {
            if (item % 100 === 0) {
              let count = 0;
              for (let child = root.first!.first; child !== null; child = child.next) count++;
              most = Math.max(most, count);
            }
            sum += item;
          }),
          { concurrency: 10 },
        ),
      );
      expect(sum).toBe((10_000 * 9_999) / 2);
      expect(most).toBeLessThanOrEqual(10);
    },
    { seeds: 5 },
  );
});

describe("forEach", () => {
  both("one item at a time, in order, unless told otherwise", function* ({ fn, wait, log }) {
    const body = fn(function* (item: number, index: number) {
      log.push(`start ${item}/${index}`);
      yield* wait(sleep(10 - item));
      log.push(`end ${item}`);
    });
    expect(yield* wait(forEach([1, 2], body))).toBeFalsy();
    expect(log).toEqual(["start 1/0", "end 1", "start 2/1", "end 2"]);
    log.length = 0;
    yield* wait(forEach([1, 2], body, { concurrency: 2 }));
    expect(log).toEqual(["start 1/0", "start 2/1", "end 2", "end 1"]);
  });

  both("cancelled between items it stops there", function* ({ fn, wait, log }) {
    yield* wait(
      moveOnAfter(
        25,
        fn(function* () {
          yield* wait(
            forEach(
              [1, 2, 3, 4, 5],
              fn(function* (item: number) {
                yield* wait(sleep(10));
                log.push(item);
              }),
            ),
          );
        }),
      ),
    );
    expect(log).toEqual([1, 2]);
  });

  both("the source's own next may be cancelled: its waits stand in the scope", function* ({ fn, wait, log }) {
    async function* slow(): AsyncGenerator<number, void, undefined> {
      try {
        await sleep(1000);
        yield 1;
      } catch (error) {
        log.push(error instanceof CancelledError);
        throw error;
      } finally {
        log.push("closed");
      }
    }
    const result = yield* wait(
      moveOnAfter(
        10,
        fn(function* () {
          yield* wait(forEach(slow(), () => {}));
        }),
      ),
    );
    expect(result.cancelled).toBe(true);
    expect(log).toEqual([true, "closed"]);
    expect(loopTime()).toBe(10);
  });
});

both("an iterator whose next() gives no object is refused", function* ({ wait }) {
  for (const [value, kind] of [
    [5, "number"],
    [undefined, "undefined"],
    [null, "null"],
  ] as const) {
    const sync = { [Symbol.iterator]: () => ({ next: () => value }) } as never;
    const async = { [Symbol.asyncIterator]: () => ({ next: async () => value }) } as never;
    for (const items of [sync, async]) {
      for (const over of [() => map(items, () => {}, { concurrency: 2 }), () => forEach(items, () => {})]) {
        const error = yield* caught(wait<unknown>(over()));
        expect(error).toEqual(
          new TypeError(`Cannot take an item: next() of the iterator gave ${kind}, not an object`),
        );
      }
    }
  }
});
