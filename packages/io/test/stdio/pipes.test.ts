// Pipes that are there already: named ones, descriptors, sockets.
import { execFileSync } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { call, cancelScope, createTask, run, sleep, TaskCancelledError } from "corio";
import { describe, expect, test } from "vitest";
import { connectReadPipe, connectWritePipe, PIPE, PipeError } from "../../src/index.ts";
import { cancelAtWait } from "../support/cancel-at-wait.ts";
import { both, caught } from "../support/dialects.ts";
import { leavesNothing } from "../support/left-behind.ts";
import { fixture } from "../support/programs.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothing();

function fifo(): string {
  const path = temporaryPath("fifo");
  execFileSync("mkfifo", [path]);
  return path;
}

/** Both ends of a pipe. */
function pipe(): [read: number, write: number] {
  const path = fifo();
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return [read, openSync(path, "w")];
}

/** Reads what is there; 0 when nothing is. */
function readNow(fd: number, data: Buffer, at: number): number {
  try {
    return readSync(fd, data, at, data.length - at, null);
  } catch (error) {
    expect(error).toMatchObject({ code: "EAGAIN" });
    return 0;
  }
}

describe("descriptors", () => {
  both("reading (test_events EventLoopTestsMixin.test_read_pipe)", function* ({ wait }) {
    const [from, to] = pipe();
    const reader = yield* wait(connectReadPipe(from));
    writeSync(to, "1");
    expect(String(yield* wait(reader.readExactly(1)))).toBe("1");
    writeSync(to, "2345");
    expect(String(yield* wait(reader.readExactly(4)))).toBe("2345");
    expect(reader.atEof()).toBe(false);
    closeSync(to);
    expect(String(yield* wait(reader.read()))).toBe("");
    expect(reader.atEof()).toBe(true);
  });

  both("writing (test_events EventLoopTestsMixin.test_write_pipe)", function* ({ wait }) {
    const [from, to] = pipe();
    const writer = yield* wait(connectWritePipe(to));
    const data = Buffer.alloc(10);
    let length = 0;
    for (const text of ["1", "2345"]) {
      yield* wait(writer.write(text));
      for (const before = length; length < before + text.length;) {
        yield* wait(sleep(1));
        length += readNow(from, data, length);
      }
    }
    expect(data.toString("latin1", 0, length)).toBe("12345");
    writer.close();
    yield* wait(writer.waitClosed());
    // The end, not only nothing.
    expect(readSync(from, data)).toBe(0);
    closeSync(from);
  });

  both(
    "closed with their scope, whoever forgets them (test_events EventLoopTestsMixin.test_unclosed_pipe_transport)",
    function* ({ wait, fn }) {
      const [from, to] = pipe();
      yield* wait(
        cancelScope(
          fn(function* () {
            const reader = yield* wait(connectReadPipe(from));
            const writer = yield* wait(connectWritePipe(to));
            yield* wait(writer.write("x"));
            yield* wait(reader.read(1));
          }),
        ),
      );
      expect(() => fstatSync(from)).toThrow("EBADF");
      expect(() => fstatSync(to)).toThrow("EBADF");
    },
  );

  both("the end of the scope waits for what was written", function* ({ wait, fn }) {
    const [from, to] = pipe();
    const reader = yield* wait(connectReadPipe(from));
    const task = createTask(() => reader.read());
    yield* wait(
      cancelScope(
        fn(function* () {
          const writer = yield* wait(connectWritePipe(to));
          expect(writer.tryWrite("x".repeat(500_000))).toBe(true);
        }),
      ),
    );
    expect((yield* wait(task.join())).length).toBe(500_000);
  });

  both("a write waits for the reader; nobody reads any more", function* ({ wait }) {
    const [from, to] = pipe();
    const writer = yield* wait(connectWritePipe(to));
    const task = createTask(function* fill() {
      for (;;) yield* writer.write("x".repeat(10_000));
    });
    while (writer.statistics().waiting === 0) yield* wait(sleep(1));
    expect(writer.getWriteBufferSize()).toBeGreaterThan(64 * 1024);
    closeSync(from);
    expect(yield* caught(wait(task.join()))).toMatchObject({ name: "ConnectionResetError", code: "EPIPE" });
  });

  both(
    "a socket tells when the other side closes it (test_events EventLoopTestsMixin.test_write_pipe_disconnect_on_close)",
    function* ({ wait }) {
      const program = yield* wait(
        fixture("disconnected.ts", [], { stdin: PIPE, stdout: PIPE, stderr: PIPE }),
      );
      expect(String(yield* wait(program.stdout!.read(1)))).toBe("1");
      program.closePipe("stdout");
      expect(String(yield* wait(program.stderr!.read()))).toMatch(/^(closed|ConnectionResetError)\n$/);
      expect(yield* wait(program.wait())).toBe(0);
    },
  );

  both("not open, or no pipe", function* ({ wait }) {
    expect(yield* caught(wait(connectReadPipe(4000)))).toMatchObject({ name: "PipeError", code: "EBADF" });
    const path = temporaryPath("file");
    writeFileSync(path, "text");
    const fd = openSync(path, "r");
    const error = yield* caught(wait(connectReadPipe(fd)));
    expect(error).toMatchObject({ name: "PipeError", code: "ERR_NOT_A_PIPE" });
    expect((error as Error).message).toContain("@corio/files");
    // It was not taken over.
    closeSync(fd);
    for (const bad of [-1, 1.5, NaN])
      expect(yield* caught(wait(connectReadPipe(bad)))).toBeInstanceOf(RangeError);
    expect(yield* caught(wait(connectReadPipe(0, { limit: 0 })))).toBeInstanceOf(RangeError);
  });
});

