// CPython's tests of asyncio.subprocess, in our words and with sh in place of Python.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import {
  call,
  createTask,
  gather,
  InvalidStateError,
  sleep,
  TaskCancelledError,
  timeout,
  type Awaitable,
} from "corio";
import { describe, expect } from "vitest";
import {
  ConnectionResetError,
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  type Process,
  type ProcessOptions,
  ProgramNotFoundError,
} from "../../src/index.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { children, leavesNothing, runs, statOf } from "../support/left-behind.ts";
import { blocked, sh } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

/** More than any pipe or socket holds. */
const large = Buffer.alloc(4 * 1024 * 1024, "x");

const cat = (options: ProcessOptions = {}): Awaitable<Process> =>
  createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE, ...options });

describe("streams", () => {
  both("what goes in comes out (test_subprocess SubprocessMixin.test_stdin_stdout)", function* ({ wait }) {
    const process = yield* wait(cat());
    yield* wait(process.stdin!.write("some data"));
    process.stdin!.close();
    expect(String(yield* wait(process.stdout!.read()))).toBe("some data");
    expect(yield* wait(process.wait())).toBe(0);
  });

  both("communicate (test_subprocess SubprocessMixin.test_communicate)", function* ({ wait }) {
    const process = yield* wait(cat());
    const [stdout, stderr] = yield* wait(process.communicate("some data"));
    expect(process.returnCode).toBe(0);
    expect(String(stdout)).toBe("some data");
    expect(stderr).toBe(null);
  });

  both(
    "communicate without input closes stdin (test_subprocess SubprocessMixin.test_communicate_none_input)",
    function* ({ wait }) {
      const process = yield* wait(cat());
      const [stdout] = yield* wait(process.communicate());
      expect(process.returnCode).toBe(0);
      expect(stdout).toEqual(Buffer.alloc(0));
    },
  );

  both(
    "drain tells of a broken stdin (test_subprocess SubprocessMixin.test_stdin_broken_pipe)",
    function* ({ wait }) {
      const process = yield* wait(sh("read line; exit 0", { stdin: PIPE }));
      const { stdin } = process;
      // The program ends when the pipe is full, before it has read the rest.
      const error = yield* caught(wait(stdin!.write(Buffer.concat([Buffer.from("go\n"), large]))));
      expect(error).toBeInstanceOf(ConnectionResetError);
      expect((error as ConnectionResetError).code).toMatch(/EPIPE|ECONNRESET/);
      expect(yield* wait(process.wait())).toBe(0);
      expect(yield* caught(wait(stdin!.drain()))).toBeInstanceOf(ConnectionResetError);
    },
  );

  both(
    "communicate does not mind a broken stdin (P6) (test_subprocess SubprocessMixin.test_communicate_ignore_broken_pipe)",
    function* ({ wait }) {
      const early = yield* wait(createSubprocessExec("true", [], { stdin: PIPE }));
      expect(yield* wait(early.communicate(large))).toEqual([null, null]);
      expect(yield* wait(early.wait())).toBe(0);
      const late = yield* wait(createSubprocessExec("true", [], { stdin: PIPE }));
      yield* wait(late.wait());
      expect(yield* wait(late.communicate(large))).toEqual([null, null]);
    },
  );

  both(
    "a process that writes much is made to wait (ST12) (test_subprocess SubprocessMixin.test_pause_reading)",
    function* ({ wait }) {
      const process = yield* wait(
        createSubprocessExec("head", ["-c", "1000000", "/dev/zero"], { stdout: PIPE, limit: 10 }),
      );
      const { stdout } = process;
      while (!stdout!.statistics().paused) yield* wait(sleep(1));
      // One chunk may come beyond the mark at which it is paused.
      expect(stdout!.statistics().buffered).toBeLessThan(21 + 64 * 1024 + 1);
      const [output] = yield* wait(process.communicate());
      expect(output!.length).toBe(1_000_000);
      expect(stdout!.statistics().paused).toBe(false);
    },
  );

  both(
    "the end of stdin reaches the program, nobody else holds it (test_subprocess SubprocessMixin.test_stdin_not_inheritable)",
    function* ({ wait }) {
      // Started while the other's stdin is open: it must not inherit that.
      const counter = yield* wait(
        createSubprocessExec("wc", ["-c"], { stdin: PIPE, stdout: PIPE, stderr: PIPE }),
      );
      const other = yield* wait(blocked());
      const [output] = yield* wait(counter.communicate("abc"));
      expect(String(output).trim()).toBe("3");
      expect(counter.returnCode).toBe(0);
      other.kill();
      yield* wait(other.wait());
    },
  );

  both("empty input (test_subprocess SubprocessMixin.test_empty_input)", function* ({ wait }) {
    const process = yield* wait(
      createSubprocessExec("wc", ["-c"], { stdin: PIPE, stdout: PIPE, stderr: PIPE }),
    );
    const [output, errors] = yield* wait(process.communicate(""));
    expect(String(output).trim()).toBe("0");
    expect(errors).toEqual(Buffer.alloc(0));
    expect(process.returnCode).toBe(0);
  });

  both("DEVNULL as stdin (test_subprocess SubprocessMixin.test_devnull_input)", function* ({ wait }) {
    const process = yield* wait(
      createSubprocessExec("wc", ["-c"], { stdin: DEVNULL, stdout: PIPE, stderr: PIPE }),
    );
    const [output] = yield* wait(process.communicate());
    expect(String(output).trim()).toBe("0");
    expect(yield* wait(process.wait())).toBe(0);
  });

  both("DEVNULL as stdout (test_subprocess SubprocessMixin.test_devnull_output)", function* ({ wait }) {
    const process = yield* wait(
      createSubprocessExec("wc", ["-c"], { stdin: PIPE, stdout: DEVNULL, stderr: PIPE }),
    );
    const [output, errors] = yield* wait(process.communicate("abc"));
    expect(output).toBe(null);
    expect(errors).toEqual(Buffer.alloc(0));
    expect(yield* wait(process.wait())).toBe(0);
  });

  both("DEVNULL as stderr (test_subprocess SubprocessMixin.test_devnull_error)", function* ({ wait }) {
    const process = yield* wait(
      sh("echo to nowhere >&2; wc -c", { stdin: PIPE, stdout: PIPE, stderr: DEVNULL }),
    );
    const [output, errors] = yield* wait(process.communicate("abc"));
    expect(String(output).trim()).toBe("3");
    expect(errors).toBe(null);
    expect(yield* wait(process.wait())).toBe(0);
  });

  both(
    "a file as stdin can be opened as /dev/stdin (test_subprocess SubprocessMixin.test_devstdin_input)",
    function* ({ wait }) {
      const path = temporaryPath("input");
      writeFileSync(path, "abc");
      const process = yield* wait(
        createSubprocessExec("wc", ["-c", "/dev/stdin"], { stdin: { path }, stdout: PIPE }),
      );
      const [output] = yield* wait(process.communicate());
      expect(String(output)).toBe("3 /dev/stdin\n");
    },
  );

  both(
    "output is there for a reader who comes after the exit (test_subprocess SubprocessMixin.test_read_stdout_after_process_exit)",
    function* ({ wait }) {
      const process = yield* wait(sh("head -c 100000 /dev/zero; exit 1", { stdout: PIPE }));
      let length = (yield* wait(process.stdout!.read(1))).length;
      expect(yield* wait(process.wait())).toBe(1);
      for (;;) {
        const chunk = yield* wait(process.stdout!.read(65_536));
        if (chunk.length === 0) break;
        length += chunk.length;
        yield* wait(sleep(1));
      }
      expect(length).toBe(100_000);
    },
  );

  both(
    "output of many at once stays with each (test_subprocess SubprocessMixin.test_subprocess_communicate_stdout)",
    function* ({ wait }) {
      const names = Array.from({ length: 10 }, (_, i) => `foo${i}`);
      const outputs = yield* wait(
        gather(
          names.map(
            (name) =>
              function* echo() {
                const process = yield* createSubprocessExec("echo", [name], { stdout: PIPE });
                const [stdout] = yield* process.communicate();
                return String(stdout).trim();
              },
          ),
        ),
      );
      expect(outputs).toEqual(names);
    },
  );

  both(
    "each pipe ends by itself, then the process (test_subprocess SubprocessMixin.test_subprocess_protocol_events)",
    function* ({ wait }) {
      const process = yield* wait(sh("printf stdout; printf stderr >&2", { stdout: PIPE, stderr: PIPE }));
      const { stdout, stderr } = process;
      expect(String(yield* wait(stdout!.read()))).toBe("stdout");
      expect(String(yield* wait(stderr!.read()))).toBe("stderr");
      expect(stdout!.atEof() && stderr!.atEof()).toBe(true);
      expect(yield* wait(process.wait())).toBe(0);
      expect(process.stdin).toBe(null);
    },
  );
});

