// communicate: nothing is lost by a cancellation, whenever it comes; who holds the pipes besides; and how much is too much.
import { writeFileSync } from "node:fs";
import {
  BusyResourceError,
  call,
  cancelScope,
  createTask,
  fromPromise,
  InvalidStateError,
  sleep,
  type Scope,
} from "corio";
import { describe, expect } from "vitest";
import {
  createSubprocessExec,
  createSubprocessShell,
  OutputLimitError,
  PIPE,
  STDOUT,
} from "../../src/index.ts";
import { cancelAtWait } from "../support/cancel-at-wait.ts";
import { both, caught } from "../support/dialects.ts";
import { leavesNothing, runs, until } from "../support/left-behind.ts";
import { blocked, sh } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

/** Echoes its input in pieces, on both streams. */
const pieces = "while read line; do echo out:$line; echo err:$line >&2; done";
const input = Array.from({ length: 50 }, (_, i) => `${i}\n`).join("");
const expected = (name: string): string => Array.from({ length: 50 }, (_, i) => `${name}:${i}\n`).join("");

describe("cancelled and called again", () => {
  both("at its first wait, its second, and so on: all the output comes in the end", function* ({ wait }) {
    const process = yield* wait(sh(pieces, { stdin: PIPE, stdout: PIPE, stderr: PIPE }));
    let cancelled = 0;
    for (let n = 1; ; n++) {
      const { reached, value } = yield* wait(
        call(cancelAtWait<[Buffer | null, Buffer | null]>, n, () => process.communicate(input)),
      );
      if (reached && value === undefined) cancelled++;
      if (value === undefined) continue;
      expect(value.map(String)).toEqual([expected("out"), expected("err")]);
      break;
    }
    expect(cancelled).toBeGreaterThan(0);
    expect(process.returnCode).toBe(0);
  });

  both("between two outputs: both are there (the example of gh-139373)", function* ({ wait, fn }) {
    const path = temporaryPath("go");
    const process = yield* wait(
      sh(`echo first; until [ -e ${path} ]; do sleep 0.01; done; echo second`, { stdout: PIPE }),
    );
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          createTask(function* cancel() {
            while (process.statistics().stdout!.received < 6) yield* sleep(1);
            scope.cancel();
          });
          yield* wait(process.communicate());
        }),
      ),
    );
    expect(process.returnCode).toBe(null);
    writeFileSync(path, "");
    const [stdout] = yield* wait(process.communicate());
    expect(String(stdout)).toBe("first\nsecond\n");
  });

  both("large input that was cut in the middle arrives once", function* ({ wait, fn }) {
    const size = 5_000_000;
    const process = yield* wait(sh("read go; wc -c", { stdin: PIPE, stdout: PIPE }));
    const data = Buffer.concat([Buffer.from("go\n"), Buffer.alloc(size, "x")]);
    yield* wait(
      cancelScope(
        fn(function* (scope: Scope) {
          createTask(function* cancel() {
            while (process.statistics().stdin!.written === 0) yield* sleep(0);
            scope.cancel();
          });
          yield* wait(process.communicate(data));
        }),
      ),
    );
    const [stdout] = yield* wait(process.communicate(data));
    expect(String(stdout).trim()).toBe(String(size));
  });
});

describe("one at a time", () => {
  both("two that communicate at once", function* ({ wait }) {
    const process = yield* wait(blocked({ stdout: PIPE }));
    const first = createTask({ eager: true }, () => process.communicate());
    expect(yield* caught(wait(process.communicate()))).toBeInstanceOf(BusyResourceError);
    process.kill();
    expect(yield* wait(first.join())).toEqual([Buffer.alloc(0), null]);
    // One after the other they may.
    expect(yield* wait(process.communicate())).toEqual([Buffer.alloc(0), null]);
  });

  both("input for a process without a pipe", function* ({ wait }) {
    const process = yield* wait(createSubprocessExec("true", [], { stdout: PIPE }));
    const error = yield* caught(wait(process.communicate("x")));
    expect(error).toBeInstanceOf(InvalidStateError);
    expect((error as Error).message).toContain("{ stdin: PIPE }");
    yield* wait(process.communicate());
  });

  both("nonsense", function* ({ wait }) {
    const process = yield* wait(createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE }));
    expect(yield* caught(wait(process.communicate(5 as never)))).toBeInstanceOf(TypeError);
    for (const options of [{ maxOutput: -1 }, { maxOutput: NaN }, { outputGrace: -1 }])
      expect(yield* caught(wait(process.communicate(null, options)))).toBeInstanceOf(RangeError);
    expect(() => process.sendSignal("SIGNO" as never)).toThrow(RangeError);
    expect(() => process.sendSignal(1000)).toThrow(RangeError);
    expect(() => process.sendSignal({} as never)).toThrow(TypeError);
    yield* wait(process.communicate("done"));
  });
});

