// Checks: lines and separators.

import { seededRandom } from "../seeded-random.ts";
import { pieces } from "./data-checks.ts";
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

const lines: CheckDefinition["fits"] = ({ lines: has }) => has;

function* line(t: Tools, source: StreamSource): Steps<string> {
  return textOf(yield* t.wait(source.readLine!()));
}

/** Reads in one of all ways, and compares with what is to come. Returns how much was read. */
function* anyRead(t: Tools, source: StreamSource, rest: string, random: () => number): Steps<number> {
  const count = 1 + Math.floor(random() * 40);
  const way = Math.floor(random() * 4);
  const wanted = (end: number): string => (end === 0 ? rest : rest.slice(0, end));
  if (way === 0) {
    const text = textOf(yield* t.wait(source.read(count)));
    if (text.length > count || (text === "" && rest !== ""))
      wrong(`read(${count}) gave ${text.length} bytes`);
    same(text, rest.slice(0, text.length), `read(${count})`);
    return text.length;
  }
  if (way === 1) {
    const text = yield* line(t, source);
    same(text, wanted(rest.indexOf("\n") + 1), "readLine()");
    return text.length;
  }
  const exactly = way === 2;
  const enough = exactly ? rest.length >= count : rest.includes(";");
  const begun = exactly ? source.readExactly(count) : source.readUntil!(";");
  if (enough) {
    const text = textOf(yield* t.wait(begun));
    same(
      text,
      exactly ? rest.slice(0, count) : wanted(rest.indexOf(";") + 1),
      exactly ? `readExactly(${count})` : "readUntil",
    );
    return text.length;
  }
  const error = yield* t.failure(t.wait(begun), "A read past the end");
  same(
    textOf((error as unknown as { partial: Uint8Array }).partial),
    rest,
    "What there was at the end (error.partial)",
  );
  return rest.length;
}

export const lineChecks: readonly CheckDefinition[] = [
  {
    name: "readLine gives lines with their ends, the rest at the end, then nothing",
    fits: lines,
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      for (const text of ["one\ntw", "o\n\n", "last"]) yield* t.wait(sinkOf(near).write(text));
      yield* t.end(near);
      for (const wanted of ["one\n", "two\n", "\n", "last", "", ""]) {
        same(yield* line(t, source), wanted, "readLine()");
      }
    },
  },
  {
    name: "the iteration gives lines, and leaving early loses none",
    fits: lines,
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      yield* t.wait(sinkOf(near).write("one\ntwo\nthree\nfour"));
      yield* t.end(near);
      const next = function* (iterator: AsyncIterator<Uint8Array>): Steps<string | null> {
        const { done, value } = (yield* t.wait(iterator.next() as never)) as IteratorResult<Uint8Array>;
        return done === true ? null : textOf(value);
      };
      const first = source[Symbol.asyncIterator]!();
      same([yield* next(first), yield* next(first)], ["one\n", "two\n"], "The first lines");
      if (first.return !== undefined) yield* t.settle(first.return());
      const second = source[Symbol.asyncIterator]!();
      same(
        [yield* next(second), yield* next(second), yield* next(second)],
        ["three\n", "four", null],
        "The lines left",
      );
    },
  },
  {
    name: "readUntil finds a separator that comes in pieces, and of several the one that ends first",
    fits: lines,
    *steps(t, { near, far }) {
      const [writer, source] = [sinkOf(near), sourceOf(far)];
      const reading = yield* t.begin("reader", () => t.wait(source.readUntil!("\r\n\r\n")));
      for (const text of ["head\r", "\n", "\r\r\n", "\r", "\nbody"]) yield* t.wait(writer.write(text));
      same(textOf(yield* t.wait(reading.join())), "head\r\n\r\r\n\r\n", "readUntil of a long separator");
      yield* t.wait(writer.write("-a,b;;c"));
      same(textOf(yield* t.wait(source.readUntil!([";;", ",", "a"]))), "body-a", "readUntil of several");
      same(textOf(yield* t.wait(source.readUntil!([";;", ","]))), ",", "readUntil of several");
      same(
        textOf(yield* t.wait(source.readUntil!([";;", ";"]))),
        "b;",
        "readUntil where one is a part of another",
      );
      same(yield* t.text(source, 2), ";c", "What is left");
    },
  },
  {
    name: "readUntil at the end fails with what there was, and takes it",
    fits: lines,
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      yield* t.wait(sinkOf(near).write("no end"));
      yield* t.end(near);
      const error = yield* t.failure(t.wait(source.readUntil!(";")), "readUntil without a separator");
      same(textOf((error as unknown as { partial: Uint8Array }).partial), "no end", "error.partial");
      same((yield* t.wait(source.read(10))).length, 0, "Bytes that are left");
    },
  },
  {
    name: "a line longer than the limit is an error that takes nothing",
    fits: ({ lines: has, limit }) => has && limit !== null,
    *steps(t, { near, far }) {
      const limit = t.capabilities.limit!;
      const source = sourceOf(far);
      const long = `${"x".repeat(limit + 1)}\nshort\n`;
      const writing = yield* t.begin("writer", function* () {
        yield* t.wait(sinkOf(near).write(long));
        yield* t.end(near);
      });
      const error = yield* t.failure(t.wait(source.readUntil!("\n")), "readUntil past the limit");
      const { consumed } = error as unknown as { consumed: number };
      if (!(consumed > 0))
        wrong(`The error of a line that is too long tells how much there is (consumed), not ${consumed}`);
      same(yield* t.rest(source), long, "What is there afterwards");
      yield* t.wait(writing.join());
    },
  },
  {
    name: "reads of all kinds, mixed at random, give the same bytes",
    fits: lines,
    *steps(t, { near, far }) {
      const random = seededRandom(20_250_101);
      const text = Array.from({ length: 6000 }, () => "abcdef;\n"[Math.floor(random() ** 0.4 * 8)]).join("");
      const writing = yield* t.begin("writer", function* () {
        for (const piece of pieces(Buffer.from(text), 200, random)) yield* t.wait(sinkOf(near).write(piece));
        yield* t.end(near);
      });
      let rest = text;
      while (rest !== "") rest = rest.slice(yield* anyRead(t, sourceOf(far), rest, random));
      yield* t.wait(writing.join());
      same((yield* t.wait(sourceOf(far).read(1))).length, 0, "Bytes behind the end");
    },
  },
];
