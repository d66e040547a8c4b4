// A timeout around a group: its tasks are stopped; a task that fails is told of as the group's failure.

import { CancelledError, sleep, taskGroup, timeout, TimeoutError } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["TO12"],
  *main({ fn, wait, log }) {
    const worker = fn(function* (name: string, delay: number) {
      try {
        yield* wait(sleep(delay));
        if (name === "bad") throw new Failure(name);
      } catch (error) {
        if (error instanceof CancelledError) log(name, "is stopped");
        throw error;
      }
    });
    const block = function* (limit: number, name: string): Steps<void> {
      const group = fn(function* () {
        yield* wait(taskGroup((group) => void group.spawn(worker, name, 20)));
      });
      try {
        yield* wait(timeout(limit, group));
      } catch (error) {
        if (error instanceof TimeoutError) log("timeout", 1);
        else log("failed:", error);
      }
    };
    yield* block(10, "late");
    yield* block(30, "bad");
    yield* block(30, "good");
    log("end");
  },
});
