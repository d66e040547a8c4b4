// The body fails: its tasks are cancelled, and the group has the body's error.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG5", "TG6"],
  *main({ fn, wait, log }) {
    const worker = fn(function* () {
      try {
        yield* wait(sleep(100));
      } finally {
        log("worker is stopped");
        yield* wait(sleep(5));
        log("worker is clean");
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(worker);
      yield* wait(sleep(10));
      throw new Failure("body");
    });
    try {
      yield* wait(taskGroup(body));
    } catch (error) {
      log("caught", error);
    }
  },
});
