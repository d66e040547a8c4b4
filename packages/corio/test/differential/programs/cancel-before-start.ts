// A task is cancelled before its first step.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C5"],
  better: {
    id: "C5",
    why: "A task always starts: cancelled before, it runs to its first await, so that what it was given is cleaned up.",
    log: ["0 cancel true", "0 begins", "0 cleans up", "0 cancelled true"],
  },
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          log("begins");
          yield* wait(sleep(1));
          log("never");
        } finally {
          log("cleans up");
        }
      }),
    );
    log("cancel", task.cancel());
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
