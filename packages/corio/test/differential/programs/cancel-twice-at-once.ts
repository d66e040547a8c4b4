// Two cancellations before the task has run are one, the first.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C8"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } catch (error) {
          log(error);
          yield* wait(sleep(5));
          log("clean");
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    task.cancel("first");
    task.cancel("second");
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
