// A task is cancelled a second time while it cleans up.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C8"],
  better: {
    id: "C8",
    why: "A task is told once: a second cancel says that there is nothing to do, and does not break into the clean-up.",
    log: ["10 cancel true", "10 cleaning up", "20 cancel again false", "30 clean", "30 cancelled true"],
  },
  *main({ fn, wait, log }) {
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(sleep(100));
        } finally {
          log("cleaning up");
          try {
            yield* wait(sleep(20));
            log("clean");
          } catch (error) {
            log("the clean-up was broken off");
            throw error;
          }
        }
      }),
    );
    yield* wait(sleep(10));
    log("cancel", task.cancel());
    yield* wait(sleep(10));
    log("cancel again", task.cancel());
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
