// A task in wait_for is cancelled from outside: no timeout comes of it.

import { call, createTask, sleep, waitFor, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G21"],
  *main({ fn, wait, log }) {
    const work = fn(function* () {
      try {
        yield* wait(sleep(100));
      } finally {
        log("work is stopped");
        yield* wait(sleep(5));
        log("work is clean");
      }
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(waitFor(call(work), 20));
        } catch (error) {
          log("waiter:", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(10));
    task.cancel("from outside");
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