describe("exit", () => {
  both("the code of a shell (test_subprocess SubprocessMixin.test_shell)", function* ({ wait }) {
    const process = yield* wait(createSubprocessShell("exit 7"));
    expect(yield* wait(process.wait())).toBe(7);
    expect(process.returnCode).toBe(7);
    expect(process.signal).toBe(null);
  });

  both("a session of its own (test_subprocess SubprocessMixin.test_start_new_session)", function* ({ wait }) {
    const process = yield* wait(createSubprocessExec("cat", [], { stdin: PIPE, processGroup: true }));
    expect(statOf(process.pid)).toMatchObject({ session: process.pid, group: process.pid });
    process.stdin!.close();
    expect(yield* wait(process.wait())).toBe(0);
    const plain = yield* wait(cat());
    expect(statOf(plain.pid)!.session).toBe(
      statOf(plain.pid)!.parent === 0 ? 0 : statOf(globalThis.process.pid)!.session,
    );
    yield* wait(plain.communicate());
  });

  both("kill (test_subprocess SubprocessMixin.test_kill)", function* ({ wait }) {
    const process = yield* wait(blocked());
    process.kill();
    expect(yield* wait(process.wait())).toBe(-9);
    expect(process.signal).toBe("SIGKILL");
  });

  both("terminate (test_subprocess SubprocessMixin.test_terminate)", function* ({ wait }) {
    const process = yield* wait(blocked());
    process.terminate();
    expect(yield* wait(process.wait())).toBe(-15);
    expect(process.signal).toBe("SIGTERM");
  });

  both(
    "a shell is killed with what it runs, and wait does not hang (P5: better) (test_subprocess SubprocessMixin.test_kill_issue43884)",
    function* ({ wait }) {
      const process = yield* wait(
        createSubprocessShell("sleep 3600 & echo $!; wait; sleep 3600", { stdout: PIPE }),
      );
      const sleeper = Number(yield* wait(process.stdout!.readLine()));
      process.kill();
      expect(yield* wait(process.wait())).toBe(-9);
      while (runs(sleeper)) yield* wait(sleep(1));
    },
  );

  both("sendSignal (test_subprocess SubprocessMixin.test_send_signal)", function* ({ wait }) {
    const process = yield* wait(sh("echo sleeping; exec sleep 3600", { stdout: PIPE }));
    expect(String(yield* wait(process.stdout!.readLine()))).toBe("sleeping\n");
    process.sendSignal("SIGHUP");
    expect(yield* wait(process.wait())).toBe(-1);
    const other = yield* wait(blocked());
    other.sendSignal(10);
    expect(yield* wait(other.wait())).toBe(-10);
    expect(other.signal).toBe("SIGUSR1");
  });

  both(
    "a signal to one that has just exited goes nowhere (P7) (test_subprocess SubprocessMixin.test_subprocess_send_signal_race)",
    function* ({ wait }) {
      for (let i = 0; i < 10; i++) {
        const process = yield* wait(createSubprocessExec("true"));
        // Whether the system knows of the exit, or the loop has heard of it, is open here.
        while (runs(process.pid)) yield* wait(sleep(0));
        process.sendSignal("SIGUSR1");
        expect(yield* wait(process.wait())).toBe(0);
        process.sendSignal("SIGUSR1");
        process.terminate();
        process.kill();
        expect(process.returnCode).toBe(0);
      }
    },
  );

  both(
    "the code goes to many, now and later (P4) (test_subprocess SubprocessMixin.test_subprocess_concurrent_wait)",
    function* ({ wait }) {
      const process = yield* wait(cat());
      const tasks = Array.from({ length: 10 }, () => createTask(() => process.wait()));
      while (process.statistics().waiting < 10) yield* wait(sleep(0));
      const [stdout] = yield* wait(process.communicate("some data"));
      expect(String(stdout)).toBe("some data");
      expect(yield* wait(gather(tasks.map((task) => task.join())))).toEqual(Array(10).fill(0));
      expect(yield* wait(gather(Array.from({ length: 10 }, () => process.wait())))).toEqual(
        Array(10).fill(0),
      );
    },
  );

  both(
    "after the exit it knows its code, and signals do nothing (test_subprocess SubprocessTransportTests.test_proc_exited)",
    function* ({ wait }) {
      const process = yield* wait(createSubprocessShell("exit 6"));
      expect(yield* wait(process.wait())).toBe(6);
      process.sendSignal("SIGTERM");
      process.terminate();
      process.kill();
      expect(process.returnCode).toBe(6);
      yield* wait(process.close());
    },
  );

  both(
    "it tells whether it runs (test_subprocess SubprocessTransportTests.test_subprocess_repr)",
    function* ({ wait }) {
      const process = yield* wait(cat());
      expect(process.statistics()).toMatchObject({
        pid: process.pid,
        running: true,
        returnCode: null,
        waiting: 0,
      });
      yield* wait(process.communicate("x"));
      expect(process.statistics()).toMatchObject({ running: false, returnCode: 0, signal: null });
      expect(process.args).toEqual(["cat"]);
    },
  );

  both(
    "a waiter that has left does not disturb the exit (test_subprocess SubprocessTransportTests.test_proc_exited_no_invalid_state_error_on_exit_waiters)",
    function* ({ wait }) {
      const process = yield* wait(blocked());
      const [stays, leaves] = [createTask(() => process.wait()), createTask(() => process.wait())];
      while (process.statistics().waiting < 2) yield* wait(sleep(0));
      leaves.cancel();
      process.kill();
      expect(yield* wait(stays.join())).toBe(-9);
      yield* caught(wait(leaves.join()));
    },
  );

  both("cancel wait (test_subprocess SubprocessMixin.test_cancel_process_wait)", function* ({ wait }) {
    const process = yield* wait(blocked());
    const task = createTask(() => process.wait());
    while (process.statistics().waiting === 0) yield* wait(sleep(0));
    task.cancel();
    yield* caught(wait(task.join()));
    expect(task.cancelled()).toBe(true);
    expect(runs(process.pid)).toBe(true);
    expect(process.statistics().waiting).toBe(0);
    process.kill();
    expect(yield* wait(process.wait())).toBe(-9);
  });
});

