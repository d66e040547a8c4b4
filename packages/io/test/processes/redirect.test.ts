// Where the standard streams of a process can lead.
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { cancelScope, createTask } from "corio";
import { describe, expect } from "vitest";
import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  ProcessStartError,
  runProcess,
  startUnixServer,
  openUnixConnection,
  STDOUT,
} from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { leavesNothing } from "../support/left-behind.ts";
import { blocked, fixture, sh } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

const noise = "echo one; echo two >&2; echo three";

describe("files and descriptors", () => {
  both("to a file, emptied first or appended to", function* ({ wait }) {
    const path = temporaryPath("log");
    writeFileSync(path, "old\n");
    yield* wait((yield* wait(sh("echo new", { stdout: { path } }))).wait());
    expect(readFileSync(path, "utf8")).toBe("new\n");
    yield* wait((yield* wait(sh("echo more", { stdout: { path, append: true } }))).wait());
    expect(readFileSync(path, "utf8")).toBe("new\nmore\n");
  });

  both("both outputs to one file", function* ({ wait }) {
    const path = temporaryPath("log");
    yield* wait((yield* wait(sh(noise, { stdout: { path }, stderr: STDOUT }))).wait());
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree\n");
  });

  both("from a file", function* ({ wait }) {
    const path = temporaryPath("input");
    writeFileSync(path, "b\na\n");
    const { stdout } = yield* wait(runProcess("sort", [], { stdin: { path }, encoding: "utf8" }));
    expect(stdout).toBe("a\nb\n");
  });

  both("a descriptor, as a number or of an open file; it stays open here", function* ({ wait }) {
    const path = temporaryPath("log");
    const fd = openSync(path, "w");
    for (const stdout of [fd, { fd }, { fileno: () => fd }])
      yield* wait((yield* wait(sh(noise, { stdout, stderr: DEVNULL }))).wait());
    closeSync(fd);
    expect(readFileSync(path, "utf8")).toBe("one\nthree\n".repeat(3));
  });

  both("a file that cannot be opened: nothing is started", function* ({ wait }) {
    const missing = yield* caught(wait(blocked({ stdin: { path: "/no/such/file" } })));
    expect(missing).toBeInstanceOf(ProcessStartError);
    expect((missing as Error).message).toBe(
      "Cannot start sleep 3600: cannot open /no/such/file for its stdin (ENOENT)",
    );
    const path = temporaryPath("log");
    yield* caught(wait(createSubprocessExec("true", ["\0"], { stdout: { path } })));
    yield* caught(wait(createSubprocessExec("true", [], { stdout: { path }, cwd: 3 as never })));
    expect(existsSync(path)).toBe(false);
  });

  both("a descriptor that is not open", function* ({ wait }) {
    const error = yield* caught(wait(blocked({ stdout: 4000 })));
    expect(error).toBeInstanceOf(ProcessStartError);
    expect((error as Error).message).toBe("Cannot start sleep 3600: a descriptor for it is not open (EBADF)");
    // Not even tried: there would be as many standard streams.
    const high = yield* caught(wait(blocked({ passFds: [2 ** 31 - 1] })));
    expect((high as Error).message).toBe((error as Error).message);
  });

  both("more descriptors, under their numbers", function* ({ wait }) {
    const path = temporaryPath("extra");
    writeFileSync(path, "extra");
    const fd = openSync(path, "r");
    const { stdout } = yield* wait(runProcess("cat", [`/dev/fd/${fd}`], { passFds: [fd], encoding: "utf8" }));
    const without = yield* wait(runProcess("cat", [`/dev/fd/${fd}`], { check: false }));
    closeSync(fd);
    expect(stdout).toBe("extra");
    expect(without.returnCode).toBe(1);
  });

  both("nonsense is refused before anything is done", function* ({ wait }) {
    for (const options of [
      { stdin: STDOUT },
      { stdout: STDOUT },
      { stdout: "nowhere" },
      { stdin: -1 },
      { stderr: 1.5 },
      { stdout: {} },
      { stdin: null },
      { passFds: [1] },
      { passFds: 3 },
    ]) {
      const error = yield* caught(wait(blocked(options as object)));
      expect(error).toSatisfy((it) => it instanceof TypeError || it instanceof RangeError);
    }
  });
});

describe("inherited", () => {
  both("a child writes where this program writes", function* ({ wait }) {
    const program = yield* wait(fixture("inherit.ts", [], { stdin: PIPE, stdout: PIPE, stderr: PIPE }));
    const [stdout, stderr] = yield* wait(program.communicate("from above"));
    expect(String(stdout)).toBe("from above\nin stdout\n");
    expect(String(stderr)).toBe("in stderr\n");
  });
});