describe("others hold the pipes", () => {
  both("wait does not mind them (P5: better)", function* ({ wait }) {
    const process = yield* wait(createSubprocessShell("sleep 3600 & echo $!; exit 3", { stdout: PIPE }));
    const holder = Number(yield* wait(process.stdout!.readLine()));
    expect(yield* wait(process.wait())).toBe(3);
    // It may still be on its way from the shell's copy to the program.
    yield* wait(fromPromise(until(() => runs(holder))));
    expect(process.stdout!.atEof()).toBe(false);
  });

  both("communicate waits for the end of the output, be it theirs", function* ({ wait }) {
    const process = yield* wait(
      createSubprocessShell("echo early; (read line <&3; echo late) 3<&0 & exit 0", {
        stdin: PIPE,
        stdout: PIPE,
      }),
    );
    const task = createTask(() => process.communicate("go\n"));
    const [stdout] = yield* wait(task.join());
    expect(String(stdout)).toBe("early\nlate\n");
  });

  both("or until its outputGrace is over", function* ({ wait }) {
    const process = yield* wait(
      createSubprocessShell("echo early; sleep 3600 & exit 2", { stdout: PIPE, stderr: PIPE }),
    );
    while (process.statistics().stdout!.received < 6) yield* wait(sleep(1));
    const [stdout, stderr] = yield* wait(process.communicate(null, { outputGrace: 100 }));
    expect(String(stdout)).toBe("early\n");
    expect(stderr).toEqual(Buffer.alloc(0));
    expect(process.returnCode).toBe(2);
    // What was closed then stays so.
    expect(String((yield* wait(process.communicate(null, { outputGrace: 100 })))[0])).toBe("early\n");
  });

  for (const [where, size, limit] of [
    ["in the reader", 5000, 65_536],
    ["with the system", 100_000, 1000],
  ] as const) {
    both(`what was written by the exit is not lost, however short the grace: ${where}`, function* ({ wait }) {
      const script = `head -c ${size} /dev/zero; sleep 3600 & exit 2`;
      const process = yield* wait(createSubprocessShell(script, { stdout: PIPE, stderr: PIPE, limit }));
      expect(yield* wait(process.wait())).toBe(2);
      const [stdout, stderr] = yield* wait(process.communicate(null, { outputGrace: 0 }));
      expect([stdout!.length, stderr!.length]).toEqual([size, 0]);
    });
  }

  both("though not all that others go on to write", function* ({ wait }) {
    const process = yield* wait(createSubprocessShell("yes & exit 2", { stdout: PIPE }));
    const [stdout] = yield* wait(process.communicate(null, { outputGrace: 0 }));
    expect(stdout!.length).toBeLessThan(100_000_000);
    expect(process.returnCode).toBe(2);
  });

  both("its outputGrace begins with the exit, not with the call", function* ({ wait }) {
    const path = temporaryPath("go");
    const script = `echo early; sleep 3600 & until [ -e ${path} ]; do sleep 0.01; done; echo late; exit 2`;
    const process = yield* wait(createSubprocessShell(script, { stdout: PIPE }));
    const task = createTask(() => process.communicate(null, { outputGrace: 100 }));
    while (process.statistics().stdout!.received < 6) yield* wait(sleep(1));
    yield* wait(sleep(200));
    expect(task.done()).toBe(false);
    writeFileSync(path, "");
    expect(String((yield* wait(task.join()))[0])).toBe("early\nlate\n");
  });
});

describe("too much output", () => {
  for (const [name, script] of [
    ["stdout", "yes"],
    ["stderr", "yes >&2"],
  ] as const) {
    both(`${name}: the process is killed, and what there was is told`, function* ({ wait }) {
      const process = yield* wait(sh(`exec ${script}`, { stdout: PIPE, stderr: PIPE }));
      const error = yield* caught(wait(process.communicate(null, { maxOutput: 1000 })));
      expect(error).toBeInstanceOf(OutputLimitError);
      const { stream, limit, partial } = error as OutputLimitError;
      expect({ stream, limit, partial: String(partial) }).toEqual({
        stream: name,
        limit: 1000,
        partial: "y\n".repeat(500),
      });
      expect(yield* wait(process.wait())).not.toBe(0);
    });
  }

  both("as much as it may be is no error", function* ({ wait }) {
    const process = yield* wait(sh("head -c 1000 /dev/zero", { stdout: PIPE, stderr: STDOUT }));
    const [stdout] = yield* wait(process.communicate(null, { maxOutput: 1000 }));
    expect(stdout!.length).toBe(1000);
  });
});
