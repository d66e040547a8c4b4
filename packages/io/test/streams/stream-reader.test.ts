// StreamReader, fed by hand: asyncio's sentences on reading, and its tests.
import { BusyResourceError, checkpoint, forEach, moveOnAfter, run, taskGroup, type TaskGroup } from "corio";
import { describe, expect, test } from "vitest";
import { IncompleteReadError, LimitOverrunError, StreamReader } from "../../src/index.ts";
import { bothSimulated, caught, type Dialect } from "../support/dialects.ts";

const data = "line1\nline2\nline3\n";

type Steps<T> = Generator<unknown, T, unknown>;

/** Runs a body beside a task that feeds the reader, once the body waits. */
function* whileFed({ wait, fn }: Dialect, feed: () => void, body: () => Steps<unknown>): Steps<void> {
  yield* wait(
    taskGroup(
      fn(function* (group: TaskGroup) {
        group.spawn(fn(body));
        yield* wait(checkpoint());
        yield* wait(checkpoint());
        feed();
      }),
    ),
  );
}

const fed = (...chunks: string[]): StreamReader => fedWith({}, ...chunks);

function fedWith(options: { limit?: number }, ...chunks: string[]): StreamReader {
  const reader = new StreamReader(options);
  for (const chunk of chunks) reader.feedData(Buffer.from(chunk));
  return reader;
}

const buffered = (reader: StreamReader): number => reader.statistics().buffered;

describe("what is fed", () => {
  test("nothing is nothing (test_streams StreamTests.test_feed_empty_data)", () => {
    expect(buffered(fed(""))).toBe(0);
  });

  test("waits to be read (test_streams StreamTests.test_feed_nonempty_data)", () => {
    expect(fed(data).statistics()).toEqual({ buffered: 18, received: 18, limit: 65_536, paused: false });
  });

  test("after the end is a mistake", () => {
    const reader = fed("a");
    reader.feedEof();
    expect(() => reader.feedData(Buffer.from("b"))).toThrow(RangeError);
  });

  test("needs a limit of one byte at least (test_streams StreamTests.test_invalid_limit)", () => {
    for (const limit of [0, -1, Number.NaN]) expect(() => new StreamReader({ limit })).toThrow(/limit/);
  });
});

