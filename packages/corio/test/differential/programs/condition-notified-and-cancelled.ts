// A waiter that is cancelled after it was notified passes the notification on.

import { Condition, sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["S10"],
  *main({ fn, wait, log }) {
    const condition = new Condition();
    const waiter = fn(function* (name: string) {
      const body = fn(function* () {
        try {
          yield* wait(condition.wait());
          log(name, "woke");
        } catch (error) {
          log(name, "is cancelled");
          throw error;
        }
      });
      yield* wait(condition.hold(body));
    });
    const body = fn(function* (group: TaskGroup) {
      const first = group.spawn(waiter, "first");
      group.spawn(waiter, "second");
      yield* wait(sleep(10));
      yield* wait(condition.acquire());
      condition.notify();
      first.cancel();
      condition.release();
      log("notified one, and cancelled it");
    });
    yield* wait(taskGroup(body));
  },
});
