// The first failure cancels the body and the siblings, which may clean up; the group throws when all have ended.

import { CancelledError, sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG4", "TG5"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, delay: number, cleanup: number) {
      try {
        yield* wait(sleep(delay));
        log(name, "ends");
        if (name === "bad") throw new Failure(name);
      } catch (error) {
        if (error instanceof CancelledError) {
          yield* wait(sleep(cleanup));
          log(name, "is clean");
        }
        throw error;
      }
    });
    const body = fn(function* (group: TaskGroup) {
      group.spawn(worker, "quick", 5, 0);
      group.spawn(worker, "bad", 10, 0);
      group.spawn(worker, "slow", 50, 6);
      group.spawn(worker, "slower", 60, 4);
      try {
        yield* wait(sleep(100));
      } finally {
        yield* wait(sleep(2));
        log("the body is clean");
      }
    });
    try {
      yield* wait(taskGroup(body));
    } catch (error) {
      log("caught", error);
    }
  },
});
