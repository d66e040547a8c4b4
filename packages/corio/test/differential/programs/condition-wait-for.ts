// A wait for a predicate looks again after each notification, and gives what it found.

import { Condition, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S12"],
  *main({ fn, wait, log }) {
    const condition = new Condition();
    let level = 0;
    const enough = (): number => {
      log("looks at", level);
      return level >= 3 ? level : 0;
    };
    const look = fn(function* () {
      log("found", yield* wait(condition.waitFor(enough)));
      log("found at once", yield* wait(condition.waitFor(enough)));
    });
    const consumer = fn(function* () {
      yield* wait(condition.hold(look));
    });
    const raise = fn(function* () {
      level++;
      condition.notifyAll();
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(consumer);
      for (let i = 0; i < 3; i++) {
        yield* wait(sleep(10));
        yield* wait(condition.hold(raise));
      }
    });
    yield* wait(taskGroup(body));
  },
});
