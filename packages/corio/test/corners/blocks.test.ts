// Corner cases of blocks that trio and anyio test.

import { describe, expect } from "vitest";
import {
  CancelledError,
  cancelScope,
  InvalidStateError,
  shield,
  sleep,
  sleepForever,
  taskGroup,
  TaskGroupError,
} from "corio";
import { both, caught } from "../support/dialects.ts";
import { childrenOf, nodeHere } from "../support/kernel.ts";

describe("blocks", () => {
  both(
    "are entered once, also when two tasks try at a time (trio test_run.test_cancel_unbound)",
    function* (t) {
      const { fn, wait, log } = t;
      const block = cancelScope(
        fn(function* () {
          yield* wait(sleep(10));
          return "entered";
        }),
      );
      yield* wait(
        taskGroup(
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                log.push(yield* wait(block));
              }),
            );
            yield* wait(sleep(1));
            log.push((yield* caught(wait(block))) instanceof InvalidStateError);
          }),
        ),
      );
      expect(log).toEqual([true, "entered"]);
    },
  );

  both(
    "in a cancelled scope throw at once, and call nobody (anyio test_taskgroups.test_cancel_before_entering_task_group)",
    function* (t) {
      const { fn, wait, log } = t;
      yield* wait(
        cancelScope(
          fn(function* (scope) {
            scope.cancel();
            log.push(yield* caught(wait(taskGroup(() => log.push("called")))));
          }),
        ),
      );
      expect(log).toHaveLength(1);
      expect(log[0]).toBeInstanceOf(CancelledError);
    },
  );

  both(
    "in a child that was spawned by one that was cancelled: it is cancelled, and not its error (anyio test_taskgroups.test_cancelled_parent)",
    function* ({ fn, wait, log }) {
      yield* wait(
        taskGroup(
          { cancellable: true },
          fn(function* (group) {
            group.spawn(
              fn(function* () {
                try {
                  yield* wait(sleep(1));
                } finally {
                  group.spawn(
                    fn(function* () {
                      log.push("child started");
                      yield* wait(
                        cancelScope(
                          fn(function* () {
                            yield* wait(sleep(1000));
                          }),
                        ),
                      );
                      throw new Error("never reached");
                    }),
                  );
                }
              }),
            );
            group.cancel();
          }),
        ),
      );
      expect(log).toEqual(["child started"]);
    },
  );

  both(
    "cancellations are no errors of nested groups; only errors are (anyio test_taskgroups.test_exception_group_filtering)",
    function* ({ fn, wait }) {
      const failing = fn(function* (name: string) {
        try {
          yield* wait(sleep(10));
        } finally {
          throw new Error(`${name} failed`);
        }
      });
      const error = yield* caught(
        wait(
          taskGroup(
            fn(function* (outer) {
              outer.spawn(failing, "parent");
              yield* wait(
                taskGroup(
                  fn(function* (inner) {
                    inner.spawn(failing, "child");
                    yield* wait(sleep(1000));
                  }),
                ),
              );
            }),
          ),
        ),
      );
      const { errors } = error as TaskGroupError;
      expect(errors).toHaveLength(2);
      expect((errors[0] as Error).message).toBe("parent failed");
      expect(errors[1]).toBeInstanceOf(TaskGroupError);
      expect((errors[1] as TaskGroupError).errors.map((each: Error) => each.message)).toEqual([
        "child failed",
      ]);
    },
  );

  both(
    "one cancellation gets out of a group that it ended, however many saw it (anyio test_taskgroups.test_single_cancellation_exc)",
    function* ({ fn, wait, log }) {
      yield* wait(
        cancelScope(
          fn(function* (outer) {
            const error = yield* caught(
              wait(
                taskGroup(
                  fn(function* (group) {
                    for (let i = 0; i < 3; i++) group.spawn(() => sleep(5000));
                    yield* wait(sleep(1));
                    outer.cancel();
                    yield* wait(sleep(5000));
                  }),
                ),
              ),
            );
            log.push(error instanceof CancelledError, error instanceof TaskGroupError);
            throw error;
          }),
        ),
      );
      expect(log).toEqual([true, false]);
    },
  );

  both(
    "where inner tasks fail and outer ones are cancelled, the error is left (trio test_run.test_cancel_scope_exceptiongroup_filtering)",
    function* ({ fn, wait }) {
      const error = yield* caught(
        wait(
          cancelScope(
            fn(function* (outer) {
              yield* wait(
                taskGroup(
                  { cancellable: true },
                  fn(function* (group) {
                    group.spawn(() => sleepForever());
                    group.spawn(() => sleepForever());
                    group.cancel();
                    yield* wait(shield(() => sleep(1)));
                    group.spawn(() => sleepForever());
                    outer.cancel();
                    group.spawn(() => {
                      throw new RangeError("of the child");
                    });
                  }),
                ),
              );
            }),
          ),
        ),
      );
      expect(error).toBeInstanceOf(TaskGroupError);
      expect((error as TaskGroupError).only()).toBeInstanceOf(RangeError);
      expect(childrenOf(nodeHere())).toEqual([]);
    },
  );
});
