// Debug mode: the mistakes that it finds, and that it says nothing where there are none.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  call,
  checkpoint,
  createTask,
  DebugWarning,
  Event,
  forEach,
  fromPromise,
  gather,
  getDebug,
  Lock,
  map,
  moveOnAfter,
  Queue,
  race,
  run,
  type Report,
  type RunOptions,
  setDebug,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  timeout,
} from "corio";
import { coroutine, createVirtualHost, realHost, trackResource } from "corio/lowlevel";
import { hooks } from "../../src/kernel/hooks.ts";
import { caught, dialects, type Dialect } from "../support/dialects.ts";
import { dumped } from "../support/dumps.ts";

type Steps<T> = Generator<unknown, T, unknown>;

/** Runs a program in debug mode, in virtual time, and gives what was reported. */
async function reportsOf(program: () => unknown, options: RunOptions = {}): Promise<Report[]> {
  const reports: Report[] = [];
  await run(program, {
    debug: true,
    host: createVirtualHost(realHost),
    onReport: (report) => void reports.push(report),
    ...options,
  });
  return reports;
}

function codes(reports: readonly Report[]): unknown[] {
  return reports.map(({ code }) => code);
}

/** A test in both dialects of what a program in debug mode reports. */
function finds(
  sentence: string,
  program: (dialect: Dialect) => Steps<unknown>,
  check: (reports: readonly Report[], dialect: Dialect) => void,
  options: RunOptions = {},
): void {
  for (const dialect of dialects) {
    test(`${sentence} (${dialect.name})`, async () => {
      check(
        await reportsOf(
          dialect.fn(() => program(dialect)),
          options,
        ),
        dialect,
      );
      expect(hooks.debug).toBe(null);
      expect(hooks.tracer).toBe(null);
    });
  }
}

describe("the switch", () => {
  afterEach(() => setDebug(false));

  test("is off, and costs nothing, unless it is asked for (X10)", async () => {
    expect(getDebug()).toBe(false);
    await run(function* () {
      expect(getDebug()).toBe(false);
      expect(hooks.debug).toBe(null);
      yield* checkpoint();
    });
  });

  for (const { name, fn, wait } of dialects) {
    test(`can be thrown at run time, and what is made from then on is followed (X10) (${name})`, async () => {
      const reports = await reportsOf(
        fn(function* () {
          expect(getDebug()).toBe(false);
          createTask({ name: "before" }, () => sleep(5));
          void sleep(1);
          setDebug(true);
          expect(getDebug()).toBe(true);
          createTask({ name: "during" }, () => sleep(5));
          void sleep(2);
          expect(dumped("before").site).toBe(null);
          expect(dumped("during").site).toContain("debug-mode.test.ts");
          yield* wait(sleep(10));
          expect(getDebug()).toBe(true);
        }),
        { debug: false },
      );
      expect(reports.map(({ code, message }) => [code, message])).toEqual([
        ["NEVER_AWAITED", expect.stringContaining("sleep of 2 ms")],
      ]);
      const off = await reportsOf(
        fn(function* () {
          void sleep(1);
          setDebug(false);
          expect(hooks.debug).toBe(null);
          yield* wait(checkpoint());
        }),
      );
      expect(off).toEqual([]);
    });
  }

  test("outside a run, it is thrown for runs that begin later and are not told", async () => {
    setDebug(true);
    expect(getDebug()).toBe(true);
    await run(() => expect(getDebug()).toBe(true));
    await run(() => expect(getDebug()).toBe(false), { debug: false });
    setDebug(false);
    await run(() => expect(getDebug()).toBe(false));
    await run(() => expect(getDebug()).toBe(true), { debug: true });
  });

  test("a run inside a run is as the one around it, unless it is told", async () => {
    await run(
      function* () {
        yield* run(() => expect(getDebug()).toBe(true));
        yield* run(() => expect(getDebug()).toBe(false), { debug: false });
        expect(getDebug()).toBe(true);
      },
      { debug: true },
    );
    await run(function* () {
      yield* run(() => expect(getDebug()).toBe(true), { debug: true });
      expect(getDebug()).toBe(false);
      expect(hooks.debug).toBe(null);
    });
  });

  test("one run in debug mode does not report what happens in another", async () => {
    const other: Report[] = [];
    const reports = await reportsOf(async () => {
      const host = createVirtualHost(realHost);
      const quiet = run(() => void sleep(1), {
        host,
        debug: false,
        onReport: (report) => void other.push(report),
      });
      await fromPromise(quiet as unknown as Promise<void>);
    });
    expect([...reports, ...other]).toEqual([]);
  });

  test("settings that are no time are refused at once", () => {
    expect(() => setDebug({ slowCallbackDuration: -1 })).toThrow(RangeError);
    expect(() => setDebug({ slowCancellation: Number.NaN })).toThrow(RangeError);
    expect(getDebug()).toBe(false);
  });
});

