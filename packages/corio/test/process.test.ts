// Whole programs in processes of their own: signals, exit codes, deadlocks, rejections.

import { afterEach, describe, expect, test } from "vitest";
import { hostName, start, stopAll } from "./support/child-process.ts";

afterEach(stopAll);

describe("signals (R4-R7)", () => {
  for (const dialect of ["coroutine", "async"]) {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      test(`the first ${signal} cancels main with it as the reason, cleans up, exits ${code} (R4: better) (${dialect})`, async () => {
        const program = start("signals.ts", "plain", dialect);
        await program.written("ready");
        program.signal(signal);
        const { code: exit, stdout, stderr } = await program.ended();
        expect(stdout).toBe(`ready\nreason ${signal}\ncleaned\n`);
        expect(exit).toBe(code);
        expect(stderr).toBe("");
      });

      test(`${signal} is remembered though it was swallowed: exit ${code} (R5: better) (${dialect})`, async () => {
        const program = start("signals.ts", "swallows", dialect);
        await program.written("ready");
        program.signal(signal);
        const { code: exit, stdout } = await program.ended();
        expect(stdout).toBe("ready\nswallowed\nreturned\n");
        expect(exit).toBe(code);
      });
    }
  }

  test("a main that sleeps for ever waits for the signal: it is no deadlock", async () => {
    const program = start("signals.ts", "forever");
    await program.written("ready");
    program.signal("SIGINT");
    const { code, stderr } = await program.ended();
    expect(stderr).toBe("");
    expect(code).toBe(130);
  });

  test("a failing clean-up is shown, and the program fails", async () => {
    const program = start("signals.ts", "fails");
    await program.written("ready");
    program.signal("SIGINT");
    const { code, signal, stderr } = await program.ended();
    expect(stderr).toContain("clean-up failed");
    expect(signal).toBe(null);
    expect(code).not.toBe(0);
  });

  test("the second SIGINT prints the tree of tasks and exits at once (R6: better)", async () => {
    const program = start("signals.ts", "stubborn");
    await program.written("ready");
    program.signal("SIGINT");
    await program.written("cancelled");
    program.signal("SIGINT");
    const { code, stderr } = await program.ended();
    expect(stderr).toContain("stubborn-child");
    expect(stderr).toContain("sleep of 1000000 ms");
    expect(code).toBe(130);
  });

  test("a SIGTERM after a SIGINT ends it as well, with its own code", async () => {
    const program = start("signals.ts", "stubborn");
    await program.written("ready");
    program.signal("SIGINT");
    await program.written("cancelled");
    program.signal("SIGTERM");
    const { code, stderr } = await program.ended();
    expect(stderr).toContain("stubborn-child");
    expect(code).toBe(143);
  });

  test("one Ctrl-C ends twelve runs inside a main, and all clean up", async () => {
    const program = start("signals.ts", "nested");
    await program.written("ready");
    program.signal("SIGINT");
    const { code, stdout } = await program.ended();
    expect(code).toBe(130);
    for (let i = 0; i < 12; i++) expect(stdout).toContain(`cleaned ${i}\n`);
  });

  test("twelve runs without main leave the signal to node (R1)", async () => {
    const program = start("signals.ts", "independent");
    await program.written("ready");
    program.signal("SIGINT");
    const { code, signal, stdout } = await program.ended();
    expect(code).toBe(null);
    expect(signal).toBe("SIGINT");
    expect(stdout).toBe("ready\n");
  });

  test("a listener of the user's own is left alone (R7)", async () => {
    const program = start("signals.ts", "listener");
    await program.written("ready");
    program.signal("SIGINT");
    const { code, stdout } = await program.ended();
    expect(stdout).toContain("own listener");
    expect(stdout).toContain("cleaned");
    expect(code).toBe(130);
  });

  test("after main has ended the signals are node's again", async () => {
    const program = start("signals.ts", "after");
    await program.written("ready");
    program.signal("SIGINT");
    const { signal, stdout } = await program.ended();
    expect(stdout).toContain("listeners 0");
    expect(signal).toBe("SIGINT");
  });
});

describe("exit codes", () => {
  test("a number that main's body returns is the exit code, nothing is 0", async () => {
    expect((await start("endings.ts", "value").ended()).code).toBe(5);
    expect((await start("endings.ts", "nothing").ended()).code).toBe(0);
  });

  test("a failure ends the process with it", async () => {
    const { code, stderr } = await start("endings.ts", "failure").ended();
    expect(code).toBe(1);
    expect(stderr).toContain("RangeError: of the program");
  });

  test("a pending sleep keeps the process alive", async () => {
    const { code, stdout } = await start("endings.ts", "sleep holds the process").ended();
    expect(stdout).toBe("slept\n");
    expect(code).toBe(0);
  });
});

/** Neither Bun nor Deno says that the process is idle while a module awaits: Bun waits for ever, Deno ends with an error of its own. */
const toldOfAwaited = hostName === "node";

