// A task is cancelled while its timeout expires.

import { createTask, sleep, timeout, wait as waitTasks } from "corio";
import { program } from "../program.ts";

export default program({
  sentences: ["TO5"],
  better: {
    id: "C8",
    why: "A task is told once: the cancellation wins, as in asyncio, but does not break into clean-up that runs already.",
    log: [
      "10 body cleans up",
      "12 cancel true",
      "15 body is clean",
      "15 worker: cancelled(from outside)",
      "15 cancelled true",
    ],
  },
  *main({ fn, wait, log }) {
    const body = fn(function* () {
      try {
        yield* wait(sleep(100));
      } finally {
        log("body cleans up");
        yield* wait(sleep(5));
        log("body is clean");
      }
    });
    const task = createTask(
      fn(function* () {
        try {
          yield* wait(timeout(10, body));
        } catch (error) {
          log("worker:", error);
          throw error;
        }
      }),
    );
    yield* wait(sleep(12));
    log("cancel", task.cancel("from outside"));
    yield* wait(waitTasks([task]));
    log("cancelled", task.cancelled());
  },
});
