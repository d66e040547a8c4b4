// Every public operation survives a cancel at each of its awaits, without leak or hang, in both dialects. The table below is
// compared with what the package exports: a new operation must find its place here.

import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import * as corio from "corio";
import {
  allSettled,
  any,
  asCompleted,
  type Awaitable,
  Barrier,
  BoundedSemaphore,
  call,
  cancelScope,
  CapacityLimiter,
  channel,
  checkpoint,
  Condition,
  createTask,
  Event,
  forEach,
  fromPromise,
  Future,
  gather,
  LifoQueue,
  Lock,
  loopTime,
  map,
  moveOnAfter,
  PriorityQueue,
  producer,
  Queue,
  race,
  ResourceGuard,
  retry,
  run,
  Semaphore,
  shield,
  sleep,
  sleepForever,
  sleepUntil,
  staggeredRace,
  type Task,
  taskGroup,
  timeout,
  timeoutAt,
  toPromise,
  wait as waitForTasks,
  waitFor,
  withStore,
} from "corio";
import { atEveryMoment, type Scenario } from "./support/adversity.ts";
import type { Dialect } from "./support/dialects.ts";

type Steps<T> = Generator<unknown, T, unknown>;

/** What was covered, by name. */
const covered = new Set<string>();

function operation(names: string, few: number, make: (dialect: Dialect) => Scenario): void {
  for (const name of names.split(" ")) covered.add(name);
  atEveryMoment(names, make, few);
}

/** Nothing to check but what is checked always: no task, call, timer or cancellation is left. */
function* nothing(): Steps<void> {}

/** Two or three tasks that do the same side by side. */
function* together({ fn, wait }: Dialect, count: number, body: (i: number) => Steps<unknown>): Steps<void> {
  yield* wait(
    taskGroup(
      fn(function* (group) {
        for (let i = 0; i < count; i++) group.spawn(fn(() => body(i)));
      }),
    ),
  );
}

// What is acquired.

interface Acquirable {
  acquire(): Awaitable<void>;
  release(): void;
  hold(body: () => unknown): Awaitable<unknown>;
}

function acquired(name: string, make: () => Acquirable & { locked?(): boolean }, most: number): void {
  operation(`${name}.acquire`, 3, (dialect) => {
    const thing = make();
    let inside = 0;
    return {
      body: () =>
        together(dialect, most + 2, function* () {
          yield* dialect.wait(thing.acquire());
          try {
            expect(++inside).toBeLessThanOrEqual(most);
            yield* dialect.wait(sleep(1));
          } finally {
            inside--;
            thing.release();
          }
        }),
      *check() {
        // All of it is there again.
        for (let i = 0; i < most; i++) yield* dialect.wait(timeout(10, () => thing.acquire()));
        for (let i = 0; i < most; i++) thing.release();
      },
    };
  });
  operation(`${name}.hold`, 3, (dialect) => {
    const thing = make();
    return {
      body: () =>
        together(dialect, most + 2, function* () {
          yield* dialect.wait(
            thing.hold(
              dialect.fn(function* () {
                yield* dialect.wait(sleep(1));
              }),
            ),
          );
        }),
      *check() {
        yield* dialect.wait(timeout(10, () => thing.hold(() => sleep(1))));
      },
    };
  });
}

acquired("Lock", () => new Lock(), 1);
acquired("Semaphore", () => new Semaphore(2), 2);
acquired("BoundedSemaphore", () => new BoundedSemaphore(2), 2);
acquired("Condition", () => new Condition(), 1);

operation("CapacityLimiter.acquire CapacityLimiter.hold", 3, (dialect) => {
  const limiter = new CapacityLimiter(1);
  return {
    body: () =>
      together(dialect, 3, function* (i) {
        if (i === 0) {
          yield* dialect.wait(limiter.hold(dialect.fn(() => dialect.wait(sleep(1)) as Steps<void>)));
          return;
        }
        yield* dialect.wait(limiter.acquire());
        try {
          yield* dialect.wait(sleep(1));
        } finally {
          limiter.release();
        }
      }),
    *check() {
      expect(limiter.statistics()).toMatchObject({ borrowed: 0, waiting: 0 });
    },
  };
});

operation("ResourceGuard.hold", 1, ({ fn, wait }) => {
  const guard = new ResourceGuard("a socket");
  return {
    *body() {
      for (let i = 0; i < 2; i++) {
        yield* wait(
          guard.hold(
            fn(function* () {
              yield* wait(sleep(1));
            }),
          ),
        );
      }
    },
    *check() {
      expect(guard.busy).toBe(false);
    },
  };
});

