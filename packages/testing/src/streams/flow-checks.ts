// Checks: a writer that is faster than its reader waits, and both directions at once do not get into each other's way.

import { sleep, type Task } from "corio";
import { pattern } from "./data-checks.ts";
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
import type { StreamEnd, StreamSource } from "./types.ts";

const CHUNK = 65_536;

/** Looks in a row that must find no progress before a writer counts as stopped. Too few of them never make a check fail. */
const QUIET_LOOKS = 15;

interface Pressure {
  /** Bytes that were taken, the write that waits included. */
  written: number;
  readonly writer: Task<void>;
}

/** Writes until a write waits. */
function* fill(t: Tools, end: StreamEnd): Steps<Pressure> {
  const most = t.capabilities.backpressure as number;
  const chunk = Buffer.alloc(CHUNK, "x");
  const pressure = { written: 0, stop: false, writer: null as unknown as Task<void> };
  pressure.writer = yield* t.begin("writer", function* () {
    while (!pressure.stop && pressure.written < most) {
      pressure.written += CHUNK;
      yield* t.wait(sinkOf(end).write(chunk));
    }
  });
  let seen = -1;
  for (let quiet = 0; quiet < QUIET_LOOKS && !pressure.writer.done(); quiet++) {
    if (seen !== pressure.written) quiet = 0;
    seen = pressure.written;
    yield* t.wait(sleep(1));
  }
  if (pressure.writer.done()) {
    yield* t.wait(pressure.writer.join());
    wrong(`${pressure.written} bytes were written that nobody reads, and no write had to wait`);
  }
  pressure.stop = true;
  return pressure;
}

/** Reads so many bytes and throws them away. */
function* swallow(t: Tools, source: StreamSource, bytes: number): Steps<void> {
  for (let left = bytes; left > 0;) {
    const part = yield* t.wait(source.read(Math.min(left, 4 * CHUNK)));
    if (part.length === 0) wrong(`The stream ended ${left} bytes too early`);
    left -= part.length;
  }
}

const bounded: CheckDefinition["fits"] = ({ backpressure }) => backpressure !== false;

export const flowChecks: readonly CheckDefinition[] = [
  {
    name: "a write waits while much is unread, and goes on when it is read",
    fits: bounded,
    *steps(t, { near, far }) {
      const pressure = yield* fill(t, near);
      if (t.capabilities.tryWrite)
        same(sinkOf(near).tryWrite!("no"), false, "tryWrite() where a write would wait");
      yield* swallow(t, sourceOf(far), pressure.written);
      yield* t.wait(pressure.writer.join());
      yield* t.wait(sinkOf(near).write("and on"));
      same(yield* t.text(sourceOf(far), 6), "and on", "What comes next");
    },
  },
  {
    name: "tryWrite takes data where a write need not wait",
    fits: ({ tryWrite }) => tryWrite,
    *steps(t, { near, far }) {
      same(sinkOf(near).tryWrite!("taken"), true, "tryWrite()");
      same(yield* t.text(sourceOf(far), 5), "taken", "What was read");
    },
  },
  {
    name: "drains wait together while a write would, and not otherwise",
    fits: ({ drain, backpressure }) => drain && backpressure !== false,
    *steps(t, { near, far }) {
      const writer = sinkOf(near);
      yield* t.wait(writer.drain!());
      const pressure = yield* fill(t, near);
      const drains: Task<void>[] = [];
      for (let i = 0; i < 3; i++) drains.push(yield* t.begin(`drain ${i}`, () => t.wait(writer.drain!())));
      same(
        drains.map((task) => task.done()),
        [false, false, false],
        "Drains that are over while the reader does not read",
      );
      yield* swallow(t, sourceOf(far), pressure.written);
      for (const task of [...drains, pressure.writer]) yield* t.wait(task.join());
    },
  },
  {
    name: "a write that is cancelled while it waits has been taken whole",
    fits: ({ wholeWrites, backpressure }) => wholeWrites && backpressure !== false,
    *steps(t, { near, far }) {
      const pressure = yield* fill(t, near);
      const record = `<${"r".repeat(10_000)}>`;
      const writing = yield* t.begin("cancelled writer", () => t.wait(sinkOf(near).write(record)));
      same(writing.done(), false, "A write under pressure is over");
      writing.cancel();
      yield* t.failure(t.wait(writing.join()), "The join of a cancelled writer");
      pressure.writer.cancel();
      yield* t.failure(t.wait(pressure.writer.join()), "The join of a cancelled writer");
      const reading = yield* t.begin("reader", function* () {
        yield* swallow(t, sourceOf(far), pressure.written);
        return yield* t.rest(sourceOf(far));
      });
      yield* t.end(near);
      same(yield* t.wait(reading.join()), record, "What was written by the cancelled write");
    },
  },
  {
    name: "a write that waits fails when the other end is closed",
    fits: ({ brokenPipe, backpressure }) => brokenPipe && backpressure !== false,
    *steps(t, { near, far }) {
      const { writer } = yield* fill(t, near);
      yield* t.close(far);
      yield* t.failsLost(t.wait(writer.join()), "A write to an end that is closed");
    },
  },
  {
    name: "writes to an end that is closed fail in the end",
    fits: ({ brokenPipe }) => brokenPipe,
    *steps(t, { near, far }) {
      yield* t.close(far);
      const chunk = Buffer.alloc(1000, "x");
      const writing = function* (): Steps<void> {
        for (let written = 0; written < 100_000_000; written += chunk.length) {
          yield* t.wait(sinkOf(near).write(chunk));
          yield* t.wait(sleep(0));
          // Word of it takes its time.
          if (written % 100_000 === 0) yield* t.wait(sleep(1));
        }
      };
      yield* t.failsLost(writing(), "Writing to an end that is closed");
    },
  },
  {
    name: "much goes both ways at once",
    bothWays: true,
    fits: ({ bidirectional }) => bidirectional,
    *steps(t, { near, far }) {
      const bytes = pattern(2_000_000);
      const tasks = [];
      for (const [name, end] of [
        ["near", near],
        ["far", far],
      ] as const) {
        tasks.push(
          yield* t.begin(`${name} writer`, () => t.wait(sinkOf(end).write(bytes))),
          yield* t.begin(`${name} reader`, function* () {
            const read = yield* t.wait(sourceOf(end).readExactly(bytes.length));
            if (!Buffer.from(read).equals(bytes)) wrong(`What the ${name} end reads is not what was written`);
          }),
        );
      }
      for (const task of tasks) yield* t.wait(task.join() as never);
    },
  },
  {
    name: "a direction that is full does not stop the other one",
    bothWays: true,
    fits: ({ bidirectional, backpressure }) => bidirectional && backpressure !== false,
    *steps(t, { near, far }) {
      const pressure = yield* fill(t, near);
      yield* t.wait(sinkOf(far).write("still works"));
      same(textOf(yield* t.wait(sourceOf(near).readExactly(11))), "still works", "What goes the other way");
      yield* swallow(t, sourceOf(far), pressure.written);
      yield* t.wait(pressure.writer.join());
    },
  },
];
