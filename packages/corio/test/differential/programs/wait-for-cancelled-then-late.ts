// The time of a wait_for runs out during the clean-up that a cancellation began.

import { call, createTask, sleep, waitFor, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["G21", "C8"],
  better: {
    id: "C8",
    why: "A task is told once: what expires meanwhile does not break into its clean-up (the grace bounds that).",
    log: [
      "10 work is stopped",
      "40 work is clean",
      "40 waiter: cancelled(from outside)",
      "40 cancelled true",
    ],
  },
  *main({ fn, wait, log }) {
    const work = fn(function* () {
      try {
        yield* wait(sleep(100));
      } finally {
        log("work is stopped");
        yield* wait(sleep(30));
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
