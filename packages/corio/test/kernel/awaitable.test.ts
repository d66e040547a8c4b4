import { describe, expect, test } from "vitest";
import {
  BadYieldError,
  call,
  cancelScope,
  currentScope,
  Event,
  fromPromise,
  Future,
  gather,
  InvalidStateError,
  Lock,
  loopTime,
  map,
  NoRunError,
  Queue,
  run,
  Semaphore,
  shield,
  sleep,
  taskGroup,
  timeout,
  type Awaitable,
  type Coroutine,
} from "corio";
import { coroutine, suspend } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";
import { failureOf } from "../support/failure.ts";

function* three(): Coroutine<number> {
  yield* sleep(1);
  return 3;
}

/** One of each Awaitable that ends by itself. */
const kinds: Record<string, () => Awaitable<unknown>> = {
  sleep: () => sleep(1),
  call: () => call(three),
  "call of an async function": () => call(async () => sleep(1)),
  coroutine: () => coroutine(three),
  taskGroup: () => taskGroup(three),
  timeout: () => timeout(10, three),
  cancelScope: () => cancelScope(three),
  shield: () => shield(three),
  gather: () => gather([three]),
  map: () => map([1], three, { concurrency: 1 }),
  fromPromise: () => fromPromise(Promise.resolve(1)),
  suspend: () => suspend((resolve) => resolve(1)),
  "queue.put": () => new Queue(1).put(1),
  "lock.acquire": () => new Lock().acquire(),
  "semaphore.acquire": () => new Semaphore(1).acquire(),
  "semaphore.hold": () => new Semaphore(1).hold(three),
  "event.wait": () => {
    const event = new Event();
    event.set();
    return event.wait();
  },
  "future.wait": () => {
    const future = new Future<number>();
    future.setResult(1);
    return future.wait();
  },
};

describe("an Awaitable runs once (K8)", () => {
  for (const [name, make] of Object.entries(kinds)) {
    both(name, function* ({ wait }) {
      const awaitable = make();
      yield* wait(awaitable);
      const error = yield* caught(wait(awaitable));
      expect(error).toBeInstanceOf(InvalidStateError);
    });
  }
});

describe("an Awaitable is lazy", () => {
  both("nothing happens until it is awaited", function* ({ fn, wait, log }) {
    const body = fn(function* () {
      log.push("ran");
      return 1;
    });
    const lock = new Lock();
    const queue = new Queue<number>(1);
    const awaitables: Awaitable<unknown>[] = [
      call(body),
      coroutine(function* () {
        log.push("coroutine");
      }),
      taskGroup(body),
      timeout(1, body),
      gather([body]),
      map([1], body, { concurrency: 1 }),
      shield(body),
      run(body),
      fromPromise(() => Promise.resolve(log.push("promise"))),
      suspend((resolve) => resolve(log.push("suspend"))),
      lock.acquire(),
      queue.put(1),
    ];
    yield* wait(sleep(10));
    expect(log).toEqual([]);
    expect(lock.locked()).toBe(false);
    expect(queue.qsize()).toBe(0);
    expect(awaitables).toHaveLength(12);
  });

  both("a call that is never awaited leaves nothing in its scope", function* ({ fn, wait }) {
    yield* wait(
      cancelScope(
        fn(function* (scope) {
          // oxlint-disable-next-line corio/no-floating-yield
          void call(three);
          // oxlint-disable-next-line corio/no-floating-yield
          void sleep(1);
          expect((scope as unknown as { first: unknown }).first).toBe(null);
          yield* wait(sleep(1));
        }),
      ),
    );
    expect(loopTime()).toBe(1);
  });
});

