// What the compiler infers of bodies, combinators and what they give. Checked by the compiler (tsc -b): at run time these tests do nothing.

import { describe, expectTypeOf, test } from "vitest";
import {
  allSettled,
  any,
  asCompleted,
  Barrier,
  call,
  cancelScope,
  channel,
  Condition,
  createTask,
  currentTask,
  gather,
  LifoQueue,
  Lock,
  map,
  moveOnAfter,
  PriorityQueue,
  Queue,
  race,
  retry,
  run,
  Semaphore,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
  timeoutAt,
  wait,
  waitFor,
  type Awaitable,
  type CancellableTaskGroup,
  type Coroutine,
  type MoveOn,
  type Ready,
  type ReceiveChannel,
  type Scope,
  type SendChannel,
  type Settled,
  type Task,
} from "corio";

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

/** Of both dialects and none, with every kind of result: what a body may be, the compiler must see through. */
class Gift {
  readonly name = "gift";
}

const giftAsync = async (): Promise<Gift> => new Gift();

function* giftCoroutine(): Coroutine<Gift> {
  yield* sleep(1);
  return new Gift();
}

function* perhaps(early: boolean): Coroutine<Gift | null> {
  if (early) return null;
  return yield* call(giftAsync);
}

const early: boolean = currentTask.length > 0;