describe("the environment", () => {
  test("switches it by CORIO_DEBUG, for runs that are not told otherwise", async () => {
    // A host asks when a run begins. Nothing of this file may have said anything before: in a process of its own.
    const program = `
      import { getDebug, run } from "corio";
      await run(() => console.log(getDebug()));
      await run(() => console.log(getDebug()), { debug: false });
      console.log(getDebug());`;
    for (const [value, expected] of [
      ["1", "true\nfalse\ntrue\n"],
      ["0", "false\nfalse\nfalse\n"],
      ["", "false\nfalse\nfalse\n"],
    ] as const) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--conditions=@corio/source", "--input-type=module", "-e", program],
        { cwd: import.meta.dirname, env: { ...process.env, NODE_OPTIONS: "", CORIO_DEBUG: value } },
      );
      expect(stdout).toBe(expected);
    }
  });
});

describe("debug mode says nothing of a program without mistakes", () => {
  finds(
    "with all kinds of blocks, tasks, clean-up and cancellations",
    function* ({ fn, wait }) {
      const lock = new Lock();
      const queue = new Queue<number>(1);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                for (let i = 0; i < 3; i++) yield* wait(queue.put(i));
                queue.shutdown();
              }),
            );
            group.spawn(() =>
              forEach(
                queue,
                fn((_item: number) => wait(lock.hold(() => sleep(1))) as never),
              ),
            );
            yield* wait(gather([sleep(1), () => sleep(2), gather([sleep(3)])]));
          }),
        ),
      );
      yield* wait(race([sleep(1), sleep(1000)]));
      yield* wait(
        map(
          [1, 2, 3],
          fn((ms: number) => wait(sleep(ms)) as never),
          { concurrency: 2 },
        ),
      );
      for (let i = 0; i < 3; i++) {
        const { cancelled } = yield* wait(moveOnAfter(1, () => sleep(100)));
        expect(cancelled).toBe(true);
      }
      const task = createTask(
        fn(function* () {
          try {
            yield* wait(gather([sleepForever(), gather([sleepForever()])]));
          } finally {
            yield* wait(shield(() => sleep(1)));
            yield* wait(timeout(100, () => sleep(1)));
          }
        }),
      );
      yield* wait(sleep(1));
      task.cancel();
      yield* caught(wait(task.join()));
      yield* caught(
        wait(
          timeout(
            5,
            fn(() => wait(gather([sleepForever()])) as never),
          ),
        ),
      );
    },
    (reports) => expect(reports).toEqual([]),
  );

  finds(
    "whose await is refused, being cancelled, with all that was made for it",
    function* ({ fn, wait }) {
      const task = createTask(
        fn(function* () {
          yield* wait(checkpoint());
          yield* wait(gather([sleep(1), gather([sleep(2)]), () => sleep(3)]));
        }),
      );
      task.cancel();
      yield* caught(wait(task.join()));
      // Here it is a child that is refused, with what its parent has made for it.
      const parent = createTask(fn(() => wait(gather([gather([sleep(1), sleep(2)])])) as never));
      yield* wait(checkpoint());
      parent.cancel();
      yield* caught(wait(parent.join()));
    },
    (reports) => expect(reports).toEqual([]),
  );
});

