// What the types promise of contexts, the event loop and the bridges. Checked by the compiler: at run time these tests do nothing.

import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expectTypeOf, test } from "vitest";
import {
  type Awaitable,
  type Context,
  ContextVar,
  copyContext,
  type Coroutine,
  createTask,
  type Emit,
  type EventLoop,
  forEach,
  type Future,
  getRunningLoop,
  type Handle,
  isAwaitable,
  isCoroutine,
  isCoroutineFunction,
  isFuture,
  map,
  producer,
  type Producer,
  Runner,
  type Scope,
  sleep,
  sleepUntil,
  staggeredRace,
  type Task,
  type TaskGroup,
  type TimerHandle,
  type Token,
  toPromise,
  withStore,
} from "corio";

/** Takes what is compiled, and never run. */
function compiled(body: (...args: never[]) => unknown): void {
  expectTypeOf(body).toBeFunction();
}

describe("contexts", () => {
  test("a variable gives its type, or the fallback's besides", () => {
    compiled(() => {
      const count = new ContextVar("count", { default: 0 });
      expectTypeOf(count).toEqualTypeOf<ContextVar<number>>();
      expectTypeOf(count.get()).toEqualTypeOf<number>();
      expectTypeOf(count.get(null)).toEqualTypeOf<number | null>();
      expectTypeOf(count.set(1)).toEqualTypeOf<Token<number>>();
      // @ts-expect-error another type
      count.set("one");
      const user = new ContextVar<string>("user");
      // @ts-expect-error a token of another type
      user.reset(count.set(1));
      const context = copyContext();
      expectTypeOf(context.get(user)).toEqualTypeOf<string | undefined>();
      expectTypeOf(context.run((a: number, b: string) => b.repeat(a), 2, "x")).toEqualTypeOf<string>();
      // @ts-expect-error a missing argument
      context.run((a: number) => a);
    });
  });

  test("a body with a store keeps its types, in both dialects", () => {
    compiled(async () => {
      const storage = new AsyncLocalStorage<{ id: number }>();
      expectTypeOf(await withStore(storage, { id: 1 }, async (n: number) => n, 1)).toEqualTypeOf<number>();
      expectTypeOf(
        withStore(storage, { id: 1 }, function* (): Coroutine<string> {
          return "";
        }),
      ).toEqualTypeOf<Awaitable<string>>();
      // @ts-expect-error another store
      void withStore(storage, { name: "x" }, () => 1);
    });
  });
});

describe("the event loop", () => {
  test("takes callbacks with their arguments", () => {
    compiled((context: Context) => {
      const loop = getRunningLoop();
      expectTypeOf(loop).toEqualTypeOf<EventLoop>();
      const callback = (_a: number, _b: string): void => {};
      expectTypeOf(loop.callSoon(callback, 1, "x")).toEqualTypeOf<Handle>();
      expectTypeOf(loop.callLater(1, callback, 1, "x")).toEqualTypeOf<TimerHandle>();
      expectTypeOf(loop.callAt(1, { context }, callback, 1, "x")).toEqualTypeOf<TimerHandle>();
      // @ts-expect-error a missing argument
      loop.callSoon(callback, 1);
      // @ts-expect-error a wrong argument
      loop.callLater(1, { context }, callback, 1, 2);
      // @ts-expect-error no function
      loop.callSoon("text");
      expectTypeOf(loop.createFuture<number>()).toEqualTypeOf<Future<number>>();
      expectTypeOf(loop.createTask(async (n: number) => n, 1)).toEqualTypeOf<Task<number>>();
      loop.setExceptionHandler((on, report) => {
        expectTypeOf(on).toEqualTypeOf<EventLoop>();
        expectTypeOf(report.error).toBeUnknown();
        expectTypeOf(report.task).toEqualTypeOf<Task<unknown> | undefined>();
        expectTypeOf(report.handle).toEqualTypeOf<Handle | undefined>();
      });
      loop.setExceptionHandler(null);
    });
  });

  test("done callbacks are given what is done", () => {
    compiled((future: Future<number>, task: Task<string>) => {
      future.addDoneCallback((done) => expectTypeOf(done).toEqualTypeOf<Future<number>>());
      task.addDoneCallback((done) => expectTypeOf(done.result()).toEqualTypeOf<string>());
      expectTypeOf(task.removeDoneCallback(() => {})).toEqualTypeOf<number>();
      // A callback for any task fits every task.
      const any = (_task: Task<unknown>): void => {};
      task.addDoneCallback(any);
    });
  });

  test("a Runner's runs are typed as run is, with arguments", () => {
    compiled(async (context: Context) => {
      const runner = new Runner({ grace: 1 });
      expectTypeOf(await runner.run(async () => "x")).toEqualTypeOf<string>();
      const work = function* (_scope: Scope, n: number): Coroutine<number> {
        return n;
      };
      expectTypeOf(runner.run(work, 1)).toEqualTypeOf<Promise<number>>();
      expectTypeOf(runner.run({ context }, work, 1)).toEqualTypeOf<Promise<number>>();
      // @ts-expect-error a missing argument
      await runner.run(work);
      expectTypeOf(runner).toExtend<AsyncDisposable>();
    });
  });

  test("an eager spawn is typed as any other", () => {
    compiled((group: TaskGroup, context: Context) => {
      const add = (a: number, b: number): number => a + b;
      expectTypeOf(group.spawn({ eager: true, context, name: "x" }, add, 1, 2)).toEqualTypeOf<Task<number>>();
      expectTypeOf(createTask({ eager: true }, async () => "x")).toEqualTypeOf<Task<string>>();
    });
  });
});

