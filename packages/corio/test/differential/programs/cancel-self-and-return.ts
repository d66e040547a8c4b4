// A task cancels itself and returns a value without waiting.

import { createTask, currentTask, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C12"],
  better: {
    id: "C12",
    why: "Value wins: a body that returned a value has finished, not been cancelled.",
    log: ["0 cancelled false", "0 value"],
  },
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        currentTask().cancel();
        return "value";
      }),
    );
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
    if (!task.cancelled()) log(task.result());
  },
});