// What is waited for.

operation("Event.wait", 2, (dialect) => {
  const event = new Event();
  return {
    body: () =>
      together(dialect, 3, function* (i) {
        if (i < 2) yield* dialect.wait(event.wait());
        else {
          yield* dialect.wait(sleep(1));
          event.set();
        }
      }),
    *check() {
      expect(event.statistics()).toEqual({ waiting: 0 });
    },
  };
});

operation("Future.wait", 2, (dialect) => {
  const future = new Future<number>();
  return {
    body: () =>
      together(dialect, 3, function* (i) {
        if (i < 2) expect(yield* dialect.wait(future.wait())).toBe(7);
        else {
          yield* dialect.wait(sleep(1));
          future.setResult(7);
        }
      }),
    *check() {
      expect(future.waiters.size).toBe(0);
    },
  };
});

operation("Barrier.wait", 2, (dialect) => {
  const barrier = new Barrier(2);
  return {
    body: () =>
      together(dialect, 4, function* (i) {
        yield* dialect.wait(sleep(i));
        yield* dialect.wait(barrier.wait());
      }),
    *check() {
      expect(barrier.nWaiting).toBe(0);
    },
  };
});

operation("Condition.wait Condition.waitFor", 3, (dialect) => {
  const condition = new Condition();
  let ready = false;
  return {
    body: () =>
      together(dialect, 3, function* (i) {
        yield* dialect.wait(sleep(i));
        yield* dialect.wait(condition.acquire());
        try {
          if (i === 0) yield* dialect.wait(condition.wait());
          else if (i === 1) yield* dialect.wait(condition.waitFor(() => ready));
          else {
            ready = true;
            condition.notifyAll();
          }
        } finally {
          condition.release();
        }
      }),
    *check() {
      expect(condition.statistics()).toMatchObject({ waiting: 0, lock: { owner: null, waiting: 0 } });
    },
  };
});

// Queues and channels.

for (const Kind of [Queue, PriorityQueue, LifoQueue]) {
  operation(`${Kind.name}.put ${Kind.name}.get ${Kind.name}.join`, 4, (dialect) => {
    const queue: Queue<number> = new Kind<number>(1);
    let put = 0;
    let got = 0;
    return {
      body: () =>
        together(dialect, 3, function* (i) {
          const { wait } = dialect;
          if (i === 0) {
            for (let item = 0; item < 3; item++) {
              yield* wait(queue.put(item));
              put++;
            }
          } else if (i === 1) {
            for (let k = 0; k < 3; k++) {
              yield* wait(queue.get());
              got++;
              yield* wait(sleep(1));
              queue.taskDone();
            }
          } else {
            yield* wait(sleep(0.5));
            yield* wait(queue.join());
          }
        }),
      *check() {
        expect(queue.statistics()).toMatchObject({ getters: 0, putters: 0, size: put - got });
      },
    };
  });

  operation(`${Kind.name}.Symbol(Symbol.asyncIterator)`, 2, ({ fn, wait }) => {
    const queue: Queue<number> = new Kind<number>(3);
    let got = 0;
    return {
      *body() {
        for (let i = 0; i < 3; i++) queue.putNowait(i);
        queue.shutdown();
        yield* wait(
          forEach(
            queue,
            fn(function* () {
              got++;
              yield* wait(sleep(1));
            }),
          ),
        );
      },
      *check() {
        expect(got + queue.qsize()).toBe(3);
        expect(queue.statistics()).toMatchObject({ getters: 0 });
      },
    };
  });
}

for (const capacity of [0, 1]) {
  const names = "SendChannel.send ReceiveChannel.receive";
  operation(capacity === 0 ? names : `${names} ReceiveChannel.Symbol(Symbol.asyncIterator)`, 4, (dialect) => {
    const [send, receive] = channel<number>(capacity);
    const { fn, wait } = dialect;
    let sent = 0;
    let got = 0;
    return {
      body: () =>
        together(dialect, 2, function* (i) {
          if (i === 0) {
            try {
              for (let item = 0; item < 3; item++) {
                yield* wait(send.send(item));
                sent++;
              }
            } finally {
              send.close();
            }
          } else if (capacity === 0) {
            for (let k = 0; k < 3; k++) {
              yield* wait(receive.receive());
              got++;
              yield* wait(sleep(1));
            }
          } else {
            yield* wait(
              forEach(
                receive,
                fn(function* () {
                  got++;
                  yield* wait(sleep(1));
                }),
              ),
            );
          }
        }),
      *check() {
        expect(receive.statistics()).toMatchObject({
          waitingSenders: 0,
          waitingReceivers: 0,
          size: sent - got,
        });
      },
    };
  });
}