describe("deadlocks", () => {
  for (const which of [
    "deadlock of main, awaited",
    "deadlock of main, not awaited",
    "deadlock of run, awaited",
    "deadlock of run, not awaited",
  ]) {
    const hidden = which.endsWith(", awaited") && !toldOfAwaited;
    test.skipIf(hidden)(
      `${which} by the module: DeadlockError, the tree of tasks, exit code not 0`,
      async () => {
        const { code, signal, stdout, stderr } = await start("endings.ts", which).ended();
        expect(stderr).toContain("DeadlockError");
        expect(stderr).toContain("holder: waiting for a future");
        expect(stderr).toContain("waiter: waiting for a lock held by holder");
        expect(stdout).toContain("clean-up ran");
        expect(signal).toBe(null);
        expect(code).not.toBe(0);
      },
    );
  }

  test.skipIf(!toldOfAwaited)("it can be caught like any error, and the program goes on", async () => {
    const { code, stdout } = await start("endings.ts", "deadlock of run, caught").ended();
    expect(stdout).toBe("clean-up ran\ncaught DeadlockError\nwent on\n");
    expect(code).toBe(0);
  });

  test.skipIf(!toldOfAwaited)(
    "another one that follows is told of, too, though nothing holds the process in between",
    async () => {
      const { code, stdout } = await start("endings.ts", "deadlock after deadlock").ended();
      expect(stdout).toBe("first: DeadlockError\nsecond: DeadlockError\nthird: DeadlockError\n");
      expect(code).toBe(0);
    },
  );
});

describe("rejections", () => {
  test("two calls started and one awaited under a timeout must not crash", async () => {
    const { code, stdout, stderr } = await start("endings.ts", "two calls, one awaited").ended();
    expect(stderr).toBe("");
    expect(stdout).toBe("TimeoutError\nwent on\n");
    expect(code).toBe(0);
  });

  test("nor when the run ends in the turn in which the rejection comes up", async () => {
    const { code, stdout, stderr } = await start(
      "endings.ts",
      "two calls, one awaited, and the run ends",
    ).ended();
    expect(stderr).toBe("");
    expect(stdout).toBe("TimeoutError\nwent on\n");
    expect(code).toBe(0);
  });

  test("nor two calls of node's own that a signal of ours has aborted", async () => {
    const { code, stdout, stderr } = await start("endings.ts", "two calls of node's, one awaited").ended();
    expect(stderr).toBe("");
    expect(stdout).toBe("TimeoutError\nwent on\n");
    expect(code).toBe(0);
  });

  test("a foreign one with the code of ours is no cancellation of ours", async () => {
    const { code, stdout, stderr } = await start(
      "endings.ts",
      "a foreign rejection that looks like ours",
    ).ended();
    expect(stdout).toBe(hostName === "bun" ? "never\n" : "");
    expect(stderr).toContain("foreign");
    expect(code).toBe(1);
  });

  test("a foreign one that a handler survives is told as the host tells it, and ours are still ignored", async () => {
    const { code, stdout, stderr } = await start(
      "endings.ts",
      "a foreign rejection that the program survives",
    ).ended();
    if (hostName === "bun") {
      // It prints them, goes on, and has failed in the end.
      expect(stdout).toBe("TimeoutError\n");
      expect(stderr).toContain("foreign");
      expect(stderr).toContain("another");
      expect(stderr).not.toContain("CancelledError");
      expect(code).toBe(1);
      return;
    }
    expect(stderr).toBe("");
    expect(stdout).toBe("unhandledRejection: foreign\nTimeoutError\nunhandledRejection: another\n");
    expect(code).toBe(0);
  });

  test("a foreign unhandled rejection crashes as the host does", async () => {
    const { code, stdout, stderr } = await start("endings.ts", "a foreign rejection").ended();
    expect(stdout).toBe(hostName === "bun" ? "never\n" : "");
    expect(stderr).toContain("foreign");
    expect(code).toBe(1);
  });

  test("where the program listens for rejections itself, that decides", async () => {
    const { code, stdout } = await start("endings.ts", "a foreign rejection, with a listener").ended();
    expect(stdout).toBe("listener foreign\nwent on\n");
    expect(code).toBe(0);
  });
});

describe("what is left over when main ends", () => {
  test("a floating call ends with it, and is reported", async () => {
    const { code, stdout, stderr } = await start("endings.ts", "a floating call").ended();
    expect(stdout).toBe("main ends\nfloating ScopeClosedError\n");
    expect(stderr).toContain("still waiting when its block ended");
    expect(code).toBe(0);
  });

  test("a floating call that nobody catches is an unhandled rejection like any", async () => {
    const { code, stdout, stderr } = await start("endings.ts", "a floating call that nobody catches").ended();
    expect(stdout).toBe("main ends\n");
    expect(stderr).toContain("ScopeClosedError");
    expect(code).not.toBe(0);
  });

  test("a task is cancelled and waited for (R2)", async () => {
    const { code, stdout, stderr } = await start("endings.ts", "a task left over").ended();
    expect(stdout).toBe("main ends\ntask cleaned\n");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  test("a failed task that nobody joined is reported, once", async () => {
    const { stdout, stderr } = await start("endings.ts", "a failed task that nobody joins").ended();
    expect(stdout).toBe("main ends\n");
    expect(stderr.match(/unseen/g)?.length ?? 0).toBeGreaterThan(0);
    expect(stderr.match(/nobody has joined it/g)).toHaveLength(1);
    expect(stderr).toContain("lonely");
  });
});
