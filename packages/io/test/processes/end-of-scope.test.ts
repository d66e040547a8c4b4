// How a process ends with the scope that started it: asked, then killed; reaped always; with all that it has started, where it leads a group.
import { readFileSync, writeFileSync } from "node:fs";
import {
  cancelScope,
  fromPromise,
  moveOnAfter,
  run,
  sleep,
  TaskCancelledError,
  type Awaitable,
  type Scope,
} from "corio";
import { describe, expect } from "vitest";
import { createSubprocessShell, DEVNULL, PIPE, type Process, type ProcessOptions } from "../../src/index.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { children, descendants, leavesNothing, runs, statOf, until } from "../support/left-behind.ts";
import { blocked, fixture, sh } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

/**
 * Starts a process in a scope of its own, waits for its first line, if told so for its exit too, and leaves the scope. Gives the process, and
 * what it had said.
 */
function* inScope(
  { wait, fn }: Dialect,
  start: () => Awaitable<Process>,
  untilExit = false,
): Generator<unknown, { process: Process; line: string }> {
  return (yield* wait(
    cancelScope(
      fn(function* () {
        const process = yield* wait(start());
        const line = String(yield* wait(process.stdout!.readLine())).trim();
        if (untilExit) yield* wait(process.wait());
        return { process, line };
      }),
    ),
  ))!;
}

const output: ProcessOptions = { stdout: PIPE };

