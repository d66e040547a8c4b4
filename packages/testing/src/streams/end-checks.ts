// Checks: how streams end, one direction or all of it.

import { pattern } from "./data-checks.ts";
import { type CheckDefinition, same, sinkOf, sourceOf, textOf, wrong } from "./tools.ts";

export const endChecks: readonly CheckDefinition[] = [
  {
    name: "the end comes behind the last byte, and stays",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      yield* t.wait(sinkOf(near).write("all there is"));
      yield* t.end(near);
      same(yield* t.rest(source), "all there is", "read()");
      for (const most of [1, 100, -1])
        same((yield* t.wait(source.read(most))).length, 0, "A read at the end");
      if (source.atEof !== undefined) same(source.atEof(), true, "atEof()");
    },
  },
  {
    name: "a stream may be empty",
    *steps(t, { near, far }) {
      const reading = yield* t.begin("reader", () => t.wait(sourceOf(far).read(10)));
      yield* t.end(near);
      same((yield* t.wait(reading.join())).length, 0, "Bytes of an empty stream");
    },
  },
  {
    name: "readExactly at the end fails with what there was, and takes it",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      yield* t.wait(sinkOf(near).write("short"));
      yield* t.end(near);
      const error = (yield* t.failure(
        t.wait(source.readExactly(10)),
        "readExactly past the end",
      )) as Error & {
        partial: Uint8Array;
        expected: number;
      };
      same([textOf(error.partial), error.expected], ["short", 10], "error.partial and error.expected");
      same((yield* t.wait(source.read(10))).length, 0, "Bytes that are left");
      same((yield* t.wait(source.readExactly(0))).length, 0, "readExactly(0) at the end");
    },
  },
  {
    name: "close sends what was written before",
    *steps(t, { near, far }) {
      const bytes = pattern(600_000);
      const closing = yield* t.begin("writer", function* () {
        yield* t.wait(sinkOf(near).write(bytes));
        yield* t.close(near);
      });
      const read = yield* t.wait(sourceOf(far).read());
      yield* t.wait(closing.join());
      if (!Buffer.from(read).equals(bytes))
        wrong(`Of ${bytes.length} bytes, ${read.length} have come, or other ones`);
    },
  },
  {
    name: "close sends also what still waits",
    *steps(t, { near, far }) {
      const bytes = pattern(4_000_000);
      const writing = yield* t.begin("writer", function* () {
        try {
          yield* t.wait(sinkOf(near).write(bytes));
        } catch (error) {
          // It was taken, and need not be waited for any more.
          if (!t.saysClosed(error)) throw error;
        }
      });
      const closing = yield* t.begin("closer", () => t.close(near));
      const read = yield* t.wait(sourceOf(far).read());
      yield* t.wait(closing.join());
      yield* t.wait(writing.join());
      if (!Buffer.from(read).equals(bytes)) {
        wrong(`Of ${bytes.length} bytes, ${read.length} have come, or other ones`);
      }
    },
  },
  {
    name: "close may be called again; then nothing is written or read any more",
    *steps(t, { near, far }) {
      const writer = sinkOf(near);
      if (writer.isClosing !== undefined) same(writer.isClosing(), false, "isClosing() before");
      const reading = yield* t.begin("reader", () => t.rest(sourceOf(far)));
      yield* t.close(near);
      yield* t.close(near);
      if (writer.isClosing !== undefined) same(writer.isClosing(), true, "isClosing() after");
      if (writer.waitClosed !== undefined) yield* t.wait(writer.waitClosed());
      same(yield* t.wait(reading.join()), "", "What the other end reads");
      yield* t.failsClosed(t.wait(writer.write("more")), "A write after close");
      if (near.reader) yield* t.failsClosed(t.wait(near.reader.read(1)), "A read after close");
    },
  },
  {
    name: "one direction ends, the other goes on",
    fits: ({ bidirectional, halfClose }) => bidirectional && halfClose,
    *steps(t, { near, far }) {
      const writer = sinkOf(near);
      yield* t.wait(writer.write("question"));
      yield* t.settle(writer.writeEof!());
      yield* t.settle(writer.writeEof!());
      same(yield* t.rest(sourceOf(far)), "question", "What the far end reads");
      yield* t.failsClosed(t.wait(writer.write("more")), "A write after writeEof");
      const answer = pattern(300_000);
      const answering = yield* t.begin("answer", function* () {
        yield* t.wait(sinkOf(far).write(answer));
        yield* t.settle(sinkOf(far).writeEof!());
      });
      const read = yield* t.wait(sourceOf(near).read());
      yield* t.wait(answering.join());
      if (!Buffer.from(read).equals(answer)) wrong("The answer is not what was written");
      yield* t.close(near);
      yield* t.close(far);
    },
  },
  {
    name: "writeEof ends the direction, twice or once",
    fits: ({ bidirectional, halfClose }) => !bidirectional && halfClose,
    *steps(t, { near, far }) {
      const writer = sinkOf(near);
      yield* t.wait(writer.write("all"));
      yield* t.settle(writer.writeEof!());
      yield* t.settle(writer.writeEof!());
      same(yield* t.rest(sourceOf(far)), "all", "What was read");
      yield* t.failsClosed(t.wait(writer.write("more")), "A write after writeEof");
    },
  },
  {
    name: "both ends may end at the same time",
    bothWays: true,
    fits: ({ bidirectional, halfClose }) => bidirectional && halfClose,
    *steps(t, { near, far }) {
      for (const [end, text] of [
        [near, "from near"],
        [far, "from far"],
      ] as const) {
        yield* t.wait(sinkOf(end).write(text));
        yield* t.settle(sinkOf(end).writeEof!());
      }
      same(
        [yield* t.rest(sourceOf(near)), yield* t.rest(sourceOf(far))],
        ["from far", "from near"],
        "What was read",
      );
      yield* t.close(far);
      yield* t.close(near);
    },
  },
];
