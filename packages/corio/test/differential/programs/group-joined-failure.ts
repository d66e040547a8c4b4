// The body joins the task that fails.

import { sleep, type TaskGroup, taskGroup } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["TG7"],
  better: {
    id: "C7",
    why: "The error that had arrived is delivered: the body sees why it ends, and the error is still listed once.",
    log: ["10 body: failure(worker)", "10 caught group(failure(worker))"],
  },
  *main({ fn, wait, log }) {
    const worker = fn(function* () {
      yield* wait(sleep(10));
      throw new Failure("worker");
    });
    const body = fn(function* (group: TaskGroup) {
      const task = group.spawn(worker);
      try {
        yield* wait(task.join());
      } catch (error) {
        log("body:", error);
        throw error;
      }
    });
    try {
      yield* wait(taskGroup(body));
    } catch (error) {
      log("caught", error);
    }
  },
});