// Time.

operation("sleep sleepUntil checkpoint", 3, ({ wait }) => ({
  *body() {
    yield* wait(sleep(0));
    yield* wait(sleep(1));
    yield* wait(checkpoint());
    yield* wait(sleepUntil(loopTime() + 1));
  },
  check: nothing,
}));

operation("sleepForever moveOnAfter timeout timeoutAt", 2, ({ fn, wait }) => ({
  *body() {
    yield* wait(moveOnAfter(1, () => sleepForever()));
    yield* wait(
      timeout(
        5,
        fn(function* () {
          yield* wait(timeoutAt(loopTime() + 4, () => sleep(1)));
        }),
      ),
    );
  },
  check: nothing,
}));

operation("waitFor", 2, ({ wait }) => ({
  *body() {
    const event = new Event();
    yield* wait(waitFor(sleep(1), 10));
    try {
      yield* wait(waitFor(event.wait(), 1));
    } catch (error) {
      if (!(error instanceof corio.TimeoutError)) throw error;
    }
  },
  check: nothing,
}));

// Tasks and blocks.

/** A body that counts itself while it runs, and takes a moment to clean up. */
function counting({ fn, wait }: Dialect): { inside: number; body: (ms: number) => Awaitable<unknown> } {
  const counter = { inside: 0, body: (ms: number) => call(worker, ms) as Awaitable<unknown> };
  const worker = fn(function* (ms: number) {
    counter.inside++;
    try {
      yield* wait(sleep(ms));
      return ms;
    } finally {
      try {
        yield* wait(sleep(0.5));
      } finally {
        counter.inside--;
      }
    }
  });
  return counter;
}

/** An operation over such bodies: none of them may be left inside. */
function overBodies(
  names: string,
  few: number,
  body: (dialect: Dialect, worker: (ms: number) => Awaitable<unknown>) => Steps<unknown>,
): void {
  operation(names, few, (dialect) => {
    const counter = counting(dialect);
    return {
      body: () => body(dialect, counter.body),
      *check() {
        expect(counter.inside).toBe(0);
      },
    };
  });
}

overBodies("taskGroup cancelScope call run shield", 4, function* ({ fn, wait }, worker) {
  yield* wait(
    run(
      fn(function* () {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              group.spawn(worker, 2);
              yield* wait(cancelScope(() => worker(1)));
              yield* wait(shield(() => worker(1)));
              yield* wait(group.start((ready) => ready(1)));
            }),
          ),
        );
      }),
    ),
  );
});

overBodies("createTask wait", 3, function* ({ wait }, worker) {
  const tasks: Task<unknown>[] = [];
  try {
    tasks.push(createTask(worker, 1), createTask(worker, 3));
    yield* wait(waitForTasks(tasks, { returnWhen: "FIRST_COMPLETED" }));
    yield* wait(tasks[1]!.join());
  } finally {
    // Tasks of createTask belong to the run, not to the block.
    for (const task of tasks) task.cancel();
    yield* wait(
      shield(function* () {
        for (const task of tasks) while (!task.done()) yield* sleep(0.5);
      }),
    );
  }
});

overBodies("gather allSettled", 4, function* ({ wait }, worker) {
  yield* wait(gather([() => worker(1), worker(2), sleep(1)]));
  yield* wait(allSettled([() => worker(1), () => worker(2)]));
});

overBodies("race any staggeredRace", 4, function* ({ wait }, worker) {
  yield* wait(race([() => worker(1), () => worker(2)]));
  yield* wait(any([() => worker(2), () => worker(1)]));
  yield* wait(staggeredRace([() => worker(3), () => worker(1)], { delay: 1 }));
});

overBodies("map forEach", 4, function* ({ wait }, worker) {
  yield* wait(map([1, 2, 1], (ms) => worker(ms), { concurrency: 2 }));
  yield* wait(forEach([1, 2], (ms) => worker(ms)));
});

overBodies("asCompleted", 3, function* ({ fn, wait }, worker) {
  yield* wait(
    forEach(
      asCompleted([() => worker(2), () => worker(1)]),
      fn(function* () {
        yield* wait(sleep(0.1));
      }),
    ),
  );
});