describe("an Awaitable that nobody awaits", () => {
  test("is written to the console with its place, where nobody else receives reports", async () => {
    const written = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      await run(
        function* forgetting() {
          void new Lock().acquire();
          yield* checkpoint();
        },
        { debug: true },
      );
      expect(written.mock.calls.map(([text]) => String(text))).toEqual([
        expect.stringMatching(/^corio: .* was never awaited, made at forgetting .*debug-mode\.test\.ts:\d+/),
      ]);
    } finally {
      written.mockRestore();
    }
  });

  finds(
    "is reported when the run ends, with its maker and the place",
    function* ({ fn, wait }) {
      const lock = new Lock();
      yield* wait(
        createTask(
          { name: "forgetful" },
          fn(function* forgetting() {
            void lock.acquire();
            yield* wait(checkpoint());
          }),
        ).join(),
      );
      expect(lock.locked()).toBe(false);
    },
    (reports, { name }) => {
      expect(codes(reports)).toEqual(["NEVER_AWAITED"]);
      const [{ message, error, site }] = reports as [Report];
      expect(message).toMatch(/^a lock held by nobody, made by task forgetful, was never awaited$/);
      expect(site).toContain("debug-mode.test.ts");
      if (name === "coroutine") expect(site).toMatch(/^forgetting /);
      expect(error).toBeInstanceOf(DebugWarning);
      expect((error as Error).stack).toContain("debug-mode.test.ts");
    },
  );

  finds(
    "is told of once for each place",
    function* ({ wait }) {
      for (let i = 0; i < 1000; i++) {
        void sleep(7);
        yield* wait(checkpoint());
      }
      void call(() => {});
      void taskGroup(() => {});
      void coroutine(function* nothing() {});
    },
    (reports) => {
      expect(reports.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^sleep of 7 ms, .* \(1000 times\)$/),
        expect.stringMatching(/^a call of a function/),
        expect.stringMatching(/^a block around/),
        expect.stringMatching(/^a call of nothing/),
      ]);
    },
  );
});

