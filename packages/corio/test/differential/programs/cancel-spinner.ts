// A task that only gives up turns is told at one of them.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C20", "T6"],
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          for (;;) yield* wait(sleep(0));
        } finally {
          log("the spinner stops");
        }
      }),
    );
    for (let turn = 0; turn < 5; turn++) yield* wait(sleep(0));
    task.cancel();
    log("cancel");
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