describe("read", () => {
  bothSimulated(
    "of no bytes gives none at once, and takes none (ST1) (test_streams StreamTests.test_read_zero)",
    function* ({ wait }) {
      const reader = fed(data);
      expect(yield* wait(reader.read(0))).toHaveLength(0);
      expect(buffered(reader)).toBe(18);
    },
  );

  bothSimulated(
    "gives what comes as soon as it comes (ST1) (test_streams StreamTests.test_read)",
    function* (dialect) {
      const reader = fed();
      yield* whileFed(
        dialect,
        () => reader.feedData(Buffer.from(data)),
        function* () {
          expect(String(yield* dialect.wait(reader.read(30)))).toBe(data);
          expect(buffered(reader)).toBe(0);
        },
      );
    },
  );

  bothSimulated(
    "takes no more than it was asked for (test_streams StreamTests.test_read_line_breaks)",
    function* ({ wait }) {
      const reader = fed("line1", "line2");
      expect(String(yield* wait(reader.read(5)))).toBe("line1");
      expect(buffered(reader)).toBe(5);
    },
  );

  bothSimulated("joins small chunks, up to what it was asked for (ST1)", function* ({ wait }) {
    const reader = fed("line1", "line2", "line3");
    expect(String(yield* wait(reader.read(12)))).toBe("line1line2li");
    expect(String(yield* wait(reader.read(12)))).toBe("ne3");
  });

  bothSimulated("of more than came waits for no more, cut into pieces (ST1)", function* (dialect) {
    const reader = fed();
    yield* whileFed(
      dialect,
      () => reader.feedData(Buffer.from("abcdef")),
      function* () {
        for (const piece of ["ab", "cd", "ef"])
          expect(String(yield* dialect.wait(reader.read(2)))).toBe(piece);
      },
    );
  });

  bothSimulated("into memory of the caller's takes as much as is there and fits", function* (dialect) {
    const { wait } = dialect;
    const reader = fed("line1", "line2", "line3");
    const memory = Buffer.alloc(12);
    expect(yield* wait(reader.readInto(memory))).toBe(12);
    expect(String(memory)).toBe("line1line2li");
    expect(yield* wait(reader.readInto(new Uint8Array(memory.buffer, memory.byteOffset, 8)))).toBe(3);
    expect(String(memory)).toBe("ne3e1line2li");
    yield* whileFed(
      dialect,
      () => {
        for (const chunk of ["ab", "cdefghijklmnop"]) reader.feedData(Buffer.from(chunk));
        reader.feedEof();
      },
      function* () {
        expect(yield* wait(reader.readInto(memory))).toBe(2);
        expect(yield* wait(reader.readInto(memory))).toBe(12);
        expect(String(memory)).toBe("cdefghijklmn");
        expect(yield* wait(reader.readInto(new Uint8Array()))).toBe(0);
        expect(yield* wait(reader.readInto(memory))).toBe(2);
        expect(yield* wait(reader.readInto(memory))).toBe(0);
      },
    );
  });

  bothSimulated("into memory, cancelled, leaves it as it was and takes nothing", function* (dialect) {
    const { wait, fn } = dialect;
    const reader = fed();
    const memory = Buffer.from("....");
    yield* wait(
      moveOnAfter(
        1,
        fn(() => wait(reader.readInto(memory))),
      ),
    );
    reader.feedData(Buffer.from("abcd"));
    expect(String(memory)).toBe("....");
    expect(yield* wait(reader.readInto(memory))).toBe(4);
  });

  test("into what is no memory of bytes is a mistake", () => {
    for (const bad of [undefined, null, "text", 4, [], new ArrayBuffer(4), new Uint16Array(4)])
      expect(() => fed().readInto(bad as never)).toThrow(/Cannot read into .*Uint8Array/);
  });

  bothSimulated(
    "at the end gives nothing (ST1) (test_streams StreamTests.test_read_eof)",
    function* (dialect) {
      const reader = fed();
      yield* whileFed(
        dialect,
        () => reader.feedEof(),
        function* () {
          expect(yield* dialect.wait(reader.read(1024))).toHaveLength(0);
          expect(yield* dialect.wait(reader.read(1024))).toHaveLength(0);
        },
      );
    },
  );

  bothSimulated(
    "to the end collects everything (ST2) (test_streams StreamTests.test_read_until_eof)",
    function* (dialect) {
      const reader = fed();
      yield* whileFed(
        dialect,
        () => {
          reader.feedData(Buffer.from("chunk1\n"));
          reader.feedData(Buffer.from("chunk2"));
          reader.feedEof();
        },
        function* () {
          expect(String(yield* dialect.wait(reader.read(-1)))).toBe("chunk1\nchunk2");
          expect(buffered(reader)).toBe(0);
          expect(yield* dialect.wait(reader.read())).toHaveLength(0);
        },
      );
    },
  );

  bothSimulated(
    "fails with the error of its source (test_streams StreamTests.test_read_exception)",
    function* ({ wait }) {
      const reader = fed("line\n");
      expect(String(yield* wait(reader.read(2)))).toBe("li");
      const error = new Error("broken");
      reader.setException(error);
      expect(yield* caught(wait(reader.read(2)))).toBe(error);
    },
  );

  bothSimulated(
    "may give more than the limit (test_streams StreamTests.test_read_limit)",
    function* ({ wait }) {
      const reader = fedWith({ limit: 3 }, "chunk");
      expect(String(yield* wait(reader.read(5)))).toBe("chunk");
      expect(buffered(reader)).toBe(0);
    },
  );

  test("of no number is a mistake", () => {
    expect(() => fed().read(Number.NaN)).toThrow(RangeError);
    expect(() => fed().read("3" as never)).toThrow(RangeError);
    // Half a byte would look like the end.
    expect(() => fed().read(0.5)).toThrow(RangeError);
  });

  test("gives views, not copies", () => {
    const chunk = Buffer.from("abcd");
    const reader = new StreamReader();
    reader.feedData(chunk);
    const steps = reader.read(2) as unknown as { attempt(): boolean; value: Buffer };
    expect(steps.attempt()).toBe(true);
    expect(steps.value.buffer).toBe(chunk.buffer);
  });
});