describe("starting", () => {
  function* cancelStart({ wait }: Dialect, start: () => Awaitable<Process>): Generator<unknown, void> {
    const before = children();
    const task = createTask(start);
    task.cancel();
    expect(yield* caught(wait(task.join()))).toBeInstanceOf(TaskCancelledError);
    expect(children()).toEqual(before);
    // Begun within the spawn: the process may be there when the cancellation comes. It ends with the task then.
    const eager = createTask({ eager: true }, start);
    eager.cancel();
    try {
      const process = yield* wait(eager.join());
      expect(process.signal).toBe("SIGTERM");
    } catch (error) {
      expect(error).toBeInstanceOf(TaskCancelledError);
    }
    expect(children()).toEqual(before);
  }

  both(
    "cancelled, nothing runs (P9) (test_subprocess SubprocessMixin.test_cancel_make_subprocess_transport_exec)",
    (dialect) => cancelStart(dialect, () => blocked()),
  );
  both(
    "cancelled with pipes, nothing runs (P9) (test_subprocess SubprocessMixin.test_cancel_post_init)",
    (dialect) => cancelStart(dialect, () => blocked({ stdin: PIPE, stdout: PIPE, stderr: PIPE })),
  );
  both(
    "cancelled while its output is led to a pipe (P9) (test_subprocess SubprocessMixin.test_subprocess_read_pipe_cancelled)",
    (dialect) => cancelStart(dialect, () => blocked({ stdout: PIPE, stderr: "stdout" })),
  );
  both(
    "cancelled while its input is opened (P9) (test_subprocess SubprocessMixin.test_subprocess_write_pipe_cancelled)",
    (dialect) => cancelStart(dialect, () => blocked({ stdin: { path: "/dev/null" } })),
  );
  both(
    "cancelled while both are made (P9) (test_subprocess SubprocessMixin.test_subprocess_read_write_pipe_cancelled)",
    (dialect) =>
      cancelStart(dialect, () => blocked({ stdin: { path: "/dev/null" }, stdout: PIPE, stderr: "stdout" })),
  );

  both(
    "its scope ends one that runs (P8) (test_subprocess SubprocessMixin.test_close_kill_running)",
    function* ({ wait, fn }) {
      const process = yield* wait(
        call(
          fn(function* () {
            const started = yield* wait(blocked());
            expect(started.returnCode).toBe(null);
            yield* wait(started.close());
            return started;
          }),
        ),
      );
      expect(process.returnCode).toBe(-15);
      expect(runs(process.pid)).toBe(false);
    },
  );

  both(
    "its scope sends nothing to one that has ended (P8) (test_subprocess SubprocessMixin.test_close_dont_kill_finished)",
    function* ({ wait }) {
      const process = yield* wait(blocked());
      globalThis.process.kill(process.pid, "SIGKILL");
      // It has ended, and the loop has not heard of it.
      while (runs(process.pid)) yield* wait(sleep(0));
      yield* wait(process.close());
      expect(process.signal).toBe("SIGKILL");
    },
  );

  both(
    "a program that is not there (test_subprocess SubprocessMixin.test_popen_error)",
    function* ({ wait }) {
      const error = yield* caught(wait(createSubprocessExec("no-such-program")));
      expect(error).toBeInstanceOf(ProgramNotFoundError);
    },
  );

  both(
    "a program that is not there, with pipes (test_subprocess SubprocessMixin.test_popen_error_with_stdin_pipe)",
    function* ({ wait }) {
      const error = yield* caught(
        wait(createSubprocessExec("no-such-program", [], { stdin: PIPE, stdout: PIPE, stderr: "stdout" })),
      );
      expect(error).toBeInstanceOf(ProgramNotFoundError);
    },
  );

  function* refusesText(
    { wait }: Dialect,
    start: (options: object) => Awaitable<Process>,
  ): Generator<unknown, void> {
    for (const option of [{ text: true }, { encoding: "utf-8" }, { errors: "strict" }]) {
      expect(yield* caught(wait(start(option)))).toBeInstanceOf(TypeError);
    }
  }

  both(
    "options for text are none (test_subprocess SubprocessMixin.test_create_subprocess_exec_text_mode_fails)",
    (dialect) => refusesText(dialect, (options) => sh("true", options)),
  );

  both(
    "options for text are none of a shell (test_subprocess SubprocessMixin.test_create_subprocess_shell_text_mode_fails)",
    (dialect) => refusesText(dialect, (options) => createSubprocessShell("true", options)),
  );

  both(
    "paths as URLs (test_subprocess SubprocessMixin.test_create_subprocess_exec_with_path)",
    function* ({ wait }) {
      const process = yield* wait(
        createSubprocessExec(pathToFileURL("/bin/echo"), [pathToFileURL("/tmp")], {
          stdout: PIPE,
          cwd: pathToFileURL("/"),
        }),
      );
      expect(String((yield* wait(process.communicate()))[0])).toBe("/tmp\n");
    },
  );

  both(
    "env of a shell (test_subprocess SubprocessMixin.test_create_subprocess_env_shell)",
    function* ({ wait }) {
      const env = { ...process.env, FOO: "bar" };
      const child = yield* wait(createSubprocessShell('printf "$FOO"', { env, stdout: PIPE }));
      expect(String((yield* wait(child.communicate()))[0])).toBe("bar");
      expect(yield* wait(child.wait())).toBe(0);
    },
  );

  both(
    "env of a program (test_subprocess SubprocessMixin.test_create_subprocess_env_exec)",
    function* ({ wait }) {
      const env = { ...process.env, FOO: "baz", GONE: undefined };
      const child = yield* wait(createSubprocessExec("printenv", ["FOO", "GONE"], { env, stdout: PIPE }));
      expect(String((yield* wait(child.communicate()))[0])).toBe("baz\n");
      expect(child.returnCode).toBe(1);
    },
  );

  both(
    "wait in time (test_subprocess SubprocessWatcherMixin.test_watcher_implementation)",
    function* ({ wait }) {
      // However the loop learns of an exit, it learns of it while others are started and waited for.
      const slow = yield* wait(cat());
      for (let i = 0; i < 5; i++) {
        const quick = yield* wait(createSubprocessExec("true"));
        expect(yield* wait(timeout(20_000, () => quick.wait()))).toBe(0);
      }
      expect(slow.returnCode).toBe(null);
      yield* wait(slow.communicate());
    },
  );

  both("the same input or none may be given again, no other", function* ({ wait }) {
    const process = yield* wait(cat());
    yield* wait(process.communicate("a"));
    expect(String((yield* wait(process.communicate("a")))[0])).toBe("a");
    expect(String((yield* wait(process.communicate()))[0])).toBe("a");
    expect(yield* caught(wait(process.communicate("b")))).toBeInstanceOf(InvalidStateError);
  });
});
