// Checks: what is written at one end is read at the other, all of it, in order, in whatever pieces.

import { seededRandom } from "../seeded-random.ts";
import {
  type CheckDefinition,
  same,
  sinkOf,
  sourceOf,
  type Steps,
  textOf,
  type Tools,
  wrong,
} from "./tools.ts";
import type { StreamSource } from "./types.ts";

/** So many bytes, none like the one before, the same each time. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
  return bytes;
}

/** Pieces of any size up to `most`. */
export function pieces(bytes: Buffer, most: number, random: () => number): Buffer[] {
  const list: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() * most);
    list.push(bytes.subarray(at, end));
    at = end;
  }
  return list;
}

/** Reads so many bytes in reads of any size. */
export function* readSome(t: Tools, source: StreamSource, bytes: number, most: number): Steps<Buffer> {
  const parts: Uint8Array[] = [];
  const random = seededRandom(most);
  for (let left = bytes; left > 0;) {
    const wanted = 1 + Math.floor(random() * most);
    const part = yield* t.wait(source.read(wanted));
    if (part.length === 0) wrong(`The stream ended ${left} bytes too early, of ${bytes}`);
    if (part.length > wanted) wrong(`read(${wanted}) gave ${part.length} bytes`);
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

export const dataChecks: readonly CheckDefinition[] = [
  {
    name: "what is written arrives, in order",
    *steps(t, { near, far }) {
      const writer = sinkOf(near);
      yield* t.wait(writer.write("hello "));
      yield* t.wait(writer.write(new Uint8Array()));
      yield* t.wait(writer.write(""));
      yield* t.wait(writer.write(Buffer.from("world")));
      same(yield* t.text(sourceOf(far), 11), "hello world", "What was read");
    },
  },
  {
    name: "text is written as UTF-8",
    *steps(t, { near, far }) {
      const text = "žluťoučký kůň 🐎";
      yield* t.wait(sinkOf(near).write(text));
      const bytes = yield* t.wait(sourceOf(far).readExactly(Buffer.byteLength(text)));
      same(Buffer.from(bytes).toString("utf8"), text, "What was read");
    },
  },
  {
    name: "read gives some of what is there, never more than was asked for; read(0) gives nothing at once",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      same((yield* t.wait(source.read(0))).length, 0, "read(0) before anything came");
      yield* t.wait(sinkOf(near).write("abcdefghij"));
      let text = "";
      while (text.length < 10) {
        const part = yield* t.wait(source.read(3));
        if (part.length < 1 || part.length > 3) wrong(`read(3) gave ${part.length} bytes`);
        text += textOf(part);
      }
      same(text, "abcdefghij", "What was read");
    },
  },
  {
    name: "readInto fills memory that is given, as far as there are bytes for it; 0 at the end",
    fits: ({ readInto }) => readInto,
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      same(yield* t.wait(source.readInto!(new Uint8Array())), 0, "readInto of no memory");
      const bytes = pattern(300_000);
      const writing = yield* t.begin("writer", function* () {
        for (const part of pieces(bytes, 70_000, seededRandom(2))) yield* t.wait(sinkOf(near).write(part));
        yield* t.end(near);
      });
      const read: Buffer[] = [];
      let left = bytes.length;
      const random = seededRandom(3);
      for (;;) {
        // Over memory of others, which must stay as it is.
        const memory = Buffer.alloc(2 + Math.floor(random() * 40_000), "x");
        const count = yield* t.wait(source.readInto!(memory.subarray(1, -1).fill("y")));
        if (memory[0] !== 0x78 || memory.at(-1) !== 0x78)
          wrong("readInto wrote beside the memory it was given");
        if (!memory.subarray(1 + count, -1).every((byte) => byte === 0x79))
          wrong(`readInto wrote more than the ${count} bytes it gave`);
        if (count === 0 && memory.length > 2) break;
        read.push(memory.subarray(1, 1 + count));
        left -= count;
        if (left < 0) wrong(`readInto gave ${-left} bytes more than were written`);
      }
      yield* t.wait(writing.join());
      if (!Buffer.concat(read).equals(bytes)) wrong("What was read is not what was written");
    },
  },
  {
    name: "the memory of a write that has gone out may be used again",
    fits: ({ writeLimits }) => writeLimits,
    *steps(t, { near, far }) {
      const writer = sinkOf(near);
      writer.setWriteBufferLimits!({ high: 0 });
      const bytes = pattern(400_000);
      const writing = yield* t.begin("writer", function* () {
        const memory = Buffer.alloc(65_536);
        for (const part of pieces(bytes, memory.length, seededRandom(4))) {
          yield* t.wait(writer.write(memory.subarray(0, part.copy(memory))));
          memory.fill(0);
        }
      });
      const read = yield* readSome(t, sourceOf(far), bytes.length, 50_000);
      yield* t.wait(writing.join());
      if (!read.equals(bytes)) wrong("What was read is not what was written");
    },
  },
  {
    name: "readExactly takes just so many, over however many writes, and leaves the rest",
    *steps(t, { near, far }) {
      const [writer, source] = [sinkOf(near), sourceOf(far)];
      same((yield* t.wait(source.readExactly(0))).length, 0, "readExactly(0)");
      for (const text of ["ab", "cdef", "g"]) yield* t.wait(writer.write(text));
      same(yield* t.text(source, 5), "abcde", "readExactly(5)");
      same(yield* t.text(source, 2), "fg", "readExactly(2)");
    },
  },
  {
    name: "many small writes arrive in order",
    *steps(t, { near, far }) {
      const bytes = pattern(500);
      for (const byte of bytes) yield* t.wait(sinkOf(near).write(Uint8Array.of(byte)));
      same(textOf(yield* readSome(t, sourceOf(far), 500, 7)), textOf(bytes), "What was read");
    },
  },
  {
    name: "a megabyte arrives byte for byte, whatever the sizes of the writes and reads",
    *steps(t, { near, far }) {
      const bytes = pattern(1024 * 1024);
      const parts = pieces(bytes, 100_000, seededRandom(1));
      const writing = yield* t.begin("writer", function* () {
        for (const part of parts) yield* t.wait(sinkOf(near).write(part));
      });
      const read = yield* readSome(t, sourceOf(far), bytes.length, 50_000);
      yield* t.wait(writing.join());
      if (!read.equals(bytes)) wrong("What was read is not what was written");
    },
  },
  {
    name: "more than the reader buffers can be asked for in one read",
    *steps(t, { near, far }) {
      const bytes = pattern(700_000);
      const writing = yield* t.begin("writer", () => t.wait(sinkOf(near).write(bytes)));
      const read = yield* t.wait(sourceOf(far).readExactly(bytes.length));
      yield* t.wait(writing.join());
      if (!Buffer.from(read).equals(bytes)) wrong("What was read is not what was written");
    },
  },
  {
    name: "writes of several tasks do not mix",
    *steps(t, { near, far }) {
      const size = 20_000;
      const tasks = ["a", "b", "c"].map(
        (letter) => () =>
          t.begin(`writer ${letter}`, function* () {
            for (let i = 0; i < 10; i++) yield* t.wait(sinkOf(near).write(letter.repeat(size)));
          }),
      );
      const writing = [];
      for (const begin of tasks) writing.push(yield* begin());
      const counts: Record<string, number> = {};
      for (let i = 0; i < 30; i++) {
        const record = yield* t.text(sourceOf(far), size);
        const [letter = ""] = record;
        if (record !== letter.repeat(size)) wrong("A write of one task stands inside another's");
        counts[letter] = (counts[letter] ?? 0) + 1;
      }
      for (const task of writing) yield* t.wait(task.join());
      same([counts["a"], counts["b"], counts["c"]], [10, 10, 10], "Records of each task");
    },
  },
  {
    name: "writeLines writes all, and adds nothing",
    fits: ({ writeLines }) => writeLines,
    *steps(t, { near, far }) {
      yield* t.wait(sinkOf(near).writeLines!(["one\n", Buffer.from("two"), "", "three\n"]));
      same(yield* t.text(sourceOf(far), 13), "one\ntwothree\n", "What was read");
    },
  },
  {
    name: "chunks gives the bytes as they come, and leaving early loses none",
    fits: ({ chunks }) => chunks,
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      yield* t.wait(sinkOf(near).write("the first piece"));
      const iterator = source.chunks!()[Symbol.asyncIterator]();
      const first = (yield* t.wait(iterator.next() as never)) as IteratorResult<Uint8Array>;
      if (first.done === true || first.value.length === 0) wrong("The first chunk should have bytes");
      yield* t.wait(sinkOf(near).write(" and more"));
      yield* t.end(near);
      same(textOf(first.value) + (yield* t.rest(source)), "the first piece and more", "What was read");
      const last = (yield* t.wait(
        source.chunks!()[Symbol.asyncIterator]().next() as never,
      )) as IteratorResult<unknown>;
      same(last.done, true, "The iteration at the end of the stream is over");
    },
  },
];
