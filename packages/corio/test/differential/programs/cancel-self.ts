// A task that cancels itself is told at its next real wait; an error of its own comes first.

import { createTask, currentTask, sleep, wait as waitTasks } from "corio";
import { Failure, program } from "../program.ts";

export default program({
  sentences: ["C9", "C13", "C20"],
  *main({ fn, wait, log }) {
    const waits = fn(function* () {
      try {
        currentTask().cancel("by myself");
        log("goes on until it waits");
        yield* wait(sleep(0));
        log("never");
      } catch (error) {
        log(error);
        throw error;
      }
    });
    const fails = fn(function* () {
      currentTask().cancel();
      throw new Failure("first");
    });
    const waiting = createTask(waits);
    const failing = createTask(fails);
    yield* wait(waitTasks([waiting, failing]));
    log(waiting.cancelled(), failing.cancelled(), failing.exception());
  },
});