describe("readLine", () => {
  bothSimulated(
    "waits for the end of the line (test_streams StreamTests.test_readline)",
    function* (dialect) {
      const reader = fed("chunk1 ");
      yield* whileFed(
        dialect,
        () => {
          reader.feedData(Buffer.from("chunk2 "));
          reader.feedData(Buffer.from("chunk3 "));
          reader.feedData(Buffer.from("\n chunk4"));
        },
        function* () {
          expect(String(yield* dialect.wait(reader.readLine()))).toBe("chunk1 chunk2 chunk3 \n");
          expect(buffered(reader)).toBe(7);
        },
      );
    },
  );

  bothSimulated(
    "over the limit throws and discards nothing (ST6: better) (test_streams StreamTests.test_readline_limit_with_existing_data: better)",
    function* ({ wait }) {
      const reader = fedWith({ limit: 3 }, "li", "ne1\nline2\n");
      const error = yield* caught(wait(reader.readLine()));
      expect(error).toBeInstanceOf(LimitOverrunError);
      expect((error as LimitOverrunError).consumed).toBe(5);
      expect(buffered(reader)).toBe(12);
      // What it says can be taken away, and the reader stands behind it.
      yield* wait(reader.readExactly(5));
      expect(String(yield* wait(reader.read(2)))).toBe("\nl");

      const endless = fedWith({ limit: 3 }, "li", "ne1", "li");
      expect(yield* caught(wait(endless.readLine()))).toBeInstanceOf(LimitOverrunError);
      expect(buffered(endless)).toBe(7);
    },
  );

  bothSimulated(
    "holds its limit strictly, also while it waits (ST6: better) (test_streams StreamTests.test_readline_limit: better)",
    function* (dialect) {
      const { wait } = dialect;
      const reader = fedWith({ limit: 7 });
      yield* whileFed(
        dialect,
        () => {
          reader.feedData(Buffer.from("chunk1"));
          reader.feedData(Buffer.from("chunk2"));
          reader.feedData(Buffer.from("chunk3\n"));
          reader.feedEof();
        },
        function* () {
          expect(yield* caught(wait(reader.readLine()))).toBeInstanceOf(LimitOverrunError);
          expect(buffered(reader)).toBe(19);
        },
      );
      const strict = fedWith({ limit: 7 }, "1234567\n");
      expect(String(yield* wait(strict.readLine()))).toBe("1234567\n");
      strict.feedData(Buffer.from("12345678\n"));
      expect(yield* caught(wait(strict.readLine()))).toMatchObject({
        code: "ERR_LIMIT_OVERRUN",
        consumed: 8,
      });
      yield* wait(strict.readExactly(9));
      strict.feedData(Buffer.from("12345678"));
      expect(yield* caught(wait(strict.readLine()))).toMatchObject({ consumed: 8 });
    },
  );

  bothSimulated(
    "takes a line that is there at once (test_streams StreamTests.test_readline_nolimit_nowait)",
    function* ({ wait }) {
      const reader = fed(data.slice(0, 6), data.slice(6));
      expect(String(yield* wait(reader.readLine()))).toBe("line1\n");
      expect(buffered(reader)).toBe(12);
    },
  );

  bothSimulated(
    "at the end gives what is left (ST7) (test_streams StreamTests.test_readline_eof)",
    function* ({ wait }) {
      const reader = fed("some data");
      reader.feedEof();
      expect(String(yield* wait(reader.readLine()))).toBe("some data");
    },
  );

  bothSimulated(
    "at the end of nothing gives nothing (test_streams StreamTests.test_readline_empty_eof)",
    function* ({ wait }) {
      const reader = fed();
      reader.feedEof();
      expect(yield* wait(reader.readLine())).toHaveLength(0);
    },
  );

  bothSimulated(
    "goes with read (test_streams StreamTests.test_readline_read_byte_count)",
    function* ({ wait }) {
      const reader = fed(data);
      yield* wait(reader.readLine());
      expect(String(yield* wait(reader.read(7)))).toBe("line2\nl");
      expect(buffered(reader)).toBe(5);
    },
  );

  bothSimulated(
    "fails with the error of its source (ST11) (test_streams StreamTests.test_readline_exception)",
    function* ({ wait }) {
      const reader = fed("line\n", "more\n");
      expect(String(yield* wait(reader.readLine()))).toBe("line\n");
      const error = new Error("broken");
      reader.setException(error);
      // Although there is a line.
      expect(yield* caught(wait(reader.readLine()))).toBe(error);
      expect(yield* caught(wait(reader.readLine()))).toBe(error);
    },
  );
});

