// An event wakes all who wait, in order, also when it is cleared in the same step.

import { Event, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S6", "S7"],
  *main({ fn, wait, log }) {
    const event = new Event();
    const waiter = fn(function* (name: string, arrives: number) {
      yield* wait(sleep(arrives));
      log(name, "waits", event.isSet());
      yield* wait(event.wait());
      log(name, "goes on", event.isSet());
    });
    const body = fn(function* (group: TaskGroup) {
      for (const [name, arrives] of [
        ["a", 2],
        ["b", 1],
        ["c", 3],
        ["late", 15],
        ["later", 25],
      ] as const) {
        group.spawn(waiter, name, arrives);
      }
      yield* wait(sleep(10));
      event.set();
      event.clear();
      log("set and cleared");
      yield* wait(sleep(10));
      event.set();
      log("set");
    });
    yield* wait(taskGroup(body));
  },
});
