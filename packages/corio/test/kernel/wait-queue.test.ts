import { describe, expect, test } from "vitest";
import { loopTime, moveOnAfter, sleep, taskGroup, type Awaitable } from "corio";
import { QueuedWait, WaitQueue } from "corio/lowlevel";
import { both, caught } from "../support/dialects.ts";

/** A wait that always queues. */
class Standing<T> extends QueuedWait<T> {
  readonly #line: WaitQueue<T>;
  readonly #onLeft: () => void;

  constructor(line: WaitQueue<T>, onLeft: () => void = () => {}) {
    super();
    this.#line = line;
    this.#onLeft = onLeft;
  }

  protected attempt(): boolean {
    return false;
  }

  protected line(): WaitQueue<T> {
    return this.#line;
  }

  protected override left(): void {
    this.#onLeft();
  }

  describe(): string {
    return "a line";
  }
}

const stand = <T>(line: WaitQueue<T>, onLeft?: () => void): Awaitable<T> => new Standing(line, onLeft);

describe("WaitQueue", () => {
  test("serving an empty line serves nobody", () => {
    const line = new WaitQueue<number>();
    expect(line.serve(1)).toBe(false);
    expect(line.take()).toBe(null);
    expect(line.peek()).toBe(null);
    expect(line.size).toBe(0);
  });

  both(
    "waiters are served first come, first served, each with what it was given",
    function* (t) {
      const { fn, wait, log } = t;
      const line = new WaitQueue<string>();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 4; i++) {
              group.spawn(
                fn(function* () {
                  log.push([i, yield* wait(stand(line))]);
                }),
              );
            }
            yield* wait(sleep(1));
            expect(line.size).toBe(4);
            expect(line.serve("a")).toBe(true);
            expect(line.serve("b")).toBe(true);
            expect(line.size).toBe(2);
            yield* wait(sleep(1));
            expect(line.serve("c")).toBe(true);
            expect(line.serve("d")).toBe(true);
            expect(line.serve("e")).toBe(false);
          }),
        ),
      );
      expect(log).toEqual([
        [0, "a"],
        [1, "b"],
        [2, "c"],
        [3, "d"],
      ]);
    },
    { order: "fifo" },
  );

  both(
    "one who leaves is gone at once, from any place, and told so",
    function* ({ fn, wait, log }) {
      const line = new WaitQueue<string>();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const tasks = [0, 1, 2, 3, 4].map((i) =>
              group.spawn(
                fn(function* () {
                  log.push([i, yield* wait(stand(line, () => log.push(`${i} left`)))]);
                }),
              ),
            );
            yield* wait(sleep(1));
            tasks[2]!.cancel();
            expect(line.size).toBe(4);
            tasks[0]!.cancel();
            tasks[4]!.cancel();
            expect(line.size).toBe(2);
            yield* wait(sleep(1));
            line.serve("x");
            line.serve("y");
            expect(line.size).toBe(0);
          }),
        ),
      );
      expect(log).toEqual(["2 left", "0 left", "4 left", [1, "x"], [3, "y"]]);
    },
    { order: "fifo" },
  );

  both("one who was served keeps it, though cancelled before it runs: nothing to pass on", function* (t) {
    const { fn, wait, log } = t;
    const line = new WaitQueue<string>();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const task = group.spawn(
            fn(function* () {
              log.push(yield* wait(stand(line, () => log.push("left"))));
              yield* wait(sleep(1));
              log.push("never");
            }),
          );
          yield* wait(sleep(1));
          line.serve("kept");
          task.cancel();
        }),
      ),
    );
    expect(log).toEqual(["kept"]);
  });

  both("one who was cancelled is not served, though it has not run yet", function* ({ fn, wait, log }) {
    const line = new WaitQueue<string>();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          const first = group.spawn(
            fn(function* () {
              log.push(["first", yield* wait(stand(line))]);
            }),
          );
          group.spawn(
            fn(function* () {
              log.push(["second", yield* wait(stand(line))]);
            }),
          );
          yield* wait(sleep(1));
          first.cancel();
          expect(line.serve("x")).toBe(true);
          expect(line.serve("y")).toBe(false);
        }),
      ),
    );
    expect(log).toEqual([["second", "x"]]);
  });

  both(
    "failAll fails all who wait, in order",
    function* ({ fn, wait, log }) {
      const line = new WaitQueue<string>();
      const failure = new Error("closed");
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 3; i++) {
              group.spawn(
                fn(function* () {
                  log.push([i, yield* caught(wait(stand(line)))]);
                }),
              );
            }
            yield* wait(sleep(1));
            line.failAll(failure);
            expect(line.size).toBe(0);
          }),
        ),
      );
      expect(log).toEqual([
        [0, failure],
        [1, failure],
        [2, failure],
      ]);
    },
    { order: "fifo" },
  );

  both(
    "twenty thousand who leave at once leave nothing behind",
    function* ({ fn, wait }) {
      const line = new WaitQueue<string>();
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  const waiter = fn(function* () {
                    yield* wait(stand(line));
                  });
                  for (let i = 0; i < 20_000; i++) group.spawn(waiter);
                }),
              ),
            );
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      expect(line.size).toBe(0);
      expect(line.peek()).toBe(null);
      expect(loopTime()).toBe(10);
    },
    { seeds: 1 },
  );
});
