// CPython's tests of the loop's own processes, with asyncio's streams in place of its protocols.
import { describe, expect } from "vitest";
import { createSubprocessExec, createSubprocessShell, PIPE, type Process, STDOUT } from "../../src/index.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { leavesNothing, runs, statOf } from "../support/left-behind.ts";
import { sh } from "../support/programs.ts";

leavesNothing();

const pipes = { stdin: PIPE, stdout: PIPE, stderr: PIPE } as const;

/** Says on both streams what it has read. */
const echo2 = 'data=$(cat); printf "OUT:%s" "$data"; printf "ERR:%s" "$data" >&2';

describe("processes of the loop", () => {
  both(
    "what it echoes comes, then it is ended (test_events SubprocessTestsMixin.test_subprocess_exec)",
    function* ({ wait }) {
      const process = yield* wait(createSubprocessExec("cat", [], pipes));
      yield* wait(process.stdin!.write("Python The Winner"));
      expect(String(yield* wait(process.stdout!.readExactly(17)))).toBe("Python The Winner");
      yield* wait(process.close());
      expect(process.signal).toBe("SIGTERM");
    },
  );

  both("a conversation (test_events SubprocessTestsMixin.test_subprocess_interactive)", function* ({ wait }) {
    const process = yield* wait(createSubprocessExec("cat", [], pipes));
    for (const word of ["Python ", "The Winner"]) {
      yield* wait(process.stdin!.write(word));
      expect(String(yield* wait(process.stdout!.readExactly(word.length)))).toBe(word);
    }
  });

  both("a shell (test_events SubprocessTestsMixin.test_subprocess_shell)", function* ({ wait }) {
    const process = yield* wait(createSubprocessShell("echo Python", pipes));
    process.stdin!.close();
    expect(yield* wait(process.wait())).toBe(0);
    expect(String(yield* wait(process.stdout!.read()))).toBe("Python\n");
    expect(String(yield* wait(process.stderr!.read()))).toBe("");
    yield* wait(process.stdin!.waitClosed());
  });

  both("its code (test_events SubprocessTestsMixin.test_subprocess_exitcode)", function* ({ wait }) {
    const process = yield* wait(createSubprocessShell("exit 7"));
    expect(yield* wait(process.wait())).toBe(7);
  });

  both(
    "close after its end does nothing (test_events SubprocessTestsMixin.test_subprocess_close_after_finish)",
    function* ({ wait }) {
      const process = yield* wait(createSubprocessShell("exit 7"));
      expect([process.stdin, process.stdout, process.stderr]).toEqual([null, null, null]);
      expect(yield* wait(process.wait())).toBe(7);
      yield* wait(process.close());
      yield* wait(process.close());
      expect(process.returnCode).toBe(7);
    },
  );

  function* endsBy(
    { wait }: Dialect,
    signal: string,
    end: (process: Process) => void,
  ): Generator<unknown, void> {
    const process = yield* wait(createSubprocessExec("cat", [], pipes));
    end(process);
    yield* wait(process.wait());
    expect(process.signal).toBe(signal);
  }

  both("kill (test_events SubprocessTestsMixin.test_subprocess_kill)", (dialect) =>
    endsBy(dialect, "SIGKILL", (process) => process.kill()),
  );
  both("terminate (test_events SubprocessTestsMixin.test_subprocess_terminate)", (dialect) =>
    endsBy(dialect, "SIGTERM", (process) => process.terminate()),
  );
  both("sendSignal (test_events SubprocessTestsMixin.test_subprocess_send_signal)", (dialect) =>
    endsBy(dialect, "SIGHUP", (process) => process.sendSignal("SIGHUP")),
  );

  both("both outputs (test_events SubprocessTestsMixin.test_subprocess_stderr)", function* ({ wait }) {
    const process = yield* wait(sh(echo2, pipes));
    const [stdout, stderr] = yield* wait(process.communicate("test"));
    expect(String(stdout)).toBe("OUT:test");
    expect(String(stderr)).toBe("ERR:test");
    expect(process.returnCode).toBe(0);
  });

  both(
    "stderr in stdout, in order (test_events SubprocessTestsMixin.test_subprocess_stderr_redirect_to_stdout)",
    function* ({ wait }) {
      const process = yield* wait(sh(echo2, { ...pipes, stderr: STDOUT }));
      expect(process.stdout).not.toBe(null);
      expect(process.stderr).toBe(null);
      const [stdout, stderr] = yield* wait(process.communicate("test"));
      expect(String(stdout)).toBe("OUT:testERR:test");
      expect(stderr).toBe(null);
      expect(process.returnCode).toBe(0);
    },
  );

  both(
    "a pipe that was closed is broken for the program (test_events SubprocessTestsMixin.test_subprocess_close_client_stream)",
    function* ({ wait }) {
      const script = 'trap "" PIPE; read a; echo "OUT:$a"; read b; echo "$b" || echo broken >&2; sleep 3600';
      const process = yield* wait(sh(script, { ...pipes, processGroup: true }));
      yield* wait(process.stdin!.write("test\n"));
      expect(String(yield* wait(process.stdout!.readLine()))).toBe("OUT:test\n");
      process.closePipe("stdout");
      expect(yield* caught(wait(process.stdout!.readLine()))).toMatchObject({
        name: "ConnectionClosedError",
      });
      yield* wait(process.stdin!.write("xxx\n"));
      let errors = "";
      while (!errors.includes("broken\n")) errors += String(yield* wait(process.stderr!.readLine()));
      yield* wait(process.close());
      expect(process.signal).toBe("SIGTERM");
    },
  );

  both(
    "its code from another session (test_events SubprocessTestsMixin.test_subprocess_wait_no_same_group)",
    function* ({ wait }) {
      const process = yield* wait(sh("read line; exit 7", { stdin: PIPE, processGroup: true }));
      expect(statOf(process.pid)!.session).toBe(process.pid);
      yield* wait(process.stdin!.write("\n"));
      expect(yield* wait(process.wait())).toBe(7);
    },
  );

  both(
    "what makes no sense is refused (test_events SubprocessTestsMixin.test_subprocess_exec_invalid_args) (test_base_events BaseEventLoopTests.test_subprocess_exec_invalid_args)",
    function* ({ wait }) {
      for (const option of [{ universalNewlines: true }, { bufsize: 4096 }, { shell: true }]) {
        expect(yield* caught(wait(createSubprocessExec("pwd", [], option as object)))).toBeInstanceOf(
          TypeError,
        );
      }
      expect(yield* caught(wait(createSubprocessExec(["ls", "-l"] as never)))).toBeInstanceOf(TypeError);
    },
  );

  both(
    "the same of a shell (test_events SubprocessTestsMixin.test_subprocess_shell_invalid_args) (test_base_events BaseEventLoopTests.test_subprocess_shell_invalid_args)",
    function* ({ wait }) {
      expect(yield* caught(wait(createSubprocessShell(["ls", "-l"] as never)))).toBeInstanceOf(TypeError);
      for (const option of [{ universalNewlines: true }, { bufsize: 4096 }, { shell: false }]) {
        expect(yield* caught(wait(createSubprocessShell("pwd", option as object)))).toBeInstanceOf(TypeError);
      }
    },
  );

  both("a process that was killed from outside", function* ({ wait }) {
    const child = yield* wait(createSubprocessExec("cat", [], pipes));
    process.kill(child.pid, "SIGKILL");
    expect(yield* wait(child.communicate("x".repeat(1_000_000)))).toEqual([Buffer.alloc(0), Buffer.alloc(0)]);
    expect(child.returnCode).toBe(-9);
    expect(runs(child.pid)).toBe(false);
  });
});
