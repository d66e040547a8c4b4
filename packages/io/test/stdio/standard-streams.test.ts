// The program's own streams: what programs in processes of their own do with them.
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  type ProcessOptions,
} from "../../src/index.ts";
import { both, type Dialect } from "../support/dialects.ts";
import { leavesNothing } from "../support/left-behind.ts";
import { fixture, fixturePath } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

const pipes: ProcessOptions = { stdin: PIPE, stdout: PIPE, stderr: PIPE };

/** Runs a program with this input, and gives what it wrote; it must end well, and be silent on stderr. */
function* output({ wait }: Dialect, name: string, how: string, input: string): Generator<unknown, string> {
  const program = yield* wait(fixture(name, [how], pipes));
  const [stdout, stderr] = yield* wait(program.communicate(input));
  expect(String(stderr)).toBe("");
  expect(program.returnCode).toBe(0);
  return String(stdout);
}

describe("standardInput", () => {
  both("lines from a pipe", function* (dialect) {
    expect(yield* output(dialect, "standard-input.ts", "lines", "a\nb\nc")).toBe("> a\n> b\n> cend\n");
  });

  both("lines from a file, and from nowhere", function* ({ wait }) {
    const path = temporaryPath("input");
    writeFileSync(path, "a\nb\n");
    for (const [stdin, expected] of [
      [{ path }, "> a\n> b\nend\n"],
      [DEVNULL, "end\n"],
    ] as const) {
      const program = yield* wait(fixture("standard-input.ts", ["lines"], { stdin, stdout: PIPE }));
      expect(String((yield* wait(program.communicate()))[0])).toBe(expected);
    }
  });

  both("the program may end while it is open on the other side", function* ({ wait }) {
    const program = yield* wait(fixture("standard-input.ts", ["first"], pipes));
    yield* wait(program.stdin!.write("a\nb\n"));
    // stdin is not closed.
    expect(yield* wait(program.wait())).toBe(0);
    expect(String(yield* wait(program.stdout!.read()))).toBe("first: a\n");
    expect(String(yield* wait(program.stderr!.read()))).toBe("");
  });

  both("what was not read is there for the next one, and for node", function* ({ wait }) {
    const program = yield* wait(fixture("standard-input.ts", ["handed-on"], pipes));
    yield* wait(program.stdin!.write("a\nb\nc\nd\n"));
    for (const line of ["1: a\n", "2: b\n"])
      expect(String(yield* wait(program.stdout!.readLine()))).toBe(line);
    const [stdout, stderr] = yield* wait(program.communicate("e\n"));
    expect([String(stdout), String(stderr)]).toEqual(["rest: c\nd\ne\n", ""]);
  });

  both("also when its end has come", function* (dialect) {
    expect(yield* output(dialect, "standard-input.ts", "kept", "a\nb\nc\nd\n")).toBe(
      "1: a\n2: b\nrest: c\nd\n",
    );
  });

  both("a cancelled read loses nothing", function* ({ wait }) {
    const program = yield* wait(fixture("standard-input.ts", ["cancelled"], pipes));
    yield* wait(program.stdin!.write("half a "));
    expect(String(yield* wait(program.stdout!.readLine()))).toBe("cancelled\n");
    const [stdout, stderr] = yield* wait(program.communicate("line\nmore\n"));
    expect([String(stdout), String(stderr)]).toEqual(["then: half a line\n", ""]);
  });

  both("one reader at a time", function* (dialect) {
    expect(yield* output(dialect, "standard-input.ts", "twice", "a\n")).toBe("BusyResourceError\na\n");
  });

  both("read to its end, it stays ended", function* (dialect) {
    expect(yield* output(dialect, "standard-input.ts", "ended", "a\nb\n")).toBe("all: a\nb\nagain: 0\n");
  });

  both("a writer has to wait while nobody reads", function* (dialect) {
    const input = "x".repeat(2_000_000);
    expect(yield* output(dialect, "standard-input.ts", "paused", input)).toBe("paused: true\n2000000\n");
  });
});

