import { describe, expect, test } from "vitest";
import { type Coroutine, createTask, Lock, sleep, sleepForever, taskGroup } from "corio";
import { cancelEverywhere, LeakError, SimulationError } from "@corio/testing";

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable("expected a failure"),
    (error: unknown) => error as Error,
  );
}

describe("cancelEverywhere", () => {
  test("cancels before each step and in each wait, once in each run, and ends with a run that is left alone", async () => {
    const steps: number[] = [];
    const cancelled: boolean[] = [];
    const moments = await cancelEverywhere(() => {
      let done = 0;
      return {
        *body() {
          for (; done < 4; done++) yield* sleep(1);
        },
        check(was) {
          steps.push(done);
          cancelled.push(was);
        },
      };
    });
    expect(moments).toEqual({ steps: 9, marks: 0 });
    // Before the first step; then each wait is interrupted, and in another run cancelled when the timer has woken it: it has its
    // value, and the cancellation comes at the next wait. The last one finds the body ended.
    expect(steps).toEqual([4, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4]);
    expect(cancelled).toEqual([false, ...Array.from({ length: 9 }, () => true), false, false]);
  });

  test("in the async dialect, under any schedule, with waits in the check", async () => {
    let runs = 0;
    const moments = await cancelEverywhere(
      () => {
        const lock = new Lock();
        return {
          async body() {
            await taskGroup(async (group) => {
              for (let i = 0; i < 2; i++) group.spawn(() => lock.hold(() => sleep(1)));
            });
          },
          async check() {
            await lock.acquire();
            lock.release();
            runs++;
          },
        };
      },
      { seed: 3, schedule: "random" },
    );
    expect(moments.steps).toBeGreaterThan(4);
    expect(runs).toBe(moments.steps + 3);
  });

  test("moments inside a step are those that the scenario marks", async () => {
    const states: string[] = [];
    const moments = await cancelEverywhere(({ here }) => {
      let state = "none";
      return {
        *body() {
          here();
          yield* new Lock().acquire();
          state = "first";
          here();
          yield* new Lock().acquire();
          state = "both";
        },
        check: (cancelled) => void states.push(`${state} ${cancelled}`),
      };
    });
    expect(moments).toEqual({ steps: 1, marks: 2 });
    expect(states).toEqual([
      "both false",
      "none true",
      "both false",
      "none true",
      "first true",
      "both false",
    ]);
  });

  test("a lock that is not released when its holder is cancelled is found, with the moment", async () => {
    const error = await failureOf(
      cancelEverywhere(() => {
        const lock = new Lock();
        return {
          *body() {
            yield* sleep(1);
            yield* lock.acquire();
            yield* sleep(1);
            yield* sleep(1);
            lock.release();
          },
          check: () => expect(lock.locked()).toBe(false),
        };
      }),
    );
    expect(error.message).toContain("Cancelled between steps, at moment 4.");
  });

  for (const dialect of ["a coroutine", "an async function"]) {
    test(`what goes wrong only when a wait is interrupted is found, with a single wait (${dialect})`, async () => {
      function* coroutine(): Coroutine<void> {
        try {
          yield* sleep(1);
        } catch {
          yield* sleep(10_000);
        }
      }
      async function asynchronous(): Promise<void> {
        try {
          await sleep(1);
        } catch {
          await sleep(10_000);
        }
      }
      const body = dialect === "a coroutine" ? coroutine : asynchronous;
      const error = await failureOf(cancelEverywhere(() => ({ body })));
      expect(error).toBeInstanceOf(LeakError);
      expect(error.message).toContain("did not end by itself within its grace");
    });
  }

  test("what is left running is found", async () => {
    const error = await failureOf(
      cancelEverywhere(() => ({
        *body() {
          const task = createTask({ name: "helper" }, () => sleepForever());
          try {
            yield* sleep(1);
          } finally {
            yield* sleep(0); // the helper waits by then
          }
          yield* sleep(1);
          task.cancel();
          yield* sleep(0);
        },
      })),
    );
    expect(error).toBeInstanceOf(LeakError);
    expect(error.message).toContain("- task helper, waiting for sleep for ever");
    expect(error.message).toContain("at moment");
  });

  test("a body that swallows its cancellation and goes on past its grace is found", async () => {
    const error = await failureOf(
      cancelEverywhere(() => ({
        *body() {
          yield* sleep(1);
          try {
            yield* sleep(1);
          } catch {
            yield* sleep(10_000);
          }
        },
      })),
    );
    expect(error).toBeInstanceOf(LeakError);
    expect(error.message).toContain("did not end by itself within its grace");
  });

  test("a scenario that does not end is told of", async () => {
    const endless = cancelEverywhere(
      () => ({
        *body() {
          for (;;) yield* sleep(0);
        },
      }),
      { mostMoments: 20 },
    );
    await expect(endless).rejects.toThrow(SimulationError);
  });

  test("a scenario that fails uncancelled says so", async () => {
    const failure = new Error("of the scenario");
    const error = await failureOf(
      cancelEverywhere(() => ({
        body() {
          throw failure;
        },
      })),
    );
    expect(error).toBe(failure);
    expect(error.message).toContain("Not cancelled");
  });
});