describe("a cancellation", () => {
  /** Catches everything, in a native function of the dialect: where it was told is told apart by its stack. */
  const swallowing = {
    *coroutine(rounds: { count: number }): Steps<void> {
      while (rounds.count++ < 5) {
        try {
          yield* sleep(10) as unknown as Steps<void>;
        } catch {
          // Also what should pass.
        }
      }
    },
    async: async function swallowingAsync(rounds: { count: number }): Promise<void> {
      while (rounds.count++ < 5) {
        try {
          await sleep(10);
        } catch {
          // Also what should pass.
        }
      }
    },
  };

  finds(
    "that is swallowed is reported at once, when the task waits again where it was told",
    function* ({ name, wait }) {
      const rounds = { count: 0 };
      const task = createTask({ name: "stubborn" }, swallowing[name] as never, rounds);
      yield* wait(sleep(1));
      task.cancel("enough");
      yield* wait(sleep(1));
      expect(rounds.count).toBe(2);
      yield* wait(task.join());
    },
    (reports) => {
      expect(codes(reports)).toEqual(["CANCELLATION_SWALLOWED"]);
      expect(reports[0]!.message).toMatch(/^task stubborn has swallowed its cancellation \(enough\)/);
    },
  );

  finds(
    "that is swallowed at an await that would have begun is reported, too",
    function* ({ name, wait }) {
      const task = createTask({ name: "stubborn" }, swallowing[name] as never, { count: 0 });
      // It is told at its first await.
      task.cancel();
      yield* wait(task.join());
    },
    (reports) => expect(codes(reports)).toEqual(["CANCELLATION_SWALLOWED"]),
  );

  finds(
    "that is followed by clean-up which waits, in a loop even, is not",
    function* ({ fn, wait }) {
      const task = createTask(
        fn(function* () {
          try {
            for (;;) yield* wait(sleep(10));
          } finally {
            for (let i = 0; i < 3; i++) yield* wait(sleep(1));
          }
        }),
      );
      yield* wait(sleep(1));
      task.cancel();
      yield* caught(wait(task.join()));
    },
    (reports) => expect(reports).toEqual([]),
  );

  test("that is swallowed by steps which use up their slice is not taken for a foreign promise", async () => {
    const codes: unknown[] = [];
    await run(
      async () => {
        try {
          await timeout(10, async () => {
            for (;;) {
              try {
                await sleep(1000);
              } catch {
                // Longer than a slice: the next wait is put off to another turn.
                for (const until = performance.now() + 15; performance.now() < until;);
              }
            }
          });
        } catch {}
      },
      { debug: true, grace: 20, onReport: ({ code }) => codes.push(code) },
    );
    expect(codes).toContain("CANCELLATION_SWALLOWED");
    expect(codes).not.toContain("UNINTERRUPTIBLE");
  });

  finds(
    "that does not reach a task is reported: it waits for a foreign promise",
    function* ({ fn, wait }) {
      let finish = (): void => {};
      const promise = new Promise<void>((resolve) => (finish = resolve));
      const task = createTask(
        { name: "deaf" },
        fn(function* () {
          yield* wait(call(async () => promise));
        }),
      );
      yield* wait(sleep(1));
      task.cancel("enough");
      yield* wait(sleep(1));
      finish();
      // It has ended with a value: that wins.
      yield* wait(task.join());
    },
    (reports) => {
      expect(codes(reports)).toEqual(["UNINTERRUPTIBLE"]);
      expect(reports[0]!.message).toMatch(/^task deaf cannot be interrupted: it was cancelled \(enough\)/);
    },
  );

  finds(
    "that reaches a task is not: the promise is wrapped",
    function* ({ wait }) {
      const task = createTask(() => fromPromise(new Promise(() => {})));
      const async = createTask(async () => fromPromise(new Promise(() => {})));
      yield* wait(sleep(1));
      task.cancel();
      async.cancel();
      yield* caught(wait(task.join()));
      yield* caught(wait(async.join()));
    },
    (reports) => expect(reports).toEqual([]),
  );

  finds(
    "that has not ended the task after a while is reported, with what it waits for",
    function* ({ fn, wait }) {
      const task = createTask(
        { name: "slow" },
        fn(function* () {
          try {
            yield* wait(sleepForever());
          } finally {
            yield* wait(sleep(500));
          }
        }),
      );
      yield* wait(sleep(1));
      task.cancel("enough");
      yield* caught(wait(task.join()));
    },
    (reports) => {
      expect(codes(reports)).toEqual(["SLOW_CANCELLATION"]);
      expect(reports[0]!.message).toMatch(
        /^task slow has not ended 200 ms after its cancellation \(enough\): it waits for sleep of 500 ms, at .*debug-mode\.test\.ts/,
      );
    },
    { debug: { slowCancellation: 200 } },
  );
});

describe("code that keeps the event loop", () => {
  test("in an async function, between two waits, is named (X8)", async () => {
    let time = 0;
    const host = { ...createVirtualHost(realHost), now: () => time };
    const reports = await reportsOf(
      async () => {
        await createTask({ name: "computing" }, async () => {
          await checkpoint();
          time += 250;
          await checkpoint();
        }).join();
      },
      { host },
    );
    expect(codes(reports)).toEqual(["LOOP_BLOCKED"]);
    expect(reports[0]!.message).toMatch(/stood still for 250 ms after task computing went on/);
  });

  test("by native promises without end in sight is named when it is over (X8)", async () => {
    let time = 0;
    const host = { ...createVirtualHost(realHost), now: () => time };
    const reports = await reportsOf(
      async () => {
        await createTask({ name: "looping" }, async () => {
          await checkpoint();
          for (let i = 0; i < 300; i++) {
            // oxlint-disable-next-line typescript/await-thenable, unicorn/no-unnecessary-await
            await null;
            time++;
          }
        }).join();
      },
      { host },
    );
    expect(codes(reports)).toEqual(["LOOP_BLOCKED"]);
    expect(reports[0]!.message).toMatch(/stood still for 300 ms after task looping went on/);
  });

  test("is reported from the duration on that is set", async () => {
    let time = 0;
    const host = { ...createVirtualHost(realHost), now: () => time };
    const busy = (ms: number) =>
      function* (): Steps<void> {
        time += ms;
      };
    const reports = await reportsOf(() => gather([busy(29) as never, busy(30) as never]), {
      host,
      debug: { slowCallbackDuration: 30 },
    });
    expect(codes(reports)).toEqual(["SLOW_STEP"]);
    expect(reports[0]!.message).toContain("30 ms");
  });
});

