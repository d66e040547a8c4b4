// Nested clean-up runs from the inside out, each part in its own time.

import { createTask, sleep, wait as waitTasks } from "corio";
import { program, type Steps } from "../program.ts";

export default program({
  sentences: ["C2"],
  *main({ fn, wait, log }) {
    const layer = function* (depth: number): Steps<void> {
      try {
        if (depth > 0) yield* layer(depth - 1);
        else yield* wait(sleep(100));
      } catch (error) {
        log(depth, error);
        throw error;
      } finally {
        yield* wait(sleep(depth + 1));
        log(depth, "is clean");
      }
    };
    const task = createTask(fn(layer), 3);
    yield* wait(sleep(10));
    task.cancel("down");
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
