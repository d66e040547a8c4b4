// runProcess: from the beginning of a process to its end.
import {
  cancelScope,
  gather,
  run,
  sleep,
  TaskCancelledError,
  timeout,
  TimeoutError,
  type Scope,
} from "corio";
import { describe, expect } from "vitest";
import {
  DEVNULL,
  OutputLimitError,
  ProcessFailedError,
  ProgramNotFoundError,
  runProcess,
  STDOUT,
  type RunProcessOptions,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { children, descendants, leavesNothing } from "../support/left-behind.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { existsSync } from "node:fs";

leavesNothing();

const shell = (script: string): readonly [string, readonly string[]] => ["/bin/sh", ["-c", script]];

describe("the result", () => {
  both("bytes, or text", function* ({ wait }) {
    const bytes = yield* wait(runProcess(...shell("echo out; echo err >&2")));
    expect(bytes).toEqual({
      args: ["/bin/sh", "-c", "echo out; echo err >&2"],
      returnCode: 0,
      signal: null,
      stdout: Buffer.from("out\n"),
      stderr: Buffer.from("err\n"),
    });
    const text = yield* wait(runProcess(...shell("printf '\\344'"), { encoding: "latin1" }));
    expect(text.stdout).toBe("ä");
    expect(text.stderr).toBe("");
  });

  both("with input", function* ({ wait }) {
    const { stdout } = yield* wait(runProcess("tr", ["a-z", "A-Z"], { input: "hello", encoding: "utf8" }));
    expect(stdout).toBe("HELLO");
    const large = Buffer.alloc(3_000_000, "x");
    const { stdout: back } = yield* wait(runProcess("cat", [], { input: large }));
    expect(back.equals(large)).toBe(true);
  });

  both("without input stdin is empty", function* ({ wait }) {
    const { stdout } = yield* wait(runProcess("wc", ["-c"], { encoding: "utf8" }));
    expect(stdout.trim()).toBe("0");
  });

  both("streams that lead elsewhere are empty", function* ({ wait }) {
    const { stdout, stderr } = yield* wait(
      runProcess(...shell("echo out; echo err >&2"), { stdout: DEVNULL, stderr: STDOUT, encoding: "utf8" }),
    );
    expect([stdout, stderr]).toEqual(["", ""]);
  });
});

describe("a bad end", () => {
  both("is thrown, with its last words", function* ({ wait }) {
    const error = yield* caught(
      wait(runProcess(...shell("echo out; echo one >&2; echo two >&2; exit 3"), { encoding: "utf8" })),
    );
    expect(error).toBeInstanceOf(ProcessFailedError);
    expect(error).toMatchObject({
      code: "ERR_PROCESS_FAILED",
      returnCode: 3,
      signal: null,
      stdout: "out\n",
      stderr: "one\ntwo\n",
    });
    expect((error as Error).message).toBe(
      '/bin/sh -c "echo out; echo one >&2; echo two >&2; exit 3" exited with code 3:\none\ntwo',
    );
  });

  both("by a signal", function* ({ wait }) {
    const error = yield* caught(wait(runProcess(...shell("kill -KILL $$"))));
    expect(error).toMatchObject({ returnCode: -9, signal: "SIGKILL" });
    expect((error as Error).message).toBe('/bin/sh -c "kill -KILL $$" was ended by SIGKILL');
  });

  both("tells no more than the last ten lines", function* ({ wait }) {
    const error = yield* caught(wait(runProcess(...shell("seq 1000 >&2; false"))));
    expect((error as Error).message.split("\n").slice(1)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(991 + i)),
    );
  });

  both("is a result with check: false", function* ({ wait }) {
    const result = yield* wait(runProcess(...shell("exit 4"), { check: false }));
    expect(result.returnCode).toBe(4);
  });

  both("that comes before the beginning", function* ({ wait }) {
    expect(yield* caught(wait(runProcess("no-such-program")))).toBeInstanceOf(ProgramNotFoundError);
  });
});

describe("limits", () => {
  both("too much output kills it", function* ({ wait }) {
    const error = yield* caught(wait(runProcess("yes", [], { maxOutput: 10_000 })));
    expect(error).toBeInstanceOf(OutputLimitError);
    expect((error as Error).message).toMatch(
      /^yes \(\d+\) has written more than 10000 bytes to its stdout, and was killed/,
    );
    expect(children()).toEqual([]);
  });

  both("a timeout ends it", function* ({ wait }) {
    const error = yield* caught(wait(timeout(20, () => runProcess("sleep", ["3600"]))));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(children()).toEqual([]);
  });

  both("one that ignores SIGTERM as well, with what it has started", function* ({ wait, fn }) {
    const path = temporaryPath("ready");
    const script = `trap "" TERM; sleep 3600 & sleep 3600 & echo > ${path}; wait; while :; do sleep 0.01; done`;
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          yield* wait(
            gather([
              () => runProcess(...shell(script), { grace: 30, processGroup: true }),
              function* cancel() {
                while (!existsSync(path)) yield* sleep(1);
                scope.cancel();
              },
            ]),
          );
        }),
      ),
    );
    expect(children()).toEqual([]);
    expect(descendants()).toEqual([]);
  });

  both("what a finished group has left behind ends with the call", function* ({ wait }) {
    const { stdout } = yield* wait(
      runProcess(...shell("sleep 3600 >/dev/null 2>&1 & echo done"), {
        processGroup: true,
        encoding: "utf8",
      }),
    );
    expect(stdout).toBe("done\n");
    expect(descendants()).toEqual([]);
  });

  both("a cancelled run leaves nothing", function* ({ wait, fn }) {
    const error = yield* caught(
      wait(
        run(
          fn(function* (scope: Scope) {
            scope.cancel();
            yield* wait(runProcess("sleep", ["3600"]));
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TaskCancelledError);
  });
});

describe("nonsense", () => {
  const bad: [what: string, options: RunProcessOptions][] = [
    ["an encoding that there is not", { encoding: "klingon" as never }],
    ["input and a stdin of its own", { input: "x", stdin: DEVNULL }],
    ["input that is neither text nor bytes", { input: 5 as never }],
    ["input of another kind of array", { input: new Uint16Array(1) as never }],
    ["a maxOutput below zero", { maxOutput: -1 }],
    ["a maxOutput as text", { maxOutput: "5" as never }],
    ["an outputGrace that is no number", { outputGrace: NaN }],
    ["an option that there is not", { timeout: 5 } as never],
  ];
  for (const [what, options] of bad) {
    both(`${what}: nothing is started`, function* ({ wait }) {
      const path = temporaryPath("started");
      const error = yield* caught(wait(runProcess("touch", [path], options)));
      expect(error).toSatisfy((it) => it instanceof TypeError || it instanceof RangeError);
      expect(existsSync(path)).toBe(false);
    });
  }
});