describe("standardOutput and standardError", () => {
  both("keep the order, among each other and with console.log", function* ({ wait }) {
    const program = yield* wait(fixture("standard-output.ts", ["order"], pipes));
    const [stdout, stderr] = yield* wait(program.communicate());
    expect(String(stdout)).toBe("1\n2\n3\n4\n5\n");
    expect(String(stderr)).toBe("error\nmore\n");
  });

  both("to a file", function* ({ wait }) {
    const path = temporaryPath("output");
    const program = yield* wait(
      fixture("standard-output.ts", ["order"], { stdout: { path }, stderr: DEVNULL }),
    );
    expect(yield* wait(program.wait())).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("1\n2\n3\n4\n5\n");
  });

  both("closed, they stay open for others", function* (dialect) {
    expect(yield* output(dialect, "standard-output.ts", "open", "")).toBe("1\n2\n3\n");
  });

  both("there may be many of them, at once and one after the other", function* ({ wait }) {
    const path = temporaryPath("output");
    for (const stdout of [PIPE, { path }] as const) {
      const program = yield* wait(fixture("standard-output.ts", ["many"], { ...pipes, stdout }));
      const [given, stderr] = yield* wait(program.communicate());
      // No warning of node's: they listen to the stream as one, as long as one of them is open.
      expect(String(stderr)).toBe("1\n0\n");
      const lines = (given ?? readFileSync(path)).toString().split("\n");
      expect(lines).toEqual([...Array.from({ length: 100 }, (_, i) => String(i % 50)), ""]);
    }
  });

  both("a write waits for a slow reader, and may be cancelled in that", function* ({ wait }) {
    const program = yield* wait(fixture("standard-output.ts", ["slow"], { ...pipes, limit: 1000 }));
    expect(String(yield* wait(program.stderr!.readLine()))).toBe("true true\n");
    const [stdout] = yield* wait(program.communicate("go on\n"));
    const lines = String(stdout).split("\n");
    // What was taken came whole, then the rest.
    expect(lines.slice(-2)).toEqual(["end", ""]);
    expect(new Set(lines.slice(0, -2))).toEqual(new Set(["x".repeat(999)]));
    expect(program.returnCode).toBe(0);
  });

  both("the end of the scope waits until all is written", function* (dialect) {
    expect((yield* output(dialect, "standard-output.ts", "flush", "")).length).toBe(1_000_000);
  });

  both("nobody reads any more: an error", function* ({ wait }) {
    const program = yield* wait(fixture("standard-output.ts", ["broken"], pipes));
    yield* wait(program.stdout!.read(1));
    program.closePipe("stdout");
    expect(String(yield* wait(program.stderr!.read()))).toMatch(
      /^ConnectionResetError (EPIPE|ECONNRESET)\n$/,
    );
    expect(yield* wait(program.wait())).toBe(0);
  });

  both("nobody reads any more, behind a real pipe: an error, or quiet if so said", function* ({ wait }) {
    for (const [how, expected] of [
      ["broken", "ConnectionResetError EPIPE\n"],
      ["quiet", "all written\n"],
    ]) {
      const command = `"${process.execPath}" --conditions=@corio/source "${fixturePath("standard-output.ts")}" ${how} | head -n 1`;
      const shell = yield* wait(
        createSubprocessShell(command, { stdin: DEVNULL, stdout: PIPE, stderr: PIPE }),
      );
      const [stdout, stderr] = yield* wait(shell.communicate());
      expect(String(stdout)).toBe(`${"x".repeat(999)}\n`);
      expect(String(stderr)).toBe(expected);
    }
  });

  both("a disk that is full: an error", function* ({ wait }) {
    const fd = openSync("/dev/full", "w");
    const program = yield* wait(fixture("standard-output.ts", ["full"], { ...pipes, stdout: fd }));
    closeSync(fd);
    const [, stderr] = yield* wait(program.communicate());
    expect([String(stderr), program.returnCode]).toEqual(["ENOSPC\n", 0]);
  });
});

describe("a terminal", () => {
  function* talks({ wait }: Dialect, how: string): Generator<unknown, void> {
    const command = `"${process.execPath}" --conditions=@corio/source "${fixturePath("terminal.ts")}" ${how}`;
    const script = yield* wait(createSubprocessExec("script", ["-qec", command, "/dev/null"], pipes));
    const until = function* (text: string): Generator<unknown, void> {
      for (;;) {
        const line = String(yield* wait(script.stdout!.readLine())).trim();
        if (line === text) return;
        expect(line).not.toBe("");
      }
    };
    yield* until("ready");
    yield* wait(script.stdin!.write("hello\n"));
    yield* until("got hello");
    yield* wait(script.stdin!.write("world\n"));
    yield* until("and world");
    expect(yield* wait(script.wait())).toBe(0);
  }

  both("is read and written by the standard streams", (dialect) => talks(dialect, "streams"));

  both(
    "is read and written by its descriptors (test_events EventLoopTestsMixin.test_read_pty_output) (test_events EventLoopTestsMixin.test_write_pty) (test_events EventLoopTestsMixin.test_bidirectional_pty)",
    (dialect) => talks(dialect, "descriptors"),
  );
});