describe("an async function called bare in a coroutine", () => {
  test("is reported when it waits, with the place", async () => {
    const go = new Event();
    async function bare(): Promise<void> {
      await go.wait();
      await sleep(1);
    }
    // Where async code has spawned the coroutine there is a scope for the call, if a wrong one.
    const reports = await reportsOf(async () => {
      await createTask({ name: "coroutine" }, function* () {
        const promise = bare();
        yield* checkpoint();
        go.set();
        yield* fromPromise(promise);
      }).join();
    });
    expect(codes(reports)).toEqual(["BARE_ASYNC_CALL"]);
    expect(reports[0]!.message).toMatch(/in task coroutine, a coroutine, without call\(\)/);
    expect(reports[0]!.site).toMatch(/^bare /);
  });

  test("is not, when it is called with call(), spawned, or given to fromPromise as a function", async () => {
    const body = async (): Promise<void> => {
      await sleep(1);
      await call(async () => sleep(1));
    };
    const reports = await reportsOf(async () => {
      await createTask(function* () {
        yield* call(body);
        yield* createTask(body).join();
        yield* fromPromise(body);
        yield* timeout(100, body);
      }).join();
    });
    expect(reports).toEqual([]);
  });
});

describe("without debug mode, too", () => {
  test("a coroutine that is called where its function is wanted is refused with a word about it (K2, X6)", async () => {
    function* worker(): Steps<void> {
      yield* sleep(1) as unknown as Steps<void>;
    }
    const message = "Cannot run a task: expected a function, got what it gives when called";
    await run(function* () {
      expect(() => createTask(worker() as never)).toThrow(new TypeError(message));
      expect(() => createTask({ name: "named" }, worker() as never)).toThrow(new TypeError(message));
      yield* taskGroup((group) => {
        expect(() => group.spawn(worker() as never)).toThrow(new TypeError(message));
      });
    });
    await expect((async () => run(worker() as never))()).rejects.toThrow(TypeError);
  });
});

describe("what is left at the end", () => {
  finds(
    "a resource that was not closed is reported, with the place where it was opened",
    function* ({ wait }) {
      const close = trackResource("a socket");
      trackResource("a server");
      yield* wait(checkpoint());
      close();
    },
    (reports) => {
      expect(reports.map(({ code, message }) => [code, message])).toEqual([
        ["RESOURCE_NOT_CLOSED", "a server was not closed when its run ended"],
      ]);
      expect(reports[0]!.site).toContain("debug-mode.test.ts");
    },
  );

  finds(
    "a failure that nobody has joined says where its task was made (X9)",
    function* ({ fn, wait }) {
      createTask(
        { name: "failing" },
        fn(function* () {
          throw new Error("wanted");
        }),
      );
      yield* wait(sleep(1));
    },
    (reports) => {
      expect(codes(reports)).toEqual(["UNJOINED_FAILURE"]);
      expect(reports[0]!.site).toContain("debug-mode.test.ts");
    },
  );

  test("a call that outlived its block says where it was made", async () => {
    const reports = await reportsOf(async () => {
      void (async function floating() {
        await sleep(1000);
      })().catch(() => {});
      await checkpoint();
    });
    expect(codes(reports)).toEqual(["FLOATING_CALL"]);
    expect(reports[0]!.site).toMatch(/^floating .*debug-mode\.test\.ts/);
  });

  test("a pending task is never lost: its run holds it, though nobody else does (X5: better)", async () => {
    await run(
      function* () {
        const event = new Event();
        createTask({ name: "held" }, function* () {
          yield* event.wait();
        });
        yield* sleep(1);
        expect(dumped("held").state).toBe("suspended");
      },
      { host: createVirtualHost(realHost) },
    );
  });
});
