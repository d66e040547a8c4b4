// A task of the group that is cancelled by itself is no failure, and stops nobody.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TG9"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, delay: number) {
      yield* wait(sleep(delay));
      log(name, "ends");
      return name;
    });
    const body = fn(function* (group: TaskGroup) {
      const victim = group.spawn(worker, "victim", 100);
      const other = group.spawn(worker, "other", 20);
      yield* wait(sleep(10));
      log("cancel", victim.cancel());
      return { victim, other };
    });
    const { victim, other } = yield* wait(taskGroup(body));
    log("the group ends", victim.cancelled(), other.result());
  },
});
