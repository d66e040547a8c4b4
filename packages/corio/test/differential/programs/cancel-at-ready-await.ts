// A cancelled task awaits what is there already.

import { createTask, currentTask, Event, sleep, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["C10", "C11"],
  better: {
    id: "C10",
    why: "Every await is a cancel point, also one that would complete at once.",
    log: ["10 cancelled"],
  },
  *main({ fn, wait, log }) {
    const event = new Event();
    event.set();
    const task = createTask(
      fn(function* () {
        yield* wait(sleep(10));
        currentTask().cancel();
        try {
          yield* wait(event.wait());
          log("the event was set");
          yield* wait(sleep(1));
        } catch (error) {
          log("cancelled");
          throw error;
        }
      }),
    );
    yield* wait(waitTasks([task]));
  },
});