describe("the end of the scope (P8)", () => {
  both("one that runs gets SIGTERM, and is reaped", function* (dialect) {
    const { process } = yield* inScope(dialect, () => sh("echo up; exec sleep 3600", output));
    expect(process.signal).toBe("SIGTERM");
    expect(children()).not.toContain(process.pid);
  });

  both("it may clean up, and say what it likes meanwhile, although nobody reads", function* (dialect) {
    const path = temporaryPath("done");
    const trap = `trap 'head -c 1000000 /dev/zero; echo cleaned > ${path}; exit 3' TERM`;
    const { process } = yield* inScope(dialect, () =>
      sh(`${trap}; echo up; while :; do sleep 0.01; done`, { ...output, grace: 60_000 }),
    );
    expect(process.returnCode).toBe(3);
    expect(readFileSync(path, "utf8")).toBe("cleaned\n");
  });

  both("one that ignores SIGTERM is killed after its grace", function* (dialect) {
    const { process } = yield* inScope(dialect, () =>
      sh('trap "" TERM; echo up; while :; do sleep 0.01; done', { ...output, grace: 50 }),
    );
    expect(process.signal).toBe("SIGKILL");
  });

  both("without a grace it is killed at once", function* (dialect) {
    const path = temporaryPath("done");
    const { process } = yield* inScope(dialect, () =>
      sh(`trap "echo > ${path}" TERM; echo up; while :; do sleep 0.01; done`, { ...output, grace: 0 }),
    );
    expect(process.signal).toBe("SIGKILL");
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  both("it may be asked by another signal", function* (dialect) {
    const { process } = yield* inScope(dialect, () =>
      sh('trap "exit 9" INT; echo up; while :; do sleep 0.01; done', {
        ...output,
        grace: 60_000,
        terminateSignal: "SIGINT",
      }),
    );
    expect(process.returnCode).toBe(9);
  });

  both("one that was stopped hears it", function* ({ wait, fn }) {
    const process = yield* wait(
      cancelScope(
        fn(function* () {
          const started = yield* wait(blocked());
          started.sendSignal("SIGSTOP");
          while (statOf(started.pid)!.state !== "T") yield* wait(sleep(1));
          return started;
        }),
      ),
    );
    expect(process!.signal).toBe("SIGTERM");
  });

  both("a failure of the block ends it, too", function* ({ wait, fn }) {
    let process: Process | undefined;
    const error = yield* caught(
      wait(
        cancelScope(
          fn(function* () {
            process = yield* wait(blocked());
            throw new Error("mine");
          }),
        ),
      ),
    );
    expect(error).toMatchObject({ message: "mine" });
    expect(process!.signal).toBe("SIGTERM");
  });

  both(
    "a cancellation ends it, and gives it its own grace, though that of the run is shorter",
    function* ({ wait, fn }) {
      const script = 'trap "sleep 0.2; exit 4" TERM; echo up; while :; do sleep 0.01; done';
      let process: Process | undefined;
      const error = yield* caught(
        wait(
          run(
            fn(function* (scope: Scope) {
              process = yield* wait(sh(script, { ...output, grace: 60_000 }));
              yield* wait(process.stdout!.readLine());
              scope.cancel();
              yield* wait(process.wait());
            }),
            { grace: 1 },
          ),
        ),
      );
      expect(error).toBeInstanceOf(TaskCancelledError);
      expect(process!.returnCode).toBe(4);
    },
  );

  both("several end side by side, within one grace", function* ({ wait, fn }) {
    const processes: Process[] = [];
    yield* wait(
      cancelScope(
        fn(function* () {
          for (let i = 0; i < 5; i++) {
            const process = yield* wait(
              sh('trap "" TERM; echo up; while :; do sleep 0.01; done', { ...output, grace: 20 }),
            );
            yield* wait(process.stdout!.readLine());
            processes.push(process);
          }
        }),
      ),
    );
    expect(processes.map(({ signal }) => signal)).toEqual(Array(5).fill("SIGKILL"));
  });

  both("close by two at once, and again", function* ({ wait, fn }) {
    const process = yield* wait(
      sh('trap "" TERM; echo up; while :; do sleep 0.01; done', { ...output, grace: 20 }),
    );
    yield* wait(process.stdout!.readLine());
    const { cancelled } = yield* wait(
      moveOnAfter(
        1,
        fn(function* () {
          yield* wait(process.close());
        }),
      ),
    );
    // Not interrupted: told when it was done.
    expect(cancelled === false || process.signal === "SIGKILL").toBe(true);
    expect(process.signal).toBe("SIGKILL");
    yield* wait(process.close());
  });
});

describe("groups", () => {
  both("what a shell has started ends with it", function* (dialect) {
    const { process, line } = yield* inScope(dialect, () =>
      createSubprocessShell("sleep 3600 & sleep 3600 & echo $!; wait", output),
    );
    expect(process.signal).toBe("SIGTERM");
    expect(runs(Number(line))).toBe(false);
    expect(descendants()).toEqual([]);
  });

  both("also what it has left behind", function* (dialect) {
    const { process, line } = yield* inScope(
      dialect,
      () => createSubprocessShell("sleep 3600 & echo $!; exit 5", output),
      true,
    );
    expect(process.returnCode).toBe(5);
    expect(runs(Number(line))).toBe(false);
  });

  both("and what ignores SIGTERM", function* (dialect) {
    const { process, line } = yield* inScope(dialect, () =>
      createSubprocessShell(`sh -c 'trap "" TERM; echo $$; while :; do sleep 0.01; done' & wait`, {
        ...output,
        grace: 50,
      }),
    );
    // The shell itself dies by the first that reaches it.
    expect(process.signal).toMatch(/^SIG(TERM|KILL)$/);
    expect(runs(Number(line))).toBe(false);
  });

  both("nothing is kept of one that is gone with all that it has left", function* ({ wait }) {
    const before = globalThis.process.listenerCount("exit");
    const path = temporaryPath("go");
    const script = `until [ -e ${path} ]; do sleep 0.01; done & exit 0`;
    const process = yield* wait(createSubprocessShell(script, { stdout: DEVNULL }));
    expect(yield* wait(process.wait())).toBe(0);
    expect(globalThis.process.listenerCount("exit")).toBe(before + 1);
    writeFileSync(path, "");
    while (globalThis.process.listenerCount("exit") > before) yield* wait(sleep(10));
    expect(descendants()).toEqual([]);
  });

  both("signals reach all of it", function* ({ wait }) {
    const process = yield* wait(createSubprocessShell("sleep 3600 & echo $!; wait", output));
    const sleeper = Number(yield* wait(process.stdout!.readLine()));
    process.sendSignal("SIGINT");
    process.terminate();
    yield* wait(process.wait());
    while (runs(sleeper)) yield* wait(sleep(1));
  });

  both("without one, only the process itself is signalled", function* ({ wait }) {
    const process = yield* wait(
      createSubprocessShell("sleep 3600 & echo $!; wait", { ...output, processGroup: false }),
    );
    const sleeper = Number(yield* wait(process.stdout!.readLine()));
    yield* wait(process.close());
    yield* wait(fromPromise(until(() => runs(sleeper))));
    globalThis.process.kill(sleeper, "SIGKILL");
    while (runs(sleeper)) yield* wait(sleep(1));
  });
});

describe("the end of the program", () => {
  for (const how of ["exit", "throw", "reject"]) {
    both(`by ${how}, in the middle: its processes end with it`, function* ({ wait }) {
      const program = yield* wait(fixture("dies.ts", [how], { stdout: PIPE, stderr: PIPE }));
      const [stdout] = yield* wait(program.communicate());
      expect(program.returnCode).toBe(how === "exit" ? 3 : 1);
      const started = String(stdout).trim().split(" ").map(Number);
      expect(started.length).toBe(2);
      for (const pid of started) while (runs(pid)) yield* wait(sleep(1));
    });
  }

  both("by Ctrl-C, twice: the same", function* ({ wait }) {
    const program = yield* wait(fixture("dies.ts", ["hang"], { stdout: PIPE, stderr: PIPE }));
    const started = String(yield* wait(program.stdout!.readLine()))
      .trim()
      .split(" ")
      .map(Number);
    program.sendSignal("SIGINT");
    expect(String(yield* wait(program.stdout!.readLine()))).toBe("cleaning up\n");
    program.sendSignal("SIGINT");
    expect(yield* wait(program.wait())).toBe(130);
    for (const pid of started) while (runs(pid)) yield* wait(sleep(1));
  });

  both("it may end while a process of an abandoned scope is not there any more", function* ({ wait }) {
    const program = yield* wait(fixture("dies.ts", ["return"], { stdout: PIPE, stderr: PIPE }));
    const [, stderr] = yield* wait(program.communicate());
    expect(String(stderr)).toBe("");
    expect(program.returnCode).toBe(0);
  });
});
