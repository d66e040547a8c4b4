// Classic bugs, planted: each must be found by what was made to find it, and its fix must pass.

import { describe, expect, test } from "vitest";
import {
  type Awaitable,
  checkpoint,
  createTask,
  Event,
  Lock,
  Semaphore,
  sleep,
  sleepForever,
  taskGroup,
} from "corio";
import { QueuedWait, WaitQueue } from "corio/lowlevel";
import {
  checkLeaks,
  explore,
  exploreAll,
  type ExploreOptions,
  LeakError,
  model,
  type Schedule,
  simulate,
} from "@corio/testing";

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable("expected a failure"),
    (error: unknown) => error as Error,
  );
}

/** How often a program fails in so many runs under a schedule. */
async function failuresIn(runs: number, program: () => unknown, schedule: Schedule): Promise<number> {
  let failures = 0;
  for (let seed = 1; seed <= runs; seed++) {
    await simulate(program, { seed, schedule }).catch(() => failures++);
  }
  return failures;
}

describe("a lost update", () => {
  /** Reads, does something, writes: in the order of arrival each writer is done before the next one reads. */
  const transfers = (lock: Lock | null) =>
    function* () {
      let balance = 0;
      const deposit = function* () {
        const before = balance;
        // The other one has a step more to go before it reads.
        yield* checkpoint();
        balance = before + 1;
      };
      yield* taskGroup(function* (group) {
        group.spawn(function* one() {
          yield* lock === null ? deposit() : lock.hold(deposit);
        });
        group.spawn(function* two() {
          yield* checkpoint();
          yield* checkpoint();
          yield* lock === null ? deposit() : lock.hold(deposit);
        });
      });
      expect(balance).toBe(2);
    };

  test("goes unnoticed in the order of arrival", async () => {
    await simulate(transfers(null));
  });

  test("is found under random order, and shown by the seed and the smallest schedule", async () => {
    const error = await failureOf(explore(transfers(null), { schedules: ["random"] }));
    expect(error).toMatchObject({ name: "AssertionError" });
    expect(error.message).toMatch(/CORIO_SEED=\d+/);
    const step = "\\n {2}at choice \\d+: two-\\d+ ran before one-\\d+";
    expect(error.message).toMatch(new RegExp(`CORIO_REPLAY=\\d+/\\d+:1,\\d+:1${step}${step}$`));
  });

  test("is not there with a lock, in any order", async () => {
    await explore(transfers(new Lock()));
    const { runs } = await exploreAll(transfers(new Lock()));
    expect(runs).toBeGreaterThan(10);
  });
});

describe("depth: one must wait long", () => {
  /** Fails only if the late one takes its single step after twenty of another. */
  const starve = function* () {
    let steps = 0;
    yield* taskGroup(function* (group) {
      for (let i = 0; i < 4; i++) {
        group.spawn({ name: `worker ${i}` }, function* () {
          for (let k = 0; k < 20; k++) {
            yield* checkpoint();
            steps++;
          }
        });
      }
      group.spawn(function* late() {
        yield* checkpoint();
        if (steps >= 60) throw new Error("starved");
      });
    });
  };

  test("random order does not find it, PCT does", async () => {
    const runs = 400;
    expect(await failuresIn(runs, starve, "random")).toBe(0);
    expect(await failuresIn(runs, starve, { pct: 2, steps: 90 })).toBeGreaterThan(runs / 20);
  });

  test("so the portfolio does", async () => {
    const error = await failureOf(explore(starve));
    expect(error.message).toContain("PCT");
  });

  /** Fails only if three short tasks take their steps in one order, whatever fifty others do: the other way round. */
  const ordered = function* () {
    const log: number[] = [];
    yield* taskGroup(function* (group) {
      for (const name of [0, 1, 2, 3]) {
        group.spawn({ name: `task ${name}` }, function* () {
          for (let k = 0; k < 2; k++) {
            yield* checkpoint();
            log.push(name);
          }
        });
      }
    });
    // Six changes from one task to another.
    if (log.join("") === "01230123" || log.join("") === "32103210") throw new Error("in turn");
  };

  test("random order finds what changes often, PCT of a small depth does not", async () => {
    const runs = 6000;
    expect(await failuresIn(runs, ordered, "random")).toBeGreaterThan(0);
    expect(await failuresIn(runs, ordered, { pct: 2, steps: 13 })).toBe(0);
  });
});

