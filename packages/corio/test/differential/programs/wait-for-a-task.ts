// What only waits for a task, and runs out of time, leaves the task alone.

import { createTask, sleep, waitFor } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G22"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(30));
        log("the task ends");
        return "value";
      }),
    );
    for (const limit of [10, 12]) {
      try {
        yield* wait(waitFor(task.join(), limit));
      } catch (error) {
        log(error, "done", task.done());
      }
    }
    log(yield* wait(waitFor(task.join(), 10)));
  },
});