describe("both outputs in one pipe", () => {
  both("in the order in which they are written, however often it changes", function* ({ wait }) {
    const script = "for i in 1 2 3 4 5 6 7 8 9; do echo out$i; echo err$i >&2; done";
    const process = yield* wait(createSubprocessShell(script, { stdout: PIPE, stderr: STDOUT }));
    const [stdout] = yield* wait(process.communicate());
    const lines = Array.from({ length: 9 }, (_, i) => `out${i + 1}\nerr${i + 1}\n`);
    expect(String(stdout)).toBe(lines.join(""));
  });

  both("much, with a slow reader", function* ({ wait }) {
    const process = yield* wait(
      sh("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2", { stdout: PIPE, stderr: STDOUT }),
    );
    let length = 0;
    for (;;) {
      const chunk = yield* wait(process.stdout!.read(10_000));
      if (chunk.length === 0) break;
      length += chunk.length;
    }
    expect(length).toBe(6_000_000);
    expect(yield* wait(process.wait())).toBe(0);
  });

  both("where they are dropped, both are", function* ({ wait }) {
    const process = yield* wait(sh(noise, { stdout: DEVNULL, stderr: STDOUT }));
    expect(yield* wait(process.communicate())).toEqual([null, null]);
  });
});

describe("streams of this program", () => {
  both("the output of one is the input of the next", function* ({ wait }) {
    const numbers = yield* wait(createSubprocessExec("seq", ["100000"], { stdout: PIPE }));
    const evens = yield* wait(
      createSubprocessExec("grep", ["[02468]$"], { stdin: numbers.stdout!, stdout: PIPE }),
    );
    const count = yield* wait(createSubprocessExec("wc", ["-l"], { stdin: evens.stdout!, stdout: PIPE }));
    expect(count.stdin).toBe(null);
    expect(String((yield* wait(count.communicate()))[0]).trim()).toBe("50000");
    expect(yield* wait(numbers.wait())).toBe(0);
    expect(yield* wait(evens.wait())).toBe(0);
  });

  both("what was read before stays read, the rest is passed on", function* ({ wait }) {
    const numbers = yield* wait(createSubprocessExec("seq", ["5"], { stdout: PIPE }));
    expect(String(yield* wait(numbers.stdout!.readLine()))).toBe("1\n");
    const rest = yield* wait(createSubprocessExec("cat", [], { stdin: numbers.stdout!, stdout: PIPE }));
    expect(String((yield* wait(rest.communicate()))[0])).toBe("2\n3\n4\n5\n");
  });

  both("whoever feeds one that has ended is told", function* ({ wait }) {
    const endless = yield* wait(createSubprocessExec("yes", [], { stdout: PIPE, stderr: DEVNULL }));
    const head = yield* wait(
      createSubprocessExec("head", ["-n", "2"], { stdin: endless.stdout!, stdout: PIPE }),
    );
    expect(String((yield* wait(head.communicate()))[0])).toBe("y\ny\n");
    // It ends because nobody reads, with the code of a failed write.
    expect(yield* wait(endless.wait())).not.toBe(0);
  });

  both("to a connection, which stays open", function* ({ wait }) {
    const path = temporaryPath("socket");
    const server = yield* wait(
      startUnixServer(function* (connection) {
        const process = yield* sh("cat; echo bad >&2", {
          stdin: PIPE,
          stdout: connection.writer,
          stderr: connection.writer,
        });
        yield* process.communicate("for you\n");
        yield* connection.writer.write("and more\n");
      }, path),
    );
    const { reader } = yield* wait(openUnixConnection(path));
    expect(String(yield* wait(reader.read()))).toBe("for you\nbad\nand more\n");
    server.close();
    yield* wait(server.waitClosed());
  });

  both("the end of the scope passes on what was written", function* ({ wait, fn }) {
    const target = yield* wait(createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE }));
    // Somebody must take it: the pipes on the way do not hold it all.
    const reading = createTask(() => target.stdout!.read());
    yield* wait(
      cancelScope(
        fn(function* () {
          const source = yield* wait(sh("head -c 500000 /dev/zero", { stdout: target.stdin! }));
          yield* wait(source.wait());
        }),
      ),
    );
    target.stdin!.close();
    expect((yield* wait(reading.join())).length).toBe(500_000);
  });

  for (const grace of [0, 1]) {
    both(`and what the system still held, with a grace of ${grace} too`, function* ({ wait, fn }) {
      const written = temporaryPath("written");
      const target = yield* wait(createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE }));
      const reading = createTask(() => target.stdout!.read());
      yield* wait(
        cancelScope(
          fn(function* () {
            // Both its streams, and it does not end by itself.
            const script = `echo one; echo two >&2; : > ${written}; exec sleep 1000`;
            yield* wait(sh(script, { stdout: target.stdin!, stderr: target.stdin!, grace }));
            // No turn of the host passes meanwhile, so nothing of it was read when the scope ends.
            while (!existsSync(written));
          }),
        ),
      );
      target.stdin!.close();
      expect(
        String(yield* wait(reading.join()))
          .split("\n")
          .toSorted(),
      ).toEqual(["", "one", "two"]);
    });
  }
});