/** A semaphore as asyncio's was for years: a waiter is woken, and takes the permit itself when it runs. */
class BrokenSemaphore {
  #free: number;
  readonly #waiters: Event[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  *acquire(): Generator<never, void, unknown> {
    if (this.#free === 0) {
      const event = new Event();
      this.#waiters.push(event);
      yield* event.wait() as unknown as Generator<never, void, unknown>;
      // Cancelled here, the wake-up is gone, and nobody passes it on. Not cancelled, somebody may have been faster.
    }
    this.#free--;
  }

  release(): void {
    this.#free++;
    this.#waiters.shift()?.set();
  }

  get free(): number {
    return this.#free;
  }
}

/** The same on the wait queue. */
class HandOffSemaphore {
  free: number;
  readonly waiters = new WaitQueue();

  constructor(free: number) {
    this.free = free;
  }

  acquire(): Awaitable<void> {
    const semaphore: HandOffSemaphore = this;
    return new (class extends QueuedWait<void> {
      protected attempt(): boolean {
        if (semaphore.free === 0) return false;
        semaphore.free--;
        return true;
      }

      protected line(): WaitQueue {
        return semaphore.waiters;
      }

      describe(): string {
        return "a permit";
      }
    })();
  }

  release(): void {
    if (!this.waiters.serve()) this.free++;
  }
}

describe("a semaphore that wakes instead of handing over", () => {
  const contenders = (semaphore: { acquire(): Iterable<unknown>; release(): void; readonly free: number }) =>
    model(() => {
      const worker = function* (): Generator<never, void, unknown> {
        yield* semaphore.acquire() as Generator<never, void, unknown>;
        try {
          if (semaphore.free < 0) throw new Error("a permit was given twice");
          yield* checkpoint() as unknown as Generator<never, void, unknown>;
        } finally {
          semaphore.release();
        }
      };
      return {
        tasks: [worker, worker, worker],
        check({ stuck }) {
          if (stuck.length > 0) throw new Error(`a wake-up was lost: ${stuck.join()} wait for ever`);
        },
      };
    });

  test("a permit given twice is found without any cancellation", async () => {
    const error = await failureOf(exploreAll(() => contenders(new BrokenSemaphore(1))()));
    expect(error.message).toContain("a permit was given twice");
    // Two choices that differ from the order of arrival are enough.
    expect(error.message.match(/at choice/g)!.length).toBeLessThanOrEqual(2);
  });

  test("a lost wake-up is found with one cancellation", async () => {
    const lost = (): Promise<unknown> =>
      exploreAll(() => contenders(new LosingSemaphore(1))(), { cancels: 1 });
    const error = await failureOf(lost());
    expect(error.message).toContain("a wake-up was lost");
    expect(error.message).toMatch(/at choice \d+: task \d was cancelled/);
    // The schedule that was printed fails the same way by itself.
    const [, replay] = /CORIO_REPLAY=(\S+)/.exec(error.message) as unknown as [string, string];
    process.env["CORIO_REPLAY"] = replay;
    try {
      expect((await failureOf(lost())).message).toContain("a wake-up was lost");
    } finally {
      delete process.env["CORIO_REPLAY"];
    }
  });

  test("neither is there where permits are handed over, whoever is cancelled", async () => {
    for (const make of [() => new HandOffSemaphore(1), () => new LibrarySemaphore()]) {
      const { runs } = await exploreAll(() => contenders(make())(), { cancels: 1 });
      expect(runs).toBeGreaterThan(100);
    }
  });
});

