// notify wakes so many waiters, first come, first served, each when it gets the lock.

import { Condition, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S11"],
  *main({ fn, wait, log }) {
    const condition = new Condition();
    const waiter = fn(function* (name: string) {
      const body = fn(function* () {
        log(name, "waits");
        yield* wait(condition.wait());
        log(name, "woke");
        yield* wait(sleep(1));
      });
      yield* wait(condition.hold(body));
      log(name, "left");
    });
    const notifyTwo = fn(function* () {
      condition.notify();
      condition.notify();
      log("notified two");
      yield* wait(sleep(5));
      log("releasing");
    });
    const notifyRest = fn(function* () {
      condition.notifyAll();
      log("notified all");
    });
    const body = fn(function* (group: TaskGroup) {
      for (const name of "abcde") group.spawn(waiter, name);
      yield* wait(sleep(10));
      yield* wait(condition.hold(notifyTwo));
      yield* wait(sleep(10));
      yield* wait(condition.hold(notifyRest));
    });
    yield* wait(taskGroup(body));
  },
});