describe("the rest", () => {
  test("sleep gives its second argument", () => {
    compiled(() => {
      expectTypeOf(sleep(1)).toEqualTypeOf<Awaitable<void>>();
      expectTypeOf(sleep(1, "x")).toEqualTypeOf<Awaitable<string>>();
      expectTypeOf(sleepUntil(1)).toEqualTypeOf<Awaitable<void>>();
    });
  });

  test("a producer gives what it emits", () => {
    compiled(async () => {
      const items = producer(function* (emit: Emit<number>, count: number) {
        yield* emit(count);
      }, 3);
      expectTypeOf(items).toEqualTypeOf<Producer<number>>();
      for await (const item of items) expectTypeOf(item).toEqualTypeOf<number>();
      await forEach(items, (item) => expectTypeOf(item).toEqualTypeOf<number>());
      expectTypeOf(await map(items, (n) => String(n), { concurrency: 2 })).toEqualTypeOf<string[]>();
      producer(function* (emit: Emit<number>) {
        // @ts-expect-error another type
        yield* emit("x");
      });
      // @ts-expect-error async code has async generators
      producer(async (emit: Emit<number>) => emit(1));
    });
  });

  test("a staggered race has a value only where it has a winner", () => {
    compiled(async () => {
      const race = await staggeredRace(
        [
          async () => 1,
          function* (): Coroutine<string> {
            return "x";
          },
        ],
        { delay: 1, onLate: (value) => expectTypeOf(value).toEqualTypeOf<number | string>() },
      );
      if (race.index === null) expectTypeOf(race.value).toEqualTypeOf<undefined>();
      else expectTypeOf(race.value).toEqualTypeOf<number | string>();
    });
  });

  test("kinds narrow", () => {
    compiled((value: unknown) => {
      if (isFuture(value)) expectTypeOf(value).toEqualTypeOf<Future<unknown>>();
      if (isCoroutine(value)) expectTypeOf(value).toEqualTypeOf<Coroutine<unknown>>();
      if (isAwaitable(value)) expectTypeOf(value).toEqualTypeOf<Awaitable<unknown>>();
      if (isCoroutineFunction(value)) {
        expectTypeOf(value).toEqualTypeOf<(...args: never[]) => Coroutine<unknown>>();
      }
    });
  });

  test("a promise of an Awaitable has its type", () => {
    compiled(() => expectTypeOf(toPromise(sleep(1, 5))).toEqualTypeOf<Promise<number>>());
  });
});