describe("readUntil", () => {
  test("needs separators of one byte at least (test_streams StreamTests.test_readuntil_separator)", () => {
    for (const separator of ["", [""], new Uint8Array(0), []]) {
      expect(() => fed().readUntil(separator)).toThrow(RangeError);
    }
  });

  bothSimulated(
    "takes the separator with it (test_streams StreamTests.test_readuntil_multi_chunks)",
    function* ({ wait }) {
      const reader = fed();
      for (let i = 0; i < 2; i++) {
        reader.feedData(Buffer.from("lineAAA"));
        expect(String(yield* wait(reader.readUntil("AAA")))).toBe("lineAAA");
        expect(buffered(reader)).toBe(0);
      }
      reader.feedData(Buffer.from("lineAAAxxx"));
      expect(String(yield* wait(reader.readUntil("AAA")))).toBe("lineAAA");
      expect(buffered(reader)).toBe(3);
    },
  );

  bothSimulated(
    "finds a separator that is split over chunks (ST8) (test_streams StreamTests.test_readuntil_multi_chunks_1)",
    function* ({ wait }) {
      for (const [chunks, expected] of [
        [["QWEaa", "XYaa", "a"], "QWEaaXYaaa"],
        [["QWEaa", "XYa", "aa"], "QWEaaXYaaa"],
        [["aaa"], "aaa"],
        [["Xaaa"], "Xaaa"],
        [["XXX", "a", "a", "a"], "XXXaaa"],
      ] as const) {
        const reader = fed(...chunks);
        expect(String(yield* wait(reader.readUntil("aaa")))).toBe(expected);
        expect(buffered(reader)).toBe(0);
      }
    },
  );

  bothSimulated(
    "at the end throws what there was (ST7) (test_streams StreamTests.test_readuntil_eof)",
    function* ({ wait }) {
      const reader = fed("some dataAA");
      reader.feedEof();
      const error = (yield* caught(wait(reader.readUntil("AAA")))) as IncompleteReadError;
      expect(error).toBeInstanceOf(IncompleteReadError);
      expect(error.code).toBe("ERR_INCOMPLETE_READ");
      expect(String(error.partial)).toBe("some dataAA");
      expect(error.expected).toBe(null);
      expect(buffered(reader)).toBe(0);
    },
  );

  bothSimulated(
    "over the limit throws and takes nothing (ST5) (test_streams StreamTests.test_readuntil_limit_found_sep)",
    function* ({ wait }) {
      const reader = fedWith({ limit: 3 }, "some dataAA");
      const first = (yield* caught(wait(reader.readUntil("AAA")))) as LimitOverrunError;
      expect(first).toBeInstanceOf(LimitOverrunError);
      expect(first.consumed).toBe(9);
      expect(buffered(reader)).toBe(11);
      reader.feedData(Buffer.from("A"));
      const second = (yield* caught(wait(reader.readUntil("AAA")))) as LimitOverrunError;
      expect(second.consumed).toBe(9);
      expect(second.message).toContain("9 bytes before its end");
      expect(buffered(reader)).toBe(12);
    },
  );

  bothSimulated(
    "of several separators takes the one that ends first (ST8) (test_streams StreamTests.test_readuntil_multi_separator)",
    function* ({ wait }) {
      const reader = fed("line 1\nline 2\r");
      expect(String(yield* wait(reader.readUntil(["\r", "\n"])))).toBe("line 1\n");
      expect(String(yield* wait(reader.readUntil(["\r", "\n"])))).toBe("line 2\r");
      reader.feedData(Buffer.from("ABCDEFG"));
      expect(String(yield* wait(reader.readUntil(["DEF", "BCDE"])))).toBe("ABCDE");
      expect(buffered(reader)).toBe(2);
    },
  );

  bothSimulated(
    "measures its limit by the separator found (ST8) (test_streams StreamTests.test_readuntil_multi_separator_limit)",
    function* ({ wait }) {
      const reader = fedWith({ limit: 3 }, "some dataA");
      const error = yield* caught(wait(reader.readUntil(["A", "ome dataA"])));
      expect(error).toBeInstanceOf(LimitOverrunError);
      expect(buffered(reader)).toBe(10);
    },
  );

  bothSimulated(
    "with separators longer than what is there (ST8) (test_streams StreamTests.test_readuntil_multi_separator_negative_offset)",
    function* (dialect) {
      const reader = fed("data");
      yield* whileFed(
        dialect,
        () => {
          reader.feedData(Buffer.from("Z"));
          reader.feedData(Buffer.from("Aaaa"));
        },
        function* () {
          expect(String(yield* dialect.wait(reader.readUntil(["A", "long sep"])))).toBe("dataZA");
          expect(buffered(reader)).toBe(3);
        },
      );
    },
  );

  bothSimulated(
    "takes bytes as separators (test_streams StreamTests.test_readuntil_bytearray)",
    function* ({ wait }) {
      const reader = fed("some data\r\n");
      expect(String(yield* wait(reader.readUntil(new Uint8Array([13, 10]))))).toBe("some data\r\n");
      expect(buffered(reader)).toBe(0);
    },
  );
});

