import { describe, expect, test } from "vitest";
import {
  BusyResourceError,
  createTask,
  currentTask,
  InvalidStateError,
  moveOnAfter,
  ResourceGuard,
  sleep,
  sleepForever,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("ResourceGuard", () => {
  test("it works outside any run, for one user at a time", () => {
    const guard = new ResourceGuard();
    guard.enter();
    expect(guard.statistics()).toEqual({ busy: true, user: null });
    expect(() => guard.enter()).toThrow(BusyResourceError);
    guard.leave();
    expect(() => guard.leave()).toThrow(InvalidStateError);
    expect(guard.busy).toBe(false);
  });

  both("a second user is told who uses it, and does not wait", function* ({ fn, wait }) {
    const guard = new ResourceGuard("reading from the pipe");
    const reader = createTask(
      { name: "reader" },
      fn(function* () {
        yield* wait(
          guard.hold(
            fn(function* () {
              expect(guard.statistics().user).toBe(currentTask());
              yield* wait(sleep(10));
            }),
          ),
        );
      }),
    );
    yield* wait(sleep(1));
    const error = yield* caught(wait(guard.hold(() => expect.unreachable())));
    expect(error).toBeInstanceOf(BusyResourceError);
    expect((error as Error).message).toBe("Task reader is reading from the pipe already");
    yield* wait(reader.join());
    expect(yield* wait(guard.hold(() => 7))).toBe(7);
  });

  both("it is free again however the body ends", function* ({ fn, wait }) {
    const guard = new ResourceGuard();
    const failure = new Error("body");
    const error = yield* caught(
      wait(
        guard.hold(() => {
          throw failure;
        }),
      ),
    );
    expect(error).toBe(failure);
    expect(guard.busy).toBe(false);
    yield* wait(
      moveOnAfter(
        1,
        fn(function* () {
          yield* wait(guard.hold(() => sleepForever()));
        }),
      ),
    );
    expect(guard.statistics()).toEqual({ busy: false, user: null });
  });
});
