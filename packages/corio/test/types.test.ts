// What the types promise. Checked by the compiler (tsc -b): at run time these tests do nothing.

import { describe, expectTypeOf, test } from "vitest";
import {
  call,
  cancelScope,
  createTask,
  currentScope,
  currentTask,
  forEach,
  fromPromise,
  Future,
  gather,
  Lock,
  main,
  map,
  moveOnAfter,
  Queue,
  run,
  Semaphore,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  timeoutAt,
  type Awaitable,
  type Coroutine,
  type MoveOn,
  type Parked,
  type Scope,
  type Task,
  type TaskGroup,
  type Unwrap,
} from "corio";
import { coroutine, suspend } from "corio/lowlevel";

/** Takes what is compiled, and never run. */
function compiled(body: () => unknown): void {
  expectTypeOf(body).toBeFunction();
}

function* numberCoroutine(): Coroutine<number> {
  yield* sleep(1);
  return 1;
}

async function textAsync(): Promise<string> {
  await sleep(1);
  return "";
}

describe("Awaitable", () => {
  test("gives its type by await and by yield*", () => {
    compiled(async () => {
      expectTypeOf(await sleep(1)).toEqualTypeOf<void>();
      expectTypeOf(await call(numberCoroutine)).toEqualTypeOf<number>();
      expectTypeOf(await call(textAsync)).toEqualTypeOf<string>();
    });
    compiled(function* (): Coroutine<void> {
      expectTypeOf(yield* sleep(1)).toEqualTypeOf<void>();
      expectTypeOf(yield* call(numberCoroutine)).toEqualTypeOf<number>();
      expectTypeOf(yield* call(textAsync)).toEqualTypeOf<string>();
      expectTypeOf(yield* sleepForever()).toEqualTypeOf<never>();
    });
  });

  test("is no promise", () => {
    expectTypeOf<Awaitable<number>>().not.toMatchTypeOf<Promise<number>>();
    expectTypeOf<Awaitable<number>>().not.toHaveProperty("catch");
    expectTypeOf<Awaitable<number>>().not.toHaveProperty("finally");
  });

  test("Unwrap sees through both dialects, and through what a plain function gives", () => {
    expectTypeOf<Unwrap<Coroutine<number>>>().toEqualTypeOf<number>();
    expectTypeOf<Unwrap<Promise<string>>>().toEqualTypeOf<string>();
    expectTypeOf<Unwrap<Awaitable<Date>>>().toEqualTypeOf<Date>();
    expectTypeOf<Unwrap<boolean>>().toEqualTypeOf<boolean>();
    expectTypeOf<Unwrap<Promise<number> | string>>().toEqualTypeOf<number | string>();
    expectTypeOf<Unwrap<Coroutine<number> | Promise<string>>>().toEqualTypeOf<number | string>();
  });
});