describe("named pipes", () => {
  both("a reader and a writer wait for each other", function* ({ wait }) {
    const path = fifo();
    const reading = createTask(function* read() {
      const reader = yield* connectReadPipe(path);
      return String(yield* reader.read());
    });
    const writing = createTask(function* write() {
      const writer = yield* connectWritePipe(path);
      yield* writer.write("hello");
      writer.close();
      yield* writer.waitClosed();
    });
    yield* wait(writing.join());
    expect(yield* wait(reading.join())).toBe("hello");
  });

  both("cancelled before the other side came, nothing is left", function* ({ wait }) {
    for (const connect of [connectReadPipe, connectWritePipe]) {
      const task = createTask({ eager: true }, () => connect(fifo()));
      yield* wait(sleep(5));
      task.cancel();
      expect(yield* caught(wait(task.join()))).toBeInstanceOf(TaskCancelledError);
    }
  });

  both("lines, up to a limit", function* ({ wait }) {
    const [from, to] = pipe();
    writeSync(to, `short\n${"x".repeat(200)}\n`);
    const reader = yield* wait(connectReadPipe(from, { limit: 100 }));
    expect(String(yield* wait(reader.readLine()))).toBe("short\n");
    expect(yield* caught(wait(reader.readLine()))).toMatchObject({ name: "LimitOverrunError" });
    closeSync(to);
  });

  both("what cannot be opened", function* ({ wait }) {
    const missing = yield* caught(wait(connectReadPipe("/no/such/pipe")));
    expect(missing).toBeInstanceOf(PipeError);
    expect(missing).toMatchObject({ code: "ENOENT" });
    expect((missing as Error).message).toBe("Cannot read /no/such/pipe: it cannot be opened (ENOENT)");
    expect(yield* caught(wait(connectWritePipe("/tmp")))).toMatchObject({ code: "EISDIR" });
    const path = temporaryPath("file");
    writeFileSync(path, "text");
    expect(yield* caught(wait(connectReadPipe(path)))).toMatchObject({ code: "ERR_NOT_A_PIPE" });
    for (const bad of ["", "a\0b", null, {}]) {
      expect(yield* caught(wait(connectReadPipe(bad as never)))).toBeInstanceOf(TypeError);
    }
  });
});

describe("cancelled at each wait", () => {
  test("a program that writes and reads a named pipe", async () => {
    for (let n = 1; ; n++) {
      const path = fifo();
      const other = openSync(path, constants.O_RDWR);
      const { reached } = await run(() =>
        call(cancelAtWait, n, () =>
          call(function* () {
            const reader = yield* connectReadPipe(path);
            const writer = yield* connectWritePipe(path);
            yield* writer.write("hello\n");
            yield* reader.readLine();
            writer.close();
            yield* writer.waitClosed();
          }),
        ),
      );
      closeSync(other);
      if (!reached) break;
      expect(n).toBeLessThan(100);
    }
  });
});
