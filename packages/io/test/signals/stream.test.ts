// signals(): the signals of the process, one after the other.
import {
  cancelScope,
  createTask,
  gather,
  InvalidStateError,
  NoRunError,
  sleep,
  TaskCancelledError,
  forEach,
} from "corio";
import { describe, expect, test } from "vitest";
import { addSignalHandler, signals, UncatchableSignalError } from "../../src/index.ts";
import { both, caught } from "../support/dialects.ts";
import { leavesNothing } from "../support/left-behind.ts";

leavesNothing();

const raise = (signal: NodeJS.Signals): void => void process.kill(process.pid, signal);

describe("signals()", () => {
  both("gives what comes, to a loop", function* ({ wait, fn }) {
    const stream = signals(["SIGHUP", "SIGUSR2"]);
    const seen: string[] = [];
    raise("SIGHUP");
    yield* wait(
      forEach(
        stream,
        fn(function* (signal: string) {
          seen.push(signal);
          if (seen.length === 1) raise("SIGUSR2");
          if (seen.length === 2) stream.close();
          yield* wait(sleep(0));
        }),
      ),
    );
    expect(seen).toEqual(["SIGHUP", "SIGUSR2"]);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  both("counts together what nobody has taken yet", function* ({ wait }) {
    const stream = signals(["SIGHUP", "SIGUSR2"]);
    for (const [signal, count] of [
      ["SIGUSR2", 1],
      ["SIGHUP", 2],
      ["SIGUSR2", 3],
    ] as const) {
      raise(signal);
      while (stream.statistics().received < count) yield* wait(sleep(1));
    }
    expect(stream.statistics()).toEqual({
      signals: ["SIGHUP", "SIGUSR2"],
      pending: { SIGUSR2: 2, SIGHUP: 1 },
      received: 3,
      coalesced: 1,
      waiting: 0,
    });
    expect(yield* wait(stream.receive())).toBe("SIGUSR2");
    expect(stream.receiveNowait()).toBe("SIGHUP");
    expect(stream.receiveNowait()).toBe(undefined);
  });

  both("gives each signal to one of those who wait, in order", function* ({ wait }) {
    const stream = signals(["SIGHUP"]);
    const order: number[] = [];
    const tasks = [1, 2].map((n) =>
      createTask({ eager: true }, function* taker() {
        yield* stream.receive();
        order.push(n);
      }),
    );
    expect(stream.statistics().waiting).toBe(2);
    raise("SIGHUP");
    yield* wait(tasks[0]!.join());
    raise("SIGHUP");
    yield* wait(tasks[1]!.join());
    expect(order).toEqual([1, 2]);
  });

  both("cancelled, a wait loses none", function* ({ wait }) {
    const stream = signals(["SIGHUP"]);
    const task = createTask({ eager: true }, () => stream.receive());
    task.cancel();
    expect(yield* caught(wait(task.join()))).toBeInstanceOf(TaskCancelledError);
    expect(stream.statistics().waiting).toBe(0);
    raise("SIGHUP");
    expect(yield* wait(stream.receive())).toBe("SIGHUP");
  });

  both("all streams hear it, and the handler in force too", function* ({ wait }) {
    const [one, two] = [signals(["SIGHUP"]), signals(["SIGHUP"])];
    let handled = 0;
    addSignalHandler("SIGHUP", () => handled++);
    raise("SIGHUP");
    expect(yield* wait(gather([one.receive(), two.receive()]))).toEqual(["SIGHUP", "SIGHUP"]);
    while (handled === 0) yield* wait(sleep(1));
    expect(process.listenerCount("SIGHUP")).toBe(1);
  });

  both("goes with its scope; whoever still waits is told", function* ({ wait, fn }) {
    let task: ReturnType<typeof createTask<[], unknown>> | undefined;
    yield* wait(
      cancelScope(
        fn(function* () {
          const stream = signals(["SIGHUP"]);
          task = createTask({ eager: true }, () => stream.receive()) as never;
        }),
      ),
    );
    expect(yield* caught(wait(task!.join()))).toBeInstanceOf(InvalidStateError);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  both("closed, it gives nothing more; leaving a loop does not close it", function* ({ wait }) {
    const stream = signals(["SIGHUP"]);
    raise("SIGHUP");
    const iterator = stream[Symbol.asyncIterator]();
    expect(yield* wait(iterator.next() as never)).toEqual({ value: "SIGHUP", done: false });
    expect("return" in iterator).toBe(false);
    expect(stream.closed).toBe(false);
    stream.close();
    stream.close();
    expect(stream.closed).toBe(true);
    expect(yield* wait(iterator.next() as never)).toEqual({ value: undefined, done: true });
    expect(yield* caught(wait(stream.receive()))).toBeInstanceOf(InvalidStateError);
    using other = signals(["SIGHUP", "SIGHUP"]);
    expect(other.statistics().signals).toEqual(["SIGHUP"]);
  });

  both("other listeners of the process hear it as well, but for SIGINT and SIGTERM", function* ({ wait }) {
    const seen: string[] = [];
    const own = (signal: string): void => void seen.push(signal);
    process.on("SIGHUP", own).on("SIGINT", own);
    try {
      const stream = signals(["SIGHUP", "SIGINT"]);
      raise("SIGINT");
      expect(yield* wait(stream.receive())).toBe("SIGINT");
      raise("SIGHUP");
      expect(yield* wait(stream.receive())).toBe("SIGHUP");
      while (seen.length === 0) yield* wait(sleep(1));
      expect(seen).toEqual(["SIGHUP"]);
      stream.close();
      raise("SIGINT");
      while (seen.length === 1) yield* wait(sleep(1));
      expect(seen).toEqual(["SIGHUP", "SIGINT"]);
    } finally {
      process.off("SIGHUP", own).off("SIGINT", own);
    }
  });

  both("those that are taken off while they are silent do not come back", function* ({ wait }) {
    const seen: string[] = [];
    const note = (who: string) => (): void => void seen.push(who);
    const [kept, taken, keptOnce, takenOnce] = ["kept", "taken", "kept once", "taken once"].map(note) as [
      () => void,
      () => void,
      () => void,
      () => void,
    ];
    // One of them twice, and taken off once.
    process.on("SIGINT", taken).on("SIGINT", kept).on("SIGINT", taken);
    process.once("SIGINT", keptOnce).once("SIGINT", takenOnce);
    try {
      using stream = signals(["SIGINT"]);
      process.off("SIGINT", taken).off("SIGINT", takenOnce);
      raise("SIGINT");
      expect(yield* wait(stream.receive())).toBe("SIGINT");
      expect(seen).toEqual([]);
      stream.close();
      for (const count of [3, 5]) {
        raise("SIGINT");
        while (seen.length < count) yield* wait(sleep(1));
      }
      expect(seen).toEqual(["taken", "kept", "kept once", "taken", "kept"]);
    } finally {
      process.off("SIGINT", kept).off("SIGINT", taken);
    }
    expect(process.listenerCount("SIGINT")).toBe(0);
  });

  both("nonsense is refused, and leaves no listener", function* ({ wait }) {
    yield* wait(sleep(0));
    for (const names of [[], undefined, "SIGHUP", [1]])
      expect(() => signals(names as never)).toThrow(TypeError);
    expect(() => signals(["SIGHUP", "SIGNO" as never])).toThrow(RangeError);
    expect(() => signals(["SIGHUP", "SIGKILL"])).toThrow(UncatchableSignalError);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  test("outside a run", () => {
    expect(() => signals(["SIGHUP"])).toThrow(NoRunError);
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });
});
