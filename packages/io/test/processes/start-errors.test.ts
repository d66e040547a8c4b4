// What can be wrong with a program, its folder, its user and its arguments: each a distinct error that says so, and nothing runs.
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect } from "vitest";
import {
  createSubprocessExec,
  createSubprocessShell,
  PIPE,
  type ProcessOptions,
  ProcessStartError,
  ProgramNotExecutableError,
  ProgramNotFoundError,
  STDOUT,
  WorkingFolderError,
} from "../../src/index.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { children, leavesNothing } from "../support/left-behind.ts";
import { fixture, fixturePath } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

type Args = readonly string[];

/** Fails to start a program, with and without pipes; gives the error. */
function* fails(
  { wait }: Dialect,
  program: string,
  args: Args = [],
  options: ProcessOptions = {},
): Generator<unknown, ProcessStartError> {
  const before = children();
  const error = yield* caught(wait(createSubprocessExec(program, args, options)));
  const pipes = { stdin: PIPE, stdout: PIPE, stderr: STDOUT, ...options } as const;
  const again = yield* caught(wait(createSubprocessExec(program, args, pipes)));
  expect((again as Error).message).toBe((error as Error).message);
  expect(children()).toEqual(before);
  return error as ProcessStartError;
}

function script(text: string, mode = 0o755): string {
  const path = temporaryPath("script");
  writeFileSync(path, text, { mode });
  return path;
}

describe("the program", () => {
  both("is in no folder of PATH", function* (dialect) {
    const error = yield* fails(dialect, "no-such-program", ["x y"], { env: { PATH: "/usr/bin:/bin" } });
    expect(error).toBeInstanceOf(ProgramNotFoundError);
    expect(error.code).toBe("ERR_PROGRAM_NOT_FOUND");
    expect(error.program).toBe("no-such-program");
    expect(error.message).toBe(
      'Cannot start no-such-program "x y": no folder of PATH has a program "no-such-program" (PATH is /usr/bin:/bin) (ENOENT)',
    );
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });

  both("is not at its path", function* (dialect) {
    const error = yield* fails(dialect, "./no-such-program", [], { cwd: "/tmp" });
    expect(error).toBeInstanceOf(ProgramNotFoundError);
    expect(error.message).toBe("Cannot start ./no-such-program: there is no /tmp/no-such-program (ENOENT)");
  });

  both("lies behind a file", function* (dialect) {
    const error = yield* fails(dialect, "/etc/passwd/program");
    expect(error).toBeInstanceOf(ProgramNotFoundError);
    expect(error.cause).toMatchObject({ code: "ENOTDIR" });
  });

  both("may not be executed", function* (dialect) {
    const path = script("#!/bin/sh\n", 0o644);
    const error = yield* fails(dialect, path);
    expect(error).toBeInstanceOf(ProgramNotExecutableError);
    expect(error.code).toBe("ERR_PROGRAM_NOT_EXECUTABLE");
    expect(error.message).toBe(`Cannot start ${path}: ${path} may not be executed (EACCES)`);
  });

  both("is a folder", function* (dialect) {
    const error = yield* fails(dialect, "/tmp");
    expect(error).toBeInstanceOf(ProgramNotExecutableError);
    expect(error.message).toBe("Cannot start /tmp: /tmp is a folder (EACCES)");
  });

  both("is a script whose interpreter is missing", function* (dialect) {
    const path = script("#! /no/such/interpreter -x\n");
    const error = yield* fails(dialect, path);
    expect(error).toBeInstanceOf(ProgramNotExecutableError);
    expect(error.message).toBe(
      `Cannot start ${path}: the interpreter of ${path} is missing: /no/such/interpreter (ENOENT)`,
    );
  });

  both("is a link that leads to itself", function* (dialect) {
    const path = temporaryPath("circle");
    symlinkSync(path, path);
    const error = yield* fails(dialect, path);
    expect(error).toBeInstanceOf(ProgramNotExecutableError);
    expect(error.message).toBe(
      `Cannot start ${path}: ${path} cannot be reached: its links lead in a circle (ELOOP)`,
    );
  });

  both("cannot be seen, nor can the place for a pipe: that is told as well", function* ({ wait }) {
    const folder = temporaryPath("places");
    mkdirSync(folder);
    // For nobody, too.
    chmodSync(folder, 0o777);
    chmodSync(dirname(folder), 0o711);
    const program = yield* wait(fixture("hidden-places.ts", [folder], { stdout: PIPE }));
    const [stdout] = yield* wait(program.communicate());
    expect(String(stdout).split("\n")).toEqual([
      "ProcessStartError: Cannot start true: no pipe for its stdout and stderr can be made in /no/such/folder, see TMPDIR (ENOENT)",
      "ProgramNotFoundError: Cannot start ./program: there is no ./program (ENOENT)",
      'ProgramNotFoundError: Cannot start program: no folder of PATH has a program "program" (PATH is /no/such/folder) (ENOENT)',
      `ProgramNotExecutableError: Cannot start closed/program: ${folder}/closed/program cannot be reached: a folder before it may not be entered (EACCES)`,
      `ProgramNotFoundError: Cannot start program: no folder of PATH that may be entered has a program "program" (PATH is ${folder}/closed) (EACCES)`,
      "",
    ]);
  });

  both("is found by the PATH that it is given", function* ({ wait }) {
    const path = script("#!/bin/sh\necho mine\n");
    const folder = `${path}-bin`;
    mkdirSync(folder);
    writeFileSync(`${folder}/corio-test-program`, "#!/bin/sh\necho mine\n", { mode: 0o755 });
    const child = yield* wait(
      createSubprocessExec("corio-test-program", [], { env: { PATH: folder }, stdout: PIPE }),
    );
    expect(String((yield* wait(child.communicate()))[0])).toBe("mine\n");
  });
});

