// A service stops: it takes nothing new, ends what is in hand if it is quick, and breaks off the rest.

import { createTask, Event, loopTime, type Scope, sleep, taskGroup, type TaskGroup, timeout } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["TG11", "TO1", "Q7"],
  *main({ fn, wait, log }) {
    const handle = fn(function* (request: string, cost: number) {
      try {
        log(request, "begins");
        yield* wait(sleep(cost));
        log(request, "is answered");
      } catch (error) {
        log(request, "is broken off");
        yield* wait(sleep(1));
        log(request, "is rolled back");
        throw error;
      }
    });
    const accept = function* (stop: Event, limit: Scope, group: TaskGroup): Steps<void> {
      for (const [request, cost] of [
        ["quick", 25],
        ["slow", 30],
        ["endless", 900],
      ] as const) {
        if (stop.isSet()) {
          log(request, "is refused");
          continue;
        }
        group.spawn(handle, request, cost);
        const pause = fn(function* () {
          yield* wait(stop.wait());
          log("stopping");
        });
        try {
          yield* wait(timeout(12, pause));
        } catch {
          log("ready for the next one");
        }
      }
      limit.deadline = loopTime() + 20;
    };
    const serve = function* (stop: Event): Steps<void> {
      const limited = (limit: Scope) => taskGroup(fn((group: TaskGroup) => accept(stop, limit, group)));
      try {
        yield* wait(timeout(null, limited));
      } catch (error) {
        log("the rest was given up:", error);
      }
      log("stopped");
    };
    for (const delay of [20, 40]) {
      const stop = new Event();
      createTask(
        fn(function* () {
          yield* wait(sleep(delay));
          stop.set();
        }),
      );
      yield* serve(stop);
    }
  },
});