describe("readExactly", () => {
  bothSimulated(
    "of no bytes gives none, of fewer is a mistake (ST3) (test_streams StreamTests.test_readexactly_zero_or_less)",
    function* ({ wait }) {
      const reader = fed(data);
      expect(yield* wait(reader.readExactly(0))).toHaveLength(0);
      expect(() => reader.readExactly(-1)).toThrow(RangeError);
      expect(() => reader.readExactly(1.5)).toThrow(RangeError);
      expect(buffered(reader)).toBe(18);
    },
  );

  bothSimulated("waits for all of it (test_streams StreamTests.test_readexactly)", function* (dialect) {
    const reader = fed();
    yield* whileFed(
      dialect,
      () => {
        for (let i = 0; i < 3; i++) reader.feedData(Buffer.from(data));
      },
      function* () {
        expect(String(yield* dialect.wait(reader.readExactly(36)))).toBe(data + data);
        expect(buffered(reader)).toBe(18);
      },
    );
  });

  bothSimulated(
    "may be more than the limit (ST4) (test_streams StreamTests.test_readexactly_limit)",
    function* ({ wait }) {
      const reader = fedWith({ limit: 3 }, "chunk");
      expect(String(yield* wait(reader.readExactly(5)))).toBe("chunk");
    },
  );

  bothSimulated(
    "at the end throws what there was, and empties the buffer (ST3) (test_streams StreamTests.test_readexactly_eof)",
    function* (dialect) {
      const reader = fed();
      yield* whileFed(
        dialect,
        () => {
          reader.feedData(Buffer.from(data));
          reader.feedEof();
        },
        function* () {
          const error = (yield* caught(dialect.wait(reader.readExactly(36)))) as IncompleteReadError;
          expect(error).toBeInstanceOf(IncompleteReadError);
          expect(String(error.partial)).toBe(data);
          expect(error.expected).toBe(36);
          expect(error.message).toBe("The stream ended after 18 bytes, before 36 bytes had come");
          expect(buffered(reader)).toBe(0);
        },
      );
    },
  );

  bothSimulated(
    "fails with the error of its source (test_streams StreamTests.test_readexactly_exception)",
    function* ({ wait }) {
      const reader = fed("line\n");
      expect(String(yield* wait(reader.readExactly(2)))).toBe("li");
      const error = new Error("broken");
      reader.setException(error);
      expect(yield* caught(wait(reader.readExactly(2)))).toBe(error);
    },
  );
});