describe("the folder", () => {
  both("is missing: not the program", function* (dialect) {
    const error = yield* fails(dialect, "true", [], { cwd: "/no/such/folder" });
    expect(error).toBeInstanceOf(WorkingFolderError);
    expect(error.code).toBe("ERR_WORKING_FOLDER");
    expect((error as WorkingFolderError).cwd).toBe("/no/such/folder");
    expect(error.message).toBe("Cannot start true: its folder /no/such/folder does not exist (ENOENT)");
  });

  both("is a file", function* (dialect) {
    const error = yield* fails(dialect, "true", [], { cwd: "/etc/passwd" });
    expect(error).toBeInstanceOf(WorkingFolderError);
    expect(error.message).toBe("Cannot start true: its folder /etc/passwd is a file");
  });

  both("is told, though the program is missing as well", function* (dialect) {
    expect(yield* fails(dialect, "no-such-program", [], { cwd: "/no/such/folder" })).toBeInstanceOf(
      WorkingFolderError,
    );
  });

  both("is where the program runs", function* ({ wait }) {
    const child = yield* wait(createSubprocessExec("pwd", [], { cwd: "/usr", stdout: PIPE }));
    expect(String((yield* wait(child.communicate()))[0])).toBe("/usr\n");
  });
});

describe("the system", () => {
  both("takes no arguments of such length", function* (dialect) {
    const error = yield* fails(dialect, "true", ["x".repeat(4_000_000)]);
    expect(error.constructor).toBe(ProcessStartError);
    expect(error.code).toBe("ERR_PROCESS_START");
    expect(error.message).toMatch(
      /^Cannot start true x+…: its arguments and environment are too long \(E2BIG\)$/,
    );
    expect(error.message.length).toBeLessThan(250);
  });

  // Node 22 keeps the pipes of a child for which there were too few descriptors.
  const keepsPipes = Number.parseInt(process.versions.node) < 24;
  for (const kind of keepsPipes ? ["no pipes"] : ["two pipes", "one pipe for two", "no pipes"]) {
    both(`has too few descriptors for ${kind}: it is told, and none is lost`, function* ({ wait }) {
      const program = yield* wait(
        createSubprocessShell(
          `ulimit -n 64 && exec "$NODE" --conditions=@corio/source "$PROGRAM" "${kind}"`,
          {
            env: { ...process.env, NODE: process.execPath, PROGRAM: fixturePath("few-descriptors.ts") },
            stdout: PIPE,
          },
        ),
      );
      const [stdout] = yield* wait(program.communicate());
      const ends = String(stdout).trim().split("\n");
      // With few left it fails, be it at one step or another; with enough it works. None is lost on the way.
      expect(new Set(ends)).toEqual(new Set(["EMFILE, 0 lost", "started, 0 lost"]));
    });
  }

  both("starts it as another user, where it may", function* ({ wait }) {
    if (process.getuid!() !== 0) {
      // Not root: then nobody else's process can be started.
      const error = yield* caught(wait(createSubprocessExec("true", [], { user: 0 })));
      expect((error as Error).message).toContain("may not start it as that user or group (EPERM)");
      return;
    }
    const child = yield* wait(createSubprocessExec("id", [], { user: 65534, group: 65534, stdout: PIPE }));
    expect(String((yield* wait(child.communicate()))[0])).toMatch(/^uid=65534\S* gid=65534/);
  });

  both("gives it another name", function* ({ wait }) {
    const child = yield* wait(
      createSubprocessExec("sh", ["-c", "cat /proc/$$/cmdline"], { argv0: "my-name", stdout: PIPE }),
    );
    expect(String((yield* wait(child.communicate()))[0])).toMatch(/^my-name\0/);
  });
});

