// Checks: reads that wait, and what becomes of them when they are cancelled or something else happens.

import { checkpoint, timeout, TimeoutError } from "corio";
import { type CheckDefinition, same, sinkOf, sourceOf, textOf, wrong } from "./tools.ts";

export const waitChecks: readonly CheckDefinition[] = [
  {
    name: "a read waits until something comes",
    *steps(t, { near, far }) {
      const reading = yield* t.begin("reader", () => t.wait(sourceOf(far).read(100)));
      same(reading.done(), false, "A read of nothing is over");
      yield* t.wait(sinkOf(near).write("at last"));
      const text = textOf(yield* t.wait(reading.join()));
      same(text, "at last".slice(0, text.length), "What was read");
      if (text === "") wrong("A read that waited has given nothing");
    },
  },
  {
    name: "while one reads, a second read is refused; the first goes on",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      const reading = yield* t.begin("first reader", () => t.text(source, 4));
      const second = yield* t.begin("second reader", () =>
        t.failure(t.wait(source.read(1)), "A second read at the same time"),
      );
      if (!second.done()) wrong("A second read at the same time is not refused: it waits");
      same((yield* t.wait(second.join())).name, "BusyResourceError", "The error of a second read");
      yield* t.wait(sinkOf(near).write("abcdef"));
      same(yield* t.wait(reading.join()), "abcd", "What the first one read");
      same(yield* t.text(source, 2), "ef", "What is read next");
    },
  },
  {
    name: "a cancelled read takes nothing, also of what had come",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      yield* t.wait(sinkOf(near).write("abc"));
      for (const read of [
        () => source.readExactly(100),
        ...(t.capabilities.lines ? [() => source.readLine!(), () => source.readUntil!("END")] : []),
        () => source.read(),
      ]) {
        const reading = yield* t.begin("reader", () => t.wait(read()));
        if (reading.done()) yield* t.wait(reading.join());
        reading.cancel();
        yield* t.failure(t.wait(reading.join()), "The join of a cancelled read");
      }
      yield* t.wait(sinkOf(near).write("def"));
      same(yield* t.text(source, 6), "abcdef", "What is read afterwards");
    },
  },
  {
    name: "a read cancelled at any moment loses no byte",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      for (let moment = 0; moment < 24; moment++) {
        const text = `round ${moment} `;
        let read = "";
        const reading = yield* t.begin("reader", function* () {
          for (;;) read += yield* t.text(source, 3);
        });
        const writing = yield* t.begin("writer", function* () {
          for (const letter of text) yield* t.wait(sinkOf(near).write(letter));
        });
        for (let i = 0; i < moment; i++) yield* t.wait(checkpoint());
        reading.cancel();
        yield* t.failure(t.wait(reading.join()), "The join of a cancelled reader");
        yield* t.wait(writing.join());
        read += yield* t.text(source, text.length - read.length);
        same(read, text, `What was read, cancelled at moment ${moment}`);
      }
    },
  },
  {
    name: "a read can be given up after a time, and tried again",
    *steps(t, { near, far }) {
      const source = sourceOf(far);
      const error = yield* t.failure(t.wait(timeout(5, () => source.read(1))), "A read that times out");
      if (!(error instanceof TimeoutError)) throw error;
      yield* t.wait(sinkOf(near).write("x"));
      same(yield* t.text(source, 1), "x", "What is read afterwards");
    },
  },
  {
    name: "a read that waits ends when its own end is closed",
    *steps(t, { far }) {
      const reading = yield* t.begin("reader", () =>
        t.failsClosed(t.wait(sourceOf(far).read(1)), "A read whose end is closed"),
      );
      yield* t.close(far);
      yield* t.wait(reading.join());
    },
  },
];