describe("combinators", () => {
  test("gather keeps places, whatever stands there", () => {
    compiled(function* (): Coroutine<void> {
      const [a, b, c, d, e] = yield* gather([
        giftAsync,
        giftCoroutine,
        () => call(perhaps, true),
        new Queue<Date>(1).get(),
        createTask(numberCoroutine).join(),
      ]);
      expectTypeOf(a).toEqualTypeOf<Gift>();
      expectTypeOf(b).toEqualTypeOf<Gift>();
      expectTypeOf(c).toEqualTypeOf<Gift | null>();
      expectTypeOf(d).toEqualTypeOf<Date>();
      expectTypeOf(e).toEqualTypeOf<number>();
    });
    compiled(() => {
      const names = ["a", "b"];
      expectTypeOf(gather(names.map((name) => () => name.length))).toEqualTypeOf<Awaitable<number[]>>();
      expectTypeOf(gather(names.map((name) => async () => ({ name })))).toEqualTypeOf<
        Awaitable<{ name: string }[]>
      >();
      // @ts-expect-error a task is joined: gather([task.join()])
      void gather([createTask(numberCoroutine)]);
      // @ts-expect-error it has no third place
      void call(async () => (await gather([sleep(1), sleep(2)]))[2]);
      // @ts-expect-error functions take no arguments: () => work(5)
      void gather([(n: number) => n]);
    });
  });

  test("race and any give the union of what may win", () => {
    compiled(() => {
      expectTypeOf(race([giftAsync, numberCoroutine, sleep(1)])).toEqualTypeOf<
        Awaitable<Gift | number | void>
      >();
      expectTypeOf(any([textAsync, () => 5 as const])).toEqualTypeOf<Awaitable<string | 5>>();
      expectTypeOf(race([giftCoroutine, sleepForever()])).toEqualTypeOf<Awaitable<Gift>>();
      // @ts-expect-error nothing could win
      void race([]);
      // @ts-expect-error nothing could win
      void any([]);
    });
  });

  test("allSettled tells of each place how it ended", () => {
    compiled(async () => {
      const [first, second] = await allSettled([giftAsync, sleep(1)]);
      expectTypeOf(first).toEqualTypeOf<Settled<Gift>>();
      expectTypeOf(second).toEqualTypeOf<Settled<void>>();
      if (first.status === "fulfilled") expectTypeOf(first.value).toEqualTypeOf<Gift>();
      else expectTypeOf(first.reason).toBeUnknown();
      // @ts-expect-error only one that was fulfilled has a value
      void first.value;
    });
  });

  test("asCompleted gives tasks of what any of them gives", () => {
    compiled(async () => {
      for await (const task of asCompleted([giftAsync, numberCoroutine, new Queue<Date>(1).get()])) {
        expectTypeOf(task).toEqualTypeOf<Task<Gift | number | Date>>();
        expectTypeOf(await task.join()).toEqualTypeOf<Gift | number | Date>();
      }
    });
  });

  test("map infers items, index and results, also of mixed bodies", () => {
    compiled(() => {
      const doubled = map(
        ["a", "b"],
        function* (item, index) {
          expectTypeOf(item).toEqualTypeOf<string>();
          expectTypeOf(index).toEqualTypeOf<number>();
          if (index > 1) return null;
          return yield* call(giftAsync);
        },
        { concurrency: 2 },
      );
      expectTypeOf(doubled).toEqualTypeOf<Awaitable<(Gift | null)[]>>();
      expectTypeOf(
        map(new Map([["a", 1]]), async ([key, value]) => ({ key, value }), { concurrency: 1 }),
      ).toEqualTypeOf<Awaitable<{ key: string; value: number }[]>>();
      const [, receive] = channel<Gift>(1);
      expectTypeOf(map(receive, (gift) => gift.name, { concurrency: 1 })).toEqualTypeOf<
        Awaitable<string[]>
      >();
      expectTypeOf(map(new Queue<Date>(1), (date) => date.getTime(), { concurrency: 1 })).toEqualTypeOf<
        Awaitable<number[]>
      >();
      // @ts-expect-error the function takes what the items are not
      void map(["a"], (n: number) => n, { concurrency: 1 });
    });
  });

  test("wait gives sets of the tasks that it was given", () => {
    compiled(function* (): Coroutine<void> {
      const tasks = [createTask(giftAsync), createTask(giftCoroutine)];
      const { done, pending } = yield* wait(tasks, { timeout: 5, returnWhen: "FIRST_COMPLETED" });
      expectTypeOf(done).toEqualTypeOf<Set<Task<Gift>>>();
      expectTypeOf(pending).toEqualTypeOf<Set<Task<Gift>>>();
      const text = createTask(async () => "");
      expectTypeOf(wait([createTask(giftAsync), text])).toEqualTypeOf<
        Awaitable<{ done: Set<Task<Gift> | Task<string>>; pending: Set<Task<Gift> | Task<string>> }>
      >();
      // @ts-expect-error no such time to return
      void wait(tasks, { returnWhen: "SOMETIME" });
      expectTypeOf(createTask(sleep, 5)).toEqualTypeOf<Task<void>>();
      // @ts-expect-error Awaitables are no tasks
      void wait([sleep(1)]);
      expectTypeOf(waitFor(call(giftCoroutine), 5)).toEqualTypeOf<Awaitable<Gift>>();
      // @ts-expect-error a function is called by a timeout block
      void waitFor(giftAsync, 5);
    });
  });

  test("retry gives what an attempt gives, and numbers them", () => {
    compiled(() => {
      expectTypeOf(retry(giftAsync)).toEqualTypeOf<Awaitable<Gift>>();
      expectTypeOf(
        retry(
          function* (attempt) {
            expectTypeOf(attempt).toEqualTypeOf<number>();
            yield* sleep(1);
            return attempt > 1 ? "late" : 0;
          },
          { when: (error) => (expectTypeOf(error).toBeUnknown(), true) },
        ),
      ).toEqualTypeOf<Awaitable<0 | "late">>();
    });
  });
});

