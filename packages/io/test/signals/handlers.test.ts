// addSignalHandler and removeSignalHandler: asyncio's, stacked by scopes, and their place before `main`.
import { AsyncLocalStorage } from "node:async_hooks";
import { Worker } from "node:worker_threads";
import { cancelScope, ContextVar, Event, fromPromise, NoRunError, run, sleep, type Report } from "corio";
import { describe, expect, test } from "vitest";
import { addSignalHandler, PIPE, removeSignalHandler, UncatchableSignalError } from "../../src/index.ts";
import { both, dialects, type Dialect } from "../support/dialects.ts";
import { leavesNothing } from "../support/left-behind.ts";
import { fixture, fixturePath } from "../support/programs.ts";

leavesNothing();

/** Sends the signal to this very process, and waits until `count` calls of handlers were noted. */
function* raise(
  { wait }: Dialect,
  signal: NodeJS.Signals,
  log: unknown[],
  count: number,
): Generator<unknown, void> {
  process.kill(process.pid, signal);
  while (log.length < count) yield* wait(sleep(1));
}

/** Gives a signal that nobody should hear the time to be heard: another one that comes behind it. */
function* afterAnother({ wait }: Dialect): Generator<unknown, void> {
  const log: unknown[] = [];
  const note = (): void => void log.push(1);
  process.on("SIGWINCH", note);
  process.kill(process.pid, "SIGWINCH");
  while (log.length === 0) yield* wait(sleep(1));
  process.off("SIGWINCH", note);
  yield* wait(sleep(1));
}

