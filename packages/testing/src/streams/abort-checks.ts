// Checks: an end that is closed at once, with all that is under way.

import { type CheckDefinition, same, sinkOf, sourceOf, textOf } from "./tools.ts";

const aborts: CheckDefinition["fits"] = ({ abort }) => abort !== false;

export const abortChecks: readonly CheckDefinition[] = [
  {
    name: "an abort is seen by a read that waits at the other end",
    fits: aborts,
    *steps(t, { near, far }) {
      const reading = yield* t.begin("reader", function* () {
        const read = t.wait(sourceOf(far).read(100));
        if (t.capabilities.abort === "reset") yield* t.failsLost(read, "A read from an end that was aborted");
        else same(textOf(yield* read), "", "A read from an end that was aborted");
      });
      yield* t.settle(near.abort!());
      yield* t.wait(reading.join());
    },
  },
  {
    name: "an abort may be repeated; then nothing is written or read any more",
    fits: aborts,
    *steps(t, { near }) {
      const waiting =
        near.reader === undefined || near.reader === null
          ? null
          : yield* t.begin("own reader", () =>
              t.failsClosed(t.wait(sourceOf(near).read(1)), "A read whose own end is aborted"),
            );
      yield* t.settle(near.abort!());
      yield* t.settle(near.abort!());
      if (waiting !== null) yield* t.wait(waiting.join());
      yield* t.failsClosed(t.wait(sinkOf(near).write("more")), "A write after abort");
      yield* t.close(near);
    },
  },
  {
    name: "an abort ends a write that waits, at its own end",
    fits: ({ abort, backpressure }) => abort !== false && backpressure !== false,
    *steps(t, { near }) {
      const writing = yield* t.begin("writer", function* () {
        const chunk = Buffer.alloc(65_536, "x");
        const most = t.capabilities.backpressure as number;
        const writes = function* (): Generator<unknown, void, unknown> {
          for (let written = 0; written < most; written += chunk.length)
            yield* t.wait(sinkOf(near).write(chunk));
        };
        yield* t.failsClosed(writes(), "Writing, while the end is aborted");
      });
      yield* t.settle(near.abort!());
      yield* t.wait(writing.join());
    },
  },
  {
    name: "what was read before an abort is not undone by it",
    fits: aborts,
    *steps(t, { near, far }) {
      yield* t.wait(sinkOf(near).write("received"));
      same(yield* t.text(sourceOf(far), 8), "received", "What was read");
      yield* t.settle(near.abort!());
      const read = t.wait(sourceOf(far).read(100));
      if (t.capabilities.abort === "reset") yield* t.failsLost(read, "A read after an abort");
      else same(textOf(yield* read), "", "A read after an abort");
    },
  },
];