describe("bodies of every block", () => {
  test("of coroutines with several returns", () => {
    compiled(() => {
      const body = function* () {
        if (early) return "early" as const;
        yield* sleep(1);
        return new Gift();
      };
      expectTypeOf(run(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(taskGroup(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(timeout(1, body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(timeoutAt(1, body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(shield(body, { timeout: 1 })).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(cancelScope(body)).toEqualTypeOf<Awaitable<"early" | Gift | undefined>>();
      expectTypeOf(moveOnAfter(1, body)).toEqualTypeOf<Awaitable<MoveOn<"early" | Gift>>>();
      expectTypeOf(new Lock().hold(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(call(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
    });
  });

  test("of async functions with several returns, and of what gives an Awaitable", () => {
    compiled(() => {
      const body = async () => {
        if (early) return "early" as const;
        await sleep(1);
        return new Gift();
      };
      expectTypeOf(run(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(taskGroup(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(timeout(null, body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(shield(body)).toEqualTypeOf<Awaitable<"early" | Gift>>();
      expectTypeOf(moveOnAfter(1, body)).toEqualTypeOf<Awaitable<MoveOn<"early" | Gift>>>();
      expectTypeOf(timeout(1, () => gather([giftAsync]))).toEqualTypeOf<Awaitable<[Gift]>>();
      expectTypeOf(run(() => map([1], giftAsync, { concurrency: 1 }))).toEqualTypeOf<Awaitable<Gift[]>>();
      expectTypeOf(timeout(1, () => shield(giftCoroutine))).toEqualTypeOf<Awaitable<Gift>>();
    });
  });

  test("a group that may be cancelled says so in its value", () => {
    compiled(() => {
      expectTypeOf(
        taskGroup({ cancellable: true }, function* (group) {
          expectTypeOf(group).toEqualTypeOf<CancellableTaskGroup>();
          group.cancel();
          return yield* call(giftAsync);
        }),
      ).toEqualTypeOf<Awaitable<Gift | undefined>>();
      // @ts-expect-error one that may not has no cancel
      void taskGroup((group) => group.cancel());
      // @ts-expect-error nor a deadline that can be set
      void taskGroup((group) => void (group.deadline = 5));
    });
  });

  test("bodies get their own arguments behind the scope", () => {
    compiled(() => {
      function* add(scope: Scope, a: number, b: Date): Coroutine<number> {
        yield* sleep(1);
        return scope.cancelCalled ? a : b.getTime();
      }
      expectTypeOf(timeout(1, add, 1, new Date())).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(timeoutAt(1, add, 1, new Date())).toEqualTypeOf<Awaitable<number>>();
      expectTypeOf(cancelScope(add, 1, new Date())).toEqualTypeOf<Awaitable<number | undefined>>();
      // @ts-expect-error a wrong one
      void cancelScope(add, 1, 2);
      // @ts-expect-error one too many
      void timeoutAt(1, add, 1, new Date(), 3);
    });
  });
});

describe("tasks of a group", () => {
  test("every form of spawn", () => {
    compiled(() => {
      void taskGroup((group) => {
        const send = (to: string, ...rest: number[]): Promise<boolean> =>
          Promise.resolve(rest.length > to.length);
        expectTypeOf(group.spawn(send, "a", 1, 2, 3)).toEqualTypeOf<Task<boolean>>();
        expectTypeOf(group.spawn({ name: "send" }, send, "a")).toEqualTypeOf<Task<boolean>>();
        expectTypeOf(group.spawn({}, perhaps, true)).toEqualTypeOf<Task<Gift | null>>();
        expectTypeOf(group.spawn(() => sleep(1))).toEqualTypeOf<Task<void>>();
        expectTypeOf(group.spawn(() => {})).toEqualTypeOf<Task<void>>();
        expectTypeOf(
          group.spawn(function* (a: number) {
            if (a > 1) return "many";
            yield* sleep(a);
            return a;
          }, 1),
        ).toEqualTypeOf<Task<number | "many">>();
        // @ts-expect-error wrong arguments behind options
        group.spawn({ name: "send" }, send, 5);
        // @ts-expect-error no such option
        group.spawn({ nmae: "send" }, send, "a");
        // @ts-expect-error an Awaitable is no function: () => sleep(1)
        group.spawn(sleep(1));
        // @ts-expect-error a promise is none either
        group.spawn(giftAsync());
        // @ts-expect-error a task has no value before it is joined
        void group.spawn(giftAsync).name.gift;
      });
    });
  });

  test("start gives what the child hands to ready", () => {
    compiled(function* (): Coroutine<void> {
      yield* taskGroup(function* (group) {
        const port = yield* group.start(function* (ready: Ready<number>, host: string) {
          yield* sleep(host.length);
          ready(80);
          // @ts-expect-error ready takes what it was declared to take
          ready("80");
          yield* sleepForever();
        }, "localhost");
        expectTypeOf(port).toEqualTypeOf<number>();
        const gift = yield* group.start(async (ready: Ready<Gift>) => ready(new Gift()));
        expectTypeOf(gift).toEqualTypeOf<Gift>();
        // @ts-expect-error an argument is missing
        void group.start((ready: Ready<number>, host: string) => ready(host.length));
      });
    });
  });

  test("task values travel by join, result and exception", () => {
    compiled(async () => {
      const task = createTask({ name: "gift" }, giftCoroutine);
      expectTypeOf(await task.join()).toEqualTypeOf<Gift>();
      expectTypeOf(task.result()).toEqualTypeOf<Gift>();
      // A task of something special is one of something general, not the other way round.
      const general: Task<Gift | null> = task;
      // @ts-expect-error it may be null
      const special: Task<Gift> = general;
      expectTypeOf(special.cancel()).toEqualTypeOf<boolean>();
    });
  });
});

describe("queues, channels and locks", () => {
  test("queues give what is put into them", () => {
    compiled(async () => {
      const queue = new Queue<Gift | null>(Infinity);
      await queue.put(null);
      expectTypeOf(await queue.get()).toEqualTypeOf<Gift | null>();
      for await (const item of queue) expectTypeOf(item).toEqualTypeOf<Gift | null>();
      // @ts-expect-error not what it holds
      await queue.put("text");
      // @ts-expect-error not what it holds
      queue.putNowait(5);
      const first = new PriorityQueue<Date>(5, (a, b) => a.getTime() - b.getTime());
      expectTypeOf(await first.get()).toEqualTypeOf<Date>();
      expectTypeOf(new LifoQueue<string>(1).getNowait()).toEqualTypeOf<string>();
      expectTypeOf<LifoQueue<string>>().toExtend<Queue<string>>();
      // @ts-expect-error compares something else
      void new PriorityQueue<Date>(5, (a: string, b: string) => a.length - b.length);
    });
  });

  test("a channel's ends know their side", () => {
    compiled(async () => {
      const [send, receive] = channel<Gift>(0);
      expectTypeOf(send).toEqualTypeOf<SendChannel<Gift>>();
      expectTypeOf(receive).toEqualTypeOf<ReceiveChannel<Gift>>();
      expectTypeOf(await receive.receive()).toEqualTypeOf<Gift>();
      for await (const gift of receive) expectTypeOf(gift).toEqualTypeOf<Gift>();
      // @ts-expect-error a send end does not receive
      void send.receive;
      // @ts-expect-error nor a receive end send
      void receive.send;
      // @ts-expect-error not what it carries
      await send.send("text");
    });
  });

  test("what is waited for at the others", () => {
    compiled(() => {
      expectTypeOf(new Lock().acquire()).toEqualTypeOf<Awaitable<void>>();
      expectTypeOf(new Semaphore(1).hold(giftAsync)).toEqualTypeOf<Awaitable<Gift>>();
      expectTypeOf(new Barrier(2).wait()).toEqualTypeOf<Awaitable<number>>();
      const found = new Condition().waitFor(() => (early ? new Gift() : null));
      expectTypeOf(found).toEqualTypeOf<Awaitable<Gift>>();
    });
  });

  test("never any, in the other dialect either", () => {
    compiled(function* (): Coroutine<void> {
      expectTypeOf(yield* call(async () => ({}))).not.toBeAny();
      expectTypeOf(yield* race([giftAsync, sleep(1)])).not.toBeAny();
      expectTypeOf(yield* any([giftAsync])).not.toBeAny();
      expectTypeOf(yield* allSettled([giftAsync])).not.toBeAny();
      expectTypeOf(yield* retry(giftAsync)).not.toBeAny();
      expectTypeOf(yield* new Queue<Gift>(1).get()).not.toBeAny();
      expectTypeOf(yield* taskGroup(() => 1)).not.toBeAny();
      expectTypeOf(createTask(giftAsync).result()).not.toBeAny();
      expectTypeOf(yield* wait([createTask(giftAsync)])).not.toBeAny();
      // What comes from outside without a type is unknown, not any.
      expectTypeOf(yield* call((): unknown => 1)).toBeUnknown();
    });
  });
});