describe("the end and the error", () => {
  bothSimulated(
    "atEof: the end has come, and all was read (test_streams StreamTests.test_at_eof)",
    function* ({ wait }) {
      const reader = fed();
      expect(reader.atEof()).toBe(false);
      reader.feedData(Buffer.from("some data\n"));
      expect(reader.atEof()).toBe(false);
      yield* wait(reader.readLine());
      expect(reader.atEof()).toBe(false);
      reader.feedData(Buffer.from("some data\n"));
      reader.feedEof();
      expect(reader.atEof()).toBe(false);
      yield* wait(reader.readLine());
      expect(reader.atEof()).toBe(true);
    },
  );

  test("exception: what was set (test_streams StreamTests.test_exception)", () => {
    const reader = fed();
    expect(reader.exception()).toBe(null);
    const error = new Error("broken");
    reader.setException(error);
    expect(reader.exception()).toBe(error);
  });

  bothSimulated(
    "an error wakes who reads (ST11) (test_streams StreamTests.test_exception_waiter)",
    function* (dialect) {
      const reader = fed();
      const error = new Error("broken");
      yield* whileFed(
        dialect,
        () => reader.setException(error),
        function* () {
          expect(yield* caught(dialect.wait(reader.readLine()))).toBe(error);
        },
      );
    },
  );

  bothSimulated(
    "an error after a cancelled read meets nobody (test_streams StreamTests.test_exception_cancel)",
    function* ({ wait, fn }) {
      const reader = fed();
      const { cancelled } = yield* wait(
        moveOnAfter(
          5,
          fn(function* () {
            yield* wait(reader.readLine());
          }),
        ),
      );
      expect(cancelled).toBe(true);
      reader.setException(new Error("message"));
      expect(reader.busy).toBe(false);
    },
  );
});

describe("who reads", () => {
  bothSimulated("a second reader is told who the first is (ST9: better)", function* ({ wait, fn }) {
    const reader = new StreamReader({ what: "the line to the moon" });
    yield* wait(
      taskGroup(
        fn(function* (group: TaskGroup) {
          const first = group.spawn(
            { name: "listener" },
            fn(function* () {
              return yield* wait(reader.readLine());
            }),
          );
          yield* wait(checkpoint());
          yield* wait(checkpoint());
          const error = (yield* caught(wait(reader.read(1)))) as Error;
          expect(error).toBeInstanceOf(BusyResourceError);
          expect(error.message).toContain(
            "Task listener is reading from the line to the moon already (readLine)",
          );
          // The first one is not disturbed.
          reader.feedData(Buffer.from("hello\n"));
          expect(String(yield* wait(first.join()))).toBe("hello\n");
        }),
      ),
    );
  });

  bothSimulated(
    "a cancelled read takes nothing, and the reader stays usable (ST10)",
    function* ({ wait, fn }) {
      const reader = fed();
      for (const read of [
        () => reader.readExactly(8),
        () => reader.readLine(),
        () => reader.readUntil("//"),
        () => reader.read(-1),
      ]) {
        const { cancelled } = yield* wait(
          moveOnAfter(
            10,
            fn(function* () {
              yield* wait(
                taskGroup(
                  fn(function* (group: TaskGroup) {
                    group.spawn(
                      fn(function* () {
                        reader.feedData(Buffer.from("ab"));
                      }),
                    );
                    yield* wait(read());
                  }),
                ),
              );
            }),
          ),
        );
        expect(cancelled).toBe(true);
      }
      expect(String(yield* wait(reader.read(100)))).toBe("abababab");
    },
  );

  bothSimulated(
    "bytes that came before the cancellation are the reader's: value wins (ST10)",
    function* ({ wait, fn }) {
      const reader = fed();
      let got: Buffer | null = null;
      const moved = yield* wait(
        moveOnAfter(
          Infinity,
          fn(function* (scope: { cancel(): boolean }) {
            yield* wait(
              taskGroup(
                fn(function* (group: TaskGroup) {
                  group.spawn(
                    fn(function* () {
                      yield* wait(checkpoint());
                      yield* wait(checkpoint());
                      reader.feedData(Buffer.from("abc"));
                      scope.cancel();
                    }),
                  );
                  got = yield* wait(reader.read(2));
                  yield* wait(checkpoint());
                }),
              ),
            );
          }),
        ),
      );
      expect(moved.cancelled).toBe(true);
      expect(String(got)).toBe("ab");
      expect(String(yield* wait(reader.read(2)))).toBe("c");
    },
  );
});

