import { describe, expect } from "vitest";
import { Event, loopTime, moveOnAfter, sleep, taskGroup } from "corio";
import { both } from "../support/dialects.ts";
import { loopHere } from "../support/kernel.ts";

describe("Event", () => {
  both(
    "set wakes everyone, in order; later waits return at once (S7)",
    function* ({ fn, wait, log, name }) {
      const event = new Event();
      expect(event.isSet()).toBe(false);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (let i = 0; i < 3; i++) {
              group.spawn(
                fn(function* () {
                  yield* wait(event.wait());
                  log.push(i);
                }),
              );
            }
            yield* wait(sleep(1));
            expect(event.statistics()).toEqual({ waiting: 3 });
            event.set();
            expect(event.isSet()).toBe(true);
            expect(event.statistics()).toEqual({ waiting: 0 });
            expect(log).toEqual([]);
          }),
        ),
      );
      expect(log).toEqual([0, 1, 2]);
      const { steps } = loopHere().counters;
      yield* wait(event.wait());
      // In coroutines it does not even give up the turn.
      if (name === "coroutine") expect(loopHere().counters.steps).toBe(steps);
      expect(loopTime()).toBe(1);
    },
    { order: "fifo" },
  );

  both("set and clear in one step wakes everyone who waited, and nobody after (S6)", function* (t) {
    const { fn, wait, log } = t;
    const event = new Event();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (let i = 0; i < 3; i++) {
            group.spawn(
              fn(function* () {
                yield* wait(event.wait());
                log.push(i);
              }),
            );
          }
          yield* wait(sleep(1));
          event.set();
          event.clear();
          expect(event.isSet()).toBe(false);
          const late = yield* wait(
            moveOnAfter(
              5,
              fn(function* () {
                yield* wait(event.wait());
              }),
            ),
          );
          expect(late.cancelled).toBe(true);
        }),
      ),
    );
    expect(new Set(log)).toEqual(new Set([0, 1, 2]));
    expect(event.statistics()).toEqual({ waiting: 0 });
  });

  both("setting twice is once", function* ({ fn, wait, log }) {
    const event = new Event();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(event.wait());
              log.push("woken");
            }),
          );
          yield* wait(sleep(1));
          event.set();
          event.set();
        }),
      ),
    );
    expect(log).toEqual(["woken"]);
  });

  both("cancelled waiters leave at once (S5)", function* ({ fn, wait }) {
    const event = new Event();
    for (let i = 0; i < 20; i++) {
      yield* wait(
        moveOnAfter(
          1,
          fn(function* () {
            yield* wait(event.wait());
          }),
        ),
      );
    }
    expect(event.statistics()).toEqual({ waiting: 0 });
  });
});