describe("blocks", () => {
  test("take bodies of both dialects and give what the body gives", () => {
    compiled(() => {
      expectTypeOf(run(numberCoroutine)).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(run(textAsync)).toEqualTypeOf<Awaitable<string>>();
      expectTypeOf(taskGroup(() => 1 as const)).toEqualTypeOf<Awaitable<1>>();
      expectTypeOf(timeout(1, textAsync)).toEqualTypeOf<Awaitable<string>>();
      expectTypeOf(timeoutAt(1, numberCoroutine)).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(shield(numberCoroutine)).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(cancelScope(numberCoroutine)).toEqualTypeOf<Awaitable<number | undefined>>();
      expectTypeOf(moveOnAfter(1, textAsync)).toEqualTypeOf<Awaitable<MoveOn<string>>>();
      expectTypeOf(main(numberCoroutine)).toEqualTypeOf<Promise<void>>();
      expectTypeOf(new Lock().hold(textAsync)).toEqualTypeOf<Awaitable<string>>();
      expectTypeOf(new Semaphore(1).hold(numberCoroutine)).toEqualTypeOf<Awaitable<number>>();
    });
  });

  test("a body with mixed returns is no error", () => {
    compiled(() => {
      const body = (early: boolean) => (early ? "early" : textAsync().then(() => 5));
      expectTypeOf(call(body, true)).toEqualTypeOf<Awaitable<"early" | number>>();
      expectTypeOf(
        run(function* () {
          if (currentScope().cancelCalled) return "text";
          yield* sleep(1);
          return 5;
        }),
      ).toEqualTypeOf<Awaitable<5 | "text">>();
    });
  });

  test("bodies are given their scope, typed without being asked", () => {
    compiled(() => {
      void taskGroup((group) => expectTypeOf(group).toEqualTypeOf<TaskGroup>());
      void timeout(1, (scope) => expectTypeOf(scope).toEqualTypeOf<Scope>());
      void moveOnAfter(1, (scope) => expectTypeOf(scope).toEqualTypeOf<Scope>());
      void shield((scope) => expectTypeOf(scope).toEqualTypeOf<Scope>());
      void cancelScope((scope) => expectTypeOf(scope).toEqualTypeOf<Scope>());
      void run((scope) => expectTypeOf(scope).toEqualTypeOf<Scope>());
      void main((scope) => expectTypeOf(scope).toEqualTypeOf<Scope>());
    });
  });

  test("arguments are checked against the body", () => {
    compiled(() => {
      const body = (_scope: Scope, a: number, b: string) => `${a}${b}`;
      expectTypeOf(timeout(1, body, 1, "x")).toEqualTypeOf<Awaitable<string>>();
      // @ts-expect-error an argument is missing
      void timeout(1, body, 1);
      // @ts-expect-error a wrong one
      void moveOnAfter(1, body, "x", "y");
      // @ts-expect-error arguments of call
      void call((n: number) => n, "text");
      // @ts-expect-error milliseconds, Infinity or null
      void timeout("5", () => {});
    });
  });

  test("moveOnAfter's value is there exactly when it was not cancelled", () => {
    compiled(async () => {
      const result = await moveOnAfter(1, textAsync);
      if (result.cancelled) expectTypeOf(result.value).toEqualTypeOf<undefined>();
      else expectTypeOf(result.value).toEqualTypeOf<string>();
    });
  });
});

describe("tasks", () => {
  test("spawn and createTask give a Task of what the function gives, and check its arguments", () => {
    compiled(() => {
      void taskGroup((group) => {
        expectTypeOf(group.spawn(numberCoroutine)).toEqualTypeOf<Task<number>>();
        expectTypeOf(group.spawn({ name: "n" }, textAsync)).toEqualTypeOf<Task<string>>();
        expectTypeOf(group.spawn((a: number, b: string) => `${a}${b}`, 1, "x")).toEqualTypeOf<Task<string>>();
        // @ts-expect-error a wrong argument
        group.spawn((a: number) => a, "x");
        // @ts-expect-error no function
        group.spawn(numberCoroutine());
      });
      expectTypeOf(createTask(numberCoroutine)).toEqualTypeOf<Task<number>>();
      expectTypeOf(createTask({ name: "n" }, textAsync)).toEqualTypeOf<Task<string>>();
      // @ts-expect-error a wrong argument
      createTask((a: number) => a, "x");
    });
  });

  test("a Task is not awaitable: join is", () => {
    expectTypeOf<Task<number>>().not.toMatchTypeOf<PromiseLike<number>>();
    expectTypeOf<Task<number>>().not.toHaveProperty("then");
    expectTypeOf<ReturnType<Task<number>["join"]>>().toEqualTypeOf<Awaitable<number>>();
    expectTypeOf<ReturnType<Task<number>["result"]>>().toEqualTypeOf<number>();
    expectTypeOf<ReturnType<Task<number>["exception"]>>().toBeUnknown();
    expectTypeOf(currentTask).returns.toEqualTypeOf<Task<unknown>>();
  });
});

