// Clean-up that fails: the task has failed, and is not cancelled.

import { createTask, sleep } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["C13", "TG5"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } finally {
          try {
            yield* wait(sleep(2));
            throw new Failure("inner clean-up");
          } finally {
            yield* wait(sleep(2));
            log("outer clean-up");
          }
        }
      }),
    );
    yield* wait(sleep(10));
    log("cancel", task.cancel());
    try {
      yield* wait(task.join());
    } catch (error) {
      log("joined:", error);
    }
    log("cancelled", task.cancelled(), task.exception());
  },
});