/** Hands over, but a waiter that was served and cancelled before it ran forgets it. */
class LosingSemaphore {
  free: number;
  readonly #waiters: { served: boolean; event: Event }[] = [];

  constructor(free: number) {
    this.free = free;
  }

  *acquire(): Generator<never, void, unknown> {
    if (this.free > 0) {
      this.free--;
      return;
    }
    const waiter = { served: false, event: new Event() };
    this.#waiters.push(waiter);
    // The waiter stays in line when it is cancelled.
    yield* waiter.event.wait() as unknown as Generator<never, void, unknown>;
  }

  release(): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.free++;
    else waiter.event.set();
  }
}

class LibrarySemaphore {
  readonly free = 0;
  readonly #semaphore = new Semaphore(1);

  acquire(): Awaitable<void> {
    return this.#semaphore.acquire();
  }

  release(): void {
    this.#semaphore.release();
  }
}

describe("leaks", () => {
  test("a task that is left over is found at the end", async () => {
    const error = await failureOf(
      simulate(function* () {
        createTask({ name: "poller" }, function* () {
          for (;;) yield* sleep(1000);
        });
        yield* sleep(1);
      }),
    );
    expect(error).toBeInstanceOf(LeakError);
    expect(error.message).toContain("- task poller, waiting for sleep of 1000 ms");
  });

  test("with the place where it waits: of coroutines, and in debug mode of async functions", async () => {
    const messageOf = async (program: () => unknown, debug: boolean): Promise<string> =>
      (await failureOf(simulate(program, { debug }))).message;
    const left = (poll: () => unknown) => async () => {
      createTask({ name: "poller" }, poll);
      await sleep(1);
    };
    const coroutine = left(function* poll() {
      yield* sleepForever();
    });
    const asynchronous = left(async function poll() {
      await sleepForever();
    });
    const place = /- task poller, waiting for sleep for ever, at poll \(.*bugs\.test\.ts:\d+:\d+\)$/;
    expect(await messageOf(coroutine, false)).toMatch(place);
    expect(await messageOf(asynchronous, true)).toMatch(place);
    expect(await messageOf(asynchronous, false)).toMatch(/waiting for sleep for ever$/);
    const floating = async () => {
      void (async function poll() {
        await sleepForever();
      })();
      await sleep(1);
      checkLeaks();
    };
    expect(await messageOf(floating, true)).toMatch(/- a call, waiting for sleep for ever, at poll \(.*\)$/);
  });

  test("unless it may be", async () => {
    await simulate(
      () => {
        createTask(() => sleepForever());
      },
      { leaks: true },
    );
  });

  test("checkLeaks finds it at any moment, and a call that nobody awaits", async () => {
    await simulate(async () => {
      checkLeaks();
      const task = createTask({ name: "poller" }, () => sleepForever());
      const call = (async () => sleep(5))();
      await sleep(1);
      expect(() => checkLeaks()).toThrow(
        "2 things are still running:\n- task poller, waiting for sleep for ever\n- a call, waiting for sleep of 5 ms",
      );
      await call;
      task.cancel();
      await sleep(1);
      checkLeaks();
    });
  });

  test("what waits for the code that asks is no leak", async () => {
    const seen: string[] = [];
    const inside = function* () {
      yield* checkpoint();
      checkLeaks();
      seen.push("coroutine");
      yield* taskGroup(async (group) => {
        checkLeaks();
        await group.spawn(() => checkLeaks()).join();
        seen.push("async");
      });
    };
    const options: ExploreOptions = {};
    await simulate(inside, options);
    await simulate(async () => {
      await taskGroup(inside);
    });
    expect(seen).toEqual(["coroutine", "async", "coroutine", "async"]);
  });
});