describe("gather, map, forEach", () => {
  test("gather types its results place by place", () => {
    compiled(async () => {
      const results = await gather([
        sleep(1),
        numberCoroutine,
        textAsync,
        () => true as boolean,
        fromPromise(Promise.resolve(new Date())),
        call(numberCoroutine),
      ]);
      expectTypeOf(results).toEqualTypeOf<[void, number, string, boolean, Date, number]>();
      const join: Awaitable<number>[] = [];
      expectTypeOf(await gather(join)).toEqualTypeOf<number[]>();
      expectTypeOf(await gather([])).toEqualTypeOf<[]>();
      // @ts-expect-error promises are wrapped in fromPromise
      void gather([5]);
    });
  });

  test("map gives an array of what the function gives; items and index are typed", () => {
    compiled(() => {
      expectTypeOf(map([1, 2], (n, i) => `${n.toFixed()}${i}`, { concurrency: 2 })).toEqualTypeOf<
        Awaitable<string[]>
      >();
      expectTypeOf(map(new Set(["a"]), async (s) => s.length, { concurrency: Infinity })).toEqualTypeOf<
        Awaitable<number[]>
      >();
      async function* source(): AsyncGenerator<Date, void, undefined> {
        yield new Date();
      }
      expectTypeOf(
        map(
          source(),
          function* (date) {
            yield* sleep(1);
            return date.getTime();
          },
          { concurrency: 1 },
        ),
      ).toEqualTypeOf<Awaitable<number[]>>();
      expectTypeOf(forEach(source(), (date) => date.getTime())).toEqualTypeOf<Awaitable<void>>();
      // @ts-expect-error the bound is said aloud
      void map([1], (n) => n);
      // @ts-expect-error not iterable
      void map(5, (n) => n, { concurrency: 1 });
    });
  });
});

describe("primitives and bridges", () => {
  test("carry their item types", () => {
    compiled(() => {
      expectTypeOf(new Queue<Date>(1).get()).toEqualTypeOf<Awaitable<Date>>();
      expectTypeOf<Parameters<Queue<Date>["put"]>>().toEqualTypeOf<[Date]>();
      expectTypeOf(new Queue<Date>(1).getNowait()).toEqualTypeOf<Date>();
      expectTypeOf(new Future<number>().wait()).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(new Future<number>().result()).toEqualTypeOf<number>();
      expectTypeOf(suspend<string>((resolve) => resolve(""))).toEqualTypeOf<Awaitable<string>>();
      expectTypeOf(coroutine(numberCoroutine)).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(fromPromise(async () => 1)).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(
        fromPromise(
          (signal) => {
            expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
            return Promise.resolve("");
          },
          { onLate: (value) => expectTypeOf(value).toEqualTypeOf<string>() },
        ),
      ).toEqualTypeOf<Awaitable<string>>();
      // @ts-expect-error a queue takes its bound
      void new Queue<number>();
    });
  });

  test("use gives the resource back as it is", () => {
    compiled(() => {
      const resource = { [Symbol.asyncDispose]: async () => {}, name: "r" };
      expectTypeOf(currentScope().use(resource)).toEqualTypeOf<typeof resource>();
      // @ts-expect-error no resource
      currentScope().use({ name: "r" });
    });
  });

  test("never any", () => {
    compiled(async () => {
      expectTypeOf(await run(() => 1)).not.toBeAny();
      expectTypeOf(await call(async () => ({}))).not.toBeAny();
      expectTypeOf(await gather([() => 1])).not.toBeAny();
      expectTypeOf((await gather([() => 1]))[0]).not.toBeAny();
      expectTypeOf(await map([1], (n) => n, { concurrency: 1 })).not.toBeAny();
      expectTypeOf((await moveOnAfter(1, () => 1)).value).not.toBeAny();
      expectTypeOf(currentScope().reason).toBeUnknown();
      expectTypeOf(createTask(() => 1).exception()).toBeUnknown();
      expectTypeOf<Parked>().not.toBeAny();
    });
  });
});
