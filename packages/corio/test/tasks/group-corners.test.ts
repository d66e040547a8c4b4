// Corner cases of task groups that asyncio and trio test.

import { describe, expect } from "vitest";
import {
  CancelledError,
  checkpoint,
  createTask,
  InvalidStateError,
  loopTime,
  moveOnAfter,
  sleep,
  sleepForever,
  StrayCancellationError,
  taskGroup,
  type TaskGroupError,
  type TaskGroup,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { childrenOf, nodeHere } from "../support/kernel.ts";

describe("a group", () => {
  both(
    "whose body throws a cancellation that is kept from elsewhere: the children are stopped, and it is a stray (TG10, C14: better)",
    function* ({ fn, wait, log }) {
      let kept: unknown;
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            kept = yield* caught(wait(sleepForever()));
            throw kept;
          }),
        ),
      );
      const task = createTask(
        fn(function* () {
          const error = yield* caught(
            wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } finally {
                        yield* wait(sleep(1));
                        log.push("child stopped");
                      }
                    }),
                  );
                  yield* wait(sleep(1));
                  throw kept;
                }),
              ),
            ),
          );
          // Not in a group: it is no failure of one, whoever's it is.
          log.push(error === kept);
          throw error;
        }),
      );
      const error = yield* caught(wait(task.join()));
      expect(error).toBeInstanceOf(StrayCancellationError);
      expect((error as Error).cause).toBe(kept);
      expect(task.cancelled()).toBe(false);
      expect(log).toEqual(["child stopped", true]);
    },
  );

  both(
    "whose body is closed by force gives no error; its children are stopped and waited for (TG25: better)",
    function* ({ fn, wait, log, reports }) {
      const result = yield* wait(
        moveOnAfter(
          10,
          fn(function* () {
            yield* wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      try {
                        yield* wait(sleepForever());
                      } finally {
                        yield* wait(sleep(5));
                        log.push("child stopped");
                      }
                    }),
                  );
                  for (;;) {
                    try {
                      yield* wait(sleep(1000));
                    } catch {
                      // ignored on purpose, until the body is closed
                    }
                  }
                }),
              ),
            );
          }),
        ),
      );
      expect(result.cancelled).toBe(true);
      expect(log).toEqual(["child stopped"]);
      expect(childrenOf(nodeHere())).toEqual([]);
      reports.length = 0;
    },
    { grace: 50 },
  );

  both(
    "that is cancelled by the failure of a task around it adds nothing (test_taskgroups BaseTestTaskGroup.test_taskgroup_13)",
    function* ({ fn, wait }) {
      const failing = fn(function* (ms: number) {
        yield* wait(sleep(ms));
        throw new RangeError(`after ${ms}`);
      });
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (outer) {
              outer.spawn(failing, 10);
              yield* wait(
                taskGroup(
                  fn(function* (inner) {
                    inner.spawn(failing, 1000);
                  }),
                ),
              );
            }),
          ),
        ),
      );
      expect((error as TaskGroupError).errors).toEqual([expect.objectContaining({ message: "after 10" })]);
      expect(loopTime()).toBe(10);
    },
  );

  both(
    "in a task that is only joined: cancelling the joiner does not touch it (test_taskgroups BaseTestTaskGroup.test_taskgroup_16)",
    function* ({ fn, wait, log }) {
      const nested = createTask(
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(
                  fn(function* () {
                    yield* wait(sleep(30));
                    throw new RangeError("crash");
                  }),
                );
                try {
                  yield* wait(sleep(1000));
                } catch (error) {
                  yield* wait(sleep(50));
                  throw error;
                }
              }),
            ),
          );
        }),
      );
      const joiner = createTask(
        fn(function* () {
          yield* wait(nested.join());
        }),
      );
      yield* wait(sleep(10));
      joiner.cancel();
      yield* caught(wait(joiner.join()));
      log.push(joiner.cancelled(), nested.done(), loopTime());
      const error = yield* caught(wait(nested.join()));
      expect((error as TaskGroupError).only()).toBeInstanceOf(RangeError);
      expect(log).toEqual([true, false, 10]);
      expect(loopTime()).toBe(80);
    },
  );

  both(
    "whose body answers a cancellation from outside with an error of its own throws that; the next await throws the cancellation (test_taskgroups BaseTestTaskGroup.test_taskgroup_18)",
    function* ({ fn, wait, log }) {
      const failure = new Error("not a good idea");
      const task = createTask(
        fn(function* () {
          const error = yield* caught(
            wait(
              taskGroup(
                fn(function* () {
                  try {
                    yield* wait(sleepForever());
                  } catch {
                    throw failure;
                  }
                }),
              ),
            ),
          );
          log.push((error as TaskGroupError).only());
          log.push(yield* caught(wait(checkpoint())));
          throw error;
        }),
      );
      yield* wait(sleep(1));
      task.cancel();
      const error = yield* caught(wait(task.join()));
      expect((error as TaskGroupError).only()).toBe(failure);
      expect(log).toEqual([failure, expect.any(CancelledError)]);
      expect(task.cancelled()).toBe(false);
    },
  );

  both(
    "lets go of children as they end (test_taskgroups BaseTestTaskGroup.test_taskgroup_23)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 10; i++) {
              yield* wait(sleep(10));
              group.spawn(() => sleep(30));
              log.push(childrenOf(nodeHere()).length);
            }
            yield* wait(sleep(135));
            expect(childrenOf(nodeHere())).toEqual([]);
          }),
        ),
      );
      expect(Math.max(...(log as number[]))).toBeLessThan(5);
    },
  );

  both(
    "ends although its children go on to spawn others, when one fails (test_taskgroups BaseTestTaskGroup.test_taskgroup_25)",
    function* ({ fn, wait }) {
      let heads = 0;
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (group) {
              const hydra = fn(function* (): Generator<unknown, void> {
                heads++;
                yield* wait(sleep(10)) as Generator<unknown, void>;
                group.spawn(hydra);
                group.spawn(hydra);
              });
              group.spawn(hydra);
              group.spawn(
                fn(function* () {
                  while (heads < 10) yield* wait(sleep(15));
                  throw new RangeError("Hercules");
                }),
              );
            }),
          ),
        ),
      );
      expect((error as TaskGroupError).only()).toBeInstanceOf(RangeError);
      expect(heads).toBeGreaterThanOrEqual(10);
      expect(childrenOf(nodeHere())).toEqual([]);
    },
  );

  both("that refuses a task has called nothing (L14: better)", function* ({ fn, wait, log }) {
    let kept: TaskGroup | undefined;
    yield* wait(
      taskGroup((group) => {
        kept = group;
      }),
    );
    const body = fn(function* () {
      log.push("called");
    });
    expect(() => kept!.spawn(body)).toThrow(InvalidStateError);
    expect(() => kept!.spawn({ name: "late" }, body)).toThrow(InvalidStateError);
    yield* wait(sleep(1));
    expect(log).toEqual([]);
  });
});