describe("bodies of either dialect", () => {
  both("call runs a coroutine, an async function and a plain one, with their arguments", function* (t) {
    const { wait } = t;
    expect(
      yield* wait(
        call(
          function* (a: number, b: number) {
            yield* sleep(1);
            return a + b;
          },
          1,
          2,
        ),
      ),
    ).toBe(3);
    expect(
      yield* wait(
        call(
          async (a: number, b: number) => {
            await sleep(1);
            return a * b;
          },
          3,
          4,
        ),
      ),
    ).toBe(12);
    expect(yield* wait(call((a: string) => a.length, "four"))).toBe(4);
  });

  both("a function that returns an Awaitable or a promise gives its value", function* ({ wait }) {
    expect(yield* wait(call(() => coroutine(three)))).toBe(3);
    expect(yield* wait(call(() => Promise.resolve(4)))).toBe(4);
    expect(yield* wait(call(() => call(() => call(three))))).toBe(3);
  });

  both("errors of all kinds of bodies come out as they are", function* ({ wait }) {
    const failure = new Error("as it is");
    const bodies: (() => unknown)[] = [
      () => {
        throw failure;
      },
      function* () {
        throw failure;
      },
      async () => {
        throw failure;
      },
      () => Promise.reject(failure),
    ];
    for (const body of bodies) expect(yield* caught(wait(call(body)))).toBe(failure);
  });

  both("what has a next method but is no generator is a value, not a body", function* ({ wait }) {
    const iterator = { next: () => ({ done: true, value: 5 }) };
    expect(yield* wait(call(() => iterator))).toBe(iterator);
    const array = [1, 2, 3];
    expect(yield* wait(call(() => array))).toBe(array);
  });

  both("an async generator as a body is an error that says so", function* ({ wait }) {
    const error = yield* caught(
      wait(
        call(async function* () {
          yield 1;
        }),
      ),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain("async generator");
  });

  test("what is no function is refused at the call (K2)", () => {
    const nothing = undefined as unknown as () => void;
    expect(() => call(nothing)).toThrow(TypeError);
    expect(() => run(nothing)).toThrow(TypeError);
    expect(() => taskGroup(nothing)).toThrow(TypeError);
    expect(() => timeout(1, nothing)).toThrow(TypeError);
    expect(() => shield(nothing)).toThrow(TypeError);
    expect(() => cancelScope(nothing)).toThrow(TypeError);
    expect(() => call(three() as unknown as () => void)).toThrow(TypeError);
  });

  test("a bare yield throws BadYieldError into the coroutine, which may catch it and go on (K5)", async () => {
    const value = await run(function* () {
      let error: unknown;
      try {
        yield sleep(1) as never;
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(BadYieldError);
      return yield* three();
    });
    expect(value).toBe(3);
    await expect(
      run(function* () {
        yield undefined as never;
      }),
    ).rejects.toBeInstanceOf(BadYieldError);
  });

  test("true stack traces through yield*: the frames of the callers stand in an error", async () => {
    function* innermost(): Coroutine<void> {
      yield* sleep(0);
      throw new Error("deep");
    }
    function* middle(): Coroutine<void> {
      yield* innermost();
    }
    const error = await failureOf(async () =>
      run(function* outermost() {
        yield* middle();
      }),
    );
    const { stack } = error as Error;
    expect(stack).toMatch(/innermost[^]*middle[^]*outermost/);
  });
});

describe("outside any run (TG17)", () => {
  test("awaiting anything is NoRunError, and so is asking for the scope", async () => {
    const settled = await Promise.allSettled(
      Object.values(kinds)
        .filter((make) => make !== kinds["sleep"])
        .map(async (make) => make()),
    );
    for (const [index, result] of settled.entries()) {
      const name = Object.keys(kinds).filter((key) => key !== "sleep")[index]!;
      expect(result.status, name).toBe("rejected");
      expect((result as PromiseRejectedResult).reason, name).toBeInstanceOf(NoRunError);
    }
    expect(() => currentScope()).toThrow(NoRunError);
    expect(() => loopTime()).toThrow(NoRunError);
  });

  test("a coroutine driven by somebody else says who should drive it", () => {
    const steps = three();
    expect(() => steps.next()).toThrow(NoRunError);
  });

  test("what was refused for lack of a run can be awaited in one", async () => {
    const awaitable = sleep(0);
    const promise = (async () => awaitable)();
    await expect(promise).rejects.toBeInstanceOf(NoRunError);
    await run(async () => sleep(0));
  });
});