describe("arguments", () => {
  const nonsense: [what: string, args: Parameters<typeof createSubprocessExec>][] = [
    ["no program", [undefined as never]],
    ["an empty name", [""]],
    ["a NUL in the program", ["tr\0ue"]],
    ["a URL of no file", [new URL("http://example.org/true")]],
    ["arguments that are no list", ["true", "x" as never]],
    ["an argument that is no string", ["true", [5 as never]]],
    ["a hole among the arguments", ["true", [, "x"] as never]], // oxlint-disable-line no-sparse-arrays
    ["a NUL in an argument", ["true", ["a\0b"]]],
    ["options that are none", ["true", [], null as never]],
    ["an option that there is not", ["true", [], { stdio: "pipe" } as never]],
    ["an environment that is a list", ["true", [], { env: ["A=5"] as never }]],
    ["an environment that is text", ["true", [], { env: "A=5" as never }]],
    ["no environment, by null", ["true", [], { env: null as never }]],
    ["a NUL in a variable", ["true", [], { env: { A: "\0" } }]],
    ["a variable with = in its name", ["true", [], { env: { "A=B": "" } }]],
    ["a variable without a name", ["true", [], { env: { "": "x" } }]],
    ["a variable that is no string", ["true", [], { env: { A: 5 as never } }]],
    ["a folder that is none", ["true", [], { cwd: 5 as never }]],
    ["a user by name", ["true", [], { user: "root" as never }]],
    ["a group below zero", ["true", [], { group: -1 }]],
    ["a NUL in argv0", ["true", [], { argv0: "\0" }]],
    ["a grace below zero", ["true", [], { grace: -1 }]],
    ["a grace that is no number", ["true", [], { grace: NaN }]],
    ["a limit of nothing", ["true", [], { limit: 0 }]],
    ["a signal that there is not", ["true", [], { terminateSignal: "SIGNO" as never }]],
    ["a processGroup of its own kind", ["true", [], { processGroup: "yes" as never }]],
  ];
  for (const [what, args] of nonsense) {
    both(`${what} is refused`, function* ({ wait }) {
      const before = children();
      const error = yield* caught(wait(createSubprocessExec(...args)));
      expect(error).toSatisfy((it) => it instanceof TypeError || it instanceof RangeError);
      expect((error as Error).message).toMatch(/^Cannot /);
      expect(children()).toEqual(before);
    });
  }

  both("a command that is none", function* ({ wait }) {
    expect(yield* caught(wait(createSubprocessShell(5 as never)))).toBeInstanceOf(TypeError);
    expect(yield* caught(wait(createSubprocessShell("a\0b")))).toBeInstanceOf(TypeError);
  });
});