overBodies("retry", 2, function* ({ wait }, worker) {
  let attempts = 0;
  yield* wait(
    retry(
      function* () {
        yield* worker(1);
        if (++attempts < 3) throw new Error("again");
      },
      { attempts: 3, delay: 1 },
    ),
  );
});

overBodies("producer", 3, function* ({ wait }, worker) {
  const items = producer(function* (emit: corio.Emit<number>) {
    for (let i = 0; i < 3; i++) {
      yield* worker(1);
      yield* emit(i);
    }
  });
  yield* wait(forEach(items, () => worker(1)));
});

const storage = new AsyncLocalStorage<string>();

overBodies("withStore", 1, function* ({ wait }, worker) {
  yield* wait(withStore(storage, "store", () => worker(1)));
});

// Promises.

operation("fromPromise toPromise", 2, ({ fn, wait }) => {
  let opened = 0;
  let closed = 0;
  return {
    *body() {
      yield* wait(
        cancelScope(
          fn(function* () {
            // A promise of ours: what it waits for is cancelled with the scope.
            const late = toPromise(sleep(1)).then(() => void opened++);
            late.catch(() => {});
            yield* wait(fromPromise(late, { onLate: () => void closed-- }));
            closed++;
            yield* wait(sleep(1));
          }),
        ),
      );
    },
    *check() {
      expect(closed).toBeLessThanOrEqual(opened);
    },
  };
});

test("every operation that is exported has its place in this file", () => {
  const missing: string[] = [];
  const need = (name: string): void => {
    if (!covered.has(name) && !atOnce.has(name)) missing.push(name);
  };
  const [send, receive] = channel<number>(1);
  for (const [name, value] of [
    ...Object.entries(corio),
    ["SendChannel", send.constructor],
    ["ReceiveChannel", receive.constructor],
  ] as const) {
    if (typeof value !== "function" || (value as { prototype?: unknown }).prototype instanceof Error)
      continue;
    if (!String(value).startsWith("class")) {
      need(name);
      continue;
    }
    for (let proto = (value as { prototype: object }).prototype; proto !== Object.prototype;) {
      for (const key of Reflect.ownKeys(proto)) {
        // Where the engine has no such symbols yet, node brings its own.
        if (key !== "constructor") need(`${name}.${String(key).replace("(nodejs.", "(Symbol.")}`);
      }
      proto = Object.getPrototypeOf(proto) as object;
    }
  }
  expect(missing).toEqual([]);
});

/** What does not wait; and the entrances from outside a run, which no run can cancel from inside (process.test.ts, runner.test.ts). */
const atOnce = new Set([
  ..."allTasks captureCallGraph channel copyContext currentScope currentTask dumpTasks formatCallGraph formatFrame".split(
    " ",
  ),
  ..."formatTasks getDebug getRunningLoop instrument isAwaitable isCoroutine isCoroutineFunction isFuture loopTime".split(
    " ",
  ),
  ..."main printCallGraph printTasks setDebug".split(" "),
  ...methods("Barrier", "nWaiting broken reset abort statistics arrive"),
  ...methods("BoundedSemaphore", "release tryAcquire locked statistics"),
  ...methods(
    "CapacityLimiter",
    "total borrowed available locked tryAcquire release statistics queued unqueued",
  ),
  ...methods("Condition", "release locked notify notifyAll statistics passOn"),
  ...methods("Context", "run copy get has size Symbol(Symbol.iterator)"),
  ...methods("ContextVar", "get set reset"),
  ...methods("Event", "isSet set clear statistics"),
  ...methods(
    "Future",
    "setResult setException cancel cancelled addDoneCallback removeDoneCallback done result exception",
  ),
  ...["Queue", "PriorityQueue", "LifoQueue"].flatMap((queue) =>
    methods(queue, "qsize empty full putNowait getNowait taskDone shutdown statistics tryPut take shutDown"),
  ),
  ...methods("Lock", "release locked handOver statistics"),
  ...methods("ResourceGuard", "busy enter leave statistics"),
  ...methods("Runner", "run getLoop close Symbol(Symbol.asyncDispose)"),
  ...methods("Semaphore", "tryAcquire release locked statistics"),
  ...methods("SendChannel", "sendNowait clone close closed statistics Symbol(Symbol.dispose)"),
  ...methods("ReceiveChannel", "receiveNowait clone close closed statistics Symbol(Symbol.dispose)"),
]);

function methods(name: string, list: string): string[] {
  return list.split(" ").map((method) => `${name}.${method}`);
}