describe("a handler (P10)", () => {
  both(
    "is called with its arguments, as often as the signal comes (test_unix_events SelectorEventLoopSignalTests.test_add_signal_handler) (test_events EventLoopTestsMixin.test_add_signal_handler)",
    function* (dialect) {
      const log: unknown[] = [];
      addSignalHandler("SIGHUP", () => log.push("called"));
      yield* raise(dialect, "SIGHUP", log, 1);
      yield* raise(dialect, "SIGHUP", log, 2);
      expect(log).toEqual(["called", "called"]);
      expect(process.listenerCount("SIGHUP")).toBe(1);
    },
  );

  both("gets its arguments (test_events EventLoopTestsMixin.test_signal_handling_args)", function* (dialect) {
    const log: unknown[] = [];
    const some = ["some", "args"] as const;
    addSignalHandler("SIGALRM", (...args: readonly unknown[]) => log.push(args), ...some);
    yield* raise(dialect, "SIGALRM", log, 1);
    expect(log).toEqual([["some", "args"]]);
  });

  both(
    "wakes a loop that waits for nothing else (P11) (test_events EventLoopTestsMixin.test_signal_handling_while_selecting)",
    function* ({ wait }) {
      const event = new Event();
      addSignalHandler("SIGUSR2", () => event.set());
      const child = yield* wait(fixture("kill.ts", [String(process.pid), "SIGUSR2"]));
      yield* wait(event.wait());
      expect(yield* wait(child.wait())).toBe(0);
    },
  );

  both(
    "is replaced silently by another in the same scope, removed once, and the default is back (test_unix_events SelectorEventLoopSignalTests.test_remove_signal_handler)",
    function* (dialect) {
      const log: unknown[] = [];
      addSignalHandler("SIGHUP", () => log.push("first"));
      addSignalHandler("SIGHUP", () => log.push("second"));
      yield* raise(dialect, "SIGHUP", log, 1);
      expect(log).toEqual(["second"]);
      expect(removeSignalHandler("SIGHUP")).toBe(true);
      expect(removeSignalHandler("SIGHUP")).toBe(false);
      // No listener: the system's own reaction is in force again.
      expect(process.listenerCount("SIGHUP")).toBe(0);
    },
  );

  both(
    "of SIGINT is removed, others stay (test_unix_events SelectorEventLoopSignalTests.test_remove_signal_handler_2)",
    function* (dialect) {
      const log: unknown[] = [];
      addSignalHandler("SIGINT", () => log.push("int"));
      addSignalHandler("SIGHUP", () => log.push("hup"));
      expect(removeSignalHandler("SIGINT")).toBe(true);
      expect(process.listenerCount("SIGINT")).toBe(0);
      yield* raise(dialect, "SIGHUP", log, 1);
      expect(log).toEqual(["hup"]);
    },
  );

  both(
    "goes with its scope, all of them (test_unix_events SelectorEventLoopSignalTests.test_close)",
    function* ({ wait, fn }) {
      yield* wait(
        cancelScope(
          fn(function* () {
            addSignalHandler("SIGHUP", () => {});
            addSignalHandler("SIGUSR1", () => {});
            expect(process.listenerCount("SIGHUP") + process.listenerCount("SIGUSR1")).toBe(2);
          }),
        ),
      );
      expect(process.listenerCount("SIGHUP") + process.listenerCount("SIGUSR1")).toBe(0);
    },
  );

  test("goes with its run, also one that fails (test_unix_events SelectorEventLoopSignalTests.test_close_on_finalizing)", async () => {
    await expect(
      run(function* () {
        addSignalHandler("SIGHUP", () => {});
        throw new Error("mine");
      }),
    ).rejects.toThrow("mine");
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  both(
    "that was removed is not called for a signal that came before (test_unix_events SelectorEventLoopSignalTests.test_handle_signal_cancelled_handler)",
    function* (dialect) {
      const log: unknown[] = [];
      const rest: unknown[] = [];
      addSignalHandler("SIGHUP", () => {
        log.push("handler");
      });
      process.emit("SIGHUP", "SIGHUP");
      removeSignalHandler("SIGHUP");
      yield* afterAnother(dialect);
      expect([log, rest]).toEqual([[], []]);
    },
  );

  both(
    "a signal without a handler of ours is nobody's (test_unix_events SelectorEventLoopSignalTests.test_handle_signal_no_handler)",
    function* (dialect) {
      const log: unknown[] = [];
      const own = (): void => void log.push("own");
      process.on("SIGUSR2", own);
      try {
        yield* raise(dialect, "SIGUSR2", log, 1);
        expect(log).toEqual(["own"]);
        expect(removeSignalHandler("SIGUSR2")).toBe(false);
        expect(process.listenerCount("SIGUSR2")).toBe(1);
      } finally {
        process.off("SIGUSR2", own);
      }
    },
  );

  for (const { name, fn, wait } of dialects) {
    test(`its failure goes to the loop's exception handler (${name})`, async () => {
      const reports: Report[] = [];
      await run(
        fn(function* () {
          addSignalHandler("SIGHUP", function broken() {
            throw new Error("mine");
          });
          process.kill(process.pid, "SIGHUP");
          while (reports.length === 0) yield* wait(sleep(1));
        }),
        { onReport: (report) => void reports.push(report) },
      );
      expect(reports[0]).toMatchObject({ code: "CALLBACK_FAILED", error: { message: "mine" } });
      expect(reports[0]!.message).toContain("broken");
    });
  }

  both("runs in the context of whoever added it", function* (dialect) {
    const { wait, fn } = dialect;
    const variable = new ContextVar<string>("variable");
    const store = new AsyncLocalStorage<string>();
    const log: unknown[] = [];
    variable.set("registered");
    store.run("registered", () =>
      addSignalHandler("SIGHUP", () => log.push([variable.get(), store.getStore()])),
    );
    variable.set("later");
    yield* wait(
      cancelScope(
        fn(function* () {
          yield* raise(dialect, "SIGHUP", log, 1);
        }),
      ),
    );
    expect(log).toEqual([["registered", "registered"]]);
  });
});

describe("scopes", () => {
  both("an inner handler stands in place of the outer one, until its scope ends", function* (dialect) {
    const { wait, fn } = dialect;
    const log: unknown[] = [];
    addSignalHandler("SIGHUP", () => log.push("outer"));
    yield* wait(
      cancelScope(
        fn(function* () {
          addSignalHandler("SIGHUP", () => log.push("inner"));
          yield* raise(dialect, "SIGHUP", log, 1);
        }),
      ),
    );
    yield* raise(dialect, "SIGHUP", log, 2);
    expect(log).toEqual(["inner", "outer"]);
  });

  both("remove takes the one in force, and the one below is in force again", function* (dialect) {
    const { wait, fn } = dialect;
    const log: unknown[] = [];
    addSignalHandler("SIGHUP", () => log.push("outer"));
    yield* wait(
      cancelScope(
        fn(function* () {
          addSignalHandler("SIGHUP", () => log.push("inner"));
          expect(removeSignalHandler("SIGHUP")).toBe(true);
          yield* raise(dialect, "SIGHUP", log, 1);
          expect(removeSignalHandler("SIGHUP")).toBe(true);
          expect(removeSignalHandler("SIGHUP")).toBe(false);
        }),
      ),
    );
    expect(log).toEqual(["outer"]);
  });

  both("an outer handler may be replaced while an inner one stands", function* (dialect) {
    const { wait, fn } = dialect;
    const log: unknown[] = [];
    const change = { now: (): void => {} };
    addSignalHandler("SIGHUP", () => log.push("old"));
    // In the outer scope, by its own strand: a callback that it made.
    change.now = (): void => addSignalHandler("SIGHUP", () => log.push("new"));
    yield* wait(
      cancelScope(
        fn(function* () {
          addSignalHandler("SIGHUP", () => log.push("inner"));
          yield* raise(dialect, "SIGHUP", log, 1);
        }),
      ),
    );
    change.now();
    yield* raise(dialect, "SIGHUP", log, 2);
    expect(log).toEqual(["inner", "new"]);
  });
});

describe("refused", () => {
  both(
    "what is no signal (test_unix_events SelectorEventLoopSignalTests.test_check_signal)",
    function* ({ wait }) {
      yield* wait(sleep(0));
      for (const change of [(signal: never) => addSignalHandler(signal, () => {}), removeSignalHandler]) {
        expect(() => change(1 as never)).toThrow(TypeError);
        expect(() => change(undefined as never)).toThrow(TypeError);
        expect(() => change("1" as never)).toThrow(RangeError);
        expect(() => change("toString" as never)).toThrow(RangeError);
        expect(() => change("SIGNO" as never)).toThrow(RangeError);
      }
    },
  );

  both(
    "coroutines and async functions (test_unix_events SelectorEventLoopSignalTests.test_add_signal_handler_coroutine_error)",
    function* ({ wait }) {
      yield* wait(sleep(0));
      const none: unknown[] = [async () => {}, function* () {}, async function* () {}, undefined, {}, "x"];
      for (const fn of none) expect(() => addSignalHandler("SIGHUP", fn as never)).toThrow(TypeError);
      expect(process.listenerCount("SIGHUP")).toBe(0);
    },
  );

  both(
    "signals that nobody can catch, and others stay as they are (test_unix_events SelectorEventLoopSignalTests.test_add_signal_handler_install_error) (test_unix_events SelectorEventLoopSignalTests.test_add_signal_handler_install_error2) (test_unix_events SelectorEventLoopSignalTests.test_add_signal_handler_install_error3)",
    function* (dialect) {
      const log: unknown[] = [];
      addSignalHandler("SIGHUP", () => log.push("hup"));
      for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
        expect(() => addSignalHandler(signal, () => {})).toThrow(UncatchableSignalError);
        expect(removeSignalHandler(signal)).toBe(false);
      }
      yield* raise(dialect, "SIGHUP", log, 1);
    },
  );

  both(
    "a removal of what is not there changes nothing (test_unix_events SelectorEventLoopSignalTests.test_remove_signal_handler_error) (test_unix_events SelectorEventLoopSignalTests.test_remove_signal_handler_error2) (test_unix_events SelectorEventLoopSignalTests.test_remove_signal_handler_cleanup_error)",
    function* (dialect) {
      const log: unknown[] = [];
      addSignalHandler("SIGHUP", () => log.push("hup"));
      expect(removeSignalHandler("SIGUSR1")).toBe(false);
      yield* raise(dialect, "SIGHUP", log, 1);
      expect(removeSignalHandler("SIGHUP")).toBe(true);
    },
  );

  both(
    "in a thread, which hears no signals (test_unix_events SelectorEventLoopSignalTests.test_add_signal_handler_setup_error)",
    function* ({ wait }) {
      const worker = new Worker(fixturePath("signals-in-thread.ts"), {
        execArgv: ["--conditions=@corio/source"],
      });
      const said = yield* wait(
        fromPromise(
          new Promise<unknown>((resolve, reject) => void worker.on("message", resolve).on("error", reject)),
        ),
      );
      expect(said).toMatch(
        /^ERR_INVALID_STATE: Cannot add the signal handler: signals come to the main thread/,
      );
      yield* wait(fromPromise(worker.terminate()));
    },
  );

  test("outside a run", () => {
    expect(() => addSignalHandler("SIGHUP", () => {})).toThrow(NoRunError);
    expect(() => removeSignalHandler("SIGHUP")).toThrow(NoRunError);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });
});

describe("main", () => {
  for (const how of ["handler", "stream"]) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      both(`a ${how} takes ${signal} from it, and gives it back`, function* ({ wait }) {
        const program = yield* wait(
          fixture("main-signals.ts", [how, signal], { stdout: PIPE, stderr: PIPE }),
        );
        const line = function* (): Generator<unknown, string> {
          return String(yield* wait(program.stdout!.readLine()));
        };
        expect(yield* line()).toBe("ready\n");
        program.sendSignal(signal);
        expect(yield* line()).toBe(`ours: ${signal}\n`);
        program.sendSignal(signal);
        expect(yield* line()).toBe(`ours: ${signal}\n`);
        // The scope of the handler has ended: it is main's again, which cancels and remembers.
        expect(yield* line()).toBe("main's again\n");
        program.sendSignal(signal);
        expect(yield* line()).toBe(`cancelled: ${signal}\n`);
        expect(yield* wait(program.wait())).toBe(signal === "SIGINT" ? 130 : 143);
        expect(String(yield* wait(program.stderr!.read()))).toBe("");
      });
    }
  }

  both("a run that waits for nothing but a signal does not pass for a deadlock", function* ({ wait }) {
    const program = yield* wait(fixture("waits-for-signal.ts", [], { stdout: PIPE, stderr: PIPE }));
    expect(String(yield* wait(program.stdout!.readLine()))).toBe("ready\n");
    program.sendSignal("SIGUSR2");
    const [stdout, stderr] = yield* wait(program.communicate());
    expect([String(stdout), String(stderr), program.returnCode]).toEqual(["SIGUSR2\n", "", 0]);
  });
});