describe("iteration", () => {
  bothSimulated(
    "gives lines up to the end, and what is left at last (ST18) (test_pep492 StreamReaderTests.test_readline)",
    function* (dialect) {
      const reader = fed("line1\nli");
      const lines: string[] = [];
      yield* whileFed(
        dialect,
        () => {
          reader.feedData(Buffer.from("ne2\nline3"));
          reader.feedEof();
        },
        function* () {
          yield* dialect.wait(forEach(reader, (line) => void lines.push(String(line))));
        },
      );
      expect(lines).toEqual(["line1\n", "line2\n", "line3"]);
      // Once over, it stays over.
      yield* dialect.wait(forEach(reader, () => expect.unreachable()));
    },
  );

  test("by `for await`, which may be left and taken up again (ST18)", async () => {
    await run(async () => {
      const reader = fed(data, "rest");
      reader.feedEof();
      for await (const line of reader) {
        expect(String(line)).toBe("line1\n");
        break;
      }
      const lines: string[] = [];
      for await (const line of reader) lines.push(String(line));
      expect(lines).toEqual(["line2\n", "line3\n", "rest"]);
    });
  });

  bothSimulated("of chunks gives them as they come", function* ({ wait }) {
    const large = Buffer.alloc(20_000);
    const reader = fed("a", "b");
    reader.feedData(large);
    reader.feedEof();
    const chunks: Buffer[] = [];
    yield* wait(forEach(reader.chunks(), (chunk) => void chunks.push(chunk)));
    expect(chunks.map((chunk) => chunk.length)).toEqual([2, 20_000]);
    expect(chunks[1]).toBe(large);
  });

  bothSimulated("over the limit throws, and fails where the reader does", function* ({ wait }) {
    const reader = fedWith({ limit: 3 }, "ab\nlonger\n");
    const lines: string[] = [];
    const error = yield* caught(wait(forEach(reader, (line) => void lines.push(String(line)))));
    expect(error).toBeInstanceOf(LimitOverrunError);
    expect(lines).toEqual(["ab\n"]);
    const broken = fed("line\n");
    broken.setException(new Error("broken"));
    expect(yield* caught(wait(forEach(broken, () => expect.unreachable())))).toHaveProperty(
      "message",
      "broken",
    );
  });
});

describe("flow control", () => {
  function source(limit: number): { reader: StreamReader; log: string[]; feed: (count: number) => void } {
    const reader = new StreamReader({ limit });
    const log: string[] = [];
    reader.setSource({ pause: () => void log.push("pause"), resume: () => void log.push("resume") });
    return { reader, log, feed: (count) => reader.feedData(Buffer.alloc(count)) };
  }

  bothSimulated(
    "the source pauses above twice the limit, and goes on at the limit (ST12)",
    function* ({ wait }) {
      const { reader, log, feed } = source(10);
      feed(20);
      expect(log).toEqual([]);
      feed(1);
      expect(log).toEqual(["pause"]);
      expect(reader.statistics().paused).toBe(true);
      feed(5);
      expect(log).toEqual(["pause"]);
      yield* wait(reader.readExactly(15));
      expect(log).toEqual(["pause"]);
      yield* wait(reader.readExactly(1));
      expect(log).toEqual(["pause", "resume"]);
      expect(reader.statistics()).toMatchObject({ buffered: 10, paused: false });
    },
  );

  bothSimulated("a read of more than is there wakes a paused source (ST4)", function* (dialect) {
    const { reader, log, feed } = source(3);
    feed(7);
    expect(log).toEqual(["pause"]);
    yield* whileFed(
      dialect,
      () => {
        expect(log).toEqual(["pause", "resume"]);
        // While somebody waits for more, there is nothing to pause for.
        for (let i = 0; i < 13; i++) feed(1);
        expect(log).toEqual(["pause", "resume"]);
      },
      function* () {
        expect(yield* dialect.wait(reader.readExactly(20))).toHaveLength(20);
      },
    );
  });

  bothSimulated(
    "everything to the end comes without a deadlock, however little the limit (ST2)",
    function* (dialect) {
      const { reader, log, feed } = source(1);
      feed(100);
      yield* whileFed(
        dialect,
        () => {
          for (let i = 0; i < 9; i++) feed(100);
          reader.feedEof();
        },
        function* () {
          expect(yield* dialect.wait(reader.read())).toHaveLength(1000);
        },
      );
      expect(log).toEqual(["pause", "resume"]);
    },
  );

  bothSimulated("what is left over by a chunk for who waits pauses too", function* (dialect) {
    const { reader, log, feed } = source(10);
    yield* whileFed(
      dialect,
      () => feed(100),
      function* () {
        expect(yield* dialect.wait(reader.readExactly(50))).toHaveLength(50);
        expect(log).toEqual(["pause"]);
      },
    );
  });
});
